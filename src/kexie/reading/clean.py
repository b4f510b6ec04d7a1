"""A normalised view of a text in which every character keeps its offset in the original.

Full-width letters, digits and punctuation become half-width, traditional characters simplified, pinyin in
parentheses and stray apostrophes between Chinese characters disappear. Numerals are left as they are written.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import opencc

from kexie.catalogue.loader import load

# OpenCC's t2s leaves these alone or gives them another word's meaning.
ADDITIONS = {"陜": "陕", "衞": "卫", "餘": "余", "馀": "余", "裏": "里", "羣": "群", "啓": "启", "綫": "线"}
WORDS = {"著重": "着重", "著力": "着力", "著眼": "着眼", "著手": "着手", "沿著": "沿着", "圍繞著": "围绕着"}
_WORDS = re.compile("|".join(WORDS))
_LONE = re.compile("[\ud800-\udfff]")

_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SPACES = {0x3000: 0x20, 0xA0: 0x20, 0x2002: 0x20, 0x2003: 0x20, 0x2009: 0x20, 0x09: 0x20}
_CODES = {chr(k): chr(v) for k, v in {**_WIDTH, **_SPACES}.items()}
_SIMPLE = str.maketrans({**_CODES, **ADDITIONS, "﹪": "%", "﹒": "."})

_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹ"
_REMOVED = re.compile(
    rf"\((?=[^()]{{0,6}}[{_TONES}])[a-zü{_TONES}]{{1,7}}\)"  # pinyin with a tone mark
    r"|(?<=[\u4e00-\u9fff])\((?:de|le|zi|men|ma|ne|ba|zhe|me)\)"  # toneless pinyin
    r"|(?<=[\u4e00-\u9fff])'(?=[\u4e00-\u9fff])"  # an apostrophe that a copying site left behind
    r"|[\u200b-\u200f\ufeff\u00ad]"
)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """``text`` in simplified characters, always of the same length."""
    if text.isascii():
        return text
    text = _LONE.sub("\ufffd", text)  # half of a character is none, and OpenCC refuses it
    converted: str = _converter().convert(text)
    if len(converted) != len(text):
        # A phrase of another length would shift every offset behind it, so such a text goes character by character.
        converted = "".join(_one(c) for c in text)
    parts: list[str] = []
    end = 0
    for found in _WORDS.finditer(text):
        parts += (converted[end : found.start()], WORDS[found.group()])
        end = found.end()
    return "".join((*parts, converted[end:]))


@lru_cache(maxsize=2**15)
def _one(character: str) -> str:
    converted: str = _converter().convert(character)
    return converted if len(converted) == 1 else character


@dataclass(frozen=True, slots=True)
class Clean:
    """``text`` is the view. Where it is shorter than the original, ``cuts`` holds the positions in the view
    before which something was removed, and ``shifts`` how many characters were removed up to there."""

    text: str
    original: str
    cuts: list[int]
    shifts: list[int]
    repairs: frozenset[int] = frozenset()

    def repaired(self, offset: int) -> bool:
        """Whether lost bytes at ``offset`` of the original were repaired in the view."""
        return offset in self.repairs

    def start(self, position: int) -> int:
        """Offset in the original of the character at ``position`` of the view."""
        # bisect_left on position + 1 finds the last cut at or before position.
        at = bisect_left(self.cuts, position + 1)
        return position + (self.shifts[at - 1] if at else 0)

    def end(self, position: int) -> int:
        """Exclusive end in the original of a span that ends before ``position`` of the view."""
        return self.start(position - 1) + 1 if position else 0

    def position(self, offset: int) -> int:
        """Position in the view of the first kept character at or behind ``offset`` of the original."""
        low, high = 0, len(self.text)
        while low < high:
            middle = (low + high) // 2
            if self.start(middle) < offset:
                low = middle + 1
            else:
                high = middle
        return low


def clean(original: str) -> Clean:
    """The normalised view of ``original``."""
    repaired, repairs = _with_bytes(original)
    lines = _simplified_blocks(repaired.translate(_SIMPLE))
    text = "".join(lines)
    kept: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    at = removed = length = 0
    for match in _REMOVED.finditer(text):
        kept.append(text[at : match.start()])
        length += match.start() - at
        removed += match.end() - match.start()
        if cuts and cuts[-1] == length:
            shifts[-1] = removed
        else:
            cuts.append(length)
            shifts.append(removed)
        at = match.end()
    kept.append(text[at:])
    return Clean("".join(kept), original, cuts, shifts, repairs)


# 。現 is A1A3 AC46 in GBK. Where its first byte was lost the rest was read as ，(A3AC) and F.
_LOST = re.compile(
    r"\?(?P<mark>[,;?!，；？！])(?P<han>[\u4e00-\u9fff]?)(?P<letter>[A-Z])(?=\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}\)(.))"
)
_WIDE = str.maketrans({",": "，", ";": "；", "?": "？", "!": "！"})
_REMOVABLE = "\u200b"


def meaning_of_lost_bytes(written: str) -> str:
    """What ``written`` (?,F) would mean if a 。 had lost its first byte; U+FFFD where that cannot be."""
    rest = written[1:].translate(_WIDE).encode("gbk", "replace")
    return (b"\xa1" + rest).decode("gbk", "replace")


def _with_bytes(text: str) -> tuple[str, frozenset[int]]:
    """``text``, equally long, with 。 and the words behind it where the lost byte is certain, and where that was.

    Any character whose second byte is A3 could have stood there. It is certain only before a word that opens a
    sentence (。现将, 。现拟).
    """
    if "?" not in text:
        return text, frozenset()
    openers = frozenset(load("lexicon/checks")["sentence_openers"])
    repairs = []

    def repair(match: re.Match[str]) -> str:
        meant = meaning_of_lost_bytes(match.group())
        if meant not in ("。現", "。现") or match[4] not in openers:
            return match.group()
        repairs.append(match.start())
        return meant[0] + _REMOVABLE * (len(match.group()) - len(meant)) + meant[1:]

    return _LOST.sub(repair, text), frozenset(repairs)


def _simplified_blocks(text: str) -> Iterator[str]:
    # Line by line, so that one odd phrase does not force the slow way on the whole file.
    for line in text.splitlines(keepends=True):
        yield simplify(line)
