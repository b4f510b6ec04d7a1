"""Figures by grammar: hedge, number, scale, hedge, measure word, hedge. Names and enumerators are not figures."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading import numerals
from kexie.reading.articles import is_article
from kexie.reading.units import Unit, unit_at

_CN = "零〇一二三四五六七八九十百千万亿两"
_NUMBER = re.compile(
    r"(?P<arabic>\d{1,3}(?:,\d{3})++(?![,\d])(?:\.\d+)?|\d{1,3}(?: \d{3})++(?!\d)(?:\.\d+)?|\d(?: \d)++(?! ?\d)"
    r"|\d++(?:\.\d++|。\d++(?=[余多]?[万亿]))?)"
    rf"|(?P<percent>[百千万]分之(?:[{_CN}点]++|\d++(?:\.\d++)?))"
    rf"|(?P<chinese>[{_CN}]++)"
    r"|(?P<half>半)(?=天|个月|个小时|小时|个学期)"
)
_TAIL = re.compile(
    r" ?(?P<inside>[余多来几])?(?P<scale>万亿|[十百千]?[万亿]|[千百](?![分瓦克米]))?(?P<inside2>[余多])?"
)
_JOIN = re.compile(r" ?(?:至|到|-{1,2}|[—–~～]{1,2}|或) ?(?=[\d零一二三四五六七八九十百千万两])")
_MASK = "xX_*×＊"
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_SCALES |= {"十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
_MONEY = re.compile(r"(?:经费|资金|投资|投入|收入|产值|补助|奖金|预算|总额|利润|税|销售额|金额|补贴)[^,。;:、]{0,8}$")
_DENIED = re.compile(r"(?:没有|未发生|未出现|未|无|没)[^,。;:、]{0,5}$")
_PARTED = re.compile(r"个([多半])(月|小时|星期|学期)")
_NOT_HEDGES = (
    "最近",
    "附近",
    "以上",
    "线上",
    "网上",
    "街上",
    "会上",
    "树上",
    "身上",
    "早上",
    "晚上",
    "节约",
    "条约",
    "预约",
)
_ORDINAL = re.compile(rf"第 ?(?:[\d{_CN}]{{1,6}} ?(?:至|到|-|—|–|~|～|、|和) ?第?)?$")
_SESSION = re.compile(r"(?:、[一二三四五六七八九十]{1,3}次)*+(?:全会|全体|会议|代表|党代|常委|中心组|执委|理事|委员会)")
_PLACE = re.compile(r"[乡镇村屯路街](?!干部|民|医|级|镇|贤|里|舍|党|两委|道)")
_QUOTED = re.compile(r"“[^“”\n]{0,40}”|《[^《》\n]{0,60}》|「[^「」\n]{0,40}」")
_STRAIGHT = re.compile(r'"([^"\n]{0,30})"')
_ENUMERATOR = re.compile(r"(?:^|(?<=\n))[ >]*(?:\d{1,2}(?:\.\d{1,2})*+(?=[.、)])|\(\d{1,2}\))")
_DAY = re.compile(r"\d{1,2}[:时点]\d{1,2}分|\d{1,2}:\d\d|(?:19|20)\d\d(?=年)")


@dataclass(frozen=True, slots=True)
class Match:
    """A figure as the grammar sees it; positions are in the clean text."""

    start: int
    end: int
    value: Decimal | None
    qualifier: str
    low: Decimal | None
    high: Decimal | None
    soft_high: Decimal | None
    low_exclusive: bool
    unit: str
    kind: str
    hedged_after: bool
    context: str | None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The hedges and the fixed words, compiled."""

    before: re.Pattern[str]
    before_kind: dict[str, str]
    after: re.Pattern[str]
    after_kind: dict[str, str]
    terms: re.Pattern[str]
    furniture: re.Pattern[str]
    great_nouns: re.Pattern[str]
    great_not: re.Pattern[str]
    duration_before: re.Pattern[str]


def _any(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, set(words)), key=len, reverse=True))


@cache
def lexicon() -> Lexicon:
    """``lexicon/hedges`` and ``lexicon/not_figures``, compiled."""
    hedges, fixed = load("lexicon/hedges"), load("lexicon/not_figures")
    before = {word: kind for kind, words in hedges["before"].items() for word in words}
    after = {word: kind for kind, words in hedges["after"].items() for word in words}
    return Lexicon(
        before=re.compile(f"(?:{_any(list(before))}) ?$"),
        before_kind=before,
        after=re.compile(_any(list(after))),
        after_kind=after,
        terms=re.compile(_any(fixed["terms"])),
        furniture=re.compile(f"(?:{_any(fixed['furniture_before'])})[(]?$"),
        great_nouns=re.compile(_any(fixed["great_nouns"])),
        great_not=re.compile(_any(fixed["great_not"])),
        duration_before=re.compile(f"(?:{_any(fixed['duration_before'])})了?(?:[超近约]过?)?$"),
    )


class Closed:
    """Spans in which no figure lies: quoted names, titles, fixed words, enumerators, clock times and years."""

    def __init__(self, text: str) -> None:
        spans = [m.span() for p in (_QUOTED, _STRAIGHT, lexicon().terms, _ENUMERATOR, _DAY) for m in p.finditer(text)]
        spans.sort()
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in spans:
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def __contains__(self, position: object) -> bool:
        assert isinstance(position, int)
        at = bisect_right(self._starts, position) - 1
        return at >= 0 and position < self._ends[at]


def denied(text: str, start: int) -> bool:
    """Whether the number at ``start`` is said not to have happened (未发生一起)."""
    return bool(_DENIED.search(text, max(0, start - 8), start))


def find(text: str) -> Iterator[Match]:
    """Every figure in clean ``text``, in order, none overlapping."""
    closed = Closed(text)
    at = 0
    while True:
        number = _NUMBER.search(text, at)
        if number is None:
            return
        at = number.end()
        if number.start() in closed:
            continue
        found = _figure(text, number)
        if found is not None:
            yield found
            at = found.end


def _figure(text: str, number: re.Match[str]) -> Match | None:
    if _refused_before(text, number):
        return None
    if number.lastgroup == "percent":
        return _percent_in_words(text, number)
    chinese = number.lastgroup in ("chinese", "half")
    first = _amount(text, number)
    if first is None:
        return None
    value, written_range, inside, end, bare = first
    joined = None if written_range or inside else _joined(text, end, value, chinese)
    if joined is None:
        # A unit may stand between the ends of a range: 3天至5天.
        unit_end = unit_at(text, end)
        if unit_end is not None and not written_range and not inside:
            joined = _joined(text, unit_end[1], value, chinese, unit_end[0].name)
    if joined is not None:
        written_range, end = joined
    if end < len(text) and text[end] == " ":
        end += 1
    found = unit_at(text, end)
    months = _PARTED.match(text, end)
    if months is not None and not inside:
        # 两个多月, 一个半小时: the hedge stands inside the unit.
        value += Decimal("0.5") if months[1] == "半" else 0
        inside = "多" if months[1] == "多" else ""
        found = Unit(months[2] if months[2] != "月" else "个月", "duration", True, None), months.end()
    scaled = found is None and text[end - 1 : end] in "万亿"
    if scaled and _MONEY.search(text, max(0, number.start() - 16), number.start()):
        found = Unit("元", "money", True, None), end  # 经费达60万: said of money, the unit may be left out
    if found is None or (chinese and not found[0].chinese):
        return None
    unit, unit_end_at = found
    return _qualified(text, number, value, written_range, inside, unit, unit_end_at, chinese, bare)


def _refused_before(text: str, number: re.Match[str]) -> bool:
    """Whether what stands directly before or behind the digits makes them part of something else."""
    start, end = number.span()
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    if _ORDINAL.search(text, max(0, start - 12), start):
        return True
    if after and after in _MASK and number.lastgroup == "arabic":
        return True
    if number.lastgroup == "arabic":
        if before and (before in _MASK or before in "+=#@/." or (before.isascii() and before.isalnum())):
            return True
        if before and before in _CN and before not in "万亿":
            return True  # 两3项: digits are damaged
        return end - start > 15 or (
            after.isascii() and after.isalpha() and not text.startswith(("km", "kg", "m²"), end)
        )
    if before and before in _MASK:
        return True
    return bool(after.isdigit() or before.isdigit() or (before and before in "第每初周末另某" and text[start] == "一"))


def _amount(text: str, number: re.Match[str]) -> tuple[Decimal, tuple[Decimal, Decimal] | None, str, int, bool] | None:
    """Value, written range (两三), inner hedge, end, and whether it is a bare 百/千/万/亿; None if malformed."""
    raw = number.group()
    group = number.lastgroup
    pair = None
    if group == "half":
        return Decimal("0.5"), None, "", number.end(), False
    if group == "arabic":
        value = numerals.parse_arabic(raw)
    else:
        pair = numerals.chinese_range(raw)
        value = pair[0] if pair else numerals.parse_chinese(raw)
    if value is None:
        return None
    tail = _TAIL.match(text, number.end())
    assert tail is not None
    inside = (tail["inside"] or "") + (tail["inside2"] or "")
    scale = _SCALES.get(tail["scale"] or "", 1)
    end = tail.end()
    if not inside and scale == 1:
        end = number.end()
    if "几" in inside and not (raw.endswith(("十", "百", "千", "万")) or scale > 1):
        return None
    if pair:
        pair = (pair[0] * scale, pair[1] * scale)
    bare = raw in ("百", "千", "万", "亿", "千万", "百万", "亿万", "万千")
    return value * scale, pair, inside, end, bare


def _joined(
    text: str, end: int, value: Decimal, chinese: bool, unit: str | None = None
) -> tuple[tuple[Decimal, Decimal], int] | None:
    """The second end of a range that goes on at ``end``, as (bounds, end of the number)."""
    join = _JOIN.match(text, end)
    if join is None:
        return None
    second = _NUMBER.match(text, join.end())
    if second is None or second.lastgroup != ("chinese" if chinese else "arabic"):
        return None
    amount = _amount(text, second)
    if amount is None or amount[1] or amount[2]:
        return None
    high, after = amount[0], amount[3]
    if unit is not None:
        following = unit_at(text, after)
        if following is None or following[0].name != unit:
            return None
    # 1—2万: the scale behind the second number belongs to both.
    scale = high / Decimal(10) ** 4
    if value < high and after > second.end() and value < scale * 10 and high >= 10**4 and value < 10**4:
        value *= 10**8 if high >= 10**8 else 10**4
    return ((value, high), after) if value < high else None


def _qualified(
    text: str,
    number: re.Match[str],
    value: Decimal,
    pair: tuple[Decimal, Decimal] | None,
    inside: str,
    unit: Unit,
    end: int,
    chinese: bool,
    bare: bool,
) -> Match | None:
    words = lexicon()
    start = number.start()
    before = words.before.search(text, max(0, start - 6), start)
    hedge = words.before_kind[before.group().rstrip(" ")] if before else None
    if before and text[max(0, before.start() - 1) : before.start() + 1] in _NOT_HEDGES:
        before = hedge = None
    after = words.after.match(text, end)
    behind = words.after_kind[after.group()] if after else None
    if after and after.group() in "多余" and (inside or text[after.end() : after.end() + 1] in "种个样次媒元方"):
        after = behind = None
    if bare and not (hedge or inside or behind):
        return None  # 百米画廊, 千名学生: a name, or a round word
    if number.lastgroup == "chinese" and not inside and not behind and hedge is None:
        if value == 1 and not denied(text, start) and is_article(text, start, end, unit.name):
            return None
    elif unit.context == "negated_one" and value == 1:
        return None
    # 近三年 is a period: this hedge does not make a duration of it.
    hedged = bool((hedge and hedge != "nearly") or behind or inside)
    if not _fits(text, start, end, value, unit, hedged, chinese):
        return None
    if words.furniture.search(text, max(0, start - 6), start) and unit.name == "篇":
        return None
    qualifier, low, high, soft, exclusive = _bounds(value, pair, hedge, inside, behind)
    return Match(
        before.start() if before else start,
        after.end() if after else end,
        None if pair else value,
        qualifier,
        low,
        high,
        soft,
        exclusive,
        unit.name,
        unit.kind,
        behind is not None,
        unit.context,
    )


def _bounds(
    value: Decimal, pair: tuple[Decimal, Decimal] | None, hedge: str | None, inside: str, behind: str | None
) -> tuple[str, Decimal | None, Decimal | None, Decimal | None, bool]:
    """Qualifier, low, high, soft_high and whether low is exclusive (gold README, Figures 2 to 4)."""
    if pair:
        return "range", pair[0], pair[1], None, False
    soft = behind == "soft" or any(c in inside for c in "余多几")
    behind = None if behind == "soft" else behind
    markers = [m for m in (hedge, "soft" if soft else ("about" if inside else None), behind) if m]
    if not markers:
        return "exact", value, value, None, False
    if len(set(markers)) > 1 and {"about", "nearly"} & set(markers):
        return "about", None, None, None, False  # 约10000余, 近3多万: the hedges contradict each other
    if soft:
        return "at_least", value, None, numerals.step_above(value), False
    first = markers[0]
    if first == "nearly":
        return "about", None, value, None, False
    if first == "about":
        return "about", None, None, None, False
    if first == "more_than":
        return "at_least", value, None, None, True
    if first == "at_most":
        return "at_most", None, value, None, False
    return "at_least", value, None, None, False


def _fits(text: str, start: int, end: int, value: Decimal, unit: Unit, hedged: bool, chinese: bool) -> bool:
    """Whether the unit's context is there."""
    context = unit.context
    words = lexicon()
    if unit.name in ("名", "位") and text[max(0, start - 1) : start] == "前":
        return False  # 前三名: ranks
    if context == "duration":
        if value >= 1900 and unit.name == "年":
            return False
        return hedged or bool(words.duration_before.search(text, max(0, start - 8), start))
    if context == "quake":
        return "." in text[start:end] or text.startswith(("地震", "以上地震"), end)
    if context == "negated_one":
        return value > 1 or denied(text, start)
    if context == "great":
        phrase = re.match(r"[^,。;:!?\n]{1,14}", text[end:])
        ahead = phrase.group() if phrase else ""
        noun = words.great_nouns.search(ahead)
        if noun is None or words.great_not.search(ahead[: noun.end() + 2]):
            return False
        return value <= 100 and text[max(0, start - 1) : start] not in ("党", "的十", "届", "会", "第", "协")
    if unit.name == "次" and chinese and _SESSION.match(text, end):
        return False  # 二次全会: an ordinal
    if chinese and len(unit.name) == 1 and unit.name != "个" and _PLACE.match(text, end):
        return False  # 八面乡, 四名村: a place name
    if unit.name == "小时" and value == 24:
        return not text.startswith(("值班", "热线", "在线", "服务", "不间断", "全天"), end)
    if unit.kind == "duration" and "圈" in text[end : end + 4]:
        return False  # 十五分钟服务圈 is a name
    return not (chinese and unit.kind == "money" and value < 1)


def _percent_in_words(text: str, number: re.Match[str]) -> Match | None:
    raw = number.group()
    base, _, rest = raw.partition("分之")
    whole, _, decimals = rest.partition("点")
    value = numerals.parse_arabic(rest) if rest[:1].isdigit() else numerals.parse_chinese(whole)
    if value is None:
        return None
    if decimals:
        if not all(c in numerals.DIGITS for c in decimals):
            return None
        value += Decimal("0." + "".join(str(numerals.DIGITS[c]) for c in decimals))
    unit = Unit("%" if base == "百" else "‰" if base == "千" else "‱", "percent", True, None)
    return _qualified(text, number, value, None, "", unit, number.end(), False, False)
