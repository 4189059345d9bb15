"""`kill -9` during submissions, decisions and mailing: nothing lost, nothing doubled.

KILLS=50 is the number of kills, half of them of what writes and half of what mails.
"""

import os
import random
import signal
import time
from collections import Counter
from itertools import pairwise

import pytest
from django.db.models import Count
from django.utils import timezone

from members import mailing
from members.models import Application, Decision, Mail, Membership, Organization, User
from tests import factories
from tests.applying.arena import applications
from tests.mail.conftest import end, process
from tests.mail.test_crashes import wait_for_locks

KILLS = int(os.environ.get("KILLS", "12"))
# From the first command to the last of a verb, with time to begin.
MOMENTS = (0.02, 0.3)
CHANCE = 20261122


def go_on(application, officer):
    """The next verb of an application on its way to acceptance."""
    match application.state:
        case "draft":
            application.submit(by=application.opened_by)
        case "submitted":
            application.take_up(by=officer)
        case "in_review":
            if not application.recommendations.exists():
                application.recommend(by=officer, advice="accept", reasons="-")
            application.put_forward(by=officer)
        case "recommended" if application.staged:
            application.release(by=officer)
        case "recommended":
            factories.stage(application, by=officer)


def serve(keys, officer):
    """Bring all of them to acceptance, one verb after the other."""
    officer = User.objects.get(pk=officer)
    for key in keys:
        application = Application.objects.get(pk=key)
        while application.state != "accepted":
            go_on(application, officer)
            application = Application.objects.get(pk=key)


def send():
    """What a worker does."""
    mailing.recover(mailing.NO_GRACE)
    while keys := list(Mail.objects.due(timezone.now()).values_list("pk", flat=True)):
        for key in keys:
            mailing.deliver(key)
        time.sleep(0.01)
    time.sleep(1)


def assert_nothing_is_half(keys):
    """Whatever moment it is: what is there belongs together."""
    for application in Application.objects.filter(pk__in=keys):
        events = list(application.events.order_by("pk").values_list("before", "after"))
        steps = [(before, after) for before, after in events if before != after]
        chain = ["draft", *(after for _, after in steps)]
        assert steps == list(pairwise(chain))
        assert application.state == chain[-1]
        handed_in = application.state != "draft"
        assert application.revisions.count() == handed_in
        assert application.mails.filter(kind="submitted").count() == handed_in
        held = set(application.mails.in_state("draft").values_list("kind", flat=True))
        assert bool(held) == bool(application.staged)


@pytest.fixture
def keys(real, settings):
    settings.CONTACT_EMAIL = "office@example.org"
    return applications(KILLS // 4 + 3, by=factories.applicant())


def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(keys, real):
    officer = factories.officer().pk
    real.thinks = dict.fromkeys(("MAIL", "END"), 0.002)
    chance = random.Random(CHANCE)
    for _ in range(KILLS // 2):
        with process(lambda: serve(keys, officer)) as server, process(send) as worker:
            for victim in chance.sample([server, worker], 2):
                time.sleep(chance.uniform(*MOMENTS))
                end(victim, signal.SIGKILL)
        assert_nothing_is_half(keys)
    wait_for_locks()
    serve(keys, officer)
    wait_for_locks()
    mailing.recover(mailing.NO_GRACE)
    for key in Mail.objects.due(timezone.now()).values_list("pk", flat=True):
        mailing.deliver(key)

    assert_nothing_is_half(keys)
    assert_every_one_is_a_member_once(keys)
    assert_every_mail_went_once(keys, real)


def assert_every_one_is_a_member_once(keys):
    accepted = Application.objects.filter(pk__in=keys, state="accepted")
    assert accepted.count() == len(keys)
    made = Organization.objects.filter(applications__in=accepted)
    assert made.count() == made.distinct().count() == Organization.objects.count()
    assert made.count() == len(keys)
    for model in (Membership, Decision):
        found = model.objects.values("organization").annotate(number=Count("pk"))
        assert [row["number"] for row in found] == [1] * len(keys)
    commitments = made.annotate(number=Count("commitments"))
    assert {each.number for each in commitments} == {7}


def assert_every_mail_went_once(keys, real):
    written = Counter(Mail.objects.values_list("application", "kind"))
    assert written == Counter(
        {
            (key, kind): 2 if kind == "representative-invitation" else 1
            for key in keys
            for kind in (
                "submitted",
                "received",
                "accepted",
                "representative-invitation",
            )
        }
    )
    arrived = [mail["Message-ID"] for mail in real.mails]
    assert len(arrived) == len(set(arrived))
    for mail in Mail.objects.all():
        if mail.state == "sent":
            assert mail.message_id in arrived
        else:
            assert mail.may_have_arrived, (mail.state, mail.trouble)
