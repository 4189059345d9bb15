"""The facets of the directory: what can be chosen, and how many would be found.

The count of a value is that of the organizations that the search and the choices in
all *other* facets leave and that have the value. Goal and effort are two facets of one
matter: both are asked of one and the same commitment in force.
"""

from collections import Counter
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


# Countries of days long past are looked up, those of others are kept by triggers.
OPTIONS = """
SELECT kind, slug, name FROM (
    SELECT kind, slug, name, 0 AS place FROM members_community
    UNION ALL SELECT 'goal', slug, short_name, number FROM {goal}
    UNION ALL SELECT 'level', slug, name, position FROM members_level
    UNION ALL SELECT 'country', country_code, max(country), 0 FROM (
        SELECT substr(fact, 7, 2) AS country_code, substr(fact, 10) AS country
        FROM members_facetcount
        WHERE %(today)s > current_date - 7 AND fact LIKE 'known %%' AND
            started_on <= %(today)s AND (ended_on IS NULL OR ended_on > %(today)s)
        GROUP BY fact HAVING sum(number) > 0
        UNION ALL
        SELECT country_code, country FROM members_institution
        WHERE %(today)s <= current_date - 7 AND country_code <> '' AND id IN (
            SELECT institution_id FROM members_host
            WHERE role = 'host' AND started_on <= %(today)s AND organization_id IN (
                SELECT organization_id FROM members_membership
                WHERE started_on <= %(today)s
                    AND ended_on IS DISTINCT FROM started_on))
        ) AS countries GROUP BY country_code
) AS options ORDER BY place, registry_fold(name), slug
""".format(**_TABLES)


def options() -> dict[str, dict[str, str]]:
    """What can be chosen: for each facet, the label of each key.

    Of countries those of members and former ones: others are not public yet.
    """
    found = {name: {} for name in LABELS}
    found["status"] = dict(STATUSES)
    found["effort"] = dict(_COMMITMENT.Effort.choices)
    with connection.cursor() as cursor:
        cursor.execute(OPTIONS, {"today": timezone.localdate()})
        for facet, key, label in cursor.fetchall():
            found[facet][key] = label or key
    return found


# The counts where nothing but the membership is chosen, kept by triggers. The first row
# says that they are kept for this day; those of days long past are not.
KEPT_COUNTS = """
WITH counted AS MATERIALIZED (
    SELECT is_current, fact, sum(number) AS often FROM members_facetcount
    WHERE %(today)s > current_date - 7
        AND started_on <= %(today)s AND (ended_on IS NULL OR ended_on > %(today)s)
    GROUP BY is_current, fact
)
SELECT false, 'listed', '', 0 WHERE %(today)s > current_date - 7
UNION ALL SELECT is_current, fact, '', often FROM counted WHERE fact = 'listed'
UNION ALL SELECT is_current, 'level', slug, often
    FROM counted JOIN members_level ON fact = 'level ' || id
UNION ALL SELECT is_current, kind, slug, often
    FROM counted JOIN members_community ON fact = 'service ' || id
UNION ALL SELECT is_current, 'goal', slug, often
    FROM counted JOIN {goal} ON fact = 'goal ' || id
UNION ALL SELECT is_current, split_part(fact, ' ', 1), split_part(fact, ' ', 2), often
    FROM counted WHERE fact LIKE 'country %%' OR fact LIKE 'effort %%'
""".format(**_TABLES)

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

# All is counted by number first and named afterwards: texts are slow to sort.
COUNTS = """
WITH standing AS MATERIALIZED (
    SELECT DISTINCT ON (organization_id) organization_id AS id, level_id,
        ended_on IS NULL OR ended_on > %(today)s AS is_current
    FROM members_membership
    WHERE {found} started_on <= %(today)s AND ended_on IS DISTINCT FROM started_on
    ORDER BY organization_id, started_on DESC
), served AS NOT MATERIALIZED (
    SELECT organization_id, community_id, kind, slug FROM members_service
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
), kept AS MATERIALIZED (
    SELECT id, level_id, is_current, {kept} FROM standing
), missed AS MATERIALIZED (
    SELECT *, {misses} AS misses FROM kept
), fitting AS MATERIALIZED (
    SELECT id, level_id, is_current, misses = 0 AS fits, {fits} FROM missed
), sums AS MATERIALIZED (
    SELECT count(*) AS found, count(*) FILTER (WHERE fits) AS total,
        count(*) FILTER (WHERE is_current AND fits_status) AS current,
        count(*) FILTER (WHERE NOT is_current AND fits_status) AS former, {without}
    FROM fitting
)
SELECT named.* FROM sums, LATERAL (VALUES
    ('found', '', found), ('total', '', total), ('status', 'current', current),
    ('status', 'former', former), ('status', 'all', current + former), {named}
) AS named
UNION ALL
SELECT 'level', slug, organizations FROM members_level JOIN (
    SELECT level_id, count(*) AS organizations
    FROM fitting WHERE fits_level GROUP BY level_id
) AS counted ON level_id = id
UNION ALL
SELECT kind, slug, CASE kind WHEN 'community' THEN as_community ELSE as_capability END
FROM members_community JOIN (
    SELECT community_id, count(*) FILTER (WHERE fits_community) AS as_community,
        count(*) FILTER (WHERE fits_capability) AS as_capability
    FROM fitting JOIN served ON organization_id = id
    WHERE fits_community OR fits_capability GROUP BY community_id
) AS counted ON community_id = id
UNION ALL
SELECT 'country', country_code, count(*) FROM (
    SELECT DISTINCT id, country_code FROM fitting JOIN hosted ON organization_id = id
    WHERE fits_country
) AS countries GROUP BY country_code
UNION ALL
SELECT 'goal', slug, organizations FROM {goal} JOIN (
    SELECT goal_id, count(*) AS organizations
    FROM fitting JOIN pledged ON organization_id = fitting.id
    WHERE fits_pledge AND fits_effort GROUP BY goal_id
) AS counted ON goal_id = id
UNION ALL
SELECT 'effort', effort, count(*) FROM (
    SELECT DISTINCT id, effort FROM fitting JOIN pledged ON organization_id = id
    WHERE fits_pledge AND fits_goal
) AS efforts GROUP BY effort
"""


def count(organizations, choices: dict, options: dict) -> Facets:
    """Count among `organizations`, or all that are listed, in one query.

    `choices` has the keys chosen in each facet, for `status` the one.
    """
    counts, today = None, timezone.localdate()
    if organizations is None and not any(choices[name] for name in CHOSEN):
        counts = kept_counts(choices["status"], today)
    counts = counts or counted(organizations, choices, today)
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


def kept_counts(status, today):
    """All counts where only the status is chosen; None for a day long past."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_COUNTS, {"today": today})
        rows = cursor.fetchall()
    if not rows:
        return None
    counts = Counter()
    for is_current, facet, key, number in rows:
        kept = status in ("all", "current" if is_current else "former")
        if facet == "listed":
            counts["found", ""] += number
            counts["total", ""] += number if kept else 0
            counts["status", "current" if is_current else "former"] += number
        elif kept:
            counts[facet, key] += number
    counts["status", "all"] = counts["without", "status"] = counts["found", ""]
    for name in ("level", "community", "capability", "pledge", "country"):
        counts["without", name] = counts["total", ""]
    return counts


def counted(organizations, choices, today):
    found, found_parameters = _named(organizations)
    active = {name for name in CHOSEN if choices[name]} | {"status"}
    if active & {"goal", "effort"}:
        active.add("pledge")
    query = COUNTS.format(
        found=found,
        kept=_each("{sql} AS {name}_kept", active),
        misses=_each("(NOT {name}_kept)::int", active, " + "),
        fits=_each("misses = (NOT {name}_kept)::int AS fits_{name}", active),
        without=_each("count(*) FILTER (WHERE fits_{name}) AS without_{name}", active),
        named=_each("('without', '{name}', without_{name})", active),
        **_TABLES,
    )
    parameters = {**choices, **found_parameters, "today": today}
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return {(facet, key): number for facet, key, number in cursor.fetchall()}


def _each(template, active, between=", "):
    """A part of the query for each condition: those not asked for keep all."""
    return between.join(
        template.format(name=name, sql=sql if name in active else "true")
        for name, sql in KEPT.items()
    )


def _named(organizations):
    """That a membership is of one of a QuerySet, its parameters named as the rest."""
    if organizations is None:
        return "", {}
    sql, values = organizations.order_by().values("pk").query.sql_with_params()
    names = [f"found_{place}" for place in range(len(values))]
    sql = sql % tuple(f"%({name})s" for name in names)
    parameters = dict(zip(names, values, strict=True))
    return f"organization_id IN ({sql}) AND", parameters
