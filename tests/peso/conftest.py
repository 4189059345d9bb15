"""The servers that several modules ask; one worker has them (xdist_group "server")."""

import pytest

from tests.peso.server import Server


@pytest.fixture(scope="session")
def deaf_server(tmp_path_factory):
    """Writes its log as JSON."""
    server = Server(tmp_path_factory.mktemp("json"), "json")
    yield server
    assert server.stop() == 0


@pytest.fixture(scope="session")
def plain_server(tmp_path_factory):
    """Writes its log for people."""
    server = Server(tmp_path_factory.mktemp("plain"), "plain")
    yield server
    assert server.stop() == 0
