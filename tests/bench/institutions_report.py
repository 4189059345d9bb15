"""What was measured of institutions, as a section of docs/performance.md."""

import os

from django.utils import timezone

from tests.bench.report import PATH, institutions_section

START, END = "<!-- institutions -->", "<!-- end of institutions -->"

TEXT = """\
{start}

## Institutions

Written on {day} by `python -m tests.bench.institutions SAMPLE PAIRS` with a sample of
20,000 records of ROR and 400 queries of ROR's own; the dump of {records:,} records is
made of that sample. Of any registry the same is told by
`manage.py evaluate_search PAIRS --against institutions --plain`. Other work on the
machine, while this ran: a load of {load:.1f}.

| Import of {records:,} records | | Promised |
| --- | ---: | ---: |
| `import_ror`, into an empty registry | {seconds:.1f} s | |
| `COPY` of the same rows into bare tables with the same indexes | {copied:.1f} s | |
| Ratio | {ratio:.1f} | ≤ 6 |
| The same file again: nothing changed | {again:.1f} s | |
| Most memory | {megabytes} MB | < 300 MB |

The rows are those of all tables that it fills: institutions, their history, the
searched names and their terms.

| Search among 20,000 records | | Promised |
| --- | ---: | ---: |
| recall@1 | {recall1:.3f} | ≥ 0.950 |
| recall@5 | {recall5:.3f} | ≥ 0.990 |
| mean rank (a miss counts 21) | {rank:.3f} | ≤ 1.20 |
| whole queries, median and 95th percentile | {whole} | |
| as they are typed, from the third letter | {begun} | |
| the plain `pg_trgm` query, threshold 0.4, GIN, in turn | {plain} | |
| 95th percentile of whole queries to the plain one's | {whole_ratio:.2f} | ≤ 0.25 |
| 95th percentile as typed to the plain one's | {begun_ratio:.2f} | ≤ 0.15 |

Among {records:,} records, every fifth query: whole {whole_130} (ratio
{whole_ratio_130:.2f}), as typed {begun_130} ({begun_ratio_130:.2f}), plain {plain_130}.

{end}
"""


def section(imports, quality, times, whole_times):
    first, again, copied = (imports[each] for each in ("first", "again", "copied"))
    whole, begun, plain = times
    whole_130, begun_130, plain_130 = whole_times
    return TEXT.format(
        start=START,
        end=END,
        day=timezone.localdate(),
        load=max(0, os.getloadavg()[2] - 1),
        records=first["added"],
        seconds=first["seconds"],
        copied=copied,
        ratio=first["seconds"] / copied,
        again=again["seconds"],
        megabytes=max(first["megabytes"], again["megabytes"]),
        recall1=quality.recall(1),
        recall5=quality.recall(5),
        rank=quality.mean_rank,
        whole=milliseconds(whole),
        begun=milliseconds(begun),
        plain=milliseconds(plain),
        whole_ratio=whole.p95 / plain.p95,
        begun_ratio=begun.p95 / plain.p95,
        whole_130=milliseconds(whole_130),
        begun_130=milliseconds(begun_130),
        plain_130=milliseconds(plain_130),
        whole_ratio_130=whole_130.p95 / plain_130.p95,
        begun_ratio_130=begun_130.p95 / plain_130.p95,
    )


def milliseconds(figures):
    return f"{1000 * figures.median:.1f} ms, {1000 * figures.p95:.1f} ms"


def write(text):
    """In the place of the section that was there; what follows it stays."""
    section = institutions_section()
    before = PATH.read_text(encoding="utf-8").removesuffix(section)
    after = section.partition(END)[2].lstrip("\n")
    PATH.write_text(f"{before.rstrip()}\n\n{text}{after}", encoding="utf-8")
