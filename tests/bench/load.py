"""Load by wrk, from a core of its own: Python would be slower than what it asks."""

import re
import shutil
import subprocess

from tests.bench.servers import LOADED, on_core

CONNECTIONS = 8


def require():
    for program, package in (("wrk", "wrk"), ("nginx", "nginx-light"), TASKSET):
        if not shutil.which(program):
            raise SystemExit(
                f"The bench needs {program}; on Debian: apt-get install {package}"
            )


TASKSET = ("taskset", "util-linux")


def requests_per_second(address, *, seconds, tag=""):
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", address]
    if tag:
        command += ["-H", f"If-None-Match: {tag}"]
    done = subprocess.run(
        on_core(LOADED, command), check=True, capture_output=True, text=True
    )
    # wrk counts 304 with 2xx; what is neither is told in a line of its own.
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"{address}:\n{done.stdout}")
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", done.stdout)[1])
