"""Where organizations are hosted, gathered into the dots of a map."""

import re
from dataclasses import dataclass
from math import sqrt

from django.db import connection
from django.utils import timezone

# The map's width and height: 1000 units are 360 degrees; from 84° north to 58° south.
WIDTH, HEIGHT = 1000, 394
UNITS = WIDTH / 360
NORTH = 84
# What is in one square of so many degrees becomes one dot: the smallest squares of
# which there are not too many. Of the largest there are 84 on Earth.
SIZES = [2, 5, 10, 30]
DOTS = 150
# How many organizations a place names before it leads to the directory.
NAMED = 10

# `found` is the text of a QuerySet; values go in as parameters.
PLACES = """
WITH hosted AS MATERIALIZED (
    SELECT organization_id, latitude, longitude,
        concat_ws(', ', nullif(city, ''), nullif(country, '')) AS town
    FROM members_host
    JOIN members_institution ON members_institution.id = institution_id
    WHERE organization_id IN ({found}) AND role = 'host' AND latitude IS NOT NULL
        AND started_on <= %s AND (ended_on IS NULL OR ended_on > %s)
), spots AS MATERIALIZED (
    SELECT DISTINCT latitude, longitude FROM hosted
), grid AS MATERIALIZED (
    SELECT coalesce(min(size) FILTER (WHERE dots <= %s), max(size)) AS size FROM (
        SELECT size, count(DISTINCT (floor(latitude / size), floor(longitude / size)))
            AS dots
        FROM spots, unnest(%s::int[]) AS size GROUP BY size
    ) AS sizes
), gathered AS MATERIALIZED (
    SELECT *, floor(latitude / size)::int * size AS south,
        floor(longitude / size)::int * size AS west
    FROM hosted, grid
), dots AS (
    SELECT south, west, size, avg(latitude) AS latitude, avg(longitude) AS longitude
    FROM gathered GROUP BY south, west, size
), towns AS (
    SELECT south, west, count(*) AS all_towns,
        (array_agg(town ORDER BY organizations DESC, town))[:2] AS towns
    FROM (
        SELECT south, west, town, count(DISTINCT organization_id) AS organizations
        FROM gathered GROUP BY south, west, town
    ) AS counted GROUP BY south, west
), ranked AS (
    SELECT south, west, name, slug, is_example, count(*) OVER square AS organizations,
        row_number() OVER (square ORDER BY folded_name, id) AS place
    FROM (SELECT DISTINCT south, west, organization_id FROM gathered) AS each
    JOIN members_organization ON id = organization_id
    WINDOW square AS (PARTITION BY south, west)
), named AS (
    SELECT south, west, organizations, array_agg(name ORDER BY place) AS names,
        array_agg(slug ORDER BY place) AS slugs, bool_or(is_example) AS is_example
    FROM ranked WHERE place <= %s GROUP BY south, west, organizations
)
SELECT (SELECT count(DISTINCT organization_id) FROM hosted), is_example,
    ARRAY[south, west, south + size, west + size], names, slugs, latitude, longitude,
    towns, all_towns, organizations
FROM dots JOIN towns USING (south, west) JOIN named USING (south, west)
ORDER BY organizations DESC, south DESC, west
"""


@dataclass(frozen=True)
class Square:
    """A part of the Earth, its northern and its eastern edge excluded; in degrees."""

    south: int
    west: int
    north: int
    east: int

    @classmethod
    def read(cls, text):
        """The square that a text like `str` stands for, or None."""
        edges = re.fullmatch(",".join([r"(-?\d{1,3})"] * 4), text, re.ASCII)
        return cls(*map(int, edges.groups())) if edges else None

    def __str__(self):
        return f"{self.south},{self.west},{self.north},{self.east}"

    @property
    def label(self):
        """In words: from corner to corner."""
        south, north = (_degrees(each, "NS") for each in (self.south, self.north))
        west, east = (_degrees(each, "EW") for each in (self.west, self.east))
        return f"{south} {west} to {north} {east}"


def _degrees(number, signs):
    return f"{abs(number)}° {signs[number < 0]}"


@dataclass(frozen=True)
class Place:
    """A dot: where it is, how many organizations are hosted there, and some of them."""

    square: Square
    organizations: list
    latitude: float
    longitude: float
    towns: list
    all_towns: int
    count: int

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
    def label(self):
        names = "; ".join(town or "Place without a name" for town in self.towns)
        left_out = self.all_towns - len(self.towns)
        return f"{names} and {left_out} more" if left_out else names


@dataclass(frozen=True)
class Map:
    """The places, those of most organizations first: small dots are drawn on top."""

    all: list[Place]
    placed: int
    shows_example: bool
    width = WIDTH
    height = HEIGHT


def of(organizations) -> Map:
    """The places of a QuerySet's organizations, in one query."""
    found, values = organizations.order_by().values("pk").query.sql_with_params()
    today = timezone.localdate()
    with connection.cursor() as cursor:
        cursor.execute(
            PLACES.format(found=found), [*values, today, today, DOTS, SIZES, NAMED]
        )
        rows = cursor.fetchall()
    placed = rows[0][0] if rows else 0
    shows_example = any(row[1] for row in rows)
    return Map([_place(*row[2:]) for row in rows], placed, shows_example)


def _place(edges, names, slugs, *facts):
    pairs = zip(names, slugs, strict=True)
    organizations = [{"name": name, "slug": slug} for name, slug in pairs]
    return Place(Square(*edges), organizations, *facts)
