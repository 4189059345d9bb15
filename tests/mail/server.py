"""A real SMTP server on this computer that does what a test tells it to."""

import asyncio
import email
import logging
import socket
import time
from dataclasses import dataclass, field
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

# It would write a line for each command that it is given.
logging.getLogger("mail.log").setLevel(logging.WARNING)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait(until, seconds=15):
    """What takes long is asked for less and less often."""
    start = time.monotonic()
    while not until():
        waited = time.monotonic() - start
        assert waited < seconds, "waited too long"
        time.sleep(min(0.005 + waited / 20, 0.1))


@dataclass
class Ways:
    """`answers`: what it says at a stage instead of yes; `breaks`: the stage at which
    it is gone; `hangs`: at which it says nothing any more.

    Stages: connect, EHLO, MAIL, RCPT, DATA (the command), END (after the last byte).
    """

    answers: dict = field(default_factory=dict)
    breaks: str = ""
    hangs: str = ""
    # How long it thinks at a stage before it goes on.
    thinks: dict = field(default_factory=dict)
    reached: list = field(default_factory=list)
    accepted: list = field(default_factory=list)
    arrived: list = field(default_factory=list)

    def reset(self):
        self.__init__()

    @property
    def mails(self):
        return [email.message_from_bytes(raw, policy=default) for raw in self.accepted]

    def wait_for(self, stage):
        wait(lambda: stage in self.reached)


class Handler:
    def __init__(self, ways):
        self.ways = ways

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.ways.arrived.append(envelope.original_content)
        answer = await server.stage("END")
        if not answer:
            self.ways.accepted.append(envelope.original_content)
            self.ways.envelope = (envelope.mail_from, envelope.rcpt_tos)
        return answer or "250 Kept"


class Server(SMTP):
    opened = []

    def connection_made(self, transport):
        super().connection_made(transport)
        self.opened.append(transport)

    async def stage(self, name):
        """What it says at this stage, if it is not what servers usually say."""
        ways = self.event_handler.ways
        ways.reached.append(name)
        await asyncio.sleep(ways.thinks.get(name, 0))
        while ways.hangs == name and not self._reader.at_eof():
            await asyncio.sleep(0.02)
        if name in (ways.breaks, ways.hangs):
            self.transport.abort()
        return ways.answers.get(name)

    async def push(self, status):
        text = status.decode() if isinstance(status, bytes) else status
        opening = {"220": "connect", "354": "DATA"}.get(text[:3])
        await super().push((opening and await self.stage(opening)) or status)

    async def smtp_EHLO(self, hostname):  # noqa: N802
        await self._unless_told("EHLO", super().smtp_EHLO, hostname)

    async def smtp_MAIL(self, arg):  # noqa: N802
        await self._unless_told("MAIL", super().smtp_MAIL, arg)

    async def smtp_RCPT(self, arg):  # noqa: N802
        await self._unless_told("RCPT", super().smtp_RCPT, arg)

    async def _unless_told(self, name, usual, argument):
        answer = await self.stage(name)
        await (self.push(answer) if answer else usual(argument))


class Running(Controller):
    def __init__(self, ways, *, ssl_context=None, **options):
        self.options = options
        super().__init__(
            Handler(ways),
            hostname="127.0.0.1",
            port=free_port(),
            ssl_context=ssl_context,
        )

    def stop(self):
        for transport in Server.opened:
            self.loop.call_soon_threadsafe(transport.abort)
        time.sleep(0.1)
        super().stop()

    def factory(self):
        return Server(self.handler, hostname="test", **self.options)
