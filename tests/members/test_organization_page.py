import datetime as dt
import json
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from members.models import Level, Membership
from tests import factories

pytestmark = pytest.mark.django_db
D = dt.date


def page_of(client, organization):
    return client.get(organization.get_absolute_url())


def linked_data(response):
    block = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', response.text
    )
    return json.loads(block[1])


def fill(organization, number):
    """`number` of everything that the page shows."""
    with factories.in_bulk():
        places = [factories.community() for _ in range(number)]
        for place in places:
            factories.service(organization=organization, community=place)
            institution = factories.institution()
            factories.host(organization=organization, institution=institution)
            factories.name(organization=organization, text=f"Once {place}")
            person = factories.person(email="a@example.org", email_visibility="public")
            factories.representative(organization=organization, person=person)
            factories.organization(successor=organization, succeeded_on=factories.DAY)
        for slug in ("workforce", "impact", "awareness")[:number]:
            factories.commitment(
                organization=organization,
                goal=slug,
                communities=places,
                approaches=factories.goal(slug=slug).approaches.all(),
                evidence=[f"https://example.org/{n}" for n in range(number)],
            )
    by = factories.officer()
    for commitment in organization.commitments.all():
        commitment.confirm(by=by, on=factories.LATER)


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(client, number, django_assert_num_queries):
    member = factories.member()
    fill(member, number)

    with django_assert_num_queries(9):
        response = page_of(client, member)

    assert response.status_code == 200
    assert len(response.context["services"]) == number
    assert len(response.context["people"]) == number
    assert response.context["stated"] == number


def test_page_is_the_same_for_everybody(client):
    member = factories.member()

    response = page_of(client, member)

    assert not response.cookies
    assert "Vary" not in response.headers
    assert client.post(member.get_absolute_url()).status_code == 405


def test_all_seven_commitments_stand_in_order(client):
    member = factories.member()
    factories.commitment(organization=member, goal="impact", effort="contributes")

    rows = page_of(client, member).context["commitments"]

    assert [goal.number for goal, _ in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert [goal.slug for goal, stated in rows if stated] == ["impact"]


def test_commitment_tells_what_stands_behind_it(client):
    member = factories.member()
    place = factories.community(name="Fusion", slug="fusion")
    commitment = factories.commitment(
        organization=member,
        statement="We teach.",
        communities=[place],
        approaches=[factories.goal().approaches.first()],
        evidence=["https://example.org/courses"],
        confirmed_on=timezone.localdate() - dt.timedelta(days=70),
    )

    text = page_of(client, member).text

    assert "We teach." in text
    assert "By fostering a supportive and inclusive culture" in text
    assert '<a href="/communities/fusion/"><bdi>Fusion</bdi></a>' in text
    assert 'href="https://example.org/courses"' in text
    assert "2 months ago" in text
    assert text.count("Not stated yet") == 6
    assert commitment.get_effort_display() in text


def test_words_of_users_are_only_text(client):
    member = factories.member(
        name="<b>Bold</b>",
        description="One <script>alert(1)</script>\n\njavascript:x",
        website="javascript:alert(2)",
    )
    factories.commitment(
        organization=member,
        statement="See https://example.org/a and javascript:alert(1)",
        evidence=["javascript:alert(3)"],
    )

    text = page_of(client, member).text

    assert "<script>alert" not in text
    assert "<b>Bold" not in text
    assert 'href="javascript' not in text
    assert '<a href="https://example.org/a" rel="nofollow">' in text


def test_names_stand_with_their_languages(client):
    member = factories.member(name="Centre for Tools", short_name="CFT")
    factories.name(
        organization=member, text="工具中心", kind="translated", language="zh-Hans"
    )
    factories.name(organization=member, text="Tool Shop", ended_on=D(2020, 5, 1))

    text = page_of(client, member).text

    assert '<dd dir="auto" lang="zh-Hans">工具中心</dd>' in text
    assert "Former name (until May 2020)" in text


def test_nothing_leaks_that_is_not_public(client):
    officer = factories.officer()
    member = factories.organization(
        name="Keeps secrets", unknown={"leads": "Unknown X"}
    )
    level = Level.objects.get(slug="core")
    Membership.admit(
        member, level=level, by=officer, on=factories.DAY, reason="A reason for staff"
    )
    hidden = factories.person(name="Hidden Person", email="hidden@example.org")
    factories.representative(organization=member, person=hidden, visibility="members")
    shown = factories.person(name="Shown Person", email="shown@example.org")
    factories.representative(organization=member, person=shown)
    gone = factories.person(name="Gone Person")
    factories.representative(organization=member, person=gone, ended_on=factories.LATER)

    text = page_of(client, member).text

    assert "Shown Person" in text
    secrets = [
        "Hidden Person",
        "hidden@example.org",
        "shown@example.org",
        "Gone Person",
        "A reason for staff",
        officer.username,
        "Unknown X",
    ]
    assert [secret for secret in secrets if secret in text] == []


def test_public_address_of_a_person_is_shown(client):
    member = factories.member()
    person = factories.person(email="lead@example.org", email_visibility="public")
    factories.representative(organization=member, person=person, role="seat_holder")

    text = page_of(client, member).text

    assert 'href="mailto:lead@example.org"' in text
    assert "Seat holder" in text


def test_membership_is_told_by_its_periods(client):
    member = factories.organization()
    by = factories.officer()
    core, affiliate = (
        Level.objects.get(slug="core"),
        Level.objects.get(slug="affiliate"),
    )
    first = Membership.admit(
        member, level=affiliate, by=by, on=D(2015, 1, 1), reason=""
    )
    second = first.change_level(level=core, by=by, on=D(2018, 1, 1), reason="")
    mistake = factories.membership(
        organization=member, started_on=D(2010, 1, 1), ended_on=D(2010, 1, 1)
    )

    response = page_of(client, member)

    assert response.context["periods"] == [second, first]
    assert mistake not in response.context["periods"]
    assert "Ended: changed level" in response.text
    verbs = [event.verb for event in response.context["events"]]
    assert verbs == ["level_changed", "admitted"]


def test_length_of_a_membership_is_told_from_its_second_day_on(client):
    today = timezone.localdate()
    new = factories.member(started_on=today)
    older = factories.member(started_on=today - dt.timedelta(days=1))

    def told(member):
        text = " ".join(page_of(client, member).text.split())
        return re.findall(r'to today (?:<span class="muted">)?([^<]*)<', text)

    assert told(new) == [""]
    assert told(older) == ["(1 day)"]


def test_event_of_a_day_to_come_is_marked_as_planned(client):
    member = factories.member()
    today = timezone.localdate()
    end = {"by": factories.officer(), "how": "resigned", "reason": ""}

    member.memberships.get().end(on=today + dt.timedelta(days=1), **end)
    assert page_of(client, member).text.count("(planned)") == 1

    member = factories.member()
    member.memberships.get().end(on=today, **end)
    assert "(planned)" not in page_of(client, member).text


def test_former_member_is_marked_and_told_as_it_was(client):
    by = factories.officer()
    heir = factories.member(name="The Heir")
    left = factories.organization(name="Left Behind")
    core = Level.objects.get(slug="core")
    period = Membership.admit(left, level=core, by=by, on=D(2015, 1, 1), reason="")
    place = factories.community(name="Old friends")
    factories.service(organization=left, community=place, started_on=D(2015, 1, 1))
    left.services.update(ended_on=D(2020, 1, 1))
    period.end(how="merged", by=by, on=D(2020, 1, 1), reason="")
    left.succeed_by(heir, by=by, on=D(2020, 1, 1), reason="")

    response = page_of(client, left)

    assert "Former member" in response.text
    assert "ended on 1 January 2020" in response.text
    assert "the organization merged into another" in response.text
    assert "Old friends" in response.text
    assert (
        f'<a href="{heir.get_absolute_url()}"><bdi>The Heir</bdi></a>' in response.text
    )
    assert "memberOf" not in linked_data(response)
    assert "Left Behind" in page_of(client, heir).text


def test_former_member_that_stated_nothing_has_no_list_of_nothing(client):
    left = factories.member(ended_on=D(2025, 1, 1))
    member = factories.member()

    text = page_of(client, left).text

    assert "None is stated." in text
    assert 'class="commitment"' not in text
    assert page_of(client, member).text.count('class="commitment"') == 7


def test_days_that_nobody_recorded_are_not_told(client):
    member = factories.organization()
    affiliate = Level.objects.get(slug="affiliate")
    by, on = factories.officer(), D(2021, 3, 4)
    period = Membership.admit(member, level=affiliate, by=by, on=on, reason="")
    how = Membership.EndReason.NOT_RECORDED
    period.end(how=how, by=by, on=D(2021, 3, 5), reason="")

    text = page_of(client, member).text

    assert "Former member" in text
    assert "March 2021" not in text
    assert "Mar 2021" not in text
    assert "Affiliate" not in text


def test_linked_data_says_what_the_page_says(client, settings):
    settings.SITE_URL = "https://members.example.org"
    member = factories.member(
        name="A </script> name",
        short_name="ASN",
        slug="asn",
        website="https://asn.example",
    )
    host = factories.institution(name="University", ror_id="05gq02987")
    factories.host(organization=member, institution=host)
    partner = factories.institution(name="Partner")
    factories.host(organization=member, institution=partner, role="partner")
    factories.name(organization=member, text="Was called so")

    facts = linked_data(page_of(client, member))

    assert facts == {
        "@context": "https://schema.org",
        "@type": "Organization",
        "@id": f"https://members.example.org/id/{member.public_id}/",
        "identifier": member.public_id,
        "name": "A </script> name",
        "alternateName": ["ASN", "Was called so"],
        "url": "https://asn.example",
        "mainEntityOfPage": "https://members.example.org/organizations/asn/",
        "parentOrganization": [
            {
                "@type": "Organization",
                "name": "University",
                "@id": "https://ror.org/05gq02987",
            }
        ],
        "memberOf": {
            "@type": "Organization",
            "@id": "https://members.example.org/#consortium",
            "name": "PESO",
            "url": "https://members.example.org/",
        },
    }


def test_long_history_folds_but_is_whole(client):
    member = factories.member()
    commitment = factories.commitment(organization=member)
    by = factories.officer()
    for month in range(1, 13):
        commitment.confirm(by=by, on=D(2025, month, 1))

    response = page_of(client, member)

    assert len(response.context["events"]) == 8
    assert "4 earlier entries" in response.text
    assert response.text.count("Confirmed a commitment") == 12


def test_old_slug_leads_to_the_page_for_ever(client):
    member = factories.member(name="First", slug="first")
    by = factories.officer()
    member.rename(by=by, on=factories.LATER, reason="", name="Second", slug="second")

    response = client.get("/organizations/first/?a=1&b=%20x")

    assert response.status_code == 301
    assert response.url == "/organizations/second/?a=1&b=%20x"


def test_only_members_and_former_members_have_pages(client):
    applicant = factories.organization(slug="applicant")
    applicant.old_slugs.create(slug="applied")

    assert page_of(client, applicant).status_code == 404
    assert client.get("/organizations/applied/").status_code == 404
    assert client.get(permalink(applicant.public_id)).status_code == 404


def permalink(public_id):
    return reverse("members:permalink", args=[public_id])


def test_public_id_leads_to_the_page_however_it_was_read(client):
    member = factories.member(public_id="01A00018")

    for text in ("01A00018", "o1a00018", "OIA0-OOL8"):
        response = client.get(permalink(text), {"from": "print"})
        assert response.status_code == 302
        assert response.url == f"{member.get_absolute_url()}?from=print"


@pytest.mark.parametrize("text", ["01A00019", "x", "%00", "０１A0001F", "a" * 500])
def test_other_ids_lead_nowhere(client, text):
    assert client.get(f"/id/{text}/").status_code == 404


def test_correction_can_be_suggested(client, settings):
    settings.CONTACT_EMAIL = "registry@example.org"
    member = factories.member(name="R&D ‘quoted’ Centre")

    text = page_of(client, member).text

    subject = "Correction%3A%20R%26D"
    assert f'href="mailto:registry@example.org?subject={subject}' in text


def test_example_is_marked(client):
    example = factories.member(is_example=True)
    real = factories.member()

    assert "Example data" in page_of(client, example).text
    assert "Example data" not in page_of(client, real).text
