import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

# For every table whose rows answer for ever.
NEVER_DELETED = pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)
# For those whose rows are added, and never changed.
APPEND_ONLY = pgtrigger.Protect(
    name="append_only", operation=pgtrigger.Update | pgtrigger.Delete
)


def paired(deed):
    """The condition that who did something and when are both there, or neither.

    `deed` is “used” for the columns `used_by` and `used_at`.
    """
    by, at = f"{deed}_by", f"{deed}_at"
    both = {f"{by}__isnull": False, f"{at}__isnull": False}
    return models.Q(**{by: None, at: None}) | models.Q(**both)


def tracked(**options):
    """Keep each version of a model's rows, and who made it, in `<Model>History`."""

    def track(model):
        name = f"{model.__name__}History"
        changes = (
            pghistory.InsertEvent(),
            pghistory.UpdateEvent(),
            pghistory.DeleteEvent(),
        )
        return pghistory.track(*changes, model_name=name, **options)(model)

    return track


class EventQuerySet(models.QuerySet):
    def with_actors(self):
        return self.select_related("by", "membership")

    def told(self):
        """Newest first, as the public is told: not of periods that have not begun,
        nor of days that only stand in for unknown ones."""
        periods = self.model._meta.get_field("membership").related_model
        unknown = periods.EndReason.NOT_RECORDED
        to_come = models.Q(membership__started_on__gt=timezone.localdate())
        told = self.exclude(to_come).exclude(membership__end_reason=unknown)
        return told.order_by("-effective_on", "-pk")


class Event(models.Model):
    """One thing that happened to an organization: rows are added, never changed.

    `before` and `after` hold what changed in words. Neither the reason nor who did it
    is shown to the public.
    """

    class Verb(models.TextChoices):
        ADMITTED = "admitted", "Admitted"
        LEVEL_CHANGED = "level_changed", "Changed level"
        ENDED = "ended", "Membership ended"
        REINSTATED = "reinstated", "Reinstated"
        CORRECTED = "corrected", "Corrected"
        RENAMED = "renamed", "Renamed"
        SUCCEEDED = "succeeded", "Succeeded by another organization"
        COMMITTED = "committed", "Stated a commitment"
        CONFIRMED = "confirmed", "Confirmed a commitment"
        WITHDRAWN = "withdrawn", "Ended a commitment"
        IMPORTED = "imported", "Imported"

    organization = models.ForeignKey(
        "members.Organization", models.PROTECT, related_name="events"
    )
    membership = models.ForeignKey(
        "members.Membership",
        models.PROTECT,
        related_name="events",
        null=True,
        blank=True,
    )
    verb = models.CharField(max_length=20, choices=Verb)
    effective_on = models.DateField(help_text="The day from which it holds.")
    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    reason = models.TextField(blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-at"], name="event_organization_at")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    verb__in=[
                        "admitted",
                        "level_changed",
                        "ended",
                        "reinstated",
                        "corrected",
                        "renamed",
                        "succeeded",
                        "committed",
                        "confirmed",
                        "withdrawn",
                        "imported",
                    ]
                ),
                name="event_verb_known",
            )
        ]
        triggers = [APPEND_ONLY]

    def __str__(self):
        return f"{self.organization}: {self.get_verb_display().lower()}"

    @property
    def change(self):
        """What was and what became of it; once, where only its confirmation is new."""
        return " → ".join(dict.fromkeys(filter(None, [self.before, self.after])))
