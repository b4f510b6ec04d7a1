"""A chart of months as plain SVG: geometry only, no inline style, drawn by the style sheet."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kexie.ui.numbers import grouped

WIDTH, HEIGHT = 780, 166
LEFT, RIGHT, TOP, BOTTOM = 52, 6, 22, 24
BAR = 26


@dataclass(frozen=True)
class Bar:
    """One month: the rectangle, the tick of the year before, and what is printed on it."""

    label: str
    middle: float
    x: float
    y: float
    height: float
    printed: str
    note: str
    text_y: float
    tick_y: float | None
    tick_left: float
    tick_right: float
    unfinished: bool
    href: str
    title: str


@dataclass(frozen=True)
class Line:
    """A horizontal line of the scale."""

    y: float
    printed: str


def round_up(value: int) -> int:
    """Return the least of 1, 2, 4, 5, 8, 10 × 10ⁿ (and their halves that are whole) that is at least ``value``."""
    if value <= 10:
        return max(value + value % 2, 2)
    power = 10 ** (len(str(value)) - 1)
    for factor in (10, 12, 14, 16, 20, 24, 30, 40, 50, 60, 80, 100):
        if value * 10 <= factor * power:
            return factor * power // 10
    raise AssertionError("unreachable: a number is less than ten times its power of ten")


def months(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the geometry of a chart.

    A row: ``label`` (1月), ``value`` (int, Decimal or None), and optionally ``before`` (the same month a year before),
    ``note`` (the festival that made the peak), ``unfinished`` (the month is still running), ``href``.
    """
    rows = list(rows)
    highest = max([row.get("value") or 0 for row in rows] + [row.get("before") or 0 for row in rows] + [1])
    top = round_up(math.ceil(highest))
    floor = HEIGHT - BOTTOM
    room = floor - TOP
    step = (WIDTH - LEFT - RIGHT) / max(len(rows), 1)

    def y_of(value: int | Decimal) -> float:
        return round(floor - room * max(float(value), 0) / top, 1)

    bars = []
    for index, row in enumerate(rows):
        value, before = row.get("value"), row.get("before")
        middle = round(LEFT + step * (index + 0.5), 1)
        y = y_of(value or 0)
        tick = None if before is None else y_of(before)
        highest_mark = y if tick is None else min(y, tick)
        printed = "" if value is None else grouped(value)
        said = f"{row['label']}：{printed or '没有数据'}"
        bars.append(
            Bar(
                label=row["label"],
                middle=middle,
                x=round(middle - BAR / 2, 1),
                y=y,
                height=round(floor - y, 1),
                printed=printed,
                note=row.get("note", ""),
                text_y=round(highest_mark - 6, 1),
                tick_y=tick,
                tick_left=round(middle - BAR / 2 - 4, 1),
                tick_right=round(middle + BAR / 2 + 4, 1),
                unfinished=bool(row.get("unfinished")),
                href=row.get("href", ""),
                title=said if before is None else f"{said}，去年同月 {grouped(before)}",
            )
        )
    lines = [Line(y_of(value), grouped(value)) for value in (top, top // 2, 0)]
    return {"bars": bars, "lines": lines, "width": WIDTH, "height": HEIGHT, "left": LEFT, "right": WIDTH - RIGHT}
