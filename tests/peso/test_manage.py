"""manage.py, as somebody types it."""

import os
import subprocess
import sys

import pytest

from peso.postgres import PROJECT


@pytest.mark.parametrize("unbuffered", ["1", ""])
def test_command_ends_quietly_when_its_reader_has_read_enough(unbuffered):
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(
        [sys.executable, "manage.py", "diffsettings", "--all"],
        cwd=PROJECT,
        # Of Django alone, which start in a moment.
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "django.conf.global_settings",
            "PYTHONUNBUFFERED": unbuffered,
        },
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    os.close(writing)
    assert (ended.returncode, ended.stderr) == (141, "")
