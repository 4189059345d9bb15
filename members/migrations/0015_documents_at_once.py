r"""Search documents made of all texts at once, instead of text by text.

Most texts are ASCII, which needs no folding but of its case, and whose words have no
other beginnings. Functions with queries of their own cost more than what they do here.
"""
# ruff: noqa: S608

from django.db import migrations

from members.migrations import _directory
from members.migrations._directory import SEPARATORS, UNSPACED


def words_of(text):
    """SQL for the words of a text in their order."""
    return rf"""CASE WHEN octet_length({text}) = length({text}) THEN array_remove(
        regexp_split_to_array(CASE WHEN length({text}) > 64
            THEN regexp_replace(lower({text}), '([a-z0-9]{{64}})', '\1 ', 'g')
            ELSE lower({text}) END, '[^a-z0-9]+'), '')
    ELSE array_remove(regexp_split_to_array(
        regexp_replace(
            regexp_replace(
                registry_fold({text}), '([{UNSPACED}]+)', ' \1 ', 'g'),
            '([^{SEPARATORS}]{{64}})', '\1 ', 'g'),
        '[{SEPARATORS}]+'), '') END"""


WORDS = f"""
CREATE OR REPLACE FUNCTION registry_words(text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN {words_of("$1")};
"""

# The documents are locked before they are made: who waits for somebody else's change
# of the same organization then sees it. Compiling the plan would take longer than it.
REFRESH = rf"""
CREATE OR REPLACE FUNCTION registry_refresh_documents(changed bigint[]) RETURNS void
LANGUAGE plpgsql SET jit = off AS $$
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
        SELECT id, {words_of("text")} AS words FROM (
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
        SELECT id, {words_of("name")} AS words
        FROM members_community
        WHERE id IN (SELECT community_id FROM served)
    ), institution_words AS MATERIALIZED (
        SELECT id, {words_of("text")} AS words FROM (
            SELECT id, concat_ws(
                ' ', name, array_to_string(other_names, ' '), city, country) AS text
            FROM members_institution
            WHERE id IN (SELECT institution_id FROM hosted)
            OFFSET 0
        ) AS texts
    ), written AS MATERIALIZED (
        SELECT id, word, true AS is_name FROM named, unnest(words) AS word
        UNION ALL SELECT id, word, false
            FROM asked, unnest({words_of("focus")}) AS word
        UNION ALL SELECT organization_id, word, false
            FROM served JOIN community_words ON id = community_id, unnest(words) AS word
        UNION ALL SELECT organization_id, word, false
            FROM hosted JOIN institution_words ON id = institution_id,
                unnest(words) AS word
    ), found AS MATERIALIZED (
        TABLE written
        UNION ALL SELECT id, substr(word, place), is_name
            FROM written, generate_series(2, length(word)) AS place
            WHERE octet_length(word) > length(word) AND word ~ '^[{UNSPACED}]'
        UNION ALL SELECT id, substr(word, 3), is_name
            FROM written WHERE word LIKE 'ال___%'
    ), vocabulary AS (
        INSERT INTO members_searchword (word)
        SELECT word FROM (SELECT DISTINCT word FROM found) AS words
        WHERE length(word) > 2 AND word !~ '^([0-9]+$|[{UNSPACED}])'
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
        SELECT id, array_to_tsvector(array_agg(word) FILTER (WHERE is_name))
                AS name_words,
            array_to_tsvector(array_agg(word)) AS words
        FROM (
            TABLE found
            UNION ALL SELECT id, left(word || next, 64), true
                FROM named, unnest(words, words[2:]) AS pairs (word, next)
                WHERE next IS NOT NULL
        ) AS all_words GROUP BY id
    ) AS b USING (id)
    ORDER BY id
    ON CONFLICT (organization_id) DO UPDATE SET
        names = excluded.names,
        name_words = excluded.name_words,
        words = excluded.words
    WHERE (document.names, document.name_words, document.words)
        IS DISTINCT FROM (excluded.names, excluded.name_words, excluded.words);
END $$;
"""


def again(body):
    return body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


class Migration(migrations.Migration):
    dependencies = [("members", "0014_directory_order")]
    operations = [
        migrations.RunSQL(WORDS, again(_directory.WORDS)),
        migrations.RunSQL(REFRESH, again(_directory.REFRESH)),
    ]
