"""What keeps the counts of the directory's facets: a function and its triggers.

An organization has facts, each for some days: its level, what it serves, the countries
of its hosts and those it ever had, its goals and efforts. The days between two changes of these are a period,
and the organizations of a period are counted by fact. Nothing here says what holds
today: that is asked by the day. Days of more than a week ago are taken together.
"""

from django.db import migrations

# The search documents are locked before an organization is looked at, as for a change of
# them: who waits for somebody else's change of the same one then sees it. Two statements, because what one of them deletes
# is still there for a unique index while the same one inserts.
REFRESH = """
CREATE FUNCTION registry_refresh_facets(changed bigint[]) RETURNS void
LANGUAGE plpgsql SET jit = off AS $$
DECLARE
    long_ago CONSTANT date := current_date - 7;
    first_day CONSTANT date := '0001-01-01';
    counted_before CONSTANT bigint := (
        SELECT last_value FROM members_facetcount_id_seq);
BEGIN
    IF coalesce(cardinality(changed), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM members_searchdocument WHERE organization_id = ANY (changed)
        ORDER BY organization_id FOR UPDATE;
    WITH gone AS (
        DELETE FROM members_facetperiod WHERE organization_id = ANY (changed)
        RETURNING started_on, ended_on, is_current, facts
    )
    INSERT INTO members_facetcount (started_on, ended_on, is_current, fact, number)
    SELECT started_on, ended_on, is_current, fact, -count(*)
    FROM gone, unnest(facts) AS fact GROUP BY 1, 2, 3, 4;
    WITH held AS MATERIALIZED (
        SELECT organization_id AS id, started_on, ended_on, level_id,
            lead(started_on) OVER (
                PARTITION BY organization_id ORDER BY started_on) AS next_on
        FROM members_membership
        WHERE organization_id = ANY (changed)
            AND ended_on IS DISTINCT FROM started_on
    ), hosted AS MATERIALIZED (
        SELECT organization_id, country_code, country, started_on, ended_on
        FROM members_host JOIN members_institution AS i ON i.id = institution_id
        WHERE organization_id = ANY (changed)
            AND role = 'host' AND country_code <> ''
    ), facts (id, fact, started_on, ended_on) AS MATERIALIZED (
        SELECT id, 'level ' || level_id, started_on, next_on FROM held
        UNION ALL SELECT id, 'listed', started_on, next_on FROM held
        UNION ALL SELECT id, 'current', started_on, ended_on FROM held
        UNION ALL SELECT organization_id, 'service ' || community_id,
                started_on, ended_on
            FROM members_service WHERE organization_id = ANY (changed)
        UNION ALL SELECT organization_id, 'country ' || country_code,
                started_on, ended_on
            FROM hosted
        UNION ALL SELECT organization_id, 'known ' || country_code || ' ' || country,
                started_on, NULL
            FROM hosted
        UNION ALL SELECT organization_id, unnest(ARRAY[
                'goal ' || goal_id, 'effort ' || effort]), started_on, ended_on
            FROM goals_commitment WHERE organization_id = ANY (changed)
    ), days AS (
        SELECT DISTINCT id, first_day AS day FROM held
        UNION SELECT id, started_on FROM facts WHERE started_on > long_ago
        UNION SELECT id, ended_on FROM facts WHERE ended_on > long_ago
    ), periods AS (
        SELECT id, day AS started_on,
            lead(day) OVER (PARTITION BY id ORDER BY day) AS ended_on
        FROM days
    ), made AS (
        INSERT INTO members_facetperiod
            (organization_id, started_on, ended_on, is_current, facts)
        SELECT id, periods.started_on, periods.ended_on,
            bool_or(fact = 'current'), array_agg(DISTINCT fact)
        FROM periods JOIN facts USING (id)
        WHERE facts.started_on <= greatest(periods.started_on, long_ago)
            AND (facts.ended_on IS NULL
                OR facts.ended_on > greatest(periods.started_on, long_ago))
        GROUP BY id, periods.started_on, periods.ended_on
        HAVING bool_or(fact = 'listed')
        RETURNING started_on, ended_on, is_current, facts
    )
    INSERT INTO members_facetcount (started_on, ended_on, is_current, fact, number)
    SELECT started_on, ended_on, is_current, fact, count(*)
    FROM made, unnest(facts) AS fact GROUP BY 1, 2, 3, 4;
    IF (SELECT last_value / 1000 FROM members_facetcount_id_seq)
            <> counted_before / 1000 THEN
        PERFORM registry_sum_up_facets();
    END IF;
END $$;
"""

# What somebody else is summing up at the same time is left to them.
SUM_UP = """
CREATE FUNCTION registry_sum_up_facets() RETURNS void
LANGUAGE sql AS $$
    WITH free AS MATERIALIZED (
        SELECT id FROM members_facetcount FOR UPDATE SKIP LOCKED
    ), gone AS (
        DELETE FROM members_facetcount WHERE id IN (SELECT id FROM free)
        RETURNING started_on, ended_on, is_current, fact, number
    )
    INSERT INTO members_facetcount (started_on, ended_on, is_current, fact, number)
    SELECT started_on, ended_on, is_current, fact, sum(number)
    FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(number) <> 0;
$$;
"""

RECORDS = """
CREATE FUNCTION registry_facts_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        changed := ARRAY(SELECT DISTINCT organization_id FROM members_facetperiod);
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        changed := ARRAY(SELECT DISTINCT organization_id FROM new_rows);
    END IF;
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        changed := changed || ARRAY(SELECT DISTINCT organization_id FROM old_rows);
    END IF;
    PERFORM registry_refresh_facets(changed);
    RETURN NULL;
END $$;
"""

INSTITUTIONS = """
CREATE FUNCTION registry_countries_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registry_refresh_facets(ARRAY(
        SELECT DISTINCT organization_id FROM members_host
        JOIN new_rows AS after ON after.id = institution_id
        JOIN old_rows AS before ON before.id = after.id
        WHERE (after.country_code, after.country)
            <> (before.country_code, before.country)));
    RETURN NULL;
END $$;
"""

FUNCTIONS = {
    "registry_sum_up_facets()": SUM_UP,
    "registry_refresh_facets(bigint[])": REFRESH,
    "registry_facts_changed()": RECORDS,
    "registry_countries_changed()": INSTITUTIONS,
}
ROWS = {
    "INSERT": "REFERENCING NEW TABLE AS new_rows",
    "UPDATE": "REFERENCING NEW TABLE AS new_rows OLD TABLE AS old_rows",
    "DELETE": "REFERENCING OLD TABLE AS old_rows",
    "TRUNCATE": "",
}
RECORDED = ("members_membership", "members_service", "members_host", "goals_commitment")
WATCHED = [
    *(
        (table, "registry_facts_changed", change)
        for table in RECORDED
        for change in ROWS
    ),
    ("members_institution", "registry_countries_changed", "UPDATE"),
]


def triggers():
    for table, function, change in WATCHED:
        name = f"facet_counts_{change.lower()}"
        yield migrations.RunSQL(
            f"CREATE TRIGGER {name} AFTER {change} ON {table} {ROWS[change]} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            f"DROP TRIGGER {name} ON {table}",
        )


class Migration(migrations.Migration):
    dependencies = [("goals", "0004_applications"), ("members", "0016_facet_counts")]
    operations = [
        *(
            migrations.RunSQL(body, f"DROP FUNCTION {name}")
            for name, body in FUNCTIONS.items()
        ),
        *triggers(),
        migrations.RunSQL(
            "SELECT registry_refresh_facets("
            "ARRAY(SELECT id FROM members_organization ORDER BY id))",
            "DELETE FROM members_facetperiod; DELETE FROM members_facetcount",
        ),
    ]
