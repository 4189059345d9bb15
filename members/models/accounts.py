"""What an account may do, and how it ends."""

import secrets

from django.contrib.auth.models import UserManager
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import cached_property

# Recovery codes only stand in for one of these.
FACTORS = ("totp", "webauthn")
ADMINISTRATORS = Q(is_superuser=True) | Q(groups__name="administrator")


class AccountManager(UserManager):
    REGISTRY = "registry"

    def registry(self):
        """The account in whose name commands act when nobody else is named."""
        account, _ = self.get_or_create(
            username=self.REGISTRY,
            defaults={"is_active": False, "password": "!", "first_name": "Registry"},
        )
        return account

    def create_superuser(self, username, email=None, password=None, **others):
        """Whoever may run commands on the server says whose address it is."""
        user = super().create_superuser(username, email, password, **others)
        if user.email:
            user.emailaddress_set.create(
                email=user.email.lower(), verified=True, primary=True
            )
        return user

    def entitled_to(self, permission):
        """Those who are given a right, such as “members.view_mail”: they may owe a
        second factor yet."""
        return self.with_perm(
            permission,
            include_superusers=True,
            backend="django.contrib.auth.backends.ModelBackend",
        )

    def with_rights(self):
        """With what decides on their rights, so that it is not asked for later."""
        same = self.model._base_manager.filter(pk=OuterRef("pk"))
        return self.annotate(
            has_second_factor=Exists(same.filter(authenticator__type__in=FACTORS)),
            has_role=Exists(
                same.filter(Q(groups__isnull=False) | Q(user_permissions__isnull=False))
            ),
        )


class SecondFactor(models.Model):
    """No right of any kind before the account has a second factor.

    It is refused here, where everybody asks: the admin, peso/policy.py, templates.
    """

    class Meta:
        abstract = True

    @cached_property
    def has_second_factor(self):
        return self.authenticator_set.filter(type__in=FACTORS).exists()

    @cached_property
    def has_role(self):
        return self.groups.exists() or self.user_permissions.exists()

    @property
    def owes_second_factor(self):
        """Whether rights wait for this account to set one up."""
        is_privileged = self.is_staff or self.is_superuser or self.has_role
        return is_privileged and not self.has_second_factor

    @transaction.atomic
    def remove_second_factor(self):
        """For an owner who has lost it; whoever else is signed in must not stay so."""
        for session in self.usersession_set.all():
            session.end()
        number, _ = self.authenticator_set.all().delete()
        vars(self).pop("has_second_factor", None)
        return number

    def has_perm(self, perm, obj=None):
        return self.has_second_factor and super().has_perm(perm, obj)

    def has_module_perms(self, app_label):
        return self.has_second_factor and super().has_module_perms(app_label)

    def get_user_permissions(self, obj=None):
        return super().get_user_permissions(obj) if self.has_second_factor else set()

    def get_group_permissions(self, obj=None):
        return super().get_group_permissions(obj) if self.has_second_factor else set()

    def get_all_permissions(self, obj=None):
        return super().get_all_permissions(obj) if self.has_second_factor else set()


class Closing(models.Model):
    """The end of an account: the person goes, the row stays as a pseudonym."""

    PSEUDONYM = "former-account-"

    class Meta:
        abstract = True

    def queue_up(self):
        """Have what else this account does in such a way wait for this transaction.

        What an account may do so often, or but once, is counted under this lock, which
        is taken before that of an application.
        """
        rows = type(self).objects.select_for_update(no_key=True)
        return rows.get(pk=self.pk)

    @property
    def is_closed(self):
        """Whether its person has left; nobody can sign in with it again."""
        # User names are made of addresses, so that anybody may have one like this.
        return not self.email and self.username.startswith(self.PSEUDONYM)

    def why_not_closed(self):
        """Why this account cannot be closed now; empty if it can."""
        if self.is_last_administrator():
            return (
                "Nobody else could give people their rights. Make somebody else an "
                "administrator first."
            )
        if any(part.application.needs(part) for part in self._parts()):
            return (
                "An application has no other editor. Invite one first, or withdraw "
                "the application."
            )
        return ""

    def _parts(self):
        """What it takes part in, in the order in which all closings lock them."""
        parts = self.collaborations.active().select_related("application")
        return parts.order_by("application_id")

    def is_last_administrator(self):
        everybody = type(self).objects.filter(ADMINISTRATORS, is_active=True)
        others = everybody.exclude(pk=self.pk).exists()
        return not others and everybody.filter(pk=self.pk).exists()

    @transaction.atomic
    def close(self):
        """Take out all that tells who this was. What they did stays, as done by
        a former account. ValidationError: why this is not possible."""
        accounts = type(self).objects
        # Two administrators who leave at once: the second one waits, and stays.
        concerned = [
            self.pk,
            *accounts.filter(ADMINISTRATORS).values_list("pk", flat=True),
        ]
        list(accounts.filter(pk__in=concerned).order_by("pk").select_for_update())
        self.refresh_from_db()
        if why_not := self.why_not_closed():
            raise ValidationError(why_not, code="needed")
        # All that can be forgotten has its table by now.
        from members.models import forgetting  # noqa: PLC0415

        addresses = self._addresses()
        self._forget_doors()
        self._forget_person()
        forgetting.forget(self, addresses)
        # Only now, that history names them as they are called from here on.
        for part in self._parts():
            part.application.leave(by=self)

    def _addresses(self):
        known = self.emailaddress_set.values_list("email", flat=True)
        return {address.lower() for address in [self.email, *known] if address}

    def _forget_doors(self):
        for session in self.usersession_set.all():
            session.end()
        self.emailaddress_set.all().delete()
        self.authenticator_set.all().delete()
        self.socialaccount_set.all().delete()
        self.groups.clear()
        self.user_permissions.clear()

    def _forget_person(self):
        # Its table is there only once all models of the registry are.
        from django.contrib.admin.models import LogEntry  # noqa: PLC0415

        person = getattr(self, "person", None)
        if person:
            person.account = None
            person.save(update_fields=["account"])
        self.username = f"{self.PSEUDONYM}{secrets.token_hex(4)}"
        self.first_name = self.last_name = self.email = ""
        self.is_active = self.is_staff = self.is_superuser = False
        self.last_login = None
        self.set_unusable_password()
        self.save()
        # The admin's log names what was changed as it was called then.
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(self), object_id=self.pk
        ).update(object_repr=self.username)
