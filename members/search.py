"""What somebody typed into the search, understood with the words that there are.

A word is found by its beginning, in any order, in all that is said of an organization.
One that no listed organization has is read as the nearest word that one has.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

MAX_LENGTH = 300
# As many as one correction offers where several words are equally near.
MAX_READINGS = 3

# `clause` is what stands for one typed word in a tsquery: the word, or it and one of
# its neighbours written as one. The words hold letters and digits alone, so nothing in
# them can end the quotes. Candidates are as near as two errors can be: an exchange of
# two letters counts two in levenshtein() and one in osa_distance().
UNDERSTAND = """
WITH typed AS MATERIALIZED (
    SELECT word, place, lag(word) OVER by_place || word AS with_last,
        word || lead(word) OVER by_place AS with_next
    FROM unnest(registry_words(%(text)s)) WITH ORDINALITY AS typed (word, place)
    WINDOW by_place AS (ORDER BY place)
), clauses AS MATERIALIZED (
    SELECT word, place, '(''' || concat_ws(''':* | ''', word, with_last, with_next)
        || ''':*)' AS clause
    FROM typed
), listed AS NOT MATERIALIZED (
    SELECT words FROM members_searchdocument AS document
    WHERE EXISTS (
        SELECT FROM members_membership AS membership
        WHERE membership.organization_id = document.organization_id
            AND started_on <= %(today)s AND ended_on IS DISTINCT FROM started_on)
), whole AS MATERIALIZED (
    SELECT EXISTS (
        SELECT FROM listed WHERE words
            @@ (SELECT string_agg(clause, ' & ') FROM clauses)::tsquery
    ) AS is_found
), judged AS MATERIALIZED (
    SELECT *, CASE WHEN (SELECT is_found FROM whole) THEN true ELSE EXISTS (
        SELECT FROM listed WHERE words @@ clause::tsquery) END AS is_known
    FROM clauses
), certain AS MATERIALIZED (
    SELECT string_agg(clause, ' & ') AS clauses FROM judged WHERE is_known
)
SELECT word, clause, is_known, CASE WHEN is_known OR length(word) < 3 THEN '{}' ELSE
    ARRAY(
        SELECT near.word FROM (
            SELECT known.word, least(
                levenshtein_less_equal(known.word, judged.word, reach),
                CASE WHEN length(judged.word) > 4 THEN levenshtein_less_equal(
                    left(known.word, length(judged.word)), judged.word, 2) END
            ) AS distance
            FROM members_searchword AS known,
                (SELECT CASE WHEN length(judged.word) < 5 THEN 2
                    WHEN length(judged.word) = 5 THEN 3 ELSE 4 END AS reach) AS reaches
            WHERE levenshtein_less_equal(known.word, judged.word, reach) <= reach
                OR length(judged.word) > 4 AND length(known.word) > length(judged.word)
                AND levenshtein_less_equal(
                    left(known.word, length(judged.word)), judged.word, 2) <= 2
            ORDER BY distance, known.word
            LIMIT 200
        ) AS near
        WHERE EXISTS (
            SELECT FROM listed
            WHERE words @@ concat_ws(' & ', '''' || near.word || '''',
                (SELECT clauses FROM certain))::tsquery)
    ) END AS candidates
FROM judged ORDER BY place
"""


@dataclass(frozen=True)
class Reading:
    """How one typed word is read: as itself, or as one of the nearest words."""

    typed: str
    clause: str
    is_known: bool
    meant: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    readings: tuple[Reading, ...]

    @property
    def corrected(self):
        return [reading for reading in self.readings if reading.meant]

    @property
    def unknown(self):
        """Words that no organization has, nor one like them."""
        readings = self.readings
        return [r.typed for r in readings if not r.is_known and not r.meant]

    @property
    def phrase(self):
        return " ".join((*r.meant, r.typed)[0] for r in self.readings)

    @property
    def tsquery(self):
        return " & ".join(reading.clause for reading in self.readings)


def understand(text: str) -> Search:
    """Read `text`; in double quotes it is taken literally, without corrections."""
    parameters = {"text": text, "today": timezone.localdate()}
    with connection.cursor() as cursor:
        cursor.execute(UNDERSTAND, parameters)
        rows = cursor.fetchall()
    literal = len(text) > 2 and text[0] == text[-1] == '"'
    return Search(tuple(_reading(*row, literal=literal) for row in rows))


def _reading(word, clause, is_known, candidates, *, literal):
    meant = () if is_known or literal else nearest(word, candidates)
    if meant:
        clause = "(" + " | ".join(f"'{other}':*" for other in meant) + ")"
    return Reading(word, clause, is_known, meant)


def nearest(word: str, candidates: list[str]) -> tuple[str, ...]:
    """The candidates with the fewest typing errors, if these are few enough."""
    ranked = sorted((_errors(word, other), other) for other in candidates)
    if not ranked or ranked[0][0][0] > errors_forgiven(word):
        return ()
    return tuple(other for errors, other in ranked if errors == ranked[0][0])[
        :MAX_READINGS
    ]


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
