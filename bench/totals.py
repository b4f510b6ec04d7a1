"""How long totals take: 26,000 organisations and a million figures, against DuckDB over Parquet of the same facts.

``SIZE=10`` takes ten million figures, ``SIZE=0.2`` two hundred thousand. Answers are compared before they are timed.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
import province

ORGANISATIONS = 26_000
MILLION = 1_000_000
PERIODS = {"closed": (202401, 202412), "open": (202601, 202612)}
REPEATS = 9
WHOLE, PARTS = 1.5, 8.0  # times as long as DuckDB

Ask = Callable[[], Any]


class Taken(NamedTuple):
    """Medians in milliseconds: ours, DuckDB's; ours of the processor alone; how many times as long we may take."""

    ours: float
    theirs: float
    processor: float
    limit: float


def timed(ours: Ask, theirs: Ask, limit: float) -> Taken:
    """Time both in turn, so that what else the machine does falls on both, after a first call of each."""
    taken: list[tuple[float, float, float]] = []
    for _ in range(REPEATS + 1):
        started, processor = time.perf_counter(), time.thread_time()
        ours()
        between, processor = time.perf_counter(), time.thread_time() - processor
        theirs()
        taken.append((between - started, time.perf_counter() - between, processor))
    medians = (statistics.median(column) * 1000 for column in zip(*taken[1:], strict=True))
    return Taken(*medians, limit)


class Peer:
    """DuckDB over one Parquet file of facts, each with the month and the ancestors of its posting by level.

    This is the layout that suits it best: a total is one scan without a join.
    """

    LEVELS = 5

    def __init__(self, folder: Path) -> None:
        import duckdb
        import pyarrow as pa
        import pyarrow.parquet as pq
        from django.db import connection

        from kexie.orgs.models import Lineage, ids_of_path

        paths = dict(Lineage.objects.values_list("organisation", "path"))
        deepest = dict(Lineage.objects.values_list("organisation", "department_depth"))
        names = ("indicator", "qualifier", "value", "low", "high", "high_exclusive", "part", "posting", "month", "day",
                 "unit", "work_area")  # fmt: skip
        with connection.cursor() as cursor, pq.ParquetWriter(folder / "facts.parquet", self._schema()) as writer:
            cursor.execute(
                "SELECT f.indicator_id, f.qualifier, f.value, f.low, f.high, f.high_exclusive, f.part, p.id, p.month, "
                "p.day, p.organisation_id, p.work_area FROM totals_fact f JOIN totals_posting p ON p.id = f.posting_id"
            )
            while rows := cursor.fetchmany(50_000):
                columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
                for name in ("high_exclusive", "part"):
                    columns[name] = [bool(value) for value in columns[name]]
                columns["day"] = [int(str(day).replace("-", "")) for day in columns["day"]]
                ids = [[*ids_of_path(paths[unit]), *[0] * self.LEVELS] for unit in columns["unit"]]
                columns |= {f"level{n}": [each[n] for each in ids] for n in range(self.LEVELS)}
                columns["deepest"] = [deepest[unit] for unit in columns["unit"]]
                writer.write_batch(pa.record_batch(columns, schema=self._schema()))
        self.connection = duckdb.connect()
        self.connection.execute(f"CREATE VIEW facts AS SELECT * FROM '{folder / 'facts.parquet'}'")
        self._skips(folder)

    def _schema(self) -> Any:
        import pyarrow as pa

        numbers = ("value", "low", "high", "posting", "month", "day", "unit", "indicator", "deepest")
        levels = [f"level{n}" for n in range(self.LEVELS)]
        texts, truths = ("qualifier", "work_area"), ("high_exclusive", "part")
        return pa.schema(
            [(name, pa.int64()) for name in (*numbers, *levels)]
            + [(name, pa.string()) for name in texts]
            + [(name, pa.bool_()) for name in truths]
        )

    def _skips(self, folder: Path) -> None:
        """What merge groups leave out, as a table of its own; there are few."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        from kexie.totals.models import Skip

        names = ["posting", "ancestor", "indicator", "system"]
        rows = list(Skip.objects.values_list("posting", "ancestor", "indicator", "system"))
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        pq.write_table(pa.table(columns), folder / "skips.parquet")
        self.connection.execute(f"CREATE VIEW skips AS SELECT * FROM '{folder / 'skips.parquet'}'")

    MEASURE = (
        "sum(value), sum(coalesce(low, 0)), sum(coalesce(high, 0)), count(DISTINCT posting), "
        "count(*) FILTER (qualifier = 'exact'), count(*) FILTER (qualifier = 'at_least'), "
        "count(*) FILTER (qualifier = 'at_most'), count(*) FILTER (qualifier = 'about'), "
        "count(*) FILTER (qualifier = 'range'), count(*) FILTER (high IS NULL), count(*) FILTER (high_exclusive)"
    )

    def flows(self, unit: int, depth: int, first: int, last: int, by: str = "", where: str = "true") -> dict[Any, Any]:
        """Measures of the 科协系统 by indicator, or by ``by`` and indicator."""
        keys = f"{by}, indicator" if by else "indicator"
        rows = self.connection.execute(
            f"SELECT {keys}, {self.MEASURE} FROM facts f WHERE level{depth} = ? AND month BETWEEN ? AND ? "
            f"AND NOT part AND deepest <= {depth} AND indicator IN (SELECT id FROM flows) AND {where} AND NOT EXISTS "
            f"(FROM skips s WHERE s.posting = f.posting AND s.indicator = f.indicator AND s.ancestor = ? AND s.system) "
            f"GROUP BY {keys}",
            [unit, first, last, unit],
        ).fetchall()
        return {row[: 2 if by else 1]: row[2 if by else 1 :] for row in rows}

    def stocks(self, unit: int, depth: int, last: int, by: str = "") -> dict[Any, Any]:
        """The last values of stocks that are still valid, added up by indicator, or by ``by`` and indicator."""
        index = last // 100 * 12 + last % 100
        keys = f"{by}, indicator" if by else "indicator"
        rows = self.connection.execute(
            f"SELECT {keys}, {self.MEASURE}, min(day) FROM (FROM facts f JOIN ages ON ages.id = indicator "
            f"WHERE level{depth} = ? AND month <= ? AND month // 100 * 12 + month % 100 >= ? - months AND NOT part "
            f"AND deepest <= {depth} QUALIFY rank() OVER (PARTITION BY unit, indicator ORDER BY day DESC, posting DESC)"
            f" = 1) GROUP BY {keys}",
            [unit, last, index],
        ).fetchall()
        return {row[: 2 if by else 1]: row[2 if by else 1 :] for row in rows}


def main() -> None:
    size = float(os.environ.get("SIZE") or 1)
    small = run(size / 10)
    large = run(size)
    print(f"totals, {int(size * MILLION):,} figures of {ORGANISATIONS:,} organisations")
    for name, (ours, theirs, _, limit) in large.items():
        ratio = ours / theirs
        print(f"{name}: {ours:.1f} ms, DuckDB {theirs:.1f} ms, ratio {ratio:.2f} (required <= {limit:.2f})")
    for level in LEVELS:
        closed, opened = (f"{level}, a year, all indicators, {period}" for period in PERIODS)
        # Of the processor alone: the two sizes are measured one after the other.
        growth = large[closed].processor / small[closed].processor
        print(f"{level}, ten times the figures: ratio {growth:.2f} (required <= 1.50)")
        later = large[opened].processor / large[closed].processor
        print(f"{level}, open against closed period: ratio {later:.2f} (required <= 1.50)")


LEVELS = ("province", "city", "county", "township")


def run(size: float) -> dict[str, Taken]:
    """Build a province in a process of its own and return what each question takes."""
    import json
    import subprocess

    command = [sys.executable, __file__, "measure", str(size)]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return {name: Taken(*values) for name, values in json.loads(answer).items()}


def measure(size: float) -> dict[str, Taken]:
    with province.empty_home() as home:
        from kexie.orgs.models import Organisation
        from kexie.totals.models import Indicator

        started = time.perf_counter()
        province.plant(ORGANISATIONS)
        planted = time.perf_counter()
        province.fill(int(size * MILLION))
        print(
            f"built {int(size * MILLION):,} figures: tree {planted - started:.0f} s, figures "
            f"{time.perf_counter() - planted:.0f} s",
            file=sys.stderr,
        )
        peer = Peer(home)
        peer.connection.execute("CREATE TABLE flows (id BIGINT)")
        peer.connection.executemany("INSERT INTO flows VALUES (?)", [[i] for i in ids(Indicator, "flow")])
        peer.connection.execute("CREATE TABLE ages (id BIGINT, months BIGINT)")
        ages = [list(row) for row in Indicator.objects.filter(kind="stock").values_list("pk", "valid_months")]
        peer.connection.executemany("INSERT INTO ages VALUES (?, ?)", ages)
        codes = dict(Indicator.objects.values_list("pk", "code"))
        SCALES.update(Indicator.objects.filter(formula={}).values_list("code", "scale"))
        result: dict[str, Taken] = {}
        for depth, level in enumerate(LEVELS):
            unit = Organisation.objects.filter(kind=level).order_by("pk")[3 if depth else 0]
            for name, (ours, theirs, limit) in questions(peer, unit, depth).items():
                if limit == WHOLE:
                    check(codes, ours(), theirs())
                result[f"{level}, {name}"] = timed(ours, theirs, limit)
        return result


def questions(peer: Peer, unit: Any, depth: int) -> dict[str, tuple[Ask, Ask, float]]:
    """What is asked of ``unit``: how we answer it, how DuckDB does, and how many times as long we may take."""
    from kexie.totals.queries import totals, totals_by_organisation

    def whole(first: int, last: int) -> tuple[Ask, Ask, float]:
        return (
            lambda: totals(organisation=unit, first_month=first, last_month=last),
            lambda: (peer.flows(unit.pk, depth, first, last), peer.stocks(unit.pk, depth, last)),
            WHOLE,
        )

    first, last = PERIODS["closed"]
    area = "literacy"
    return {
        **{f"a year, all indicators, {name}": whole(*months) for name, months in PERIODS.items()},
        "a year by organisation": (
            lambda: totals_by_organisation(organisation=unit, first_month=first, last_month=last),
            lambda: (
                peer.flows(unit.pk, depth, first, last, f"level{depth + 1}"),
                peer.stocks(unit.pk, depth, last, f"level{depth + 1}"),
            ),
            PARTS,
        ),
        "a year of one work area": (
            lambda: totals(organisation=unit, first_month=first, last_month=last, work_area=area),
            lambda: peer.flows(unit.pk, depth, first, last, where=f"work_area = '{area}'"),
            PARTS,
        ),
    }


def ids(model: Any, kind: str) -> list[int]:
    return list(model.objects.filter(kind=kind).values_list("pk", flat=True))


def check(codes: dict[int, str], ours: Any, theirs: Any) -> None:
    """Both say the same: value and number of entries of every indicator."""
    flows, stocks = theirs
    told = {codes[key[0]]: (row[0], row[3]) for found in (flows, stocks) for key, row in found.items()}
    found = {
        code: (int(each.value * 10 ** SCALES[code]), each.entries) for code, each in ours.items() if code in SCALES
    }
    assert found == told and told, (found, told)


SCALES: dict[str, int] = {}


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        import json

        print(json.dumps(measure(float(sys.argv[2]))))
    else:
        main()
