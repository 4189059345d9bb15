"""Bring the institutions to the state of a dump of ROR.

The dump is copied into a table of this session alone; what differs is then merged in
one transaction, in sets. Until it commits, everybody sees what was before. What others
may want to write meanwhile is locked last: a change of a host is one of the search
documents of its organizations.
"""

from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import pghistory
from django.db import IntegrityError, connection, transaction
from psycopg.types.json import Jsonb

from members.locks import only_one
from members.models import Institution, InstitutionName, InstitutionTerm, User
from members.ror import records
from members.ror.reading import Reader, RefusalError, opened

LOCK = "members.import_ror"
# A file that lacks more than this part of what ROR knew is not one of the whole of ROR.
MOST_GONE = 0.5
FEW = 100

FACTS = [
    *("name", "other_names", "name_notes", "city", "country", "country_code"),
    *("latitude", "longitude", "website", "status", "ror_modified_on"),
    *("parent_id", "successor_id"),
]

STAGE = """
DROP TABLE IF EXISTS pg_temp.ror_record;
CREATE TEMPORARY TABLE ror_record (
    ror_id text, name text, other_names varchar[], name_notes jsonb, city text,
    country text, country_code text, latitude float8, longitude float8, website text,
    status text, ror_modified_on date, parent text, successor text,
    id bigint, parent_id bigint, successor_id bigint, is_new boolean,
    is_host boolean
)
"""
COPY = "COPY ror_record ({}) FROM STDIN"
REPEATED = "SELECT ror_id FROM ror_record GROUP BY ror_id HAVING count(*) > 1 LIMIT 1"

# New rows get their keys here, so that those of parents and successors are known.
LINK = """
CREATE UNIQUE INDEX ON ror_record (ror_id);
ANALYZE ror_record;
UPDATE ror_record SET id = known.id, is_new = false,
    is_host = EXISTS (SELECT FROM members_host WHERE institution_id = known.id)
FROM members_institution AS known WHERE known.ror_id = ror_record.ror_id;
UPDATE ror_record SET id = nextval('members_institution_id_seq'), is_new = true
WHERE id IS NULL;
UPDATE ror_record AS record SET
    parent_id = nullif(parent.id, record.id),
    successor_id = nullif(successor.id, record.id)
FROM ror_record AS other
LEFT JOIN ror_record AS parent ON parent.ror_id = other.parent
LEFT JOIN ror_record AS successor ON successor.ror_id = other.successor
WHERE other.ror_id = record.ror_id AND coalesce(parent.id, successor.id) IS NOT NULL;
CREATE UNIQUE INDEX ON ror_record (id);
ANALYZE ror_record;
"""
INSERT = f"""
INSERT INTO members_institution (id, ror_id, is_example, {", ".join(FACTS)})
SELECT id, ror_id, false, {", ".join(FACTS)} FROM ror_record WHERE is_new
ORDER BY id
"""  # noqa: S608
# Whoever changes one of these waits for the import from here on. Else each could come
# to wait for the other, which has counted the words of names meanwhile.
LOCK_HOSTS = """
SELECT FROM members_institution AS known JOIN ror_record USING (id) WHERE is_host
ORDER BY id FOR NO KEY UPDATE OF known
"""
CHANGE = f"""
UPDATE members_institution AS known SET
    {", ".join(f"{fact} = record.{fact}" for fact in FACTS)}, is_example = false
FROM ror_record AS record
WHERE NOT is_new AND known.id = record.id AND is_host = %s
    AND ({", ".join(f"known.{fact}" for fact in FACTS)}, known.is_example)
    IS DISTINCT FROM ({", ".join(f"record.{fact}" for fact in FACTS)}, false)
"""  # noqa: S608
# Whoever made one of the others a host meanwhile saw what it was before.
LATE_HOSTS = """
WITH late AS (
    SELECT array_agg(DISTINCT organization_id) AS ids
    FROM members_host JOIN ror_record ON ror_record.id = institution_id
    WHERE NOT is_host
)
SELECT registry_refresh_documents(ids), registry_refresh_facets(ids) FROM late
"""
GONE = """
known.ror_modified_on IS NOT NULL AND known.status <> 'withdrawn'
    AND known.ror_id <> ALL (%s)
    AND NOT EXISTS (SELECT FROM ror_record WHERE ror_record.ror_id = known.ror_id)
"""
COUNT_GONE = f"""
SELECT count(*) FILTER (WHERE {GONE}),
    count(*) FILTER (WHERE ror_modified_on IS NOT NULL)
FROM members_institution AS known
"""  # noqa: S608
WITHDRAW = f"UPDATE members_institution AS known SET status = 'withdrawn' WHERE {GONE}"  # noqa: S608
# The statistics of a table that was just filled, or is empty, are not those of its
# rows; to join it row by row would then take hours.
JOIN_IN_SETS = "SET LOCAL enable_nestloop = off"


@dataclass
class Summary:
    """What an import did. `withdrawn` are those that the file no longer has."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    refused: list[str] = field(default_factory=list)
    refused_ids: list[str] = field(default_factory=list)


@dataclass
class RorImport:
    """Reads one dump into the registry, in somebody's name: without `by`, its own.

    `progress` is called with the number of bytes, and gives what is told of each piece.
    """

    by: User | None = None
    progress: object = lambda size: lambda number: None
    shrunken: bool = False

    def run(self, path) -> Summary:
        """RefusalError: nothing was written, and why."""
        with only_one(LOCK) as is_ours, connection.cursor() as cursor:
            if not is_ours:
                raise RefusalError("Another import of ROR is running.")
            cursor.execute(STAGE)
            summary = Summary()
            self._stage(cursor, Path(path), summary)
            try:
                self._merge(cursor, summary)
            except IntegrityError as error:
                text = "An institution of the file was entered meanwhile; try again."
                raise RefusalError(text) from error
            cursor.execute("DROP TABLE ror_record")
            if summary.added + summary.changed:
                for model in (Institution, InstitutionName, InstitutionTerm):
                    cursor.execute(f"ANALYZE {model._meta.db_table}")
        return summary

    def _stage(self, cursor, path, summary):
        columns = ", ".join(records.Row._fields)
        with opened(path) as (stream, size):
            found = Reader(stream, self.progress(size))
            rows = self._rows(found, summary)
            first = next(rows, None)
            if first is None:
                raise RefusalError("The file holds no record that could be taken.")
            with transaction.atomic(), cursor.copy(COPY.format(columns)) as copy:
                for row in chain([first], rows):
                    copy.write_row(row._replace(name_notes=Jsonb(row.name_notes)))
        cursor.execute(REPEATED)
        if repeated := cursor.fetchone():
            raise RefusalError(f"The file has {repeated[0]} more than once.")

    def _rows(self, found, summary):
        for record in found:
            ror_id = records.id_of(record)
            if not ror_id:
                place = f"Record {found.records:,}, line {found.line:,}"
                raise RefusalError(
                    f"{place}: no record of ROR (a ROR id and names are missing, or "
                    "the file is not of schema 2)."
                )
            try:
                yield records.read(record)
            except records.RecordError as error:
                summary.refused.append(f"{ror_id}: {error}")
                summary.refused_ids.append(ror_id)

    def _merge(self, cursor, summary):
        by = self.by or User.objects.registry()
        with transaction.atomic(), pghistory.context(user=by.pk):
            cursor.execute(JOIN_IN_SETS)
            cursor.execute(LINK)
            self._look(cursor, summary)
            cursor.execute(WITHDRAW, [summary.refused_ids])
            summary.withdrawn = cursor.rowcount
            cursor.execute(LOCK_HOSTS)
            cursor.execute(CHANGE, [False])
            summary.changed = cursor.rowcount
            cursor.execute(INSERT)
            summary.added = cursor.rowcount
            cursor.execute(CHANGE, [True])
            summary.changed += cursor.rowcount
            cursor.execute(LATE_HOSTS)
            cursor.execute("SELECT count(*) FROM ror_record")
            told = cursor.fetchone()[0]
            summary.unchanged = told - summary.added - summary.changed

    def _look(self, cursor, summary):
        """Refuse what can only be a part of ROR."""
        cursor.execute(COUNT_GONE, [summary.refused_ids])
        gone, known = cursor.fetchone()
        if gone > max(FEW, MOST_GONE * known) and not self.shrunken:
            raise RefusalError(
                f"{gone:,} of {known:,} institutions of ROR are not in the file: it "
                "looks like a part of ROR. --shrunken takes it all the same."
            )
