"""Split a file into documents. Site introductions, advertising and closing remarks lie in none of them."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.lines import Line, lines_of

_NUMERAL = r"[一二三四五六七八九十百\d]{1,4}"
# 【篇2】…, 第三篇 …, …计划篇十四, 范文(二), …总结5
_COLLECTION = re.compile(
    rf"^[【\[(]?第?篇{_NUMERAL}[】\])]?[:、.\s]?.{{0,40}}$|^[【\[(]第{_NUMERAL}篇[】\])]?.{{0,40}}$|^第{_NUMERAL}篇[:、.\s].{{0,40}}$"
    rf"|^[^,。;:!?]{{2,40}}篇{_NUMERAL}[】\])]?$|^[^,。;:!?]{{2,40}}(?:总结|计划|范文|汇报|报告|要点)[(【]?{_NUMERAL}[)】]?$"
)
_DATE_LINE = re.compile(
    r"^(?:\d{4}|20[xX_*]{1,4}|[xX_*]{2,4}|二[〇○零0oO]?.{2,3})年(?:\d{1,2}|[xX_*]{1,2}|[一二三四五六七八九十]{1,2})月"
    r"(?:(?:\d{1,2}|[xX_*]{1,2}|[一二三四五六七八九十]{1,3})[日号])?$"
)
_ENUMERATED = re.compile(rf"^[(]?{_NUMERAL}(?:[、.)]|\.\d)|^[①-⑳㈠-㈩]|^第[一二三四五六七八九十]+[部章节]")
_TOP = re.compile(r"^([一二三四五六七八九十]{1,3})[、.]")
_KEY_VALUE = re.compile(r"^[^,。;:]{2,8}:[^,。;]{1,30}$")
_SENTENCE_MARK = re.compile(r"[,。;!?]")
_ORDINALS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_MIN_BODY = 250  # characters: a piece shorter than this before a restart is not a document of its own


@dataclass(frozen=True, slots=True)
class Piece:
    """A document's span in the clean text, and its lines. ``heading`` is the collection's own heading, if any."""

    start: int
    end: int
    heading: str | None
    lines: list[Line]


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    data = load("lexicon/documents")
    furniture = re.compile("|".join(map(re.escape, data["furniture"])))
    title = re.compile("(?:" + "|".join(map(re.escape, data["title_words"])) + r")(?:[(][^()]{1,12}[)])?$")
    opening = re.compile(data["opening_re"])
    closing = re.compile(data["closing_re"])
    plan_heading = re.compile(data["plan_heading_re"])
    return furniture, title, opening, closing, plan_heading


@cache
def _strong_opening() -> re.Pattern[str]:
    return re.compile(load("lexicon/documents")["strong_opening_re"])


def split(text: str) -> list[Piece]:
    """The documents in clean ``text``, in order. A text without any sign of a collection is one document."""
    lines = lines_of(text)
    if not lines:
        return []
    heads = [i for i, line in enumerate(lines) if len(line.text) <= 48 and _COLLECTION.match(line.text)]
    if not _is_collection(lines, heads):
        heads = []
    headed = frozenset(heads)
    bounds = sorted({0, *heads})
    pieces: list[Piece] = []
    for at, begin in enumerate(bounds):
        stop = bounds[at + 1] if at + 1 < len(bounds) else len(lines)
        chunk = lines[begin:stop]
        if begin not in headed:
            chunk = _without_introduction(chunk, bool(heads))
        chunk = _without_closing(chunk)
        if not chunk:
            continue
        heading = chunk[0].text if begin in headed else None
        for group in _restarts(chunk, inside_collection=bool(heads)):
            pieces.append(Piece(group[0].start, group[-1].end, heading if group[0] is chunk[0] else None, group))
    if not pieces:
        pieces.append(Piece(lines[0].start, lines[-1].end, None, lines))
    return pieces


def _is_collection(lines: list[Line], heads: list[int]) -> bool:
    """Headings make a collection when there are two of them, or one with an explicit 篇."""
    return len(heads) >= 2 or (len(heads) == 1 and "篇" in lines[heads[0]].text)


def _furniture(line: Line) -> bool:
    # A long paragraph that happens to hold such a word is content.
    return len(line.text) <= 400 and bool(_patterns()[0].search(line.text))


def _without_introduction(chunk: list[Line], collection: bool) -> list[Line]:
    """The lines behind the site's introduction. Before the first heading of a collection a short rest is dropped."""
    last = max((i for i, line in enumerate(chunk[:6]) if _furniture(line)), default=-1)
    if sum(len(line.text) for line in chunk[:last]) > sum(len(line.text) for line in chunk[last + 1 :]):
        last = -1  # a closing remark of a short text
    rest = chunk[last + 1 :]
    if collection and sum(len(line.text) for line in rest) < _MIN_BODY:
        return []
    return rest


def _without_closing(chunk: list[Line]) -> list[Line]:
    """The lines before the site's closing remarks."""
    end = len(chunk)
    for i in range(len(chunk) - 1, max(-1, len(chunk) - 6), -1):
        if _furniture(chunk[i]):
            end = i
    return chunk[:end]


def is_title(line: Line) -> bool:
    """Whether a line stands alone as a document's title."""
    text = line.text.split("  ")[0].split(" ?")[0].rstrip(" ?")
    return (
        6 <= len(text) <= 36
        and not _SENTENCE_MARK.search(text)
        and not text.endswith(":")
        and not _ENUMERATED.match(text)
        and bool(_patterns()[1].search(text))
        and not re.match(r"(?:下一?步|下半年|上半年|今后|明年|来年|主要|具体|工作|全年|近期)", text)
    )


def _restarts(chunk: list[Line], *, inside_collection: bool) -> list[list[Line]]:
    """Cut a chunk where a new document begins inside it."""
    groups: list[list[Line]] = []
    begin, size = 0, 0
    passed, total = 0, sum(len(line.text) for line in chunk)
    top = 0  # the last 一、二、三、 seen in the current document
    for i, line in enumerate(chunk):
        if i > begin and size >= _MIN_BODY and _begins(chunk, i, top, size, total - passed, inside_collection):
            groups.append(chunk[begin:i])
            begin, size, top = i, 0, 0
        size += len(line.text)
        passed += len(line.text)
        match = _TOP.match(line.text)
        if match:
            top = _ordinal(match.group(1))
    groups.append(chunk[begin:])
    return groups


def _ordinal(text: str) -> int:
    if text == "十":
        return 10
    tens, _, ones = text.rpartition("十")
    return (_ORDINALS.get(tens, 1) * 10 if "十" in text else 0) + _ORDINALS.get(ones, 0)


def _begins(chunk: list[Line], i: int, top: int, size: int, rest: int, inside_collection: bool) -> bool:
    """Whether a new document begins at line ``i``: a title, what follows a signature, an opening, a restart of 一、."""
    line, before = chunk[i], chunk[i - 1]
    _, _, opening, closing, plan_heading = _patterns()
    if is_title(line):
        return True
    following = chunk[i + 1] if i + 1 < len(chunk) else None
    if (
        following is not None
        and is_title(following)
        and 4 <= len(line.text) <= 30
        and not _SENTENCE_MARK.search(line.text)
        and not _KEY_VALUE.match(line.text)
        and not _ENUMERATED.match(line.text)
        and not _DATE_LINE.match(line.text)
        and len(chunk[i - 1].text) > 0
        and not (line.text.endswith(("委员会", "科协", "协会")) and len(before.text) > 60)
    ):
        return True  # the organisation's line above a title
    if _DATE_LINE.match(before.text) and rest >= _MIN_BODY:
        return True
    if inside_collection or rest < _MIN_BODY:
        return False
    if len(before.text) <= 40 or before.text.endswith((":", ",", "、")) or plan_heading.search(before.text[-30:]):
        return False  # a heading introduces this line
    match = _TOP.match(line.text)
    if match and match.group(1) == "一" and top >= 2:
        return True
    if _ENUMERATED.match(line.text) or len(line.text) < 40 or re.match(r".{0,12}年.{0,3}月", line.text):
        return False
    if size >= 2 * _MIN_BODY and _strong_opening().search(line.text[:400]):
        return True
    return bool(closing.search(before.text) and opening.search(line.text))
