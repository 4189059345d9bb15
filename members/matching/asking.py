"""How well the directory answers queries of which it is known what they mean."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import yaml

from members import search
from members.matching.evaluation import LIMIT, MISS, Figures, PairsError, clocked
from members.models import Organization


@dataclass(frozen=True)
class Query:
    """What is typed; the short names that must come first, none if nothing is meant."""

    kind: str
    text: str
    wanted: tuple[str, ...]

    def rank(self, found: list[str]) -> int:
        """1 if the wanted come first, in any order; a miss if one is not among them.

        Where nothing is wanted, anything is a miss.
        """
        if not self.wanted:
            return MISS if found else 1
        if not set(self.wanted) <= set(found):
            return MISS
        return max(map(found.index, self.wanted)) - len(self.wanted) + 2


def read_queries(path: Path) -> list[Query]:
    """The queries of a YAML file, each with `first`, `among` or `nothing`."""
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = [_query(row) for row in rows]
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise PairsError(f"{path}: {error}") from error
    except (TypeError, KeyError, AttributeError) as error:
        text = f"{path}: expected a list of “kind”, “query” and one of “first”, "
        raise PairsError(f"{text}“among” and “nothing”.") from error
    if not found:
        raise PairsError(f"{path}: no query.")
    return found


def _query(row):
    if row.keys() - {"kind", "query"} not in ({"first"}, {"among"}, {"nothing"}):
        raise KeyError(row)
    wanted = row.get("among") or [row["first"]] if "nothing" not in row else []
    if not isinstance(row["query"], str):
        raise TypeError(row)
    return Query(str(row["kind"]), row["query"], tuple(wanted))


def lacking(queries: list[Query]) -> set[str]:
    """The wanted ones that the registry has not."""
    wanted = {name for query in queries for name in query.wanted}
    known = Organization.objects.listed().filter(short_name__in=wanted)
    return wanted - set(known.values_list("short_name", flat=True))


def evaluate(queries: list[Query], progress=iter) -> dict[str, Figures]:
    """Ask each once, after a first question that does not count; figures by kind."""
    answered(queries[0].text)
    figures = defaultdict(Figures)
    for query in progress(queries):
        found, seconds = clocked(answered, query.text)
        rank = query.rank(found)
        of_kind = figures[query.kind]
        of_kind.ranks.append(rank)
        of_kind.seconds.append(seconds)
        if rank > 1:
            of_kind.missed.append((query.text, rank))
    return dict(figures)


def total(figures: dict[str, Figures]) -> Figures:
    every = Figures()
    for each in figures.values():
        every.ranks += each.ranks
        every.seconds += each.seconds
        every.missed += each.missed
    return every


def answered(text: str) -> list[str]:
    """The short names of the first that are found, members and former ones."""
    understood = search.understand(text)
    if not understood.readings:
        return []
    found = Organization.objects.listed().matching(understood)
    names = found.by_relevance(understood).values_list("short_name", flat=True)
    return list(names[:LIMIT])
