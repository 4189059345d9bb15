"""One mail to a mail server, and what became of it.

The server's word counts: 250 after the last byte means that it has the mail. Until the
last byte has left, it has nothing; between the two nobody can know.
"""

import re
import smtplib
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass

from members.emails import line

# A mail takes at most so many times as long as the server may take for one answer.
ANSWERS = 10


class RefusedError(Exception):
    """It was not accepted, for a reason that is told; `for_ever`: nor ever will be."""

    def __init__(self, reason, *, for_ever=False):
        super().__init__(reason)
        self.for_ever = for_ever


class UnknownError(Exception):
    """The connection broke while the server had to say whether it has the mail."""


@dataclass(frozen=True)
class Envelope:
    sender: str
    to: str
    content: bytes
    # Whether an address is written in other letters than those of ASCII.
    needs_utf8: bool = False


class _Session:
    """smtplib's connection, with a last moment before the mail may arrive, and an end.

    A time-out is for one read, and a server may say one letter before each: it is cut
    off after so many of them, from its first letter on.
    """

    def connect(self, *args, **kwargs):
        self.limit = threading.Timer(self.timeout * ANSWERS, self._cut)
        self.limit.daemon = True
        self.limit.start()
        try:
            return super().connect(*args, **kwargs)
        except OSError:
            self.close()
            raise

    def close(self):
        self.limit.cancel()
        super().close()

    def _cut(self):
        with suppress(OSError, AttributeError):  # there is none any more, or none yet
            self.sock.shutdown(socket.SHUT_RDWR)

    def data(self, content, before_end):
        self.putcmd("data")
        code, reply = self.getreply()
        if code != 354:
            raise smtplib.SMTPDataError(code, reply)
        self.send(re.sub(rb"(?m)^\.", b"..", content))
        before_end()
        try:
            self.send(b".\r\n")
            return self.getreply()
        except OSError as error:
            raise UnknownError(str(error)) from error


class _Plain(_Session, smtplib.SMTP):
    pass


class _Encrypted(_Session, smtplib.SMTP_SSL):
    pass


def hand_over(server, envelope, *, name, seconds, before_end):
    """Give the mail to `server`, and return when the server has said that it has it.

    `before_end` is called just before its last byte leaves; if it raises, nothing was
    sent. `name` is this computer's. Raises RefusedError and UnknownError.
    """
    try:
        with closing(_connected(server, name, seconds)) as session:
            _introduce(session, server)
            _send(session, envelope, before_end)
            # A word of farewell; the answer to it is nothing to wait for.
            with suppress(OSError):
                session.putcmd("quit")
    except smtplib.SMTPResponseException as error:
        reason = _words(error.smtp_code, error.smtp_error)
        for_ever = 500 <= error.smtp_code < 600
        raise RefusedError(reason, for_ever=for_ever) from error
    except OSError as error:  # smtplib's own errors are some of these
        raise RefusedError(_why(error)) from error


def _connected(server, name, seconds):
    options = {"local_hostname": name, "timeout": seconds}
    if server.security == "tls":
        context = ssl.create_default_context()
        return _Encrypted(server.host, server.port, context=context, **options)
    return _Plain(server.host, server.port, **options)


def _introduce(session, server):
    """Encryption and password. What fails here is wrong with the settings, not with
    the mail, which therefore waits until they are put right."""
    session.ehlo_or_helo_if_needed()
    try:
        if server.security == "starttls":
            session.starttls(context=ssl.create_default_context())
            session.ehlo()
        if server.user:
            session.login(server.user, server.password)
    except smtplib.SMTPResponseException as error:
        words = _words(error.smtp_code, error.smtp_error)
        raise RefusedError(f"It did not let the registry in. {words}") from error


def _send(session, envelope, before_end):
    options = [f"size={len(envelope.content)}"] if session.has_extn("size") else []
    if envelope.needs_utf8:
        if not session.has_extn("smtputf8"):
            reason = "The mail server cannot write to an address in these letters."
            raise RefusedError(reason, for_ever=True)
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    _expect(*session.mail(envelope.sender, options))
    _expect(*session.rcpt(envelope.to))
    _expect(*session.data(envelope.content, before_end))


def _expect(code, reply):
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, reply)


def _words(code, reply):
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else str(reply)
    return f"The mail server answered {code} {line(text)[:300]}."


def _why(error):
    # smtplib says so of both that the server ended it.
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "The mail server did not answer in time."
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "The mail server ended the connection."
    return f"The mail server could not be used: {line(error)[:300]}."
