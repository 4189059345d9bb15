"""Bring the registry up and serve it: what `make run` does once packages are there.

    python -m peso.serve [--port 8000] [--members FILE]

One process does all the steps, since each start of Django costs most of a second, and
then becomes the web server. Steps with nothing to do are left out.
"""

import argparse
import contextlib
import gc
import hashlib
import io
import os
import select
import socket
import sys
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from peso import postgres

WORKER_PAUSE_SECONDS = 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m peso.serve")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--members", type=Path, help="a file for import_members")
    options = parser.parse_args()
    gc.set_threshold(50_000, 10, 10)  # as in manage.py
    address = f"http://127.0.0.1:{options.port}"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")
    os.environ.setdefault("SITE_URL", address)
    try:
        check_port(options.port)
        prepare(options.members)
    except (CommandError, postgres.ServerError) as error:
        sys.exit(f"Error: {error}")
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    tell(
        f"\nThe registry is at {address}/ and its admin at {address}/admin/\n"
        "For an account in the admin: make admin\n"
        "Ctrl-C stops it.\n"
    )
    become_gunicorn(options.port)


def check_port(port: int) -> None:
    with socket.socket() as probe:
        # As gunicorn does: connections of a former server that linger do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise CommandError(
                f"Cannot serve on port {port} ({reason}). Choose another one, "
                f"such as make run PORT={8001 if port != 8001 else 8002}"
            ) from None


def prepare(members: Path | None) -> None:
    if not settings.DATABASE_URL:
        tell(f"Starting PostgreSQL in {postgres.default_server().home.base}")
        postgres.ensure_running()
    django.setup()
    migrate()
    fill(members)
    collect_static_files()


def migrate() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False)


def fill(members: Path | None) -> None:
    """The members of the file, or else, into an empty registry, the example."""
    organizations = apps.get_model("members.Organization").objects
    if members:
        replaced = organizations.example().exists()
        # A file that is refused leaves the example where it is.
        with transaction.atomic():
            if replaced:
                call_command("load_example", remove=True, stdout=io.StringIO())
            call_command("import_members", str(members))
        if replaced:
            tell("The example made room for these members.")
    elif not organizations.exists():
        tell("Loading the example consortium")
        call_command("load_example")


def collect_static_files() -> None:
    root = Path(settings.STATIC_ROOT)
    stamp = root.with_name(f"{root.name}.collected")
    current = static_files_digest()
    if root.is_dir() and stamp.exists() and stamp.read_text() == current:
        return
    tell("Collecting static files")
    stamp.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    stamp.write_text(current)


def static_files_digest() -> str:
    """Changes with any change of a static file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(ignore_patterns=None):
            found = os.stat(storage.path(name))
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def start_worker() -> None:
    """Have a process beside this one send mails; it ends with this one.

    It watches a pipe that only this process, and what comes of it, holds open: so it
    ends as well when this is killed. It needs no start of Django of its own.
    """
    watched, held = os.pipe()
    if os.fork():
        os.close(watched)
        os.set_inheritable(held, True)
        return
    os.close(held)
    with contextlib.suppress(KeyboardInterrupt):
        keep_worker(watched)
    os._exit(0)


def keep_worker(watched: int) -> None:
    """While the pipe is open, a worker that ended is followed by another one."""
    has_gone = False
    while not has_gone:
        if not (worker := os.fork()):
            work(watched)
        os.waitpid(worker, 0)
        has_gone = select.select([watched], [], [], WORKER_PAUSE_SECONDS)[0]


def work(watched: int) -> None:
    # Imported here: it needs the apps.
    from members.worker import Worker  # noqa: PLC0415

    try:
        Worker(ends_with=watched, grace_seconds=5).run()
    except KeyboardInterrupt:
        pass
    finally:
        os._exit(0)


def become_gunicorn(port: int) -> None:
    for each in connections.all():
        each.close()
        each.close_pool()
    start_worker()
    postgres.default_server().keep_over_exec()
    sys.stdout.flush()
    # The rest stands in gunicorn.conf.py. Ctrl-C waits for nobody for long, least of
    # all for a worker that was too young to hear it.
    command = [sys.executable, "-m", "gunicorn", f"--bind=127.0.0.1:{port}"]
    command += ["--log-level=warning", "--graceful-timeout=5"]
    os.execv(sys.executable, command)  # noqa: S606


def tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
