"""A real worker in a process of its own, and the work that time brings."""

import os
import signal
from datetime import timedelta
from io import StringIO

import pytest
from asgiref.sync import async_to_sync
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from members import due, jobs, mailing
from members.emails import Message
from members.locks import only_one
from members.models import Mail
from members.worker import Worker
from tests.mail.conftest import empty_queue, end, process
from tests.mail.server import wait


def is_sent(mail):
    mail.refresh_from_db()
    return mail.state == "sent"


def test_worker_sends_what_it_finds_and_what_comes_and_ends_when_told(real, message):
    before = Mail.objects.write(message, to="ada@example.org")
    left = Mail.objects.write(message, to="left@example.org")
    Mail.take(left.pk)  # by a worker that is dead
    empty_queue()
    with process(Worker().run) as worker:
        wait(lambda: is_sent(before) and is_sent(left))
        wait(ProcrastinateWorker.objects.exists)
        assert mailing.NO_WORKER not in mailing.troubles()
        after = Mail.objects.write(message, to="grace@example.org")
        wait(lambda: is_sent(after))

        assert end(worker, signal.SIGTERM) == 0
    assert len(real.accepted) == 3
    assert not ProcrastinateJob.objects.filter(status="doing").exists()


def test_worker_ends_with_the_process_that_holds_its_pipe(real):
    watched, held = os.pipe()

    def work():
        os.close(held)
        Worker(ends_with=watched).run()

    with process(work) as worker:
        os.close(watched)
        wait(ProcrastinateWorker.objects.exists)
        os.close(held)
        wait(lambda: os.waitpid(worker, os.WNOHANG) != (0, 0), seconds=10)


def test_job_of_a_killed_worker_is_done_again(real, message):
    Mail.objects.write(message, to="ada@example.org")
    real.hangs = "RCPT"
    with process(Worker().run):
        real.wait_for("RCPT")
    # At a full minute, a worker gives a waiting mail another job as well.
    doing = ProcrastinateJob.objects.filter(
        task_name="members.send_mail", status="doing"
    )
    killed = list(doing.values_list("pk", flat=True))
    old = timezone.now() - timedelta(minutes=1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = %s", [old])

    context = type("Context", (), {"app": app})
    async_to_sync(jobs.recover_jobs.func)(context, timestamp=0)

    found = ProcrastinateJob.objects.filter(pk__in=killed)
    assert {job.status for job in found} == {"todo"}


def test_mail_without_a_job_gets_one_and_only_one(real, message):
    mail = Mail.objects.write(message, to="ada@example.org")
    assert mailing.recover(mailing.NO_GRACE) == 0  # it has one

    empty_queue()
    assert mailing.recover() == 0  # it is not late yet
    assert mailing.recover(mailing.NO_GRACE) == 1
    assert mailing.recover(mailing.NO_GRACE) == 0
    assert [j.args for j in ProcrastinateJob.objects.all()] == [{"mail_id": mail.pk}]


# Due work


@pytest.mark.django_db
def test_secrets_that_stayed_are_erased_after_a_week(settings):
    secret = Message("code", "Your code: 12", "12\n", is_secret=True)
    rows = [Mail.objects.write(secret, to="ada@example.org") for _ in range(3)]
    settings.MAIL_SERVER, settings.MAIL_IS_SHOWN_ONLY = None, True
    for mail in rows[:2]:
        mailing.deliver(mail.pk)
    Mail.objects.filter(pk=rows[1].pk).update(at=timezone.now() - timedelta(days=8))
    Mail.objects.filter(pk=rows[2].pk).update(at=timezone.now() - timedelta(days=8))

    assert mailing.forget_secrets() == 1
    assert mailing.forget_secrets() == 0
    texts = [Mail.objects.get(pk=mail.pk).text for mail in rows]
    assert texts == ["12\n", "", "12\n"]  # the last one still waits to be sent


@pytest.mark.django_db
def test_due_work_that_fails_keeps_none_of_the_rest_from_being_done(
    monkeypatch, caplog
):
    def fail():
        raise KeyError("why it failed")

    monkeypatch.setattr(due, "WORK", {"bad": fail, "good": lambda: 3})

    with pytest.raises(CommandError, match="Failed: bad"):
        call_command("run_due_work")
    assert "why it failed" in caplog.text

    monkeypatch.setattr(due, "WORK", {"good": lambda: 3})
    out = StringIO()
    call_command("run_due_work", stdout=out)
    assert out.getvalue() == "good: 3\n"


@pytest.mark.django_db
def test_due_work_says_what_there_was_to_do():
    assert set(due.do_due_work().values()) == {0}
    assert set(due.do_due_work()) == set(due.WORK)


def test_due_work_is_done_by_one_at_a_time(real):
    def hold():
        with only_one("members.due_work") as is_ours:
            os.write(told, b"yes" if is_ours else b"no")
            signal.pause()

    heard, told = os.pipe()
    with process(hold), os.fdopen(heard, "rb", buffering=0) as pipe:
        os.close(told)
        assert pipe.read(3) == b"yes"
        assert due.do_due_work() == {}
    wait(lambda: due.do_due_work() != {})


def test_tasks_are_those_that_others_ask_for_by_name():
    names = {name for name in app.tasks if name.startswith("members.")}
    periodic = {name for name, _ in app.periodic_registry.periodic_tasks}

    assert {"members.send_mail", "members.due_work"} <= names
    assert periodic >= {
        "members.due_work",
        "members.recover_mails",
        "members.recover_jobs",
        "members.forget_jobs",
    }
