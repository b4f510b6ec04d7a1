"""Composing and rendering a county's report, against python-docx alone writing the same paragraphs and tables.

SIZE is the number of entries of the year (100,000 for the figure that is required). The peer gets the finished texts
and writes them paragraph by paragraph and cell by cell. Medians of several runs of both, one after the other.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

SIZE = int(os.environ.get("SIZE", "20000"))
RUNS = 5
HEADER = ("code", "name", "kind", "parent_code", "valid_from", "valid_to", "successor_code", "order", "short_name")
REQUIRED = 2.0


def main() -> int:
    """Print the ratio; return 1 when it is more than is required."""
    with tempfile.TemporaryDirectory(prefix="kexie-bench-") as home:
        (Path(home) / "data").mkdir()
        os.environ.update(KEXIE_HOME=home, DJANGO_SETTINGS_MODULE="kexie.settings")
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        county = _fill(Path(home))
        return _compare(county)


def _compare(county: Any) -> int:
    from kexie.reports.services import compose_report
    from kexie.reports.word import render_word

    def ours() -> None:
        render_word(document=compose_report(organisation=county, period="2025"))

    document = compose_report(organisation=county, period="2025")
    own, peer = [], []
    for _ in range(RUNS):
        own.append(_time(ours))
        peer.append(_time(lambda: _plain(document)))
    ratio = statistics.median(own) / statistics.median(peer)
    composing = statistics.median(_time(lambda: compose_report(organisation=county, period="2025")) for _ in range(3))
    print(f"entries {SIZE}, numbers {sum(1 for _ in document.numbers())}, characters {document.characters}")
    print(f"ours {statistics.median(own):.3f} s (composing {composing:.3f} s), peer {statistics.median(peer):.3f} s")
    print(f"report: ratio {ratio:.2f} (required <= {REQUIRED:.2f})")
    return int(ratio > REQUIRED)


def _plain(document: Any) -> None:
    """The same paragraphs and tables by python-docx alone."""
    import docx

    from kexie.reports.model import Heading, Paragraph, Table

    word = docx.Document()
    word.add_paragraph(document.title, style="Title")
    for block in (*document.blocks, *document.annexes):
        if isinstance(block, Heading):
            word.add_paragraph(block.text, style="Heading 1")
        elif isinstance(block, Paragraph):
            word.add_paragraph(block.text)
        elif isinstance(block, Table):
            table = word.add_table(rows=1 + len(block.rows), cols=len(block.header), style="Table Grid")
            rows = [block.header, *(tuple(cell.text if cell else "" for cell in row) for row in block.rows)]
            for row, texts in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, texts, strict=True):
                    cell.text = text
    word.add_paragraph(document.signature)
    word.save(BytesIO())


def _time(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _fill(home: Path) -> Any:
    """A county of 12 townships with SIZE approved activities in 2025, through the exchange format."""
    import csv
    import json

    from kexie.orgs.models import Organisation
    from kexie.registers.exchange.load import Paths, load
    from kexie.registers.services import sync_registers
    from kexie.totals.services import sync_indicators

    sync_indicators()
    sync_registers()
    units = [("C", "某县科学技术协会", "county", ""), *((f"T{n}", f"第{n}镇", "township", "C") for n in range(12))]
    organisations, entries = home / "orgs.csv", home / "entries.jsonl"
    with organisations.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["code", "name", "kind", "parent_code", "valid_from", "valid_to", "successor_code", "order", "short_name"]
        )
        for place, (code, name, kind, parent) in enumerate(units):
            writer.writerow([code, name, kind, parent, "", "", "", place, name])
    kinds = ("training", "lecture")
    with entries.open("w", encoding="utf-8") as out:
        for place in range(SIZE):
            day = f"2025-{place % 12 + 1:02}-{place % 27 + 1:02}"
            row = {
                "id": f"e{place}",
                "register": "activity",
                "organisation": units[place % 13][0],
                "title": f"实用技术第{place}讲",
                "start": day,
                "end": day,
                "kind": kinds[place % 2],
                "place": "村部广场",
                "status": "approved",
                "fields": {"person_times": 30 + place % 50, "materials": 20},
            }
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    load(paths=Paths(organisations=organisations, entries=entries), actor="bench")
    return Organisation.objects.get(code="C")


if __name__ == "__main__":
    sys.exit(main())
