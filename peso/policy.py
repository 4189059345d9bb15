"""Who may do what, and why not. Views, admin, commands and verbs ask here."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

REVIEW = "members.review_application"
ENTER = "members.enter_application"
DECIDE = "members.decide_application"

# Each action that changes a state, and the permission that it takes; none where it
# belongs to those who take part (see PARTS) alone.
ACTIONS: dict[str, str | None] = {
    "organization.rename": "members.rename_organization",
    "organization.succeed": "members.succeed_organization",
    "membership.admit": "members.admit_membership",
    "membership.change_level": "members.change_level_membership",
    "membership.end": "members.end_membership",
    "membership.reinstate": "members.reinstate_membership",
    "membership.correct": "members.correct_membership",
    "decision.record": "members.record_decision",
    "commitment.state": "goals.state_commitment",
    "commitment.confirm": "goals.confirm_commitment",
    "commitment.end": "goals.end_commitment",
    "mail.read": "members.view_mail",
    "mail.edit": "members.edit_mail",
    "mail.release": "members.release_mail",
    "mail.discard": "members.discard_mail",
    "mail.resend": "members.resend_mail",
    "members.import": "members.add_import",
    "application.open": None,
    "application.edit": None,
    "application.submit": None,
    "application.invite": None,
    "application.attach": None,
    "application.reply": None,
    "application.reapply": None,
    "application.revive": DECIDE,
    "application.withdraw": DECIDE,
    "application.enter": ENTER,
    "application.review": REVIEW,
    "application.take_up": REVIEW,
    "application.assign": REVIEW,
    "application.request_changes": REVIEW,
    "application.comment": REVIEW,
    "application.recommend": REVIEW,
    "application.put_forward": REVIEW,
    "application.reopen": REVIEW,
    "application.decide": DECIDE,
    "application.stage": DECIDE,
    "application.take_back": DECIDE,
    "application.release": DECIDE,
    "application.expire": DECIDE,
}

# What those may do with it who take part in something, whatever rights their account
# has: a clerk is an officer in an application that staff entered.
WRITERS = frozenset({"editor", "clerk"})
PARTS: dict[str, frozenset[str]] = {
    "application.edit": WRITERS,
    "application.submit": WRITERS,
    "application.invite": WRITERS,
    "application.attach": WRITERS,
    "application.reply": WRITERS,
    "application.reapply": WRITERS,
    "application.revive": WRITERS,
    "application.withdraw": WRITERS,
}
# What anybody with an account may do.
EVERYBODYS = frozenset({"application.open"})
# What nobody may do who has an interest of their own in it.
DISINTERESTED = frozenset(
    {
        "application.assign",
        "application.take_up",
        "application.request_changes",
        "application.recommend",
        "application.put_forward",
        "application.reopen",
        "application.decide",
        "application.stage",
        "application.take_back",
        "application.release",
        "application.expire",
        "application.revive",
        "application.withdraw",
        # Of the drafts about an application (Mail.interest_of).
        "mail.read",
        "mail.edit",
        "mail.release",
        "mail.discard",
    }
)


@dataclass(frozen=True)
class Answer:
    """Whether somebody may do something, and if not, why, in a sentence."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def may(user, action: str, subject=None) -> Answer:
    """Whether `user` may do `action` to `subject`. KeyError: no such action."""
    answer, is_own = _has_right(user, action, subject)
    if not answer or is_own:
        return answer
    return _unless_interested(user, action, subject)


def _has_right(user, action: str, subject) -> tuple[Answer, bool]:
    """Whether they may but for an interest, and whether it is theirs to have one."""
    permission = ACTIONS[action]
    if closed := _why_closed(user):
        return Answer(False, closed), False
    if user.is_registry or action in EVERYBODYS:
        return Answer(True), True
    if part := _part_in(subject, user, action):
        # A clerk is one of the officers still: those who apply have an interest, staff
        # must not.
        return Answer(True), part != "clerk"
    return _by_right(user, permission), False


def _by_right(user, permission) -> Answer:
    if user.owes_second_factor:
        return Answer(False, "Set up a second step of signing in first.")
    if permission is None:
        return Answer(False, "Only those who take part in writing it can do this.")
    if not user.has_perm(permission):
        return Answer(False, f"Your account does not have the right “{permission}”.")
    return Answer(True)


def _unless_interested(user, action: str, subject) -> Answer:
    if action in DISINTERESTED and subject is not None:
        interest = subject.interest_of(user)
        return Answer(not interest, interest)
    return Answer(True)


def _why_closed(user) -> str:
    if user is None or not user.is_authenticated:
        return "Sign in first."
    # Commands act for the registry's own account; nobody can sign in with it.
    if not user.is_active and not user.is_registry:
        return "This account is closed."
    return ""


def _part_in(subject, user, action: str) -> str:
    """The part of `user` that lets them do it; empty if none does."""
    parts = PARTS.get(action, frozenset())
    part = subject.part_of(user) if parts and subject is not None else ""
    return part if part in parts else ""


def require(user, action: str, subject=None) -> None:
    """Raise PermissionDenied, with the reason, unless `user` may."""
    _refuse_unless(may(user, action, subject))


def require_right(user, action: str, subject=None) -> None:
    """`require`, but that an interest of their own is not looked for yet."""
    _refuse_unless(_has_right(user, action, subject)[0])


def _refuse_unless(answer: Answer) -> None:
    if not answer:
        raise PermissionDenied(answer.reason)


# What may be done with the records in the admin.
VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"
KEPT = frozenset({VIEW, ADD, CHANGE})
CARED_FOR = frozenset({VIEW, ADD, CHANGE, DELETE})

# The roles whose rights a role has too.
INCLUDES: dict[str, tuple[str, ...]] = {
    "reviewer": ("viewer",),
    "editor": ("viewer",),
    "membership officer": ("reviewer", "editor"),
    "administrator": ("membership officer",),
}

# What each role may do beside that: models with what may be done with them, and
# actions. Rows that answer for ever are in nobody's right to delete;
# what only a verb may write is in nobody's right to add or change.
ROLES: dict[str, dict[str, frozenset[str]]] = {
    "viewer": {
        "goals.approach": frozenset({VIEW}),
        "goals.commitment": frozenset({VIEW}),
        "goals.commitmentapproach": frozenset({VIEW}),
        "goals.commitmentcommunity": frozenset({VIEW}),
        "goals.evidence": frozenset({VIEW}),
        "goals.goal": frozenset({VIEW}),
        "members.community": frozenset({VIEW}),
        "members.decision": frozenset({VIEW}),
        "members.event": frozenset({VIEW}),
        "members.host": frozenset({VIEW}),
        "members.import": frozenset({VIEW}),
        "members.institution": frozenset({VIEW}),
        "members.level": frozenset({VIEW}),
        "members.membership": frozenset({VIEW}),
        "members.name": frozenset({VIEW}),
        "members.oldslug": frozenset({VIEW}),
        "members.organization": frozenset({VIEW}),
        "members.person": frozenset({VIEW}),
        "members.policyvalue": frozenset({VIEW}),
        "members.representative": frozenset({VIEW}),
        "members.service": frozenset({VIEW}),
    },
    "reviewer": {
        "actions": frozenset(
            action for action, permission in ACTIONS.items() if permission == REVIEW
        ),
    },
    "editor": {
        "goals.commitment": frozenset({CHANGE}),
        "goals.commitmentapproach": CARED_FOR,
        "goals.commitmentcommunity": CARED_FOR,
        "goals.evidence": CARED_FOR,
        "members.community": CARED_FOR,
        "members.host": CARED_FOR,
        "members.institution": CARED_FOR,
        "members.name": CARED_FOR,
        "members.organization": KEPT,
        "members.person": CARED_FOR,
        "members.representative": KEPT,
        "members.service": CARED_FOR,
        "actions": frozenset({"members.import"}),
    },
    # Reviewers meet applications in the workbench, where each sees what is theirs.
    "membership officer": {
        "members.answer": frozenset({VIEW}),
        "members.application": frozenset({VIEW}),
        "members.applicationevent": frozenset({VIEW}),
        "members.collaborator": frozenset({VIEW}),
        "members.comment": frozenset({VIEW}),
        "members.document": frozenset({VIEW}),
        "members.invitation": frozenset({VIEW}),
        "members.recommendation": frozenset({VIEW}),
        "members.revision": frozenset({VIEW}),
        "members.verdict": frozenset({VIEW}),
        "members.websitecheck": frozenset({VIEW}),
        "actions": frozenset(ACTIONS),
    },
    "administrator": {
        "auth.group": frozenset({VIEW}),
        "members.level": KEPT,
        "members.policyvalue": KEPT,
        "members.user": KEPT,
    },
}


def permissions_of(role: str) -> set[str]:
    """The permissions of a role, such as “members.view_organization”."""
    included = (permissions_of(each) for each in INCLUDES.get(role, ()))
    return _permissions(ROLES[role]).union(*included)


def _permissions(rights: dict[str, frozenset[str]]) -> set[str]:
    permissions = {ACTIONS[action] for action in rights.get("actions", ())} - {None}
    for model, deeds in rights.items():
        if model != "actions":
            app, name = model.split(".")
            permissions |= {f"{app}.{deed}_{name}" for deed in deeds}
    return permissions
