"""Which unit a document is of, by the name that stands in its text."""

import re
from collections.abc import Iterable
from functools import cache

from kexie.catalogue import load
from kexie.orgs.models import Organisation

_LEAST = 2  # characters of a name: 镇 alone is every town


def unit_named(name: str | None, candidates: Iterable[Organisation]) -> Organisation | None:
    """Return the one of ``candidates`` whose own name stands in ``name``, None when none or several do equally well.

    The names are compared without what all of them share (科学技术协会, 科协, 人民政府). Of several that fit the last
    one in the text is taken, then the longest: 青禾县柳湾镇科协 is the township's and not the county's.
    """
    wanted = own_name(name or "")
    if len(wanted) < _LEAST:
        return None
    best: list[Organisation] = []
    place = (0, 0)
    for each in candidates:
        fit = max(
            ((wanted.rfind(own) + len(own), len(own)) for own in _own_names(each) if own in wanted), default=(0, 0)
        )
        if fit > place:
            best, place = [each], fit
        elif fit == place and fit != (0, 0):
            best.append(each)
    return best[0] if len(best) == 1 else None


def own_name(name: str) -> str:
    """Return what is left of the name of a unit without the words that all such names share."""
    return _common().sub("", name)


@cache
def _common() -> re.Pattern[str]:
    # The longest first, so that none leaves half of another behind; blanks and masks are nobody's name.
    words = sorted(load("lexicon/associations")["common_words"], key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)) + r"|[\s_*＊xXｘＸ×]+")


def _own_names(organisation: Organisation) -> set[str]:
    names = {own_name(organisation.name), own_name(organisation.short_name)}
    return {name for name in names if len(name) >= _LEAST}
