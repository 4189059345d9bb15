"""What a file would add, change and leave: decided before anything is written."""

import datetime as dt
from dataclasses import dataclass, field

from members.interchange import changes
from members.interchange.changes import Change
from members.interchange.faults import Fault
from members.interchange.kept import give_text
from members.interchange.people import people_changes
from members.interchange.snapshot import Snapshot
from members.models import Membership, Organization

ENDING = Membership.EndReason


@dataclass
class Step:
    """What is to be done for one row."""

    row: object
    organization: Organization | None
    changes: list[Change] = field(default_factory=list)

    @property
    def action(self) -> str:
        if not self.changes:
            return "leave"
        return "change" if self.organization else "add"

    def __str__(self) -> str:
        words = "; ".join(change.words for change in self.changes if change.words)
        shown = f"{self.row}: {words}" if words else str(self.row)
        return f"line {self.row.line:<5} {self.action:<7} {shown}"


class Plan:
    """The steps of a file; `faults` say why it cannot be carried out."""

    def __init__(self, document, rows, *, on):
        self.document, self.on = document, on
        self.snapshot = Snapshot(rows, on=on)
        self.steps: list[Step] = []
        self.faults: list[Fault] = []
        self._refuse_duplicates(rows)
        for row in rows:
            self._add(row)
        self.not_in_file = self._not_in_file()

    def count(self, action: str) -> int:
        return sum(step.action == action for step in self.steps)

    def _not_in_file(self):
        """Members of that day that the file does not name: short name, name, level."""
        known = [step.organization.pk for step in self.steps if step.organization]
        return list(self.snapshot.others(known))

    def _fault(self, row, text):
        self.faults.append(Fault(row.line, 0, text))

    def _refuse_duplicates(self, rows):
        seen = {}
        for row in rows:
            keys = {self.snapshot.key(row), ("name", self.snapshot.folded[row.name])}
            for kind, folded in sorted(keys):
                first = seen.setdefault((kind, folded), row)
                if first is not row:
                    words = f"the {kind} of {row} stands in line {first.line} already"
                    self._fault(row, f"{words} (capitals and accents do not count).")

    def _add(self, row):
        organization = self.snapshot.organization(row)
        if self._refuses_names(row, organization):
            return
        step = Step(row, organization)
        if organization:
            step.changes += self._name_and_facts(row, organization)
        step.changes += self._membership(row, organization)
        made, faults = people_changes(row, organization, self.document, on=self.on)
        step.changes += made
        self.faults += faults
        self.steps.append(step)

    def _refuses_names(self, row, organization):
        before = len(self.faults)
        if not self.snapshot.folded[row.name]:
            self._fault(row, "name: nothing of it can be seen.")
        other = self.snapshot.by_name.get(self.snapshot.folded[row.name])
        once = self.snapshot.once_named.get(self.snapshot.folded.get(row.short_name))
        if other and other != organization:
            key = other.short_name or "none"
            words = f"“{row.name}” is in the registry, with the short name {key}."
            self._fault(row, words)
        elif once and not organization:
            words = f"“{row.short_name}” is a former short name of {once.full_name}: "
            self._fault(row, words + "write the one that it has now.")
        if organization and row.public_id not in ("", organization.public_id):
            words = f"public_id: {organization} has {organization.public_id}."
            self._fault(row, words)
        return len(self.faults) > before

    def _name_and_facts(self, row, organization):
        if (row.name, row.short_name) != (organization.name, organization.short_name):
            yield changes.renamed(organization, row)
        facts = {}
        for name, key in (("website", "website"), ("focus", "focus_area")):
            value = getattr(row, name)
            if self.document.states(key) and value != getattr(organization, name):
                facts[name] = value
        unknown = self._unknown(row, organization)
        if unknown != organization.unknown:
            facts["unknown"] = unknown
        if facts:
            yield changes.described(organization, facts)

    def _unknown(self, row, organization):
        """What is kept; a table gives text, and says nothing beyond its columns."""
        if not self.document.is_text_only:
            return row.unknown
        kept = dict(organization.unknown)
        for key in self.document.columns:
            old, new = kept.get(key), row.unknown.get(key)
            if key in kept and give_text(old) == (new or ""):
                continue
            kept.pop(key, None)
            if new:
                kept[key] = new
        return kept

    def _membership(self, row, organization):
        periods = [
            period
            for period in (organization.periods if organization else [])
            if period.started_on != period.ended_on
        ]
        try:
            if not periods:
                return [self._first_period(row)]
            return self._next_period(row, periods) + self._dates(row, periods)
        except _ContradictionError as reason:
            self._fault(row, f"{row}: {reason}")
            return []

    def _first_period(self, row):
        levels = self.snapshot.levels
        if not row.is_former:
            return changes.admitted(levels[row.level], row.joined or self.on)
        known = [bool(row.joined), bool(row.left), bool(row.former_level)]
        if all(known):
            return changes.once_a_member(row, levels[row.former_level])
        if any(known) or row.left_as:
            raise _ContradictionError(
                "of a former member that the registry does not know, either all of "
                "joined, left and former_level are stated, or none."
            )
        return changes.once_a_member_somehow(self._least_level())

    def _least_level(self):
        return max(self.snapshot.levels.values(), key=lambda level: level.position)

    def _next_period(self, row, periods):
        last = periods[-1]
        if last.ended_on and last.ended_on <= self.on:
            if row.is_former:
                return []
            level = self.snapshot.levels[row.level]
            return [changes.reinstated(last, level, self.on)]
        if row.is_former:
            return [self._end(row, periods)]
        if last.level.slug == row.level:
            return []
        level = self.snapshot.levels[row.level]
        if last.started_on == self.on:
            words = f"{level.slug}, not {last.level.slug}, from {self.on}"
            return [changes.corrected(last, words, level=level)]
        self._refuse_if_late(last, self.on)
        return [changes.changed_level(last, level, self.on)]

    def _end(self, row, periods):
        last, day = periods[-1], row.left or self.on
        if len(periods) == 1 and last.started_on == self.on and not row.joined:
            # Taken for a member by a file of the same day: it never was one since.
            return changes.corrected(
                last,
                f"former; {changes.NOT_KNOWN}",
                level=self._least_level(),
                started_on=self.on - dt.timedelta(1),
                ended_on=self.on,
                end_reason=ENDING.NOT_RECORDED,
            )
        self._refuse_if_late(last, day)
        return changes.ended(last, row.left_as or ENDING.RESIGNED, day)

    def _refuse_if_late(self, period, day):
        if period.started_on >= day:
            raise _ContradictionError(
                f"the registry records “{period.level}” from {period.started_on} on, "
                f"and the file speaks of {day}: choose a later day (--on), or correct "
                "the period in the admin."
            )

    def _dates(self, row, periods):
        """Corrections of the first and the last day where the file knows better."""
        first, last = periods[0], periods[-1]
        if row.is_former and last.end_reason == ENDING.NOT_RECORDED:
            return self._found_out(row, last)
        made = []
        stands_in = first.end_reason == ENDING.NOT_RECORDED
        if row.joined and row.joined != first.started_on and not stands_in:
            words = f"joined on {row.joined}, not {first.started_on}"
            made.append(changes.corrected(first, words, started_on=row.joined))
        ended = row.is_former and last.ended_on and last.ended_on <= self.on
        if ended and row.left and row.left != last.ended_on:
            words = f"left on {row.left}, not {last.ended_on}"
            made.append(changes.corrected(last, words, ended_on=row.left))
        return made

    def _found_out(self, row, last):
        """The true period in the place of the one that stood in for it."""
        if not (row.joined and row.left and row.former_level):
            return []
        level = self.snapshot.levels[row.former_level]
        how = row.left_as or ENDING.RESIGNED
        return [
            changes.corrected(
                last,
                f"{level.slug} from {row.joined} to {row.left} ({how})",
                level=level,
                started_on=row.joined,
                ended_on=row.left,
                end_reason=how,
            )
        ]


class _ContradictionError(Exception):
    """What the file states does not follow on what the registry records."""
