"""The facets of the directory: what can be chosen, and how many would be found.

The count of a value is that of the organizations that the search and the choices in
all *other* facets leave and that have the value. Goal and effort are two facets of one
matter: both are asked of one and the same commitment in force.
"""

from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from members.models import Organization

# The text put into the queries below is this module's own; what somebody asked for goes
# in as parameters.
# ruff: noqa: S608

# In the order of the page.
LABELS = {
    "status": "Membership",
    "level": "Level",
    "community": "Community",
    "capability": "Crosscutting capability",
    "goal": "Goal",
    "effort": "Effort",
    "country": "Country",
}
CHOSEN = ("community", "capability", "goal", "effort", "level", "country")
STATUSES = {
    "current": "Current members",
    "former": "Former members",
    "all": "Current and former",
}

_COMMITMENT = Organization._meta.get_field("commitments").related_model
_GOAL = _COMMITMENT._meta.get_field("goal").related_model
_TABLES = {
    "commitment": _COMMITMENT._meta.db_table,
    "goal": _GOAL._meta.db_table,
}


@dataclass(frozen=True)
class Value:
    facet: str
    key: str
    label: str
    count: int = 0
    is_chosen: bool = False


@dataclass(frozen=True)
class Facet:
    name: str
    values: tuple[Value, ...]

    @property
    def label(self):
        return LABELS[self.name]

    @property
    def chosen(self):
        return [value for value in self.values if value.is_chosen]


@dataclass(frozen=True)
class Facets:
    """`total` is what all choices leave, `without` what would be left without one's.

    `found` is how many there are without any.
    """

    found: int
    total: int
    all: tuple[Facet, ...]
    without: dict[str, int]

    def __iter__(self):
        return iter(self.all)

    def __getitem__(self, name):
        return next(facet for facet in self.all if facet.name == name)


OPTIONS = """
SELECT kind, slug, name FROM (
    SELECT kind, slug, name, 0 AS place FROM members_community
    UNION ALL SELECT 'goal', slug, short_name, number FROM {goal}
    UNION ALL SELECT 'level', slug, name, position FROM members_level
    UNION ALL SELECT 'country', country_code, max(country), 0 FROM members_institution
        WHERE country_code <> '' AND id IN (
            SELECT institution_id FROM members_host WHERE role = 'host')
        GROUP BY country_code
) AS options ORDER BY place, registry_fold(name), slug
""".format(**_TABLES)


def options() -> dict[str, dict[str, str]]:
    """What can be chosen: for each facet, the label of each key."""
    found = {name: {} for name in LABELS}
    found["status"] = dict(STATUSES)
    found["effort"] = dict(_COMMITMENT.Effort.choices)
    with connection.cursor() as cursor:
        cursor.execute(OPTIONS)
        for facet, key, label in cursor.fetchall():
            found[facet][key] = label or key
    return found


# Which organizations a facet's choice keeps; those of a facet without one are all.
KEPT = {
    "status": "CASE %(status)s WHEN 'current' THEN is_current"
    " WHEN 'former' THEN NOT is_current ELSE true END",
    "level": "level_id IN (SELECT id FROM members_level WHERE slug = ANY (%(level)s))",
    "community": "id IN (SELECT organization_id FROM served"
    " WHERE kind = 'community' AND slug = ANY (%(community)s))",
    "capability": "id IN (SELECT organization_id FROM served"
    " WHERE kind = 'capability' AND slug = ANY (%(capability)s))",
    "pledge": "id IN (SELECT organization_id FROM pledged"
    " WHERE fits_goal AND fits_effort)",
    "country": "id IN (SELECT organization_id FROM hosted"
    " WHERE country_code = ANY (%(country)s))",
}

COUNTS = """
WITH found AS MATERIALIZED ({found}
), standing AS MATERIALIZED (
    SELECT DISTINCT ON (organization_id) organization_id AS id, level_id,
        ended_on IS NULL OR ended_on > %(today)s AS is_current
    FROM members_membership JOIN found ON found.id = organization_id
    WHERE started_on <= %(today)s AND ended_on IS DISTINCT FROM started_on
    ORDER BY organization_id, started_on DESC
), served AS NOT MATERIALIZED (
    SELECT organization_id, kind, slug FROM members_service
    JOIN members_community ON members_community.id = community_id
    WHERE started_on <= %(today)s AND (ended_on IS NULL OR ended_on > %(today)s)
), hosted AS NOT MATERIALIZED (
    SELECT organization_id, country_code FROM members_host
    JOIN members_institution ON members_institution.id = institution_id
    WHERE role = 'host' AND country_code <> ''
        AND started_on <= %(today)s AND (ended_on IS NULL OR ended_on > %(today)s)
), pledged AS NOT MATERIALIZED (
    SELECT organization_id, goal_id, effort,
        %(goal)s::text[] = '{{}}' OR goal_id IN (
            SELECT id FROM {goal} WHERE slug = ANY (%(goal)s)) AS fits_goal,
        %(effort)s::text[] = '{{}}' OR effort = ANY (%(effort)s) AS fits_effort
    FROM {commitment}
    WHERE started_on <= %(today)s AND (ended_on IS NULL OR ended_on > %(today)s)
), judged AS MATERIALIZED (
    SELECT id, level_id, is_current, {kept} FROM standing
), missed AS MATERIALIZED (
    SELECT *, {misses} AS misses FROM judged
)
SELECT 'found', '', count(*) FROM missed
UNION ALL
SELECT 'total', '', count(*) FROM missed WHERE misses = 0
UNION ALL
SELECT 'without', name, count(*)
FROM missed, LATERAL (VALUES {names}) AS facets (name, kept)
WHERE misses = (NOT kept)::int GROUP BY name
UNION ALL
SELECT 'status', status, count(*) FROM missed, LATERAL (
    VALUES ('all'), (CASE WHEN is_current THEN 'current' ELSE 'former' END)
) AS statuses (status) WHERE misses = (NOT status_kept)::int GROUP BY status
UNION ALL
SELECT 'level', slug, count(*)
FROM missed JOIN members_level ON level_id = members_level.id
WHERE misses = (NOT level_kept)::int GROUP BY slug
UNION ALL
SELECT kind, slug, count(*) FROM missed JOIN served ON organization_id = id
WHERE misses = (NOT CASE kind WHEN 'community' THEN community_kept
    ELSE capability_kept END)::int GROUP BY kind, slug
UNION ALL
SELECT 'country', country_code, count(DISTINCT id)
FROM missed JOIN hosted ON organization_id = id
WHERE misses = (NOT country_kept)::int GROUP BY country_code
UNION ALL
SELECT 'goal', slug, count(*) FROM (
    SELECT goal_id FROM missed JOIN pledged ON organization_id = id
    WHERE misses = (NOT pledge_kept)::int AND fits_effort
) AS goals JOIN {goal} ON {goal}.id = goal_id GROUP BY slug
UNION ALL
SELECT 'effort', effort, count(DISTINCT id)
FROM missed JOIN pledged ON organization_id = id
WHERE misses = (NOT pledge_kept)::int AND fits_goal GROUP BY effort
"""


def count(organizations, choices: dict, options: dict) -> Facets:
    """Count among `organizations`, which the search has found, in one query.

    `choices` has the keys chosen in each facet, for `status` the one.
    """
    counts = _counts(organizations, choices)
    facets = []
    for name in LABELS:
        chosen = [choices["status"]] if name == "status" else choices[name]
        values = (
            Value(name, key, label, counts.get((name, key), 0), key in chosen)
            for key, label in options[name].items()
        )
        facets.append(Facet(name, tuple(values)))
    without = {name: counts.get(("without", name), 0) for name in (*LABELS, "pledge")}
    without["goal"] = without["effort"] = without.pop("pledge")
    found, total = counts["found", ""], counts["total", ""]
    return Facets(found, total, tuple(facets), without)


def _counts(organizations, choices):
    found, found_parameters = _named(organizations)
    active = {name for name in CHOSEN if choices[name]} | {"status"}
    if active & {"goal", "effort"}:
        active.add("pledge")
    kept = {name: sql if name in active else "true" for name, sql in KEPT.items()}
    query = COUNTS.format(
        found=found,
        kept=", ".join(f"{sql} AS {name}_kept" for name, sql in kept.items()),
        names=", ".join(f"('{name}', {name}_kept)" for name in kept),
        misses=" + ".join(f"(NOT {name}_kept)::int" for name in kept),
        **_TABLES,
    )
    parameters = {**choices, **found_parameters, "today": timezone.localdate()}
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return {(facet, key): number for facet, key, number in cursor.fetchall()}


def _named(organizations):
    """The SQL of a QuerySet's ids, its parameters named as the rest of a query's."""
    sql, values = organizations.order_by().values("id").query.sql_with_params()
    names = [f"found_{place}" for place in range(len(values))]
    return sql % tuple(f"%({name})s" for name in names), dict(
        zip(names, values, strict=True)
    )
