"""Test databases: the first is migrated, those after it are copies of it."""

import contextlib
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db.backends.postgresql import creation

PREFIX = "migrated_"
LOCK = 5_437_236  # any number that nobody else locks on this server
STARTED = time.time()
PROJECT = Path(__file__).resolve().parent.parent


class DatabaseCreation(creation.DatabaseCreation):
    def create_test_db(self, *args, **kwargs):
        # In the settings, which connections of other threads share.
        self.connection.settings_dict["THROWAWAY"] = True
        code = digest()
        if kwargs.get("keepdb") or not code:
            return super().create_test_db(*args, **kwargs)
        original = f"{PREFIX}{code}"
        with self._alone() as cursor:
            if not self._keeps_only(original, cursor):
                name = super().create_test_db(*args, **kwargs)
                self.connection.close()
                self._copy(cursor, name, original)
                return name
            self.connection.settings_dict["TEST"]["TEMPLATE"] = original
            # It migrates as well, and finds nothing to do.
            return super().create_test_db(*args, **kwargs)

    @contextlib.contextmanager
    def _alone(self) -> Iterator:
        """One process at a time makes a database; the others wait for the original."""
        with self._nodb_cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield cursor

    def _keeps_only(self, original, cursor):
        """Whether there is the original; those of other code are dropped."""
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX]
        )
        found = {name for (name,) in cursor.fetchall()}
        for name in found - {original}:
            cursor.execute(f"DROP DATABASE {self._quoted(name)}")
        return original in found

    def _copy(self, cursor, name, to):
        source, target = self._quoted(name), self._quoted(to)
        cursor.execute(f"CREATE DATABASE {target} TEMPLATE {source}")

    def _quoted(self, name):
        return self.connection.ops.quote_name(name)


def digest() -> str | None:
    """Changes with whatever may change what migrations and their signals make.

    None if a file has changed since this process read the code.
    """
    found = hashlib.sha256()
    folders = {PROJECT, *(Path(app.path) for app in apps.get_app_configs())}
    for folder in sorted(folders):
        for file in sorted(folder.rglob("*")):
            if file.suffix in (".py", ".yml"):
                at = file.stat()
                if at.st_mtime > STARTED:
                    return None
                found.update(f"{file} {at.st_size} {at.st_mtime_ns}\n".encode())
    return found.hexdigest()[:16]
