"""The words by which doubtful numbers are found, compiled (``catalogue/lexicon/checks.yaml``)."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns under the names of their entries. ``missing`` has one group for each of its alternatives."""

    missing: re.Pattern[str]
    zero: re.Pattern[str]
    of_which: re.Pattern[str]
    total: re.Pattern[str]
    rate: re.Pattern[str]
    growth: re.Pattern[str]
    share: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    data = load("lexicon/checks")
    missing = "|".join(one.replace("SLOT", "()") for one in data["missing"])
    names = ("zero", "of_which", "total", "rate", "growth", "share")
    return Lexicon(missing=re.compile(missing), **{name: re.compile(data[f"{name}_re"]) for name in names})
