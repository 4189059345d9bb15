"""Applications, to be looked at: what is done with them is done in the workbench.

Only who may review finds something here, and never of an application of their own, of
one in which they have another interest, nor of a draft that nobody has handed in: the
workbench knows what each may read of those.
"""

from django.contrib import admin
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from members.admin.records import ReadOnlyRecord, ReadOnlyRows
from members.applying.transitions import State
from members.models import (
    Answer,
    Application,
    ApplicationEvent,
    Collaborator,
    Comment,
    Document,
    Invitation,
    Recommendation,
    Revision,
    Verdict,
    WebsiteCheck,
)
from members.models.caseload import PlainText
from peso import policy

NEVER_SHOWN = frozenset({"id", "content", "token_digest"})


def called(application):
    """The name in the draft of the application that the column `application` names."""
    names = Answer.objects.filter(application=OuterRef(application), key="name")
    return Subquery(names.values(text=PlainText("value")))


class PartRows(ReadOnlyRows):
    show_change_link = False

    def get_readonly_fields(self, request, obj=None):
        return self.fields


class RevisionRows(PartRows):
    model = Revision
    fields = ["number", "by", "at"]
    related = ["by"]


class CollaboratorRows(PartRows):
    model = Collaborator
    fields = ["user", "role", "joined_at", "left_at"]
    related = ["user"]


class InvitationRows(PartRows):
    model = Invitation
    fields = ["email", "role", "invited_by", "invited_at", "used_at", "revoked_at"]
    related = ["invited_by"]


class DocumentRows(PartRows):
    model = Document
    fields = ["name", "media_type", "size", "by", "at"]
    related = ["by"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


class VerdictRows(PartRows):
    model = Verdict
    fields = ["outcome", "level", "staged_by", "staged_at", "released_at", "clause"]
    related = ["level", "staged_by"]


class EventRows(PartRows):
    model = ApplicationEvent
    fields = ["at", "verb", "before", "after", "by", "reason"]
    related = ["by"]


class ConfidentialRecord(ReadOnlyRecord):
    """`of` leads to the application that a row belongs to."""

    is_confidential = True
    of = "application"

    def get_queryset(self, request):
        rows = super().get_queryset(request).filter(self.is_readable(request.user))
        return rows.annotate(called=called(f"{self.of}__pk"))

    def get_fields(self, request, obj=None):
        columns = [each.name for each in self.opts.concrete_fields]
        return self.fields or [each for each in columns if each not in NEVER_SHOWN]

    def get_readonly_fields(self, request, obj=None):
        return self.get_fields(request, obj)

    def is_readable(self, user):
        return Q(**{f"{self.of}__in": Application.objects.for_judging(user)})

    def view_on_site(self, record):
        for step in self.of.split("__"):
            record = getattr(record, step)
        return desk(record.public_id)

    @admin.display(description="application", ordering="called")
    def told(self, record):
        return record.called or "No name yet"


def desk(public_id):
    return reverse("members:workbench_application", args=[public_id])


@admin.register(Application)
class ApplicationAdmin(ConfidentialRecord):
    # What is being written is told once it is handed in, by the revisions.
    history_without = frozenset({Answer})
    inlines = [
        RevisionRows,
        VerdictRows,
        CollaboratorRows,
        InvitationRows,
        DocumentRows,
        EventRows,
    ]
    list_display = [
        "told",
        "public_id",
        "state",
        "since",
        "assigned_to",
        "workbench",
    ]
    list_filter = ["state", "source", ("assigned_to", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["assigned_to"]
    search_fields = ["called", "public_id"]
    date_hierarchy = "submitted_at"
    fields = [
        "told",
        "public_id",
        "state",
        "state_since",
        "source",
        "assigned_to",
        "opened_by",
        "opened_at",
        "submitted_at",
        "earlier",
        "organization",
    ]

    def get_queryset(self, request):
        rows = super(ConfidentialRecord, self).get_queryset(request)
        seen = Application.objects.for_judging(request.user)
        return rows.filter(pk__in=seen).annotate(called=called("pk"))

    def view_on_site(self, application):
        return desk(application.public_id)

    @admin.display(description="since", ordering="state_since")
    def since(self, application):
        return timezone.localdate(application.state_since)

    @admin.display(description="workbench")
    def workbench(self, application):
        return format_html('<a href="{}">Open</a>', desk(application.public_id))


@admin.register(Revision)
class RevisionAdmin(ConfidentialRecord):
    list_display = ["told", "number", "by", "at"]
    list_select_related = ["by"]
    search_fields = ["called", "application__public_id"]
    date_hierarchy = "at"
    fields = ["application", "number", "by", "at", "answers"]


@admin.register(Answer)
class AnswerAdmin(ConfidentialRecord):
    """Who wrote what, once it is handed in: a draft is its writers' own."""

    list_display = ["told", "key", "by", "at", "version"]
    list_select_related = ["by"]
    search_fields = ["called", "application__public_id", "key"]

    def is_readable(self, user):
        being_written = Q(
            application__state__in=[State.DRAFT, State.CHANGES_REQUESTED],
            application__source=Application.Source.FORM,
        )
        return super().is_readable(user) & ~being_written


@admin.register(Collaborator)
class CollaboratorAdmin(ConfidentialRecord):
    list_display = ["told", "user", "role", "joined_at", "left_at"]
    list_filter = ["role"]
    list_select_related = ["user"]
    search_fields = ["called", "application__public_id", "user__email"]


@admin.register(Invitation)
class InvitationAdmin(ConfidentialRecord):
    list_display = ["told", "email", "role", "invited_by", "expires_at", "used_at"]
    list_filter = ["role"]
    list_select_related = ["invited_by"]
    search_fields = ["called", "application__public_id", "email"]
    date_hierarchy = "invited_at"


@admin.register(Document)
class DocumentAdmin(ConfidentialRecord):
    """What a file is called; what is in it is handed out by the workbench alone."""

    list_display = ["told", "name", "media_type", "size", "by", "at"]
    list_filter = ["media_type"]
    list_select_related = ["by"]
    search_fields = ["called", "application__public_id", "name"]

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


@admin.register(ApplicationEvent)
class ApplicationEventAdmin(ConfidentialRecord):
    list_display = ["at", "told", "verb", "before", "after", "by"]
    list_filter = ["verb", "after"]
    list_select_related = ["by"]
    search_fields = ["called", "application__public_id", "reason"]
    date_hierarchy = "at"


@admin.register(Comment)
class CommentAdmin(ConfidentialRecord):
    list_display = ["at", "told", "visibility", "by", "__str__"]
    list_filter = ["visibility", "is_from_applicants"]
    list_select_related = ["by"]
    search_fields = ["called", "application__public_id", "text"]
    date_hierarchy = "at"

    def is_readable(self, user):
        readable = super().is_readable(user)
        if policy.may(user, "application.decide"):
            return readable
        return readable & ~Q(visibility=Comment.Visibility.STAFF)


@admin.register(Recommendation)
class RecommendationAdmin(ConfidentialRecord):
    """Those under review are hidden, as in the workbench, from who has not advised."""

    list_display = ["at", "told", "revision", "advice", "by"]
    list_filter = ["advice"]
    list_select_related = ["by", "revision"]
    search_fields = ["called", "application__public_id", "reasons"]
    date_hierarchy = "at"

    def is_readable(self, user):
        advised = Recommendation.objects.filter(by=user.pk).values("revision")
        under_review = [State.IN_REVIEW, State.CHANGES_REQUESTED]
        is_open = ~Q(application__state__in=under_review) | Q(revision__in=advised)
        return super().is_readable(user) & is_open


@admin.register(Verdict)
class VerdictAdmin(ConfidentialRecord):
    list_display = ["told", "outcome", "level", "staged_by", "staged_at", "released_at"]
    list_filter = ["outcome", "level"]
    list_select_related = ["level", "staged_by"]
    search_fields = ["called", "application__public_id", "reason", "clause"]
    date_hierarchy = "staged_at"


@admin.register(WebsiteCheck)
class WebsiteCheckAdmin(ConfidentialRecord):
    of = "revision__application"
    list_display = ["told", "url", "answered", "words", "checked_at"]
    list_filter = ["answered"]
    search_fields = ["called", "url", "words"]
