from pathlib import Path

from django.core.management import CommandError
from django.core.management.base import BaseCommand
from tqdm import tqdm

from members.matching import asking, evaluation
from members.models import Institution

SEARCHES = ["institutions", "directory"]


class Command(BaseCommand):
    help = (
        "Measure a search on pairs of what was typed and what was meant. For the "
        "institutions FILE is a "
        'JSON list of {"query": "Univ. of Konstanz", "ror_id": "0546hnb39"}. Prints '
        "recall@1 and recall@5 (the part of the queries whose record is first, or "
        "among the first five), the mean rank (of 20; what is not among them counts "
        "21), and the median and the 95th percentile of the time in milliseconds. "
        "For the directory FILE is a YAML list of {kind: typing, query: aldre, first: "
        "ALDER}: `first` is the short name that must come first, or `among` a list of "
        "those that all come before any other, or `nothing: true`. Printed are, for "
        "each kind and in all, the part that is answered so, mean rank and times."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument(
            "--against",
            choices=SEARCHES,
            required=True,
            help="Which search; it needs what is meant (import_ror, load_example).",
        )
        parser.add_argument(
            "--plain",
            action="store_true",
            help="Time the plain pg_trgm query over the same names in turn with this "
            "search, whole and as it is typed, and print the ratios. It takes minutes.",
        )
        parser.add_argument(
            "--misses",
            action="store_true",
            help="List the queries whose record is not the first, with its rank.",
        )

    def handle(self, *, file, against, plain, misses, **options):
        if plain and against == "directory":
            raise CommandError("--plain is for institutions.")
        try:
            if against == "directory":
                self._directory(asking.read_queries(file), misses)
            else:
                self._institutions(evaluation.read_pairs(file), plain, misses)
        except evaluation.PairsError as error:
            raise CommandError(error) from error

    def _directory(self, queries, misses):
        if lacking := asking.lacking(queries):
            raise CommandError(f"No member has been {', '.join(sorted(lacking))}.")
        figures = asking.evaluate(queries, self._bar)
        every = asking.total(figures)
        if misses:
            self._list(every)
        self.stdout.write("kind        queries  right  mean rank  median ms  p95 ms")
        for kind, found in {**figures, "all": every}.items():
            times = f"{1000 * found.median:>9.1f}  {1000 * found.p95:>6.1f}"
            self.stdout.write(
                f"{kind:<10}  {len(found.ranks):>7}  {found.recall(1):.3f}"
                f"  {found.mean_rank:>9.2f}  {times}"
            )

    def _list(self, figures):
        for query, rank in figures.missed:
            self.stdout.write(f"{rank:>3}  {query}")

    def _institutions(self, pairs, plain, misses):
        self._missing({ror_id for _, ror_id in pairs})
        figures = evaluation.evaluate(pairs, self._bar)
        if misses:
            self._list(figures)
        self._say("queries", f"{len(pairs)}")
        self._say("recall@1", f"{figures.recall(1):.4f}")
        self._say("recall@5", f"{figures.recall(5):.4f}")
        self._say("mean rank", f"{figures.mean_rank:.4f}")
        self._times("latency", figures)
        if plain:
            self._compare(pairs)

    def _missing(self, ror_ids):
        known = Institution.objects.filter(ror_id__in=ror_ids).count()
        if not known:
            raise CommandError("The registry has no record of these: run import_ror.")
        if missing := len(ror_ids) - known:
            self.stderr.write(f"{missing} of the records are not in the registry.")

    def _compare(self, pairs):
        whole, begun, plain = evaluation.compare(pairs, self._bar)
        self._times("in turn", whole)
        self._times("as typed", begun)
        self._times("plain query", plain)
        self._say("ratio, p95", f"{whole.p95 / plain.p95:.3f}")
        self._say("as typed, p95", f"{begun.p95 / plain.p95:.3f}")

    def _times(self, name, figures):
        median, p95 = 1000 * figures.median, 1000 * figures.p95
        self._say(name, f"median {median:.1f} ms, p95 {p95:.1f} ms")

    def _say(self, name, text):
        self.stdout.write(f"{name:<14} {text}")

    def _bar(self, pairs):
        # None: only where somebody sees it.
        return tqdm(pairs, unit=" queries", disable=None, leave=False)
