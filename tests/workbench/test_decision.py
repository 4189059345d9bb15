"""The page of a decision: staged, read, released or taken back."""

import copy
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from members.models import Application, Mail, Organization
from tests import factories
from tests.workbench.scenes import desk, scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]


def accepting(**changed):
    today = timezone.localdate().isoformat()
    given = {
        "outcome": "accept",
        "level": factories.level().pk,
        "starts_on": today,
        "organization": "",
        "organization_q": "",
        "reason": "You fit.",
        "private_note": "Not to be told.",
        "clause": "By-laws: joining",
        "votes_for": "9",
        "votes_against": "1",
    }
    return given | changed


def anew(application):
    return Application.objects.get(pk=application.pk)


def said(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


PROPOSAL = {"proposal__1__name": "Volcanology", "proposal__1__kind": "community"}


@pytest.fixture(scope="module")
def rows(kept):
    return kept(lambda: scene(state="recommended", **PROPOSAL))


@pytest.fixture
def recommended(rows, db, client):
    found = copy.deepcopy(rows)
    client.force_login(found.officer)
    return found


def test_acceptance_is_staged_read_and_released_by_pages_alone(client, recommended):
    application = recommended.application
    sent = Mail.objects.exclude(state="draft").count()

    staged = client.post(
        desk(application, "stage"), accepting(proposals=["1"]), follow=True
    )
    assert "The decision is staged." in said(staged)
    assert "9 for, 1 against" in said(staged)
    assert "Not to be told." in said(staged)
    drafts = Mail.objects.filter(application=application, state="draft")
    for mail in drafts:
        assert mail.to in said(staged)
        assert f"/workbench/mail/{mail.pk}/edit/" in staged.content.decode()
    assert Mail.objects.exclude(state="draft").count() == sent

    verdict = application.staged
    released = client.post(
        desk(application, "release"), {"verdict": verdict.pk}, follow=True
    )

    application = anew(application)
    assert application.state == "accepted"
    assert application.organization.get_absolute_url() in released.content.decode()
    assert application.verdict.proposals == [1]
    assert application.verdict.private_note == "Not to be told."
    assert not drafts.all().exists()


def test_form_begins_with_what_was_asked_for(client, recommended):
    page = client.get(desk(recommended.application, "decision")).content.decode()

    assert re.search(r"<option[^>]* selected>Core", page)
    assert 'value="By-laws: joining"' in page
    assert f'value="{timezone.localdate().isoformat()}"' in page
    assert "<bdi>Volcanology</bdi> (community)" in page


# What is wrong by itself, and what each is told; the two of a level or a first day
# that is missing say the same, and never stand together.
WRONG = [
    {
        "starts_on": ("", "An acceptance needs this."),
        "organization": ("ZZZZZZZZ", "Choose one of the records that are shown."),
        "votes_for": ("-1", "greater than or equal to 0"),
        "clause": ("turned\u202eround", "invisible character"),
    },
    {
        "level": ("", "An acceptance needs this."),
        "starts_on": ("soon", "Enter a valid date."),
        "reason": ("", "This field is required."),
        "proposals": (["7"], "not one of the available choices"),
    },
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_told_and_all_is_kept(client, recommended, wrong):
    sent = accepting(**{field: typed for field, (typed, _) in wrong.items()})

    response = client.post(desk(recommended.application, "stage"), sent)

    errors = response.context["refused"].errors
    assert response.status_code == 422
    assert set(errors) == set(wrong)
    for field, (_, told) in wrong.items():
        assert told in " ".join(errors[field]), field
        assert told in response.text, field
    assert "Not to be told.</textarea>" in response.text
    assert not recommended.application.verdicts.exists()


def test_record_is_searched_and_what_was_typed_is_kept(client, recommended):
    known = factories.member(name="Quill Numerics")
    hidden = factories.member(name="Something else")
    typed = accepting(organization_q="quill", reason="Half a reas")

    response = client.post(desk(recommended.application, "decision"), typed)

    page = response.content.decode()
    assert response.status_code == 200
    assert known.public_id in page
    assert hidden.public_id not in page
    assert "Half a reas</textarea>" in page
    assert "Not to be told.</textarea>" in page
    assert not recommended.application.verdicts.exists()


def test_former_member_that_applies_again_keeps_its_record(client, recommended):
    past = timezone.localdate() - timezone.timedelta(days=900)
    known = factories.member(
        name="Quill Numerics",
        started_on=past,
        ended_on=past + timezone.timedelta(days=300),
    )
    application = recommended.application
    count = Organization.objects.count()
    sent = accepting(organization_q="quill", organization=known.public_id)

    client.post(desk(application, "stage"), sent)
    client.post(desk(application, "release"), {"verdict": application.staged.pk})

    assert anew(application).organization == known
    assert Organization.objects.count() == count


def test_only_records_that_were_found_can_be_chosen(client, recommended):
    known = factories.member(name="Quill Numerics")
    sent = accepting(organization=known.public_id)

    response = client.post(desk(recommended.application, "stage"), sent)

    assert response.status_code == 422
    assert "Choose one of the records that are shown." in said(response)


def test_declining_needs_no_level(client, recommended):
    application = recommended.application
    sent = {"outcome": "decline", "reason": "Not now.", "clause": "By-laws: joining"}

    client.post(desk(application, "stage"), sent)
    client.post(desk(application, "release"), {"verdict": application.staged.pk})

    assert anew(application).state == "declined"
    assert anew(application).verdict.level is None


def test_decision_that_was_taken_back_stays_to_be_seen(client, recommended):
    application = recommended.application
    client.post(desk(application, "stage"), accepting(reason="A hasty one"))

    response = client.post(
        desk(application, "take_back"), {"reason": "Too soon"}, follow=True
    )

    assert "taken back" in said(response)
    assert "A hasty one" in said(response)
    assert anew(application).state == "recommended"
    assert not Mail.objects.filter(application=application, state="draft").exists()
    client.force_login(recommended.reviewer)
    page = client.get(desk(application)).content.decode()
    assert "A hasty one" not in page
    assert "Too soon" not in page


def test_decision_that_was_staged_since_is_not_released_unread(client, recommended):
    application = recommended.application
    factories.stage(application, reason="The first")
    seen = application.staged.pk
    application.take_back(by=factories.officer())
    factories.stage(application, outcome="decline", reason="The second")

    response = client.post(desk(application, "release"), {"verdict": seen})

    assert response.status_code == 422
    assert "Another decision was staged since" in said(response)
    assert anew(application).state == "recommended"


def test_second_release_is_told(client, recommended):
    application = recommended.application
    factories.stage(application)
    data = {"verdict": application.staged.pk}

    client.post(desk(application, "release"), data)
    response = client.post(desk(application, "release"), data)

    assert response.status_code == 422
    assert Organization.objects.filter(applications=application).count() == 1


def test_declined_application_can_be_decided_anew(client, recommended):
    found = recommended
    factories.stage(found.application, outcome="decline")
    found.application.release(by=found.officer)

    page = client.get(desk(found.application, "decision"))
    assert "Decide anew" in said(page)
    assert "Decline: released" in said(page)
    client.post(desk(found.application, "stage"), accepting())
    verdict = found.application.staged.pk
    client.post(desk(found.application, "release"), {"verdict": verdict})

    assert anew(found.application).state == "accepted"


def test_nothing_to_decide_says_so(client, recommended):
    recommended.application.reopen(by=recommended.officer, reason="A doubt")

    response = client.get(desk(recommended.application, "decision"))

    assert "It cannot be decided yet" in said(response)


@pytest.mark.parametrize("number", [1, 3])
def test_decision_asks_so_often(client, recommended, number):
    application = recommended.application
    for _ in range(number):
        factories.stage(application)
        application.take_back(by=factories.officer())
    for _ in range(number):
        application.collaborators.create(user=factories.applicant(), role="reader")
    factories.stage(application)

    with CaptureQueriesContext(connection) as queries:
        page = client.get(desk(application, "decision")).content.decode()

    assert page.count("taken back ") == number
    assert page.count("desk-mail") > number
    assert len(queries) == 28
