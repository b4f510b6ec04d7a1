"""Long reads that must agree with each other while others write."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def consistent_reads() -> Iterator[None]:
    """Let all reads inside see the database as the first of them saw it; nobody is kept from writing meanwhile.

    Nothing may be written inside. Within a transaction that is open already it changes nothing.
    """
    if connection.in_atomic_block:
        yield
        return
    # Not ``atomic``: on SQLite that would take the writers' place in the queue.
    postgres = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN DEFERRED")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ROLLBACK")
