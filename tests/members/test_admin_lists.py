"""Lists begin with what is current, and what needs care is counted as it is listed."""

import datetime as dt
import re
from html import unescape

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from goals.models import Goal
from peso.sections import SECTIONS
from tests import factories
from tests.factories import DAY, LATER

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()


@pytest.fixture(autouse=True)
def officer(client):
    client.force_login(factories.officer())


def listed(client, model, query=""):
    page = client.get(reverse(f"admin:{model}_changelist") + query)
    return [str(row) for row in page.context["cl"].result_list]


def test_each_list_stands_in_one_section_of_the_dashboard(client):
    lists = [label for labels in SECTIONS.values() for label in labels]

    assert sorted(lists) == sorted(m._meta.label_lower for m in admin.site._registry)
    page = client.get(reverse("admin:index")).text
    captions = re.findall(r"<caption>(.*?)</caption>", page)
    assert [unescape(each) for each in captions] == list(SECTIONS)


def test_sections_hold_what_somebody_may_see_alone(client):
    viewer = factories.user(permissions=["view_organization"], staff=True)
    client.force_login(viewer)

    page = client.get(reverse("admin:index")).text

    assert re.findall(r"<caption>(.*?)</caption>", page) == ["Members"]
    assert re.findall(r'<th scope="row"><a [^>]*>(.*?)</a>', page) == ["Organizations"]
    assert reverse("members:workbench") not in page


def test_admin_leads_to_the_workbench(client):
    page = client.get(reverse("admin:index")).text

    assert f'<a href="{reverse("members:workbench")}">Workbench</a>' in page


def test_days_are_written_as_on_the_public_pages(client):
    factories.member(name="Now")

    page = client.get(reverse("admin:members_organization_changelist")).text

    assert f"{DAY:%-d %B %Y}" in page


def test_organizations_begin_with_the_members_of_today(client):
    factories.member(name="Now")
    factories.member(name="Former", ended_on=LATER)
    factories.organization(name="Never")

    model = "members_organization"
    assert listed(client, model) == ["Now"]
    assert listed(client, model, "?standing=former") == ["Former"]
    assert listed(client, model, "?standing=other") == ["Never"]
    assert listed(client, model, "?standing=all") == ["Former", "Never", "Now"]
    assert listed(client, model, "?standing=all&level=core") == ["Former", "Now"]


def test_only_who_has_a_page_on_the_site_links_to_it(client):
    def links(organization):
        url = reverse("admin:members_organization_change", args=[organization.pk])
        return "viewsitelink" in client.get(url).text

    assert links(factories.member())
    assert not links(factories.organization())


def test_an_organization_is_found_by_an_old_name_and_a_misread_id(client):
    found = factories.member(name="Found")
    factories.member(name="Other")
    factories.name(organization=found, text="Long ago")
    misread = found.public_id.replace("0", "O").replace("1", "I").lower()

    assert listed(client, "members_organization", "?q=long+ago") == ["Found"]
    assert listed(client, "members_organization", f"?q={misread}") == ["Found"]


def test_dated_records_begin_with_those_in_force(client):
    one = factories.organization()
    periods = {
        "current": (DAY, None),
        "past": (DAY, LATER),
        "future": (TODAY + dt.timedelta(days=9), None),
        "void": (DAY, DAY),
    }
    services = {
        name: str(
            factories.service(
                organization=one,
                community=factories.community(name=name),
                started_on=start,
                ended_on=end,
            )
        )
        for name, (start, end) in periods.items()
    }

    assert listed(client, "members_service") == [services["current"]]
    for name, text in services.items():
        assert listed(client, "members_service", f"?period={name}") == [text]
    assert len(listed(client, "members_service", "?period=all")) == 4


def a_world_without_care():
    """A member of which all is known."""
    good = factories.member(name="Good", website="https://good.test")
    for role in ("seat_holder", "primary_contact"):
        factories.representative(organization=good, role=role)
    factories.service(organization=good, community=factories.community())
    place = factories.institution(ror_id="05gq02987")
    factories.host(organization=good, institution=place)
    for goal in Goal.objects.all():
        factories.commitment(organization=good, goal=goal.slug, confirmed_on=TODAY)
    factories.member(name="Former", ended_on=LATER)
    factories.organization(name="Never")


def notes(client):
    care = client.get(reverse("admin:index")).context["care"]
    return {note.url.partition("care=")[2]: note.count for note in care}


def test_nothing_is_noted_where_all_is_known(client):
    a_world_without_care()

    assert notes(client) == {}


def test_what_needs_care_is_noted_and_listed(client):
    a_world_without_care()
    soon = TODAY + dt.timedelta(days=9)
    bare = factories.member(name="Bare")
    factories.member(name="Future", started_on=soon, website="https://f.test")
    going = factories.member(name="Going", ended_on=soon)
    factories.commitment(organization=bare, goal="impact")
    factories.representative(organization=going, role="lead", ended_on=soon)
    factories.decision(outcome="", kind="other")
    place = factories.institution(country_code="")
    factories.host(organization=bare, institution=place)
    gone = factories.institution(ror_id="00jtmb277", status="withdrawn")
    factories.host(organization=bare, institution=gone)
    factories.community(name="Lonely")

    expected = {
        ("members.Organization", "not-stated"): 2,
        ("members.Organization", "no-seat-holder"): 2,
        ("members.Organization", "no-primary-contact"): 2,
        ("members.Organization", "no-service"): 2,
        ("members.Organization", "no-website"): 2,
        ("members.Community", "nobody"): 1,
        ("members.Institution", "no-ror-id"): 1,
        ("members.Institution", "no-country"): 1,
        ("members.Institution", "gone"): 1,
        ("members.Host", "institution-gone"): 1,
        ("members.Membership", "ending"): 1,
        ("members.Membership", "future"): 1,
        ("members.Representative", "ending"): 1,
        ("members.Decision", "open"): 1,
        ("goals.Commitment", "unconfirmed"): 1,
    }
    found = {}
    for model, model_admin in admin.site._registry.items():
        opts = model._meta
        for care in getattr(model_admin, "care", ()):
            name = f"{opts.app_label}_{opts.model_name}"
            key = (opts.label, care.slug)
            found[key] = len(listed(client, name, f"?care={care.slug}"))
    assert found == expected
    index = client.get(reverse("admin:index")).context["care"]
    assert sorted(note.count for note in index) == sorted(expected.values())


def test_an_index_notes_only_what_its_reader_may_see(client):
    factories.member()
    client.force_login(factories.user(staff=True, permissions=["view_level"]))

    assert notes(client) == {}
