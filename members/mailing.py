"""How a mail leaves: what the worker does with each, and what it finds left behind."""

import datetime as dt
import logging
import time
import unicodedata
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from members import smtp
from members.deferring import defer
from members.emails import isolated, line
from members.locks import only_one
from members.models import Mail
from members.models.sending import MAY_HAVE_ARRIVED, OvertakenError

logger = logging.getLogger(__name__)
# What is due for longer than this and has no job has lost it.
GRACE, NO_GRACE = dt.timedelta(minutes=1), dt.timedelta(0)
# A secret that was not sent, or is only shown here, is of no use any more.
SECRETS_KEPT = dt.timedelta(days=7)
NO_SERVER = (
    "No mail server is set (EMAIL_URL), so every mail waits: nobody can be invited or "
    "told anything."
)
NO_WORKER = (
    "No worker is running, so every mail waits. “manage.py run_worker” starts one."
)
# A worker says every ten seconds that it lives.
ALIVE = dt.timedelta(seconds=60)
# The answer that a mail was accepted must not be lost: so often it is written down.
PAUSES = [0, 1, 2, 5, 10, 20]


def can_deliver():
    return bool(settings.MAIL_SERVER or settings.MAIL_IS_SHOWN_ONLY)


def deliver(pk):
    """Send a mail, if it is due and nobody else is at it."""
    if not can_deliver():
        return
    with only_one(f"members.mail {pk}") as is_ours:
        mail = Mail.take(pk) if is_ours else None
        if mail:
            _try(mail)


def _try(mail):
    try:
        if settings.MAIL_IS_SHOWN_ONLY:
            mail.note_sent(Mail.Delivery.PAGE)
            logger.info("Mail %s to %s: see %s", mail.pk, mail.to, page_of(mail))
        else:
            _send(mail)
    except OvertakenError:
        logger.warning("Mail %s was taken over by another worker", mail.pk)


def _send(mail):
    try:
        smtp.hand_over(
            settings.MAIL_SERVER,
            envelope(mail),
            name=settings.SITE_HOST,
            seconds=settings.MAIL_SECONDS,
            before_end=mail.hand_over,
        )
    except smtp.UnknownError:
        mail.give_up(MAY_HAVE_ARRIVED, may_have_arrived=True)
    except smtp.RefusedError as error:
        (mail.give_up if error.for_ever else mail.put_off)(str(error))
    except (DatabaseError, OvertakenError):
        raise
    except Exception as error:  # else it would be tried for ever
        logger.exception("Mail %s could not be sent", mail.pk)
        if mail.handed_over_at:
            mail.give_up(MAY_HAVE_ARRIVED, may_have_arrived=True)
        else:
            mail.put_off(f"The registry could not send it ({type(error).__name__}).")
    else:
        _note_accepted(mail)
    if mail.trouble:
        logger.warning("Mail %s: %s", mail.pk, mail.trouble)


def _note_accepted(mail):
    """Write it down, on a new connection if the database has gone meanwhile."""
    for pause in PAUSES:
        time.sleep(pause)
        try:
            mail.note_sent(Mail.Delivery.SERVER)
            return
        except (OperationalError, InterfaceError):
            logger.exception("Mail %s was accepted; writing that down", mail.pk)
            connection.close()


def page_of(mail):
    return f"{settings.SITE_URL}{mail.get_absolute_url()}"


# What is handed over


def envelope(mail):
    """Raises RefusedError if no mail server could make anything of the address."""
    try:
        to = mailbox(mail.to)
    except ValidationError:
        reason = f"“{mail.to}” is not an address that mail can be sent to."
        raise smtp.RefusedError(reason, for_ever=True) from None
    sender = mailbox(settings.MAIL_FROM)
    content = letter(mail, sender, to)
    needs_utf8 = not (sender.addr_spec + to.addr_spec).isascii()
    return smtp.Envelope(
        sender.addr_spec,
        to.addr_spec,
        content.as_bytes(policy=SMTPUTF8 if needs_utf8 else SMTP),
        needs_utf8,
    )


def mailbox(text, name=""):
    """An e-mail address as mail servers know it. Raises ValidationError."""
    local, _, domain = text.strip().rpartition("@")
    try:
        domain = domain.encode("idna").decode()
    except UnicodeError:
        raise ValidationError("There is no such domain.") from None
    letters = {char for char in local if not char.isascii()}
    if any(unicodedata.category(char)[0] not in "LMN" for char in letters):
        raise ValidationError("An address has no such letters.")
    validate_email("".join("x" if c in letters else c for c in local) + f"@{domain}")
    return Address(name, local, domain)


def letter(mail, sender, to):
    """The mail as others read it: plain text first, the same as HTML beside it."""
    letter = EmailMessage(policy=SMTPUTF8)
    letter["From"] = Address(
        line(settings.CONSORTIUM_NAME), sender.username, sender.domain
    )
    letter["To"] = to
    if settings.CONTACT_EMAIL and settings.CONTACT_EMAIL != settings.MAIL_FROM:
        letter["Reply-To"] = mailbox(settings.CONTACT_EMAIL)
    # Else what looks like an encoded word is taken for one, whatever is in it.
    letter["Subject"] = isolated(line(mail.subject).replace("=?", "= ?"))
    letter["Date"] = timezone.localtime()
    letter["Message-ID"] = mail.message_id
    # Nobody's “I am on holiday” shall answer a program.
    letter["Auto-Submitted"] = "auto-generated"
    if mail.stop_url:
        letter["List-Unsubscribe"] = f"<{mail.stop_url}>"
    letter.set_content(isolated(mail.text))
    letter.add_alternative(mail.html, subtype="html")
    return letter


# What was left behind


def recover(grace=GRACE):
    """Have taken up what is due and has no job; the number of such mails.

    Jobs of a worker that was killed are among these: what it was sending is free as
    soon as it is dead, since its locks die with it.
    """
    if not can_deliver():
        return 0
    waiting = ProcrastinateJob.objects.filter(
        task_name="members.send_mail", status="todo"
    ).values_list("args__mail_id", flat=True)
    due = Mail.objects.due(timezone.now() - grace).values_list("pk", flat=True)
    lost = sorted(set(due) - set(waiting))
    for pk in lost:
        defer("members.send_mail", mail_id=pk)
    return len(lost)


def forget_secrets():
    """Erase secrets that were shown here or could not be sent, after a week."""
    old = Mail.objects.with_old_secrets(timezone.now() - SECRETS_KEPT)
    return old.update(subject="", text="", stop_url="")


def troubles():
    """What keeps mails from leaving, in sentences for whoever can help."""
    if not can_deliver():
        yield NO_SERVER
    alive = ProcrastinateWorker.objects.filter(
        last_heartbeat__gte=timezone.now() - ALIVE
    )
    if not alive.exists():
        yield NO_WORKER
