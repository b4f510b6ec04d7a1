"""The components: ``{% load kexie %}``."""

import datetime
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kexie.ui import charts, numbers
from kexie.ui.icons import icon_html

register = template.Library()

#: The tone of a state's chip. Every other word is grey; 已通过 is plain text.
TONES = {
    "待审": "accent",
    "等签发": "accent",
    "草稿": "grey",
    "代录": "grey",
    "补录": "grey",
    "申报无": "grey",
    "同一活动": "grey",
    "已作废": "grey",
    "请核实": "ochre",
    "缺文号": "ochre",
    "进度偏慢": "ochre",
    "存疑": "ochre",
    "退回": "red",
    "未报": "red",
    "逾期": "red",
    "进行中": "accent",
    "失败": "red",
}


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    return icon_html(name, css)


@register.simple_tag
def number(
    value: int | Decimal | str | None,
    qualifier_word: str = "",
    unit: str = "",
    href: str = "",
    panel: bool = True,
    kind: str = "text",
    slot: bool = False,
    label: str = "",
) -> SafeString:
    return numbers.number_html(
        value, qualifier_word or "", unit=unit, href=href, panel=panel, kind=kind, slot=slot, label=label
    )


@register.filter
def grouped(value: int | Decimal | str | None, least: int = 1_000) -> str:
    return "" if value is None else numbers.grouped(value, least)


@register.filter
def day(value: datetime.date | None, style: str = "") -> str:
    return numbers.day(value, style)


@register.filter
def moment(value: datetime.datetime | None) -> str:
    return numbers.moment(value)


@register.simple_tag
def chip(word: str, tone: str = "") -> SafeString:
    """Print a state. At most two a row."""
    if not word:
        return SafeString("")
    if word == "已通过" and not tone:
        return format_html('<span class="kx-state">{}</span>', word)
    return format_html('<span class="kx-chip kx-{}">{}</span>', tone or TONES.get(word, "grey"), word)


@register.simple_tag
def quoted(text: str, start: int | None = None, end: int | None = None) -> SafeString:
    """Print the words of a document with the number, ``text[start:end]``, marked."""
    if start is None or end is None or not 0 <= start < end <= len(text):
        return format_html("{}", text)
    return format_html("{}<mark>{}</mark>{}", text[:start], text[start:end], text[end:])


@register.inclusion_tag("ui/segmented.html")
def segmented(options: Iterable[Any], label: str = "", hint: bool = True) -> dict[str, Any]:
    """Print a switch of links. An option has label, url and active."""
    return {"options": options, "label": label, "hint": hint}


@register.inclusion_tag("ui/dropdown.html")
def dropdown(options: Iterable[Any], value: str, label: str = "", css: str = "") -> dict[str, Any]:
    """Print a list of links that opens. An option has label, url and active, and may have hint or group."""
    return {"options": list(options), "value": value, "label": label, "css": css}


@register.inclusion_tag("ui/empty.html")
def empty(text: str, url: str = "", action: str = "") -> dict[str, Any]:
    """Print the sentence that stands in the place of an empty list, with the next step."""
    return {"text": text, "url": url, "action": action}


@register.inclusion_tag("ui/notice.html")
def notice(
    title: str, text: str = "", tone: str = "red", url: str = "", action: str = "", items: Iterable[str] = ()
) -> dict[str, Any]:
    """Print a block that says what is wrong (red), what to look at (ochre) or how things stand (plain)."""
    return {"title": title, "text": text, "tone": tone, "url": url, "action": action, "items": items}


@register.inclusion_tag("ui/progress.html")
def progress(done: int, total: int, title: str = "", hint: str = "", bad: int = 0, bad_url: str = "") -> dict[str, Any]:
    return {"done": done, "total": total, "title": title, "hint": hint, "bad": bad, "bad_url": bad_url}


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, hint: str = "", doubt: str = "") -> dict[str, Any]:
    """Print a form field with its label, its help and its errors; ``doubt`` gives it the ochre edge and a reason."""
    return {
        "field": bound,
        "hint": hint or bound.help_text,
        "doubt": doubt,
        "checkbox": isinstance(bound.field.widget, CheckboxInput),
    }


@register.filter
def control(bound: BoundField) -> SafeString:
    """Print the widget with the class of a control and a tie to its error."""
    widget = bound.field.widget
    attributes: dict[str, str | bool] = {"class": f"{widget.attrs.get('class', '')} {control_class(widget)}".strip()}
    if bound.errors:
        attributes["aria-invalid"] = "true"
        attributes["aria-describedby"] = f"{bound.auto_id}-error"
    return bound.as_widget(attrs=attributes)


def control_class(widget: Any) -> str:
    kind = getattr(widget, "input_type", "")
    if kind in ("checkbox", "radio"):
        return "kx-check"
    return "kx-select" if kind == "select" else "kx-input"


@register.inclusion_tag("ui/months.html")
def month_chart(rows: Iterable[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Print a chart of months; for the rows see ``charts.months``."""
    return {"chart": charts.months(rows), "label": label}
