"""What keeps an application from being submitted: a list, found without writing."""

import unicodedata
from collections import Counter

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from members.applying.content import lines, split_language, with_scheme
from members.applying.kinds import Kind, Question
from members.applying.questions import (
    EVIDENCE,
    PROPOSALS,
    ROLES,
    STEPS,
    Vocabulary,
)
from members.models.problems import Problem

_is_address = URLValidator(schemes=["http", "https"])


def problems(answers: dict, asked: dict[str, Question], words: Vocabulary):
    """Every problem, in the order of the questions; `field` is a question's key."""
    found = [
        Problem(text, question.key)
        for question in asked.values()
        for text in _alone(question, answers.get(question.key))
    ]
    found += _services(answers)
    for goal in words.goals:
        found += _commitment(goal, answers)
    found += _people(answers, words)
    place = {key: number for number, key in enumerate(asked)}
    return sorted(found, key=lambda problem: place.get(problem.field, len(place)))


def by_step(found, asked: dict[str, Question]) -> dict[str, int]:
    """How many of `problems` each step has."""
    counted = Counter(asked[p.field].step for p in found if p.field in asked)
    return {step.slug: counted[step.slug] for step in STEPS}


def _alone(question, answer):
    """What is wrong with one answer, whatever the others are."""
    if not answer or (isinstance(answer, str) and is_blank(answer)):
        if question.required:
            agreed = question.kind == Kind.YES
            yield "This agreement is needed." if agreed else "This is needed."
        return
    if isinstance(answer, str):
        yield from _length(question, answer)
    yield from _CHECKS.get(question.kind, _nothing)(question, answer)


def is_blank(text):
    """That nothing visible is in a text: spaces and joiners alone."""
    return all(unicodedata.category(char)[0] in "CZ" for char in text)


def _length(question, answer):
    if len(answer) > question.limit:
        yield (
            f"This is {len(answer):,} characters long; the longest allowed is "
            f"{question.limit:,}."
        )


def _nothing(question, answer):
    return ()


def _email(question, answer):
    if _fails(validate_email, answer):
        yield "This is not an e-mail address."


def _address(question, answer):
    address = with_scheme(answer)
    if _fails(_is_address, address):
        yield "This is not an address on the web, like https://example.org."
    elif len(answer) <= question.limit < len(address):
        yield f"With its https:// this is longer than {question.limit:,} characters."


def _chosen(question, answer):
    chosen = {answer} if isinstance(answer, str) else set(answer)
    if chosen - set(dict(question.choices)):
        yield "Something that was chosen here is no longer offered: choose again."


def _lines(question, answer):
    if any(len(line) > 300 for line in lines(answer)):
        yield "A line here is longer than 300 characters."
    if question.key == "translated_names":
        for line in lines(answer):
            if not all(split_language(line)):
                yield f"“{line[:60]}” lacks its language: write “de: …”."


_CHECKS = {
    Kind.EMAIL: _email,
    Kind.ADDRESS: _address,
    Kind.CHOICE: _chosen,
    Kind.CHOICES: _chosen,
    Kind.LINES: _lines,
}


def _fails(check, value):
    try:
        check(value)
    except ValidationError:
        return True
    return False


def _services(answers):
    proposed = []
    for number in PROPOSALS:
        group = f"proposal-{number}"
        name, kind = answers.get(f"{group}-name"), answers.get(f"{group}-kind")
        if name and not kind:
            proposed.append(
                Problem("Is it a community or a capability?", f"{group}-kind")
            )
        if kind and not name:
            proposed.append(Problem("What is it called?", f"{group}-name"))
    names = [answers.get(f"proposal-{number}-name") for number in PROPOSALS]
    if not answers.get("communities") and not any(names):
        yield Problem(
            "Choose at least one community or capability, or propose one.",
            "communities",
        )
    yield from proposed


def _commitment(goal, answers):
    effort = answers.get(f"{goal.slug}-effort")
    key = f"{goal.slug}-statement"
    if effort in ("leads", "contributes") and not answers.get(key):
        yield Problem("Who leads or contributes says what it will do.", key)
    for number in EVIDENCE:
        evidence = f"{goal.slug}-evidence-{number}"
        if answers.get(f"{evidence}-title") and not answers.get(f"{evidence}-url"):
            yield Problem("Where can it be seen?", f"{evidence}-url")
    proposed = {f"proposal-{n}" for n in PROPOSALS if answers.get(f"proposal-{n}-name")}
    chosen = {
        each
        for each in answers.get(f"{goal.slug}-communities") or ()
        if each.startswith("proposal-")
    }
    if chosen - proposed:
        yield Problem(
            "A proposal is chosen here that has no name.", f"{goal.slug}-communities"
        )


def _people(answers, words):
    wants_seat = answers.get("level") in words.levels_with_seat
    name = answers.get("seat_holder-name")
    if wants_seat and not name:
        yield Problem(
            "A member of the level asked for has a seat: who would hold it?",
            "seat_holder-name",
        )
    if name and not answers.get("seat_holder-email"):
        yield Problem("This is needed.", "seat_holder-email")
    if not name and not wants_seat and _holds(answers, "seat_holder"):
        yield Problem("What is this person's name?", "seat_holder-name")
    yield from _one_person_an_address(answers)


def _holds(answers, role):
    return any(answers.get(f"{role}-{each}") for each in ("email", "affiliation"))


def _one_person_an_address(answers):
    """Who has the same address is one person, and gets one invitation."""
    names = {}
    for role in ROLES:
        email = (answers.get(f"{role}-email") or "").lower()
        name = " ".join((answers.get(f"{role}-name") or "").casefold().split())
        if email and name and names.setdefault(email, name) != name:
            text = "Somebody else above has this address: each person needs their own."
            yield Problem(text, f"{role}-email")
