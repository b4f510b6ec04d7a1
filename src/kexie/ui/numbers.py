"""How numbers and dates are printed: grouping, qualifiers, and the link from a number to its source."""

import datetime
from decimal import Decimal
from typing import Literal

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EM DASH}"
EMPTY_SLOT = mark_safe('<span class="kx-q kx-slot"></span>')
WEEKDAYS = "一二三四五六日"
#: Qualifier words that stand before the digits; all others (以上 余 多 左右) stand after them.
BEFORE = frozenset({"近", "约", "不少于", "不超过", "至少", "最多", "超过", "超"})

Kind = Literal["table", "text", "report"]
#: The least number that gets commas. In a report the document model has printed the number already.
GROUPED_FROM: dict[str, int] = {"table": 1_000, "text": 10_000, "report": 10_000}


def grouped(value: int | Decimal | str, least: int = 1_000) -> str:
    """Return ``value`` with a comma between thousands from ``least`` up, decimals kept as given, a true minus sign.

    A text is returned as it is: somebody has already decided how it is printed. Floats are refused, because they
    print digits that nobody entered.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError(f"a number is an int or a Decimal, not {type(value).__name__}")
    size = -value if value < 0 else value
    digits = format(size, ",f") if isinstance(size, Decimal) else format(size, ",d")
    if size < least:
        digits = digits.replace(",", "")
    return f"{MINUS}{digits}" if value < 0 else digits


def number_html(
    value: int | Decimal | str | None,
    qualifier_word: str = "",
    *,
    unit: str = "",
    href: str = "",
    panel: bool = True,
    kind: str = "text",
    slot: bool = False,
    label: str = "",
    target: str = "#source",
) -> SafeString:
    """Return the Number link: dotted underline under the digits, the qualifier small and outside of it.

    ``panel`` loads the source into the panel ``target``; the link itself works without it. ``slot`` keeps the place of
    a qualifier in a column where any cell has one, so that digits align. ``label`` is what a screen reader says.
    None prints a dash, in words "没有数据".
    """
    if kind not in GROUPED_FROM:
        raise ValueError(f"kind is table, text or report, not {kind!r}")
    empty_slot = EMPTY_SLOT if slot else ""
    if value is None or value == "":
        return format_html(
            '<span class="kx-num kx-none"><span aria-hidden="true">{}</span>'
            '<span class="visually-hidden">没有数据</span>{}</span>',
            NOTHING,
            empty_slot,
        )
    printed = grouped(value, GROUPED_FROM[kind])
    inside, outside = (unit, "") if kind == "report" else ("", unit)
    if href:
        said = format_html(' aria-label="{}"', label) if label else ""
        loads = format_html(' hx-get="{}" hx-target="{}"', href, target) if panel else ""
        digits = format_html('<a class="kx-n" href="{}"{}{}>{}{}</a>', href, loads, said, printed, inside)
    else:
        digits = format_html('<span class="kx-d">{}{}</span>', printed, inside)
    before = after = ""
    if qualifier_word in BEFORE:
        before, after = format_html('<span class="kx-q">{}</span>', qualifier_word), empty_slot
    elif qualifier_word:
        after = format_html('<span class="kx-q{}">{}</span>', " kx-slot" if slot else "", qualifier_word)
    else:
        after = empty_slot
    unit_html = format_html('<span class="kx-u">{}</span>', outside) if outside else ""
    return format_html('<span class="kx-num">{}{}{}{}</span>', before, digits, after, unit_html)


def local_date(value: datetime.date) -> datetime.date:
    """Return the calendar day of a date, or of a moment in the office's time zone."""
    if isinstance(value, datetime.datetime):
        return (timezone.localtime(value) if timezone.is_aware(value) else value).date()
    return value


def day(value: datetime.date | None, style: str = "") -> str:
    """Return 11月20日 周五; with style ``short`` 11月20日, with ``year`` 2026年11月20日 周五."""
    if not value:
        return ""
    date = local_date(value)
    text = f"{date.month}月{date.day}日"
    if style == "short":
        return text
    weekday = f" 周{WEEKDAYS[date.weekday()]}"
    return f"{date.year}年{text}{weekday}" if style == "year" else text + weekday


def moment(value: datetime.datetime | None) -> str:
    """Return 11月20日 9:12, in the office's time zone."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.month}月{local.day}日 {local.hour}:{local.minute:02}"
