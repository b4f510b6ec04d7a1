"""Amounts: a numeral, the scale behind it, and the second end of a range."""

import re
from decimal import Decimal
from typing import NamedTuple

from kexie.reading import numerals
from kexie.reading.units import unit_at

CHINESE = "零〇一二三四五六七八九十百千万亿两"
_FORMAL = numerals.FORMAL
STARTS = re.compile(rf"[\d{CHINESE}{_FORMAL}半]")
_ARABIC = re.compile(
    r"\d{1,3}(?:,\d{3})++(?![,\d])(?:\.\d+)?|\d{1,3}(?: \d{3})++(?!\d)(?:\.\d+)?|\d(?: \d)++(?! ?\d)"
    r"|\d++(?:\.\d++|。\d++(?=[余多]?[万亿]))?"
)
_IN_WORDS = re.compile(
    rf"(?P<percent>[百千万]分之(?:[{CHINESE}点]++|\d++(?:\.\d++)?))|[{CHINESE}]++|半(?=天|个月|个小时|小时|个学期)"
    rf"|[{_FORMAL}][{_FORMAL}零万亿]*+(?=元)"
)
_TAIL = re.compile(
    r" ?(?P<inside>[余多来几])?(?P<scale>万亿|[十百千]?[万亿]|[千百](?![分瓦克米]))?(?P<inside2>[余多])?"
)
_TAIL_STARTS = frozenset(" 余多来几十百千万亿")
_JOIN = re.compile(r" ?(?:至|到|-{1,2}|[—–~～]{1,2}|或) ?(?=[\d零一二三四五六七八九十百千万两])")
JOIN_STARTS = frozenset(" 至到-—–~～或")
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "十万": 10**5, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_SCALES |= {"十亿": 10**9, "百亿": 10**10, "千亿": 10**11, "万亿": 10**12}
_DIGIT = numerals.DIGITS | {str(i): i for i in range(10)}
_BARE = frozenset(("百", "千", "万", "亿", "千万", "百万", "亿万", "万千"))
HALF = Decimal("0.5")


class Amount(NamedTuple):
    """``pair`` are the bounds of two digits said together (两三), ``inside`` the hedge within the number, ``end`` where
    the number ends, ``bare`` whether it is 百, 千, 万 or 亿 alone."""

    value: Decimal
    pair: tuple[Decimal, Decimal] | None
    inside: str
    end: int
    bare: bool


def numeral_at(text: str, start: int) -> re.Match[str] | None:
    """The numeral that begins at ``start``; group ``percent`` (if any) is one in words, 百分之九十."""
    return _ARABIC.match(text, start) if text[start].isdecimal() else _IN_WORDS.match(text, start)


def amount_of(text: str, numeral: re.Match[str]) -> Amount | None:
    """The amount that begins with ``numeral``; None if it is malformed."""
    raw, end = numeral.group(), numeral.end()
    if raw == "半":
        return Amount(HALF, None, "", end, False)
    pair = None
    if raw[0].isdecimal():
        value = numerals.parse_arabic(raw)
    else:
        pair = numerals.chinese_range(raw) if len(raw) > 1 else None
        value = pair[0] if pair else numerals.parse_chinese(raw)
    if value is None:
        return None
    if text[end : end + 1] not in _TAIL_STARTS:
        return Amount(value, pair, "", end, raw in _BARE)
    tail = _TAIL.match(text, end)
    assert tail is not None
    inside = (tail["inside"] or "") + (tail["inside2"] or "")
    scale = _SCALES.get(tail["scale"] or "", 1)
    if inside or scale != 1:
        end = tail.end()
    if "几" in inside and not (scale > 1 or raw[-1] in "十百千万"):
        return None
    if scale != 1:
        value *= scale
        pair = pair and (pair[0] * scale, pair[1] * scale)
    return Amount(value, pair, inside, end, raw in _BARE)


def told_apart(text: str, numeral: re.Match[str]) -> tuple[tuple[Decimal, Decimal], int] | None:
    """Bounds and end of a range of two neighbouring digits, the first of them before 、: 3、4百人, 五、六十人."""
    end = numeral.end()
    if end - numeral.start() != 1 or end + 1 == len(text):
        return None
    second = numeral_at(text, end + 1)
    amount = amount_of(text, second) if second is not None and not second.lastgroup else None
    if second is None or amount is None or amount.pair or amount.inside:
        return None
    first, next_ = (_DIGIT.get(text[at], 0) for at in (numeral.start(), end + 1))
    step = amount.value / next_ if next_ == first + 1 else Decimal(0)
    # The second number is its digit with zeros behind it: 4百, 六十, but not 46.
    if not first or not step or step != Decimal(1).scaleb(step.adjusted()):
        return None
    return (first * step, amount.value), amount.end


def range_from(
    text: str, end: int, value: Decimal, chinese: bool, unit: str | None = None
) -> tuple[tuple[Decimal, Decimal], int] | None:
    """Bounds and end of a range whose first number, ``value``, ends at ``end``; with ``unit``, one whose first number
    has that unit behind it, as the second must have (3天至5天)."""
    if text[end : end + 1] not in JOIN_STARTS:
        return None
    join = _JOIN.match(text, end)
    if join is None:
        return None
    second = numeral_at(text, join.end())
    if second is None or second.lastgroup or text[join.end()].isdecimal() == chinese:
        return None
    amount = amount_of(text, second)
    if amount is None or amount.pair or amount.inside:
        return None
    high, after = amount.value, amount.end
    if unit is not None:
        following = unit_at(text, after)
        if following is None or following[0].name != unit:
            return None
    # 1—2万: the scale behind the second number belongs to both.
    scale = high / Decimal(10) ** 4
    if value < high and after > second.end() and value < scale * 10 and high >= 10**4 and value < 10**4:
        value *= 10**8 if high >= 10**8 else 10**4
    return ((value, high), after) if value < high else None
