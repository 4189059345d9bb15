from django.db import migrations

# What each word of a text may stand for among the names of institutions; one row for
# each term, `kind` tells why. In the database, because a function's plan is kept with
# the connection, and to plan this takes longer than to run it. Constants: 24 words tell
# institutions apart, more add nothing; a term that three names have at most may be a
# typing error that somebody else made, too; what is joined by “short” are acronyms of
# some, and what many mean by them before the name of a town.
READING = r"""
CREATE FUNCTION registry_reading(typed text, parts text[], is_unfinished boolean)
RETURNS TABLE (place bigint, kind text, term text, names integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH words AS MATERIALIZED (
    SELECT term, place, lead(term) OVER (ORDER BY place) AS next,
        place = max(place) OVER () AS is_last, coalesce(names, 0) AS names
    FROM unnest(registry_terms(typed)) WITH ORDINALITY AS words (term, place)
    LEFT JOIN members_institutionterm USING (term)
    WHERE place <= 24
)
SELECT place, 'word', term, names FROM words
UNION ALL
SELECT place, 'joined', known.term, known.names
FROM words JOIN members_institutionterm AS known ON known.term = words.term || next
WHERE known.names > 0
UNION ALL
SELECT place, 'begun', known.term, known.names
FROM words, LATERAL (
    SELECT term, names FROM members_institutionterm AS known
    WHERE known.term ~>~ words.term AND known.term ~<~ (words.term || chr(1114111))
        AND known.names > 0
    ORDER BY known.names DESC, known.term LIMIT 16
) AS known
WHERE length(words.term) > 1
    AND (is_last AND is_unfinished OR words.names = 0 AND length(words.term) > 2)
UNION ALL
SELECT place, 'near', known.term, known.names
FROM words, LATERAL (
    SELECT term, names FROM members_institutionterm AS known
    WHERE known.term % words.term AND known.names > 0 AND known.term <> words.term
        AND levenshtein_less_equal(left(known.term, 255), words.term, 2)
            <= length(words.term) / 4
    ORDER BY known.names DESC, known.term LIMIT 8
) AS known
WHERE words.names <= 3 AND length(words.term) BETWEEN 4 AND 64
UNION ALL
SELECT place, 'near', known.term, known.names
FROM words, members_institutionterm AS known
WHERE words.names = 0 AND length(words.term) BETWEEN 4 AND 64 AND known.names > 0
    AND known.term = ANY (ARRAY(
        SELECT overlay(words.term PLACING reverse(substr(words.term, at, 2)) FROM at)
        FROM generate_series(1, length(words.term) - 1) AS at))
UNION ALL
SELECT place, 'also', known.term, known.names
FROM words JOIN (VALUES
    ('uni', 'university'), ('u', 'university'), ('unis', 'university'),
    ('tu', 'technology'), ('fh', 'fachhochschule'), ('ut', 'university'),
    ('jr', 'junior')
) AS pairs (short, long) ON words.term = short
JOIN members_institutionterm AS known ON known.term = long
UNION ALL
SELECT place, 'parted', part.term, part.names
FROM words, LATERAL (
    SELECT ARRAY[one.term, two.term] AS terms
    FROM generate_series(3, length(words.term) - 3) AS cut, LATERAL (
        SELECT term, names FROM members_institutionterm
        WHERE term = left(words.term, cut) AND names > 0 LIMIT 1
    ) AS one, LATERAL (
        SELECT term, names FROM members_institutionterm
        WHERE term = substr(words.term, cut + 1) AND names > 0 LIMIT 1
    ) AS two
    ORDER BY least(one.names, two.names) DESC LIMIT 1
) AS parted, LATERAL (
    SELECT term, names FROM members_institutionterm WHERE term = ANY (parted.terms)
) AS part
WHERE words.names = 0 AND length(words.term) BETWEEN 8 AND 64
UNION ALL
SELECT 0, 'phrase', array_to_string(registry_terms(part), ' '), 0
FROM unnest(parts) AS part
UNION ALL
SELECT 0, 'names', '', names FROM members_institutionterm WHERE term = '';
END $$;
"""
GONE = "DROP FUNCTION registry_reading"


class Migration(migrations.Migration):
    dependencies = [("members", "0016_facet_counts")]

    operations = [migrations.RunSQL(READING, GONE)]
