"""Other engines than DuckDB for the expression of verification: PostgreSQL and Spark, by their own drivers."""

from pathlib import Path
from typing import Any

import ibis
import pyarrow.parquet as pq
from ibis.expr import types as ir

from kexie.registers.verification.engine import DuckDB
from kexie.registers.verification.expression import totals
from kexie.registers.verification.tables import RAW


class PostgreSQL:
    """The exported tables and all steps as temporary tables of one session; ``cursor`` is Django's or psycopg's."""

    def __init__(self, cursor: Any, folder: Path) -> None:
        self._cursor = cursor
        types = {"int64": "BIGINT", "string": "TEXT", "boolean": "BOOLEAN"}
        for name, columns in RAW.items():
            declared = ", ".join(f'"{column}" {types[kind]}' for column, kind in columns.items())
            cursor.execute(f'CREATE TEMP TABLE "{name}" ({declared})')
            rows = pq.read_table(folder / f"{name}.parquet").to_pylist()
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{name}" VALUES ({places})', [list(row.values()) for row in rows])

    def keep(self, name: str, expression: ir.Table) -> ir.Table:
        sql = str(ibis.to_sql(expression, dialect="postgres")).replace("%", "%%")
        self._cursor.execute(f'CREATE TEMP TABLE "{name}" AS {sql}', [])
        return ibis.table(expression.schema(), name=name)

    def is_empty(self, table: ir.Table) -> bool:
        return not self.rows(table.limit(1))

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        self._cursor.execute(str(ibis.to_sql(expression, dialect="postgres")).replace("%", "%%"), [])
        names = [each[0] for each in self._cursor.description]
        return [dict(zip(names, row, strict=True)) for row in self._cursor.fetchall()]


class Spark:
    """The exported files as views of one Spark session; each step is a checkpoint."""

    def __init__(self, session: Any, folder: Path) -> None:
        self._session = session
        for path in folder.glob("*.parquet"):
            session.read.parquet(str(path)).createOrReplaceTempView(path.stem)

    def keep(self, name: str, expression: ir.Table) -> ir.Table:
        answer = self._session.sql(str(ibis.to_sql(expression, dialect="pyspark")))
        answer.localCheckpoint(eager=True).createOrReplaceTempView(name)
        return ibis.table(expression.schema(), name=name)

    def is_empty(self, table: ir.Table) -> bool:
        return not self.rows(table.limit(1))

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        answer = self._session.sql(str(ibis.to_sql(expression, dialect="pyspark")))
        return [row.asDict() for row in answer.collect()]


def all_totals(engine: DuckDB | PostgreSQL | Spark) -> list[list[tuple[str, Any]]]:
    """Everything that the expression says, in one order."""
    answer = totals(engine)
    rows = [*engine.rows(answer.flows), *engine.rows(answer.stocks)]
    return sorted(sorted((name, value) for name, value in row.items()) for row in rows)
