"""Static files, collected once for all servers that the tests start."""

import atexit
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


@functools.cache
def static_files():
    folder = Path(tempfile.mkdtemp(prefix="peso-static-"))
    atexit.register(shutil.rmtree, folder)
    environment = {"PATH": os.environ["PATH"], "PESO_DATA_DIR": str(folder)}
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(command, check=True, cwd=PROJECT, env=environment)
    return folder / "static"


def lend(folder):
    """Have the static files in this data folder."""
    (folder / "static").symlink_to(static_files())
