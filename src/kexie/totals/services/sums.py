"""The sums by ancestor, month and indicator: what is added to them, and when it arrives there.

On SQLite an addition goes into ``MonthSum`` at once. On PostgreSQL the row of the root would be written by every
session, so it is appended to ``SumDelta``; ``fold`` moves it, and reads add both.
"""

from collections import namedtuple
from collections.abc import Sequence
from operator import add, itemgetter, sub
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from kexie.core.bulk import insert_tuples
from kexie.totals.measures import MEASURE_FIELDS
from kexie.totals.models import MonthSum, StockDelta, StockSum, SumDelta, Sums
from kexie.totals.refusals import refuse_overflow

_FOLD_LOCK = 0x4B58_464F  # "KXFO"
_KEYS = ("ancestor_id", "month", "indicator_id", "outside")

# What is appended, where it is folded into, and by which keys.
_STOCKS = (StockDelta, StockSum, ("ancestor_id", "day", "indicator_id", "month", "outside"))
_FOLDED = ((SumDelta, MonthSum, _KEYS), _STOCKS)

Key = tuple[int, int, int, bool]  # ancestor, month, indicator, outside
Columns = tuple[int, ...]  # the fields of a Measure, in their order
SumRow = namedtuple("SumRow", (*_KEYS, *MEASURE_FIELDS))  # type: ignore[misc]  # the fields are those of a Measure


K = TypeVar("K", bound=Any)


class Deltas(dict[K, Columns]):
    """Columns by key, gathered before they are written."""

    def add(self, key: K, columns: Columns) -> None:
        held = self.get(key)
        self[key] = columns if held is None else tuple(map(add, held, columns))

    def take(self, key: K, columns: Columns) -> None:
        self[key] = tuple(map(sub, self.get(key, _NOTHING), columns))


def write(deltas: Deltas[Key]) -> None:
    """Add ``deltas`` to the sums, in the order of their keys. To be called inside a transaction."""
    refuse_overflow(deltas)
    rows = [
        SumRow._make((*key, *columns)) for key, columns in sorted(deltas.items(), key=itemgetter(0)) if any(columns)
    ]
    if connection.vendor == "postgresql":
        insert_tuples(SumDelta, rows)
    elif rows:
        places = ", ".join(["%s"] * len(SumRow._fields))
        with connection.cursor() as cursor:
            cursor.executemany(_upsert(f"VALUES ({places})"), rows)


_NOTHING: Columns = (0,) * len(MEASURE_FIELDS)


def _upsert(source: str, sums: type[Sums] = MonthSum, key_names: Sequence[str] = _KEYS) -> str:
    """The statement that adds the rows of ``source``, which gives them in the order of their keys, to the sums."""
    table = sums._meta.db_table
    keys, columns = ", ".join(key_names), ", ".join(f'"{name}"' for name in MEASURE_FIELDS)
    updates = ", ".join(f'"{name}" = {table}."{name}" + excluded."{name}"' for name in MEASURE_FIELDS)
    # Table and column names only, all from our own models: there is no value in this statement.
    return f"INSERT INTO {table} ({keys}, {columns}) {source} ON CONFLICT ({keys}) DO UPDATE SET {updates}"


def fold() -> None:
    """Move all deltas into the sums, in key order. Two sessions never do it at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_FOLD_LOCK])
        for folded in _FOLDED:
            _move(cursor, *folded)


def arrive() -> None:
    """On SQLite, let the steps of stocks that were just appended arrive in their sums at once."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            _move(cursor, *_STOCKS)


def fold_waiting() -> bool:
    """Fold when there is something to fold and nobody else is at it: what a worker does every few seconds."""
    if connection.vendor != "postgresql" or not any(deltas.objects.exists() for deltas, _, _ in _FOLDED):
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_FOLD_LOCK])
        free: bool = cursor.fetchone()[0]
        if free:
            for folded in _FOLDED:
                _move(cursor, *folded)
    return free


def _move(cursor: CursorWrapper, deltas: type[Sums], sums: type[Sums], key_names: Sequence[str]) -> None:
    delta = deltas._meta.db_table
    keys, added = ", ".join(key_names), ", ".join(f'SUM("{name}")' for name in MEASURE_FIELDS)
    gathered = f"SELECT {keys}, {added} FROM {{source}} WHERE true GROUP BY {keys} ORDER BY {keys}"  # noqa: S608
    if connection.vendor == "postgresql":  # in one statement, so that what is appended meanwhile is not lost
        taken = f"WITH taken AS (DELETE FROM {delta} RETURNING *) "  # noqa: S608
        cursor.execute(taken + _upsert(gathered.format(source="taken"), sums, key_names))
    else:
        cursor.execute(_upsert(gathered.format(source=delta), sums, key_names))
        cursor.execute(f"DELETE FROM {delta}")  # noqa: S608
