"""What a row can ask for: each change in words, and the verb that carries it out."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from members.interchange.rows import name_and_affiliation
from members.models import (
    Event,
    Level,
    Membership,
    Organization,
    Person,
    Representative,
    User,
    Visibility,
)


@dataclass(frozen=True)
class Errand:
    """In whose name a file is carried out, from which day on, and why."""

    by: User
    on: dt.date
    reason: str


@dataclass(frozen=True)
class Change:
    words: str
    do: Callable[[Organization, Errand], object]


def new_organization(row) -> Organization:
    organization = Organization(
        name=row.name,
        short_name=row.short_name,
        website=row.website,
        focus=row.focus,
        unknown=row.unknown,
        is_example=row.is_example,
    )
    organization.slug = Organization.free_slug(
        row.short_name, row.name, public_id=organization.public_id
    )
    organization.save()
    return organization


def admitted(level: Level, day: dt.date) -> Change:
    def admit(organization, errand):
        Membership.admit(
            organization, level=level, by=errand.by, on=day, reason=errand.reason
        )

    return Change(f"{level.slug} from {day}", admit)


def once_a_member(row, level: Level) -> Change:
    """A former member whose period the file gives."""
    how = row.left_as or Membership.EndReason.RESIGNED

    def admit_and_end(organization, errand):
        who_and_why = {"by": errand.by, "reason": errand.reason}
        membership = Membership.admit(
            organization, level=level, on=row.joined, **who_and_why
        )
        membership.end(how=how, on=row.left, **who_and_why)

    words = f"former; {level.slug} from {row.joined} to {row.left} ({how})"
    return Change(words, admit_and_end)


NOT_KNOWN = "level, dates and the way it ended are not known"


def once_a_member_somehow(level: Level) -> Change:
    """A former member of which the file says no more.

    The registry needs a period that has ended for it to be a former member. The day
    before stands in for one, at the level that claims least, and its end is “not
    recorded”: by this whoever shows a period knows that neither its days nor its level
    mean anything, and the event says so too. Resigned would be a claim.
    """

    def stand_in(organization, errand):
        who_and_why = {
            "by": errand.by,
            "reason": f"{errand.reason}; {NOT_KNOWN}",
        }
        day_before = errand.on - dt.timedelta(1)
        membership = Membership.admit(
            organization, level=level, on=day_before, **who_and_why
        )
        how = Membership.EndReason.NOT_RECORDED
        membership.end(how=how, on=errand.on, **who_and_why)

    return Change(f"former; {NOT_KNOWN}", stand_in)


def changed_level(membership, level: Level, day: dt.date) -> Change:
    def change_level(organization, errand):
        membership.change_level(level=level, by=errand.by, on=day, reason=errand.reason)

    words = f"{membership.level.slug} → {level.slug} from {day}"
    return Change(words, change_level)


def ended(membership, how: str, day: dt.date) -> Change:
    def end(organization, errand):
        membership.end(how=how, by=errand.by, on=day, reason=errand.reason)

    return Change(f"{membership.level.slug} → former from {day} ({how})", end)


def reinstated(membership, level: Level, day: dt.date) -> Change:
    def reinstate(organization, errand):
        membership.reinstate(level=level, by=errand.by, on=day, reason=errand.reason)

    return Change(f"former → {level.slug} from {day}", reinstate)


def corrected(membership, words: str, **facts) -> Change:
    def correct(organization, errand):
        membership.correct(by=errand.by, reason=errand.reason, **facts)

    return Change(f"corrected: {words}", correct)


def renamed(organization, row) -> Change:
    def rename(organization, errand):
        organization.rename(
            by=errand.by,
            on=errand.on,
            reason=errand.reason,
            name=row.name,
            short_name=row.short_name,
        )

    now = row.name if row.name != organization.name else row.short_name
    return Change(f"renamed to “{now}”", rename)


# The fields that an import sets, as the file calls them.
FIELDS = {"website": "website", "focus": "focus_area", "unknown": "other keys"}


def described(organization, facts: dict) -> Change:
    """Facts that are no state: fields of the organization."""
    names = ", ".join(FIELDS[field] for field in facts)
    before = _in_words(facts, organization)

    def describe(organization, errand):
        organization.lock()
        for field, value in facts.items():
            setattr(organization, field, value)
        organization.save(update_fields=list(facts))
        _record(organization, errand, before, _in_words(facts, organization))

    return Change(f"{names} changed", describe)


def _in_words(facts, organization):
    lines = (
        f"{FIELDS[field]}: {getattr(organization, field) or 'none'}"
        for field in facts
        if field != "unknown"
    )
    return "\n".join(lines) or FIELDS["unknown"]


def took_role(text: str, role: str) -> Change:
    def take(organization, errand):
        # What is left to check the database checks: asking it beforehand takes longer
        # than all the rest of a row.
        organization.representatives.create(
            person=_person(text),
            role=role,
            visibility=Visibility.PUBLIC,
            started_on=errand.on,
        )

    return Change(f"{_label(role)}: {text}", take)


def left_role(representative) -> Change:
    def leave(organization, errand):
        representative.ended_on = errand.on
        representative.save(update_fields=["ended_on"])

    person = representative.person
    shown = str(person) if representative.visibility == Visibility.PUBLIC else "hidden"
    return Change(f"no longer {_label(representative.role)}: {shown}", leave)


def _person(text):
    """The person whom a file calls so: the same words are the same person."""
    name, affiliation = name_and_affiliation(text)
    person = Person.objects.filter(name=name, affiliation=affiliation).first()
    return person or Person.objects.create(name=name, affiliation=affiliation)


def _label(role):
    return Representative.Role(role).label.lower()


def noted_people() -> Change:
    """That people changed, without their names: events answer for ever."""

    def note(organization, errand):
        _record(organization, errand, "", "leads and representatives")

    return Change("", note)


def _record(organization, errand, before, after):
    organization.record(
        Event.Verb.IMPORTED,
        errand.by,
        errand.on,
        errand.reason,
        before=before,
        after=after,
    )
