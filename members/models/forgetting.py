"""What names somebody whose account was closed, in what others keep: it goes, too."""

from django.db.models import Q
from django.db.models.functions import Lower

from members.models.accounts import Closing
from members.models.drafts import Invitation
from members.models.mail import Mail

# An organization named its representatives, whoever of them has an account.
NOT_OF_ACCOUNTS = "representative-invitation"
# What happened to an account: its owner is told in any case.
NOTICES = "account-"
DONE = (Mail.State.SENT, Mail.State.FAILED, Mail.State.DISCARDED)
WAITING = (Mail.State.DRAFT, Mail.State.QUEUED)


def forget(user, addresses):
    """Erase `addresses`, which were those of `user`, and the mails to them."""
    invitations = Invitation.objects.alias(address=Lower("email"))
    theirs = Q(address__in=addresses) & (~Q(role="") | ~Q(used_at=None))
    invitations.filter(theirs | Q(used_by=user)).update(email="")
    mails = Mail.objects.alias(address=Lower("to"))
    to_them = mails.filter(address__in=addresses).exclude(kind=NOT_OF_ACCOUNTS)
    waiting = to_them.filter(state__in=WAITING).exclude(kind__startswith=NOTICES)
    waiting.update(state=Mail.State.DISCARDED, try_after=None)
    # Those to an address that they had before are among the notices of their doings.
    _erase(mails.filter(Q(address__in=addresses) | _notices_by(pk=user.pk)))


def forget_former():
    """Erase the last words to former accounts, which were on their way when they were
    closed; how many those were."""
    former = {"username__startswith": Closing.PSEUDONYM, "email": ""}
    return _erase(Mail.objects.filter(_notices_by(**former)))


def _notices_by(**account):
    by = {f"by__{name}": value for name, value in account.items()}
    return Q(kind__startswith=NOTICES, **by)


def _erase(mails):
    """That they were sent stays."""
    rows = mails.filter(state__in=DONE).exclude(to="", text="")
    return rows.update(to="", subject="", text="", stop_url="", trouble=Mail.FORGOTTEN)
