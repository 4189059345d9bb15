"""What was typed, as slots: one for each word, with the terms that it may stand for."""

import html
import re
from collections import defaultdict
from dataclasses import dataclass, field
from math import log

from django.db import connection

LONGEST = 300
# How well a term stands for a word of which it is not the term itself.
ALSO, NEAR, BEGUN, SHORTENED = 0.95, 0.85, 0.75, 0.8
# The weight of a word that no name has.
UNKNOWN = 5.0

BOUNDARY = re.compile(r"[,;()\[\]|/]|\s[-\u2013\u2014]\s")

# One row for each term that a word may stand for, `kind` tells why: migration 0017.
READ = "SELECT * FROM registry_reading(%s, %s::text[], %s)"


@dataclass
class Slot:
    """A typed word: the terms that it may stand for, how well, and how rare it is."""

    word: str
    names: int
    terms: dict[str, float] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    weight: float = 0.0

    @property
    def size(self):
        return sum(self.sizes.values())

    @property
    def likeliest(self):
        """How many names have the most frequent of the terms that it may well mean."""
        best = max(self.terms.values(), default=0)
        well = [term for term, value in self.terms.items() if value >= min(best, ALSO)]
        return max((self.sizes[term] for term in well), default=0)

    def add(self, term, names, value):
        if names and value > self.terms.get(term, 0):
            self.terms[term], self.sizes[term] = value, names


@dataclass
class Query:
    """What was typed: its slots, and the phrases that may be whole names."""

    slots: list[Slot]
    phrases: list[str]
    weights: dict[str, float]
    is_unfinished: bool

    @property
    def phrase(self):
        return " ".join(slot.word for slot in self.slots)


def read(text: str) -> Query:
    """Understand `text` with the words that the names of institutions have."""
    text = html.unescape(text).replace("\0", " ")[:LONGEST]
    is_unfinished = text[-1:].isalnum()
    with connection.cursor() as cursor:
        cursor.execute(READ, [text, parts(text), is_unfinished])
        rows = cursor.fetchall()
    return _query(rows, is_unfinished)


def parts(text: str) -> list[str]:
    """The parts between commas, brackets and dashes, each perhaps a name of its own."""
    found = [each.strip() for each in BOUNDARY.split(text)]
    found = [each for each in found if len(each) > 1]
    return found if len(found) > 1 else []


def _query(rows, is_unfinished):
    kinds = defaultdict(list)
    for place, kind, term, names in rows:
        kinds[kind].append((place, term, names))
    slots = _slots(kinds)
    every = max((names for _, _, names in kinds["names"]), default=1)
    weights = {
        term: weight(names, every)
        for slot in slots
        for term, names in slot.sizes.items()
    }
    for slot in slots:
        slot.weight = weight(slot.likeliest, every)
    phrases = [term for _, term, _ in kinds["phrase"] if term]
    return Query(slots, phrases, weights, is_unfinished)


def _slots(kinds):
    slots = {place: Slot(term, names) for place, term, names in kinds["word"]}
    for slot in slots.values():
        slot.add(slot.word, slot.names, 1.0)
    for place, term, names in kinds["joined"]:
        for each in (place, place + 1):
            slots[each].add(term, names, 1.0)
    for place, term, names in kinds["begun"]:
        slots[place].add(term, names, BEGUN if slots[place].names else SHORTENED)
    for kind, value in (("near", NEAR), ("also", ALSO)):
        for place, term, names in kinds[kind]:
            slots[place].add(term, names, value)
    pieces = defaultdict(list)
    for place, term, names in kinds["parted"]:
        pieces[place].append(Slot(term, names, {term: 1.0}, {term: names}))
    found = []
    for place in sorted(slots):
        is_known = slots[place].terms or place not in pieces
        found += [slots[place]] if is_known else pieces[place]
    return found


def weight(names: int, every: int) -> float:
    """How much a term tells: the rarer, the more; nothing that is known, a little."""
    return log(1 + every / (names + 2)) if names else UNKNOWN
