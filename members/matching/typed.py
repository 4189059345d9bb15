"""The words that somebody typed into the directory's search, with what may stand for
them, from the database.
"""

import json
import unicodedata
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

# How letters are written where there is no key for them.
SPELLED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
    | {"Ä": "AE", "Ö": "OE", "Ü": "UE", "Ø": "OE", "Å": "AA"}
)

# Countries of which a short name is typed more often than the one that hosts have.
SHORT_NAMES = {
    "us": "united states",
    "usa": "united states",
    "uk": "united kingdom",
    "uae": "united arab emirates",
}

# Those that the public sees.
LISTED = """
SELECT {columns} FROM members_searchdocument AS document
WHERE EXISTS (
    SELECT FROM members_membership AS membership
    WHERE membership.organization_id = document.organization_id
        AND started_on <= %(today)s AND ended_on IS DISTINCT FROM started_on)
"""

# `clause` is what stands for one typed word in a tsquery: the word, it and one of its
# neighbours written as one, with other letters for its umlauts, in singular or plural,
# or the country that it is short for.
# The words hold letters and digits alone, so nothing in them can end the quotes.
# Candidates are as near as two errors can be: an exchange of two letters counts two in
# levenshtein() and one in osa_distance().
READ = f"""
WITH typed AS MATERIALIZED (
    SELECT word, place, lag(word) OVER by_place || word AS with_last,
        word || lead(word) OVER by_place AS with_next,
        CASE WHEN NOT %(literal)s THEN
            nullif(coalesce(nullif(spelled, word), regexp_replace(word,
                '([aou])e([b-df-hj-np-tv-z][a-z])', '\\1\\2', 'g')), word)
        END AS spelled,
        CASE WHEN NOT %(literal)s AND length(word) > 4 THEN
            CASE WHEN word ~ '[^aeiou]ies$' THEN left(word, -3) || 'y'
                WHEN word ~ '[^ius]s$' THEN left(word, -1)
                WHEN word ~ '[b-df-hj-np-tv-z]y$' THEN left(word, -1) || 'ies' END
        END AS numbered,
        CASE WHEN NOT %(literal)s THEN %(short_names)s::jsonb ->> word END AS country
    FROM unnest(registry_words(%(text)s), registry_words(%(spelled)s))
        WITH ORDINALITY AS typed (word, spelled, place)
    WHERE word IS NOT NULL
    WINDOW by_place AS (ORDER BY place)
), clauses AS MATERIALIZED (
    SELECT word, place, '(''' || concat_ws(''':* | ''',
            word, with_last, with_next, spelled)
        || ''':*' || coalesce(' | ''' || numbered || '''', '')
        || coalesce(' | ''' || replace(country, ' ', ''' & ''') || '''', '')
        || ')' AS clause,
        '(''' || concat_ws(''':* | ''', word, with_last, with_next) || ''':*)' AS plain
    FROM typed
), listed AS NOT MATERIALIZED ({LISTED.format(columns="words")}
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
    SELECT string_agg(clause, ' & ') FILTER (WHERE is_known) AS clauses,
        count(*) FILTER (WHERE NOT is_known) = 1 AND (bool_and(NOT is_known) OR EXISTS (
            SELECT FROM listed WHERE words @@ (
                SELECT string_agg(clause, ' & ') FROM judged WHERE is_known)::tsquery)
        ) AS lack_one
    FROM judged
), guessed AS MATERIALIZED (
    SELECT *, CASE WHEN is_known OR length(word) < 3 THEN '{{}}' ELSE ARRAY(
        SELECT known.word
        FROM members_searchword AS known,
            (SELECT CASE WHEN length(judged.word) < 5 THEN 2
                WHEN length(judged.word) = 5 THEN 3 ELSE 4 END AS reach, ARRAY(
                SELECT overlay(judged.word
                    PLACING reverse(substr(judged.word, at, 2)) FROM at)
                FROM generate_series(1, length(judged.word) - 1) AS at) AS swapped
            ) AS reaches
        WHERE levenshtein_less_equal(known.word, judged.word, reach) <= reach
            OR length(judged.word) > 4 AND length(known.word) > length(judged.word)
            AND levenshtein_less_equal(
                left(known.word, length(judged.word)), judged.word, 2) <= 2
        ORDER BY least(levenshtein_less_equal(known.word, judged.word, reach),
            CASE WHEN length(judged.word) > 4 THEN levenshtein_less_equal(
                left(known.word, length(judged.word)), judged.word, 2) END,
            CASE WHEN known.word = ANY (swapped) THEN 1 END), 1
        LIMIT 200
    ) END AS near, CASE WHEN (SELECT is_found FROM whole) THEN '{{}}' ELSE ARRAY(
        SELECT known.word
        FROM jsonb_each_text(registry_general_words()) AS general (word, meaning)
        JOIN members_searchword AS known ON known.word = general.word
        WHERE meaning = coalesce(
            registry_general_words() ->> judged.word,
            registry_general_words() ->> regexp_replace(judged.word, 's$', ''))
            AND meaning <> '' AND known.word <> judged.word
        ORDER BY 1
    ) END AS same, coalesce(registry_general_words() ->> word = '', false) AS is_joining
    FROM judged
)
SELECT word, clause, plain, is_known, is_joining, (SELECT is_found FROM whole), near,
    same, CASE WHEN is_known OR NOT (SELECT lack_one FROM certain) THEN '{{}}'
    ELSE ARRAY(
        SELECT DISTINCT other FROM unnest(near || same || ARRAY(
            SELECT left(word, cut) || ' ' || substr(word, cut + 1)
            FROM generate_series(3, length(word) - 3) AS cut
            WHERE (SELECT true FROM members_searchword AS known
                WHERE known.word = left(guessed.word, cut))
            AND (SELECT true FROM members_searchword AS known
                WHERE known.word = substr(guessed.word, cut + 1))
        )) AS other
        WHERE EXISTS (
            SELECT FROM listed WHERE words @@ concat_ws(' & ',
                '''' || replace(other, ' ', ''' & ''') || '''',
                (SELECT clauses FROM certain))::tsquery)
    ) END AS fits
FROM guessed ORDER BY place
"""  # noqa: S608


@dataclass(frozen=True)
class Typed:
    """A typed word, the tsquery that finds it, and which other words may be meant.

    `plain` finds it only as it was typed. `is_found` tells that somebody has all of the
    text. `near` are words spelled like it, `same` those that mean the same; `fits` are
    those of them, or its two halves, that somebody has together with the rest, told
    where this is the only word that is not known.
    """

    word: str
    clause: str
    plain: str
    is_known: bool
    is_joining: bool
    is_found: bool
    near: list[str]
    same: list[str]
    fits: list[str]


def read(text: str, *, literal: bool) -> list[Typed]:
    composed = unicodedata.normalize("NFC", text)
    parameters = {
        "text": text,
        "spelled": composed.translate(SPELLED),
        "literal": literal,
        "short_names": json.dumps(SHORT_NAMES),
        "today": timezone.localdate(),
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, parameters)
        return [Typed(*row) for row in cursor.fetchall()]
