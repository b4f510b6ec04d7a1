"""Reads that agree with each other while others write."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kexie.core.consistency import consistent_reads
from kexie.core.models import StoredFile


def count() -> int:
    return StoredFile.objects.count()


@pytest.mark.django_db
def test_within_a_transaction_it_changes_nothing() -> None:
    with consistent_reads():
        assert connection.in_atomic_block and count() == 0
        StoredFile.objects.create(sha256="a" * 64, name="a", size=1)
    assert count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the test database of SQLite is one connection's alone")
def test_what_others_write_meanwhile_is_not_seen(django_db_setup: None, django_db_blocker: Any) -> None:
    """Outside of a test's transaction; its one row is taken away by hand, not by emptying all tables."""
    other = connection.copy()
    with django_db_blocker.unblock():
        try:
            with consistent_reads():
                assert count() == 0
                with other.cursor() as cursor:
                    cursor.execute("INSERT INTO core_storedfile VALUES (%s, 'b', 1, now())", ["b" * 64])
                assert count() == 0
            assert count() == 1
        finally:
            StoredFile.objects.filter(sha256="b" * 64).delete()
            other.close()
            connection.close()


def test_sqlite_lets_others_write_meanwhile(tmp_path: Path) -> None:
    """What BEGIN DEFERRED does with the write-ahead log, which the home's database has."""
    file = tmp_path / "home.sqlite3"
    reader, writer = (sqlite3.connect(file, isolation_level=None, timeout=1) for _ in range(2))
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE t (x)")
    reader.execute("BEGIN DEFERRED")
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
    writer.execute("INSERT INTO t VALUES (1)")
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
    reader.execute("ROLLBACK")
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (1,)
    reader.close()
    writer.close()
