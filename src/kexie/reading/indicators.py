"""Map a figure to an indicator of the catalogue by its unit and the words that say what is counted."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from kexie.catalogue.loader import CatalogueError, load


class Rule(NamedTuple):
    """One way to read an indicator: any of ``words`` (an empty one: the unit alone), none of ``without``."""

    code: str
    words: tuple[str, ...]
    without: tuple[str, ...]


class Candidates(NamedTuple):
    """The rules of a unit, with every word that they look for."""

    rules: list[Rule]
    words: list[str]


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
            words = tuple(map(str, reads.get("words") or ("",)))
            rule = Rule(item["code"], words, tuple(map(str, [*general, *(reads.get("not") or ())])))
            for unit in reads["units"]:
                by_unit.setdefault(str(unit), []).append(rule)
    return by_unit


@lru_cache(maxsize=512)
def _candidates(unit: str) -> Candidates | None:
    """The rules for ``unit``; 人(次) is looked up as 人次 and 人, too."""
    found = rules()
    candidates = list(found.get(unit, ()))
    if "(" in unit:
        outer, inner = unit.rstrip(")").split("(", 1)
        for other in (outer + inner, outer):
            candidates += found.get(other, ())
    if not candidates:
        return None
    return Candidates(candidates, sorted({word for rule in candidates for word in rule.words}))


_PARTS = re.compile(r"[、和及与等()“”《》/]|以及")


def indicator_of(unit: str, counted: str | None, clause: str) -> str | None:
    """Code of the indicator whose word matches best, or None.

    A Chinese noun ends with its head, so a word must end ``counted`` or an item of the list that it is: 咨询台 is no
    consultation. Longer words beat shorter ones, and words of ``counted`` those that only stand in ``clause`` (the
    text before the number). ``unit`` is as a Figure has it.
    """
    candidates = _candidates(unit)
    if candidates is None:
        return None
    noun = counted or ""
    around = clause.replace(noun, "") if noun else clause
    both = f"{noun}\n{around}"
    told = {word for word in candidates.words if word in both}
    if not told:
        return None
    heads = tuple(part for part in _PARTS.split(noun) if part)
    best, code = (0, -1), None
    for rule in candidates.rules:
        known = [word for word in rule.words if word in told]
        if not known or _excluded(rule, both):
            continue
        for word in known:
            rank = int(bool(word) and any(head.endswith(word) for head in heads)), len(word)
            if rank > best and (rank[0] or word in around):
                best, code = rank, rule.code
    return code


def _excluded(rule: Rule, text: str) -> bool:
    return any(word in text for word in rule.without)
