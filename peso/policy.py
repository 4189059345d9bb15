"""Who may do what, and why not. Views, admin, commands and verbs ask here."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

# Each action that changes a state, and the permission that it takes.
ACTIONS: dict[str, str] = {
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
    "members.import": "members.add_import",
}


@dataclass(frozen=True)
class Answer:
    """Whether somebody may do something, and if not, why, in a sentence."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def may(user, action: str, subject=None) -> Answer:
    """Whether `user` may do `action` to `subject`. KeyError: no such action."""
    permission = ACTIONS[action]
    if user is None or not user.is_authenticated:
        return Answer(False, "Sign in first.")
    if user.is_registry:
        # Commands act for it; nobody can sign in with it.
        return Answer(True)
    if not user.is_active:
        return Answer(False, "This account is closed.")
    if user.has_perm(permission):
        return Answer(True)
    return Answer(False, f"Your account does not have the right “{permission}”.")


def require(user, action: str, subject=None) -> None:
    """Raise PermissionDenied, with the reason, unless `user` may."""
    answer = may(user, action, subject)
    if not answer:
        raise PermissionDenied(answer.reason)
