"""The page of an application: what it says, and what changed."""

import copy
import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.models import Application, Institution
from members.workbench import reading
from tests import factories
from tests.workbench.scenes import desk, officer, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]
HOSTILE = '<script>alert(1)</script> "quoted" [x](javascript:alert(1)) **bold** &amp;'

SAID = {
    "description": "First.\n\nSecond.",
    "workforce__statement": "We train.",
    "unlisted_hosts": "Institute of Nowhere",
}
ARABIC = "جمعية البرمجيات العلمية"


def of_each_state():
    return {
        "submitted": scene(state="submitted", name=ARABIC),
        "in_review": scene(**SAID),
    } | {
        state: scene(state=state)
        for state in ("changes_requested", "recommended", "declined", "accepted")
    }


@pytest.fixture(scope="module")
def rows(kept):
    return kept(of_each_state)


@pytest.fixture
def brought_to(rows, db):
    return lambda state: copy.deepcopy(rows[state])


@pytest.fixture
def found(brought_to):
    return brought_to("in_review")


def text_of(page):
    """What a page says to people."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def opened(client, application, query=""):
    return client.get(desk(application) + query).content.decode()


def test_last_revision_is_read_in_the_order_of_the_questions(client, found):
    client.force_login(found.reviewer)

    page = text_of(opened(client, found.application))

    order = ["Official name", "Solvers for all", "Second.", "By writing solvers"]
    order += ["2. Workforce", "We train.", "7. Sustainability", "Ada Lovelace"]
    order += ["Level asked for Core", "We agree to the mission"]
    places = [page.find(each) for each in order]
    assert -1 not in places
    assert places == sorted(places)


def test_draft_after_the_revision_is_not_shown(client, brought_to):
    found = brought_to("changes_requested")
    found.application.save_answers({"focus": "Not said yet"}, by=found.applicant)
    client.force_login(found.officer)

    assert "Not said yet" not in opened(client, found.application)


def test_checks_are_shown(client, found):
    client.force_login(found.conflicted)

    page = text_of(opened(client, found.application))

    assert "has no ROR record" in page
    assert "Institute of Nowhere" in page
    assert "Completeness all that is asked for is there" in page
    assert "You have a conflict of interest" in page
    assert "which has the same host institution" in page


def test_conflicted_reviewer_is_offered_nothing_that_judges(client, found):
    client.force_login(found.conflicted)

    page = opened(client, found.application)

    offered = set(re.findall(r'id="verb-(\w+)"', page))
    assert offered == {"comment"}


def test_difference_of_any_two_revisions_is_told_by_question(client, brought_to):
    found = brought_to("changes_requested")
    application, officer = found.application, factories.officer()
    for number, focus in enumerate(("Second focus", "Third focus"), start=2):
        given = {"focus": focus, "description": f"Says {number}"}
        application.save_answers(given, by=found.applicant)
        application.submit(by=found.applicant)
        if number == 2:
            application.request_changes(by=officer, text="More.")
    client.force_login(found.reviewer)

    page = opened(client, application, "?from=1&to=3")

    assert re.findall(r"<del[^>]*>(.*?)</del>", page) == ["Solvers for all"]
    assert re.findall(r"<ins[^>]*>(.*?)</ins>", page) == ["Third focus", "Says 3"]
    assert "2 answers differ from revision 1 to 3" in text_of(page)
    backwards = opened(client, application, "?from=3&to=2")
    assert re.findall(r"<ins[^>]*>(.*?)</ins>", backwards) == [
        "Second focus",
        "Says 2",
    ]
    same = text_of(opened(client, application, "?from=2&to=2"))
    assert "Revisions 2 and 2 say the same." in same


def test_revision_that_there_is_not_is_told(client, found):
    revisions = list(found.application.revisions.all())
    for asked in ("9", "1"), ("1", "nine"), ("<b>", ""), ("", "1"):
        compared = reading.comparison(revisions, *asked, found.application, {})
        assert "There is no revision" in compared.problem, asked
        assert not compared.before, asked
    client.force_login(found.reviewer)

    page = opened(client, found.application, "?from=%3Cb%3E")

    assert "There is no revision" in page
    assert "<b>" not in page


def test_keys_of_communities_and_institutions_are_not_mixed_up(client, found):
    """Their numbers are of different tables."""
    community = found.application.latest.answers["communities"][0]
    institution = factories.institution(name="Wrong one", pk=int(community) + 5000)
    named = factories.community(name="Right one")
    names = {"name": "Wrong name", "country": "Germany", "country_code": "DE"}
    Institution.objects.update_or_create(pk=named.pk, defaults=names)
    given = factories.answers(
        communities=[str(named.pk)], hosts=[str(named.pk), str(institution.pk)]
    )
    application = factories.application(state="submitted", given=given)
    client.force_login(found.reviewer)

    page = text_of(opened(client, application))

    assert "serve or provide? Right one" in page
    assert "Host institutions Wrong name Wrong one" in page


def test_what_applicants_wrote_is_text_and_nothing_else(client):
    found = scene(
        name=f"Name {HOSTILE}"[:290],
        focus=HOSTILE,
        description=HOSTILE,
        former_names=HOSTILE,
        workforce__statement=HOSTILE,
        lead__affiliation=HOSTILE,
        note=HOSTILE,
        unlisted_hosts=HOSTILE,
    )
    application = found.application
    application.reply(by=found.applicant, text=HOSTILE)
    application.comment(by=found.officer, text=HOSTILE, visibility="staff")
    application.recommend(by=found.officer, advice="accept", reasons=HOSTILE)
    application.put_forward(by=found.officer)
    factories.stage(application, by=found.officer, reason=HOSTILE, private_note=HOSTILE)
    client.force_login(found.officer)

    for path in (desk(application), desk(application, "decision"), "/workbench/"):
        page = client.get(path).content.decode()
        assert "&lt;script&gt;alert(1)" in page, path
        assert "<script>alert" not in page
        assert "<strong>bold" not in page
        assert 'href="javascript' not in page
        assert "&amp;amp;" in page


def test_names_turn_no_text_around_them(client, brought_to):
    found = brought_to("submitted")
    client.force_login(found.reviewer)

    page = opened(client, found.application)

    assert re.search(r'<h1 dir="auto"[^>]*>جمعية', page)


def test_declined_application_stays_with_its_reason(client, brought_to):
    found = brought_to("declined")
    client.force_login(found.reviewer)

    page = text_of(opened(client, found.application))

    assert "Decline: released" in page
    assert "It was decided so." in page


def test_accepted_application_leads_to_the_member(client, brought_to):
    found = brought_to("accepted")
    application = Application.objects.get(pk=found.application.pk)
    client.force_login(found.reviewer)

    page = opened(client, application)

    assert application.organization.get_absolute_url() in page


def test_name_of_an_account_is_never_its_user_name(client, found):
    found.application.assign(to=found.reviewer, by=found.officer)
    client.force_login(found.officer)

    page = opened(client, found.application)

    assert found.reviewer.email in page
    assert (
        re.sub(re.escape(found.reviewer.email), "", page).count(
            f">{found.reviewer.username}<"
        )
        == 0
    )


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_so_often(client, brought_to, number):
    found = brought_to("changes_requested")
    application = found.application
    for each in range(number):
        application.save_answers({"focus": f"Focus {each}"}, by=found.applicant)
        application.submit(by=found.applicant)
        colleague = factories.reviewer()
        application.recommend(by=colleague, advice="accept", reasons="Good.")
        for visibility in ("staff", "reviewers", "applicant"):
            said = f"Said {each}."
            application.comment(by=found.officer, text=said, visibility=visibility)
        if each < number - 1:
            application.request_changes(by=found.officer, text="More.")
    application.recommend(by=found.officer, advice="accept", reasons="Good.")
    client.force_login(found.officer)

    with CaptureQueriesContext(connection) as queries:
        page = opened(client, application, f"?from=1&to={number + 1}")

    assert page.count("desk-comment-staff") == number
    assert len(queries) == 36


def test_officer_is_offered_what_the_state_allows(client, brought_to):
    offered = {}
    for state in ("submitted", "in_review", "recommended", "declined"):
        found = brought_to(state)
        client.force_login(found.officer)
        page = opened(client, found.application)
        offered[state] = set(re.findall(r'id="verb-(\w+)"', page))

    ends = {"withdraw", "expire"}
    assert offered == {
        "submitted": {"take_up", "assign", "comment", *ends},
        "in_review": {
            "assign",
            "comment",
            "put_forward",
            "recommend",
            "request_changes",
            *ends,
        },
        "recommended": {"assign", "comment", "reopen", *ends},
        "declined": {"comment"},
    }


def test_officer_of_no_application_meets_none(client):
    client.force_login(officer())

    assert client.get("/workbench/applications/ZZZZZZZZ/").status_code == 404
    assert client.get("/workbench/applications/%00/").status_code == 404
