"""Where expressions are run. An engine keeps the answer of one under a name, as a table that the next one reads.

Ibis writes the SQL in the engine's dialect; the engine's own driver runs it. So one expression serves DuckDB,
PostgreSQL and Spark, and no step is worked out twice where an engine would copy a subquery for each use.
"""

from pathlib import Path
from typing import Any, Protocol

import duckdb
import ibis
from ibis.expr import types as ir


class Engine(Protocol):
    """What the expressions need of a database."""

    def keep(self, name: str, expression: ir.Table) -> ir.Table:
        """Work ``expression`` out and return it as table ``name``."""
        ...

    def is_empty(self, table: ir.Table) -> bool:
        """Whether ``table`` has no row."""
        ...


class DuckDB:
    """DuckDB in this process over Parquet files in ``folder``; what does not fit into memory goes there, too."""

    def __init__(self, folder: Path) -> None:
        self._connection = duckdb.connect()
        self._connection.execute("SET temp_directory = $folder", {"folder": str(folder / "spill")})
        for path in folder.glob("*.parquet"):
            self._connection.read_parquet(str(path)).create_view(path.stem)

    def keep(self, name: str, expression: ir.Table) -> ir.Table:
        # The name is one of ours, and the statement is written by Ibis.
        self._connection.execute(f'CREATE OR REPLACE TEMP TABLE "{name}" AS {self._sql(expression)}')
        return ibis.table(expression.schema(), name=name)

    def is_empty(self, table: ir.Table) -> bool:
        return not self.rows(table.limit(1))

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Return all rows of ``expression``."""
        cursor = self._connection.execute(self._sql(expression))
        names = [each[0] for each in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def close(self) -> None:
        self._connection.close()

    def _sql(self, expression: ir.Table) -> str:
        return str(ibis.to_sql(expression, dialect="duckdb"))


def every(*tables: ir.Table) -> ir.Table:
    """Return the rows of all ``tables``, with their repetitions."""
    first, *others = tables
    for other in others:
        first = first.union(other, distinct=False)
    return first
