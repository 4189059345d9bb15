"""Two people at once, with real connections: one wins, the other is told why."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from goals.models import Commitment
from members.models import Membership, Organization
from tests import factories
from tests.factories import LATER

pytestmark = pytest.mark.usefixtures("committed")

ROUNDS = 10


def at_once(*calls):
    """What each of `calls` answers when all start together, refusals as their text."""
    barrier = Barrier(len(calls))

    def answer(call):
        try:
            barrier.wait(timeout=10)
            return call()
        except ValidationError as refusal:
            return " ".join(refusal.messages)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(answer, calls))


def refusals(answers):
    return [answer for answer in answers if isinstance(answer, str)]


def test_two_admissions_make_one_member():
    by, level = factories.officer(), factories.level()
    for _ in range(ROUNDS):
        key = factories.organization().pk

        def admit(key=key):
            organization = Organization.objects.get(pk=key)
            return Membership.admit(
                organization, level=level, by=by, on=LATER, reason="-"
            )

        (refusal,) = refusals(at_once(admit, admit))

        assert "two periods of membership cannot overlap" in refusal
        organization = Organization.objects.get(pk=key)
        assert organization.memberships.count() == organization.events.count() == 1


def test_an_end_and_a_change_of_level_do_not_both_happen():
    by, affiliate = factories.officer(), factories.level(slug="affiliate")
    for _ in range(ROUNDS):
        key = factories.member().memberships.get().pk

        def end(key=key):
            membership = Membership.objects.get(pk=key)
            membership.end(how="resigned", by=by, on=LATER, reason="-")

        def change(key=key):
            membership = Membership.objects.get(pk=key)
            membership.change_level(level=affiliate, by=by, on=LATER, reason="-")

        (refusal,) = refusals(at_once(end, change))

        assert "ended" in refusal or "end" in refusal
        organization = Membership.objects.get(pk=key).organization
        assert organization.events.count() == 1


def test_two_successions_close_no_circle():
    by = factories.officer()
    for _ in range(ROUNDS):
        first, second = factories.organization().pk, factories.organization().pk

        def succeed(key, successor):
            Organization.objects.get(pk=key).succeed_by(
                Organization.objects.get(pk=successor), by=by, on=LATER, reason="-"
            )

        (refusal,) = refusals(
            at_once(
                lambda a=first, b=second: succeed(a, b),
                lambda a=first, b=second: succeed(b, a),
            )
        )

        assert "was itself succeeded by" in refusal


def test_two_statements_leave_one_commitment_in_force():
    by, goal = factories.officer(), factories.goal()
    for _ in range(ROUNDS):
        key = factories.member().pk

        def state(effort, key=key):
            return Commitment.state(
                Organization.objects.get(pk=key), goal, effort=effort, by=by, on=LATER
            )

        at_once(lambda: state("leads"), lambda: state("endorses"))

        commitments = Commitment.objects.filter(organization=key)
        assert commitments.on(LATER + dt.timedelta(1)).count() == 1
        assert commitments.count() == 2
