"""Measure the import of a dump of ROR, and the search for institutions.

    python -m tests.bench.institutions SAMPLE PAIRS

SAMPLE is a dump (20,000 records), of which one of 130,000 is made; PAIRS are what
`manage.py evaluate_search` takes. Writes the section of docs/performance.md.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import django
from django.conf import settings
from django.db import connection

# What follows imports models.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")
django.setup()

from members.identifiers import ror_checksum  # noqa: E402
from members.matching import evaluation  # noqa: E402
from members.ror.importing import RorImport  # noqa: E402
from members.ror.reading import Reader, opened  # noqa: E402
from peso import postgres  # noqa: E402
from tests.bench import institutions_report as report  # noqa: E402
from tests.bench.databases import PROJECT, Database, tell, vacuum  # noqa: E402

RECORDS = 130_000
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
PREFIX = "https://ror.org/"
# What an import fills; with it are compared tables of the same rows and indexes.
FILLED = [
    *("members_institution", "members_institutionhistory"),
    *("members_institutionname", "members_institutionterm"),
]


class RorDatabase(Database):
    def __init__(self, name):
        super().__init__(0)
        self.name = f"peso_bench_ror_{name}"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.institutions")
    parser.add_argument("sample", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--take", metavar="DATABASE", help="import, for its figures")
    options = parser.parse_args()
    if not settings.DATABASE_URL:
        postgres.ensure_running()
    if options.take:
        return take(options.take, options.sample)
    return bench(options)


def bench(options):
    pairs = evaluation.read_pairs(options.pairs)
    small, large = RorDatabase("sample"), RorDatabase("whole")
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder, "whole.zip")
        multiply(options.sample, dump)
        figures = {}
        for database, path in ((small, options.sample), (large, dump)):
            database.make()
            figures[database.name] = imported(database, path, options.pairs)
            database.run(vacuum)
        again = imported(large, dump, options.pairs)
        tell(json.dumps({**figures, "again": again}))
    copied = large.run(copy_bare)
    quality = small.run(evaluation.evaluate, pairs)
    times = small.run(evaluation.compare, pairs)
    whole_times = large.run(evaluation.compare, pairs[::5])
    imports = {"first": figures[large.name], "again": again, "copied": copied}
    text = report.section(imports, quality, times, whole_times)
    for database in (small, large):
        database.close()
    report.write(text)
    tell(text)
    return 0


def imported(database, path, pairs):
    """In a process of its own, whose memory is then that of the import."""
    command = [sys.executable, "-m", "tests.bench.institutions", path, pairs]
    done = subprocess.run(
        [*command, "--take", database.name],
        cwd=PROJECT,
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout.splitlines()[-1])


def take(name, path):
    database = RorDatabase(name.removeprefix("peso_bench_ror_"))
    start = time.monotonic()
    summary = database.run(RorImport().run, path)
    seconds = time.monotonic() - start
    database.close()
    tell(
        json.dumps(
            {
                "seconds": round(seconds, 1),
                "megabytes": most_memory(),
                "added": summary.added,
                "changed": summary.changed,
                "unchanged": summary.unchanged,
            }
        )
    )


def most_memory():
    """In MB, of this program alone: ru_maxrss is also that of who started it."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def copy_bare():
    """Seconds of COPYing the rows of all filled tables into bare ones."""
    seconds = 0
    with connection.cursor() as cursor:
        for table in FILLED:
            held = io.BytesIO()
            with cursor.copy(f"COPY (TABLE {table}) TO STDOUT (FORMAT binary)") as copy:
                for piece in copy:
                    held.write(piece)
            cursor.execute(f"CREATE TABLE bare (LIKE {table} INCLUDING INDEXES)")
            start = time.monotonic()
            with cursor.copy("COPY bare FROM STDIN (FORMAT binary)") as copy:
                copy.write(held.getbuffer())
            seconds += time.monotonic() - start
            cursor.execute("DROP TABLE bare")
    return seconds


def multiply(sample, path):
    """A dump of `RECORDS` records, each but the first with other ids and names."""
    with opened(sample) as (stream, _):
        records = list(Reader(stream, lambda number: None))
    ids = [record["id"] for record in records]
    numbers, taken = iter(range(32**5, 32**6)), set(ids)
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("v2-whole-ror-data.json", "w", force_zip64=True) as out,
    ):
        for written in range(RECORDS):
            copy, place = divmod(written, len(records))
            if not place:
                new = dict(zip(ids, fresh(ids, copy, numbers, taken), strict=True))
            out.write(b",\n" if written else b"[\n")
            out.write(json.dumps(altered(records[place], copy, new)).encode())
        out.write(b"\n]\n")


def fresh(ids, copy, numbers, taken):
    if not copy:
        return ids
    free = (PREFIX + ror_id(number) for number in numbers)
    return [next(each for each in free if each not in taken) for _ in ids]


def ror_id(number):
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return f"0{digits}{ror_checksum(digits)}"


def altered(record, copy, new):
    if not copy:
        return record
    names = [{**name, "value": f"{name['value']} {copy}"} for name in record["names"]]
    relations = [
        {**each, "id": new.get(each["id"], each["id"])}
        for each in record["relationships"]
    ]
    changes = {"names": names, "relationships": relations}
    return {**record, "id": new[record["id"]], **changes}


if __name__ == "__main__":
    sys.exit(main())
