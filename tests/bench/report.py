"""What was measured, as docs/performance.md."""

import os
import platform
from pathlib import Path

import django
from django.db import connection
from django.utils import timezone

from tests.bench.load import CONNECTIONS
from tests.bench.measuring import ROUNDS

PATH = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
LOADING_SECONDS, LOADING_MEGABYTES = 180, 300

TEXT = """\
# Performance

Written by `make bench` on {day}; it measures, and no test depends on it.

- Machine: {machine}; other work on it, while this ran: a load of {load:.1f}.
- Software: {software}.

## Speed

Measured side by side in one run, {speed_rounds} rounds that take turns: medians, with
the least and the most in brackets. gunicorn with one process, nginx and the backends of
PostgreSQL that work for them have one core, and what loads them (`wrk` with
{connections} connections, {speed_seconds} s at a time) the other.

| What | Measured | Reference | Ratio or figure | To reach | |
| --- | --- | --- | ---: | ---: | --- |
{speed}

`make bench` measures all of this, and `.venv/bin/python -m tests.bench --only served`
one part of it (or `nginx`, `first_time`, `growth`, `exported`, `remembered`, `begun`).

## Public pages made anew

With {few} and with {many:,} organizations. *Queries* must be the same with both.
The time from request to last byte inside one process, without network and with nothing
kept, by Django's test client; the databases take turns, {rounds} rounds after one that
does not count (slow pages at least three). Medians, and the times between which the
middle half lies, in milliseconds.

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


def missed(rows):
    return [
        f"{row.what}: {row.figure:.2f}, to reach is {row.target:g}."
        for row in rows
        if not row.is_reached
    ]


def write(results, rows, loading, about, options):
    few, many = loading
    failures = broken(results, many)
    table = "\n".join(map(str, rows))
    PATH.parent.mkdir(exist_ok=True)
    kept = institutions_section()
    PATH.write_text(
        TEXT.format(
            day=timezone.localdate(),
            machine=about[0],
            software=about[1],
            load=max(0, os.getloadavg()[2] - 1),
            rounds=ROUNDS,
            speed=table,
            speed_rounds=options.rounds,
            speed_seconds=options.seconds,
            connections=CONNECTIONS,
            few=options.few,
            many=options.many,
            rows="\n".join(row(*result) for result in results),
            promises=promises(failures),
            seconds=many["seconds"],
            megabytes=many["megabytes"],
            few_seconds=few["seconds"],
            loading_seconds=LOADING_SECONDS,
            loading_megabytes=LOADING_MEGABYTES,
        )
        + kept,
        encoding="utf-8",
    )


def institutions_section():
    """What tests/bench/institutions.py wrote there, after a line."""
    text = PATH.read_text(encoding="utf-8") if PATH.exists() else ""
    start = text.find("\n<!-- institutions -->")
    return text[start:] if start >= 0 else ""


def promises(failures):
    kept = (
        "Promised: at most 7 queries for the directory, 9 for an organization, 5 for\n"
        "the coverage, the same with any number of organizations; a search with two\n"
        "facets takes at most 6 times as long."
    )
    if not failures:
        return f"{kept} All of it is kept."
    return "\n".join([kept, "", "Not kept:", "", *[f"- {text}" for text in failures]])
