"""Map a figure to an indicator of the catalogue by its unit and the words that say what is counted."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from kexie.catalogue.loader import CatalogueError, load
from kexie.reading.nouns import heads_of, strip_amount


class Rule(NamedTuple):
    """One way to read an indicator: any of ``words`` (an empty one: the unit alone), none of ``without``."""

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
            words = tuple(map(str, reads.get("words") or ("",)))
            rule = Rule(item["code"], words, tuple(map(str, [*general, *(reads.get("not") or ())])))
            for unit in reads["units"]:
                by_unit.setdefault(str(unit), []).append(rule)
    return by_unit


@lru_cache(maxsize=512)
def _candidates(unit: str) -> dict[str, list[tuple[int, Rule]]]:
    """The rules for ``unit`` by the words that they look for, each with its rank (0 and below; the first one wins).

    人(次) and 人/次 are looked up as 人次 and 人, too.
    """
    found = rules()
    units = [unit]
    if "(" in unit or "/" in unit:
        outer, inner = unit.rstrip(")").replace("/", "(").split("(", 1)
        units += [outer + inner, outer]
    by_word: dict[str, list[tuple[int, Rule]]] = {}
    for i, rule in enumerate(rule for name in units for rule in found.get(name, ())):
        for word in rule.words:
            by_word.setdefault(word, []).append((-i, rule))
    return by_word


def indicator_of(unit: str, counted: str | None, clause: str) -> str | None:
    """Code of the indicator whose word matches best, or None.

    A Chinese noun ends with its head, so a word must end ``counted`` or an item of the list that it is: 咨询台 is no
    consultation. ``clause`` is the text before the number; a word in it counts when it ends the clause or governs
    the noun there (培训农民, 培训了60名农民), or when nothing else says what is counted. Longer words beat shorter
    ones, and words of ``counted`` those of the clause. ``unit`` is as a Figure has it.
    """
    candidates = _candidates(unit)
    if not candidates:
        return None
    noun = counted or ""
    around = clause.replace(noun, "") if noun else clause
    both = f"{noun}\n{around}"
    told = [word for word in candidates if word in both]
    if not told:
        return None
    led = clause[: clause.rfind(noun)] if noun and noun in clause else clause
    led = strip_amount(led).rstrip("了过着的")
    heads = heads_of(noun)
    best: tuple[bool, int, int] | None = None
    code = None
    for word in told:
        named = bool(word) and any(head.endswith(word) for head in heads)
        if not named and not (led.endswith(word) if noun else word in around):
            continue
        for order, rule in candidates[word]:
            rank = named, len(word), order
            if (best is None or rank > best) and not any(other in both for other in rule.without):
                best, code = rank, rule.code
    return code
