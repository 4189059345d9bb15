"""The embedded server, tried with real servers and real `kill -9`."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from peso.embedded import cluster, home, watch
from peso.postgres import PROJECT, Server, ServerError

pytestmark = pytest.mark.siege

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another")

USER = """
import os, sys
from pathlib import Path
from peso.postgres import Server
server = Server(Path(sys.argv[1]), throwaway=True)
server.ensure_running()
{then}
print(server.status().split()[2].strip("),"), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder():
    """A folder that any user can enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="peso-test-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    for mutex in path.rglob("postgres.lock"):
        Server(mutex.parent).stop()
        with contextlib.suppress(AssertionError):  # after a test that failed half-way
            wait_until(lambda mutex=mutex: not is_watched(mutex.parent), seconds=5)
    for recorded in path.rglob("postgres.socket"):
        shutil.rmtree(recorded.read_text().strip())
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def made():
    """A data directory as initdb leaves it, which is most of the work of a start."""
    path = Path(tempfile.mkdtemp(prefix="peso-test-", dir="/tmp"))
    path.chmod(0o711)
    server = Server(path / "data", throwaway=True)
    server.home.make_cluster()
    cluster.make_data(server.home, throwaway=True)
    yield server.home.data
    shutil.rmtree(path)


@pytest.fixture
def base(folder, made):
    """Where the data is already: it goes from one test to the next."""
    server = Server(folder / "data", throwaway=True)
    server.home.make_cluster()
    made.rename(server.home.data)
    yield server.base
    server.stop()
    server.home.data.rename(made)


def give_data(server, made):
    """A copy, for a server that is elsewhere."""
    server.home.make_cluster()
    subprocess.run(["cp", "-a", made, server.home.data], check=True)


@contextlib.contextmanager
def user(base, then=""):
    """Another process that uses the server until its input is closed."""
    command = [sys.executable, "-c", USER.format(then=then), str(base)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=PROJECT, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def server_seen_by(process):
    return int(process.stdout.readline())


def server_of(base):
    return watch.postmaster(str(base / "postgres" / "data"))


def watcher_of(base):
    """The process that waits for the last user, found by its order."""
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            words = (entry / "cmdline").read_bytes().split(b"\0")
            if b"watch" in words and str(base / "postgres.users").encode() in words[-2]:
                return int(entry.name)
    return None


def is_watched(base):
    with (base / "postgres.watcher").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait_until(condition, seconds=20):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.01)


def stops(base):
    wait_until(lambda: not server_of(base) and not is_watched(base))
    return True


def query(server, text):
    with psycopg.connect(server.ensure_running().url(), autocommit=True) as connection:
        cursor = connection.execute(text)
        return cursor.fetchone() if cursor.description else None


def test_server_is_shared_and_stops_with_its_last_user(base):
    with user(base) as first:
        pid = server_seen_by(first)
        with user(base) as second:
            assert server_seen_by(second) == pid
            first.communicate()
            time.sleep(0.2)
            assert server_of(base) == pid
            second.communicate()
    assert stops(base)
    assert not (base / "postgres" / "data" / "postmaster.pid").exists()


def test_server_stops_when_its_last_user_is_killed(base):
    with user(base) as process:
        server_seen_by(process)
        process.kill()
        assert stops(base)


def test_server_stays_with_a_child_that_outlives_its_parent(base):
    fork = (
        "child = os.fork()\nif child: print(child, flush=True)\nelse: sys.stdin.read()"
    )
    with user(base, then=fork) as process:
        child = server_seen_by(process)
        pid = server_seen_by(process)
        process.kill()
        process.wait()
        time.sleep(0.2)
        assert server_of(base) == pid
        os.kill(child, signal.SIGKILL)
        assert stops(base)


def test_server_stays_with_the_program_that_a_user_becomes(base):
    become = "server.keep_over_exec(); os.execlp('sh', 'sh', '-c', 'echo 1; read x')"
    with user(base, then=become) as process:
        server_seen_by(process)
        time.sleep(0.2)
        assert server_of(base)
        process.kill()
        assert stops(base)


def test_killed_server_is_started_again_with_its_data(base):
    server = Server(base)
    query(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    killed = server_of(base)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not server_of(base))
    assert query(server, "SELECT answer FROM kept") == (42,)
    assert server_of(base) != killed
    server.release()
    assert stops(base)


def test_killed_watcher_is_replaced_by_the_next_user(base):
    with user(base) as first:
        pid = server_seen_by(first)
        killed = watcher_of(base)
        os.kill(killed, signal.SIGKILL)
        with user(base) as second:
            assert server_seen_by(second) == pid
            assert watcher_of(base) not in (None, killed)
    assert stops(base)


def test_server_that_lost_watcher_and_users_is_adopted(base):
    with user(base) as process:
        pid = server_seen_by(process)
        os.kill(watcher_of(base), signal.SIGKILL)
    assert server_of(base) == pid
    with user(base) as process:
        assert server_seen_by(process) == pid
    assert stops(base)


def test_pid_file_that_names_another_process_is_stale(base):
    server = Server(base, throwaway=True)
    query(server, "SELECT")
    pid_file = server.home.data / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    os.kill(server_of(server.base), signal.SIGKILL)
    who = {"user": owner.uid} if (owner := server.home.account) else {}
    with subprocess.Popen(["sleep", "60"], **who) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        assert query(server, "SELECT 1") == (1,)
        assert server_of(server.base) != stranger.pid
        assert stranger.poll() is None
        stranger.kill()
    server.release()


@pytest.mark.parametrize("text", ["", "nonsense"])
def test_broken_pid_file_is_stale(base, text):
    server = Server(base, throwaway=True)
    query(server, "SELECT")
    os.kill(server_of(server.base), signal.SIGKILL)
    wait_until(lambda: not server_of(server.base))
    (server.home.data / "postmaster.pid").write_text(text)
    assert query(server, "SELECT 1") == (1,)
    server.release()


def test_server_whose_socket_was_deleted_is_started_again(base):
    server = Server(base, throwaway=True)
    host = server.ensure_running().host
    deaf = server_of(server.base)
    shutil.rmtree(host)
    assert query(server, "SELECT 1") == (1,)
    assert server_of(server.base) != deaf
    server.release()


def test_server_that_has_just_answered_is_not_asked_again(base, monkeypatch):
    """Each request of the web server asks for it."""

    class Counting:
        @staticmethod
        def ping(target):
            asked.append(target)
            return PGconn.ping(target)

    asked, PGconn = [], psycopg.pq.PGconn  # noqa: N806
    monkeypatch.setattr("peso.postgres.HEARD_SECONDS", 60)
    server = Server(base, throwaway=True)
    server.ensure_running()
    monkeypatch.setattr("psycopg.pq.PGconn", Counting)
    for _ in range(10):
        server.ensure_running()

    assert asked == []
    server.release()


def test_any_name_of_the_folder_will_do_and_files_are_closed_to_others(folder):
    """Nor do the folders of others change."""
    theirs = folder / "two  spaces ' \" $HOME \\ ż汉م"
    theirs.mkdir(mode=0o711)
    base = theirs / ".data"
    others = [*base.parents, *programs()]
    before = [(path, rights(path)) for path in others]
    server = Server(base, throwaway=True)

    assert query(server, "SELECT current_database()") == ("peso",)

    assert server.ensure_running().host == f"{base}/postgres/socket"
    assert query(server, "SHOW listen_addresses") == ("",)
    assert [(path, rights(path)) for path in others] == before
    ours = [path for path in base.rglob("*") if not path.is_symlink()]
    assert [path for path in ours if path.stat().st_mode & 0o077] == []
    assert len(ours) > 900
    server.release()
    assert stops(base)


def programs():
    package = home.package()
    return package, *package.parents


def rights(path):
    found = path.stat()
    return oct(found.st_mode), found.st_uid, found.st_gid


@pytest.mark.parametrize("name", ["long path " * 20, "a comma, which separates hosts"])
def test_other_paths_get_a_short_private_folder_for_the_socket(folder, made, name):
    base = folder / name / "data"
    server = Server(base, throwaway=True)
    give_data(server, made)
    assert query(server, "SELECT 1") == (1,)
    sockets = Path(server.ensure_running().host)
    assert sockets.stat().st_mode & 0o777 == 0o700
    assert Server(base).connection().host == str(sockets)  # remembered
    server.release()


def test_recorded_folder_for_the_socket_that_others_can_enter_is_not_used(folder):
    base = folder / ("long " * 20) / ("path " * 20) / "data"
    server = Server(base, throwaway=True)
    before = Path(server.connection().host)
    before.chmod(0o755)
    assert server.connection().host != str(before)
    before.rmdir()


def test_four_first_users_at_once_get_one_server(folder):
    base = folder / "data"
    with contextlib.ExitStack() as stack:
        users = [stack.enter_context(user(base)) for _ in range(4)]
        assert len({server_seen_by(each) for each in users}) == 1
    assert stops(base)


def test_interrupted_creation_is_begun_anew(folder):
    base = folder / "data"
    cluster = base / "postgres"
    with user(base) as process:
        wait_until(lambda: list(cluster.glob("data.new.*/PG_VERSION")))
        process.kill()
    assert not (cluster / "data").exists()
    server = Server(base, throwaway=True)
    assert query(server, "SELECT 1") == (1,)
    server.release()


def test_data_of_another_release_is_refused(folder):
    server = Server(folder / "data", throwaway=True)
    server.home.make_cluster()
    server.home.data.mkdir(mode=0o700)
    (server.home.data / "PG_VERSION").write_text("17\n")
    with pytest.raises(ServerError, match="is of PostgreSQL 17, the installed server"):
        server.ensure_running()
    server.release()


def test_folder_that_is_open_to_others_is_refused(folder):
    server = Server(folder / "data")
    server.home.make_cluster()
    server.home.cluster.chmod(0o755)
    with pytest.raises(ServerError, match="open to other users"):
        server.connection()


@as_root
def test_root_says_what_to_do_where_an_ordinary_user_cannot_go(folder):
    (folder / "closed").mkdir(mode=0o700)
    with pytest.raises(ServerError, match="set PESO_DATA_DIR to a folder that user"):
        Server(folder / "closed" / "data").ensure_running()


@as_root
def test_root_moves_data_out_of_a_closed_project_and_finds_it_again(folder, made):
    (folder / "closed").mkdir(mode=0o700)
    base = folder / "closed" / "data"
    server = Server(base, movable=True, throwaway=True)
    place = server.home.base
    try:
        give_data(server, made)
        query(server, "CREATE TABLE moved AS SELECT 42 AS answer")
        assert place.parent == Path("/var/lib")
        assert not (base / "postgres").exists()
        again = Server(base, movable=True, throwaway=True)
        assert query(again, "SELECT answer FROM moved") == (42,)
        again.release()
        server.release()
        assert stops(place)
    finally:
        shutil.rmtree(place)


@as_root
def test_root_copies_programs_that_an_ordinary_user_cannot_run(folder):
    server = Server(folder / "data", throwaway=True)
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    original = home.package().parent.parent
    for part in (original, original.with_name(f"{original.name}.libs")):
        shutil.copytree(part, closed / part.name, copy_function=os.symlink)
    copy = home.runnable(
        closed / original.name / "pginstall" / "bin",
        server.home.base,
        server.home.account,
    )
    assert copy.is_relative_to(server.home.base)
    answer = server.home.account.run([copy / "psql", "--version"], capture_output=True)
    assert answer.stdout.startswith(b"psql (PostgreSQL) 18")
