"""What is meant where nobody has all of the typed words: those that tell most.

Each word may be left out, or stand for another; what remains must tell more than what
is left out. A word tells the more, the fewer organizations have it, and three times as
much where it is the whole name of one.
"""

from collections import defaultdict
from dataclasses import dataclass
from math import log

from django.db import connection
from django.utils import timezone

from members.matching.reading import ALSO
from members.matching.typed import LISTED

# So many organizations are looked through by single words, and in all.
BUDGET, MOST = 400, 1000
# The part of the weight that must be found; and if two words are found together that
# each tell nearly as much as one that nobody has.
ENOUGH, ENOUGH_TOGETHER, RARE = 0.59, 0.45, 0.8
# A word that is the name; one that only joins others.
NAMED, JOINING = 3.0, 0.1
# How well a word stands for the typed one that begins it, and for each error in it.
BEGUN, PER_ERROR = 0.98, 0.1
MOST_NEAR = 12

# Candidates are those with a word that few have, or with all words but one.
FIND = f"""
WITH options AS MATERIALIZED (
    SELECT word, clause::tsquery AS clause, place
    FROM unnest(%(words)s::text[], %(clauses)s::text[])
        WITH ORDINALITY AS options (word, clause, place)
), counted AS MATERIALIZED (
    SELECT *, (SELECT count(*) FROM members_searchdocument WHERE words @@ clause)
        AS organizations
    FROM options
), every AS MATERIALIZED (
    SELECT array_agg(organizations ORDER BY place) AS sizes,
        (SELECT count(*) FROM members_searchdocument) AS number
    FROM counted
), rare AS MATERIALIZED (
    SELECT string_agg(clause::text, ' | ') AS clauses FROM (
        SELECT clause, sum(organizations) OVER (ORDER BY organizations, place) AS sum
        FROM counted WHERE organizations > 0
    ) AS summed WHERE sum <= {BUDGET}
), found AS MATERIALIZED (
    {LISTED.format(columns="names, words")}
        AND words @@ concat_ws(' | ', (SELECT clauses FROM rare), %(together)s::text)
            ::tsquery
    LIMIT {MOST}
), matched AS (
    SELECT ARRAY(SELECT words @@ clause FROM counted ORDER BY place) AS has,
        ARRAY(SELECT names @> ARRAY[word] FROM counted ORDER BY place) AS names
    FROM found
)
SELECT DISTINCT has, names, sizes, number FROM matched, every
"""  # noqa: S608


@dataclass(frozen=True)
class Option:
    """A word that may stand for the typed one at `place`, and how well."""

    place: int
    word: str
    clause: str
    value: float


def choose(typed, near) -> list[list[Option]]:
    """The words that tell most and that somebody has together, if they tell enough.

    For each word the options that stand for it, none for one that is left out; nothing
    at all if they do not tell enough. `near` has for each word those that it may be
    mistyped for, with their errors.
    """
    options = [
        option
        for place, (each, others) in enumerate(zip(typed, near, strict=True))
        for option in _options(place, each, others)
    ]
    best = _best(typed, options, _found(typed, options)) if options else {}
    return [best.get(place, []) for place in range(len(typed))] if best else []


def _options(place, typed, near):
    if typed.is_known:
        yield Option(place, typed.word, typed.clause, BEGUN)
        yield Option(place, typed.word, f"'{typed.word}'", 1.0)
    for other in typed.same:
        yield Option(place, other, f"'{other}'", ALSO)
    if not typed.is_known:
        for (errors, _), other in near[:MOST_NEAR]:
            yield Option(place, other, f"'{other}':*", 1 - PER_ERROR * errors)


def _found(typed, options):
    parameters = {
        "words": [option.word for option in options],
        "clauses": [option.clause for option in options],
        "together": _together(len(typed), options),
        "today": timezone.localdate(),
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, parameters)
        return cursor.fetchall()


def _together(number, options):
    """A tsquery for those with all words but one, or None."""
    clauses = defaultdict(list)
    for option in options:
        clauses[option.place].append(option.clause)
    each = [f"({' | '.join(found)})" for found in clauses.values()]
    if len(each) < max(3, number - 1):
        return " & ".join(each) if len(each) > 1 else None
    return " | ".join(
        f"({' & '.join(each[:place] + each[place + 1 :])})"
        for place in range(len(each))
    )


def _best(typed, options, rows):
    """The options, by place, that together tell most; none if that is not enough."""
    best, most, weights = {}, 0.0, None
    for has, names, sizes, every in rows:
        weights = weights or _weights(typed, options, sizes, every)
        found = defaultdict(list)
        for option, is_had, is_name in zip(options, has, names, strict=True):
            if is_had:
                found[option.place].append((option, NAMED if is_name else 1))
        told = _told(weights, found)
        together = sum(weights[place] > RARE * log(1 + every / 2) for place in found)
        if told > max(most, ENOUGH if together < 2 else ENOUGH_TOGETHER):
            best, most = found, told
    return {place: _likeliest(found) for place, found in best.items()}


def _weights(typed, options, sizes, every):
    """What each typed word tells: as much as the likeliest that it stands for."""
    likeliest = {}
    for option, size in zip(options, sizes, strict=True):
        likeliest.setdefault(option.place, size)
    return [
        JOINING if each.is_joining else log(1 + every / (likeliest.get(place, 0) + 2))
        for place, each in enumerate(typed)
    ]


def _told(weights, found):
    """The part of what all words tell that the found ones do."""
    asked = told = 0.0
    for place, weight in enumerate(weights):
        best = max((o.value * times for o, times in found.get(place, ())), default=0)
        times = max((times for _, times in found.get(place, ())), default=1)
        asked += weight * times
        told += weight * best
    return told / asked


def _likeliest(found):
    most = max(option.value for option, _ in found)
    return [option for option, _ in found if option.value == most]
