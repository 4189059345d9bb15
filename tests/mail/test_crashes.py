"""Workers that are killed, and several at once: no mail is lost, none is sent twice."""

import random
import signal
import time
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from members import mailing
from members.emails import Message
from members.models import Mail, User
from members.models.sending import OvertakenError
from tests.mail.conftest import end, process
from tests.mail.server import wait

pytestmark = pytest.mark.siege


def write(number=1):
    message = Message("test", f"Subject {number}", f"Text {number}\n")
    return Mail.objects.write(message, to=f"ada{number}@example.org")


def take_up():
    """What a worker does at its start."""
    mailing.recover(mailing.NO_GRACE)
    due = Mail.objects.due(timezone.now())
    for pk in list(due.values_list("pk", flat=True)):
        mailing.deliver(pk)


def in_threads(number, work):
    def run():
        try:
            work()
        finally:
            connection.close()

    threads = [Thread(target=run, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()


def test_mail_of_a_transaction_that_is_rolled_back_never_was(real):
    with transaction.atomic():
        write()
        transaction.set_rollback(True)

    assert (Mail.objects.count(), ProcrastinateJob.objects.count()) == (0, 0)


def test_eight_workers_at_one_mail_send_it_once(real):
    mail = write()
    real.thinks = {"END": 0.2}

    in_threads(8, lambda: mailing.deliver(mail.pk))

    mail.refresh_from_db()
    assert (mail.state, mail.attempts, len(real.accepted)) == ("sent", 1, 1)


@pytest.mark.parametrize("stage", ["connect", "MAIL", "RCPT", "DATA"])
def test_mail_of_a_killed_worker_is_sent_by_the_next(real, stage):
    mail = write()
    real.hangs = stage
    with process(lambda: mailing.deliver(mail.pk)) as worker:
        real.wait_for(stage)
        mail.refresh_from_db()
        assert mail.state == "sending"
        end(worker, signal.SIGKILL)
    real.hangs = ""

    wait_for_locks()
    take_up()

    mail.refresh_from_db()
    assert (mail.state, mail.attempts, len(real.accepted)) == ("sent", 2, 1)


def test_mail_that_may_have_arrived_when_its_worker_was_killed_waits_for_a_person(real):
    mail = write()
    real.thinks = {"END": 0.3}
    with process(lambda: mailing.deliver(mail.pk)) as worker:
        real.wait_for("END")
        end(worker, signal.SIGKILL)

    wait_for_locks()
    take_up()
    take_up()

    mail.refresh_from_db()
    assert mail.may_have_arrived
    assert (mail.attempts, len(real.arrived)) == (1, 1)


def test_sender_that_was_overtaken_does_not_let_its_mail_go(real):
    mail = write()
    held_up = Mail.take(mail.pk)
    Mail.objects.filter(pk=mail.pk).update(attempts=2)

    for step in (held_up.hand_over, lambda: held_up.note_sent("server")):
        with pytest.raises(OvertakenError):
            step()
    with pytest.raises(OvertakenError):
        held_up.put_off("Too late.")
    mail.refresh_from_db()
    assert (mail.state, mail.handed_over_at, mail.trouble) == ("sending", None, "")


def test_yes_of_the_server_counts_though_somebody_discarded_the_mail_meanwhile(real):
    mail = write()
    held_up = Mail.take(mail.pk)
    held_up.hand_over()
    assert Mail.take(mail.pk) is None
    mail.discard(by=User.objects.registry())
    assert mail.state == "discarded"

    held_up.note_sent("server")

    mail.refresh_from_db()
    assert mail.state == "sent"


def test_yes_of_the_server_is_kept_when_the_database_was_gone(real, monkeypatch):
    """The connection breaks between the last byte and the answer."""
    monkeypatch.setattr(mailing, "PAUSES", [0, 0.1, 1, 5])
    mail = write()
    real.thinks = {"END": 0.3}

    def cut():
        real.wait_for("END")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() "
                "AND query LIKE '%handed_over_at%'"
            )
        connection.close()

    cutter = Thread(target=cut, daemon=True)
    cutter.start()
    in_threads(1, lambda: mailing.deliver(mail.pk))
    cutter.join(20)

    mail.refresh_from_db()
    assert (mail.state, len(real.accepted)) == ("sent", 1)


def test_workers_killed_at_any_moment_lose_and_double_nothing(real):
    mails = [write(number) for number in range(12)]
    real.thinks = dict.fromkeys(("MAIL", "RCPT", "END"), 0.004)
    chance = random.Random(20260101)
    for _ in range(10):
        with process(take_up) as worker:
            time.sleep(chance.uniform(0.02, 0.15))
            end(worker, signal.SIGKILL)
    wait_for_locks()
    take_up()

    subjects = [arrived["Subject"] for arrived in real.mails]
    assert len(subjects) == len(set(subjects))
    for mail in mails:
        mail.refresh_from_db()
        if mail.state == "failed":
            assert mail.may_have_arrived
        else:
            assert mail.state == "sent"
            assert mail.subject in subjects


def wait_for_locks():
    """PostgreSQL needs a moment to see that a connection is dead."""

    def none_held():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database "
                "WHERE locktype = 'advisory' AND datname = current_database()"
            )
            return cursor.fetchone() == (0,)

    wait(none_held)
