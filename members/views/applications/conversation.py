"""What happened to an application and what was said, as the applicants may read it."""

from datetime import datetime
from typing import NamedTuple

from members.models import ApplicationEvent
from members.models.people import shown_name

CONSORTIUM = "The consortium"
DONE = {
    "open": "Started",
    "submit": "Submitted",
    "take_up": "Taken up for review",
    "request_changes": "Asked for changes",
    "put_forward": "Reviewed; the decision is next",
    "reopen": "Taken back into review",
    "accept": "Accepted",
    "decline": "Declined",
    "withdraw": "Withdrawn",
    "expire": "Closed, since nobody went on with it",
    "revive": "Opened again",
    "reapply": "Applied again",
}
# What the applicants may do themselves; everything else is the consortium's doing.
OWN = {"open", "submit", "withdraw", "revive", "reapply"}


class Entry(NamedTuple):
    """One line of it; `text` is what somebody wrote."""

    at: datetime
    by: str
    what: str
    text: str = ""


def entries(application):
    """The newest first."""
    applicants = set(application.collaborators.values_list("user_id", flat=True))
    events = application.events.filter(verb__in=DONE).select_related("by")
    said = application.comments.for_applicants()
    found = [_of_event(each, applicants) for each in events]
    found += [_of_comment(each) for each in said]
    return sorted(found, key=lambda entry: entry.at, reverse=True)


def _of_event(event: ApplicationEvent, applicants):
    is_own = event.verb in OWN and event.by_id in applicants
    # Who asks for changes says in a comment for which; it is told once.
    is_told = event.is_for_applicants and event.verb != "request_changes"
    return Entry(
        event.at,
        shown_name(event.by) if is_own else CONSORTIUM,
        DONE[event.verb],
        event.reason if is_told else "",
    )


def _of_comment(comment):
    own = comment.is_from_applicants
    by = shown_name(comment.by) if own else comment.by.get_full_name() or CONSORTIUM
    return Entry(comment.at, by, "Wrote", comment.text)
