"""How well a name answers what was typed; pure reckoning, of many names at a time."""

from collections import defaultdict

from members.matching.candidates import Candidate
from members.matching.reading import UNKNOWN, Query

# How well a word is answered by what stands around the name, not in it.
OTHER_NAME, PLACE, PARENT = 0.7, 0.6, 0.5
# The parts of the score: what is explained of the words, and of the name; the rest is
# for words in the same order.
COVERED, FILLED = 0.5, 0.35
SAME, SAME_AS_PART, SAME_WORD, WITHIN, BEGINS = 0.15, 0.1, 0.03, 0.08, 0.04
# Among equals, those that are known by more names come first.
PER_NAME, MOST_NAMES = 0.001, 10
NOT_ACTIVE = 0.03


def ranked(query: Query, names: list[Candidate]) -> list[tuple[float, Candidate]]:
    """The best name of each institution with its score, the best of all first."""
    of_each = defaultdict(list)
    for name in names:
        of_each[name.pk].append(name)
    reckoning = _Reckoning(query)
    best = [reckoning.best(each) for each in of_each.values()]
    return sorted(best, key=lambda pair: (-pair[0], pair[1].pk))


class _Reckoning:
    def __init__(self, query):
        self.query, self.phrase = query, query.phrase
        self.slots = query.slots
        self.asked = sum(slot.weight for slot in self.slots) or 1
        self.places = defaultdict(list)
        for place, slot in enumerate(self.slots):
            for term, value in slot.terms.items():
                self.places[term].append((place, value))

    def best(self, names):
        """The best of the names of one institution, with its score."""
        around = self._around(names)
        score, name = max(
            ((self._score(name, around), name) for name in names),
            key=lambda pair: pair[0],
        )
        score += PER_NAME * min(name.other_names, MOST_NAMES)
        return score - NOT_ACTIVE * (name.status != "active"), name

    def _around(self, names):
        """How well what stands around the names answers a word."""
        first = names[0]
        around = dict.fromkeys(first.parent_terms or (), PARENT)
        around |= dict.fromkeys(first.place_terms or (), PLACE)
        for name in names:
            around |= dict.fromkeys(name.terms, OTHER_NAME)
        return around

    def _score(self, name, around):
        answers = [0.0] * len(self.slots)
        whole = have = 0.0
        places, weights = self.places, self.query.weights
        for term in name.terms:
            weight, best = weights.get(term, UNKNOWN), 0.0
            for place, value in places.get(term, ()):
                answers[place] = max(answers[place], value)
                best = max(best, value)
            if not best and around.get(term) == PLACE:
                weight, best = weight / 2, 0.5
            whole += weight
            have += weight * best
        told = sum(
            slot.weight * (answer or around.get(slot.word, 0))
            for slot, answer in zip(self.slots, answers, strict=True)
        )
        parts = COVERED * told / self.asked + FILLED * have / whole
        return parts + self._in_order(name)

    def _in_order(self, name):
        phrase, asked = name.phrase, self.phrase
        if phrase == asked:
            return SAME
        several = " " in phrase
        if phrase in self.query.phrases:
            return SAME_AS_PART if several else SAME_WORD
        if several and f" {phrase} " in f" {asked} ":
            return WITHIN
        begins = asked.startswith(phrase) or phrase.startswith(asked)
        return BEGINS if begins else 0
