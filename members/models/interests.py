"""Who is not free to judge an application: a conflict of interest.

`interests_of` tells why, of one application; `touching` finds all applications of one
person at once, and never fewer.
"""

from collections import defaultdict

from django.db.models import Q, TextField
from django.db.models.functions import Cast, Lower
from django.utils import timezone

from members.applying import content, duplicates
from members.models.drafts import Answer, Collaborator, Invitation, Revision
from members.models.institutions import Host
from members.models.people import Person, Representative, shown_name
from members.models.periods import in_force
from members.models.verdicts import Verdict


class Interests:
    """The interests that people have in one application."""

    def interests_of(self, user):
        """Why `user` is not free to judge this: sentences, none if free."""
        if user is None or not user.is_authenticated:
            return []
        return self.interests_among([user])[user.pk]

    def interest_of(self, user):
        """All of `interests_of` in one sentence, for the policy; empty if free."""
        found = "; ".join(self.interests_of(user))
        return f"A conflict of interest: {shown_name(user)} {found}." if found else ""

    def interests_among(self, users):
        """`interests_of` each of `users`, by key, in as many queries as for one.

        Who was asked about is known until this application is read anew.
        """
        known = self.__dict__.setdefault("interests_found", {})
        if unknown := [user for user in users if user.pk not in known]:
            known |= self._interests_among(unknown)
        return known

    def _interests_among(self, users):
        keys = [user.pk for user in users]
        parts = Collaborator.objects.filter(
            application__in=self._with_earlier(), user__in=keys
        )
        writers = set(parts.values_list("user", flat=True))
        named, people = self._named_addresses(), self._people_of(users)
        stakes = self._stakes({person for each in people.values() for person in each})
        found = {}
        for user in users:
            reasons = found[user.pk] = []
            if user.pk in writers:
                reasons.append("takes or took part in writing the application")
            addresses = {person.email.lower() for person in people[user.pk]}
            if ((addresses | {user.email.lower()}) - {""}) & named:
                reasons.append("is named in the application")
            for person in people[user.pk]:
                reasons += stakes[person.pk]
        return found

    def _with_earlier(self):
        """The keys of this and of all that it starts from: their words are in it."""
        found, earlier = [self.pk], self.earlier_id
        while earlier:
            found.append(earlier)
            rows = type(self).objects.filter(pk=earlier)
            earlier = rows.values_list("earlier", flat=True).get()
        return found

    def _people_of(self, users):
        """The people that each of `users` is, by their account or their address."""
        addresses = {user.email.lower() for user in users} - {""}
        rows = Person.objects.annotate(address=Lower("email")).filter(
            Q(account__in=[user.pk for user in users]) | Q(address__in=addresses)
        )
        people = {user.pk: [] for user in users}
        for person in rows:
            for user in users:
                same = person.address and person.address == user.email.lower()
                if same or person.account_id == user.pk:
                    people[user.pk].append(person)
        return people

    def _named_addresses(self):
        named = set(content.addresses(self.draft))
        if revision := self.latest:
            named |= {
                str(value).lower()
                for key, value in revision.answers.items()
                if key.endswith("-email")
            }
        return named | {
            email.lower() for email in self.invitations.values_list("email", flat=True)
        }

    def _stakes(self, people):
        """What each of `people`, by key, represents that is touched by this."""
        found = defaultdict(list)
        if not people:
            return found
        roles = Representative.objects.current().filter(person__in=people)
        same = roles.filter(organization__public_id__in=self._same_organizations())
        for person in set(same.values_list("person", flat=True)):
            found[person].append("represents the organization that applies")
        shared = roles.filter(
            in_force(timezone.localdate(), "organization__hosts"),
            organization__hosts__institution__in=self._host_keys(),
        )
        names = defaultdict(set)
        for person, name in shared.values_list("person", "organization__name"):
            names[person].add(name)
        for person, each in names.items():
            text = f"represents {', '.join(sorted(each))}, which has the same host"
            found[person].append(f"{text} institution")
        return found

    def _same_organizations(self):
        """The public ids of what applicants or officers say that it is."""
        found = self.verdicts.exclude(organization=None)
        own = [key for key, value in self.draft.items() if value == duplicates.US]
        return [
            *found.values_list("organization__public_id", flat=True),
            *filter(None, map(duplicates.organization_in, own)),
        ]

    def _host_keys(self):
        hosts = set(self.draft.get("hosts") or ())
        if revision := self.latest:
            hosts |= set(revision.answers.get("hosts") or ())
        return hosts


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
    same = [duplicates.organization_key(each) for each in public_ids]
    for rows in (
        Answer.objects.filter(key="hosts", value__has_any_keys=hosts),
        Answer.objects.filter(key__in=same, value=duplicates.US),
        Revision.objects.filter(answers__hosts__has_any_keys=hosts),
        Verdict.objects.filter(organization__in=keys),
    ):
        yield from rows.values_list("application", flat=True)
