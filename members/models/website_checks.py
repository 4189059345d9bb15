"""Whether the websites of applications answer, as the worker found out."""

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from members.deferring import defer

# The job that asks for a website.
CHECK_WEBSITE = "members.check_website"


class WebsiteCheckQuerySet(models.QuerySet):
    @transaction.atomic
    def ask_for(self, revision, url):
        """Have the worker ask for the website that a revision names."""
        check = self.create(revision=revision, url=url)
        if url:
            defer(CHECK_WEBSITE, check_id=check.pk)
        return check

    def unasked(self, *, before):
        """Those to be asked that have been waiting since `before`."""
        return self.filter(checked_at=None, revision__at__lte=before).exclude(url="")


class WebsiteCheck(models.Model):
    """Whether the website of a submitted revision answered; the last time counts."""

    revision = models.OneToOneField(
        "members.Revision", models.PROTECT, related_name="website_check"
    )
    url = models.CharField(max_length=500)
    answered = models.BooleanField(null=True)
    words = models.CharField(max_length=300, blank=True, help_text="What was found.")
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = WebsiteCheckQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered=None, checked_at=None)
                | Q(answered__isnull=False, checked_at__isnull=False),
                name="website_check_has_time",
            )
        ]

    def __str__(self):
        return self.url

    def note(self, answered, words):
        """Keep what was found now."""
        self.answered, self.words, self.checked_at = answered, words, timezone.now()
        self.save(update_fields=["answered", "words", "checked_at"])
