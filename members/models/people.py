from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from members.models.accounts import AccountManager, Closing, SecondFactor
from members.models.events import NEVER_DELETED, tracked
from members.models.periods import Dated, DatedQuerySet, Period, ends_after_start
from members.models.text import validate_line


class Visibility(models.TextChoices):
    PUBLIC = "public", "Anyone"
    MEMBERS = "members", "Members of the consortium"
    STAFF = "staff", "Staff only"


class User(SecondFactor, Closing, AbstractUser):
    """An account: somebody who can sign in."""

    # By which people sign in; only the registry and closed accounts have none.
    email = models.EmailField("e-mail address")

    objects = AccountManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="user_email_once",
                violation_error_message="Another account has this e-mail address.",
            ),
            models.CheckConstraint(
                condition=~Q(username__iexact=AccountManager.REGISTRY)
                | Q(is_active=False),
                name="user_registry_never_signs_in",
                violation_error_message=(
                    "Commands act in this name: nobody signs in with it."
                ),
            ),
        ]

    @property
    def is_registry(self):
        return self.username == AccountManager.REGISTRY and not self.is_active


def shown_name(account):
    """How an account is named to people: never by its user name, which nobody chose."""
    return account.get_full_name() or account.email or "Former account"


@tracked()
class Person(models.Model):
    """Somebody who stands for an organization, with or without an account."""

    name = models.CharField(max_length=200, validators=[validate_line])
    affiliation = models.CharField(
        max_length=200,
        blank=True,
        validators=[validate_line],
        help_text="Where this person works, if that is not the organization itself.",
    )
    email = models.EmailField("e-mail", blank=True)
    email_visibility = models.CharField(
        "e-mail is shown to",
        max_length=10,
        choices=Visibility,
        default=Visibility.STAFF,
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        related_name="person",
        null=True,
        blank=True,
    )

    class Meta:
        ordering = ["name", "pk"]
        verbose_name_plural = "people"

    def __str__(self):
        return f"{self.name} ({self.affiliation})" if self.affiliation else self.name

    @property
    def public_email(self):
        return self.email if self.email_visibility == Visibility.PUBLIC else ""


class RepresentativeQuerySet(DatedQuerySet):
    def public(self):
        """Roles that anyone may see."""
        return self.filter(visibility=Visibility.PUBLIC)

    def leads(self):
        return self.filter(role=Representative.Role.LEAD)

    def with_people(self):
        return self.select_related("person")


@tracked()
class Representative(Dated):
    """A person in a role for an organization, for a time."""

    class Role(models.TextChoices):
        LEAD = "lead", "Lead"
        PRIMARY_CONTACT = "primary_contact", "Primary contact"
        EDITOR = "editor", "Editor"
        SEAT_HOLDER = "seat_holder", "Seat holder"
        ALTERNATE = "alternate", "Alternate"

    organization = models.ForeignKey(
        "members.Organization", models.PROTECT, related_name="representatives"
    )
    person = models.ForeignKey(Person, models.PROTECT, related_name="representatives")
    role = models.CharField(max_length=20, choices=Role)
    visibility = models.CharField(
        "shown to", max_length=10, choices=Visibility, default=Visibility.STAFF
    )

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        ordering = ["role", "started_on", "pk"]
        triggers = [NEVER_DELETED]
        constraints = [
            ends_after_start("representative_ends_after_start"),
            models.CheckConstraint(
                condition=Q(
                    role__in=[
                        "lead",
                        "primary_contact",
                        "editor",
                        "seat_holder",
                        "alternate",
                    ]
                ),
                name="representative_role_known",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=["public", "members", "staff"]),
                name="representative_visibility_known",
            ),
            ExclusionConstraint(
                name="representative_one_seat_holder",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    (Period(), RangeOperators.OVERLAPS),
                ],
                condition=Q(role="seat_holder"),
                violation_error_message=(
                    "Somebody else holds this organization's seat in that time. "
                    "End that term first, or let the terms follow each other."
                ),
            ),
            ExclusionConstraint(
                name="representative_once_in_a_role",
                expressions=[
                    ("organization", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (Period(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=(
                    "This person has this role for the organization in that time "
                    "already."
                ),
            ),
        ]

    def __str__(self):
        return f"{self.person}, {self.get_role_display().lower()}"
