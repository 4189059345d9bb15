"""Which organizations the directory finds: the words of its query as QuerySet methods.

Everything is as of today. Commitments are reached through the organization, because
`goals` stands on `members` and not the reverse.
"""

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Func, OuterRef, Q, Value, When
from django.utils import timezone


class Matches(Func):
    """That a tsvector holds what a tsquery, written out as text, asks for."""

    arg_joiner = " @@ "
    template = "(%(expressions)s::tsquery)"
    output_field = models.BooleanField()


class AnyStartsWith(Func):
    """That one of several one-line texts starts with a text."""

    template = (
        "(strpos(E'\\n' || array_to_string(%(names)s, E'\\n'),"
        " E'\\n' || %(start)s) > 0)"
    )
    output_field = models.BooleanField()

    def as_sql(self, compiler, connection, **extra):
        names, start = self.source_expressions
        names_sql, names_params = compiler.compile(names)
        start_sql, start_params = compiler.compile(start)
        sql = self.template % {"names": names_sql, "start": start_sql}
        return sql, [*names_params, *start_params]


class Texts(Func):
    """Several texts as one value, a list."""

    template = "ARRAY[%(expressions)s]"
    output_field = ArrayField(models.TextField())


class FindingQuerySet(models.QuerySet):
    def with_status(self, status):
        """`current` and `former` members, or `all` that the public may see."""
        if status == "current":
            return self.members_on(timezone.localdate())
        return self.former() if status == "former" else self.listed()

    def matching(self, search):
        """Those that have all words of a `members.search.Search`."""
        return self.filter(Matches(F("document__words"), Value(search.tsquery)))

    def with_rank(self, search):
        """Annotate how well the names fit: 0 exact, 1 starts so, 2 all words.

        Then those of which one word is the name, and those that have all words
        elsewhere; before each, those that have them just as they were typed.
        """
        phrase, names = Value(search.phrase), F("document__names")
        fits = [
            Q(document__names__contains=[search.phrase]),
            AnyStartsWith(names, phrase),
            Matches(F("document__name_words"), Value(search.as_typed)),
            Matches(F("document__name_words"), Value(search.tsquery)),
            Q(document__names__overlap=search.words),
            Matches(F("document__words"), Value(search.as_typed)),
        ]
        if search.as_typed == search.tsquery:
            del fits[5], fits[3]
        cases = [When(fit, then=rank) for rank, fit in enumerate(fits)]
        return self.annotate(rank=Case(*cases, default=len(fits)))

    def by_relevance(self, search):
        return self.with_rank(search).order_by("rank", "folded_name", "pk")

    def serving(self, slugs):
        """Those that serve one of these communities or capabilities."""
        return self._having("services", Q(community__slug__in=slugs))

    def committed(self, *, goals=(), efforts=()):
        """Those with one commitment to one of `goals` with one of `efforts`."""
        condition = Q(goal__slug__in=goals) if goals else Q()
        return self._having(
            "commitments", condition & (Q(effort__in=efforts) if efforts else Q())
        )

    def hosted_in(self, country_codes):
        return self._having(
            "hosts", Q(role="host", institution__country_code__in=country_codes)
        )

    def hosted_within(self, square):
        """Those hosted in a `members.places.Square`."""
        latitude = Q(
            institution__latitude__gte=square.south,
            institution__latitude__lt=square.north,
        )
        longitude = Q(
            institution__longitude__gte=square.west,
            institution__longitude__lt=square.east,
        )
        return self._having("hosts", Q(role="host") & latitude & longitude)

    def at_level(self, slugs):
        """Those whose current period, or whose last one, is at one of these levels."""
        periods = self._related("memberships").objects
        latest = periods.last_begun(timezone.localdate()).filter(level__slug__in=slugs)
        return self.filter(pk__in=latest.values("organization"))

    def _having(self, name, condition):
        rows = self._related(name).objects.current().filter(condition)
        return self.filter(pk__in=rows.order_by().values("organization"))

    def _related(self, name):
        return self.model._meta.get_field(name).related_model

    def with_listing(self):
        """What a line of the directory shows."""
        services = self._related("services").objects.current()
        hosts = self._related("hosts").objects.current().filter(role="host")
        return self.with_standing().prefetch_related(
            models.Prefetch(
                "services",
                services.select_related("community"),
                to_attr="current_services",
            ),
            models.Prefetch(
                "hosts", hosts.select_related("institution"), to_attr="current_hosts"
            ),
        )

    def with_publication(self):
        """Annotate, as lists, what the directory's files tell of each organization.

        The database makes the lists, so that one query answers for any number.
        """
        services = self._current_of_each("services")
        hosts = self._current_of_each("hosts").filter(role="host")
        commitments = self._current_of_each("commitments").order_by()
        names = {
            name: ArraySubquery(
                services.filter(community__kind=kind).values("community__name")
            )
            for name, kind in (
                ("communities", "community"),
                ("capabilities", "capability"),
            )
        }
        place = Texts(
            "institution__name", "institution__ror_id", "institution__country_code"
        )
        return self.with_standing().annotate(
            **names,
            places=ArraySubquery(hosts.values(row=place)),
            efforts=ArraySubquery(
                commitments.values(row=Texts("goal__slug", "effort"))
            ),
        )

    def _current_of_each(self, name):
        rows = self._related(name).objects.current()
        return rows.filter(organization=OuterRef("pk"))
