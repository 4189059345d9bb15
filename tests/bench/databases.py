"""Databases of a benchmark: made, filled with the example, kept while current."""

import hashlib
import json
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone
from psycopg import sql

PROJECT = Path(__file__).resolve().parents[2]
SEED = 1


class Database:
    """A database with an example of a size; what is run on it has a thread of its own.

    Connections belong to threads, so two of them stay open side by side.
    """

    def __init__(self, organizations):
        self.organizations = organizations
        self.name = f"peso_bench_{organizations}"
        self.thread = ThreadPoolExecutor(max_workers=1, initializer=self.point_to)

    def point_to(self):
        connection = connections["default"]
        connection.settings_dict = {**connection.settings_dict, "NAME": self.name}

    def run(self, function, *arguments):
        return self.thread.submit(function, *arguments).result()

    def close(self):
        self.run(disconnect)
        self.thread.shutdown()

    def prepare(self):
        """Make it if it is not there or not current. Returns the figures of loading."""
        figures = self.figures()
        if figures.get("made_of") != made_of():
            tell(f"Making {self.name}")
            self.make()
            figures = {**self.load(), "made_of": made_of()}
            on_server(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(
                    sql.Identifier(self.name), sql.Literal(json.dumps(figures))
                )
            )
        return figures

    def figures(self):
        rows = on_server(
            sql.SQL(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
                "WHERE datname = {}"
            ).format(sql.Literal(self.name))
        )
        return json.loads(rows[0][0] or "{}") if rows else {}

    def make(self):
        name = sql.Identifier(self.name)
        on_server(sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        on_server(sql.SQL("CREATE DATABASE {}").format(name))
        self.run(lambda: call_command("migrate", verbosity=0))
        self.run(disconnect)

    def load(self):
        """In a process of its own, whose memory is then that of loading."""
        command = [sys.executable, "-m", "tests.bench", "--load"]
        done = subprocess.run(
            [*command, str(self.organizations)],
            cwd=PROJECT,
            check=True,
            stdout=subprocess.PIPE,
        )
        return json.loads(done.stdout.splitlines()[-1])


def load(organizations):
    """Load an example and print how long it took, and the most memory it had."""
    database = Database(organizations)
    start = time.monotonic()
    database.run(
        lambda: call_command("load_example", organizations=organizations, seed=SEED)
    )
    seconds = time.monotonic() - start
    database.run(vacuum)
    database.close()
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tell(json.dumps({"seconds": round(seconds, 1), "megabytes": kilobytes // 1024}))


def disconnect():
    connection.close()


def vacuum():
    """What autovacuum would do a minute later, in the middle of a measurement."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def on_server(statement):
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def made_of():
    """Changes with the tables, the example and the day."""
    digest = hashlib.sha256(str(timezone.localdate()).encode())
    for folder in ("goals/example", "goals/migrations", "members/migrations"):
        for path in sorted((PROJECT / folder).iterdir()):
            if path.suffix in (".py", ".yml"):
                digest.update(path.read_bytes())
    return digest.hexdigest()


def tell(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
