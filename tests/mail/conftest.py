import os
import signal
import warnings
from contextlib import contextmanager

import pytest
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from members import emails
from peso.mail_server import MailServer
from tests.mail.server import Running, Ways


@pytest.fixture(scope="session")
def smtp_server():
    ways = Ways()
    running = Running(ways, enable_SMTPUTF8=True)
    running.start()
    yield running, ways
    running.stop()


@pytest.fixture
def ways(smtp_server, settings):
    """A mail server that the registry is set to, and what it shall do."""
    running, ways = smtp_server
    settings.MAIL_SERVER = MailServer("127.0.0.1", running.port)
    settings.MAIL_FROM = "registry@example.org"
    settings.MAIL_IS_SHOWN_ONLY = False
    settings.MAIL_SECONDS = 1
    ways.reset()
    return ways


@pytest.fixture
def message():
    return emails.Message("test", "A subject", "Hello\n\nGood-bye\n")


@pytest.fixture
def real(committed, ways):
    """Transactions that are kept, and a mail server."""
    return ways


def empty_queue():
    with connections["default"].cursor() as cursor:
        for model in (ProcrastinateJob, ProcrastinateWorker):
            cursor.execute(f"TRUNCATE {model._meta.db_table} CASCADE")


@contextmanager
def process(work):
    """Another process that does `work`; it is killed at the end of the block.

    Yields its number. It begins as a copy of this one, without its connections.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if not child:
        try:
            for connection in connections.all():
                connection.connection = None
            work()
        finally:
            os._exit(0)
    try:
        yield child
    finally:
        end(child, signal.SIGKILL)


def end(child, number):
    """Send a signal, and wait until it is gone; its status, if it was there."""
    try:
        os.kill(child, number)
        return os.waitpid(child, 0)[1]
    except (ProcessLookupError, ChildProcessError):
        return None
