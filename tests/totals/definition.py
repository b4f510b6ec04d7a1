"""What a total is, in plain Python over the rows of the exchange format; independent of the code under test.

``units`` are rows of orgs.csv and ``entries`` lines of entries.jsonl, as dictionaries; months are 202403.
"""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
VALID_MONTHS = {"galleries": 18, "members": 18, "societies": 24}  # of the stocks that tests use; others are flows


def day_of(text: str | None, default: str = "") -> date:
    return date.fromisoformat(text or default)


def standing(units: Iterable[Row], code: str, day: date) -> Row | None:
    """The row of unit ``code`` on ``day``: the last that has begun, unless it has ended."""
    begun = [row for row in units if row["code"] == code and day_of(row.get("valid_from"), "0001-01-01") <= day]
    last = max(begun, key=lambda row: row.get("valid_from") or "", default=None)
    return last if last and day <= day_of(last.get("valid_to"), "9999-12-31") else None


def line_up(units: Iterable[Row], code: str, day: date) -> list[Row]:
    """The rows from unit ``code`` up to the root on ``day``; where a parent was merged, what it was merged into."""
    row = standing(units, code, day)
    if row is None:
        return []
    parent = row["parent_code"]
    while parent and standing(units, parent, day) is None:
        rows = [each for each in units if each["code"] == parent]
        parent = max(rows, key=lambda each: each.get("valid_from") or "").get("successor_code", "")
    return [row, *(line_up(units, parent, day) if parent else [])]


def belongs(line: list[Row], organisation: str, scope: str) -> bool:
    """Whether what the unit at the bottom of ``line`` did is of ``organisation``."""
    codes = [row["code"] for row in line]
    if organisation not in codes or (scope == "own" and codes[0] != organisation):
        return False
    below = line[: codes.index(organisation)]
    return scope != "system" or all(row["kind"] != "department" for row in below)


def counting(entries: Iterable[Row]) -> list[Row]:
    """Of each entry the highest revision that is approved or void, if it is approved; in order of first mention."""
    decided: dict[str, Row | None] = {}
    for each in entries:
        decided.setdefault(each["id"], None)
        known = decided[each["id"]]
        if each["status"] in ("approved", "void") and (known is None or _number(known) < _number(each)):
            decided[each["id"]] = each
    return [each for each in decided.values() if each and each["status"] == "approved"]


def _number(revision: Row) -> int:
    return int(revision.get("revision", 1))


def summed(figures: list[list[Row]]) -> Row:
    """The sum of figures, given entry by entry."""
    parts = [each for own in figures for each in own]
    values = [{"low": None, "high": None, **each} for each in parts]
    for each in values:
        kind = each["qualifier"] = each.get("qualifier", "exact")
        if "value" not in each:
            each["value"] = each["low"] if each["low"] is not None else each["high"]
        if kind in ("exact", "at_least"):
            each["low"] = each["value"]
        if kind in ("exact", "at_most"):
            each["high"] = each["value"]
    kinds = {each["qualifier"] for each in values} - {"exact"}
    return {
        "value": sum(Decimal(str(each["value"])) for each in values),
        "low": sum(Decimal(str(each["low"] or 0)) for each in values),
        "high": None if any(each["high"] is None for each in values)
        else sum(Decimal(str(each["high"])) for each in values),
        "qualifier": "exact" if not kinds else kinds.pop() if len(kinds) == 1 else "about",
        "entries": len(figures),
    }  # fmt: skip


def totals(
    units: list[Row],
    entries: list[Row],
    organisation: str,
    first: int,
    last: int,
    scope: str,
    merges: Iterable[list[str]] = (),
) -> dict[str, Row]:
    """The totals by indicator: value, low, high, qualifier, entries. ``merges`` are lists of ids, the best first.

    The members of a merge that count are booked on the day on which the best of them ended; of those that belong to
    the organisation the best one that has an indicator is taken. Own totals and stocks know of no merges.
    """
    found: dict[str, list[list[Row]]] = {}
    best: dict[tuple[int, str], tuple[int, list[Row]]] = {}
    counted = {each["id"]: each for each in counting(entries)}
    group_of = {
        key: (number, rank, day_of(next(counted[other]["end"] for other in ids if other in counted)))
        for number, ids in enumerate(merges)
        for rank, key in enumerate(ids)
        if key in counted
    }
    latest: dict[tuple[str, str], list[Row]] = {}
    lines: dict[tuple[str, date], list[Row]] = {}  # asked often: the same units on the same days

    def line(code: str, day: date) -> list[Row]:
        if (code, day) not in lines:
            lines[code, day] = line_up(units, code, day)
        return lines[code, day]

    end = date(last // 100, last % 100, monthrange(last // 100, last % 100)[1])
    for each in sorted(counting(entries), key=lambda row: row["end"]):
        day = day_of(each["end"])
        group, rank, booked = group_of.get(each["id"], (-1, 0, day))
        month = booked.year * 100 + booked.month
        placed = line(each["organisation"], booked) or line(each["organisation"], day)
        for indicator in {row["indicator"] for row in each["figures"]}:
            own = [row for row in each["figures"] if row["indicator"] == indicator and whole(row)]
            if not own:
                continue
            if indicator in VALID_MONTHS:
                age = (end.year - day.year) * 12 + end.month - day.month
                if day <= end and age <= VALID_MONTHS[indicator]:
                    latest[each["organisation"], indicator] = own
            elif first <= month <= last and belongs(placed, organisation, scope):
                if group < 0 or scope == "own":
                    found.setdefault(indicator, []).append(own)
                elif (group, indicator) not in best or rank < best[group, indicator][0]:
                    best[group, indicator] = (rank, own)
    for (_, indicator), (_, own) in best.items():
        found.setdefault(indicator, []).append(own)
    for (code, indicator), own in latest.items():
        if belongs(line(code, end), organisation, scope):
            found.setdefault(indicator, []).append(own)
    return {indicator: summed(figures) for indicator, figures in found.items()}


def whole(row: Row) -> bool:
    """Whether a figure enters the total: it is no "of which"."""
    return not row.get("groups") and row.get("part_of") is None
