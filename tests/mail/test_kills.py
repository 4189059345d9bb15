"""`kill -9` during submissions, decisions and mailing: nothing lost, nothing doubled.

gunicorn and the worker run in processes of their own, as operators start them. They
are killed KILLS times, 50 where CI is set, while people hand applications in, judge and
decide them by HTTP, and mails leave to a mail server.
"""

import os
import sys
from collections import Counter
from email import message_from_bytes
from email.policy import default
from itertools import pairwise

import pytest
from django.db.models import Count

from members.models import (
    Application,
    Decision,
    Invitation,
    Mail,
    Name,
    Organization,
    Person,
    Revision,
    Verdict,
    WebsiteCheck,
)
from tests.mail.processes import Site
from tests.mail.server import wait
from tests.mail.siege import Siege

# One worker starts the servers that these tests share.
pytestmark = [pytest.mark.siege, pytest.mark.xdist_group("server")]
IN_CI = bool(os.environ.get("CI"))
KILLS = int(os.environ.get("KILLS") or (50 if IN_CI else 15))
# Mails whose job died with its worker are found within two minutes, or by the next.
MAIL_SECONDS = 150
# What a member has, as answered in these applications.
OF_A_MEMBER = {
    "memberships": 1,
    "decisions": 1,
    "commitments": 7,
    "representatives": 3,
    "services": 1,
    "hosts": 0,
    # Admitted, and each commitment stated.
    "events": 8,
}
OF_AN_ACCEPTANCE = {"accepted": 1, "representative-invitation": 2}


@pytest.fixture
def site(real, smtp_server, tmp_path):
    running, _ = smtp_server
    with Site(tmp_path, running) as site:
        yield site


def test_killed_at_any_moment_nothing_is_lost_and_nothing_doubled(site, real):
    real.thinks = {"MAIL": 0.005, "END": 0.02}
    siege = Siege(site, real)

    siege.kill(KILLS)
    if not IN_CI:
        site.worker.end()
        site.worker.begin_again()
    wait(lambda: not mails_on_their_way().exists(), seconds=MAIL_SECONDS)

    sys.stdout.write(figures(siege, real))
    rows = {row.public_id: row for row in Application.objects.all()}
    assert set(rows) == set(siege.plan)
    for key, (outcome, times) in siege.plan.items():
        assert_decided_once(rows[key], outcome, times)
    assert_told_is_true(siege, rows)
    assert_members_are_whole(siege.plan.values())
    assert_every_mail_went_once(siege, real)


def mails_on_their_way():
    return Mail.objects.filter(state__in=["queued", "sending"])


def assert_decided_once(application, outcome, times):
    """Its events are one way from the draft to where it is, each step with its row."""
    assert application.state == {"accept": "accepted", "decline": "declined"}[outcome]
    events = list(application.events.order_by("pk"))
    steps = [(each.before, each.after) for each in events if each.before != each.after]
    assert steps == list(pairwise(way(application.state, times)))
    verbs = Counter(each.verb for each in events)
    assert verbs["stage"] == 1
    assert verbs["submit"] == application.revisions.count() == times
    assert verbs["recommend"] == application.recommendations.count()
    verdict = application.verdicts.get()
    assert (verdict.outcome, verdict.taken_back_at) == (outcome, None)
    assert verdict.decision.organization == application.organization
    assert verdict.released_at


def way(end, times):
    again = ["changes_requested", "in_review"] * (times - 1)
    return ["draft", "submitted", "in_review", *again, "recommended", end]


def assert_told_is_true(siege, rows):
    """What the server said was done had been done, and was done once."""
    told = sum((b.told for pair in siege.pairs for b in pair.browsers), Counter())
    assert told.total() > 0
    for (verb, key), times in told.items():
        verbs = [verb] if verb != "release" else ["accept", "decline"]
        assert 0 < times <= rows[key].events.filter(verb__in=verbs).count()


def assert_members_are_whole(plans):
    """An accepted one is one member with all that belongs to it; nothing else is."""
    plans = list(plans)
    accepted = sum(outcome == "accept" for outcome, _ in plans)
    made = Organization.objects.filter(applications__state="accepted")
    assert made.distinct().count() == accepted
    for related, each in OF_A_MEMBER.items():
        found = made.annotate(number=Count(related, distinct=True))
        assert {row.number for row in found} <= {each}, related
    rows = {
        Organization: accepted,
        **{made_model(name): accepted * each for name, each in OF_A_MEMBER.items()},
        Name: 0,
        Person: 2 * accepted,
        Invitation: 2 * accepted,
        Decision: len(plans),
        Verdict: len(plans),
        Revision: sum(times for _, times in plans),
        WebsiteCheck: sum(times for _, times in plans),
    }
    assert {model: model.objects.count() for model in rows} == rows


def made_model(related):
    return Organization._meta.get_field(related).related_model


def assert_every_mail_went_once(siege, server):
    written = Counter(Mail.objects.values_list("application__public_id", "kind"))
    assert written == sum(map(mails_of, siege.plan.items()), Counter())
    # A server keeps what has arrived as a whole, though nobody hears its answer.
    arrived = Counter(map(message_id, server.arrived))
    assert [key for key, times in arrived.items() if times > 1] == []
    for mail in Mail.objects.all():
        if mail.state == "sent":
            assert arrived[mail.message_id] == 1
        else:
            assert mail.may_have_arrived, (mail.state, mail.trouble)


def message_id(raw):
    return message_from_bytes(raw, policy=default)["Message-ID"]


def mails_of(planned):
    key, (outcome, times) = planned
    again = times - 1
    kinds = {
        "submitted": times,
        # Once more to the officer who has it by then.
        "received": times + again,
        "changes-requested": again,
        **(OF_AN_ACCEPTANCE if outcome == "accept" else {"declined": 1}),
    }
    return Counter({(key, kind): each for kind, each in kinds.items() if each})


def figures(siege, server):
    browsers = [browser for pair in siege.pairs for browser in pair.browsers]
    left = Mail.objects.filter(state="failed").count()
    return (
        f"{KILLS} kills: {len(siege.plan)} applications decided with "
        f"{sum(each.answers for each in browsers)} answers, "
        f"{sum(each.unanswered for each in browsers)} requests cut off; "
        f"{Mail.objects.count()} mails, {len(server.arrived)} of them arrived, "
        f"{left} left to a person.\n"
    )
