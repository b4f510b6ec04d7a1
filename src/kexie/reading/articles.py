"""一 with a measure word: a count, or only an article (gold README, Figures 11)."""

import re

from kexie.catalogue.loader import load

_END = ",。;、!?:\n()"


def is_article(text: str, start: int, end: int, unit: str) -> bool:
    """Whether 一 + ``unit`` at ``start:end`` of clean text counts nothing.

    It counts when it closes a list item or a clause (秘书长一名,), or when the unit names a concrete thing or person
    and no word before it makes it an example, an identity or a figure of speech.
    """
    data = load("lexicon/articles")
    before = text[max(0, start - 10) : start]
    if any(before.endswith(word) for word in data["never_after"]):
        return True
    after = text[end : end + 1]
    if not after or after in _END:
        if unit in data["never_one"]:
            return True
        # Behind a noun it counts; behind nothing (一是…) there is no noun to count.
        return not re.search(r"[\u4e00-\u9fff）)”》]$", before) or before.endswith(tuple(data["verbs_of_motion"]))
    if after == "《":
        return False  # a named book
    if unit in data["durations"]:
        return not before.endswith(tuple(data["duration_before"]))
    if unit not in data["concrete"]:
        return not before.endswith(tuple(data["counting_verbs"]))
    near = re.split(r"[,。;!?:\n]", before)[-1][-6:].rstrip("了")
    if near.endswith("是") or any(word in near for word in data["article_verbs"] if word != "是"):
        return True
    phrase = re.split(r"[,。;!?:\n]", text[end : end + 16])[0]
    return any(phrase.endswith(word) or word in phrase for word in data["abstract"])
