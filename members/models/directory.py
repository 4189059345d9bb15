"""What the directory searches: kept by database triggers, written by nothing else."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from members.models.organizations import Organization


class SearchDocument(models.Model):
    """All the words under which an organization can be found."""

    organization = models.OneToOneField(
        Organization, models.CASCADE, primary_key=True, related_name="document"
    )
    names = ArrayField(
        models.TextField(), help_text="Official, short, former, translated; folded."
    )
    name_words = SearchVectorField(help_text="The words of the names.")
    words = SearchVectorField(
        help_text="Those, and of focus, communities, capabilities and institutions."
    )

    class Meta:
        indexes = [
            GinIndex(fields=["words"], name="search_document_words"),
        ]

    def __str__(self):
        return self.names[0]


class SearchWord(models.Model):
    """A word that stands, or once stood, in a search document.

    Mistyped words are compared with each of them: a registry has some ten thousand,
    which takes milliseconds, while a trigram index sees no letters but Latin ones in
    a database without a locale.
    """

    word = models.TextField(primary_key=True)

    def __str__(self):
        return self.word
