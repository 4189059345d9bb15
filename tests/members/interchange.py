"""What the tests of import and export share."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from members.models import Event, Import, Membership, Organization, Person, User
from tests.factories import DAY

FILES = Path(__file__).parent / "files"
REAL = Path(__file__).parents[3] / "shared" / "data" / "organization.yml"
ALPHA = """\
members:
  - short_name: ALPHA
    name: Alpha
    membership_level: core
"""
needs_real_file = pytest.mark.skipif(not REAL.exists(), reason=f"there is no {REAL}")


def imported(path, *, on=DAY, **options):
    """The lines that the command says."""
    out = io.StringIO()
    call_command("import_members", str(path), on=on, stdout=out, **options)
    return out.getvalue().splitlines()


def refused(path, **options):
    """The lines in which the command refuses, having written nothing."""
    before = rows()
    with pytest.raises(CommandError) as refusal:
        imported(path, **options)
    assert rows() == before
    *lines, last = str(refusal.value).splitlines()
    assert last == "Nothing was written."
    return lines


def rows():
    """How many rows there are of everything that an import may write."""
    models = [Organization, Membership, Event, Import, Person, User]
    counts = [model.objects.count() for model in models]
    with connection.cursor() as cursor:
        for table in ("organization", "membership", "person", "representative"):
            cursor.execute(f"SELECT count(*) FROM members_{table}history")
            counts += cursor.fetchone()
    return counts
