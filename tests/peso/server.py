"""gunicorn, with its log, and a database that does not answer."""

import atexit
import functools
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests import collected

DEAF = "postgres://peso:hunter2@127.0.0.1:1/peso?connect_timeout=1"


class Server:
    def __init__(self, folder, log_format):
        self.log = folder / "log"
        environment = {
            "PATH": os.environ["PATH"],
            "PESO_DATA_DIR": str(folder),
            "DATABASE_URL": DEAF,
            "WEB_CONCURRENCY": "1",
            "LOG_FORMAT": log_format,
        }
        collected.lend(folder)
        command = [sys.executable, "-m", "gunicorn", "--bind=127.0.0.1:0"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command, cwd=collected.PROJECT, env=environment, stderr=log, stdout=log
            )
        listening = self.wait_for(r"Listening at: (http://127\.0\.0\.1:\d+)")
        self.address = listening[1]

    def wait_for(self, pattern):
        until = time.monotonic() + 20
        while time.monotonic() < until:
            if found := re.search(pattern, self.log.read_text()):
                return found
            time.sleep(0.02)
        raise AssertionError(f"{pattern} is not in the log:\n{self.log.read_text()}")

    def get(self, path, **headers):
        request = urllib.request.Request(self.address + path, headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=20) as response:
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)


@functools.cache
def plain_server():
    """One that writes its log for people, for all modules that ask it."""
    folder = tempfile.TemporaryDirectory(prefix="peso-plain-")
    server = Server(Path(folder.name), "plain")
    atexit.register(folder.cleanup)
    atexit.register(server.stop)
    return server
