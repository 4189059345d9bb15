"""The queue: what it lists, what it counts, and how it is asked."""

import copy
import datetime as dt
import re
from urllib.parse import parse_qs

import pytest
from django.http import QueryDict
from django.utils import timezone

from members.models import Answer, Application, Mail
from members.workbench.queue import CHOICES, QueueForm
from tests import factories
from tests.workbench.scenes import officer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]
STATES = ("submitted", "in_review", "changes_requested", "recommended", "declined")
A_PAGE = 50


def waiting():
    """Applications in several states, one entered by staff, some assigned."""
    user = officer()
    for state in STATES:
        factories.application(state=state)
    mine = factories.application(state="in_review")
    mine.assign(to=user, by=factories.officer())
    Application.enter(
        by=user, source="email", name="a.eml", content=b"Hello", given={"name": "Mail"}
    )
    return user


@pytest.fixture(scope="module")
def rows(kept):
    return kept(waiting)


@pytest.fixture
def queue(rows, db, client):
    """The officer who opens it, and has one of the applications."""
    user = copy.deepcopy(rows)
    client.force_login(user)
    return user


def enter_letters(names, *, by):
    """As many letters, written as rows."""
    letters = Application.objects.bulk_create(
        Application(opened_by=by, source="letter") for _ in names
    )
    Answer.objects.bulk_create(
        Answer(application=letter, key="name", value=name, by=by)
        for letter, name in zip(letters, names, strict=True)
    )


def listed(user, query):
    return QueueForm(QueryDict(query), user).applications()


def shown(client, query=""):
    """The names of the queue's rows as a page shows them."""
    return names_on(client.get(f"/workbench/?{query}").text)


def names_on(page):
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
        page = client.get(f"/workbench/?{query}").text
        said = re.search(r'role="status">(\d+) application', page)
        assert int(said[1]) == len(names_on(page)) > 0, query


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


def test_name_is_the_one_that_was_handed_in(client, queue):
    application = Application.objects.get(state="changes_requested")
    application.save_answers({"name": "Unsaid yet"}, by=application.opened_by)

    (name,) = shown(client, "waiting=them")
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


def test_name_is_found_without_case_and_accents_in_any_order(client, queue):
    given = factories.answers(name="Zentrum für Größe", short_name="ZfG")
    application = factories.application(state="submitted", given=given)

    for words in ("grosse zentrum", "ZFG", application.public_id, "  Größe  "):
        found = listed(queue, f"q={words}")
        assert [each.pk for each in found] == [application.pk], words
    assert shown(client, "q=gr%C3%B6sse+nowhere") == []


def test_own_application_and_drafts_of_others_are_not_in_the_queue(client, queue):
    reviewer = factories.reviewer()
    own = factories.application(by=reviewer, state="submitted")
    draft = factories.application(state="draft")

    of_officer = shown(client, "state=all")
    client.force_login(reviewer)
    of_reviewer = shown(client, "state=all")

    assert own.title in of_officer
    assert own.title not in of_reviewer
    assert draft.title not in of_officer + of_reviewer
    assert len(of_reviewer) == len(STATES) + 1


def test_every_choice_survives_a_search_and_a_page(client, queue):
    enter_letters(["Let"] * (A_PAGE + 1), by=queue)
    query = "state=draft&source=letter&assigned=nobody&sort=name"

    page = client.get(f"/workbench/?{query}&q=let").content.decode()

    form = re.search(r'<form class="search-form".*?</form>', page, re.S)[0]
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))
    assert hidden == {k: v[0] for k, v in parse_qs(query).items()}


def test_500_rows_are_paged(client, queue):
    names = [f"Letter {number:03}" for number in range(3 * A_PAGE)]
    enter_letters(names, by=queue)
    found, page = [], 1
    while rows := shown(client, f"source=letter&sort=name&page={page}"):
        if page > 3:
            break
        assert len(rows) == A_PAGE
        found += rows
        page += 1

    assert found == names


def test_what_is_broken_is_told_and_ignored(client, queue):
    everything = shown(client)

    for query, told in {
        "state=nonsense": "There is nothing called “nonsense” to choose.",
        "page=first": "A page is a whole number.",
        "colour=red": "The queue has no parameter “colour”.",
        "q=%00": "Null characters are not allowed.",
    }.items():
        response = client.get(f"/workbench/?{query}")
        assert response.status_code == 200
        assert told in response.text
        assert names_on(response.text) == everything


@pytest.fixture
def stuck(db):
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


def test_mails_that_need_care_are_told_on_the_first_page(client, queue, stuck):
    queue.is_staff = True
    queue.save()

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


def test_mails_that_need_care_are_no_business_of_reviewers(client, queue, stuck):
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
