"""The registry's revision: a word that is new after each change to public data.

The database keeps it (members/migrations/_revision.py), and whoever sees a change sees
its revision. It is asked for on a connection of the process's own, which costs a tenth
of taking one from the pool, and by one thread at a time: a thread that waited while
another asked takes that answer, if the question was put after its own request came.
"""

import threading

import psycopg
from django.db import connection
from psycopg import pq

SQL = "SELECT concat(number, '-', mark) FROM registry_revision WHERE is_only"
NAME = b"revision"
NO_ROW = "registry_revision is empty; the next change to public data fills it."


class Reader:
    """Answers are never older than the question, however many threads ask."""

    def __init__(self, parameters: dict):
        self.parameters = parameters
        self.lock = threading.Lock()
        self.connection = None
        self.questions, self.answer = 0, None

    def read(self) -> str:
        before = self.questions
        with self.lock:
            if self.questions == before or self.answer is None:
                self.questions, self.answer = self.questions + 1, None
                self.answer = self._ask()
            return self.answer

    def _ask(self):
        if self.connection:
            try:
                return self._answer()
            except psycopg.OperationalError:
                # The server restarted, or a proxy closed what was idle.
                self.close()
        self.connection = psycopg.connect(**self.parameters, autocommit=True)
        self.connection.pgconn.prepare(NAME, SQL.encode())
        return self._answer()

    def _answer(self):
        # Without a cursor, which takes longer than the database does.
        result = self.connection.pgconn.exec_prepared(NAME, None)
        if result.status != pq.ExecStatus.TUPLES_OK or not result.ntuples:
            raise psycopg.OperationalError(result.get_error_message() or NO_ROW)
        return result.get_value(0, 0).decode()

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


_readers: dict[str, Reader] = {}


def read() -> str:
    """The revision of this moment. psycopg.Error: the database does not answer."""
    name = connection.settings_dict["NAME"]
    if name not in _readers:
        # Another thread may have come first; one connection is enough.
        _readers.setdefault(name, Reader(connection.get_connection_params()))
    return _readers[name].read()


def questions() -> int:
    """How often this process has asked."""
    return sum(reader.questions for reader in _readers.values())


def close():
    """Give the connections back, as before a database is dropped."""
    while _readers:
        _readers.popitem()[1].close()
