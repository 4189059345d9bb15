"""Every verb, in every state, by everybody: what happens is what the tables say."""

import copy

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction

from members.applying import transitions
from members.applying.transitions import DEEDS, TRANSITIONS, State
from members.models import Invitation, User
from peso import policy
from tests import factories

WRITERS = {"editor", "clerk", "registry"}
JUDGES = {"reviewer", "officer", "registry"}
DECIDERS = {"officer", "registry"}
INTERESTED = {"reviewer with a conflict", "officer with a conflict"}
# Who may, as long as the state allows it; whoever is not here may never.
WHO = {
    "edit": WRITERS,
    "submit": WRITERS,
    "invite": WRITERS,
    "revoke": WRITERS,
    "dismiss": WRITERS,
    "attach": WRITERS,
    "reply": WRITERS,
    "reapply": WRITERS,
    "leave": {"editor", "reader"},
    "withdraw": WRITERS | DECIDERS,
    "revive": WRITERS | DECIDERS,
    "expire": DECIDERS,
    "take_up": JUDGES,
    "assign": JUDGES,
    "request_changes": JUDGES,
    "recommend": JUDGES,
    "put_forward": JUDGES,
    "reopen": JUDGES,
    "comment": JUDGES | INTERESTED,
    "comment to staff": DECIDERS,
    "stage": DECIDERS,
    "take_back": DECIDERS,
    "release": DECIDERS,
}
# Where the tables call the verb, or its condition, by another name.
SAME = {"revoke": "invite", "comment to staff": "comment"}
ANYTIME = {"leave", "dismiss"}
# What a release does is the verb of the outcome.
RELEASED = {State.RECOMMENDED: State.DECLINED, State.DECLINED: State.ACCEPTED}


def call(application, verb, by, rows):
    """Do it; what it takes is there already."""
    verbs = {
        "edit": lambda: application.save_answers({"focus": "Another"}, by=by),
        "invite": lambda: application.invite(
            by=by, email="new@example.org", role="editor"
        ),
        "revoke": lambda: application.revoke(rows["invitation"], by=by),
        "dismiss": lambda: application.dismiss(rows["colleague"], by=by),
        "attach": lambda: application.attach(by=by, name="a.txt", content=b"Dear all"),
        "reply": lambda: application.reply(by=by, text="We mean it so."),
        "assign": lambda: application.assign(by=by, to=rows["users"]["reviewer"]),
        "request_changes": lambda: application.request_changes(by=by, text="Say more."),
        "comment": lambda: application.comment(
            by=by, text="Well.", visibility="reviewers"
        ),
        "comment to staff": lambda: application.comment(by=by, text="Well."),
        "recommend": lambda: application.recommend(by=by, advice="accept", reasons="-"),
        "reopen": lambda: application.reopen(by=by, reason="A doubt"),
        "stage": lambda: stage(application, by),
    }
    return verbs.get(verb, lambda: getattr(application, verb)(by=by))()


def stage(application, by):
    is_declined = application.state == State.DECLINED
    outcome = "accept" if is_declined else "decline"
    return factories.stage(application, outcome=outcome, by=by)


def everybody():
    users = {
        "stranger": AnonymousUser(),
        "other applicant": factories.applicant(),
        "editor": factories.applicant(),
        "reader": factories.applicant(),
        "clerk": factories.user(permissions=["enter_application"]),
        "reviewer": factories.reviewer(),
        "reviewer with a conflict": factories.reviewer(),
        "officer": factories.officer(),
        "officer with a conflict": factories.officer(),
        "officer without a second factor": factories.user(
            superuser=True, second_factor=False
        ),
        "closed account": factories.user(superuser=True, is_active=False),
        "registry": User.objects.registry(),
    }
    other = factories.applicant()
    factories.application(by=users["other applicant"])
    return users, other


@pytest.fixture(scope="module")
def rows(kept):
    return kept(everybody)


@pytest.fixture
def people(rows, db):
    return copy.deepcopy(rows)


def written(state, users, other):
    """An application in `state`, with everybody who has to do with it."""
    given = factories.answers(
        lead__email=users["reviewer with a conflict"].email,
        primary_contact__email=users["officer with a conflict"].email,
        seat_holder__email="",
        seat_holder__name="",
        level="affiliate",
    )
    application = factories.application(by=users["editor"], state=state, given=given)
    roles = {"reader": users["reader"], "editor": other}
    for role, user in roles.items():
        colleague = application.collaborators.create(user=user, role=role)
    invitation, _ = Invitation.objects.issue(
        application=application, email="x@example.org", role="reader", invited_by=other
    )
    return application, {
        "users": users,
        "colleague": colleague,
        "invitation": invitation,
    }


def prepare(application, verb, officer):
    """What the verb takes beside right and state."""
    if verb == "put_forward" and application.state == State.IN_REVIEW:
        application.recommend(by=officer, advice="accept", reasons="-")
    if verb in ("take_back", "release") and application.can(verb):
        stage(application, officer)


def make_it_a_letter(application):
    """What staff have entered has clerks."""
    type(application).objects.filter(pk=application.pk).update(source="letter")
    application.refresh_from_db()


TABLES = [
    "answer",
    "application",
    "applicationevent",
    "collaborator",
    "comment",
    "document",
    "invitation",
    "mail",
    "membership",
    "organization",
    "person",
    "recommendation",
    "revision",
    "verdict",
]


def everything():
    """How much there is of everything that a verb may write, and all states."""
    counted = ", ".join(f"(SELECT count(*) FROM members_{each})" for each in TABLES)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {counted}, (SELECT string_agg(state || coalesce(assigned_to_id, 0)"
            ", ',' ORDER BY id) FROM members_application), (SELECT string_agg(state, "
            "',' ORDER BY id) FROM members_mail), (SELECT count(*) FROM "
            "members_collaborator WHERE left_at IS NULL), (SELECT count(*) FROM "
            "members_invitation WHERE revoked_at IS NULL), (SELECT sum(version) FROM "
            "members_answer)"
        )
        return cursor.fetchone()


def outcome(application, verb, by, rows):
    try:
        call(application, verb, by, rows)
    except PermissionDenied:
        return "no right"
    except ValidationError as refusal:
        return "not now" if refusal.code == "illegal" else str(refusal)
    return "done"


def expected(verb, role, state):
    if role not in WHO[verb]:
        return "no right"
    legal = verb in ANYTIME or transitions.is_legal(SAME.get(verb, verb), state)
    return "done" if legal else "not now"


def target(verb, state):
    if verb == "release":
        return RELEASED[state]
    targets = transitions.targets(verb, state)
    return targets[0] if targets else state


@pytest.mark.parametrize("state", State.values)
def test_every_verb_does_to_everybody_what_the_tables_say(people, state):
    application, rows = written(state, *people)
    wrong = []
    for verb in WHO:
        answers = {role: expected(verb, role, state) for role in rows["users"]}
        ready = copy.copy(application)
        with transaction.atomic():
            prepare(ready, verb, rows["users"]["officer"])
            before = everything()
            wrong += refused(ready, verb, answers, rows, before)
            wrong += done(ready, verb, answers, rows, before)
            transaction.set_rollback(True)

    assert wrong == []


def refused(application, verb, answers, rows, before):
    """What is wrong with how those are refused who may not: nothing changes."""
    for role, by in rows["users"].items():
        if answers[role] != "done" and role != "clerk":
            found = tried(copy.copy(application), verb, role, by, rows)
            if found != answers[role]:
                yield verb, role, found, answers[role]
    if everything() != before:
        yield verb, "changes what it refuses"


def done(application, verb, answers, rows, before):
    """What is wrong with what those do who may; the clerk's way takes a letter."""
    state, events = application.state, application.events.count()
    for role, by in rows["users"].items():
        if answers[role] != "done" and role != "clerk":
            continue
        one = copy.copy(application)
        with transaction.atomic():
            found = tried(one, verb, role, by, rows)
            wanted, changed = answers[role], everything() != before
            if (found, changed) != (wanted, wanted == "done"):
                yield verb, role, found, wanted, changed
            elif changed:
                yield from tell_what_was_done(one, verb, state, events)
            transaction.set_rollback(True)


def tried(application, verb, role, by, rows):
    application.forget()
    if role == "clerk":
        make_it_a_letter(application)
    return outcome(application, verb, by, rows)


def tell_what_was_done(application, verb, state, events):
    application.refresh_from_db()
    if application.state != target(verb, State(state)):
        yield verb, f"leads to {application.state}"
    if verb in ("edit", "reply", "comment", "comment to staff"):
        return
    added = list(application.events.order_by("pk"))[events:]
    if [(e.before, e.after) for e in added] != [(state, application.state)]:
        yield verb, [str(event) for event in added]


def test_every_verb_of_the_tables_is_tried(people):
    tables = {t.verb for t in TRANSITIONS} | set(DEEDS)

    assert tables - set(WHO) == {"accept", "decline"}  # by a release
    verbs = {action.removeprefix("application.") for action in policy.ACTIONS}
    assert tables - {"accept", "decline"} <= verbs
