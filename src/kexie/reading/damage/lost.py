"""Digits that a text has lost everywhere."""

import re
from collections.abc import Sequence

from kexie.reading.damage.parts import Difference, Part

_FEW = 20  # digits: with fewer, a digit that does not occur proves nothing
_MANY = 60  # digits: among so many a text without a 1 has lost it
_NOT_DIGITS = re.compile(r"\D")


def lost_digit(part: Part) -> str | None:
    """The digit that ``part`` has lost: it never occurs among many, and numbers are missing or begin with 0.

    The digit 1 is the most frequent of all, so its absence among very many is enough.
    """
    digits = _NOT_DIGITS.sub("", part.text)
    if len(digits) < _FEW or (len(part.slots) < 2 and len(digits) < _MANY):
        return None
    if "1" not in digits:
        return "1"
    absent = [d for d in "23456789" if d not in digits]
    return absent[0] if len(absent) == 1 and len(digits) >= 4 * _FEW and len(part.slots) >= 2 else None


def lost_against(part: Part, differences: Sequence[Difference]) -> str | None:
    """The digit whose loss explains nearly all that differs between ``part`` and its copy, and that it has not."""
    digits = set(_NOT_DIGITS.sub("", part.text))
    for digit in "0123456789":
        if digit not in digits:
            explained = sum(d.other.replace(digit, "") == d.own for d in differences)
            if explained >= 3 and explained * 5 >= len(differences) * 4:
                return digit
    return None
