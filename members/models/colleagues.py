"""The verbs of those who write an application together."""

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from members.models import documents, telling
from members.models.drafts import Collaborator, Invitation
from members.models.people import Person
from members.models.problems import Problem, refuse_if
from peso import policy

# More than any application needs; who goes on and on is not writing one.
INVITED_AT_MOST, DOCUMENTS_AT_MOST = 50, 20
# By one account, in all its applications: each is a mail to somebody who did not ask.
INVITED_A_DAY = 60


class WritingTogether:
    """Inviting colleagues, joining them, leaving them; and what they attach."""

    @transaction.atomic
    def invite(self, *, by, email, role):
        """Send a link, for one use, with which a colleague takes part as `role`."""
        self._begin("invite", by, is_bounded=True)
        email = email.strip().lower()
        refuse_if(self.invitation_problems(email, role) or _tired_of(by))
        invitation, token = Invitation.objects.issue(
            application=self, email=email, role=role, invited_by=by
        )
        self._record("invite", by, reason=str(invitation.pk))
        telling.invited(self, invitation, token, by)
        return invitation

    def invitation_problems(self, email, role=Collaborator.Role.EDITOR):
        if role not in Collaborator.Role.values:
            return [Problem("Choose what this person may do.", "role")]
        if not _is_email(email):
            return [Problem("This is not an e-mail address.", "email")]
        if self.collaborators.active().filter(user__email__iexact=email).exists():
            return [Problem("This person takes part already.", "email")]
        if self.invitations.open().colleagues().filter(email__iexact=email).exists():
            return [Problem("This address is invited already.", "email")]
        if self.invitations.colleagues().count() >= INVITED_AT_MOST:
            text = f"No more than {INVITED_AT_MOST} people can be invited."
            return [Problem(text, "email")]
        return []

    @transaction.atomic
    def revoke(self, invitation, *, by):
        """Take an invitation of a colleague back before it is used."""
        self._begin("invite", by)
        invitation = self.invitations.colleagues().get(pk=invitation.pk)
        refuse_if([Problem(invitation.why_closed)] if invitation.why_closed else [])
        invitation.note_revoked(by)
        self._record("revoke", by, reason=str(invitation.pk))

    @transaction.atomic
    def join(self, invitation, *, by):
        """Take part, as a link that somebody was sent allows."""
        colleagues = self.invitations.colleagues()
        invitation, by = self._follow(invitation, by, among=colleagues)
        if not self.can("invite"):
            raise ValidationError("This application is closed.", code="illegal")
        if not self.collaborators.active().filter(user=by).exists():
            self.collaborators.create(user=by, role=invitation.role)
        elif invitation.role == Collaborator.Role.EDITOR:
            self.collaborators.active().filter(user=by).update(role=invitation.role)
        invitation.note_used(by)
        self._record("join", by, reason=invitation.role)

    @transaction.atomic
    def claim(self, invitation, *, by):
        """Be the representative whom a link was sent to: the person of the link."""
        people = self.invitations.filter(role="")
        invitation, by = self._follow(invitation, by, among=people)
        # Another link, of another application, may be the same person's.
        list(Person.objects.select_for_update().filter(pk=invitation.person_id))
        refuse_if(self.claiming_problems(invitation, by))
        person = invitation.person
        person.account = by
        person.save(update_fields=["account"])
        invitation.note_used(by)
        self._record("claim", by, reason=str(person.pk))

    def _follow(self, invitation, by, *, among):
        """How the use of a link begins: the invitation and the account, as they are.

        The account is one person, however many links it follows at once, and takes
        part in nothing when it was closed meanwhile.
        """
        policy.require(by, "application.open")
        by = by.queue_up()
        policy.require(by, "application.open")
        self.lock()
        invitation = among.get(pk=invitation.pk)
        if why := invitation.why_closed:
            raise ValidationError(why, code="closed")
        return invitation, by

    def claiming_problems(self, invitation, by):
        """Why `by` cannot be the person of an invitation; found without writing."""
        person, own = invitation.person, getattr(by, "person", None)
        if person is None:
            return [Problem("The application that this belongs to is not accepted.")]
        if person.account_id not in (None, by.pk):
            return [Problem("Another account is this person's already.")]
        if own and own != person:
            return [
                Problem(
                    f"Your account belongs to {own.name} already. Ask the consortium "
                    "to bring the two together."
                )
            ]
        return []

    @transaction.atomic
    def leave(self, *, by):
        """Take part no longer; the last editor of an open application stays."""
        self.lock()
        own = self.collaborators.active().filter(user=by.pk).first()
        if own is None:
            raise PermissionDenied("You do not take part in writing it.")
        self._part_with(own, by)

    @transaction.atomic
    def dismiss(self, collaborator, *, by):
        """Let a colleague take part no longer."""
        policy.require(by, "application.invite", self)
        self.lock()
        policy.require(by, "application.invite", self)
        collaborator = self.collaborators.get(pk=collaborator.pk)
        if collaborator.left_at:
            refuse_if([Problem("This person has left already.")])
        self._part_with(collaborator, by)

    def needs(self, collaborator):
        """Whether nobody would be left who could go on writing it."""
        others = self.collaborators.editors().exclude(pk=collaborator.pk)
        return self.is_open and not self.is_entered_by_staff and not others.exists()

    def _part_with(self, collaborator, by):
        if self.needs(collaborator):
            raise ValidationError(
                "The last editor cannot leave. Invite another editor first, or "
                "withdraw the application.",
                code="last_editor",
            )
        collaborator.left_at = timezone.now()
        collaborator.save(update_fields=["left_at"])
        # Events are for ever: they hold nobody's name or address, but whose it is.
        self._record("leave", by, reason=str(collaborator.user_id))

    @transaction.atomic
    def attach(self, *, by, name, content):
        """Keep a letter or another file with the application; `content` is bytes."""
        self._begin("attach", by)
        if self.documents.count() >= DOCUMENTS_AT_MOST:
            refuse_if([Problem(f"There are {DOCUMENTS_AT_MOST} documents already.")])
        media_type = documents.media_type(name, content)
        document = self.documents.model(
            application=self,
            name=name,
            content=content,
            size=len(content),
            media_type=media_type,
            by=by,
        )
        document.full_clean()
        document.save()
        self._record("attach", by, reason=name)
        return document


def _tired_of(by):
    since = timezone.now() - dt.timedelta(days=1)
    sent = Invitation.objects.colleagues().filter(invited_by=by, invited_at__gt=since)
    if sent.count() < INVITED_A_DAY:
        return []
    text = f"You have invited {INVITED_A_DAY} people in a day. Go on tomorrow."
    return [Problem(text, "email")]


def _is_email(text):
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= 254
