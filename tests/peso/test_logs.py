"""What a line of the log must not hold."""

import datetime as dt
import logging
from io import StringIO
from types import SimpleNamespace

import pytest
from django.db import IntegrityError

from peso import logs

TOKEN = "Zx81-k_secret"
ROW = "refused\nDETAIL:  Failing row contains (7, Zafugah)."


@pytest.fixture
def written(caplog):
    """The lines as they leave: caplog has a handler of its own, without our filters."""
    caplog.handler.addFilter(logs.WithoutSecrets())
    caplog.set_level(logging.INFO)
    yield caplog
    caplog.handler.filters.clear()


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (f"/invitations/{TOKEN}/", "/invitations/…/"),
        (f"/accounts/password/reset/key/1a-{TOKEN}/", "/password/reset/key/…/"),
        ("/organizations/alder/", "/organizations/alder/"),
    ],
)
def test_line_of_a_request_holds_no_secret_of_its_address(caplog, path, shown):
    logger = logs.GunicornLogger.__new__(logs.GunicornLogger)
    logger.access_log = logging.getLogger("gunicorn.access")
    response = SimpleNamespace(headers=[], status_code=200, sent=1)
    request = SimpleNamespace(method="GET")
    caplog.set_level(logging.INFO)

    logger.access(response, request, {"PATH_INFO": path}, dt.timedelta(seconds=1))

    (record,) = caplog.records
    assert TOKEN not in f"{record.getMessage()} {record.path}"
    assert shown in record.getMessage()


def test_line_about_an_error_holds_no_secret_of_its_address(written):
    path = f"/invitations/{TOKEN}/"

    logging.getLogger("django.request").error("Internal Server Error: %s", path)

    assert TOKEN not in written.text
    assert "Internal Server Error: /invitations/…/" in written.text


@pytest.mark.parametrize("shape", logs.FORMATS)
def test_line_tells_nobody_s_address_and_no_row(shape):
    """As it leaves: mail servers name whom they refuse, and the database a row."""
    config = logs.configuration("INFO", shape)
    chosen = {**config["formatters"][shape]}
    kind = chosen.pop("()")
    chosen["fmt"] = chosen.pop("format", chosen.get("fmt"))
    handler = logging.StreamHandler(stream := StringIO())
    handler.setFormatter(kind(**chosen))
    for each in (logs.RequestId(), logs.WithoutSecrets()):
        handler.addFilter(each)
    logger = logging.Logger("members.mailing")
    logger.addHandler(handler)

    logger.warning("Mail %s: %s", 7, "550 <ada.l+x@mail.example.org>: unknown")
    logger.warning("%(who)s wrote", {"who": "ada@example.org"})
    try:
        raise IntegrityError(ROW)
    except IntegrityError:
        logger.exception("Internal Server Error: %s", f"/invitations/{TOKEN}/")

    line = stream.getvalue()
    assert "550 <…@…>: unknown" in line.replace("\\u2026", "…")
    assert "refused" in line
    assert "test_logs.py" in line
    for word in ("ada", "Zafugah", TOKEN):
        assert word not in line


def test_every_line_passes_the_filter():
    handler = logs.configuration("INFO", "json")["handlers"]["stderr"]

    assert "without_secrets" in handler["filters"]
