"""`python -m peso.serve`, what `make run` does: first start, second start, Ctrl-C."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from members.models import Organization
from peso import serve
from peso.embedded import watch
from peso.postgres import PROJECT
from tests.chromium import is_required

pytestmark = pytest.mark.siege


@pytest.fixture
def folder():
    path = Path(tempfile.mkdtemp(prefix="peso-test-"))
    path.chmod(0o711)
    yield path
    wait_for_end_of_database(path)
    shutil.rmtree(path)


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(folder, port):
    environment = {
        "PATH": os.environ["PATH"],
        "PESO_DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "peso.settings",
    }
    command = [sys.executable, "-m", "peso.serve", f"--port={port}"]
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def seconds_to_health(process, port, limit):
    began = time.monotonic()
    while time.monotonic() - began < limit:
        assert process.poll() is None, process.stdout.read()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return time.monotonic() - began
        except urllib.error.URLError as error:
            if isinstance(error, urllib.error.HTTPError):
                raise
            time.sleep(0.05)
    raise AssertionError(f"no answer in {limit} s")


def children(pid):
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [Path(f"/proc/{number}") for number in listed.split()]


def keeper_of(process):
    """The process that keeps a worker, beside those of gunicorn."""
    (keeper,) = [
        child
        for child in children(process.pid)
        if b"peso.serve" in (child / "cmdline").read_bytes()
    ]
    return keeper


def worker_of(process, *, after=None):
    """The process that sends mails, once it is another than `after`."""
    until = time.monotonic() + 10
    keeper = keeper_of(process)
    while (found := children(keeper.name)) in ([], [after]):
        assert time.monotonic() < until, "there is no worker"
        time.sleep(0.02)
    (worker,) = found
    return worker


def wait_for_end_of(folder):
    until = time.monotonic() + 10
    while folder.exists():
        assert time.monotonic() < until, f"{folder} still runs"
        time.sleep(0.02)


def interrupt(process):
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=20)
    return output


def wait_for_end_of_database(folder):
    until = time.monotonic() + 10
    while watch.postmaster(str(folder / "postgres" / "data")):
        assert time.monotonic() < until, "the database still runs"
        time.sleep(0.02)


def test_second_start_is_quick_and_an_interrupt_or_a_kill_stops_everything(
    folder, port
):
    with start(folder, port) as process:
        seconds_to_health(process, port, limit=60)
        worker = worker_of(process)
        os.kill(int(worker.name), signal.SIGKILL)
        keeper, worker = keeper_of(process), worker_of(process, after=worker)
        process.kill()
        output, _ = process.communicate(timeout=20)
    wait_for_end_of(worker)
    wait_for_end_of(keeper)
    assert f"The registry is at http://127.0.0.1:{port}/" in output
    assert "make admin" in output
    assert "Loading the example" in output
    assert "Applying" in output
    wait_for_end_of_database(folder)
    with start(folder, port) as process:
        assert seconds_to_health(process, port, limit=30) < 5
        keeper, worker = keeper_of(process), worker_of(process)
        output = interrupt(process)
    wait_for_end_of(worker)
    wait_for_end_of(keeper)
    assert "Loading" not in output
    assert "Applying" not in output
    wait_for_end_of_database(folder)


def test_busy_port_is_named_before_anything_is_started(folder):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with start(folder, port) as process:
            output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output.startswith(f"Error: Cannot serve on port {port} (Address already in")
    assert list(folder.iterdir()) == []


@pytest.mark.django_db
def test_file_takes_the_place_of_the_example_or_nothing_changes(tmp_path, capsys):
    call_command("load_example", organizations=3)
    file = tmp_path / "members.yml"
    member = "members: [{short_name: OWN, name: Our own, membership_level: "
    file.write_text(member + "gold}]")

    with pytest.raises(CommandError):
        serve.fill(file)
    assert Organization.objects.example().count() == 3
    assert "made room" not in capsys.readouterr().out

    file.write_text(member + "core}]")
    serve.fill(file)
    assert "The example made room" in capsys.readouterr().out
    serve.fill(file)
    assert "example" not in capsys.readouterr().out
    assert [each.name for each in Organization.objects.all()] == ["Our own"]


@pytest.mark.parametrize(("ci", "required"), [("true", True), ("1", True), ("", False)])
def test_browser_is_required_where_ci_is_set(monkeypatch, ci, required):
    monkeypatch.setenv("CI", ci)
    assert is_required() is required
