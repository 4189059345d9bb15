"""The registry's own processes beside the tests: its server and its worker."""

import os
import signal
import subprocess
import sys
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from tests import collected
from tests.mail.server import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
USER = ("user", "password")


class Program:
    """A command that is started again whenever it was killed."""

    def __init__(self, command, log, environment):
        self.start = partial(
            subprocess.Popen,
            [sys.executable, *command],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
            # A group of its own, which can be killed as a whole.
            start_new_session=True,
        )
        self.process = self.start()

    @property
    def pid(self):
        return self.process.pid

    def children(self):
        path = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        with suppress(FileNotFoundError):
            return [int(pid) for pid in path.read_text().split()]
        return []

    def kill(self):
        """This process alone: those that it started find out by themselves."""
        self.process.kill()
        self.process.wait()

    def kill_all(self):
        """What a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()

    def end(self):
        """As an operator ends it."""
        self.process.terminate()
        self.process.wait()

    def begin_again(self):
        self.process = self.start()


class Site(ExitStack):
    """gunicorn and a mail worker as an operator starts them, on the tests' database."""

    def __init__(self, folder, mail_server):
        super().__init__()
        self.port = free_port()
        collected.lend(folder)
        self.log = folder / "log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": database_url(),
            "PESO_DATA_DIR": str(folder),
            "SITE_URL": f"http://127.0.0.1:{self.port}",
            # Sessions are made by the tests, and signed.
            "SECRET_KEY": settings.SECRET_KEY,
            "EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}",
            "EMAIL_FROM": "registry@example.org",
            "CONTACT_EMAIL": "office@example.org",
            "LOG_LEVEL": "WARNING",
        }

    def __enter__(self):
        log = self.enter_context(self.log.open("w"))
        begin = partial(Program, log=log, environment=self.environment)
        self.server = begin(["-m", "gunicorn", f"--bind=127.0.0.1:{self.port}"])
        self.callback(self.server.kill_all)
        self.worker = begin(["manage.py", "run_worker"])
        self.callback(self.worker.kill_all)
        return self


def database_url():
    """The database of these tests, as DATABASE_URL tells it."""
    where = connection.get_connection_params()
    user, password = (quote(where.get(key) or "", safe="") for key in USER)
    host = quote(str(where.get("host") or "localhost"), safe="")
    place = f"{where['dbname']}?host={host}&port={where.get('port') or 5432}"
    return f"postgres://{user}:{password}@/{place}".replace(":@", "@")
