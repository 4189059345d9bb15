"""The names and addresses that organizations have beside those of today."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from members.models.events import tracked
from members.models.text import Fold, folded, validate_line


@tracked(exclude=["folded_text"])
class Name(models.Model):
    """Another name of an organization than the official and the short one it has."""

    class Kind(models.TextChoices):
        FORMER = "former", "Former"
        SHORT = "short", "Short"
        TRANSLATED = "translated", "Translated"

    organization = models.ForeignKey(
        "members.Organization", models.PROTECT, related_name="names"
    )
    kind = models.CharField(max_length=12, choices=Kind)
    text = models.CharField("name", max_length=300, validators=[validate_line])
    language = models.CharField(
        max_length=20, blank=True, help_text="As in web pages: de, pt-BR, zh-Hans."
    )
    ended_on = models.DateField(
        "until", null=True, blank=True, help_text="When it stopped being used."
    )
    folded_text = folded("text")

    class Meta:
        ordering = ["kind", "-ended_on", "pk"]
        indexes = [
            GinIndex(
                fields=["folded_text"],
                name="name_trigrams",
                opclasses=["gin_trgm_ops"],
                fastupdate=False,
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["former", "short", "translated"]),
                name="name_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="translated") | ~Q(language=""),
                name="name_translated_has_language",
                violation_error_message="A translated name needs its language.",
            ),
            models.UniqueConstraint(
                "organization",
                "kind",
                Fold("text"),
                "language",
                name="name_once",
                violation_error_message="The organization has this name already.",
            ),
        ]

    def __str__(self):
        return self.text


class OldSlug(models.Model):
    """The last part of an address that a page of an organization had."""

    slug = models.SlugField(max_length=80, unique=True)
    organization = models.ForeignKey(
        "members.Organization", models.PROTECT, related_name="old_slugs"
    )

    class Meta:
        ordering = ["slug"]

    def __str__(self):
        return self.slug
