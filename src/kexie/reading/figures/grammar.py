"""The grammar of a figure: hedge, number, scale, hedge, measure word, hedge; and what is none."""

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from kexie.reading import numerals
from kexie.reading.articles import is_article
from kexie.reading.figures import amounts
from kexie.reading.figures.amounts import CHINESE, Amount
from kexie.reading.figures.closed import closed_spans
from kexie.reading.figures.fitting import denied, fits
from kexie.reading.figures.lexicon import lexicon
from kexie.reading.units import Unit, first_characters, unit_at

_MASK = frozenset("xX_*×＊")
_BEFORE_DIGITS = frozenset("+=#@/.xX_*×＊零〇一二三四五六七八九十百千两")
_BEFORE_ONE = frozenset("第每初周末另某")
_PARTED = re.compile(r"个([多半])(月|小时|星期|学期)")
_AND_A_HALF = re.compile(r"半(?![天年个小数月])")
_DIGITS = frozenset("一二三四五六七八九两")
_CLASSIFIERS = frozenset("个名位家所")
_VAGUE = re.compile(r"(?:几|(?<![人次总户件个册份场点倍篇项单位])数)$")
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
_ORDINAL = re.compile(rf"第 ?(?:[\d{CHINESE}]{{1,6}} ?(?:至|到|-|—|–|~|～|、|和) ?第?)?$")
_MOST_DIGITS = 15


class Match(NamedTuple):
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


@cache
def _behind() -> frozenset[str]:
    """Characters that can stand behind the numeral of a figure."""
    return first_characters() | amounts.JOIN_STARTS | frozenset("余多来几十百千万亿、")


def find(text: str) -> list[Match]:
    """Every figure in clean ``text``, in order, none overlapping.

    A list: a generator that is resumed between other patterns took a fifth longer.
    """
    found: list[Match] = []
    starts, ends = closed_spans(text)
    behind, search = _behind(), amounts.STARTS.search
    spans, span, at = len(starts), 0, 0
    last: Match | None = None
    while (candidate := search(text, at)) is not None:
        start = candidate.start()
        numeral = amounts.numeral_at(text, start)
        if numeral is None:
            at = start + 1
            continue
        at = numeral.end()
        # Most numerals end here: 统一是, 第三,
        unitless = text[at : at + 1] not in behind and text[at - 1] not in "万亿" and numeral.lastgroup is None
        if unitless and not (text[start].isdecimal() and _implied(text, start, at)):
            continue
        while span < spans and ends[span] <= start:
            span += 1
        if span < spans and starts[span] <= start:
            continue
        figure = _figure(text, numeral, last)
        if figure is not None:
            found.append(figure)
            last, at = figure, figure.end
    return found


def _listed(text: str, last: Match | None, start: int) -> bool:
    """Whether the number at ``start`` is the next item of a list of counted things: 三次宣传、六期培训班、一次考察."""
    if last is None or start - last.end > 16 or text[start - 1] not in ",、":
        return False
    noun = text[last.end : start - 1]
    return text[last.start] in CHINESE and bool(noun) and noun.isalpha() and noun[0] not in ",、"


def _figure(text: str, numeral: re.Match[str], last: Match | None) -> Match | None:
    start = numeral.start()
    arabic = text[start].isdecimal()
    if _refused_before(text, numeral, arabic):
        return None
    if numeral.lastgroup is not None:
        return _percent_in_words(text, numeral)
    amount = amounts.amount_of(text, numeral)
    if amount is None:
        return None
    value, pair, inside, end, bare = amount
    found = None
    if not pair and not inside:
        apart = amounts.told_apart(text, numeral) if text[end : end + 1] == "、" else None
        joined = apart or amounts.range_from(text, end, value, not arabic)
        if joined is None:
            # A unit may stand between the ends of a range: 3天至5天.
            found = unit_at(text, end)
            if found is not None:
                joined = amounts.range_from(text, found[1], value, not arabic, found[0].name)
        if joined is not None:
            pair, end = joined
            found = None
    if found is None:
        if text[end : end + 1] == " ":
            end += 1
        found = unit_at(text, end)
    months = _PARTED.match(text, end) if found is not None and text[end] == "个" and not inside else None
    if months is not None:
        # 两个多月, 一个半小时: the hedge stands inside the unit.
        value += amounts.HALF if months[1] == "半" else 0
        inside = "多" if months[1] == "多" else ""
        found = Unit(months[2] if months[2] != "月" else "个月", "duration", True, None), months.end()
    if found is None:
        found = _implied(text, start, end) or _same_money(text, start, end, last)
    elif found[0].kind == "duration" and not inside and _AND_A_HALF.match(text, found[1]):
        value += amounts.HALF  # 一天半
        found = found[0], found[1] + 1
    if found is None or not (arabic or found[0].chinese):
        return None
    return _qualified(text, start, Amount(value, pair, inside, end, bare), *found, arabic, last)


_ENDS = frozenset(",。;、:!?)\n+")


def _implied(text: str, start: int, end: int) -> tuple[Unit, int] | None:
    """The unit that need not be written behind some words (经费达60万, 参加人数3200)."""
    scaled = text[end - 1] in "万亿"
    if not scaled and end < len(text) and text[end] not in _ENDS:
        return None
    floor = max(0, start - 16)
    if scaled or lexicon().implied_hint.search(text, floor, start):
        for unit, words, always in lexicon().implied:
            if (scaled or always) and words.search(text, floor, start):
                return unit, end
    return None


_SENTENCE_END = re.compile(r"[。;!?\n]")


def _same_money(text: str, start: int, end: int, last: Match | None) -> tuple[Unit, int] | None:
    """元 behind 万 where the figure before is money: 省里投入50万,市里配套30万."""
    if last is None or last.kind != "money" or text[end - 1] not in "万亿" or start - last.end > 24:
        return None
    return None if _SENTENCE_END.search(text, last.end, start) else (Unit(last.unit, "money", True, None), end)


def _refused_before(text: str, numeral: re.Match[str], arabic: bool) -> bool:
    """Whether what stands directly before or behind the digits makes them part of something else."""
    start, end = numeral.span()
    floor = max(0, start - 12)
    if text.find("第", floor, start) >= 0 and _ORDINAL.search(text, floor, start):
        return True
    before = text[start - 1] if start else ""
    after = text[end] if end < len(text) else ""
    if before in "几数" and before and (arabic or text[start] in "十百千万亿") and _VAGUE.search(text, floor, start):
        return True  # 数百名, 好几十位
    if arabic:
        if after in _MASK or before in _BEFORE_DIGITS or (before.isascii() and before.isalnum()):
            return True  # among them 两3项: digits are damaged
        return end - start > _MOST_DIGITS or (
            after.isascii() and after.isalpha() and not text.startswith(("km", "kg", "m²"), end)
        )
    if before in _MASK or after.isdigit() or before.isdigit() or (text[start] == "一" and before in _BEFORE_ONE):
        return True
    # 三会一课, 一村一品: a word of two digits and what belongs to each.
    pair = end - start == 1 and start > 1 and text[start] in _DIGITS and text[start - 2] in _DIGITS
    return pair and "\u4e00" <= before <= "\u9fff" and before not in _behind() and after not in _CLASSIFIERS


def _qualified(
    text: str, start: int, amount: Amount, unit: Unit, end: int, arabic: bool, last: Match | None
) -> Match | None:
    """The figure with its hedges, unless its measure word or what stands around it says that it is none."""
    words = lexicon()
    value, inside = amount.value, amount.inside
    floor = max(0, start - 6)
    before = None
    if text[start - 1 : start] in words.before_last or text[start - 1 : start] == " ":
        before = words.before.search(text, floor, start)
    if before and (
        text[max(0, before.start() - 1) : before.start() + 1] in _NOT_HEDGES
        or (text[before.start()] == "上" and not amount.bare)  # 上百人, but 上一堂课
    ):
        before = None
    hedge = words.before_kind[before.group().rstrip(" ")] if before else None
    after = words.after.match(text, end) if text[end : end + 1] in words.after_first else None
    if after and after.group() in "多余" and (inside or text[after.end() : after.end() + 1] in "种个样次媒元方"):
        after = None
    behind = words.after_kind[after.group()] if after else None
    hedged = hedge is not None or bool(inside) or behind is not None
    if amount.bare and not hedged:
        return None  # 百米画廊, 千名学生: a name, or a round word
    if not arabic and not hedged:
        listed = value == 1 and _listed(text, last, start)
        if value == 1 and not listed and not denied(text, start) and is_article(text, start, end, unit.name):
            return None
    elif unit.context == "negated_one" and value == 1:
        return None
    # 近三年 is a period: this hedge does not make a duration of it.
    if not fits(text, start, end, value, unit, hedged and bool(inside or behind or hedge != "nearly"), not arabic):
        return None
    if unit.name == "篇" and words.furniture.search(text, floor, start):
        return None
    return Match(
        before.start() if before else start,
        after.end() if after else end,
        None if amount.pair else value,
        *_bounds(value, amount.pair, hedge, inside, behind),
        unit.name,
        unit.kind,
        behind is not None,
        unit.context,
    )


def _bounds(
    value: Decimal, pair: tuple[Decimal, Decimal] | None, hedge: str | None, inside: str, behind: str | None
) -> tuple[str, Decimal | None, Decimal | None, Decimal | None, bool]:
    """Qualifier, low, high, soft_high and whether low is exclusive."""
    if pair:
        return "range", pair[0], pair[1], None, False
    if hedge is None and behind is None and not inside:
        return "exact", value, value, None, False
    soft = behind == "soft" or any(c in inside for c in "余多几")
    behind = None if behind == "soft" else behind
    markers = [m for m in (hedge, "soft" if soft else ("about" if inside else None), behind) if m]
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


_PARTS = {"百": "%", "千": "‰", "万": "‱"}


def _percent_in_words(text: str, numeral: re.Match[str]) -> Match | None:
    base, _, rest = numeral.group().partition("分之")
    whole, _, decimals = rest.partition("点")
    value = numerals.parse_arabic(rest) if rest[:1].isdigit() else numerals.parse_chinese(whole)
    if value is None:
        return None
    if decimals:
        if not all(c in numerals.DIGITS for c in decimals):
            return None
        value += Decimal("0." + "".join(str(numerals.DIGITS[c]) for c in decimals))
    amount = Amount(value, None, "", numeral.end(), False)
    return _qualified(
        text, numeral.start(), amount, Unit(_PARTS[base], "percent", True, None), numeral.end(), True, None
    )
