import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from members.interchange.importing import LOCK
from members.models import Organization
from tests.factories import DAY
from tests.members.interchange import ALPHA

pytestmark = pytest.mark.usefixtures("committed")


def test_a_second_import_waits_for_the_first(given):
    path, said, done = given(ALPHA), io.StringIO(), threading.Event()

    def second():
        try:
            call_command("import_members", str(path), on=DAY, stderr=said)
            done.set()
        finally:
            connection.close()

    other = threading.Thread(target=second)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        other.start()
        assert not done.wait(0.5)
        assert not Organization.objects.exists()
    other.join(20)

    assert done.is_set()
    assert said.getvalue() == "Another import runs: waiting for it.\n"
    assert Organization.objects.get().name == "Alpha"


def test_an_import_that_is_interrupted_writes_nothing(given, monkeypatch):
    """Ctrl-C reaches it at any moment: here, while it says how far it is."""
    text = ALPHA + "  - {short_name: B, name: Beta, membership_level: core}\n"

    def interrupted(steps, **options):
        for number, step in enumerate(steps):
            if number:
                raise KeyboardInterrupt
            yield step

    monkeypatch.setattr("members.management.commands.import_members.tqdm", interrupted)
    with pytest.raises(CommandError, match="Interrupted: nothing was written") as end:
        call_command("import_members", str(given(text)), on=DAY)

    assert end.value.returncode == 130
    assert not Organization.objects.exists()
