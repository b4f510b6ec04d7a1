"""Half characters that a copying site lost."""

import re

from kexie.reading.clean import Clean, meaning_of_lost_bytes, simplify
from kexie.reading.model import Check, Document

_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ"
_LOST_BYTES = re.compile(
    r"(?<=[\u4e00-\u9fff)])\?(?:"
    r"[,;?!，；？！](?=[\u4e00-\u9fffA-Z“”])[\u4e00-\u9fff]{0,3}[A-Z]?"
    r"|[\u4e00-\u9fff]{1,3}[A-Z](?=\()"
    rf"|[a-z]{{0,3}}[{_TONES}][a-z]{{0,3}}\)(?:[\u4e00-\u9fff]{{0,3}}[A-Z])?)"  # ?shù)匦袠I: pinyin without its bracket
)
_PINYIN = re.compile(rf"\([a-z]{{0,3}}[{_TONES}][a-z]{{0,3}}\)")


def lost_bytes(view: Clean, document: Document) -> list[Check]:
    """Places of a traditional text where half a character was lost and what stood there is not certain."""
    raw = view.original[document.start : document.end]
    if not _PINYIN.search(raw):
        return []
    found = []
    for match in _LOST_BYTES.finditer(raw):
        if view.repaired(document.start + match.start()):
            continue
        span = document.start + match.start(), document.start + match.end()
        meant = simplify(meaning_of_lost_bytes(match.group()))
        possible = re.fullmatch(r"。[\u4e00-\u9fff]{1,3}", meant)
        message = f"“{match.group()}”处有字符损坏，原文不明"
        found.append(Check("bytes lost", message, (span,), meant if possible else None))
    return found
