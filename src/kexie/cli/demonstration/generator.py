"""Put the demonstration together and write it in the exchange format."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kexie.cli.demonstration import data, special
from kexie.cli.demonstration.dice import Dice
from kexie.cli.demonstration.events import Entry, Year, fill, pools_of
from kexie.cli.demonstration.organisations import COLUMNS, Tree, Unit, build

YEARS = (2024, 2025)
# events of a township in 2024, in the official order; the last is 梨园乡
TOWNSHIPS = [40, 37, 34, 34, 31, 34, 32, 35, 24, 24, 22, 20, 22]
KEYS = (
    "id", "revision", "register", "organisation", "title", "start", "end", "status", "void_reason", "place", "places",
    "work_area", "kind", "campaigns", "partners", "role", "occurrences", "visibility", "fields", "figures", "sources",
)  # fmt: skip


@dataclass(frozen=True)
class Document:
    name: str  # of its file, without .txt
    organisation: str  # code
    period: str
    text: str


@dataclass(frozen=True)
class Account:
    username: str
    display_name: str
    role: str  # reporter, reviewer, steward, leader, administrator; "" for one who has none
    organisation: str  # code, "" without a role


@dataclass(frozen=True)
class Demonstration:
    """All rows as the exchange format has them (docs/exchange.md), six documents and the accounts."""

    organisations: list[dict[str, str]]
    entries: list[dict[str, Any]]
    merges: list[dict[str, Any]]
    statements: list[dict[str, Any]]
    documents: list[Document]
    accounts: list[Account]
    county: str
    seed: int


def generate(seed: int = 20) -> Demonstration:
    """The demonstration county for ``seed``: the same on every machine, whatever the day."""
    tree = build()
    entries: list[Entry] = []
    for unit in tree.units:
        for year in YEARS:
            dice = Dice(seed, unit.code, year)
            pools = pools_of(unit, data.topics(), data.crops())
            entries += fill(Year(tree, unit, year, pools, dice), _events(tree, unit, year, dice))
    entries += special.honours(tree, seed) + special.stocks(tree, seed)
    groups = special.shared_events(tree, seed)
    for group in groups:
        entries += group
    _number(entries)
    merged = [entry["id"] for group in groups for entry in group]
    _late_ones(entries, merged, seed)
    groups[-1][-1]["status"] = "submitted"  # in a group, and not yet approved
    drafts = _drafts_without_a_day(tree)
    later = special.corrections(entries, merged, seed)
    entries += later + drafts
    entries.sort(key=lambda entry: (entry["end"] or "9", entry["id"], entry.get("revision", 1)))
    ordered = [{key: entry[key] for key in KEYS if key in entry} for entry in entries]
    return Demonstration(
        organisations=tree.rows,
        entries=ordered,
        merges=[{"entries": [entry["id"] for entry in group]} for group in groups],
        statements=special.statements(tree, ordered, seed),
        documents=[
            Document(row.name, tree.by_name[row.organisation].code, row.period, data.document_text(row.name))
            for row in data.documents()
        ],
        accounts=[
            Account(
                row.username,
                row.display_name,
                row.role,
                tree.by_name[row.organisation].code if row.organisation else "",
            )
            for row in data.accounts()
        ],
        county="QH",
        seed=seed,
    )


def write(demonstration: Demonstration, folder: Path) -> None:
    """Write orgs.csv, entries.jsonl, merges.jsonl, statements.jsonl and documents/*.txt into ``folder``."""
    texts = folder / "documents"
    texts.mkdir(parents=True, exist_ok=True)
    with (folder / "orgs.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        rows.writeheader()
        rows.writerows(demonstration.organisations)
    for name in ("entries", "merges", "statements"):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in getattr(demonstration, name))
        with (folder / f"{name}.jsonl").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(lines)
    for document in demonstration.documents:
        (texts / f"{document.name}.txt").write_text(document.text, encoding="utf-8", newline="\n")


def _events(tree: Tree, unit: Unit, year: int, dice: Dice) -> int:
    """How many ordinary events a unit holds in a year: more in the second, but for 枫岭乡."""
    growth = 1.08 if year == 2025 else 1.0
    if unit.code in tree.silent[year] or (unit.last and unit.last.year < year):
        return 0
    if unit.county == "YX":
        return {"county": 7, "township": 4, "society": 3, "village": 1, "community": 1}[unit.kind]
    if unit.kind == "township":
        if unit.name == "枫岭乡" and year == 2025:
            return 15
        return int(TOWNSHIPS[int(unit.code[2:]) - 1] * growth)
    if unit.kind == "county":
        return int(112 * growth)
    if unit.kind == "community":
        low, high = (4, 8) if unit.township == "QH01" else (3, 5)
    else:
        low, high = {
            "city": (10, 12),
            "village": (1, 4),
            "society": (13, 17),
            "elder-association": (14, 17),
            "school": (13, 17),
            "base": (12, 17),
            "department": (6, 10),
        }[unit.kind]
    return dice.whole(low, high) + (1 if year == 2025 and dice.chance(0.35) else 0)


def _number(entries: list[Entry]) -> None:
    """Give ids: organisation, year, number in the order of time."""
    entries.sort(key=lambda entry: (entry["organisation"], entry["end"], entry["register"], entry["title"]))
    numbers: dict[str, int] = {}
    for entry in entries:
        key = f"{entry['organisation']}-{entry['end'][:4]}"
        numbers[key] = numbers.get(key, 0) + 1
        entry["id"] = f"{key}-{numbers[key]:03d}"


def _late_ones(entries: list[Entry], merged: list[str], seed: int) -> None:
    """Of the last weeks of 2025, not all has been sent, confirmed or put right."""
    dice = Dice(seed, "status")
    for entry in entries:
        if entry["id"] in merged or entry["end"] < "2025-10-15" or entry["title"].endswith("组织与阵地情况"):
            continue
        settled = 99 if entry["end"] < "2025-11-10" else 86 if entry["end"] < "2025-12-01" else 68
        rest = 100 - settled
        choices = [("approved", settled), ("submitted", rest * 0.62), ("returned", rest * 0.15), ("draft", rest * 0.23)]
        entry["status"] = dice.weighted([(status, float(weight)) for status, weight in choices])


def _drafts_without_a_day(tree: Tree) -> list[Entry]:
    rows = [("柳湾镇", "油菜冬季田间管理技术培训", "training"), ("芦花村", "草莓种植户座谈", "meeting")]
    return [
        {
            "id": f"{tree.by_name[name].code}-draft-{number}",
            "register": "activity",
            "organisation": tree.by_name[name].code,
            "title": title,
            "start": None,
            "end": None,
            "status": "draft",
            "kind": [kind],
        }
        for number, (name, title, kind) in enumerate(rows, 1)
    ]
