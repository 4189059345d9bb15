"""Measure the registry: its pages, and what was promised of its speed.

    python -m tests.bench                       (make bench)
    python -m tests.bench --only served         (one part, and nothing written)

Writes docs/performance.md. Exits with 1 where a promise is not kept.
"""

import argparse
import os
import sys

import django
from django.conf import settings
from django.test import override_settings
from tqdm import tqdm

from peso import postgres, revision
from tests.bench import report
from tests.bench.databases import Database, load, tell
from tests.bench.measuring import measure
from tests.bench.pages import PAGES

PLAIN_FILES = {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--load", type=int, help="load one example, for its figures")
    parser.add_argument("--few", type=int, default=24)
    parser.add_argument("--many", type=int, default=20_000)
    parser.add_argument("--only", default="", help="pages and parts with this name")
    parser.add_argument("--most", type=int, default=100_000, help="organizations")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4, help="of load at a time")
    parser.add_argument("--requests", type=int, default=10_000, help="of the mix")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")
    if not settings.DATABASE_URL:
        postgres.ensure_running()
    django.setup()
    if options.load:
        return load(options.load)
    return bench(options)


def bench(options):
    # Imported late: models need the settings.
    from tests.bench import speed  # noqa: PLC0415

    sizes = {size for size in (200, 2_000, options.most) if size <= options.most}
    sizes |= {options.few, options.many}
    databases = {size: Database(size) for size in sorted(sizes)}
    loading = {size: each.prepare() for size, each in databases.items()}
    about = databases[options.few].run(report.machine)
    few, many = databases[options.few], databases[options.many]
    results = pages(options, [few, many])
    del databases[options.few]
    rows = speed.measure(databases, options)
    for database in (few, *databases.values()):
        database.close()
    revision.close()
    loads = loading[options.few], loading[options.many]
    if not options.only:
        report.write(results, rows, loads, about, options)
    broken = report.broken(results, loads[1]) + report.missed(rows)
    tell("\n".join(broken) or "Every promise is kept.")
    return 1 if broken else 0


def pages(options, databases):
    results = []
    with override_settings(STORAGES=PLAIN_FILES, PAGE_CACHE_MB=0):
        for page in tqdm(PAGES, unit=" pages", disable=None, leave=False):
            if options.only in page.name:
                results.append((page, *measure(page, databases)))
                tell(report.line(*results[-1]))
    return results


if __name__ == "__main__":
    sys.exit(main())
