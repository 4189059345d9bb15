"""What keeps the registry's revision: a counter of the changes to public data.

A statement that changes a public table leaves one row for its transaction. That row's
deferred trigger advances the counter when the transaction commits, so that whoever sees
the data sees the counter, and the reverse; and writers wait for each other only while
they commit. The first call of the trigger does no more than to be called again, after
all checks of foreign keys: no lock is waited for while the counter's is held.

`mark` tells apart two registries that have counted equally far, such as one and what
was restored from its backup.
"""

from django.db import migrations

TABLES = """
CREATE TABLE registry_revision (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    number bigint NOT NULL,
    mark uuid NOT NULL
);
INSERT INTO registry_revision (number, mark) VALUES (1, gen_random_uuid());
CREATE UNLOGGED TABLE registry_change (
    transaction xid8 PRIMARY KEY,
    is_last boolean NOT NULL DEFAULT false
);
"""

CHANGED = """
CREATE FUNCTION registry_public_data_changed() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO registry_change (transaction) VALUES (pg_current_xact_id())
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""

ADVANCE = """
CREATE FUNCTION registry_advance_revision() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE registry_change SET is_last = true
            WHERE transaction = NEW.transaction;
    ELSE
        DELETE FROM registry_change WHERE transaction = NEW.transaction;
        INSERT INTO registry_revision AS revision (number, mark)
            VALUES (1, gen_random_uuid())
            ON CONFLICT (is_only) DO UPDATE
            SET number = revision.number + 1, mark = excluded.mark;
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER registry_revision AFTER INSERT OR UPDATE ON registry_change
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION registry_advance_revision();
ALTER TABLE registry_change ENABLE ALWAYS TRIGGER registry_revision;
"""

OPERATIONS = [
    migrations.RunSQL(TABLES, "DROP TABLE registry_revision, registry_change"),
    migrations.RunSQL(CHANGED, "DROP FUNCTION registry_public_data_changed"),
    migrations.RunSQL(
        ADVANCE,
        "DROP TRIGGER registry_revision ON registry_change;"
        "DROP FUNCTION registry_advance_revision",
    ),
]


def public(*tables):
    """Operations after which any change to `tables` advances the revision.

    Each table that a public page reads needs this, in the migration that makes it.
    """
    return [
        migrations.RunSQL(
            f"CREATE TRIGGER registry_revision AFTER INSERT OR UPDATE OR DELETE "
            f"OR TRUNCATE ON {table} FOR EACH STATEMENT "
            f"EXECUTE FUNCTION registry_public_data_changed();"
            # Also where the triggers of others are told to stand still.
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER registry_revision",
            f"DROP TRIGGER registry_revision ON {table}",
        )
        for table in tables
    ]
