"""Which applications somebody has an interest in, all at once.

`Reviewing.interests_of` tells why, of one application; this never finds fewer.
"""

from django.db.models import Q, TextField
from django.db.models.functions import Cast, Lower
from django.utils import timezone

from members.models.drafts import Answer, Collaborator, Invitation, Revision
from members.models.institutions import Host
from members.models.people import Person, Representative
from members.models.verdicts import Verdict


def touching(user):
    """The keys of the applications that `user` is not free to judge."""
    people = Person.objects.filter(_is(user)).values_list("pk", "email")
    addresses = {user.email.lower(), *(email.lower() for _, email in people)} - {""}
    roles = Representative.objects.current().filter(person__in=[pk for pk, _ in people])
    return {
        *_written_by(user),
        *_naming(addresses),
        *_of_organizations(set(roles.values_list("organization", flat=True))),
    }


def _is(user):
    same = Q(email__iexact=user.email) if user.email else Q(pk=None)
    return Q(account=user.pk) | same


def _written_by(user):
    """Those, and all that started from them."""
    parts = Collaborator.objects.filter(user=user.pk)
    found = set(parts.values_list("application", flat=True))
    later = Collaborator.application.field.related_model.objects
    latest = found
    while latest:
        begun = later.filter(earlier__in=latest).values_list("pk", flat=True)
        latest = set(begun) - found
        found |= latest
    return found


def _naming(addresses):
    for address in addresses:
        quoted = f'"{address}"'
        for rows in (
            Invitation.objects.filter(email__iexact=address),
            _with_text(Answer, "value").filter(said__contains=quoted),
            _with_text(Revision, "answers").filter(said__contains=quoted),
        ):
            yield from rows.values_list("application", flat=True)


def _with_text(model, field):
    return model.objects.alias(said=Lower(Cast(field, TextField())))


def _of_organizations(keys):
    if not keys:
        return
    rows = Host.objects.on(timezone.localdate()).filter(organization__in=keys)
    hosts = [str(each) for each in rows.values_list("institution", flat=True)]
    public_ids = Representative.organization.field.related_model.objects.filter(
        pk__in=keys
    ).values_list("public_id", flat=True)
    same = [f"duplicate-organization-{each}" for each in public_ids]
    for rows in (
        Answer.objects.filter(key="hosts", value__has_any_keys=hosts),
        Answer.objects.filter(key__in=same, value="us"),
        Revision.objects.filter(answers__hosts__has_any_keys=hosts),
        Verdict.objects.filter(organization__in=keys),
    ):
        yield from rows.values_list("application", flat=True)
