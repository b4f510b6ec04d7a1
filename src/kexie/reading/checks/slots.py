"""Where a text lacks a number, and where one is masked."""

import re
from dataclasses import dataclass

from kexie.reading.checks.lexicon import lexicon
from kexie.reading.units import unit_at

_MASK = re.compile(r"[xX*_]")
_MASKED = re.compile(r"(?<![A-Za-z\d.])(?:\d+[xX*_]+\d*|[xX*_]{2,}\d*)(?P<hedge>[余多])?(?:[万亿])?")


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in the clean text where a number is missing or has lost its beginning."""

    start: int
    end: int
    empty: bool


def empty_slots(text: str) -> list[Slot]:
    """Where ``text`` lacks a number, or has one that begins with 0, in order."""
    words = lexicon()
    found = []
    for match in words.missing.finditer(text):
        at = match.end()
        found.append(Slot(match.start(), at + (1 if text[at + 1 : at + 2] in ",。;、" else 2), True))
    found += [Slot(max(0, m.start() - 1), m.end(), True) for m in words.broken_point.finditer(text)]
    found += [Slot(m.start(), m.end(), False) for m in words.zero.finditer(text)]
    return sorted(found, key=lambda slot: slot.start)


def masked_numbers(text: str) -> list[tuple[int, int]]:
    """Where a number was replaced by x, * or _ (达XX人次, 18xxxx会员); years and names are none."""
    found: list[tuple[int, int]] = []
    if not _MASK.search(text):
        return found
    for match in _MASKED.finditer(text):
        unit = unit_at(text, match.end())
        quantity = (
            unit is not None
            and unit[0].kind not in ("duration", "age")
            and unit[0].name not in ("大", "届")
            and not text.startswith("年", match.end())
        )
        digits = re.match(r"\d+", match.group())
        shortened = digits is not None and not match.group().startswith(("20", "19")) and len(match.group()) > 3
        if text.startswith(("号", "年", "届", "市", "县", "区", "镇", "乡", "村", "社区", "街"), match.end()):
            continue
        if quantity or match["hedge"] or shortened:
            found.append(match.span())
    return found
