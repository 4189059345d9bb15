"""Measure the public pages with few and with many organizations.

    python -m tests.bench          (make bench)

Writes docs/performance.md. Exits with 1 where a promise is not kept.
"""

import argparse
import os
import sys

import django
from django.conf import settings
from django.test import override_settings
from tqdm import tqdm

from peso import postgres
from tests.bench import report
from tests.bench.databases import Database, load, tell
from tests.bench.measuring import measure
from tests.bench.pages import PAGES

PLAIN_FILES = "django.contrib.staticfiles.storage.StaticFilesStorage"


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--load", type=int, help="load one example, for its figures")
    parser.add_argument("--few", type=int, default=24)
    parser.add_argument("--many", type=int, default=20_000)
    parser.add_argument("--only", default="", help="pages with this in their name")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")
    if not settings.DATABASE_URL:
        postgres.ensure_running()
    django.setup()
    if options.load:
        return load(options.load)
    return bench(options)


def bench(options):
    databases = [Database(options.few), Database(options.many)]
    loading = [database.prepare() for database in databases]
    pages = [page for page in PAGES if options.only in page.name]
    results = []
    with override_settings(STORAGES={"staticfiles": {"BACKEND": PLAIN_FILES}}):
        for page in tqdm(pages, unit=" pages", disable=None, leave=False):
            results.append((page, *measure(page, databases)))
            tell(report.line(*results[-1]))
    machine = databases[1].run(report.machine)
    for database in databases:
        database.close()
    if not options.only:
        report.write(results, loading, machine, options)
    broken = report.broken(results, loading[1])
    tell("\n".join(broken) or "Every promise is kept.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
