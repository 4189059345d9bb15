import pytest

from members import emails
from peso.environment import MailServer
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
