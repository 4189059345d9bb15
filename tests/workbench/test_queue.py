"""The queue: what it lists, what it counts, and how it is asked."""

import datetime as dt
import re
from urllib.parse import parse_qs

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Application, Mail
from members.workbench.queue import CHOICES, QueueForm
from tests import factories
from tests.workbench.scenes import officer

pytestmark = pytest.mark.django_db
STATES = ("submitted", "in_review", "changes_requested", "recommended", "declined")
A_PAGE = 50


@pytest.fixture
def queue(client):
    """Applications in several states, one entered by staff, some assigned."""
    user = officer()
    for state in STATES:
        factories.application(state=state)
    mine = factories.application(state="in_review")
    mine.assign(to=user, by=factories.officer())
    Application.enter(
        by=user, source="email", name="a.eml", content=b"Hello", given={"name": "Mail"}
    )
    client.force_login(user)
    return user


def listed(user, query):
    return QueueForm(QueryDict(query), user).applications()


def shown(client, query=""):
    """The names of the queue's rows as a page shows them."""
    page = client.get(f"/workbench/?{query}").content.decode()
    return re.findall(r'<th class="name-cell"[^>]*><a [^>]*>([^<]*)</a>', page)


def test_every_count_is_the_length_of_the_list_that_it_leads_to(queue):
    checked = 0
    for query in ("", "state=all", "waiting=us", "assigned=me", "q=mail&state=all"):
        form = QueueForm(QueryDict(query), queue)
        assert form.total == form.applications().count()
        for facet in form.facets:
            for link in facet.links:
                assert link.count == listed(queue, link.query).count(), link
                checked += bool(link.count)

    assert checked > 40


def test_page_lists_as_many_as_it_says(client, queue):
    for query in ("", "state=all", "waiting=them", "source=email"):
        page = client.get(f"/workbench/?{query}").content.decode()
        said = re.search(r'role="status">(\d+) application', page)
        assert int(said[1]) == len(shown(client, query)), query


def test_open_ones_are_listed_first_waiting_longest(queue):
    found = list(listed(queue, ""))

    assert {each.state for each in found} == {
        "draft",
        "submitted",
        "in_review",
        "changes_requested",
        "recommended",
    }
    since = [each.state_since for each in found]
    assert since == sorted(since)


@pytest.mark.parametrize(
    ("query", "states"),
    [
        # What staff entered is theirs to write.
        ("waiting=us", {"draft", "submitted", "in_review", "recommended"}),
        ("waiting=them", {"changes_requested"}),
        ("state=declined", {"declined"}),
        ("state=all&waiting=us&source=form", {"submitted", "in_review", "recommended"}),
        ("source=email", {"draft"}),
    ],
)
def test_address_is_the_filter(queue, query, states):
    assert {each.state for each in listed(queue, query)} == states


def test_column_says_whom_the_filter_finds_it_waiting_for(queue):
    ours = {each.pk for each in listed(queue, "waiting=us&state=all")}
    theirs = {each.pk for each in listed(queue, "waiting=them&state=all")}

    for each in listed(queue, "state=all"):
        assert each.is_with_us == (each.pk in ours)
        assert (each.is_with_applicants and not each.is_with_us) == (each.pk in theirs)


def test_name_is_the_one_that_was_handed_in(client):
    user, writer = officer(), factories.applicant()
    client.force_login(user)
    application = factories.application(by=writer, state="changes_requested")
    application.save_answers({"name": "Unsaid yet"}, by=writer)

    (name,) = shown(client)
    page = client.get(f"/workbench/applications/{application.public_id}/")

    assert name == application.latest.answers["name"] != "Unsaid yet"
    assert "Unsaid yet" not in page.content.decode()
    assert shown(client, "q=unsaid") == []


def test_who_has_it_can_be_asked(queue):
    mine = listed(queue, "assigned=me")
    somebodys, nobodys = (
        listed(queue, "assigned=somebody"),
        listed(queue, "assigned=nobody"),
    )

    assert {each.assigned_to for each in mine} == {queue}
    assert all(each.assigned_to for each in somebodys)
    assert not any(each.assigned_to for each in nobodys)
    assert len(somebodys) + len(nobodys) == len(listed(queue, ""))


def test_name_is_found_without_case_and_accents_in_any_order(client):
    user = officer()
    client.force_login(user)
    given = factories.answers(name="Zentrum für Größe", short_name="ZfG")
    application = factories.application(state="submitted", given=given)
    factories.application(state="submitted")

    for words in ("grosse zentrum", "ZFG", application.public_id, "  Größe  "):
        found = listed(user, f"q={words}")
        assert [each.pk for each in found] == [application.pk], words
    assert shown(client, "q=gr%C3%B6sse+nowhere") == []


def test_own_application_is_not_in_the_queue(client):
    reviewer = factories.reviewer()
    factories.application(by=reviewer, state="submitted")
    client.force_login(reviewer)

    assert shown(client, "state=all") == []


def test_draft_of_an_applicant_is_nobodys_business(client):
    client.force_login(officer())
    factories.application(state="draft")

    assert shown(client, "state=all") == []


def test_every_choice_survives_a_search_and_a_page(client, queue):
    for _ in range(A_PAGE):
        Application.enter(
            by=queue, source="letter", name="a.txt", content=b"A", given={"name": "Let"}
        )
    query = "state=draft&source=letter&assigned=nobody&sort=name"

    page = client.get(f"/workbench/?{query}&q=let").content.decode()

    form = re.search(r'<form class="search-form".*?</form>', page, re.S)[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))
    assert hidden == {k: v[0] for k, v in parse_qs(query).items()}


def test_500_rows_are_paged(client, queue):
    names = [
        Application.enter(
            by=queue,
            source="letter",
            name="a.txt",
            content=b"A",
            given={"name": f"Letter {number:03}"},
        )[0].title
        for number in range(3 * A_PAGE)
    ]
    found, page = [], 1
    while rows := shown(client, f"source=letter&sort=name&page={page}"):
        if page > 3:
            break
        assert len(rows) == A_PAGE
        found += rows
        page += 1

    assert found == names


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("state=nonsense", "There is nothing called “nonsense” to choose."),
        ("page=first", "A page is a whole number."),
        ("colour=red", "The queue has no parameter “colour”."),
        ("q=%00", "Null characters are not allowed."),
    ],
)
def test_what_is_broken_is_told_and_ignored(client, queue, query, told):
    response = client.get(f"/workbench/?{query}")

    assert response.status_code == 200
    assert told in response.content.decode()
    assert len(shown(client, query)) == len(shown(client))


def test_nothing_found_says_what_to_do(client):
    client.force_login(officer())

    assert "Nothing waits" in client.get("/workbench/").content.decode()
    nothing = client.get("/workbench/?waiting=us").content.decode()
    assert "Nothing here now" in nothing
    unnamed = client.get("/workbench/?q=nobody").content.decode()
    assert "No application is called that" in unnamed


@pytest.mark.parametrize("rows", [1, 3])
# Who may read mails is told of those that need care.
@pytest.mark.parametrize(("who", "number"), [(factories.reviewer, 6), (officer, 8)])
def test_queue_asks_so_often(client, rows, who, number):
    client.force_login(who())
    for _ in range(rows):
        factories.application(state="in_review")

    with CaptureQueriesContext(connection) as queries:
        assert len(shown(client)) == rows

    assert len(queries) == number


@pytest.fixture
def stuck():
    """A mail that failed, one that waits for long, and two that need nobody."""
    failed, late, _, old = (factories.mail(subject=f"M{n}") for n in range(4))
    long_ago = timezone.now() - dt.timedelta(days=40)
    rows = Mail.objects.filter
    rows(pk=failed.pk).update(state="failed", try_after=None, trouble="550 No")
    rows(pk=late.pk).update(at=timezone.now() - dt.timedelta(hours=2))
    rows(pk=old.pk).update(
        state="failed", try_after=None, trouble="550 No", at=long_ago
    )
    return {"M0", "M1"}


def test_mails_that_need_care_are_told_on_the_first_page(client, stuck):
    user = officer()
    user.is_staff = True
    user.save()
    client.force_login(user)

    told = re.search(
        r'href="(/workbench/mail/\?state=care)">[^<]*: (\d+)<',
        client.get("/workbench/").text,
    )
    listed = client.get(told[1]).context["page"]
    on_dashboard = client.get("/admin/").text

    assert {each.subject for each in listed} == stuck
    assert int(told[2]) == len(stuck)
    assert f'href="{told[1]}"><strong>{len(stuck)}</strong> Mails' in on_dashboard


def test_address_of_who_has_it_is_broken_after_its_at_and_escaped(client, queue):
    queue.email = "<b>@example.org"
    queue.save()

    page = client.get("/workbench/?assigned=me").text

    assert "<bdi>&lt;b&gt;@<wbr>example.org</bdi>" in page


def test_mails_that_need_care_are_no_business_of_reviewers(client, stuck):
    client.force_login(factories.reviewer())

    assert "Mails need care" not in client.get("/workbench/").text


def test_every_state_can_be_chosen():
    assert set(CHOICES["state"]) == {"open", "all", *Application.State.values}


def test_dashboard_of_the_admin_leads_to_the_lists_that_it_counts(client, queue):
    queue.is_staff = True
    queue.save()

    page = client.get("/admin/").content.decode()

    for query in ("waiting=us", "waiting=us&amp;assigned=nobody"):
        number = re.search(rf'href="/workbench/\?{query}"><strong>(\d+)<', page)[1]
        assert int(number) == len(shown(client, query.replace("&amp;", "&"))) > 0
