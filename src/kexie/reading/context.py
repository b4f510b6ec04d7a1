"""What stands around a figure: the clause, what is counted, its status, its scope."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of, last_of, literal_first

_HAN = r"\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Words:
    """The compiled lexicon of context words. ``stop_words`` and ``stop_marks`` are together what ``stop`` is."""

    amount: re.Pattern[str]
    amount_last: frozenset[str]
    verbs: re.Pattern[str]
    stop: re.Pattern[str]
    stop_words: re.Pattern[str]
    stop_marks: re.Pattern[str]
    empty: frozenset[str]
    nominal: frozenset[str]
    planned: re.Pattern[str]
    done: re.Pattern[str]
    rule: re.Pattern[str]
    whole: re.Pattern[str]
    whole_near: re.Pattern[str]


@cache
def words() -> Words:
    """The lexicon ``lexicon/context``, compiled."""
    data = load("lexicon/context")
    # 覆盖率, 参赛作品: a verb inside a noun is none; one character is a verb only where a clause begins.
    verbs = any_of((w for w in data["verbs"] if len(w) > 1), behind=f"(?!{any_of(data['noun_tails'])})")
    single = any_of((w for w in data["verbs"] if len(w) == 1), behind="(?:(?<=[,。;:了并].)|(?<=^.))")
    stop_words = "|".join([any_of(data["stop"]), *map(literal_first, data["stop_patterns"])])
    stop_marks = f'[^{_HAN}a-zA-Z“”《》"()·/-]'
    return Words(
        amount=re.compile(f"(?:{any_of(data['amount'])})$"),
        amount_last=frozenset(word[-1] for word in data["amount"]),
        verbs=re.compile(f"{verbs}|{single}"),
        stop=re.compile(f"{stop_words}|{stop_marks}"),
        stop_words=re.compile(stop_words),
        stop_marks=re.compile(stop_marks),
        empty=frozenset(data["empty"]),
        nominal=frozenset(data["nominal"]),
        planned=re.compile("|".join([any_of(data["planned"]), *map(literal_first, data["planned_patterns"])])),
        done=re.compile(any_of(data["done"])),
        rule=re.compile(any_of(data["rule"])),
        whole=re.compile(any_of(data["whole"])),
        whole_near=re.compile(f"(?:{any_of(data['whole_near'])})(?:{any_of(data['amount'])})?$"),
    )


def sentence_start(text: str, position: int, limit: int = 160) -> int:
    """Where the sentence around ``position`` begins, looking back at most ``limit`` characters."""
    floor = max(0, position - limit)
    found = _SENTENCE.match(text[floor:position][::-1])
    assert found is not None
    return position - found.end()


_SENTENCE = re.compile(r"[^。;!?\n]*")
_BACKWARDS = re.compile(r"[^”》)“《(\n,。;:!?、\"]*+")


def clause_start(text: str, position: int, limit: int = 60) -> int:
    """Where the clause around ``position`` begins; text inside matched quotation marks is not cut."""
    floor = max(0, position - limit)
    backwards = text[floor:position][::-1]
    at = depth = 0
    while True:
        found = _BACKWARDS.match(backwards, at)
        assert found is not None
        at = found.end()
        if at == len(backwards):
            return floor
        c = backwards[at]
        if c in "”》)":
            depth += 1
        elif c in "“《(":
            if depth == 0:
                return position - at
            depth -= 1
        elif c == "\n" or depth == 0:
            return position - at
        at += 1


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


_CONJUNCTION = re.compile(r"以及|和|与|及|并|的[\dxX_*]*")


def noun_before(text: str, start: int, floor: int = 0, *, strict: bool = True) -> str | None:
    """What is counted, from the words that lead to the number at ``start``: those behind the last verb.

    ``floor`` is where the figure before this one ends; nothing is taken from before it. When not ``strict``, a verb
    that names what is counted will do (受训达479人), so will a noun before the verb (橱窗共出刊8期) or, where the
    clause has none (今年共开展11期), one in the clause before it.
    """
    for _ in range(1 if strict else 2):
        at = _list_start(text, start, floor)
        if at == floor and floor:
            conjunction = _CONJUNCTION.match(text, at, start)
            verb = None if conjunction else words().verbs.search(text, at, start)
            if conjunction is None and verb is None:
                return None  # these words belong to the figure before: 30所医院425人
            at = conjunction.end() if conjunction else verb.start() if verb else at
        found = _noun_in(text[at:start], strict)
        if found is not None:
            return found
        if at <= floor + 1 or text[at - 1] not in ",:":
            return None
        start = at - 1
    return None


_NUMBERED = re.compile(r"[\d(]")


def _list_start(text: str, start: int, floor: int) -> int:
    """Where the clause begins; a list (画廊、专栏50个) is taken whole when its other items have no number."""
    at = max(floor, clause_start(text, start))
    while at > floor + 1 and text[at - 1] == "、":
        back = max(floor, clause_start(text, at - 1))
        if start - back > 40 or back <= floor or _NUMBERED.search(text, back, at - 1):
            return at
        at = back
    return at


def _noun_in(clause: str, strict: bool) -> str | None:
    """The noun that a clause ends with, without amount words, or the verb when that names what is counted."""
    clause = _without_notes(strip_amount(clause)).strip(" -—>")
    if not clause:
        return None
    spans = [m.span() for m in words().verbs.finditer(clause)]
    rest = _bare(clause[spans[-1][1] :]) if spans else _bare(clause)
    if rest and rest not in words().empty and not (len(rest) == 1 and spans):
        return rest[-24:]
    if not spans or strict:
        return None
    begin, end = spans[-1]
    if clause[begin:end] in words().nominal:
        return clause[begin:].rstrip("了的到")
    return _noun_in(clause[:begin], strict) if not rest else None


_PREFIX = re.compile(
    r"^(?:共有|现有|有(?=在)|了|的|各类|各种|各项|各级|各(?!界)|过|着|到|共|并|已|先后|累计|还|又|也|其中|等|只|约)++"
)


def _bare(text: str) -> str:
    return _PREFIX.sub("", text).strip(" 的了,")


def _without_notes(text: str) -> str:
    """``text`` without notes in parentheses at its end."""
    if text.endswith(")"):
        at = text.rfind("(")
        if at > 0:
            return text[:at]
    return text


_SAID = re.compile(f"[{_HAN}]")


def noun_after(text: str, end: int) -> str | None:
    """What is counted, from the words behind the unit, up to a verb or a mark; None when there are none."""
    if end < len(text) and text[end] in '“"《':
        close = text.find({"“": "”", '"': '"', "《": "》"}[text[end]], end + 1, end + 40)
        if close > 0:
            tail = words().stop.search(text, close + 1)
            last = tail.start() if tail else close + 1
            return text[end : max(close + 1, min(last, close + 10))]
    mark = words().stop_marks.search(text, end, end + 24)
    stop = mark.start() if mark else min(len(text), end + 24)
    # A word that stops the noun may run on behind the mark (其中“), but it begins before it.
    word = words().stop_words.search(text, end, end + 24) if stop > end else None
    stop = min(stop, word.start()) if word else stop
    found = text[end:stop].strip()
    if found.startswith(("(", ")", "/", "-")):
        return None
    opening = found.find("(")
    if opening >= 0 and ")" not in found:
        found = found[:opening]
    found = _bare(found.rstrip("的了("))
    return found if _SAID.search(found) else None


_PHRASE = re.compile(r"[^,。;:!?\n、()]{2,24}")


def verb_after(text: str, end: int) -> str | None:
    """What those counted did, when no noun names them: 425人参与活动 → 参与活动, 124人获奖 → 获奖."""
    match = _PHRASE.match(text, end)
    return _bare(match.group()) or None if match else None


_PER = {
    **dict.fromkeys(("次",), "time"),
    **dict.fromkeys(("周", "星期"), "week"),
    **dict.fromkeys(("月",), "month"),
    **dict.fromkeys(("季度",), "quarter"),
    **dict.fromkeys(("年",), "year"),
    **dict.fromkeys(("天", "日"), "day"),
    **dict.fromkeys(("人", "名", "位"), "person"),
    **dict.fromkeys(("户",), "household"),
    **dict.fromkeys(("期", "场"), "session"),
}
_PER_RE = re.compile(
    r"每(?!个人都|一个|一位)(?:一)?(?:个)?(次|星期|周|季度|月|年|天|日|人|名|位|户|期|场)|每|人均|户均"
    r"|(?:^|[^\u4e00-\u9fff]|[训奖组家名])各$"
)


def per_of(clause: str) -> str | None:
    """The base of a rate named in the clause before a number (每次, 每周, 各), or None."""
    if "每" not in clause and "各" not in clause and "均" not in clause:
        return None
    last = last_of(_PER_RE, clause)
    if last is None:
        return None
    if last.group().startswith("人均"):
        return "person"
    if last.group().startswith("户均"):
        return "household"
    return _PER.get(last.group(1) or "", "each")


_YEAR = re.compile(r"(去年|上年|前年|上一年|(?<!\d)(?:19|20)\d\d年)(?!来|的?(?:基础|同期))")


def period_of(clause: str, year: str | None) -> str | None:
    """Another period that the clause gives for the number: a year, or the word (去年) when it cannot be resolved.

    ``year`` is the document's own year, if known; a number of that year needs no mark.
    """
    if "年" not in clause:
        return None
    last = None
    for match in _YEAR.finditer(clause):
        if clause[max(0, match.start() - 1) : match.start()] not in ("比", "较"):
            last = match
    if last is None or "今年" in clause[last.end() :]:
        return None
    word = last.group(1)
    if word[0].isdigit():
        return None if word[:4] == year else word[:4]
    if year is None:
        return word
    return str(int(year) - (2 if word == "前年" else 1))
