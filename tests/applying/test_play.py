"""Random people do random things to applications: what must hold holds after each."""

import datetime as dt
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from members import untouched
from members.applying import transitions
from members.applying.transitions import CLOSED, OPEN, State
from members.models import (
    Application,
    ApplicationEvent,
    Collaborator,
    Mail,
    Revision,
    User,
    Verdict,
)
from tests import factories
from tests.applying.arena import applications

LEGAL = (
    {(t.source, t.target) for t in transitions.TRANSITIONS}
    | {(state, state) for state in State}
    | {("", "draft")}
)
WATCHED = ("editor", "stranger", "reviewer", "interested reviewer", "officer")

PLAY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=8,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
    # Its few steps are read as they are, sooner than others are found.
    phases=[Phase.generate],
)
ACTORS = (
    "editor",
    "other editor",
    "stranger",
    "reviewer",
    "interested reviewer",
    "officer",
    "other officer",
    "registry",
)
# Who usually does it: the others are refused, so they are tried less often.
USUAL = {
    "edit": "editor",
    "submit": "editor",
    "withdraw": "editor",
    "invite": "editor",
    "join": "stranger",
    "revoke": "editor",
    "leave": "editor",
    "dismiss": "editor",
    "attach": "editor",
    "reply": "editor",
    "reapply": "editor",
    "revive": "editor",
    "take_up": "reviewer",
    "assign": "reviewer",
    "request_changes": "reviewer",
    "comment": "officer",
    "recommend": "reviewer",
    "put_forward": "reviewer",
    "reopen": "reviewer",
    "expire": "officer",
    "stage_accept": "officer",
    "stage_decline": "other officer",
    "take_back": "officer",
    "release": "officer",
}


class Play(RuleBasedStateMachine):
    """Two applications of one name, and those that grow out of them.

    The decision about the second one is staged."""

    people = {}

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        editor, other = self.people["editor"], self.people["other editor"]
        address = self.people["interested reviewer"].email
        facts = {"name": "Sparse Solvers", "primary_contact__email": address}
        self.keys = [
            *applications(1, by=editor, **facts),
            *applications(1, by=other, state="recommended", **facts),
        ]
        factories.stage(self.application(1), by=self.people["officer"])
        self.begun = dict(zip(self.keys, ["draft", "recommended"], strict=True))
        self.events, self.written = {}, {}
        self.lists = {name: lists(self.people[name]) for name in WATCHED}

    def teardown(self):
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @rule(which=st.integers(0, 3), steps=st.integers(1, 4), accept=st.booleans())
    def go_on(self, which, steps, accept):
        """As it should go: this is how they get far."""
        for _ in range(steps):
            application = self.application(which)
            if verb := next_of(application, accept):
                if verb == "submit":
                    self.tell_apart(application)
                self.attempt(application, verb, USUAL[verb])

    @rule(
        which=st.integers(0, 5),
        verb=st.integers(0, 1000),
        actor=st.none() | st.sampled_from(ACTORS),
        text=st.sampled_from(["Well.", "Solvers", "", "x" * 600, "\x00"]),
    )
    def do(self, which, verb, actor, text):
        """Something that the state allows; what it does not is tried elsewhere."""
        application = self.application(which)
        possible = [each for each in USUAL if may_be(each, State(application.state))]
        verb = possible[verb % len(possible)]
        self.attempt(application, verb, actor or USUAL[verb], text)

    @rule(days=st.sampled_from([7, 31, 400]))
    def let_days_pass(self, days):
        earlier = dt.timedelta(days=days)
        Application.objects.update(
            touched_at=F("touched_at") - earlier, state_since=F("state_since") - earlier
        )
        Mail.objects.filter(state="queued").update(
            state="sent", try_after=None, sent_at=timezone.now(), delivery="page"
        )
        Mail.objects.update(at=F("at") - earlier)
        untouched.remind()
        untouched.expire()

    def application(self, which):
        return Application.objects.get(pk=self.keys[which % len(self.keys)])

    def tell_apart(self, application):
        """Say of all that is alike that it is another, and what is needed."""
        answers = {each.key: "another" for each in application.duplicates}
        answers["focus"] = "Solvers"
        self.attempt(application, "edit", "editor", answers=answers)

    def attempt(self, application, verb, actor, text="Well.", answers=None):
        by, before = self.people[actor], application.state
        if actor == "editor":
            by = application.opened_by
        drafted = dict(application.draft) if verb in ("submit", "reapply") else {}
        events = application.events.count()
        try:
            result = call(application, verb, by, text, answers)
        except (ValidationError, PermissionDenied):
            application.refresh_from_db()
            assert application.state == before
            assert application.events.count() == events
            return
        if verb == "submit":
            assert result.answers == drafted == application.latest.answers
        if verb == "reapply":
            self.keys.append(result.pk)
            assert result.draft.keys() <= drafted.keys()
        assert application.state in {
            before,
            *transitions.targets(verb, State(before)),
        } | ({"accepted", "declined"} if verb == "release" else set())

    @invariant()
    def each_is_whole(self):
        """All is asked for at once, for all applications."""
        ours = {"application__in": self.keys}
        of = {"flat": True}
        events = ApplicationEvent.objects.filter(**ours).order_by("pk")
        events = grouped(events.values_list("application", "before", "after"))
        revisions = Revision.objects.filter(**ours).order_by("number")
        revisions = grouped(revisions.values_list("application", "number", "answers"))
        staged = Verdict.objects.staged().filter(**ours)
        staged = Counter(staged.values_list("application", **of))
        held = Mail.objects.in_state("draft").filter(**ours)
        held = set(held.values_list("application", **of))
        edited = Collaborator.objects.editors().filter(**ours)
        edited = set(edited.values_list("application", **of))
        for application in self.all():
            pk, state = application.pk, application.state
            self.events_tell_how_it_came_here(application, events[pk])
            self.what_was_written_stays(application, revisions[pk])
            assert (state == "accepted") == bool(application.organization_id)
            if state == "accepted":
                membership = application.organization.memberships.get()
                assert membership.admission == application.verdict.decision
            assert staged[pk] <= (state in ("recommended", "declined"))
            assert (pk in held) == bool(staged[pk])
            assert pk in edited or state not in OPEN

    def events_tell_how_it_came_here(self, application, events):
        known = self.events.setdefault(application.pk, [])
        assert events[: len(known)] == known
        self.events[application.pk] = events
        for (_, before), (after, _) in pairwise(events):
            assert before == after
        assert set(events) <= LEGAL
        assert application.state == (
            events[-1][1] if events else self.begun[application.pk]
        )

    def what_was_written_stays(self, application, revisions):
        """Revisions are never others, and what is closed is as it was."""
        before, draft = self.written.get(application.pk, ([], None))
        assert [number for number, _ in revisions] == [
            number for number, _ in enumerate(revisions, 1)
        ]
        assert before == revisions[: len(before)]
        is_closed = application.state in CLOSED
        if is_closed and draft is not None:
            assert application.draft == draft
        self.written[application.pk] = (
            revisions,
            application.draft if is_closed else None,
        )

    @invariant()
    def nobody_sees_what_is_not_theirs(self):
        taken = Collaborator.objects.filter(application__in=self.keys)
        ever = set(taken.values_list("application", "user"))
        parts = set(taken.active().values_list("application", "user"))
        rows = self.all()
        for name in WATCHED:
            user = self.people[name]
            mine, judged = (set(rows.all()) for rows in self.lists[name])
            judges = "reviewer" in name or "officer" in name
            assert mine == {pk for pk, part in parts if part == user.pk}, name
            assert judged == {
                each.pk
                for each in rows
                if judges and each.submitted_at and (each.pk, user.pk) not in ever
            }, name

    def all(self):
        return list(Application.objects.filter(pk__in=self.keys))


def lists(user):
    """What somebody writes or reads, and what somebody judges; to be asked anew."""
    ours = Application.objects
    return [
        rows.values_list("pk", flat=True)
        for rows in (ours.mine(user), ours.for_review(user))
    ]


def grouped(rows):
    """{the first of each row: what follows it, as often as it is there}"""
    found = defaultdict(list)
    for key, *row in rows:
        found[key].append(tuple(row))
    return found


def may_be(verb, state):
    verb = verb.removesuffix("_accept").removesuffix("_decline")
    return verb in ("leave", "dismiss", "join") or transitions.is_legal(
        {"revoke": "invite"}.get(verb, verb), state
    )


def next_of(application, accept):
    """What usually comes next; nothing once it is accepted."""
    recommended = application.recommendations.filter(revision=application.latest)
    stage = "stage_accept" if accept else "stage_decline"
    return {
        "draft": "submit",
        "submitted": "take_up",
        "in_review": "put_forward" if recommended else "recommend",
        "changes_requested": "submit",
        "recommended": "release" if application.staged else stage,
        "declined": "reapply" if accept else "stage_accept",
        "withdrawn": "reapply",
        "expired": "revive",
    }.get(application.state)


def call(application, verb, by, text, answers):
    if verb in ("join", "revoke"):
        invitation = application.invitations.open().colleagues().first()
        return invitation and getattr(application, verb)(invitation, by=by)
    if verb == "dismiss":
        colleague = application.collaborators.active().last()
        return colleague and application.dismiss(colleague, by=by)
    if verb.startswith("stage"):
        outcome = verb.removeprefix("stage_")
        return factories.stage(application, by=by, outcome=outcome)
    takes = {
        "edit": {"given": answers or {"focus": text}},
        "invite": {"email": "new@example.org", "role": "editor"},
        "attach": {"name": "a.txt", "content": text.encode()},
        "reply": {"text": text},
        "request_changes": {"text": text},
        "comment": {"text": text},
        "assign": {"to": by},
        "recommend": {"advice": "accept", "reasons": text},
        "reopen": {"reason": text},
    }
    method = "save_answers" if verb == "edit" else verb
    return getattr(application, method)(by=by, **takes.get(verb, {}))


@pytest.mark.siege
@pytest.mark.django_db
def test_whatever_people_do_what_must_hold_holds():
    Play.people = {
        "editor": factories.applicant(),
        "other editor": factories.applicant(),
        "stranger": factories.applicant(),
        "reviewer": factories.reviewer(),
        "interested reviewer": factories.reviewer(),
        "officer": factories.officer(),
        "other officer": factories.officer(),
        "registry": User.objects.registry(),
    }

    run_state_machine_as_test(Play, settings=PLAY)
