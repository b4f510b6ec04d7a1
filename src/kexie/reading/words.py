"""Patterns for lists of words."""

import re
from collections.abc import Iterable
from typing import Any


def any_of(words: Iterable[str]) -> str:
    """A pattern for any of ``words``, the longest that fits first, with shared beginnings written once.

    A plain alternation of hundreds of words is tried word by word at each position; this one branches by character.
    """
    trie: dict[str, Any] = {}
    for word in words:
        node = trie
        for character in word:
            node = node.setdefault(character, {})
        node[""] = {}
    return _pattern(trie)


def _pattern(node: dict[str, Any]) -> str:
    # Each branch begins with a literal, so that ``re`` knows the characters with which a match can begin.
    branches = [re.escape(character) + _pattern(below) for character, below in node.items() if character]
    if not branches:
        return ""
    if "" in node:  # a word ends here, a longer one is tried first
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
