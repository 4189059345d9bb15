"""What is told of mails where nobody looks for it: on the first pages of staff."""

from django.urls import reverse

from members import mailing
from members.forms.mail import CARE
from members.models import Mail
from peso import policy

WORDS = "mails that failed or wait for more than an hour"


def waiting(user):
    """Mails that need care: (words, number, address of the list)."""
    if policy.may(user, "mail.read"):
        number = Mail.objects.needing_care().count()
        yield WORDS, number, f"{reverse('members:mails')}?state={CARE}"


def notice(user):
    """What keeps mails from leaving, for those who may read them; else nothing."""
    lists = [each for each in waiting(user) if each[1]]
    troubles = list(mailing.troubles()) if policy.may(user, "mail.read") else []
    return {"lists": lists, "troubles": troubles} if lists or troubles else {}
