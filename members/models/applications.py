import datetime as dt
import statistics
from functools import cached_property

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Concat
from django.urls import reverse
from django.utils import timezone

from members.applying import transitions
from members.applying.transitions import IN_WORDS, State
from members.identifiers import new_public_id, read_public_id, validate_public_id
from members.models.deciding import Deciding
from members.models.drafting import Drafting
from members.models.drafts import Answer, Collaborator, Revision
from members.models.events import NEVER_DELETED, tracked
from members.models.interests import touching
from members.models.organizations import Organization
from members.models.problems import Problem, refuse_if, refuse_longer
from members.models.reviewing import Reviewing
from members.models.text import Fold, validate_text
from members.models.verdicts import Verdict
from peso import policy

# The usual time is that of so many of the last decisions.
USUAL_OF = 20
# More than anybody means: each can invite people, and keeps what is written for ever.
OPENED_AT_MOST, OPENED_WITHIN = 20, dt.timedelta(days=31)


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those that `user` takes part in, or may review."""
        return self.filter(self._taking_part(user) | self._reviewable(user))

    def mine(self, user):
        """Those that `user` writes or reads for the applicants."""
        return self.filter(self._taking_part(user))

    def in_hands_of(self, user):
        """Those that `user` is an editor, a reader or a clerk of: see `part_of`."""
        found = self._taking_part(user)
        if policy.may(user, "application.enter"):
            found |= ~Q(source=Application.Source.FORM)
        return self.filter(found)

    def for_review(self, user):
        """Those that `user` meets in the workbench: never what was one's own."""
        if not policy.may(user, "application.review"):
            return self.none()
        took_part = Collaborator.objects.filter(
            application=OuterRef("pk"), user=user.pk
        )
        return self.filter(self._reviewable(user)).exclude(Exists(took_part))

    def for_judging(self, user):
        """Those of `for_review` in which `user` has no interest: see `interests_of`."""
        return self.for_review(user).exclude(pk__in=touching(user))

    def open(self):
        return self.filter(state__in=transitions.OPEN)

    def waiting_for_us(self):
        return self.filter(state__in=transitions.WITH_CONSORTIUM)

    def waiting_for_them(self):
        return self.filter(state__in=transitions.WITH_APPLICANTS)

    def decided(self):
        return self.filter(state__in=transitions.DECIDED)

    def untouched_since(self, moment):
        """Those whose writers have the pen, and did nothing with it since."""
        return self.waiting_for_them().filter(touched_at__lte=moment)

    def with_names(self):
        """Annotate `name` and `short_name` as the draft has them."""
        return self.annotate(name=_answer("name"), short_name=_answer("short_name"))

    def with_submitted_names(self):
        """Annotate `name` and `short_name` as handed in; of a draft, as it has them."""
        return self.annotate(
            name=Coalesce(_submitted("name"), _answer("name")),
            short_name=Coalesce(_submitted("short_name"), _answer("short_name")),
        )

    def named_like(self, text):
        """Those with each word of `text` in a submitted name, or with its public id."""
        space = Value(" ", models.TextField())
        names = Concat(Coalesce("name", space), space, Coalesce("short_name", space))
        found = self.with_submitted_names().annotate(folded=Fold(names))
        fits = Q()
        for word in text.split():
            fits &= Q(folded__contains=Fold(Value(word)))
        public_id = read_public_id(text)
        return found.filter(fits | Q(public_id=public_id) if public_id else fits)

    def with_websites(self):
        """Annotate `website` as the draft has it."""
        return self.annotate(website=_answer("website"))

    def with_public_id(self, text):
        return self.filter(public_id=read_public_id(text))

    def usual_time(self):
        """The median time from submitting to deciding, of the last ones; or None."""
        decided = Verdict.objects.released().exclude(took=None)
        last = decided.order_by("-released_at").values_list("took", flat=True)
        seconds = [took.total_seconds() for took in last[:USUAL_OF]]
        return dt.timedelta(seconds=statistics.median(seconds)) if seconds else None

    def _taking_part(self, user):
        active = Collaborator.objects.active().filter(
            application=OuterRef("pk"), user=user.pk
        )
        return Q(Exists(active))

    def _reviewable(self, user):
        seen = Q(pk=None)
        if policy.may(user, "application.review"):
            seen |= Q(submitted_at__isnull=False)
        if policy.may(user, "application.enter"):
            seen |= ~Q(source=Application.Source.FORM)
        return seen


class PlainText(Func):
    """The text that a column of JSON holds, without its quotation marks."""

    template = "(%(expressions)s #>> '{}')"
    output_field = models.TextField()


def _answer(key):
    answers = Answer.objects.filter(application=OuterRef("pk"), key=key)
    return Subquery(answers.values(text=PlainText("value")))


def _submitted(key):
    revisions = Revision.objects.filter(application=OuterRef("pk")).order_by("-number")
    return Subquery(revisions.values(text=KeyTextTransform(key, "answers"))[:1])


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
        for each in self.collaborators.active().filter(user=user.pk):
            return each.role
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
        for name in ("title", "draft", "duplicates", "latest", "interests_found"):
            self.__dict__.pop(name, None)

    def _begin(self, verb, by, *, is_bounded=False):
        """Right, lock, and whether the state allows it: how every verb begins.

        The right is asked again once the row is locked: a race may have taken it.
        What `is_bounded`, an account may do so often: it is counted one by one.
        """
        policy.require(by, f"application.{verb}", self)
        if is_bounded:
            by.queue_up()
        self.lock()
        policy.require(by, f"application.{verb}", self)
        if not self.can(verb):
            raise ValidationError(
                f"This application is “{self.get_state_display().lower()}”: it is too "
                f"late, or too early, to {verb.replace('_', ' ')} it.",
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
            by.queue_up()
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
