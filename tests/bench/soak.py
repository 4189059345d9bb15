"""Read for long while somebody writes, and check each answer.

    python -m tests.bench.soak                      (ten minutes)
    python -m tests.bench.soak --seconds 30

Four processes, some readers, two writes a second; and each answer is checked: what it
shows was the newest when it was asked for, or newer; answers with one tag have the same
bytes, whichever process gave them, and show one state; a 304 means what its tag meant.
"""

import argparse
import hashlib
import http.client
import os
import random
import sys
import threading
import time
from dataclasses import dataclass, field

import django

PATHS = [
    "/directory/",
    "/directory/?view=table",
    "/directory/?q=data",
    "/directory.csv",
    "/directory.json",
    "/coverage/",
    "/coverage.json",
    "/communities/",
]
READERS, WRITES_A_SECOND = 6, 2
# Half of the pages that are asked for are known already, as in browsers.
KNOWN = 0.5


@dataclass
class Soak:
    """What was seen by all readers, and what was wrong with it."""

    port: int
    commits: list[float] = field(default_factory=list)
    bodies: dict[str, tuple] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    answers: int = 0
    not_modified: int = 0
    untagged: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, ends, seed):
        chance, tags = random.Random(seed), {}
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while time.monotonic() < ends:
            path = chance.choice(PATHS)
            tag = tags.get(path) if chance.random() < KNOWN else None
            committed = len(self.commits) - 1
            asking.request("GET", path, headers={"If-None-Match": tag} if tag else {})
            response = asking.getresponse()
            body = response.read()
            with self.lock:
                self.answers += 1
                self.check(path, response, body, committed, tag)
            tags[path] = response.headers["ETag"]
        asking.close()

    def check(self, path, response, body, committed, sent):
        """An answer that was asked for when change `committed` had been made."""
        tag = response.headers["ETag"]
        if response.status == 304:
            self.not_modified += 1
            shown, _ = self.bodies.get((path, tag), (set(), None))
            if tag != sent or not shown:
                self.wrong.append(f"{path}: 304 for {sent} speaks of {tag}.")
        elif response.status == 200:
            shown = changes_shown(body)
            self.untagged += not is_of_a_revision(tag)
            self.compare(path, tag, shown, body)
        else:
            self.wrong.append(f"{path}: {response.status}.")
            return
        if shown and min(shown) < committed:
            text = f"{path}: shows change {min(shown)}, and {committed} was made."
            self.wrong.append(f"{text} ({response.status}, {tag})")

    def compare(self, path, tag, shown, body):
        if not shown:
            self.wrong.append(f"{path}: shows no change.")
        if len(shown) > 1 and is_of_a_revision(tag):
            self.wrong.append(f"{path}: {tag} shows the changes {shown}.")
        found = shown, hashlib.sha256(body).digest()
        if tag and self.bodies.setdefault((path, tag), found) != found:
            self.wrong.append(f"{path}: {tag} stands for two answers.")


def changes_shown(body):
    return {int(number) for number in freshness.SHOWN.findall(body)}


def is_of_a_revision(tag):
    """What changed while it was made has no tag, or one of its bytes."""
    return bool(tag) and len(tag) == len('""') + 30


def soak(server, seconds, writes_a_second=WRITES_A_SECOND):
    """Returns the `Soak`, and the memory of each worker soon after the start and at
    the end, in megabytes."""
    found = Soak(server.port)
    freshness.write(found.commits)
    start = time.monotonic()
    ends = start + seconds
    readers = [
        threading.Thread(target=found.read, args=(ends, seed))
        for seed in range(READERS)
    ]
    for reader in readers:
        reader.start()
    before = None
    while time.monotonic() < ends:
        time.sleep(1 / writes_a_second)
        freshness.write(found.commits)
        if before is None and time.monotonic() > start + seconds / 5:
            before = [servers.memory(pid) for pid in server.workers()]
    for reader in readers:
        reader.join()
    return found, before, [servers.memory(pid) for pid in server.workers()]


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--organizations", type=int, default=200)
    options = parser.parse_args()
    database = Database(options.organizations)
    database.prepare()
    with servers.registry(database.name, processes=options.processes) as server:
        server.wait_for("/healthz")
        found, before, after = database.run(soak, server, options.seconds)
    database.close()
    tell(
        f"{found.answers:,} answers in {options.seconds} s, {found.not_modified:,} of "
        f"them 304, {found.untagged:,} made while something changed; "
        f"{len(found.commits):,} changes."
    )
    for one, other in zip(before, after, strict=True):
        tell(f"Memory of a worker: {one:.0f} MB, at the end {other:.0f} MB.")
    tell("\n".join(found.wrong[:20]) or "No answer was wrong.")
    return 1 if found.wrong or max(after) > 1.15 * max(before) else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peso.settings")
    django.setup()

from tests.bench import freshness, servers  # noqa: E402 - they need the settings
from tests.bench.databases import Database, tell  # noqa: E402

if __name__ == "__main__":
    sys.exit(main())
