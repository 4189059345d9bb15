"""How old the answers are that a server gives while somebody writes."""

import http.client
import re
import threading
import time
from dataclasses import dataclass, field

from django.db import connection

PATH = "/communities/"
WRITE = (
    "UPDATE members_community SET name = %s "
    "WHERE id = (SELECT min(id) FROM members_community)"
)
SHOWN = re.compile(rb"As of change (\d+)")
READERS, SECONDS_BETWEEN = 4, 0.3
# Readers that ask without a pause keep the writer, and the server, from their work.
PAUSE = 0.01


@dataclass
class Found:
    """The oldest answer: for how long something else had been committed by then."""

    seconds: float = 0
    answers: int = 0
    writes: int = 0
    errors: list[str] = field(default_factory=list)


def oldest_answer(port, seconds):
    """Write again and again, and read at the same time. Returns a `Found`."""
    commits, seen = [], []
    ends = time.monotonic() + seconds
    write(commits)
    readers = [
        threading.Thread(target=read, args=(port, ends, seen)) for _ in range(READERS)
    ]
    for reader in readers:
        reader.start()
    while time.monotonic() < ends:
        time.sleep(SECONDS_BETWEEN)
        write(commits)
    for reader in readers:
        reader.join()
    found = Found(answers=len(seen), writes=len(commits))
    for asked, number in seen:
        # What was asked at `asked` shows change `number`; the next one was committed
        # at `commits[number + 1]`.
        if number + 1 < len(commits):
            found.seconds = max(found.seconds, asked - commits[number + 1])
    if len(seen) < seconds:
        raise SystemExit(f"Only {len(seen)} answers were read.")
    return found


def write(commits):
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [f"As of change {len(commits)}"])
    commits.append(time.monotonic())


def read(port, ends, seen):
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while time.monotonic() < ends:
        asked = time.monotonic()
        asking.request("GET", PATH)
        shown = SHOWN.search(asking.getresponse().read())
        seen.append((asked, int(shown[1])))
        time.sleep(PAUSE)
    asking.close()
