r"""What keeps the search documents: functions and statement-level triggers.

A text becomes words in the same way when it is stored and when it is searched for:
folded, then parted at everything that is no letter and no digit. The characters are
listed, because what a class like \w holds depends on the locale of the database.
"""
# ruff: noqa: S608

from django.db import migrations

# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, kana.
UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30fa"
    r"\u30fc-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
SEPARATORS = (
    r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b4\u00b6-\u00b9"
    r"\u00bb-\u00bf\u00d7\u00f7\u05be\u05c0\u05c3\u05f3\u05f4\u060c\u061b\u061f"
    r"\u066a-\u066d\u06d4\u0964\u0965\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff"
    r"\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\u30fb\ud7ff\ufe10-\ufe1f"
    r"\ufe30-\ufe6f\uff01-\uff0f\ufffd\U0001f000-\U0001faff"
)

# The words of a text in their order; what is longer than 64 letters is parted.
WORDS = rf"""
CREATE FUNCTION registry_words(text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_remove(regexp_split_to_array(
    regexp_replace(
        regexp_replace(
            registry_fold($1), '([{UNSPACED}]+)', ' \1 ', 'g'),
        '([^{SEPARATORS}]{{64}})', '\1 ', 'g'),
    '[{SEPARATORS}]+'), '');
"""

# All under which a word is found by its beginning: each end of a run of characters
# without spaces, and an Arabic word without its article.
ENDINGS = rf"""
CREATE FUNCTION registry_endings(words text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(array_agg(ending), '{{}}')
    FROM unnest(words) AS word
    CROSS JOIN LATERAL (
        SELECT substr(word, place) AS ending
        FROM generate_series(1, length(word)) AS place
        WHERE place = 1 OR word ~ '^[{UNSPACED}]'
        UNION ALL
        SELECT substr(word, 3) WHERE word LIKE 'ال___%'
    ) AS endings
);
"""

# “Open Foam” is found by “openfoam” too.
JOINED = r"""
CREATE FUNCTION registry_joined(words text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
    SELECT coalesce(array_agg(left(words[place] || words[place + 1], 64)), '{}')
    FROM generate_series(1, cardinality(words) - 1) AS place
);
"""

# The documents are locked before they are made: who waits for somebody else's change
# of the same organization then sees it.
REFRESH = rf"""
CREATE FUNCTION registry_refresh_documents(changed bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(cardinality(changed), 0) = 0 THEN
        RETURN;
    END IF;
    PERFORM FROM members_searchdocument WHERE organization_id = ANY (changed)
        ORDER BY organization_id FOR UPDATE;
    WITH asked AS MATERIALIZED (
        SELECT id, name, short_name, focus FROM members_organization
        WHERE id = ANY (changed)
    ), named AS MATERIALIZED (
        SELECT id, registry_words(text) AS words FROM (
            SELECT id, name FROM asked
            UNION SELECT id, short_name FROM asked WHERE short_name <> ''
            UNION SELECT organization_id, text FROM members_name
                WHERE organization_id = ANY (changed)
        ) AS texts (id, text)
    ), served AS MATERIALIZED (
        SELECT DISTINCT organization_id, community_id FROM members_service
        WHERE organization_id = ANY (changed)
            AND ended_on IS DISTINCT FROM started_on
    ), hosted AS MATERIALIZED (
        SELECT DISTINCT organization_id, institution_id FROM members_host
        WHERE organization_id = ANY (changed)
            AND ended_on IS DISTINCT FROM started_on
    ), community_words AS MATERIALIZED (
        SELECT id, registry_endings(registry_words(name)) AS words
        FROM members_community
        WHERE id IN (SELECT community_id FROM served)
    ), institution_words AS MATERIALIZED (
        SELECT id, registry_endings(registry_words(concat_ws(
            ' ', name, array_to_string(other_names, ' '), city, country))) AS words
        FROM members_institution
        WHERE id IN (SELECT institution_id FROM hosted)
    ), joined_words AS MATERIALIZED (
        SELECT id, word FROM named, unnest(registry_joined(words)) AS word
    ), name_words AS MATERIALIZED (
        SELECT id, word FROM named, unnest(registry_endings(words)) AS word
    ), other_words AS MATERIALIZED (
        SELECT id, word
            FROM asked, unnest(registry_endings(registry_words(focus))) AS word
        UNION ALL SELECT organization_id, word
            FROM served JOIN community_words ON id = community_id, unnest(words) AS word
        UNION ALL SELECT organization_id, word
            FROM hosted JOIN institution_words ON id = institution_id,
                unnest(words) AS word
    ), vocabulary AS (
        INSERT INTO members_searchword (word)
        SELECT word FROM (
            SELECT word FROM name_words UNION SELECT word FROM other_words
        ) AS words
        WHERE length(word) > 2 AND word !~ '^([0-9]+$|[{UNSPACED}])' AND NOT EXISTS (
            SELECT FROM members_searchword AS known WHERE known.word = words.word)
        ORDER BY word
        ON CONFLICT DO NOTHING
    )
    INSERT INTO members_searchdocument AS document
        (organization_id, names, name_words, words)
    SELECT id, names, coalesce(name_words, ''), coalesce(words, '')
    FROM (
        SELECT id, array_agg(DISTINCT array_to_string(words, ' ')) AS names
        FROM named GROUP BY id
    ) AS a
    LEFT JOIN (
        SELECT id, array_to_tsvector(array_agg(word)) AS name_words FROM (
            TABLE name_words UNION ALL TABLE joined_words
        ) AS both_kinds GROUP BY id
    ) AS b USING (id)
    LEFT JOIN (
        SELECT id, array_to_tsvector(array_agg(word)) AS words FROM (
            TABLE name_words UNION ALL TABLE joined_words UNION ALL TABLE other_words
        ) AS all_kinds GROUP BY id
    ) AS c USING (id)
    ORDER BY id
    ON CONFLICT (organization_id) DO UPDATE SET
        names = excluded.names,
        name_words = excluded.name_words,
        words = excluded.words
    WHERE (document.names, document.name_words, document.words)
        IS DISTINCT FROM (excluded.names, excluded.name_words, excluded.words);
END $$;
"""

RELATED = """
CREATE FUNCTION registry_document_parts_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    changed bigint[];
BEGIN
    IF TG_OP <> 'DELETE' THEN
        changed := ARRAY(SELECT DISTINCT organization_id FROM new_rows);
    END IF;
    IF TG_OP <> 'INSERT' THEN
        changed := changed || ARRAY(SELECT DISTINCT organization_id FROM old_rows);
    END IF;
    PERFORM registry_refresh_documents(changed);
    RETURN NULL;
END $$;
"""

ORGANIZATIONS = """
CREATE FUNCTION registry_organizations_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        PERFORM registry_refresh_documents(ARRAY(SELECT id FROM new_rows));
    ELSE
        PERFORM registry_refresh_documents(ARRAY(
            SELECT after.id FROM new_rows AS after JOIN old_rows AS before USING (id)
            WHERE (after.name, after.short_name, after.focus)
                IS DISTINCT FROM (before.name, before.short_name, before.focus)));
    END IF;
    RETURN NULL;
END $$;
"""

COMMUNITIES = """
CREATE FUNCTION registry_communities_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registry_refresh_documents(ARRAY(
        SELECT DISTINCT organization_id FROM members_service
        JOIN new_rows AS after ON after.id = community_id
        JOIN old_rows AS before ON before.id = after.id
        WHERE after.name <> before.name));
    RETURN NULL;
END $$;
"""

INSTITUTIONS = """
CREATE FUNCTION registry_institutions_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM registry_refresh_documents(ARRAY(
        SELECT DISTINCT organization_id FROM members_host
        JOIN new_rows AS after ON after.id = institution_id
        JOIN old_rows AS before ON before.id = after.id
        WHERE (after.name, after.other_names, after.city, after.country)
            IS DISTINCT FROM (before.name, before.other_names, before.city, before.country)));
    RETURN NULL;
END $$;
"""

FUNCTIONS = {
    "registry_words(text)": WORDS,
    "registry_endings(text[])": ENDINGS,
    "registry_joined(text[])": JOINED,
    "registry_refresh_documents(bigint[])": REFRESH,
    "registry_document_parts_changed()": RELATED,
    "registry_organizations_changed()": ORGANIZATIONS,
    "registry_communities_changed()": COMMUNITIES,
    "registry_institutions_changed()": INSTITUTIONS,
}

# (table, function, what happens to the rows)
WATCHED = [
    ("members_organization", "registry_organizations_changed", "INSERT UPDATE"),
    ("members_name", "registry_document_parts_changed", "INSERT UPDATE DELETE"),
    ("members_service", "registry_document_parts_changed", "INSERT UPDATE DELETE"),
    ("members_host", "registry_document_parts_changed", "INSERT UPDATE DELETE"),
    ("members_community", "registry_communities_changed", "UPDATE"),
    ("members_institution", "registry_institutions_changed", "UPDATE"),
]
ROWS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "NEW TABLE AS new_rows OLD TABLE AS old_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def triggers():
    for table, function, changes in WATCHED:
        for change in changes.split():
            name = f"search_document_{change.lower()}"
            yield migrations.RunSQL(
                f"CREATE TRIGGER {name} AFTER {change} ON {table} "
                f"REFERENCING {ROWS[change]} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
                f"DROP TRIGGER {name} ON {table}",
            )


OPERATIONS = [
    *(
        migrations.RunSQL(body, f"DROP FUNCTION {name}")
        for name, body in FUNCTIONS.items()
    ),
    *triggers(),
    migrations.RunSQL(
        "SELECT registry_refresh_documents("
        "ARRAY(SELECT id FROM members_organization ORDER BY id))",
        "DELETE FROM members_searchdocument; DELETE FROM members_searchword",
    ),
]
