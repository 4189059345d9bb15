"""What the registry writes to its log: plain lines, or JSON for machines.

Each line has the id of its request, which the answer carries as X-Request-ID. Neither
the visitor's address nor the query string is written: what people search for is theirs.
Nor are e-mail addresses, which mail servers repeat, and rows, which the database does.
"""

import logging
import logging.config
import re
from contextlib import suppress

from django_guid.context import guid
from gunicorn import glogging
from pythonjsonlogger import json
from pythonjsonlogger.core import RESERVED_ATTRS

FORMATS = ("plain", "json")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Asked every few seconds, and worth a line only when something is wrong.
PROBES = ("/healthz", "/readyz")
# What follows is a secret: whoever has it is invited, or sets a new password.
SECRET_PATHS = re.compile("(/invitations/|/accounts/password/reset/key/)[^/]+")
ADDRESSES = re.compile(r"[\w.+%-]+@[\w-]+(\.[\w-]+)+")
# With what a refused row held, which may be anything that the registry keeps.
DETAILS = re.compile("(?m)^(DETAIL:|CONTEXT:).*$")


class RequestId(logging.Filter):
    """Adds the id of the request that this thread answers."""

    def filter(self, record):
        if not hasattr(record, "request_id"):
            record.request_id = guid.get()
        return True


class WithoutSecrets(logging.Filter):
    """Takes out of a line what would let somebody in, or tell who somebody is."""

    def filter(self, record):
        # What does not fit its values is told by whoever writes it, in its own way.
        with suppress(TypeError, ValueError):
            record.msg, record.args = cleaned(record.getMessage()), ()
        return True


class Cleaned:
    """A formatter whose tracebacks hold no more than its lines do."""

    def formatException(self, exc_info):  # noqa: N802 - logging's own name
        return cleaned(super().formatException(exc_info))


class JsonFormatter(Cleaned, json.JsonFormatter):
    pass


class PlainFormatter(Cleaned, logging.Formatter):
    def format(self, record):
        text = super().format(record)
        first, *rest = text.split("\n")
        if record.request_id:
            first += f" [{record.request_id}]"
        return "\n".join([first, *rest])


def configuration(level: str, shape: str) -> dict:
    """For logging.config.dictConfig, and Django's LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": RequestId},
            "without_secrets": {"()": WithoutSecrets},
        },
        "formatters": {
            "plain": {
                "()": PlainFormatter,
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            },
            "json": {
                "()": JsonFormatter,
                "fmt": "%(levelname)s %(name)s %(message)s",
                "timestamp": "time",
                "rename_fields": {
                    "levelname": "level",
                    "name": "logger",
                    "exc_info": "traceback",
                },
                # Django adds the request, whose address has the query string.
                "reserved_attrs": [*RESERVED_ATTRS, "request", "status_code"],
            },
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": shape,
                "filters": ["request_id", "without_secrets"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": "NOTSET", "propagate": True},
            # Each statement of SQL and each variable of a template, at DEBUG.
            "django.db.backends": {"level": "INFO"},
            "django.template": {"level": "INFO"},
            "django.utils.autoreload": {"level": "INFO"},
            # What visitors did wrong stands in the line of their request.
            "django.request": {"level": "ERROR"},
            # Every scanner asks for hosts that are not ours; it gets its 400.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            # Anybody may send it, and would fill the log with tracebacks.
            "django.security.RequestDataTooBig": {"level": "CRITICAL"},
            "django_guid": {"level": "WARNING"},
            # Two lines for each job; what went wrong is said, and a mail has its row.
            "procrastinate": {"level": "WARNING"},
            # A line for each HEAD, whose body Django leaves to the server to drop.
            "gunicorn.http.wsgi": {"level": "ERROR"},
            "gunicorn.error": {"handlers": [], "level": "NOTSET", "propagate": True},
            "gunicorn.access": {"handlers": [], "level": "NOTSET", "propagate": True},
        },
    }


class GunicornLogger(glogging.Logger):
    """gunicorn's own lines in our format, and one line for each request."""

    def setup(self, cfg):
        # Imported late: gunicorn.conf.py has read, and checked, the settings by then.
        from peso import settings  # noqa: PLC0415

        self.cfg = cfg
        self.loglevel = self.LOG_LEVELS[cfg.loglevel.lower()]
        logging.config.dictConfig(settings.LOGGING)
        self.error_log.setLevel(self.loglevel)
        for log in (self.error_log, self.access_log):
            log.propagate = True

    def access(self, resp, req, environ, request_time):
        path = without_secrets(environ.get("PATH_INFO", ""))
        answer = {name.lower(): value for name, value in resp.headers}
        facts = {
            "method": req.method,
            "path": path,
            "status": resp.status_code,
            "ms": round(request_time.total_seconds() * 1000, 1),
            "bytes": sent_bytes(req, resp, answer),
            "request_id": answer.get("x-request-id"),
        }
        quiet = path in PROBES and resp.status_code == 200
        self.access_log.log(
            logging.DEBUG if quiet else logging.INFO,
            "%(method)s %(path)s %(status)s, %(ms)s ms, %(bytes)s bytes",
            {**facts, "path": printable(path)},
            extra=facts,
        )


def sent_bytes(req, resp, answer) -> int:
    """Of the body; the kernel sends files by itself, and gunicorn counts none."""
    if resp.sent or req.method == "HEAD":
        return resp.sent
    return int(answer.get("content-length", 0))


def without_secrets(text: str) -> str:
    return SECRET_PATHS.sub(r"\1…", text)


def cleaned(text: str) -> str:
    text = DETAILS.sub(r"\1 …", without_secrets(text))
    return ADDRESSES.sub("…@…", text)


def printable(text: str) -> str:
    """Text that cannot break a line of the log in two."""
    return text if text.isprintable() else ascii(text)[1:-1]
