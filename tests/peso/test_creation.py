"""Test databases are copies of one that was migrated."""

import os

import pytest
from django.db import connection

from peso.embedded import creation

# Where DATABASE_URL names a server, test databases are made as Django makes them.
pytestmark = pytest.mark.skipif(
    not isinstance(connection.creation, creation.DatabaseCreation),
    reason="somebody's own server keeps no originals",
)
ORIGINALS = "SELECT datname FROM pg_database WHERE starts_with(datname, 'migrated_')"


@pytest.mark.django_db
def test_only_the_original_of_this_code_is_kept():
    with connection.creation._alone() as cursor:
        cursor.execute(ORIGINALS)
        kept = [*(name for (name,) in cursor.fetchall()), "migrated_none"][0]
        cursor.execute("CREATE DATABASE migrated_stale TEMPLATE template0")

        found = connection.creation._keeps_only(kept, cursor)

        cursor.execute(ORIGINALS)
        assert cursor.fetchall() == ([(kept,)] if found else [])


def test_code_that_changed_has_another_original(tmp_path, monkeypatch):
    file = tmp_path / "0001_first.py"
    file.write_text("one")
    os.utime(file, (1, 1))
    monkeypatch.setattr(creation, "PROJECT", tmp_path)
    before = creation.digest()
    os.utime(file, (2, 2))

    assert before
    assert creation.digest() not in (before, None)

    os.utime(file, (creation.STARTED + 1, creation.STARTED + 1))
    assert creation.digest() is None
