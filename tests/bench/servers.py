"""The servers that are measured: on the first core, what loads them on another."""

import contextlib
import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from django.db import connection

PROJECT = Path(__file__).resolve().parents[2]
CORES = sorted(os.sched_getaffinity(0))
SERVED, LOADED = CORES[0], CORES[-1]
USER = ("user", "password")
GUNICORN = [sys.executable, "-m", "gunicorn"]


def on_core(core, command):
    return ["taskset", "-c", str(core), *map(str, command)]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url(name):
    # As a connection is made, which knows where the embedded server listens.
    where = connection.get_connection_params()
    user, password = (quote(where.get(key) or "", safe="") for key in USER)
    address = f"postgres://{user}:{password}@/{name}".replace(":@", "@")
    host, port = where.get("host") or "localhost", where.get("port") or 5432
    return f"{address}?host={quote(str(host), safe='')}&port={port}"


class Server:
    """A process that answers on a port of its own, from `with` to its end."""

    def __init__(self, command, *, environment=(), folder=PROJECT, database=""):
        self.command, self.folder, self.database = command, folder, database
        self.environment, self.port, self.process = dict(environment), free_port(), None

    def __enter__(self):
        environment = {**os.environ, "BIND": f"127.0.0.1:{self.port}"}
        environment |= {"PYTHONPATH": str(PROJECT), "LOG_LEVEL": "INFO"}
        with open(os.devnull, "w") as nowhere:
            self.process = subprocess.Popen(
                on_core(SERVED, self.command),
                cwd=self.folder,
                env={**environment, **self.environment},
                stdout=nowhere,
                stderr=nowhere,
            )
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(30)

    def get(self, path, **headers):
        """One answer and its body, asked on a connection of its own."""
        asked = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        with contextlib.closing(asked):
            asked.request("GET", path, headers=headers)
            response = asked.getresponse()
            return response, response.read()

    def wait_for(self, path):
        """The seconds until the first answer."""
        start = time.monotonic()
        while time.monotonic() < start + 60:
            with contextlib.suppress(OSError):
                response, _ = self.get(path)
                if response.status == 200:
                    return time.monotonic() - start
                raise SystemExit(f"{path} answered {response.status}.")
            time.sleep(0.005)
        raise SystemExit(f"No answer from {' '.join(map(str, self.command))}.")

    def address(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def workers(self):
        """Its worker processes."""
        task = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in task.read_text().split()]

    def bind_database(self):
        """Have its side of the database on its own core, where that is allowed."""
        sql = "SELECT pid FROM pg_stat_activity WHERE datname = %s"
        with connection._nodb_cursor() as cursor:
            cursor.execute(sql, [self.database])
            pids = [pid for (pid,) in cursor.fetchall()]
        for pid in pids:
            with contextlib.suppress(OSError):
                os.sched_setaffinity(pid, {SERVED})


def registry(database, *, processes=1, **environment):
    """The registry as it is run, with as many processes, on a database."""
    environment |= {
        "DATABASE_URL": database_url(database),
        "WEB_CONCURRENCY": str(processes),
        "DJANGO_SETTINGS_MODULE": "peso.settings",
    }
    return Server(GUNICORN, environment=environment, database=database)


def bare(folder):
    """Views of a bare Django that answer with the files of a folder."""
    command = [*GUNICORN, "tests.bench.bare:application"]
    return Server(command, environment={"BARE_FOLDER": str(folder)})


def empty_project(folder):
    """What `startproject` makes, with gunicorn's settings of the registry."""
    for old in folder.iterdir():
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    make = [sys.executable, "-m", "django", "startproject", "empty", str(folder)]
    subprocess.run(make, check=True, env={"PATH": os.environ["PATH"]})
    conf = PROJECT / "gunicorn.conf.py"
    command = [*GUNICORN, "--config", str(conf), "empty.wsgi:application"]
    environment = {
        "PYTHONPATH": f"{folder}:{PROJECT}",
        "DJANGO_SETTINGS_MODULE": "empty.settings",
    }
    return Server(command, environment=environment, folder=folder)


def collect_static(**environment):
    command = [sys.executable, "manage.py", "collectstatic", "--noinput"]
    subprocess.run(
        [*command, "--verbosity", "0"],
        cwd=PROJECT,
        check=True,
        env={**os.environ, **environment},
    )


def memory(pid):
    """Megabytes that a process has: its own, and its part of what is shared (PSS)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(pid)
