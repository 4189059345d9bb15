"""What was measured, as docs/performance.md."""

import os
import platform
from pathlib import Path

import django
from django.db import connection
from django.utils import timezone

from tests.bench.measuring import ROUNDS

PATH = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
LOADING_SECONDS, LOADING_MEGABYTES = 180, 300

TEXT = """\
# Performance

Written by `make bench` on {day}; it measures, and no test depends on it.

- Machine: {machine}; other work on it, while this ran: a load of {load:.1f}.
- Software: {software}.
- What is measured: the time from request to last byte inside one process, without
  network, by Django's test client; the databases take turns, {rounds} rounds after one
  that does not count (slow pages at least three). Given are medians, and the times
  between which the middle half lies, in milliseconds.

## Public pages

With {few} and with {many:,} organizations. *Queries* must be the same with both.

| Page | Queries | {few} organizations | {many:,} organizations | Ratio |
| --- | ---: | ---: | ---: | ---: |
{rows}

{promises}

## The example consortium

`manage.py load_example --organizations {many}` took {seconds} s and at most
{megabytes} MB of memory, history, events and search documents included (promised:
{loading_seconds} s, {loading_megabytes} MB). {few} organizations took {few_seconds} s.
"""


def machine():
    """The machine and the software, as a database and the system tell."""
    connection.ensure_connection()
    version = connection.connection.info.server_version
    software = (
        f"Python {platform.python_version()}, Django {django.get_version()}, "
        f"PostgreSQL {version // 10000}.{version % 10000}"
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{processor()}, {os.cpu_count()} cores, {memory:.0f} GB", software


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":")[1].strip() for line in lines if "model name" in line]
    return names[0] if names else platform.machine()


def line(page, few, many):
    return (
        f"{page.name:<56}{page.address[:48]:<50}{few.status}/{many.status}"
        f"{few.queries:>4}{many.queries:>4}{few.median:>9.1f}{many.median:>9.1f}"
        f"{many.median / few.median:>7.1f}"
    )


def row(page, few, many):
    queries = few.queries
    if few.queries != many.queries:
        queries = f"{few.queries} and {many.queries}"
    name = f"{page.name}, `{page.address}`" if page.ratio else page.name
    return (
        f"| {name} | {queries} | {times(few)} | {times(many)} "
        f"| {many.median / few.median:.1f} |"
    )


def times(measured):
    low, high = measured.spread
    return f"{measured.median:.1f} ({low:.1f}–{high:.1f})"


def broken(results, loading):
    """What was promised and is not so."""
    found = []
    for page, few, many in results:
        if {few.status, many.status} != {200}:
            found.append(f"{page.name}: answered {few.status} and {many.status}.")
        if few.queries != many.queries:
            found.append(f"{page.name}: {few.queries} and {many.queries} queries.")
        if page.queries and many.queries > page.queries:
            found.append(f"{page.name}: {many.queries} queries, over {page.queries}.")
        ratio = many.median / few.median
        if page.ratio and ratio > page.ratio:
            found.append(f"{page.name}: {ratio:.1f} times as long, over {page.ratio}.")
    if loading["seconds"] > LOADING_SECONDS:
        found.append(f"Loading took {loading['seconds']} s.")
    if loading["megabytes"] > LOADING_MEGABYTES:
        found.append(f"Loading took {loading['megabytes']} MB.")
    return found


def write(results, loading, about, options):
    few, many = loading
    failures = broken(results, many)
    PATH.parent.mkdir(exist_ok=True)
    PATH.write_text(
        TEXT.format(
            day=timezone.localdate(),
            machine=about[0],
            software=about[1],
            load=max(0, os.getloadavg()[2] - 1),
            rounds=ROUNDS,
            few=options.few,
            many=options.many,
            rows="\n".join(row(*result) for result in results),
            promises=promises(failures),
            seconds=many["seconds"],
            megabytes=many["megabytes"],
            few_seconds=few["seconds"],
            loading_seconds=LOADING_SECONDS,
            loading_megabytes=LOADING_MEGABYTES,
        ),
        encoding="utf-8",
    )


def promises(failures):
    kept = (
        "Promised: at most 7 queries for the directory, 9 for an organization, 5 for\n"
        "the coverage, the same with any number of organizations; a search with two\n"
        "facets takes at most 6 times as long."
    )
    if not failures:
        return f"{kept} All of it is kept."
    return "\n".join([kept, "", "Not kept:", "", *[f"- {text}" for text in failures]])
