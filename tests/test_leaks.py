"""What is not public is in no public answer, whoever asks, in whatever format."""

import copy
import datetime as dt
import re
from io import StringIO
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.urls import reverse

from goals.models import Goal
from members.models import (
    Community,
    Import,
    Institution,
    Membership,
    OldSlug,
    Organization,
    User,
)
from tests import factories
from tests.factories import DAY
from tests.test_conventions import PUBLIC, views

pytestmark = [pytest.mark.siege, pytest.mark.django_db]

# One word for each place that is not public; each is put there, once, by `world`.
SECRETS = {
    "accountname": "Zaquvel",
    "accountfirstname": "Zabiwon",
    "emailofanaccount": "zabgoni",
    "personformembers": "Zacodil",
    "personforstaff": "Zadufer",
    "personformer": "Zabnugo",
    "affiliation": "Zaefigo",
    "emailofapublicperson": "zafugah",
    "reasonofanevent": "Zaghuni",
    "reasonofadecision": "Zahijot",
    "questionofadecision": "Zaijoku",
    "votes": "7480251",
    "unknowntotheregistry": "Zajakul",
    "unknownofanimport": "Zakalum",
    "applicant": "Zalumon",
    "applicantsfocus": "Zamonup",
    "applicantsoldslug": "zanopuq",
    "applicantsoldname": "Zaopuqir",
    "applicantsservice": "Zapuqirs",
    "applicantsstatement": "Zaquirst",
    "applicantshost": "Zarisotu",
    "applicantscountry": "Zasotuva",
    "applicantstown": "Zatuvawe",
    "futuremember": "Zauvawex",
    "mistakenmember": "Zavaweyi",
    "mistakenstatement": "Zaweyizo",
    "futurestatement": "Zaxyizob",
    "futureservice": "Zayizobe",
    "futureday": "2999",
}
# What the registry only keeps for whoever imported it, and gives back to them.
KEPT = {"unknowntotheregistry", "unknownofanimport"}
SOON = dt.date(2999, 1, 1)


@pytest.fixture(scope="module")
def rows(kept):
    return kept(world)


@pytest.fixture
def by(rows, db):
    """A superuser of a world in which each secret stands where it belongs."""
    return copy.deepcopy(rows)


def superuser():
    email = f"{SECRETS['emailofanaccount']}@x.test"
    user = User.objects.create_user(SECRETS["accountname"], email, is_staff=True)
    user.authenticator_set.create(type="totp", data={"secret": factories.TOTP_SECRET})
    user.is_superuser, user.first_name = True, SECRETS["accountfirstname"]
    user.save()
    return user


def world():
    by = superuser()
    community = factories.community(slug="fusion", name="Fusion")
    factories.community(kind="capability", slug="training", name="Training")
    member = factories.organization(
        name="Openly There",
        slug="openly-there",
        unknown={SECRETS["unknowntotheregistry"]: 1},
    )
    decision = decide(member, by)
    Membership.admit(
        member,
        level=factories.level(),
        by=by,
        on=DAY,
        reason=SECRETS["reasonofanevent"],
        admission=decision,
    )
    factories.service(organization=member, community=community, how="Openly served")
    factories.commitment(organization=member, communities=[community])
    factories.commitment(
        organization=member,
        goal="ecosystem",
        statement=SECRETS["futurestatement"],
        started_on=SOON,
    )
    factories.service(
        organization=member,
        community=Community.objects.get(slug="training"),
        how=SECRETS["futureservice"],
        started_on=SOON,
    )
    Import.objects.create(
        by=by,
        file_name="f.yml",
        sha256="0" * 64,
        effective_on=DAY,
        unknown={SECRETS["unknownofanimport"]: 1},
    )
    name_people(member)
    apply(community)
    come_back(by)
    factories.member(
        name=SECRETS["futuremember"],
        slug=SECRETS["futuremember"].lower(),
        started_on=SOON,
    )
    mistaken = factories.member(
        name=SECRETS["mistakenmember"],
        slug=SECRETS["mistakenmember"].lower(),
        ended_on=DAY,
    )
    factories.commitment(organization=mistaken, statement=SECRETS["mistakenstatement"])
    return by


def come_back(by):
    """A former member whose return is recorded, and has not begun."""
    former = factories.member(name="Openly Left", ended_on=factories.LATER)
    former.memberships.get().reinstate(
        level=factories.level(), by=by, on=SOON, reason=SECRETS["reasonofanevent"]
    )


def decide(member, by):
    decision = factories.decision(organization=member, kind="admission", by=by)
    decision.question = SECRETS["questionofadecision"]
    decision.reason = SECRETS["reasonofadecision"]
    decision.votes_for = SECRETS["votes"]
    decision.save()
    return decision


def name_people(member):
    hidden = [("personformembers", "members"), ("personforstaff", "staff")]
    for secret, visibility in hidden:
        factories.representative(
            organization=member,
            person=factories.person(
                name=SECRETS[secret], affiliation=SECRETS["affiliation"]
            ),
            visibility=visibility,
        )
    factories.representative(
        organization=member,
        person=factories.person(name=SECRETS["personformer"]),
        ended_on=factories.LATER,
    )
    factories.representative(
        organization=member,
        person=factories.person(
            name="Openly Known", email=f"{SECRETS['emailofapublicperson']}@x.test"
        ),
    )


def apply(community):
    """An organization that never was a member."""
    applicant = factories.organization(
        name=SECRETS["applicant"],
        slug=SECRETS["applicant"].lower(),
        focus=SECRETS["applicantsfocus"],
    )
    OldSlug.objects.create(organization=applicant, slug=SECRETS["applicantsoldslug"])
    factories.name(organization=applicant, text=SECRETS["applicantsoldname"])
    factories.service(
        organization=applicant, community=community, how=SECRETS["applicantsservice"]
    )
    factories.commitment(
        organization=applicant,
        statement=SECRETS["applicantsstatement"],
        communities=[community],
    )
    host = factories.institution(
        name=SECRETS["applicantshost"],
        country=SECRETS["applicantscountry"],
        country_code="ZZ",
        city=SECRETS["applicantstown"],
        latitude=1,
        longitude=1,
    )
    factories.host(organization=applicant, institution=host)


VALUES = {
    "community": ["fusion", "at-large"],
    "goal": ["workforce", "ecosystem"],
    "section": ["pages", "goals", "communities", "organizations", "institutions"],
}


FOUND = ["directory", "directory_csv", "directory_json"]


def addresses(spelt=str):
    """Every public address, filled in with whatever there is, public or not."""
    organizations = Organization.objects.all()
    public_ids = [each.public_id for each in organizations]
    slugs = [each.slug for each in organizations] + [SECRETS["applicantsoldslug"]]
    slugs += [each.slug for each in Community.objects.all()]
    slugs += [each.slug for each in Goal.objects.all()] + ["nothing"]
    keys = [str(each.pk) for each in Institution.objects.all()]
    values = {"public_id": public_ids, "slug": map(spelt, slugs), "key": keys}
    values = {name: list(several) for name, several in (VALUES | values).items()}
    for name, route, _ in views():
        if name in PUBLIC:
            yield from filled(route, values)
    for view in FOUND:
        for query in ("status=all&view=map", "status=former&view=table", "country=ZZ"):
            yield f"{reverse(f'members:{view}')}?{query}"


def searches(found, spelt=str):
    """Every search that might put a word right that is not public.

    The directory and its files have one form that finds, and puts words right: each
    secret is searched for in one of the files, and misspelt in the other.
    """
    for word in map(quote, map(spelt, SECRETS.values())):
        yield f"{reverse('members:institution_search')}?q={word}"
        yield f"{reverse('api:institutions')}?q={word}"
        for view in found:
            yield f"{reverse(f'members:{view}')}?q={word}&status=all"


def misspelt(word):
    """As the search and the page for what is not found would put it right."""
    return word[:-2] + "x" + word[-1]


def filled(route, values):
    parameters = re.findall(r"<(?:\w+:)?(\w+)>", route)
    if not parameters:
        return [route]
    found = [route]
    for parameter in parameters:
        part = re.compile(rf"<(?:\w+:)?{parameter}>")
        found = [part.sub(v, each) for each in found for v in values[parameter]]
    return found


def answer(client, address):
    response = client.get(address)
    assert "Cookie" not in response.get("Vary", ""), f"{address}: looks at who asks"
    body = response.getvalue() if response.streaming else response.content
    return response.status_code, body.decode(), str(response.get("Location", ""))


def told(text, secrets, asked=""):
    """The places whose secret is in a text, but for what the question itself said."""
    text, asked = text.lower(), asked.lower()
    return {
        place
        for place, word in secrets.items()
        if word.lower() in text and word.lower() not in asked
    }


def test_no_public_answer_tells_what_is_not_public(client, by):
    """To staff the same as to anybody, of all pages: none looks at who asks.

    As no search does, whatever is searched for, staff ask for every fifth: each of the
    four searches in turns.
    """
    found = [*searches(["directory", "directory_csv"])]
    wrong = [*addresses(misspelt), *searches(["directory", "directory_json"], misspelt)]
    asked = dict.fromkeys([*addresses(), *found, *wrong])
    anonymous = {each: answer(client, each) for each in asked}
    client.force_login(by)
    staff = {each: answer(client, each) for each in [*addresses(), *found[::5]]}

    leaks = {
        each: told(" ".join(map(str, said)), SECRETS, each)
        for each, said in anonymous.items()
    }
    assert {each: places for each, places in leaks.items() if places} == {}
    assert staff == {each: anonymous[each] for each in staff}
    seen = " ".join(body for _, body, _ in anonymous.values())
    for public in ("Openly There", "Openly Known", "Openly served", "openly-there"):
        assert public in seen
    assert len(anonymous) > 380


def test_an_organization_that_was_never_a_member_has_no_address(client, rows, db):
    hidden = [SECRETS[each] for each in ("applicant", "futuremember", "mistakenmember")]

    for one in Organization.objects.filter(name__in=hidden):
        permalink = reverse("members:permalink", args=[one.public_id])
        assert client.get(permalink).status_code == 404
        assert client.get(one.get_absolute_url()).status_code == 404
    old = reverse("members:organization", args=[SECRETS["applicantsoldslug"]])
    assert client.get(old).status_code == 404


@pytest.mark.parametrize("form", ["yaml", "csv", "json"])
def test_no_exported_file_tells_what_is_not_public(rows, db, form):
    out = StringIO()

    call_command("export_members", format=form, stdout=out)

    assert "Openly There" in out.getvalue()
    assert "Openly Known" in out.getvalue()
    secrets = {place: word for place, word in SECRETS.items() if place not in KEPT}
    assert told(out.getvalue(), secrets) == set()
