"""Every row of what was promised of the speed, measured in one run."""

import os
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench import freshness, load, mixed, proxy, servers
from tests.bench.databases import tell
from tests.bench.inside import first_time, growth
from tests.bench.rows import Row
from tests.bench.servers import LOADED, memory, on_core

PAGES = {
    "directory": "/directory/",
    "organization": "/organizations/alder/",
    "coverage": "/coverage/",
}
FILES = ("/directory.csv", "/directory.json")
BARE = "a bare Django view with the same bytes"


def measure(databases, options):
    """All rows. `databases` by number of organizations."""
    load.require()
    servers.collect_static()
    rows = []
    for part in (served, behind_nginx, first_time, growth, exported, remembered, begun):
        if options.only in part.__name__:
            tell(f"Measuring: {part.__name__}")
            for row in part(databases, options):
                tell(str(row))
                rows.append(row)
    return rows


def served(databases, options):
    """Unchanged pages, whole and by their tags, beside a bare Django."""
    rows, rates = [], {"seconds": options.seconds}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(servers.registry(databases[20_000].name))
        ours.wait_for("/healthz")
        tags = {}
        for name, path in PAGES.items():
            response, body = ours.get(path)
            tags[name] = response.headers["ETag"]
            (folder / name).write_bytes(body)
            kilobytes = f"{len(body) / 1000:.0f} kB"
            rows.append(Row(f"{name}, unchanged", BARE, "requests/s", 0.6, True))
            rows.append(Row(f"{name}, 304", BARE, "requests/s", 0.8, True))
            rows[-2].remark = kilobytes
        reference = stack.enter_context(servers.bare(folder))
        reference.wait_for("/directory")
        for _ in range(options.rounds):
            for place, (name, path) in enumerate(PAGES.items()):
                ours.bind_database()
                base = load.requests_per_second(reference.address(f"/{name}"), **rates)
                whole = load.requests_per_second(ours.address(path), **rates)
                known = load.requests_per_second(
                    ours.address(path), tag=tags[name], **rates
                )
                rows[2 * place].add(whole, base)
                rows[2 * place + 1].add(known, base)
    return rows


def behind_nginx(databases, options):
    """nginx as documented: its rate beside files, and the age of what it answers."""
    rates = {"seconds": options.seconds}
    rate = Row(
        "directory, behind nginx", "nginx with a file of it", "requests/s", 0.5, True
    )
    age = Row("oldest answer behind nginx", "", "s", 1.0, absolute=True)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        ours = stack.enter_context(servers.registry(databases[20_000].name))
        ours.wait_for("/healthz")
        front = proxy.nginx(folder, ours.port)
        (folder / "files" / "page").write_bytes(ours.get("/directory/")[1])
        stack.enter_context(front)
        front.wait_for("/healthz")
        for _ in range(options.rounds):
            ours.bind_database()
            file = load.requests_per_second(front.address("/as-a-file/page"), **rates)
            page = load.requests_per_second(front.address("/directory/"), **rates)
            rate.add(page, file)
        found = databases[20_000].run(
            freshness.oldest_answer, front.port, options.seconds * 5
        )
        age.add(found.seconds)
        age.remark = f"{found.answers:,} answers, {found.writes} writes"
        age.reference_is = "one second"
    return [rate, age]


def exported(databases, options):
    """Everything as CSV and JSON, beside COPY of the same columns."""
    many = max(databases)
    rows = [
        Row(f"{kind} of {many:,} organizations", "COPY … TO STDOUT", "s", 4)
        for kind in ("CSV", "JSON")
    ]
    over = Row("memory over idle while it exports", "", "MB", 30, absolute=True)
    over.reference_is = "idle"
    with servers.registry(databases[many].name) as ours:
        ours.wait_for("/healthz")
        ours.get("/directory.csv?q=nothing-of-that-name")
        (worker,) = ours.workers()
        idle = memory(worker)
        for _ in range(options.rounds):
            ours.bind_database()
            copied = databases[many].run(mixed.copy_everything)
            for row, path in zip(rows, FILES, strict=True):
                seconds, most = download(ours.address(path), worker)
                row.add(seconds, copied)
                over.add(most - idle)
    return [*rows, over]


def download(address, worker):
    """The seconds that it takes, and the most memory that the worker has meanwhile."""
    command = ["curl", "--silent", "--fail", "--output", os.devnull, address]
    start, most = time.monotonic(), 0
    with subprocess.Popen(on_core(LOADED, command)) as getting:
        while getting.poll() is None:
            most = max(most, memory(worker))
            time.sleep(0.02)
        seconds = time.monotonic() - start
    if getting.returncode:
        raise SystemExit(f"{address}: curl ended with {getting.returncode}.")
    return seconds, most


def remembered(databases, options):
    """The memory of workers: after many requests, and while they serve."""
    growing = Row("memory of a worker after 10,000 requests", "after 100", "MB", 1.15)
    serving = Row("memory of a worker while serving", "", "MB", 110, absolute=True)
    serving.reference_is = "PSS"
    number = options.requests
    if number != 10_000:
        growing.what = growing.what.replace("10,000", f"{number:,}")
    with servers.registry(databases[2_000].name) as ours:
        ours.wait_for("/healthz")
        (worker,) = ours.workers()
        mixed.ask(ours.port, 0, 100)
        first = memory(worker)
        mixed.ask(ours.port, 100, number)
        growing.add(memory(worker), first)
    with servers.registry(databases[2_000].name, processes=2) as ours:
        ours.wait_for("/healthz")
        mixed.ask(ours.port, 0, min(1_000, number))
        for worker in ours.workers():
            serving.add(memory(worker))
    return [growing, serving]


def begun(databases, options):
    """From the start of gunicorn to its first page, beside an empty project."""
    row = Row("start to first answer", "an empty startproject", "s", 4)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            with servers.empty_project(Path(folder)) as empty:
                reference = empty.wait_for("/")
            with servers.registry(databases[2_000].name) as ours:
                row.add(ours.wait_for("/about/"), reference)
    return [row]
