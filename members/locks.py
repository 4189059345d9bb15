"""Work that one process does at a time, on any machine."""

from contextlib import contextmanager, suppress

from django.db import DatabaseError, connection

TRY = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))"
END = "SELECT pg_advisory_unlock(hashtextextended(%s, 0))"


@contextmanager
def only_one(name):
    """Whether this process alone does what `name` says, until the end of the block.

    PostgreSQL takes the lock back from whoever dies, since it belongs to a connection:
    not to be used on pooled ones.
    """
    with connection.cursor() as cursor:
        cursor.execute(TRY, [name])
        (is_ours,) = cursor.fetchone()
    try:
        yield is_ours
    finally:
        if is_ours:
            # If the connection is gone, so is the lock.
            with suppress(DatabaseError), connection.cursor() as cursor:
                cursor.execute(END, [name])
