"""What people ask a registry for, one after the other; and a copy of everything."""

import http.client
import random
import time

from django.db import connection
from django.http import QueryDict

from members import exports
from members.forms import DirectoryForm
from tests.bench.pages import PAGES

WORDS = ["solver", "climate", "genomics", "data", "mesh", "training", "numerical"]
SEED = 7


def addresses(start, end):
    """Requests `start` to `end` of a mix that is always the same: few are alike."""
    chance = random.Random(SEED)
    common = [p.address for p in PAGES if "." not in p.address.split("?")[0]]
    for number in range(end):
        kind = chance.random()
        word, page = chance.choice(WORDS), chance.randrange(1, 60)
        if kind < 0.5:
            address = chance.choice(common)
        elif kind < 0.8:
            address = f"/directory/?q={word}&page={page}"
        elif kind < 0.99:
            address = f"/coverage/members/?page={page % 20 + 1}"
        else:
            address = f"/directory.json?q={word}"
        if number >= start:
            yield address


def ask(port, start, end):
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    for address in addresses(start, end):
        asking.request("GET", address)
        response = asking.getresponse()
        response.read()
        if response.status != 200:
            raise SystemExit(f"{address} answered {response.status}.")
    asking.close()


def copy_everything():
    """The seconds that COPY takes for what the directory's files tell."""
    rows = DirectoryForm(QueryDict("")).organizations().with_publication()
    sql, parameters = rows.values_list(*exports.READ).query.sql_with_params()
    with connection.cursor() as cursor:
        start = time.monotonic()
        with cursor.cursor.copy(f"COPY ({sql}) TO STDOUT", parameters) as copied:
            for _ in copied:
                pass
        return time.monotonic() - start
