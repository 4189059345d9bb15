"""Drafts that nobody touches: announced at 30 and 53 days, closed at 60."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import F
from django.utils import timezone

from members import due, untouched
from members.models import Application, Mail, User
from members.severally import DueWorkError
from tests import factories

pytestmark = pytest.mark.django_db


def join(application, role):
    """Somebody who was invited by staff and takes part."""
    user = factories.applicant()
    application.collaborators.create(user=user, role=role)
    return user


@pytest.fixture
def draft():
    return factories.application(given={"name": "Sparse Solvers"})


def days_pass(days):
    """As if all that is there had happened so many days earlier."""
    earlier = timedelta(days=days)
    Application.objects.update(
        touched_at=F("touched_at") - earlier, state_since=F("state_since") - earlier
    )
    Mail.objects.update(at=F("at") - earlier)


def send():
    Mail.objects.filter(state="queued").update(
        state="sent", try_after=None, sent_at=timezone.now(), delivery="server"
    )


def run(*, worker=True):
    """What a run did: reminders and ends. The worker sends what is written."""
    done = due.do_due_work()
    if worker:
        send()
    return done["drafts to be reminded of"], done["drafts that expire"]


def told(application):
    """Kinds of the mails about it, with the days that it has left."""
    return [
        (mail.kind, int("".join(c for c in word if c.isdigit()) or 0))
        for mail in application.mails.order_by("pk")
        for word in [mail.text.partition("closes in ")[2].partition(" days")[0]]
    ]


def test_a_draft_is_announced_twice_and_then_closed(draft):
    happened = {}
    for day in range(1, 70):
        days_pass(1)
        # Of a run, what is about drafts.
        done = untouched.remind(), untouched.expire()
        if done != (0, 0):
            send()
            happened[day] = done
            assert run() == (0, 0)

    assert happened == {30: (1, 0), 53: (1, 0), 60: (0, 1)}
    assert told(draft) == [("reminder-30", 30), ("reminder-53", 7), ("expired", 0)]
    draft.refresh_from_db()
    event = draft.events.last()
    assert draft.state == "expired"
    assert event.by.is_registry
    assert (event.reason, event.is_for_applicants) == (untouched.REASON, True)
    assert draft.answers.get().value == "Sparse Solvers"


def test_days_on_which_nothing_ran_are_caught_up_with(draft):
    days_pass(58)

    assert run() == (1, 0)
    assert told(draft) == [("reminder-53", 7)]
    days_pass(6)
    assert run() == (0, 0)
    days_pass(1)
    assert run() == (0, 1)


def test_nothing_closes_unannounced(draft):
    days_pass(400)

    assert run() == (1, 0)
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_nothing_closes_while_its_announcement_waits_to_be_sent(draft):
    days_pass(53)
    assert run(worker=False) == (1, 0)
    days_pass(8)

    assert run() == (0, 0)
    assert run() == (0, 1)


def test_whoever_touches_a_draft_begins_again(draft):
    days_pass(53)
    run()
    draft.save_answers({"focus": "Solvers"}, by=draft.opened_by)
    days_pass(29)
    assert run() == (0, 0)
    days_pass(1)
    assert run() == (1, 0)

    assert [kind for kind, _ in told(draft)] == ["reminder-53", "reminder-30"]


def test_changes_that_are_awaited_are_announced_too():
    application = factories.application(state="changes_requested")
    Mail.objects.update(kind="before")
    days_pass(30)

    assert run() == (1, 0)
    assert Mail.objects.get(kind="reminder-30").to == application.opened_by.email


def test_what_waits_for_the_consortium_is_left_alone():
    factories.application(state="submitted")
    days_pass(100)

    for state in ("submitted", "in_review", "recommended", "declined"):
        Application.objects.update(state=state)
        assert run() == (0, 0), state
    # It is old enough: an applicant would be reminded of it.
    Application.objects.update(state="changes_requested")
    assert run() == (1, 0)


def test_a_letter_is_announced_to_who_entered_it():
    clerk = factories.user(permissions=["enter_application"])
    application = Application.open(by=clerk, source="letter")
    application.save_answers({"lead-email": "lead@example.org"}, by=clerk)
    days_pass(30)

    assert run() == (1, 0)
    assert application.mails.get().to == clerk.email


def test_a_draft_whose_writers_have_no_address_ends_at_its_day(draft):
    User.objects.filter(pk=draft.opened_by_id).update(email="")
    days_pass(59)
    assert run() == (0, 0)
    days_pass(1)
    assert run() == (0, 1)
    assert told(draft) == []


def test_what_was_touched_meanwhile_is_left_alone(draft):
    days_pass(53)
    run()
    days_pass(7)
    draft.save_answers({"focus": "Solvers"}, by=draft.opened_by)

    assert untouched._expire(draft.pk) == 0
    assert untouched._remind(draft.pk, untouched.LAST) == 0


def test_an_expired_draft_is_revived_for_a_year(draft):
    draft.expire(by=factories.officer())
    days_pass(364)
    draft.refresh_from_db()
    draft.revive(by=draft.opened_by)
    assert draft.state == "draft"
    days_pass(29)
    assert run() == (0, 0)

    draft.expire(by=factories.officer())
    days_pass(366)
    draft.refresh_from_db()
    with pytest.raises(ValidationError, match="more than a year ago"):
        draft.revive(by=draft.opened_by)


def test_what_was_submitted_comes_back_as_changes_requested():
    application = factories.application(state="in_review")
    application.expire(by=factories.officer())

    application.revive(by=application.opened_by)

    assert application.state == "changes_requested"


def test_nobody_revives_what_nobody_can_write(draft):
    draft.expire(by=factories.officer())
    draft.leave(by=draft.opened_by)

    with pytest.raises(ValidationError, match="Nobody is left"):
        draft.revive(by=factories.officer())


def refuse(table, condition):
    """Have the database refuse whatever is written as `condition` has it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT of_the_test "
            f"CHECK (NOT ({condition})) NOT VALID"
        )


def three_drafts(*, untouched_for):
    """The first of them is the first whose turn it is."""
    drafts = [factories.application(given={}) for _ in range(3)]
    days_pass(untouched_for)
    for number, draft in enumerate(drafts):
        touched_at = F("touched_at") + timedelta(minutes=number)
        Application.objects.filter(pk=draft.pk).update(touched_at=touched_at)
    return drafts


@pytest.mark.parametrize(("days", "kind"), [(31, "reminder-30"), (54, "reminder-53")])
def test_a_reminder_that_fails_holds_up_no_other(caplog, days, kind):
    bad, *good = three_drafts(untouched_for=days)
    refuse("members_mail", f"application_id = {bad.pk}")

    with pytest.raises(DueWorkError, match="Failed: drafts to be reminded of"):
        run()

    assert [told(draft)[-1][0] for draft in good] == [kind, kind]
    assert told(bad) == []
    failures = [line for line in caplog.records if str(bad.pk) in line.getMessage()]
    assert [line.getMessage() for line in failures] == [
        f"Due work failed: reminder of application {bad.pk}"
    ]
    assert failures[0].exc_info


def test_an_end_that_fails_holds_up_no_other(caplog):
    bad, *good = three_drafts(untouched_for=54)
    run()
    days_pass(8)
    refuse("members_application", f"id = {bad.pk} AND state = 'expired'")

    with pytest.raises(DueWorkError, match="Failed: drafts that expire"):
        run()

    for draft in (bad, *good):
        draft.refresh_from_db()
    assert [draft.state for draft in (bad, *good)] == ["draft", "expired", "expired"]
    assert not bad.events.filter(reason=untouched.REASON).exists()
    assert f"end of application {bad.pk}" in caplog.text
    assert "of_the_test" in caplog.text


@pytest.mark.parametrize("number", [1, 3])
def test_a_run_that_finds_nothing_asks_little(number, django_assert_num_queries):
    for _ in range(number):
        factories.application(given={})
    days_pass(40)
    run()

    with django_assert_num_queries(3):
        assert (untouched.remind(), untouched.expire()) == (0, 0)


@pytest.mark.parametrize(("role", "is_told"), [("reader", True), ("editor", False)])
def test_staff_are_told_of_what_they_entered_while_nobody_else_writes_it(role, is_told):
    officer = factories.officer()
    application = Application.open(by=officer, source="letter")
    colleague = join(application, role)
    days_pass(30)

    run()

    to = set(application.mails.values_list("to", flat=True))
    assert to == {colleague.email} | ({officer.email} if is_told else set())
