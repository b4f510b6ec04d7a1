"""What stands around a figure: its sentence and clause, the base of a rate, another period."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of, last_of, literal_first

HAN = r"\u4e00-\u9fff"


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
    no_noun: frozenset[str]
    planned: re.Pattern[str]
    done: re.Pattern[str]
    rule: re.Pattern[str]
    whole: re.Pattern[str]
    whole_near: re.Pattern[str]


_COMPLEMENTS = frozenset("到出去至")


@cache
def words() -> Words:
    """The lexicon ``lexicon/context``, compiled."""
    data = load("lexicon/context")
    # 覆盖率, 参赛作品: a verb inside a noun is none; one character is a verb only where a clause begins.
    # 收到作品, 评出作品: with a complement it is a verb whatever follows.
    tails = f"(?!{any_of(data['noun_tails'])})"
    several = [w for w in data["verbs"] if len(w) > 1]
    verbs = any_of((w for w in several if w[-1] not in _COMPLEMENTS), behind=tails)
    complete = any_of(w for w in several if w[-1] in _COMPLEMENTS)
    single = any_of((w for w in data["verbs"] if len(w) == 1), behind="(?:(?<=[,。;:了并].)|(?<=^.))")
    stop_words = "|".join([any_of(data["stop"]), *map(literal_first, data["stop_patterns"])])
    stop_marks = f'[^{HAN}a-zA-Z“”《》"()·/-]'
    return Words(
        amount=re.compile(f"(?:{any_of(data['amount'])})$"),
        amount_last=frozenset(word[-1] for word in data["amount"]),
        verbs=re.compile(f"{complete}|{verbs}|{single}"),
        stop=re.compile(f"{stop_words}|{stop_marks}"),
        stop_words=re.compile(stop_words),
        stop_marks=re.compile(stop_marks),
        empty=frozenset(data["empty"]),
        nominal=frozenset(data["nominal"]),
        no_noun=frozenset(data["no_noun"]),
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


_PER = {
    **dict.fromkeys(("次",), "time"),
    **dict.fromkeys(("周", "星期"), "week"),
    **dict.fromkeys(("月", "月均"), "month"),
    **dict.fromkeys(("季度",), "quarter"),
    **dict.fromkeys(("年", "年均"), "year"),
    **dict.fromkeys(("天", "日", "日均"), "day"),
    **dict.fromkeys(("人", "名", "位", "人均"), "person"),
    **dict.fromkeys(("户", "户均"), "household"),
    **dict.fromkeys(("期", "场", "场均"), "session"),
}
_PER_RE = re.compile(
    r"每(?!个人都|一个|一位)(?:一)?(?:个)?(次|星期|周|季度|月|年|天|日|人|名|位|户|期|场)|每|[人户日月年场亩]均"
    r"|(?:^|[^\u4e00-\u9fff]|[训奖组家名])各$"
)


def per_of(clause: str) -> str | None:
    """The base of a rate named in the clause before a number (每次, 每周, 日均, 各), or None."""
    if "每" not in clause and "各" not in clause and "均" not in clause:
        return None
    last = last_of(_PER_RE, clause)
    return _PER.get(last.group(1) or last.group(), "each") if last else None


def per_behind(text: str, end: int) -> str | None:
    """The base of a rate that stands behind a figure that ends at ``end`` (0.8元/人, 2次/周), or None."""
    return _PER.get(text[end + 1 : end + 2], "each") if text[end : end + 1] == "/" else None


_TITLE = re.compile(r"《[^《》]*》?")
_YEAR = re.compile(r"(去年|上年|前年|上一年|(?<!\d)(?:19|20)\d\d年)(?!来|的?(?:基础|同期))")
_BEFORE = re.compile(r"[由从](?:(原来|原先|过去|以前|起初|最初)的?)?$")
_CHANGE = r"[^,。;、\n]{0,12},?(?:增|扩|涨|发展|提高|提升|上升|上涨|减|下降|降)[^,。;、\n\d]{0,3}[到至]"
_GROWS = re.compile(_CHANGE)
_GROWN = re.compile(rf"{_CHANGE}了?(?:(?:现在|目前|如今)的?)?")
FORMERLY = "原来"  # the period of the first number of 由原来的30家发展到56家


def grows(text: str, end: int) -> bool:
    """Whether the figure that ends at ``end`` is said to have become another: 18个 in 由18个增加到25个."""
    return _GROWS.match(text, end) is not None


def grown(text: str, end: int, start: int) -> bool:
    """Whether the figure that ends at ``end`` has become the one that begins at ``start``."""
    return _GROWN.fullmatch(text, end, start) is not None


def period_of(clause: str, year: str | None, behind: str = "") -> str | None:
    """Another period that the clause gives for the number: a year, or the word (去年) when it cannot be resolved.

    ``year`` is the document's own year, if known; a number of that year needs no mark. ``behind`` is what follows the
    figure: the first number of 由原来的30家发展到56家 is of an earlier time, which is called 原来.
    """
    earlier = _BEFORE.search(clause) if clause and clause[-1] in "由从的来先去前初" else None
    if earlier and (earlier.group(1) or _GROWS.match(behind)):
        return FORMERLY
    if "年" not in clause:
        return None
    clause = _TITLE.sub("", clause)
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
