from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class ImportQuerySet(models.QuerySet):
    def last_unknown(self):
        """The parts of the last file that the registry has no place for."""
        # Imports follow each other by their keys; `at` is when they began to wait.
        last = self.order_by("-pk").first()
        return last.unknown if last else {}


class Import(models.Model):
    """A file that was read into the registry, and what it said beyond the members."""

    at = models.DateTimeField(db_default=Now(), editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=300)
    sha256 = models.CharField(max_length=64)
    effective_on = models.DateField()
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    unknown = models.JSONField(
        default=dict, help_text="Top-level parts that the registry has no place for."
    )

    objects = ImportQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.file_name}, {self.at:%Y-%m-%d}"
