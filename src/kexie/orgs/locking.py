"""Locks on the tree, for PostgreSQL; on SQLite one session writes at a time, so there is nothing to do.

Whoever books something first holds the tree still, then locks the entries, then their merge groups, and writes its
audit record last. All take these in the same order, so that nobody waits in a ring.
"""

from django.db import connection

_TREE = 0x4B58_5452  # "KXTR"


def lock_tree() -> None:
    """Until this transaction ends, nobody else changes the tree or books by it."""
    _take("pg_advisory_xact_lock")


def hold_tree() -> None:
    """Until this transaction ends, nobody changes the tree; others may hold it, too."""
    _take("pg_advisory_xact_lock_shared")


def _take(function: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [_TREE])
