import datetime as dt
from functools import cached_property

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from members.applying import transitions
from members.applying.transitions import IN_WORDS, State
from members.identifiers import new_public_id, validate_public_id
from members.models.caseload import ApplicationQuerySet
from members.models.deciding import Deciding
from members.models.drafting import Drafting
from members.models.drafts import Collaborator, Revision
from members.models.events import NEVER_DELETED, tracked
from members.models.organizations import Organization
from members.models.problems import Problem, refuse_if, refuse_longer
from members.models.reviewing import Reviewing
from members.models.text import validate_text
from peso import policy

# More than anybody means: each can invite people, and keeps what is written for ever.
OPENED_AT_MOST, OPENED_WITHIN = 20, dt.timedelta(days=31)
# What follows from the draft, and from its revisions.
READ_ANEW = ("title", "draft", "content", "duplicates", "latest", "interests_found")


# What changes with each saved answer is no news for the history of the application.
@tracked(exclude=["touched_at"])
class Application(Drafting, Reviewing, Deciding, models.Model):
    """A request to join: neither an organization nor a membership.

    Its state is changed by its verbs alone, along `transitions.TRANSITIONS`.
    """

    State = State

    class Source(models.TextChoices):
        FORM = "form", "Written by the applicant"
        LETTER = "letter", "Letter, entered by staff"
        EMAIL = "email", "E-mail, entered by staff"

    public_id = models.CharField(
        max_length=8,
        unique=True,
        editable=False,
        default=new_public_id,
        validators=[validate_public_id],
    )
    state = models.CharField(
        max_length=20, choices=State, default=State.DRAFT, editable=False
    )
    state_since = models.DateTimeField(default=timezone.now, editable=False)
    source = models.CharField(
        max_length=8, choices=Source, default=Source.FORM, editable=False
    )
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False
    )
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    touched_at = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="For the first time."
    )
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="assigned_applications",
        null=True,
        blank=True,
        editable=False,
    )
    earlier = models.ForeignKey(
        "self",
        models.PROTECT,
        related_name="later",
        null=True,
        blank=True,
        editable=False,
        help_text="The application that this one starts from.",
    )
    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="applications",
        null=True,
        blank=True,
        editable=False,
        help_text="What it was accepted as.",
    )

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["state_since", "pk"]
        triggers = [NEVER_DELETED]
        permissions = [
            ("review_application", "Can review applications"),
            ("enter_application", "Can enter an application for an organization"),
            ("decide_application", "Can decide about applications"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="application_state_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=["form", "letter", "email"]),
                name="application_source_known",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", organization__isnull=False)
                | (~Q(state="accepted") & Q(organization=None)),
                name="application_accepted_is_an_organization",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=False)
                | Q(state__in=["draft", "withdrawn", "expired"]),
                name="application_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="draft") | Q(submitted_at=None),
                name="application_draft_never_submitted",
            ),
            models.CheckConstraint(
                condition=Q(earlier=None) | ~Q(earlier=F("pk")),
                name="application_not_its_own_earlier",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "state_since"], name="application_queue")
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("members:application", args=[self.public_id])

    @cached_property
    def title(self):
        """What the application is called: the organization's name, once it has one."""
        name = self.name if hasattr(self, "name") else self.draft.get("name")
        return name or f"Application {self.public_id}"

    @property
    def words(self):
        """The state as it is told to applicants, and to staff."""
        return IN_WORDS[State(self.state)]

    @property
    def is_with_us(self):
        """Whether the consortium is to do something, which may be to write it."""
        is_ours = self.state == State.DRAFT and self.is_entered_by_staff
        return is_ours or self.state in transitions.WITH_CONSORTIUM

    @property
    def is_open(self):
        return self.state in transitions.OPEN

    @property
    def is_with_applicants(self):
        return self.state in transitions.WITH_APPLICANTS

    @property
    def is_entered_by_staff(self):
        return self.source != self.Source.FORM

    def part_of(self, user):
        """What `user` is in this application: editor, reader, clerk, or nothing.

        A clerk is an officer, in an application that staff entered.
        """
        own = self.collaborators.active().filter(user=user.pk)
        for role in own.values_list("role", flat=True):
            return role
        if self.is_entered_by_staff and policy.may(user, "application.enter"):
            return "clerk"
        return ""

    def can(self, verb):
        """Whether the state allows `verb`."""
        return transitions.is_legal(verb, State(self.state))

    def lock(self):
        """Wait for, and keep out, everybody else who does something with this."""
        self.refresh_from_db(
            from_queryset=Application.objects.select_for_update(of=("self",))
        )
        self.forget()

    def forget(self):
        """Drop what was read of the draft and its revisions: it is read anew."""
        for name in READ_ANEW:
            self.__dict__.pop(name, None)

    def _begin(self, verb, by, *, is_bounded=False):
        """Right, lock, and whether the state allows it: how every verb begins.

        The right is asked again once the row is locked: a race may have taken it.
        Interests are looked for only then: who has a right may wait for the row.
        What `is_bounded`, an account may do so often: it is counted one by one.
        """
        policy.require_right(by, f"application.{verb}", self)
        if is_bounded:
            by.queue_up()
        self.lock()
        policy.require(by, f"application.{verb}", self)
        if not self.can(verb):
            raise ValidationError(
                f"This application is “{self.get_state_display().lower()}”: it is too "
                "late, or too early, for this.",
                code="illegal",
            )

    def _move(self, verb, by, *, to=None, reason="", told=False, **changes):
        """Save the state that `verb` leads to, and record it: nothing else does.

        `to` chooses where there are several; `told` lets applicants read the reason.
        """
        refuse_longer(reason=reason)
        validate_text(reason)
        before = State(self.state)
        possible = transitions.targets(verb, before)
        self.state = to or possible[0]
        if self.state not in possible:
            raise ValueError(f"{verb} does not lead from {before} to {to}")
        self.state_since = self.touched_at = timezone.now()
        for name, value in changes.items():
            setattr(self, name, value)
        self.save()
        self._record(verb, by, before=before, reason=reason, told=told)

    def _record(self, verb, by, *, before=None, reason="", told=False):
        self.events.create(
            verb=verb,
            by=by,
            before=self.state if before is None else before,
            after=self.state,
            reason=reason,
            is_for_applicants=told,
        )

    @classmethod
    @transaction.atomic
    def open(cls, *, by, source=Source.FORM, earlier=None):
        """Begin an application; whoever does so is its first editor.

        One that staff enter, for a letter or an e-mail, has no editor but them.
        """
        is_entered = source != cls.Source.FORM
        policy.require(by, "application.enter" if is_entered else "application.open")
        if not is_entered:
            policy.require(by.queue_up(), "application.open")
            refuse_if(cls.opening_problems(by))
        application = cls.objects.create(opened_by=by, source=source, earlier=earlier)
        if not is_entered:
            application.collaborators.create(user=by, role=Collaborator.Role.EDITOR)
        application._record("open", by, before="")
        return application

    @classmethod
    def opening_problems(cls, by):
        since = timezone.now() - OPENED_WITHIN
        own = cls.objects.filter(opened_by=by, source=cls.Source.FORM)
        if own.filter(opened_at__gt=since).count() < OPENED_AT_MOST:
            return []
        text = (
            f"You have begun {OPENED_AT_MOST} applications in {OPENED_WITHIN.days} "
            "days. Go on with one of them."
        )
        return [Problem(text)]

    @classmethod
    @transaction.atomic
    def enter(cls, *, by, source, name, content, given):
        """Begin one for an organization that wrote: `content` is its letter, bytes of
        a file called `name`, and `given` what is answered already.

        Returns it, and what became of the answers.
        """
        application = cls.open(by=by, source=source)
        application.attach(by=by, name=name, content=content)
        return application, application.save_answers(given, by=by)

    @cached_property
    def latest(self):
        """The last revision, or None before the first."""
        return Revision.objects.filter(application=self).order_by("-number").first()
