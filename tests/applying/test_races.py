"""Two people at once, with real connections: one wins, the other is told why.

Continuous integration tries each pair 200 times (RACE_ROUNDS); a few rounds are enough
to see a lock missing.
"""

import os

import pytest
from django.db import connection

from members.models import (
    Application,
    Collaborator,
    Decision,
    Invitation,
    Mail,
    Membership,
    Organization,
    User,
    Verdict,
    colleagues,
)
from members.models import applications as bounds
from tests import factories
from tests.applying.arena import applications, race, refusals

ROUNDS = int(os.environ.get("RACE_ROUNDS", "200" if os.environ.get("CI") else "12"))

pytestmark = [pytest.mark.siege, pytest.mark.usefixtures("committed")]


def staged(keys, officer, **facts):
    for application in Application.objects.filter(pk__in=keys):
        factories.stage(application, by=officer, **facts)
    return keys


def stage_rows(keys, officer, **facts):
    """Acceptances written as rows, without the mails that would wait with them."""
    facts |= {"level": factories.level(), "starts_on": factories.LATER}
    facts |= {"reason": "-", "clause": "-", "staged_by": officer}
    Verdict.objects.bulk_create(
        Verdict(application_id=key, outcome="accept", **facts) for key in keys
    )


def test_two_submissions_make_one_revision():
    by = factories.applicant()
    keys = applications(ROUNDS, by=by)

    for answers in race(keys, *[lambda each: each.submit(by=by)] * 2):
        (refusal,) = refusals(answers)
        assert "too late" in refusal
    for application in Application.objects.filter(pk__in=keys):
        assert application.state == "submitted"
        assert application.revisions.count() == application.events.count() == 1
        assert application.mails.filter(kind="submitted").count() == 1


def test_two_stagings_leave_one_decision_staged():
    officer, other = factories.officer(), factories.officer()
    keys = applications(ROUNDS, state="recommended", by=factories.applicant())

    for answers in race(
        keys,
        lambda each: factories.stage(each, outcome="decline", by=officer),
        lambda each: factories.stage(each, by=other),
    ):
        (refusal,) = refusals(answers)
        assert "A decision is staged already" in refusal
    for application in Application.objects.filter(pk__in=keys):
        verdict = application.verdicts.get()
        held = {mail.kind for mail in application.mails.in_state("draft")}
        assert ("accepted" in held) == verdict.is_acceptance


def test_two_releases_make_one_member():
    officer, other = factories.officer(), factories.officer()
    keys = applications(ROUNDS, state="recommended", by=factories.applicant())
    staged(keys, officer)

    for answers in race(
        keys,
        lambda each: each.release(by=officer),
        lambda each: each.release(by=other),
    ):
        (refusal,) = refusals(answers)
        assert "too late" in refusal
    made = Organization.objects.filter(applications__in=keys)
    assert made.count() == ROUNDS
    assert Membership.objects.filter(organization__in=made).count() == ROUNDS
    assert Decision.objects.filter(organization__in=made).count() == ROUNDS


def test_a_release_and_taking_back_do_not_both_happen():
    officer, other = factories.officer(), factories.officer()
    keys = applications(ROUNDS, state="recommended", by=factories.applicant())
    staged(keys, officer, outcome="decline")

    for answers in race(
        keys,
        lambda each: each.release(by=officer),
        lambda each: each.take_back(by=other),
    ):
        (refusal,) = refusals(answers)
        assert refusal == "No decision is staged."
    for verdict in Verdict.objects.filter(application__in=keys):
        assert (verdict.released_at is None) != (verdict.taken_back_at is None)
        mail = verdict.application.mails.get(kind="declined")
        assert (mail.state == "queued") == bool(verdict.released_at)
        assert verdict.application.state == (
            "declined" if verdict.released_at else "recommended"
        )


def test_two_applications_of_one_name_make_one_member():
    officer, other = factories.officer(), factories.officer()
    by = factories.applicant()
    pairs = {}
    for number in range(ROUNDS):
        facts = {"name": f"Same {number}", "proposal__1__name": f"New {number}"}
        facts["proposal__1__kind"] = "community"
        first, second = applications(2, state="recommended", by=by, **facts)
        pairs[first] = second
    stage_rows([key for pair in pairs.items() for key in pair], officer, proposals=[1])

    for answers in race(
        list(pairs),
        lambda each: each.release(by=officer),
        lambda each: Application.objects.get(pk=pairs[each.pk]).release(by=other),
    ):
        (refusal,) = refusals(answers)
        assert "choose that record, or have the name changed" in refusal
    for first, second in pairs.items():
        states = {a.state for a in Application.objects.filter(pk__in=[first, second])}
        assert states == {"accepted", "recommended"}
    assert Organization.objects.filter(name__startswith="Same").count() == ROUNDS


def test_submitting_and_withdrawing_end_withdrawn():
    by = factories.applicant()
    keys = applications(ROUNDS, by=by)

    for answers in race(
        keys, lambda each: each.submit(by=by), lambda each: each.withdraw(by=by)
    ):
        assert all("too late" in refusal for refusal in refusals(answers))
    for application in Application.objects.filter(pk__in=keys):
        assert application.state == "withdrawn"
        events = list(application.events.order_by("pk").values_list("before", "after"))
        was_in = application.submitted_at is not None
        assert application.revisions.count() == was_in
        assert events == (
            [("draft", "submitted"), ("submitted", "withdrawn")]
            if was_in
            else [("draft", "withdrawn")]
        )


def test_a_revision_is_what_the_draft_is_whoever_saves_meanwhile():
    by = factories.applicant()
    keys = applications(ROUNDS, by=by)

    for answers in race(
        keys,
        lambda each: each.submit(by=by),
        lambda each: each.save_answers({"focus": "Changed"}, by=by),
    ):
        assert all("too late" in refusal for refusal in refusals(answers))
    for application in Application.objects.filter(pk__in=keys):
        assert application.latest.answers == application.draft


def test_one_of_two_editors_stays():
    by, other = factories.applicant(), factories.applicant()
    keys = applications(ROUNDS, by=by)
    Collaborator.objects.bulk_create(
        Collaborator(application_id=key, user=other, role="editor") for key in keys
    )

    for answers in race(
        keys, lambda each: each.leave(by=by), lambda each: each.leave(by=other)
    ):
        (refusal,) = refusals(answers)
        assert "The last editor cannot leave" in refusal
    assert Collaborator.objects.editors().filter(application__in=keys).count() == ROUNDS


def test_an_invitation_is_used_once():
    by, one, other = (factories.applicant() for _ in range(3))
    keys = applications(ROUNDS, by=by)
    for key in keys:
        Invitation.objects.issue(
            application_id=key, email="x@example.org", role="reader", invited_by=by
        )

    def join(each, user):
        each.join(each.invitations.get(), by=user)

    for answers in race(
        keys, lambda each: join(each, one), lambda each: join(each, other)
    ):
        (refusal,) = refusals(answers)
        assert "used already" in refusal
    readers = Collaborator.objects.active().filter(role="reader", application__in=keys)
    assert readers.count() == ROUNDS


def test_an_account_that_claims_two_people_is_one():
    by = factories.applicant()
    keys = applications(2 * ROUNDS, by=by)
    pairs, accounts = dict(zip(keys[::2], keys[1::2], strict=True)), {}
    for key in keys:
        Invitation.objects.issue(
            application_id=key, email="", invited_by=by, person=factories.person()
        )
    for key in pairs:
        accounts[key] = factories.applicant()

    def claim(each, key):
        found = Application.objects.get(pk=key)
        by = User.objects.get(pk=accounts[each.pk].pk)
        found.claim(found.invitations.get(), by=by)

    for answers in race(
        list(pairs),
        lambda each: claim(each, each.pk),
        lambda each: claim(each, pairs[each.pk]),
    ):
        (refusal,) = refusals(answers)
        assert "belongs to" in refusal


def test_a_person_whom_two_accounts_claim_belongs_to_one():
    by = factories.applicant()
    keys = applications(2 * ROUNDS, by=by)
    pairs, accounts = dict(zip(keys[::2], keys[1::2], strict=True)), {}
    for pair in pairs.items():
        person = factories.person()
        for key in pair:
            accounts[key] = factories.applicant()
            Invitation.objects.issue(
                application_id=key, email="", invited_by=by, person=person
            )

    def claim(key):
        found = Application.objects.get(pk=key)
        found.claim(found.invitations.get(), by=accounts[key])

    for answers in race(
        list(pairs),
        lambda each: claim(each.pk),
        lambda each: claim(pairs[each.pk]),
    ):
        (refusal,) = refusals(answers)
        assert "Another account" in refusal


def test_an_account_that_is_closed_takes_part_in_nothing():
    by = factories.applicant()
    keys = applications(ROUNDS, by=by)
    leaving = {key: factories.applicant() for key in keys}
    for key in keys:
        Invitation.objects.issue(
            application_id=key, email="x@example.org", role="reader", invited_by=by
        )

    for answers in race(
        keys,
        lambda each: each.join(each.invitations.get(), by=leaving[each.pk]),
        lambda each: User.objects.get(pk=leaving[each.pk].pk).close(),
    ):
        assert set(refusals(answers)) <= {"This account is closed."}
    active = Collaborator.objects.active().filter(role="reader", application__in=keys)
    assert not active.exists()


def test_colleagues_who_close_their_accounts_at_once_do_not_block_each_other():
    by = factories.applicant()
    keys = applications(2 * ROUNDS, by=by)
    pairs, leaving = dict(zip(keys[::2], keys[1::2], strict=True)), {}
    for pair in pairs.items():
        leaving[pair[0]] = people = factories.applicant(), factories.applicant()
        for user, order in zip(people, (pair, pair[::-1]), strict=True):
            for key in order:
                Collaborator.objects.create(
                    application_id=key, user=user, role="editor"
                )

    def close(place):
        return lambda each: leaving[each.pk][place].close()

    for answers in race(list(pairs), close(0), close(1)):
        assert not refusals(answers)
    assert Collaborator.objects.active().count() == 2 * ROUNDS


def test_one_address_is_invited_once(monkeypatch):
    monkeypatch.setattr(colleagues, "INVITED_A_DAY", 2 * ROUNDS)
    by = factories.applicant()
    keys = applications(ROUNDS, by=by)

    def invite(each):
        each.invite(by=by, email="x@example.org", role="reader")

    for answers in race(keys, invite, invite):
        (refusal,) = refusals(answers)
        assert "invited already" in refusal
    assert Mail.objects.filter(application__in=keys).count() == ROUNDS


def test_a_declined_application_is_answered_by_one_new_one(monkeypatch):
    monkeypatch.setattr(bounds, "OPENED_AT_MOST", 3 * ROUNDS)
    by = factories.applicant()
    keys = applications(ROUNDS, state="declined", by=by)

    for answers in race(keys, *[lambda each: each.reapply(by=by)] * 2):
        (refusal,) = refusals(answers)
        assert "has begun a new application" in refusal
    assert Application.objects.filter(earlier__in=keys).count() == ROUNDS


def test_who_begins_many_at_once_begins_as_many_as_one_by_one(monkeypatch):
    monkeypatch.setattr(bounds, "OPENED_AT_MOST", 2)
    keys = [applications(1, by=factories.applicant())[0] for _ in range(ROUNDS)]

    def begin(each):
        Application.open(by=each.opened_by)

    for answers in race(keys, *[begin] * 4):
        assert len(refusals(answers)) == 3
        assert "have begun 2" in refusals(answers)[0]


def test_who_invites_from_many_at_once_invites_as_many_as_one_by_one(monkeypatch):
    monkeypatch.setattr(colleagues, "INVITED_A_DAY", 1)
    several = [applications(4, by=factories.applicant()) for _ in range(ROUNDS)]
    own = {keys[0]: keys for keys in several}

    def invite(place):
        def call(each):
            found = Application.objects.get(pk=own[each.pk][place])
            found.invite(by=each.opened_by, email="x@example.org", role="reader")

        return call

    for answers in race(list(own), *[invite(place) for place in range(4)]):
        assert len(refusals(answers)) == 3
        assert "invited 1 people" in refusals(answers)[0]


# Killed at any point


class KilledError(Exception):
    pass


def killing(after):
    """Let so many commands through, and no more."""
    left = [after]

    def wrapper(execute, sql, params, many, context):
        if not left[0]:
            raise KilledError
        left[0] -= 1
        return execute(sql, params, many, context)

    return wrapper


def everything():
    """The number of rows of each table, histories and jobs too."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND "
            "tablename ~ '^(members|goals|pghistory|procrastinate)_'"
        )
        tables = [name for (name,) in cursor.fetchall()]
        counted = ", ".join(f"(SELECT count(*) FROM {name})" for name in tables)
        cursor.execute(f"SELECT {counted}")
        return dict(zip(tables, cursor.fetchone(), strict=True))


def killed(application, do, *, step):
    """How often `do` was killed, after each `step` commands, before it was done."""
    before, times = everything(), 0
    while True:
        try:
            with connection.execute_wrapper(killing(times * step)):
                do(application)
        except KilledError:
            times += 1
            application.refresh_from_db()
            application.forget()
            assert everything() == before, times * step
        else:
            return times


def test_an_acceptance_that_is_killed_leaves_nothing():
    officer = factories.officer()
    facts = {"proposal__1__name": "Meshes", "proposal__1__kind": "community"}
    (key,) = applications(1, state="recommended", by=factories.applicant(), **facts)
    application = Application.objects.get(pk=key)
    factories.stage(application, by=officer, proposals=[1])

    times = killed(application, lambda each: each.release(by=officer), step=8)

    assert times > 20
    assert application.state == "accepted"
    assert application.organization.memberships.count() == 1
    assert application.organization.commitments.count() == 7


def test_a_submission_that_is_killed_leaves_nothing():
    by = factories.applicant()
    (key,) = applications(1, by=by)
    application = Application.objects.get(pk=key)

    assert killed(application, lambda each: each.submit(by=by), step=3) > 5
    assert application.revisions.count() == 1
