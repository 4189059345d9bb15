"""What the migrations wrote, and its return after tests that commit."""

import time

from psycopg import sql

# They count what happens here, too, and never go back.
COUNTING = ["registry_revision", "registry_change"]
TABLES = """
SELECT format('SELECT %%L WHERE EXISTS (SELECT FROM %%I)', relname, relname)
FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
AND NOT relname = ANY(%s) ORDER BY relname
"""
WRITERS = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
"""
WAIT = 20  # seconds
COUNT = "UPDATE registry_revision SET number = number + 1, mark = gen_random_uuid()"


class Snapshot:
    """The rows of every table.

    To put them back takes a superuser, as no trigger is to run.
    """

    def __init__(self, cursor):
        cursor.execute(TABLES, [COUNTING])
        self.asked = " UNION ALL ".join(query for (query,) in cursor)
        self.rows = {table: _read(cursor, table) for table in self._filled(cursor)}

    def _filled(self, cursor):
        cursor.execute(self.asked)
        return [table for (table,) in cursor]

    def put_back(self, cursor):
        """In the transaction of `cursor`; what others still write, it waits for."""
        _wait_for_writers(cursor)
        filled = self._filled(cursor)
        other = [each for each in filled if each not in self.rows]
        other += [each for each in self.rows if _read(cursor, each) != self.rows[each]]
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in other:
            cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            if table in self.rows:
                _write(cursor, table, self.rows[table])
        if other:
            cursor.execute(COUNT)


def _wait_for_writers(cursor):
    """Of processes that were killed, too, PostgreSQL ends what they had begun."""
    end = time.monotonic() + WAIT
    while cursor.execute(WRITERS).fetchone() != (0,):
        assert time.monotonic() < end, "somebody is still writing"
        time.sleep(0.01)


def _read(cursor, table):
    with cursor.copy(_copy(table, "TO STDOUT")) as copy:
        return b"".join(copy)


def _write(cursor, table, rows):
    with cursor.copy(_copy(table, "FROM STDIN")) as copy:
        copy.write(rows)


def _copy(table, way):
    return sql.SQL("COPY {} ").format(sql.Identifier(table)) + sql.SQL(way)
