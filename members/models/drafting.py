"""The verbs of those who apply."""

import datetime as dt
from collections import defaultdict
from functools import cached_property
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from members.applying import content, duplicates, missing
from members.applying.kinds import Kind
from members.applying.questions import GoalWords, Vocabulary, questions
from members.models import telling
from members.models.allowances import Allowance
from members.models.colleagues import WritingTogether
from members.models.communities import Community
from members.models.drafts import Answer
from members.models.institutions import Institution
from members.models.levels import Level
from members.models.likeness import likely_duplicates
from members.models.organizations import Organization
from members.models.people import shown_name
from members.models.problems import Problem, refuse_if
from members.models.website_checks import WebsiteCheck

DRAFT_LASTS = dt.timedelta(days=60)
# A draft is announced to expire when nobody has touched it for so many days.
REMINDED_AFTER = (30, 53)
REVIVABLE = dt.timedelta(days=365)
# Characters that one account writes: history keeps each version of each answer.
WRITTEN_A_DAY = 20_000_000
DAY = 24 * 60 * 60


class Conflict(NamedTuple):
    """An answer that somebody else changed since the writer saw it: it was kept."""

    key: str
    value: Any
    by: Any
    at: dt.datetime
    version: int


class Saved(NamedTuple):
    """What became of answers: `versions` of those that hold now, by key.

    `others` are those that others changed meanwhile and the writer left alone.
    """

    versions: dict[str, int]
    conflicts: list[Conflict]
    problems: list[Problem]
    others: list[Conflict]

    @property
    def is_complete(self):
        return not self.conflicts and not self.problems


class Drafting(WritingTogether):
    """Writing an application together, submitting it, giving it up."""

    @cached_property
    def vocabulary(self):
        """What can be chosen today."""
        return current_vocabulary()

    @cached_property
    def questions(self):
        return questions(self.vocabulary)

    @cached_property
    def draft(self):
        """The answers of the draft, by key."""
        return dict(self.answers.values_list("key", "value"))

    @cached_property
    def content(self):
        """What the draft would become."""
        return content.read(self.draft, self.vocabulary)

    @property
    def proposal(self):
        """What the last revision would become: this is reviewed and decided."""
        return content.read(self.latest.answers, self.vocabulary)

    @transaction.atomic
    def save_answers(self, given, *, by, seen=None):
        """Keep the answers `given`, texts by the keys of their questions.

        `seen` has the version of each answer that the writer saw. An answer that
        somebody else has changed since is not overwritten but told as a conflict; what
        would be nonsense is told as a problem; all others are kept.
        """
        self._begin("edit", by)
        seen = seen or {}
        saved = Saved({}, [], [], [])
        held = {answer.key: answer for answer in self.answers.select_related("by")}
        before = {key: answer.version for key, answer in held.items()}
        new = []
        for key, raw in given.items():
            try:
                value = self._read(key, raw)
            except ValidationError as error:
                saved.problems.append(Problem(" ".join(error.messages), key))
                continue
            if key in held:
                self._keep(value, saved, held=held[key], by=by, seen=seen)
            elif value:
                new.append(Answer(application=self, key=key, value=value, by=by))
                saved.versions[key] = 1
        Answer.objects.bulk_create(new)
        changed = [key for key, now in saved.versions.items() if now != before.get(key)]
        refuse_if(_writing_problems(by, sum(len(str(given[key])) for key in changed)))
        self.touched_at = timezone.now()
        self.save(update_fields=["touched_at"])
        self.forget()
        return saved

    def _read(self, key, raw):
        question = self.questions.get(key)
        if question is None and duplicates.is_key(key):
            if raw not in ("", *duplicates.ANSWERS):
                raise ValidationError("This is not one of the choices.")
            return raw
        if question is None:
            raise ValidationError("Nothing of this name is asked.", code="unknown")
        value = question.read(raw)
        if question.kind == Kind.INSTITUTIONS and value:
            known = Institution.objects.filter(pk__in=value).count()
            if known != len(value):
                raise ValidationError("An institution chosen here is not known.")
        return value

    def _keep(self, value, saved, *, held, by, seen):
        key = held.key
        stale = seen.get(key, held.version) != held.version
        if held.value == value or not stale:
            if held.value != value:
                held.value, held.by, held.at = value, by, timezone.now()
                held.version += 1
                held.save()
            saved.versions[key] = held.version
            return
        theirs = Conflict(key, held.value, held.by, held.at, held.version)
        if self._was(held, seen[key]) == value:
            saved.others.append(theirs)
            saved.versions[key] = held.version
        else:
            saved.conflicts.append(theirs)

    def _was(self, answer, version):
        """What an answer said in an earlier version; what is empty where it had none.

        A form sends back all that it showed: what its writer left alone is no change.
        """
        if version == 0:
            asked = self.questions.get(answer.key)
            return asked.empty if asked else ""
        earlier = answer.history.filter(version=version).values_list("value", flat=True)
        return next(iter(earlier), None)

    # Submitting

    @cached_property
    def duplicates(self):
        """Organizations and open applications that may be the same as this one."""
        return likely_duplicates(self)

    def problems(self):
        """What keeps this from being submitted; each names its question."""
        found = missing.problems(self.draft, self.questions, self.vocabulary)
        for each in self.duplicates:
            if each.answer not in duplicates.ANSWERS:
                text = f"Is {each.name} the same organization as yours?"
                found.append(Problem(text, each.key))
        return found

    def progress(self):
        """How many problems each step has: {"organization": 2, …}."""
        found = missing.problems(self.draft, self.questions, self.vocabulary)
        return missing.by_step(found, self.questions)

    @transaction.atomic
    def submit(self, *, by):
        """Hand the draft in, as a revision that nobody changes any more."""
        self._begin("submit", by)
        refuse_if(self.problems())
        is_first = self.submitted_at is None
        number = self.revisions.count() + 1
        revision = self.revisions.create(
            number=number, answers=self.draft, wording=wording(self.vocabulary), by=by
        )
        self.latest = revision
        self._move("submit", by, submitted_at=self.submitted_at or timezone.now())
        WebsiteCheck.objects.ask_for(revision, self.proposal.website)
        telling.submitted(self, by, is_first=is_first)
        return revision

    @transaction.atomic
    def withdraw(self, *, by, reason=""):
        """Give the application up."""
        self._begin("withdraw", by)
        self._take_back_staged(by)
        self._move("withdraw", by, reason=reason, told=True)
        telling.withdrawn(self, by, reason)

    @transaction.atomic
    def expire(self, *, by, reason=""):
        """Close an application that nobody goes on with."""
        self._begin("expire", by)
        self._take_back_staged(by)
        self._move("expire", by, reason=reason, told=True)
        telling.expired(self)

    @transaction.atomic
    def revive(self, *, by):
        """Give the pen back to those who wrote an application that expired."""
        self._begin("revive", by)
        refuse_if(self.revival_problems())
        came_in = self.submitted_at is not None
        state = self.State.CHANGES_REQUESTED if came_in else self.State.DRAFT
        self._move("revive", by, to=state)

    def revival_problems(self):
        if timezone.now() - self.state_since > REVIVABLE:
            return [Problem("It expired more than a year ago. Please start a new one.")]
        if self.collaborators.editors().exists() or self.is_entered_by_staff:
            return []
        return [Problem("Nobody is left who could go on writing it.")]

    @transaction.atomic
    def reapply(self, *, by):
        """A new application that starts from this one's content."""
        self._begin("reapply", by, is_bounded=True)
        refuse_if(self.reapplication_problems())
        # Whoever joined what staff had entered now writes it without them.
        is_editor = self.collaborators.editors().filter(user=by.pk).exists()
        source = self.Source.FORM if is_editor else self.source
        later = type(self).open(by=by, source=source, earlier=self)
        # What was agreed to is agreed to anew; what was found alike is found anew.
        kept = {
            key: value
            for key, value in self.draft.items()
            if key in self.questions and key != "agreement"
        }
        Answer.objects.bulk_create(
            Answer(application=later, key=key, value=value, by=by)
            for key, value in kept.items()
        )
        self._record("reapply", by)
        return later

    def reapplication_problems(self):
        if later := self.later.open().select_related("opened_by").first():
            name = shown_name(later.opened_by)
            return [Problem(f"{name} has begun a new application from it already.")]
        return []


def _writing_problems(by, length):
    if not length or not Allowance.objects.spend(
        f"written by {by.pk}", times=WRITTEN_A_DAY, seconds=DAY, amount=length
    ):
        return []
    return [Problem("More was written today than can be kept. Go on tomorrow.")]


def current_vocabulary():
    goal = Organization._meta.get_field("commitments").related_model.goal
    goals = goal.field.related_model.objects
    approaches = goals.model._meta.get_field("approaches").related_model.objects
    of_goals = defaultdict(list)
    for slug, pk, text in approaches.values_list("goal__slug", "pk", "text"):
        of_goals[slug].append((str(pk), text))
    levels = list(Level.objects.values_list("slug", "name", "has_own_seat"))
    return Vocabulary(
        goals=tuple(
            GoalWords(*words, tuple(of_goals[words[0]]))
            for words in goals.values_list("slug", "number", "short_name", "title")
        ),
        communities=tuple(
            (str(pk), name, kind)
            for pk, name, kind in Community.objects.values_list("pk", "name", "kind")
        ),
        levels=tuple((slug, name) for slug, name, _ in levels),
        levels_with_seat=frozenset(slug for slug, _, has_seat in levels if has_seat),
    )


def wording(words):
    """The goals as they stand, for a revision to keep."""
    return {
        goal.slug: {"title": goal.title, "approaches": dict(goal.approaches)}
        for goal in words.goals
    }
