"""The worker: a process that does the jobs of members/jobs.py until it is told to end.

Any number of them may run, on any number of machines.
"""

import asyncio
import logging
import os
import signal
import threading
from contextlib import suppress

from django.db import connection
from procrastinate import PsycopgConnector
from procrastinate.contrib.django import app, connector_params

from members import due, mailing
from members.severally import DueWorkError

logger = logging.getLogger(__name__)
# So many jobs at once: a mail server that hangs must not hold up the rest.
JOBS = 4
# Whoever still works after this is dropped: what it left is taken up again.
GRACE_SECONDS = 20
PAUSE_SECONDS = 5


class Worker:
    """`ends_with` is the end of a pipe: when the other end closes, so does this."""

    def __init__(self, *, ends_with=None, grace_seconds=GRACE_SECONDS):
        self.ends_with = ends_with
        self.grace_seconds = grace_seconds
        self.is_ending = threading.Event()

    def run(self):
        """Work until SIGTERM, SIGINT or the end of the pipe, whatever else fails."""
        while not self.is_ending.is_set():
            try:
                catch_up()
                asyncio.run(self._work())
            except Exception:  # most often, the database has gone
                logger.exception("The worker begins anew")
            connection.close()
            self.is_ending.wait(PAUSE_SECONDS)

    async def _work(self):
        connector = PsycopgConnector(
            kwargs=connector_params(), min_size=1, max_size=JOBS
        )
        with app.replace_connector(connector):
            async with app.open_async():
                work = asyncio.ensure_future(
                    app.run_worker_async(
                        concurrency=JOBS,
                        delete_jobs="successful",
                        install_signal_handlers=False,
                    )
                )
                self._listen(work)
                with suppress(asyncio.CancelledError):
                    await work

    def _listen(self, work):
        loop = asyncio.get_running_loop()

        def end():
            if self.ends_with is not None:
                loop.remove_reader(self.ends_with)
            if not self.is_ending.is_set():
                self.is_ending.set()
                self._drop_late_ones()
            work.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, end)
        if self.ends_with is not None:
            loop.add_reader(self.ends_with, end)

    def _drop_late_ones(self):
        limit = threading.Timer(self.grace_seconds, os._exit, [0])
        limit.daemon = True
        limit.start()


def catch_up():
    """What a worker finds at its start: mails of one that was killed, missed days."""
    if not mailing.can_deliver():
        logger.error(mailing.NO_SERVER)
    mailing.recover(grace=mailing.NO_GRACE)
    with suppress(DueWorkError):  # which is in the log
        due.do_due_work()
