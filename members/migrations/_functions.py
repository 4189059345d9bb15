"""What the tables stand on: extensions, and the functions of their constraints."""

from django.contrib.postgres.operations import (
    BtreeGistExtension,
    CreateExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations

# Compared are: compatibility forms as one (NFKC), no accents, no case, one space where
# there are several, no invisible characters.
FOLD = r"""
CREATE FUNCTION registry_fold(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    regexp_replace(
        lower(unaccent('unaccent'::regdictionary, normalize($1, NFKC))),
        '[\u0300-\u036f\u0640\u064b-\u065f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]',
        '', 'g'),
    '[\s\u00a0\u3000]+', ' ', 'g'));
"""

# The same sum as check_character() in members/identifiers.py.
IS_PUBLIC_ID = r"""
CREATE FUNCTION registry_is_public_id(text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN $1 ~ '^[0-9A-HJKMNP-TW-Z]{8}$' AND right($1, 1) = substr(
    '0123456789ABCDEFGHJKMNPQRSTWXYZ',
    1 + (SELECT sum(place * (strpos('0123456789ABCDEFGHJKMNPQRSTWXYZ',
                                    substr($1, place, 1)) - 1))::int % 31
         FROM generate_series(1, 7) AS place),
    1);
"""

# The same sum as ror_checksum() in members/identifiers.py.
IS_ROR_ID = r"""
CREATE FUNCTION registry_is_ror_id(text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN $1 ~ '^0[0-9a-hjkmnp-tv-z]{6}[0-9]{2}$' AND right($1, 2) = lpad((
    98 - (SELECT sum((strpos('0123456789abcdefghjkmnpqrstvwxyz',
                             substr($1, place + 1, 1)) - 1)
                     * (32 ^ (6 - place))::bigint)::bigint * 100 % 97
          FROM generate_series(1, 6) AS place))::text, 2, '0');
"""


OPERATIONS = [
    UnaccentExtension(),
    TrigramExtension(),
    BtreeGistExtension(),
    CreateExtension("fuzzystrmatch"),
    migrations.RunSQL(FOLD, "DROP FUNCTION registry_fold"),
    migrations.RunSQL(IS_PUBLIC_ID, "DROP FUNCTION registry_is_public_id"),
    migrations.RunSQL(IS_ROR_ID, "DROP FUNCTION registry_is_ror_id"),
]
