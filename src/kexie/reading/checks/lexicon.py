"""The words by which doubtful numbers are found, compiled (``catalogue/lexicon/checks.yaml``)."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns under the names of their entries. A match of ``missing`` ends where a number is missing."""

    missing: re.Pattern[str]
    broken_point: re.Pattern[str]
    zero: re.Pattern[str]
    of_which: re.Pattern[str]
    total: re.Pattern[str]
    rate: re.Pattern[str]
    growth: re.Pattern[str]
    share: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    data = load("lexicon/checks")
    missing = "|".join(any_of(row["words"], f"(?={row['then']})") for row in data["missing"])
    names = ("broken_point", "zero", "of_which", "total", "rate", "growth", "share")
    return Lexicon(missing=re.compile(missing), **{name: re.compile(data[f"{name}_re"]) for name in names})
