"""Which row is the header, and which column means what. Pure: words in, words out."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz

from kexie.catalogue import load
from kexie.intake.sheets.grid import Cell
from kexie.registers.definitions import NUMERIC, catalogue_registers

_SEARCHED = 30  # rows; titles and notes above a header are fewer
_ALIKE = 82  # of 100: from here on two headings are taken to mean the same
_UNIT = re.compile(r"[（(]([^（()）]*)[)）]")
_NOISE = re.compile(r"[\s　:：*＊、/]+")


@dataclass(frozen=True)
class Target:
    """What a column can mean: ``key`` is ``entry.title``, ``field.boards`` or ``indicator.boards``."""

    key: str
    label: str
    words: tuple[str, ...]
    is_number: bool = False
    unit: str = ""


@dataclass(frozen=True)
class Header:
    """The heading rows (0-based, ``last`` included) and the heading of each column, empty where there is none."""

    first: int
    last: int
    labels: tuple[str, ...]

    @property
    def signature(self) -> str:
        """What makes a layout the same as another one: its headings."""
        return "|".join(plain(label) for label in self.labels)


def targets_of(register: str) -> list[Target]:
    """Return what the columns of a sheet of this register can mean; without a register, indicators by unit."""
    own = load("lexicon/columns")
    found = [Target(f"entry.{key}", told["label"], tuple(told["words"])) for key, told in own["entry"].items()]
    if not register:
        found = [target for target in found if target.key in ("entry.organisation", "entry.period")]
        return found + _indicators()
    synonyms: Mapping[str, Sequence[str]] = own["fields"]
    for field in catalogue_registers()[register].fields:
        label = plain(field.label)
        unit = _UNIT.search(field.label)
        found.append(
            Target(
                f"field.{field.key}",
                field.label,
                (label, *synonyms.get(field.key, ())),
                field.type in NUMERIC,
                unit[1] if unit else "",
            )
        )
    return found


@cache
def _indicator_targets() -> tuple[Target, ...]:
    rows = [row for row in load("indicators") if not row.get("formula")]
    return tuple(Target(f"indicator.{row['code']}", row["name"], (row["name"],), True, row["unit"]) for row in rows)


def _indicators() -> list[Target]:
    return list(_indicator_targets())


def plain(label: str) -> str:
    """Return a heading without its unit in brackets, blanks and marks: 发放资料（份） is 发放资料."""
    return _NOISE.sub("", _UNIT.sub("", label))


def likeness(label: str, target: Target) -> float:
    """Return how much a heading means ``target``, 0 to 100; its unit in brackets speaks for or against it."""
    own = plain(label)
    if not own:
        return 0
    best = max(100.0 if own == plain(word) else fuzz.ratio(own, plain(word)) for word in target.words)
    # 活动名称及主题 holds 活动名称; a heading of one character is held by too many.
    inside = [word for word in target.words if len(word) > 1 and word in own]
    best = max(best, *(90.0 - len(own) + len(word) for word in inside)) if inside else best
    unit = _UNIT.search(label)
    if unit and target.unit and unit[1].strip() != target.unit:
        best -= 15
    return best


def match(labels: Sequence[str], targets: Sequence[Target]) -> dict[int, str]:
    """Return the key that each column means, by column number; a target is given once, to the column most like it."""
    scores = sorted(
        (
            (score, column, target.key)
            for column, label in enumerate(labels)
            for target in targets
            if (score := likeness(label, target)) >= _ALIKE
        ),
        key=lambda each: (-each[0], each[1]),
    )
    found: dict[int, str] = {}
    for _, column, key in scores:
        if column not in found and key not in found.values():
            found[column] = key
    return dict(sorted(found.items()))


def find_header(rows: Sequence[Sequence[Cell]], targets: Sequence[Target]) -> Header | None:
    """Return the heading of a sheet: the row, or two rows one above the other, with the most columns that are known.

    None when no row has two. A heading over several columns (merged cells) belongs to each of them.
    """
    best: tuple[int, int, Header] | None = None
    for first in range(min(len(rows), _SEARCHED)):
        for last in (first, first + 1):
            if last >= len(rows) or not _is_wordy(rows[last]):
                continue
            header = Header(first, last, _labels(rows, first, last))
            known = len(match(header.labels, targets))
            # One row before two, the upper before the lower, if they say as much.
            if known >= 2 and (best is None or (known, -(last - first)) > best[:2]):
                best = (known, -(last - first), header)
    return best[2] if best else None


def _is_wordy(row: Sequence[Cell]) -> bool:
    told = [cell for cell in row if cell is not None]
    return bool(told) and sum(isinstance(cell, str) for cell in told) * 2 > len(told)


def _labels(rows: Sequence[Sequence[Cell]], first: int, last: int) -> tuple[str, ...]:
    width = max(len(row) for row in rows[first : last + 1])
    if first == last:
        return tuple(_text(rows[first], column) for column in range(width))
    labels, above = [], ""
    for column in range(width):
        above = _text(rows[first], column) or above
        below = _text(rows[last], column)
        own = _text(rows[first], column)
        labels.append(f"{above}{below}" if below and above != below else own or below)
    return tuple(labels)


def _text(row: Sequence[Cell], column: int) -> str:
    cell = row[column] if column < len(row) else None
    return cell if isinstance(cell, str) else ""
