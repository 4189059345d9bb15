"""What somebody typed into the search, understood with the words that there are.

A word is found by its beginning, in any order, in all that is said of an organization.
One that no listed organization has is read as the nearest word that one has. Where none
has all of them, those that tell most are searched for, and the others are left out.
"""

from dataclasses import dataclass

from members.matching import partly, typed

MAX_LENGTH = 300
# As many as one correction offers where several words are equally near.
MAX_READINGS = 3


@dataclass(frozen=True)
class Reading:
    """How one typed word is read: as itself, as one of other words, or not at all."""

    typed: str
    clause: str
    is_known: bool
    meant: tuple[str, ...] = ()
    plain: str = ""
    is_joining: bool = False
    is_left_out: bool = False


@dataclass(frozen=True)
class Search:
    readings: tuple[Reading, ...]

    @property
    def corrected(self):
        return [reading for reading in self.readings if reading.meant]

    @property
    def left_out(self):
        """Words without which something is found; of those that say something."""
        readings = self.readings
        return [r.typed for r in readings if r.is_left_out and not r.is_joining]

    @property
    def unknown(self):
        """Words that no organization has, nor one like them."""
        readings = self.readings
        return [r.typed for r in readings if not r.is_known and not r.meant]

    @property
    def kept(self):
        return [reading for reading in self.readings if not reading.is_left_out]

    @property
    def words(self):
        return [(*reading.meant, reading.typed)[0] for reading in self.kept]

    @property
    def phrase(self):
        return " ".join(self.words)

    @property
    def tsquery(self):
        return " & ".join(reading.clause for reading in self.kept)

    @property
    def as_typed(self):
        """Without other spellings, singulars and plurals."""
        return " & ".join(reading.plain or reading.clause for reading in self.kept)


def understand(text: str) -> Search:
    """Read `text`; in double quotes it is taken literally, as it is."""
    literal = len(text) > 2 and text[0] == text[-1] == '"'
    words = typed.read(text, literal=literal)
    if literal or not words or words[0].is_found:
        return Search(tuple(_as_typed(word) for word in words))
    readings = [_fitting(word) for word in words]
    unknown = [reading for reading in readings if not reading.is_known]
    if len(unknown) == 1 and unknown[0].meant:
        return Search(tuple(readings))
    near = [forgiven(word.word, word.near) for word in words]
    choice = partly.choose(words, near)
    if not choice:
        return Search(tuple(_as_typed(word) for word in words))
    pairs = zip(words, choice, strict=True)
    return Search(tuple(_chosen(word, options) for word, options in pairs))


def _as_typed(word):
    return Reading(word.word, word.clause, word.is_known, plain=word.plain)


def _fitting(word):
    """Read as what somebody has together with the other words, as far as they are."""
    if word.is_known:
        return _as_typed(word)
    same = [other for other in word.fits if other in word.same or " " in other]
    near = [other for other in word.fits if other not in same]
    meant = tuple(same[:MAX_READINGS]) or nearest(word.word, near)
    return Reading(word.word, _any_of(meant) or word.clause, False, meant)


def _any_of(words):
    clauses = [f"'{word}':*".replace(" ", "' & '") for word in words]
    return f"({' | '.join(clauses)})" if clauses else ""


def _chosen(word, options):
    if not options:
        left_out = {"is_joining": word.is_joining, "is_left_out": True}
        return Reading(word.word, word.clause, word.is_known, **left_out)
    words = dict.fromkeys(option.word for option in options)
    if word.word in words:
        return _as_typed(word)
    clause = " | ".join(option.clause for option in options)
    meant = tuple(words)[:MAX_READINGS]
    return Reading(word.word, f"({clause})", word.is_known, meant)


def nearest(word: str, candidates: list[str]) -> tuple[str, ...]:
    """The candidates with the fewest typing errors, if these are few enough."""
    found = forgiven(word, candidates)
    return tuple(o for errors, o in found if errors == found[0][0])[:MAX_READINGS]


def forgiven(word: str, candidates: list[str]) -> list[tuple[tuple[int, bool], str]]:
    """The candidates with so few typing errors that they may be meant, nearest first.

    With the errors of each, and whether the word is only its beginning.
    """
    ranked = sorted((_errors(word, other), other) for other in candidates)
    most = errors_forgiven(word)
    return [each for each in ranked if each[0][0] <= most]


def errors_forgiven(word: str) -> int:
    """None in two letters, one in up to four, two in a longer word."""
    return 0 if len(word) < 3 else 1 if len(word) < 5 else 2


def _errors(word, other):
    """The errors in `word`, and whether it is only the beginning of `other`.

    The beginning of a longer word is forgiven one error alone.
    """
    whole = osa_distance(word, other)
    if len(word) > 4 and whole > 1:
        lengths = range(len(word) - 1, len(word) + 2)
        start = min(osa_distance(word, other[:length]) for length in lengths)
        if start < min(whole, 2):
            return start, True
    return whole, False


def osa_distance(one: str, other: str) -> int:
    """Letters added, left out, exchanged for another, or swapped with the next."""
    before, row = [], list(range(len(other) + 1))
    for i, char in enumerate(one, start=1):
        two_before, before, row = before, row, [i]
        for j, rival in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (char != rival))
            if i > 1 < j and char == other[j - 2] and one[i - 2] == rival:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return row[-1]
