"""What the registry holds of the organizations in a file, read in a few queries."""

from django.db import connection
from django.db.models import Prefetch, Q

from members.interchange.people import ROLES
from members.models import Level, Membership, Name, Organization, Representative


class Snapshot:
    """The registry beside the rows of a file, on the day from which they hold."""

    def __init__(self, rows, *, on):
        self.on = on
        self.levels = {level.slug: level for level in Level.objects.all()}
        texts = {text for row in rows for text in (row.short_name, row.name) if text}
        self.folded = fold(texts)
        folded = set(self.folded.values())
        found = Q(folded_short_name__in=folded) | Q(folded_name__in=folded)
        organizations = list(_with_facts(Organization.objects.filter(found), on))
        self.by_name = {each.folded_name: each for each in organizations}
        self.by_short_name = {
            each.folded_short_name: each for each in organizations if each.short_name
        }
        self.once_named = {
            name.folded_text: name.organization
            for name in Name.objects.filter(
                kind=Name.Kind.SHORT, folded_text__in=folded
            ).select_related("organization")
        }

    def key(self, row):
        """What two rows of one organization have in common."""
        kind = "short name" if row.short_name else "name"
        return kind, self.folded[row.short_name or row.name]

    def organization(self, row):
        """The organization that `row` means, or None."""
        kind, folded = self.key(row)
        if kind == "short name":
            return self.by_short_name.get(folded)
        found = self.by_name.get(folded)
        return found if found and not found.short_name else None

    def others(self, known):
        """Members that are none of `known`."""
        members = Organization.objects.members_on(self.on)
        return members.exclude(pk__in=known).values_list(
            "short_name", "name", "memberships__level__slug"
        )


def fold(texts) -> dict[str, str]:
    """Each text, and how the database compares it."""
    texts = list(texts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT text, registry_fold(text) FROM unnest(%s::text[]) AS text", [texts]
        )
        return dict(cursor.fetchall())


def _with_facts(organizations, on):
    roles = Representative.objects.filter(role__in=ROLES).filter(
        Q(ended_on=None) | Q(ended_on__gt=on)
    )
    periods = Membership.objects.order_by("started_on").select_related("level")
    return organizations.prefetch_related(
        Prefetch("memberships", periods, to_attr="periods"),
        Prefetch(
            "representatives",
            roles.select_related("person").order_by("started_on", "pk"),
            to_attr="named",
        ),
    )
