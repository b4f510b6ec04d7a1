"""一 with a measure word: a count, or only an article (gold README, Figures 11)."""

import re

from kexie.catalogue.loader import load

_END = ",。;、!?:\n()"
_HAN_END = re.compile(r"[\u4e00-\u9fff)”》]$")
_CLAUSE = re.compile(r"[^,。;!?:\n]*")
# “五个一”活动,读一本好书、办一件实事: what the slogan stands for.
_SLOGAN = re.compile(r"[二三四五六七八九十]个一[^。\n]{0,80}$")


def is_article(text: str, start: int, end: int, unit: str) -> bool:
    """Whether 一 + ``unit`` at ``start:end`` of clean text counts nothing.

    It counts when it closes a list item or a clause (秘书长一名,), or when the unit names a concrete thing or person
    and no word before it makes it an example, an identity or a figure of speech.
    """
    data = load("lexicon/articles")
    floor = max(0, start - 90)
    if text.find("个一", floor, start) >= 0 and _SLOGAN.search(text, floor, start):
        return True
    before = text[max(0, start - 10) : start]
    if any(before.endswith(word) for word in data["never_after"]):
        return True
    after = text[end : end + 1]
    if not after or after in _END:
        if unit in data["never_one"]:
            return True
        # Behind a noun it counts; behind nothing (一是…) there is no noun to count.
        return not _HAN_END.search(before) or before.endswith(tuple(data["verbs_of_motion"]))
    if after == "《":
        return False  # a named book
    if unit in data["durations"]:
        return not before.endswith(tuple(data["duration_before"]))
    if unit not in data["concrete"]:
        return not before.endswith(tuple(data["counting_verbs"]))
    backwards = _CLAUSE.match(before[::-1])
    near = backwards.group()[:6][::-1].rstrip("了") if backwards else ""
    if near.endswith("是") or any(word in near for word in data["article_verbs"] if word != "是"):
        return True
    ahead = _CLAUSE.match(text, end, end + 16)
    phrase = ahead.group() if ahead else ""
    return any(word in phrase for word in data["abstract"])
