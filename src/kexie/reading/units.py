"""Measure words: recognise one at a place in the text."""

import re
from functools import cache
from typing import NamedTuple

from kexie.catalogue.loader import load


class Unit(NamedTuple):
    """A measure word: ``name`` as reported, ``kind`` of quantity, whether Chinese numerals may stand before it,
    and the named context that it needs (None: none)."""

    name: str
    kind: str
    chinese: bool
    context: str | None


@cache
def table() -> tuple[dict[str, Unit], dict[str, re.Pattern[str]]]:
    """All units by surface form, and for each first character a pattern that matches the longest of them."""
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
    by_first: dict[str, list[str]] = {}
    for surface in sorted(parts, key=lambda s: (-len(s), s)):
        by_first.setdefault(surface[0], []).append(parts[surface])
    return units, {first: re.compile("|".join(patterns)) for first, patterns in by_first.items()}


def first_characters() -> frozenset[str]:
    """The characters with which a measure word can begin."""
    return frozenset(table()[1])


def _surface_at(text: str, position: int) -> re.Match[str] | None:
    pattern = table()[1].get(text[position : position + 1])
    return pattern.match(text, position) if pattern is not None else None


def unit_at(text: str, position: int) -> tuple[Unit, int] | None:
    """The unit that begins at ``position`` and where it ends, or None.

    A second unit in parentheses or behind a stroke is part of the first, as written: 人(次), 份/册.
    """
    match = _surface_at(text, position)
    if match is None:
        return None
    unit, end = table()[0][match.group()], match.end()
    if unit.kind == "count" and text[end : end + 1] == "/":
        second = _surface_at(text, end + 1)
        if second is not None and table()[0][second.group()].kind == "count":
            return unit._replace(name=text[match.start() : second.end()]), second.end()
    if text[end : end + 1] == "(":
        second = _surface_at(text, end + 1)
        if second is not None and text.startswith(")", second.end()):
            end = second.end() + 1
            return unit._replace(name=text[match.start() : end]), end
        if second is None and text.startswith("(次)", end):
            return unit._replace(name=unit.name + "(次)"), end + 3
    return unit, end
