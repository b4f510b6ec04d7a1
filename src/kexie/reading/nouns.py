"""What is counted: the noun behind a measure word or before a number."""

import re

from kexie.reading.context import HAN, clause_start, words
from kexie.reading.patterns import last_of

_LONGEST = 24
_AND = r"以及|和(?![平谐睦])|(?<!参)与(?!会)|(?<![普惠涉波遍提论])及(?![格时])"
_CONJUNCTION = re.compile(rf"{_AND}|并|的[\dxX_*]*")
_ITEMS = re.compile(rf"、|{_AND}")
# What parts the things counted in a noun. 等 ends a list, but not in 一等奖, 优等品.
_PARTS = re.compile(rf"[、()“”《》/]|{_AND}|(?<![一二三四五特优同头初中高])等")
_NUMBERED = re.compile(r"[\d(]")
_DAY = r"(?:\d{1,4}[年月日号])+(?:份|初|底|末|[上中下]旬)?"
_PREFIX = re.compile(
    rf"^(?:{_DAY}|[比较](?:去年|上年|前年|上一年|上届|20\d\d年)(?:同期)?|一[项个种]|共有|现有|有(?=在)|了|的|各类|各种|各项|各级"
    r"|各(?!界)|过|着|到|共|并|已|先后|累计|还|又|也|其中|等|只|约|我们|时间的)++"
)
# What stands behind a preposition is not counted: 向各乡镇发放, 为该村.
_LED = re.compile(
    r"(?:[还已将又并也])?(?:向(?!导)|为(?!民)|给(?!予|水)|对(?!象|口|外|联)|把(?!关)|由|从(?!业)|在(?![校职册岗编线建读]))"
)
# Whatever the verb is, behind its 了 or behind 有 stands what there was: 门口摆了咨询台.
_GOVERNED = re.compile(
    r".*(?:(?<![为除])了(?![解望结])|(?<![所没具享拥含富共现还只国私公占持])有(?![关机效限序余的些色益奖志识利害]))(?=..)"
)
_EACH = re.compile(r"每[^的]{0,3}$")
_WITHIN = re.compile(r"(?<![高初集其之])之?[中里]$")


def strip_amount(before: str) -> str:
    """``before`` without the words that only introduce a number (达, 共计, 为 …)."""
    lexicon = words()
    while True:
        before = before.rstrip(" ")
        if before[-1:] not in lexicon.amount_last:
            return before
        match = lexicon.amount.search(before, max(0, len(before) - 8))
        if match is None:
            return before
        before = before[: match.start()]


def heads_of(noun: str) -> list[str]:
    """The things that a noun names, each to its end: 宣传单、手册等资料 → 宣传单, 手册, 资料."""
    return [part for part in _PARTS.split(noun) if part]


def noun_before(text: str, start: int, floor: int = 0, *, strict: bool = True, owned: bool = True) -> str | None:
    """What is counted, from the words that lead to the number at ``start``: those behind the last verb.

    ``floor`` is where the figure before this one ends; nothing is taken from before it, and unless ``owned`` is false
    the words that follow it are its own (30所医院425人). When not ``strict``, a verb that names what is counted will
    do (受训达479人), so will a noun before the verb (橱窗共出刊8期) or, where the clause has none (今年共开展11期), one
    in the clause before it.
    """
    for _ in range(1 if strict else 2):
        at = _list_start(text, start, floor)
        if at == floor and floor and owned:
            conjunction = _CONJUNCTION.match(text, at, start)
            verb = None if conjunction else words().verbs.search(text, at, start)
            if conjunction is None and verb is None:
                return None
            at = conjunction.end() if conjunction else verb.start() if verb else at
        if at == start and at > floor + 1 and text[at - 1] == "(":
            start = at = at - 1  # 微信群(3个)
            at = max(floor, clause_start(text, start))
        found = _noun_in(text[at:start], strict)
        if found is not None:
            return found
        if at <= floor + 1 or text[at - 1] not in ",:":
            return None
        start = at - 1
    return None


_NUMERAL = "一二三四五六七八九十"


def items_before(text: str, start: int, floor: int) -> list[str]:
    """The things listed before the number at ``start``: 一、二等奖 → 一等奖, 二等奖."""
    clause = strip_amount(text[_list_start(text, start, floor) : start])
    verb = last_of(words().verbs, clause)
    items = [_bare(item) for item in _ITEMS.split(clause[verb.end() if verb else 0 :])]
    last = items[-1]
    if len(last) > 1 and last[0] in _NUMERAL:
        items = [item + last[1:] if len(item) == 1 and item in _NUMERAL else item for item in items]
    return [item for item in items if item]


def between(text: str, floor: int, start: int) -> str | None:
    """The noun of the figure before, when nothing but it stands between: 培训班25人 are people of that class."""
    if not 1 < start - floor <= _LONGEST or not _ONLY_HAN.fullmatch(text, floor, start):
        return None
    return _bare(strip_amount(text[floor:start])) or None


def _list_start(text: str, start: int, floor: int) -> int:
    """Where the clause begins; a list (画廊、专栏50个) is taken whole when its other items have no number."""
    at = max(floor, clause_start(text, start))
    while at > floor + 1 and text[at - 1] == "、":
        back = max(floor, clause_start(text, at - 1))
        if start - back > 40 or 0 < back <= floor or _NUMBERED.search(text, back, at - 1):
            return at
        at = back
    return at


def _noun_in(clause: str, strict: bool) -> str | None:
    """The noun that a clause ends with, without amount words, or the verb when that names what is counted."""
    lexicon = words()
    clause = _without_notes(strip_amount(clause)).strip(" -—>")
    if not clause:
        return None
    spans = [m.span() for m in lexicon.verbs.finditer(clause)]
    rest = clause[spans[-1][1] :] if spans else clause
    if spans and _CONJUNCTION.match(rest) and rest[0] in "和与及":
        # 培训和参观: what looks like a verb is the first of two things.
        rest = clause[spans[-2][1] if len(spans) > 1 else 0 :]
    elif spans and "的" in rest[1:] and clause[slice(*spans[-1])] in lexicon.nominal and rest[:1] not in "了过的":
        rest = clause[spans[-1][0] :]  # 参与活动的群众: what they did says which ones
    governed = _GOVERNED.match(rest)
    rest = _bare(rest[governed.end() :] if governed else rest)
    if rest and not (len(rest) == 1 and spans) and not _says_nothing(rest):
        return _shortened(rest)
    if not spans or strict:
        return None
    begin, end = spans[-1]
    if clause[begin:end] in lexicon.nominal:
        return clause[begin:].rstrip("了的到")
    return _noun_in(clause[:begin], strict) if not rest else None


_DATE = re.compile(rf"{_DAY}(?:以来|期间|全年)?$")


def _says_nothing(phrase: str) -> bool:
    """Whether a phrase names nothing that is counted: 全年, 每期, 10月, 为该村."""
    return bool(phrase in words().empty or _EACH.match(phrase) or _DATE.match(phrase)) or _is_led(phrase)


def _is_led(phrase: str) -> bool:
    """Whether a short phrase is a preposition with its object; a long one has more in it than that."""
    return len(phrase) <= 10 and bool(_LED.match(phrase))


def _shortened(noun: str) -> str:
    """The last characters of ``noun``, from the beginning of an item when it is a list."""
    if len(noun) <= _LONGEST:
        return noun
    cut = noun[-_LONGEST:]
    item = -1 if "”" in cut or '"' in cut else cut.find("、")
    if 0 <= item < _LONGEST * 2 // 3:
        cut = cut[item + 1 :]
    opened, closed = cut.find("《"), cut.find("》")
    if closed >= 0 and not 0 <= opened < closed:
        cut = cut[closed + 1 :].lstrip("、等")
    return cut or noun[-_LONGEST:]


def _bare(text: str) -> str:
    return _PREFIX.sub("", text).strip(" 的了,、")


def _without_notes(text: str) -> str:
    """``text`` without notes in parentheses at its ends."""
    if text.endswith(")"):
        at = text.rfind("(")
        if at > 0:
            return text[:at]
    if text.startswith("("):
        return text[text.find(")") + 1 :]
    return text


_ONLY_HAN = re.compile(f"[{HAN}]+")
_SAID = re.compile(f"[{HAN}]")
_CLOSING = {"“": "”", '"': '"', "《": "》"}
_CHANGED = re.compile(r"(?:增[加长多]?|扩[大展]?|发展|提高|提升|上升|上涨|减少?|下降|降低?)至?$")


def noun_after(text: str, end: int, *, noted: bool = True) -> str | None:
    """What is counted, from the words behind the unit, up to a verb or a mark; None when there are none.

    When ``noted``, it goes on behind one note in parentheses: 12个镇(办、处)科协.
    """
    closing = _CLOSING.get(text[end : end + 1])
    if closing is not None:
        close = text.find(closing, end + 1, end + 40)
        if close > 0:
            tail = words().stop.search(text, close + 1, close + 11)
            return text[end : tail.start() if tail else close + 10]
    mark = words().stop_marks.search(text, end, end + _LONGEST)
    stop = mark.start() if mark else min(len(text), end + _LONGEST)
    # A word that stops the noun may run on behind the mark (其中“), but it begins before it.
    word = words().stop_words.search(text, end, end + _LONGEST) if stop > end else None
    stop = min(stop, word.start()) if word else stop
    found = text[end:stop].strip()
    if found.startswith(("(", ")", "/", "-")):
        return None
    opening = found.find("(")
    if opening >= 0 and ")" not in found:
        found = found[:opening] + (_behind_note(text, stop) if noted else "")
    if "到" in text[stop : stop + 1] or found.endswith("至"):
        found = _CHANGED.sub("", found)  # 由3所学校增加到7所
    found = _bare(found.rstrip('的了(《“"'))
    if len(found) > 2:
        found = _WITHIN.sub("", found)
    return found if _SAID.search(found) else None


def _behind_note(text: str, at: int) -> str:
    """The rest of a noun in which a note stands, from within the note: 镇(办、处、区)科协."""
    close = text.find(")", at, at + 12)
    if close < 0 or text.find("(", at, close) >= 0:
        return ""
    return noun_after(text, close + 1, noted=False) or ""


_PHRASE = re.compile(r"[^,。;:!?\n、()]{2,24}")


def verb_after(text: str, end: int) -> str | None:
    """What those counted did, when no noun names them: 425人参与活动 → 参与活动, 124人获奖 → 获奖."""
    match = _PHRASE.match(text, end)
    if match is None or _LED.match(match.group()):
        return None
    return match.group() if match.group().startswith("到") else _bare(match.group()) or None
