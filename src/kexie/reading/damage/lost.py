"""Digits that a text has lost everywhere."""

from collections.abc import Sequence

from kexie.reading.damage.parts import Difference, Part

_FEW = 20  # digits: with fewer, a digit that does not occur proves nothing
_MANY = 60  # digits: among so many a text without a 1 has lost it


def lost_digit(part: Part) -> str | None:
    """The digit that ``part`` has lost: it never occurs among many, and numbers are missing or begin with 0.

    The digit 1 is the most frequent of all, so its absence among very many is enough.
    """
    counts = {digit: part.text.count(digit) for digit in "0123456789"}
    many = sum(counts.values())
    if many < _FEW or (many < _MANY and len(part.slots) < 2):
        return None
    if not counts["1"]:
        return "1"
    absent = [digit for digit in "23456789" if not counts[digit]]
    return absent[0] if len(absent) == 1 and many >= 4 * _FEW and len(part.slots) >= 2 else None


def lost_against(part: Part, differences: Sequence[Difference]) -> str | None:
    """The digit whose loss explains nearly all that differs between ``part`` and its copy, and that it has not."""
    told = [difference for difference in differences if not difference.masked]
    if not told:
        return None
    for digit in "0123456789":
        if digit not in part.text:
            explained = sum(d.other.replace(digit, "") == d.own for d in told)
            if explained >= 3 and explained * 5 >= len(told) * 4:
                return digit
    return None
