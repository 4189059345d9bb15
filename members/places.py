"""Where organizations are hosted, gathered into the dots of a map."""

from dataclasses import dataclass, field
from math import sqrt

from django.utils import timezone

from members.models import Host
from members.models.periods import in_force

# The map's width and height: 1000 units are 360 degrees; from 84° north to 58° south.
WIDTH, HEIGHT = 1000, 394
UNITS = WIDTH / 360
NORTH = 84
# Dots nearer to each other than this many degrees become one.
_NEAR = 2


@dataclass
class Place:
    """A dot: the organizations hosted there, by their id, and the towns it covers."""

    longitude: float
    latitude: float
    organizations: dict = field(default_factory=dict)
    towns: dict = field(default_factory=dict)

    @property
    def x(self):
        return round((self.longitude + 180) * UNITS, 1)

    @property
    def y(self):
        return round(min(max((NORTH - self.latitude) * UNITS, 4), HEIGHT - 4), 1)

    @property
    def radius(self):
        return round(min(5 + 2 * sqrt(self.count), 26), 1)

    @property
    def count(self):
        return len(self.organizations)

    @property
    def label(self):
        names = list(self.towns)
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        return "; ".join(names[:2]) + more


@dataclass(frozen=True)
class Map:
    """The places, those of most organizations first: small dots are drawn on top."""

    all: list[Place]
    placed: int
    has_example: bool
    width = WIDTH
    height = HEIGHT


def of(organizations) -> Map:
    """The places of a QuerySet's organizations, in one query."""
    hosts = (
        Host.objects.filter(
            in_force(timezone.localdate()),
            role="host",
            organization__in=organizations.order_by().values("pk"),
            institution__latitude__isnull=False,
        )
        .order_by("organization__folded_name", "institution__folded_name")
        .values_list(
            "organization_id",
            "organization__name",
            "organization__short_name",
            "organization__slug",
            "organization__is_example",
            "institution__city",
            "institution__country",
            "institution__latitude",
            "institution__longitude",
        )
    )
    return gathered(hosts)


def gathered(rows) -> Map:
    dots, placed, has_example = {}, set(), False
    for pk, name, short_name, slug, is_example, city, country, lat, lon in rows:
        key = (round(lat / _NEAR), round(lon / _NEAR))
        dot = dots.setdefault(key, Place(lon, lat))
        dot.organizations[pk] = {"name": name, "short_name": short_name, "slug": slug}
        town = ", ".join(filter(None, (city, country))) or "Place without a name"
        dot.towns[town] = dot.towns.get(town, 0) + 1
        placed.add(pk)
        has_example = has_example or is_example
    places = sorted(dots.values(), key=lambda dot: (-dot.count, dot.label))
    return Map(places, len(placed), has_example)
