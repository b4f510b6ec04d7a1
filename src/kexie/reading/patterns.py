"""Patterns out of lists of words, written so that ``re`` can skip the places where none begins.

``re`` looks for the first character of a match in C when every alternative begins with a plain character. An
alternation of words does; one that begins with a look-behind does not and is tried at every character of the text.
"""

import re
from collections import deque
from collections.abc import Iterable


def any_of(words: Iterable[str], behind: str = "") -> str:
    """A pattern for any of ``words``, the longest first, with ``behind`` (a look-around) behind each.

    Words with the same first character share a branch, so at most one branch is entered. With ``behind`` every branch
    is a whole alternative, so that more alternatives can be put beside it with ``|``.
    """
    rests: dict[str, set[str]] = {}
    for word in words:
        if word:
            rests.setdefault(word[0], set()).add(word[1:])
    branches = []
    for first, tails in sorted(rests.items()):
        longest = sorted(tails, key=lambda rest: (-len(rest), rest))
        rest = "|".join(map(re.escape, longest))
        branches.append(re.escape(first) + (f"(?:{rest})" if len(longest) > 1 else rest) + behind)
    return "|".join(branches)


def last_of(pattern: re.Pattern[str], text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
    """The last match of ``pattern`` in ``text[start:end]``, or None."""
    found = deque(pattern.finditer(text, start, len(text) if end is None else end), maxlen=1)
    return found[0] if found else None


_BEHIND_ANY = re.compile(r"\(\?<!(?P<before>\[[^\]]*\]|[^()\[\]]+)\)(?P<first>[^\\\[\](){}.?*+|^$])")


def literal_first(pattern: str) -> str:
    """``pattern``, with a negative look-behind that opens it moved behind the character that it guards: ``(?<!x)y``
    and ``y(?<!xy)`` match the same, but only the second lets ``re`` skip to the next ``y``."""
    match = _BEHIND_ANY.match(pattern)
    if match is None:
        return pattern
    first = match["first"]
    return f"{first}(?<!(?:{match['before']}){first}){pattern[match.end() :]}"
