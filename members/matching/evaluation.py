"""How good and how quick a search is, measured on pairs of what was typed and meant."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from django.db import connection

from members.identifiers import read_ror_id
from members.matching import institutions

LIMIT = 20
# The rank of what was not found at all.
MISS = LIMIT + 1
THRESHOLD = 0.4

# What the search is compared with: the same names, with the index made for it.
PLAIN_NAMES = """
DROP TABLE IF EXISTS pg_temp.plain_name;
CREATE TEMPORARY TABLE plain_name AS
    SELECT id, text FROM members_institution, unnest(name || other_names) AS text;
CREATE INDEX ON plain_name USING gin (text gin_trgm_ops);
ANALYZE plain_name;
"""
PLAIN = """
SELECT id, max(similarity(text, %(q)s)) AS score FROM plain_name
WHERE text %% %(q)s GROUP BY id ORDER BY score DESC LIMIT 20
"""


class PairsError(Exception):
    """A file that holds no pairs, and why."""


@dataclass
class Figures:
    """Ranks from 1, and seconds of each search."""

    ranks: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    missed: list[tuple[str, int]] = field(default_factory=list)

    def recall(self, within: int) -> float:
        return sum(rank <= within for rank in self.ranks) / len(self.ranks)

    @property
    def mean_rank(self) -> float:
        return sum(self.ranks) / len(self.ranks)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def p95(self) -> float:
        return sorted(self.seconds)[int(0.95 * (len(self.seconds) - 1))]


def read_pairs(path: Path) -> list[tuple[str, str]]:
    """What was typed and the ROR id that was meant, from a JSON list of pairs."""
    try:
        pairs = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise PairsError(f"{path}: {error}") from error
    try:
        found = [(pair["query"], read_ror_id(pair["ror_id"])) for pair in pairs]
    except (TypeError, KeyError, AttributeError) as error:
        text = f"{path}: expected a list of objects with “query” and “ror_id”."
        raise PairsError(text) from error
    if not found or not all(isinstance(q, str) and ror_id for q, ror_id in found):
        raise PairsError(f"{path}: no pair, or one whose ROR id is wrong.")
    return found


def evaluate(pairs, progress=iter) -> Figures:
    """Ask for each pair once, after a first question that does not count."""
    institutions.matching(pairs[0][0])
    figures = Figures()
    for query, wanted in progress(pairs):
        found, seconds = clocked(institutions.matching, query)
        ids = [match.ror_id for match in found]
        rank = ids.index(wanted) + 1 if wanted in ids else MISS
        figures.ranks.append(rank)
        figures.seconds.append(seconds)
        if rank > 1:
            figures.missed.append((query, rank))
    return figures


def compare(pairs, progress=iter) -> tuple[Figures, Figures, Figures]:
    """Times of whole queries, of their beginnings, and of the plain query.

    They take turns, so that other work on the machine meets all of them.
    """
    whole, begun, plain = Figures(), Figures(), Figures()
    with plain_search() as plain_matching:
        for query, _ in progress(pairs):
            whole.seconds.append(clocked(institutions.matching, query)[1])
            plain.seconds.append(clocked(plain_matching, query)[1])
            for start in beginnings(query):
                begun.seconds.append(clocked(institutions.matching, start)[1])
    return whole, begun, plain


def beginnings(query: str) -> list[str]:
    """What is in the field while `query` is typed, from the third letter on."""
    return [query[:length] for length in range(3, len(query))]


def clocked(search: Callable, query: str):
    start = time.perf_counter()
    found = search(query)
    return found, time.perf_counter() - start


@contextmanager
def plain_search() -> Iterator[Callable]:
    """The search by `pg_trgm` alone, over the same names."""
    with connection.cursor() as cursor:
        cursor.execute(PLAIN_NAMES)
        cursor.execute("SELECT set_limit(%s)", [THRESHOLD])

        def search(query):
            cursor.execute(PLAIN, {"q": query})
            return cursor.fetchall()

        try:
            yield search
        finally:
            cursor.execute("RESET pg_trgm.similarity_threshold")
            cursor.execute("DROP TABLE plain_name")
