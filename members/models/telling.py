"""Whom each step of an application is told, in mails written with it."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from members import emails
from members.applying.questions import ROLES
from members.models.acceptance import people_of
from members.models.drafts import INVITATION_LASTS, Invitation
from members.models.mail import Mail
from members.models.people import User, shown_name
from peso import policy

# The mails that tell those who applied what was decided.
DECISIONS = ("accepted", "declined")


def invited(application, invitation, token, by):
    message = emails.invitation(
        organization=application.title,
        inviter=shown_name(by),
        role=invitation.get_role_display(),
        url=_address("members:invitation", token),
        days=INVITATION_LASTS.days,
    )
    _write(application, message, [invitation.email], by)


def submitted(application, by, *, is_first):
    _to_applicants(
        application,
        emails.submitted(
            organization=application.title,
            url=_page(application),
            is_first=is_first,
        ),
        by,
    )
    _to_staff(
        application,
        emails.received(
            organization=application.title,
            url=_desk(application),
            is_first=is_first,
        ),
        by,
    )


def withdrawn(application, by, reason):
    facts = {"organization": application.title, "reason": reason, "by": shown_name(by)}
    message = emails.withdrawn(url=_page(application), **facts)
    _to_applicants(application, message, by)
    if application.submitted_at:
        _to_staff(application, emails.withdrawn(url=_desk(application), **facts), by)


def expired(application):
    message = emails.expired(organization=application.title, url=_page(application))
    tell = readers if application.submitted_at else writers
    _write(application, message, tell(application))


def reminded(application, days, days_left):
    """Tell that nobody touched the draft for `days`, and when it will expire."""
    write = {30: emails.reminder_30, 53: emails.reminder_53}[days]
    message = write(
        organization=application.title, url=_page(application), days_left=days_left
    )
    _write(application, message, writers(application))


def changes_requested(application, by, text):
    message = emails.changes_requested(
        organization=application.title, url=_page(application), text=text
    )
    _to_applicants(application, message, by)


def commented(application, by, text):
    message = emails.comment(
        organization=application.title, url=_page(application), text=text
    )
    _to_applicants(application, message, by)


def replied(application, by, text):
    message = emails.replied(
        organization=application.title,
        url=_desk(application),
        text=text,
        by=shown_name(by),
    )
    _to_staff(application, message, by)


def staged(application, verdict, by):
    """Drafts, which are sent when the decision is released."""
    facts = {
        "organization": application.title,
        "url": _page(application),
        "reason": verdict.reason,
    }
    if verdict.is_acceptance:
        message = emails.accepted(
            level=str(verdict.level), starts_on=verdict.starts_on, **facts
        )
    else:
        message = emails.declined(**facts)
    _to_applicants(application, message, by, held=True)
    if verdict.is_acceptance:
        _invite_representatives(application, verdict, by)


def _invite_representatives(application, verdict, by):
    people = {}
    for person in people_of(application.proposal, verdict.level):
        people.setdefault(person.email.lower(), []).append(person)
    for email, roles in people.items():
        invitation, token = Invitation.objects.issue(
            application=application, email=email, invited_by=by
        )
        message = emails.representative_invitation(
            name=roles[0].name,
            organization=application.title,
            roles=[ROLES[each.role] for each in roles],
            url=_address("members:invitation", token),
            days=INVITATION_LASTS.days,
        )
        _write(application, message, [invitation.email], by, held=True)


def released(application, by):
    waiting = application.invitations.unused().filter(role="")
    # They were written when it was staged; their time begins now.
    waiting.update(expires_at=timezone.now() + INVITATION_LASTS)
    _readdress(application, by)
    for mail in application.mails.in_state(Mail.State.DRAFT):
        mail.release(by=by)


def _readdress(application, by):
    """Have the decision told to those who take part now, be they others than when it
    was staged; what an officer discarded is not written again."""
    drafts = application.mails.in_state(Mail.State.DRAFT).filter(kind__in=DECISIONS)
    if not (example := drafts.first()):
        return
    now = {address.lower() for address in readers(application)}
    known = application.mails.filter(kind=example.kind, at__gte=example.at)
    missing = now - set(known.values_list("to", flat=True))
    message = emails.Message(example.kind, example.subject, example.text)
    _write(application, message, missing, by, held=True)
    for mail in drafts.exclude(to__in=now):
        mail.discard(by=User.objects.registry())


def _to_applicants(application, message, by=None, *, held=False):
    """To those who write or read it; without any, to the people that it names."""
    _write(application, message, readers(application), by, held=held)


def readers(application):
    """The addresses of the applicants; a closed account has none."""
    return _colleagues(application) or application.content.addresses


def writers(application):
    """The addresses of those who take part; of staff, too, who alone have the pen."""
    addresses = _colleagues(application)
    has_editor = application.collaborators.editors().exists()
    if application.is_entered_by_staff and not has_editor:
        addresses.append(application.opened_by.email)
    return [each for each in addresses if each]


def _colleagues(application):
    taking_part = application.collaborators.active().exclude(user__email="")
    return list(taking_part.values_list("user__email", flat=True))


def _to_staff(application, message, by):
    """To the consortium's address, and to whoever has the application, while that is
    somebody who could take it up."""
    addresses = [settings.CONTACT_EMAIL] if settings.CONTACT_EMAIL else _officers()
    has_it = application.assigned_to
    if has_it and not application.assignment_problems(has_it):
        addresses = [*addresses, has_it.email]
    _write(application, message, addresses, by)


def _officers():
    return User.objects.entitled_to(policy.DECIDE).values_list("email", flat=True)


def _write(application, message, addresses, by=None, *, held=False):
    for to in sorted({address.lower() for address in addresses if address}):
        Mail.objects.write(message, to=to, by=by, held=held, application=application)


def _page(application):
    return _address("members:application", application.public_id)


def _desk(application):
    return _address("members:workbench_application", application.public_id)


def _address(name, *args):
    return settings.SITE_URL + reverse(name, args=args)
