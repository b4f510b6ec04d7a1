"""How fast is writing: loading entries against a bare ``executemany``, and one approval, in a tree of 26,000 units.

SIZE=1 (default) loads 20,000 entries, SIZE=5 loads 100,000. The bare peer puts the very rows that the load has made
into empty tables with the same columns, constraints and indexes. Approvals are timed with a million figures in the
database. Times are processor time, which other programs on the machine disturb less; both sides run in one thread.
"""

import json
import os
import sqlite3
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ENTRIES = 20_000 * int(os.environ.get("SIZE", "1"))
MILLION = 1_000_000
APPROVALS = 201
WRITTEN = (
    "registers_entry", "registers_revision", "registers_figure", "registers_source",
    "totals_posting", "totals_stamp", "totals_fact", "totals_monthsum",
)  # fmt: skip


def tree(folder: Path) -> tuple[Path, list[str]]:
    """Write a province of 26,000 units, five levels deep; return the file and the codes of those that report."""
    rows, leaves = ["code,name,kind,parent_code", "P,某省科协,province,"], []
    for city in range(20):
        rows.append(f"P{city},某市{city}科协,city,P")
        for county in range(13):
            above = f"P{city}-{county}"
            rows.append(f"{above},某县{above}科协,county,P{city}")
            for township in range(10):
                below = f"{above}-{township}"
                rows.append(f"{below},某镇{below}科协,township,{above}")
                leaves.append(below)
                for village in range(9):
                    rows.append(f"{below}-{village},某村{below}-{village},village,{below}")
                    leaves.append(f"{below}-{village}")
    file = folder / "orgs.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file, leaves


def entry(number: int, organisation: str, status: str = "approved") -> dict[str, Any]:
    """An entry of three to six figures: half of them derived from fields, some with qualifiers and a source."""
    day = (date(2024, 1, 1) + timedelta(days=number * 7 % 360)).isoformat()
    told: dict[str, Any] = {
        "id": f"{status}-{number}", "register": "activity", "organisation": organisation, "status": status,
        "title": f"第{number}场科普活动", "start": day, "end": day, "place": "村文化广场", "kind": ["lecture"],
        "partners": ["县农业农村局"], "role": "host",
    }  # fmt: skip
    if number % 2:
        several = {"value": 90 + number % 50, "qualifier": "at_least", "high": 200}
        told["fields"] = {"person_times": several if number % 4 == 1 else 90, "materials": 175, "boards": number % 9}
        told["sources"] = [{"name": "某村工作信息", "quote": f"第{number}场，90余人次参加", "field": "person_times"}]
    else:
        codes = ("activities", "person_times", "materials", "consultations", "expert_times")[: 3 + number % 2]
        told["figures"] = [{"indicator": code, "value": 1 + number % 700} for code in codes]
    return told


def bare(rows: dict[str, list[tuple[Any, ...]]], schema: list[str], others: dict[str, list[tuple[Any, ...]]]) -> float:
    """Seconds of an ``executemany`` for each table, in one transaction, with the settings of Kexie's connection."""
    with tempfile.TemporaryDirectory() as name:
        peer = sqlite3.connect(Path(name) / "peer.sqlite3", isolation_level=None)
        peer.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;")
        for statement in schema:
            peer.execute(statement)
        peer.execute("BEGIN")
        for table, values in others.items():
            insert(peer, table, values)
        peer.execute("COMMIT")
        peer.execute("PRAGMA foreign_keys=ON")
        started = time.process_time()
        peer.execute("BEGIN IMMEDIATE")
        for table, values in rows.items():
            insert(peer, table, values)
        peer.execute("COMMIT")
        seconds = time.process_time() - started
        peer.close()
        return seconds


def insert(peer: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        peer.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(rows[0]))})", rows)


def snapshot(file: Path) -> tuple[dict[str, list[tuple[Any, ...]]], list[str], dict[str, list[tuple[Any, ...]]]]:
    """The rows that were written, the schema, and the rows of all other tables."""
    source = sqlite3.connect(file)
    told = source.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY type = 'table' DESC"
    ).fetchall()
    schema = [sql for _, name, sql in told if not name.startswith("sqlite_")]
    tables = [name for kind, name, _ in told if kind == "table" and not name.startswith("sqlite_")]
    rows = {name: source.execute(f"SELECT * FROM {name}").fetchall() for name in tables}
    source.close()
    written = {name: rows[name] for name in WRITTEN}
    return written, schema, {name: values for name, values in rows.items() if name not in WRITTEN}


def grow(figures: int) -> None:
    """Multiply what was loaded to that many figures: further copies, with keys of their own."""
    from django.db import connection, transaction

    from kexie.totals.measures import MEASURE_FIELDS

    with connection.cursor() as cursor, transaction.atomic():
        step = max(cursor.execute(f"SELECT max(id) FROM {table}").fetchone()[0] for table in WRITTEN) + 1
        copies = -(-figures // cursor.execute("SELECT count(*) FROM registers_figure").fetchone()[0]) - 1
        shifted = {"id", "entry", "entry_id", "revision_id", "posting_id", "latest_id", "counting_id", "part_of_id"}
        for table in WRITTEN[:-1]:
            columns = [row[1] for row in cursor.execute(f"PRAGMA table_info({table})").fetchall()]
            for copy in range(1, copies + 1):
                chosen = [
                    f'"{name}" + {copy * step}' if name in shifted
                    else f"\"{name}\" || '-{copy}'" if (table, name) == ("registers_entry", "uid")
                    else f'"{name}"'
                    for name in columns
                ]  # fmt: skip
                cursor.execute(f"INSERT INTO {table} SELECT {', '.join(chosen)} FROM {table} WHERE id < {step}")
        cursor.execute(
            f"UPDATE totals_monthsum SET {', '.join(f'{name} = {name} * {copies + 1}' for name in MEASURE_FIELDS)}"
        )
        cursor.execute("ANALYZE")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kexie-bench-") as name:
        folder = Path(name)
        os.environ |= {"KEXIE_HOME": name, "DJANGO_SETTINGS_MODULE": "kexie.settings", "DATABASE_URL": ""}
        from kexie.cli.runtime import prepare_home, start

        start()
        prepare_home()
        from django.conf import settings
        from django.db import connection

        from kexie.registers.exchange import Paths, load
        from kexie.registers.models import Entry, Figure
        from kexie.registers.services import approve

        organisations, units = tree(folder)
        load(paths=Paths(organisations=organisations), actor="bench")
        file = folder / "entries.jsonl"
        lines = [json.dumps(entry(number, units[number * 7919 % len(units)])) for number in range(ENTRIES)]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        started = time.process_time()
        loaded = load(paths=Paths(entries=file), actor="bench")
        seconds = time.process_time() - started
        assert loaded.entries.added == ENTRIES
        connection.close()
        written = snapshot(settings.DATABASES["default"]["NAME"])
        peer = statistics.median(bare(*written) for _ in range(3))
        print(f"loading {ENTRIES:,} entries: {seconds:.1f} s, {ENTRIES / seconds:,.0f} a second; bare {peer:.2f} s")
        print(f"loading against a bare executemany: ratio {seconds / peer:.2f} (required <= 10.00)")

        grow(MILLION)
        lines = [json.dumps(entry(n, units[n * 104_729 % len(units)], "draft")) for n in range(APPROVALS)]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        load(paths=Paths(entries=file), actor="bench")
        figures = Figure.objects.count()
        taken = []
        for each in Entry.objects.filter(uid__startswith="draft-"):
            started = time.process_time()
            approve(entry=each, actor="bench")
            taken.append(time.process_time() - started)
        median = statistics.median(taken) * 1000
        print(f"one approval among {figures:,} figures: {median:.2f} ms, the slowest of ten {slow(taken):.2f} ms")
        print(f"one approval against 5 ms: ratio {median / 5:.2f} (required <= 1.00)")


def slow(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=10)[-1] * 1000


if __name__ == "__main__":
    main()
