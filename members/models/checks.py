"""What the registry found out by itself about an application, for its judges."""

from typing import NamedTuple

from django.urls import reverse
from django.utils import timezone

from members.applying import content, duplicates, missing
from members.models.institutions import Institution
from members.models.people import shown_name

SHOWN_PROBLEMS = 3
DUPLICATES = {
    duplicates.US: (None, "this is us"),
    duplicates.ANOTHER: (True, "this is another"),
    "": (False, "nothing yet"),
}


class Check(NamedTuple):
    """`is_good` is None where only a person can say.

    `about` is what was checked in the applicants' words, `words` the registry's own.
    """

    name: str
    is_good: bool | None
    words: str
    url: str = ""
    about: str = ""


def checks(application, reviewer=None) -> list[Check]:
    """All checks of the last revision, or of the draft before there is one.

    With a `reviewer`, their conflicts of interest too. Writes nothing.
    """
    answers = application.latest.answers if application.latest else application.draft
    asked = content.read(answers, application.vocabulary)
    found = [
        *_hosts(asked),
        _website(application.latest),
        *_duplicates(application, reviewer),
        _completeness(application, answers),
    ]
    if reviewer is not None:
        found.append(_interests(application, reviewer))
    return found


# Host institutions


def _hosts(asked):
    known = Institution.objects.select_related("successor").in_bulk(asked.hosts)
    for key in asked.hosts:
        yield _host(known.get(int(key)))
    for name in asked.unlisted_hosts:
        words = "named by the applicants, not chosen from the institutions of ROR"
        yield Check("Host institution", None, words, about=name)
    if not (asked.hosts or asked.unlisted_hosts):
        yield Check("Host institution", None, "none is named")


def _host(institution):
    if institution is None:
        return Check("Host institution", False, "no longer in the registry")
    is_good, words = _standing_at_ror(institution)
    about = institution.name
    return Check("Host institution", is_good, words, institution.ror_url, about)


def _standing_at_ror(institution):
    if not institution.ror_id:
        return False, "has no ROR record"
    if institution.status == Institution.Status.ACTIVE:
        if institution.ror_modified_on is None:
            return None, "has a ROR id, not yet compared with the records of ROR"
        return True, "found at ROR, active"
    words = f"found at ROR, but {institution.get_status_display().lower()}"
    if institution.successor:
        words += f"; its successor is {institution.successor}"
    return False, words


# Website


def _website(revision):
    check = getattr(revision, "website_check", None)
    if check is None or not check.url:
        return Check("Website", None, "none is handed in to be asked")
    if check.answered is None:
        return Check("Website", None, "not asked yet", check.url, check.url)
    day = timezone.localtime(check.checked_at).strftime("%d %B %Y, %H:%M")
    words = f"{check.words} ({day.lstrip('0')})"
    return Check("Website", check.answered, words, check.url, check.url)


# Likely duplicates


def _duplicates(application, reviewer):
    own = application.organization
    own_key = duplicates.organization_key(own.public_id) if own else ""
    desk = _at_desk(application, reviewer)
    found = [
        _duplicate(each, desk) for each in application.duplicates if each.key != own_key
    ]
    return found or [Check("Duplicate", True, "nothing like it is known")]


def _at_desk(application, reviewer):
    """Where the reviewer finds the applications that may be the same, by their keys."""
    keys = [each.key for each in application.duplicates]
    named = [*filter(None, map(duplicates.application_in, keys))]
    if reviewer is None or not named:
        return {}
    rows = type(application).objects.for_review(reviewer).filter(public_id__in=named)
    return {
        duplicates.application_key(each): reverse(
            "members:workbench_application", args=[each]
        )
        for each in rows.values_list("public_id", flat=True)
    }


def _duplicate(each, desk):
    is_good, said = DUPLICATES[each.answer]
    # They were told to the applicants first.
    reasons = ", ".join(each.reasons).replace("like yours", "like its own")
    words = f"{each.standing.lower()}: {reasons}; the applicants say: {said}"
    return Check("Duplicate", is_good, words, desk.get(each.key, each.url), each.name)


# Completeness


def _completeness(application, answers):
    found = missing.problems(answers, application.questions, application.vocabulary)
    if not found:
        return Check("Completeness", True, "all that is asked for is there")
    told = [
        f"“{application.questions[problem.field].label}”: {problem.text}"
        for problem in found[:SHOWN_PROBLEMS]
    ]
    if len(found) > SHOWN_PROBLEMS:
        told.append(f"And {len(found) - SHOWN_PROBLEMS} more.")
    return Check("Completeness", False, " ".join(told))


# Conflicts of interest


def _interests(application, reviewer):
    about = shown_name(reviewer)
    if found := application.interests_of(reviewer):
        words = "; ".join(found) + ": who has one decides nothing"
        return Check("Conflict of interest", False, words, about=about)
    return Check("Conflict of interest", True, "none is known", about=about)
