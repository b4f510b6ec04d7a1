"""Map a figure to an indicator of the catalogue by its unit and the words that say what is counted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import CatalogueError, load


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to read an indicator: any of ``words`` (none: the unit alone), none of ``without``."""

    code: str
    words: tuple[str, ...]
    without: tuple[str, ...]


@cache
def rules() -> dict[str, list[Rule]]:
    """Rules by unit, from catalogue file ``indicators``; empty when there is no such file."""
    try:
        items = load("indicators")
    except CatalogueError:
        return {}
    if isinstance(items, dict):
        items = items.get("indicators", [])
    by_unit: dict[str, list[Rule]] = {}
    for item in items:
        general: Sequence[str] = item.get("not") or ()
        for reads in item.get("reads") or ():
            words = tuple(map(str, reads.get("words") or ()))
            rule = Rule(item["code"], words, tuple(map(str, [*general, *(reads.get("not") or ())])))
            for unit in reads["units"]:
                by_unit.setdefault(str(unit), []).append(rule)
    return by_unit


_PARTS = re.compile(r"[、和及与等()“”《》/]|以及")


def indicator_of(unit: str, counted: str | None, clause: str) -> str | None:
    """Code of the indicator whose word matches best, or None.

    A Chinese noun ends with its head, so a word must end ``counted`` or an item of the list that it is: 咨询台 is no
    consultation. Longer words beat shorter ones, and words of ``counted`` those that only stand in ``clause`` (the
    text before the number). ``unit`` is as a Figure has it: 人(次) is looked up as 人次, too.
    """
    found = rules()
    candidates = list(found.get(unit, ()))
    if "(" in unit:
        outer, inner = unit.rstrip(")").split("(", 1)
        for other in (outer + inner, outer):
            candidates += found.get(other, ())
    heads = [part for part in _PARTS.split(counted or "") if part]
    around = clause.replace(counted, "") if counted else clause
    best: tuple[int, int] | None = None
    code = None
    for rule in candidates:
        if any(word in (counted or "") or word in around for word in rule.without):
            continue
        for word in rule.words or ("",):
            inside = any(head.endswith(word) for head in heads)
            if (inside or word in around) and (best is None or (int(inside and bool(word)), len(word)) > best):
                best, code = (int(inside and bool(word)), len(word)), rule.code
    return code
