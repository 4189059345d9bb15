"""What a line of the log must not hold."""

import datetime as dt
import logging
from types import SimpleNamespace

import pytest

from peso import logs

TOKEN = "Zx81-k_secret"


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


def test_every_line_passes_the_filter():
    handler = logs.configuration("INFO", "json")["handlers"]["stderr"]

    assert "without_secrets" in handler["filters"]
