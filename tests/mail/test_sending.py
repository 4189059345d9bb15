"""What the registry makes of each answer of a real mail server, and of none."""

import socket
import threading
import time
from contextlib import contextmanager, suppress

import pytest
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from members import mailing, smtp
from members.emails import Message
from members.models import Mail
from members.models.sending import PAUSES
from peso.mail_server import MailServer

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(message, ways):
    return Mail.objects.write(message, to="ada@example.org")


def sent(mail):
    mailing.deliver(mail.pk)
    mail.refresh_from_db()
    return mail.state


def jobs(mail):
    return ProcrastinateJob.objects.filter(args__mail_id=mail.pk)


def test_accepted_mail_is_sent_once(mail, ways):
    assert sent(mail) == "sent"
    assert sent(mail) == "sent"

    (arrived,) = ways.mails
    assert arrived["Message-ID"] == mail.message_id
    assert arrived["To"] == "ada@example.org"
    assert arrived["Auto-Submitted"] == "auto-generated"
    assert ways.envelope == ("registry@example.org", ["ada@example.org"])
    assert arrived.get_body(["plain"]).get_content().split() == ["Hello", "Good-bye"]
    assert (mail.attempts, mail.delivery, mail.trouble) == (1, "server", "")


STAGES = ["connect", "MAIL", "RCPT", "DATA", "END"]


@pytest.mark.parametrize("stage", STAGES)
def test_mail_that_is_refused_for_now_is_tried_again(mail, ways, stage):
    ways.answers = {stage: "451 Later"}

    assert sent(mail) == "queued"
    assert mail.trouble == "The mail server answered 451 Later."
    assert mail.handed_over_at is None
    pause = mail.try_after - timezone.now()
    assert PAUSES[0] * 0.9 < pause <= PAUSES[0]
    (first, again) = jobs(mail).order_by("pk")
    assert first.scheduled_at is None
    assert again.scheduled_at >= mail.try_after

    assert sent(mail) == "queued"  # it is too early
    assert mail.attempts == 1
    ways.reset()
    Mail.objects.update(try_after=timezone.now())
    assert sent(mail) == "sent"
    assert len(ways.accepted) == 1


@pytest.mark.parametrize("stage", STAGES)
def test_mail_that_is_refused_for_ever_has_failed(mail, ways, stage):
    ways.answers = {stage: "550 Unknown\x07 here"}

    assert sent(mail) == "failed"
    assert mail.trouble == "The mail server answered 550 Unknown here."
    assert not mail.may_have_arrived
    assert jobs(mail).count() == 1


@pytest.mark.parametrize("stage", ["connect", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("way", ["breaks", "hangs"])
def test_server_that_is_gone_before_the_end_has_nothing(
    mail, ways, settings, stage, way
):
    # However early it gives up: there is nothing to be had of one that hangs.
    settings.MAIL_SECONDS = 0.1 if way == "hangs" else 1
    setattr(ways, way, stage)

    assert sent(mail) == "queued"
    assert (
        mail.trouble
        == {
            "breaks": "The mail server ended the connection.",
            "hangs": "The mail server did not answer in time.",
        }[way]
    )
    assert mail.handed_over_at is None
    assert ways.arrived == []


@pytest.mark.parametrize("way", ["breaks", "hangs"])
def test_server_that_is_gone_after_the_end_may_have_it(mail, ways, settings, way):
    settings.MAIL_SECONDS = 0.2
    setattr(ways, way, "END")

    assert sent(mail) == "failed"
    assert mail.may_have_arrived
    assert "may have arrived" in mail.trouble
    assert len(ways.arrived) == 1
    assert mailing.recover(mailing.NO_GRACE) == 0


def test_mail_is_given_up_after_the_last_pause(mail, ways):
    ways.answers = {"RCPT": "452 Full"}
    for number in range(1, len(PAUSES) + 2):
        Mail.objects.filter(state="queued").update(try_after=timezone.now())
        state = sent(mail)
        assert mail.attempts == number

    assert state == "failed"
    assert mail.trouble == "The mail server answered 452 Full. Given up after 9 tries."


def test_nobody_listening_is_for_now(mail, ways, settings):
    running = settings.MAIL_SERVER
    settings.MAIL_SERVER = type(running)("127.0.0.1", 9)

    assert sent(mail) == "queued"
    assert mail.trouble.startswith("The mail server could not be used: ")


@contextmanager
def talking_for_ever(first):
    """A server that says `first`, and then never comes to the end of an answer."""

    def talk():
        with suppress(OSError):
            one, _ = listening.accept()
            with one:
                one.sendall(first)
                while True:
                    one.sendall(b"220-and so on\r\n")
                    time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        talker = threading.Thread(target=talk)
        talker.start()
        yield listening.getsockname()[1]
        talker.join()


@pytest.mark.parametrize("first", [b"", b"220 Welcome\r\n"])
def test_server_that_never_comes_to_the_end_is_cut_off(
    mail, ways, settings, monkeypatch, first
):
    monkeypatch.setattr(smtp, "ANSWERS", 0.15)
    before = threading.active_count()
    with talking_for_ever(first) as port:
        settings.MAIL_SERVER = MailServer("127.0.0.1", port)
        assert sent(mail) == "queued"

    assert mail.trouble.startswith("The mail server ended the connection")
    assert threading.active_count() <= before


def test_server_that_lets_nobody_in_keeps_no_mail_from_being_sent_later(
    mail, ways, settings
):
    server = settings.MAIL_SERVER
    settings.MAIL_SERVER = type(server)(server.host, server.port, "", "user", "word")

    assert sent(mail) == "queued"
    assert "word" not in mail.trouble


@pytest.mark.parametrize(
    "address", ["", "ada", "a@b@c", "a@exa mple.org", "a@b.c\nBcc: x@y.z"]
)
def test_address_that_is_none_fails_without_a_server(message, ways, address):
    mail = Mail.objects.write(message, to=address)

    assert sent(mail) == "failed"
    assert "is not an address" in mail.trouble
    assert ways.arrived == []


def test_mail_that_the_registry_cannot_write_is_not_tried_for_ever(
    mail, ways, settings, caplog
):
    settings.MAIL_FROM = "nobody"

    assert sent(mail) == "queued"
    assert mail.trouble == "The registry could not send it (ValidationError)."
    assert "could not be sent" in caplog.text


def test_without_a_server_on_a_public_site_mails_wait(mail, ways, settings):
    settings.MAIL_SERVER = None

    assert sent(mail) == "queued"
    assert (mail.attempts, mailing.recover(mailing.NO_GRACE)) == (0, 0)
    assert mailing.NO_SERVER in mailing.troubles()


def test_on_this_computer_mails_are_shown_and_say_so(ways, settings):
    settings.MAIL_SERVER, settings.MAIL_IS_SHOWN_ONLY = None, True
    secret = Message("code", "Your code", "123456\n", is_secret=True)
    mail = Mail.objects.write(secret, to="ada@example.org")

    assert sent(mail) == "sent"
    assert (mail.delivery, mail.text) == ("page", "123456\n")
    assert ways.arrived == []


def test_secret_is_erased_when_it_is_sent(ways):
    secret = Message("code", "Your code", "123456\n", is_secret=True)
    mail = Mail.objects.write(secret, to="ada@example.org")

    assert sent(mail) == "sent"
    assert "123456" in ways.mails[0].get_body(["plain"]).get_content()
    assert mail.text == ""
    kept = [str(row) for row in mail.history.values()]
    assert kept
    assert not any("123456" in row or "ada@" in row for row in kept)
