"""Where what totals keep is not what the expression says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis
from ibis.expr import types as ir

from kexie.registers.verification.tables import KEYS, MEASURES


@dataclass(frozen=True, slots=True)
class Difference:
    """A total that is not what it should be: organisation and indicator ids; ``what`` names the tables or the reading.

    ``expected`` and ``found`` have the columns that differ, integers in the smallest unit; an absent total has zeros.
    """

    organisation: int
    month: int
    indicator: int
    scope: str
    what: str
    expected: dict[str, Any]
    found: dict[str, Any]


def compared(expected: ir.Table, found: ir.Table, *more: str) -> ir.Table:
    """Return the rows in which the measures, and the columns ``more``, of two tables of totals differ."""
    names = (*MEASURES, *more)
    theirs = found.select(**{f"{name}_key": found[name] for name in KEYS}, **{f"{n}_found": found[n] for n in names})
    keys = [expected[name] == theirs[f"{name}_key"] for name in KEYS]
    joined = expected.outer_join(theirs, keys)
    rows = joined.select(
        **{name: ibis.coalesce(joined[name], joined[f"{name}_key"]) for name in KEYS},
        **{name: joined[name].fill_null(0) for name in names},
        **{f"{name}_found": joined[f"{name}_found"].fill_null(0) for name in names},
    )
    differs = ibis.or_(*(rows[name] != rows[f"{name}_found"] for name in names))
    return rows.filter(differs).order_by(*KEYS)


def named(rows: list[dict[str, Any]], what: str, *more: str) -> Iterator[Difference]:
    """Yield the rows of ``compared`` as differences."""
    for row in rows:
        columns = [name for name in (*MEASURES, *more) if row[name] != row[f"{name}_found"]]
        yield Difference(
            organisation=row["ancestor"],
            month=row["month"],
            indicator=row["indicator"],
            scope=row["scope"],
            what=what,
            expected={name: row[name] for name in columns},
            found={name: row[f"{name}_found"] for name in columns},
        )
