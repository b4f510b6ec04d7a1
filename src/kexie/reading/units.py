"""Measure words: recognise one at a place in the text."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load


@dataclass(frozen=True, slots=True)
class Unit:
    """A measure word: ``name`` as reported, ``kind`` of quantity, whether Chinese numerals may stand before it,
    and the named context that it needs (None: none)."""

    name: str
    kind: str
    chinese: bool
    context: str | None


@cache
def table() -> tuple[dict[str, Unit], re.Pattern[str]]:
    """All units by surface form, and one pattern that matches the longest of them at a position."""
    units: dict[str, Unit] = {}
    parts: dict[str, str] = {}
    for kind, rows in load("lexicon/units").items():
        for row in rows:
            surface = row["unit"]
            units[surface] = Unit(
                row.get("as", surface), row.get("kind", kind), row.get("chinese", True), row.get("context")
            )
            guard = "|".join(map(re.escape, sorted(set(row.get("not", ())), key=len, reverse=True)))
            pattern = re.escape(surface) + (f"(?!{guard})" if guard else "")
            if "not_re" in row:
                pattern += f"(?!{row['not_re']})"
            if "only" in row:
                pattern += "(?=" + "|".join(map(re.escape, row["only"])) + ")"
            parts[surface] = pattern
    longest_first = sorted(parts, key=lambda s: (-len(s), s))
    return units, re.compile("|".join(parts[s] for s in longest_first))


def unit_at(text: str, position: int) -> tuple[Unit, int] | None:
    """The unit that begins at ``position`` and where it ends, or None.

    A second unit in parentheses is part of the first, as written: 人(次), 份(册).
    """
    units, pattern = table()
    match = pattern.match(text, position)
    if match is None:
        return None
    unit, end = units[match.group()], match.end()
    if end < len(text) and text[end] in "(/":
        second = pattern.match(text, end + 1)
        if second is None and text.startswith("(次)", end):
            return Unit(unit.name + "(次)", unit.kind, unit.chinese, unit.context), end + 3
        if second is not None and text[end] == "(" and text.startswith(")", second.end()):
            name = text[match.start() : second.end() + 1]
            return Unit(name, unit.kind, unit.chinese, unit.context), second.end() + 1
    return unit, end
