"""A revision as reviewers read it: in the order of the questions, in words."""

from dataclasses import dataclass, replace
from itertools import groupby

from members.applying import duplicates
from members.applying.differences import differences
from members.applying.kinds import Question
from members.applying.questions import ROLES, STEPS
from members.models import Institution


@dataclass(frozen=True)
class Group:
    """What belongs together; `answers` are (question, lines)."""

    title: str
    answers: list[tuple[Question, list[str]]]


@dataclass(frozen=True)
class Part:
    title: str
    groups: list[Group]


@dataclass(frozen=True)
class Comparison:
    """What changed from one revision to another, or why that cannot be told."""

    before: object = None
    after: object = None
    found: tuple = ()
    problem: str = ""

    def __bool__(self):
        return bool(self.problem or self.before)


def names_of_institutions(revisions):
    """The names of all institutions that the revisions name, by their keys as text."""
    keys = {key for each in revisions for key in each.answers.get("hosts") or ()}
    rows = Institution.objects.filter(pk__in=keys).values_list("pk", "name")
    return {str(key): name for key, name in rows}


def parts_of(revision, application, names):
    """The parts of a revision with what is answered in each; no empty groups."""
    asked = _as_agreed(application.questions, revision)
    told = [
        (question, lines)
        for key, question in asked.items()
        if (lines := question.in_words(revision.answers.get(key), names))
    ]
    titles = _group_titles(application, revision)
    parts = [
        Part(step.title, _groups([t for t in told if t[0].step == step.slug], titles))
        for step in STEPS
    ]
    return [
        *(part for part in parts if part.groups),
        *_no_longer_asked(revision, asked),
    ]


def _as_agreed(asked, revision):
    """The questions, with the approaches of each goal as they were worded then."""
    agreed = dict(asked)
    for goal, words in revision.wording.items():
        key = f"{goal}-approaches"
        if key in agreed:
            choices = (*agreed[key].choices, *words.get("approaches", {}).items())
            agreed[key] = replace(agreed[key], choices=choices)
    return agreed


def _group_titles(application, revision):
    goals = {
        goal.slug: f"{goal.number}. {goal.short_name}"
        for goal in application.vocabulary.goals
    }
    return goals | ROLES


def _groups(told, titles):
    found = []
    for group, members in groupby(told, key=lambda each: each[0].group):
        is_own = group in titles
        if is_own or not found or found[-1].title:
            found.append(Group(titles.get(group, ""), list(members)))
        else:
            found[-1].answers.extend(members)
    return found


def _no_longer_asked(revision, asked):
    """What was asked when it was submitted, and is not any more."""
    left = [
        (Question(key, "", key), _lines(value))
        for key, value in sorted(revision.answers.items())
        if key not in asked and not duplicates.is_key(key) and value
    ]
    return [Part("No longer asked", [Group("", left)])] if left else []


def _lines(value):
    return [str(each) for each in (value if isinstance(value, list) else [value])]


def comparison(revisions, asked_from, asked_to, application, names):
    """The difference that the address asks for, `?from=1&to=3`; else the last one."""
    if not asked_from and not asked_to:
        if len(revisions) < 2:
            return Comparison()
        asked_from, asked_to = (str(each.number) for each in revisions[-2:])
    by_number = {str(each.number): each for each in revisions}
    last = revisions[-1] if revisions else None
    before = by_number.get(asked_from)
    after = by_number.get(asked_to) if asked_to else last
    if not before or not after:
        wanted = asked_to if before else asked_from
        return Comparison(problem=f"There is no revision “{wanted[:20]}” to compare.")
    found = differences(before.answers, after.answers, application.questions, names)
    return Comparison(before, after, tuple(found))
