"""What a total is, in plain Python over the rows of the exchange format; independent of the code under test.

``units`` are rows of orgs.csv and ``entries`` lines of entries.jsonl, as dictionaries; months are 202403.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

Row = dict[str, Any]
VALID_MONTHS = {"galleries": 18, "members": 18, "societies": 24}  # of the stocks that tests use; others are flows


def day_of(text: str | None, default: str = "") -> date:
    return date.fromisoformat(text or default)


def month_of(day: date) -> int:
    return day.year * 100 + day.month


def last_day(month: int) -> date:
    return date(month // 100, month % 100, monthrange(month // 100, month % 100)[1])


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


def line_today(units: Iterable[Row], code: str, today: date) -> list[Row]:
    """The rows from unit ``code`` up to the root as things are ``today``, whenever it did what is counted.

    What was merged goes with its successor and counts as its own; what is gone without one stays under the parent that
    it had last, or where that one is now; what has not begun yet stands where it will.
    """
    rows = sorted((row for row in units if row["code"] == code), key=lambda row: row.get("valid_from") or "")
    begun = [row for row in rows if day_of(row.get("valid_from"), "0001-01-01") <= today]
    row = begun[-1] if begun else rows[0]
    if begun and standing(units, code, today) is None and row.get("successor_code"):
        return line_today(units, row["successor_code"], today)
    return [row, *(line_today(units, row["parent_code"], today) if row["parent_code"] else [])]


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


def summed(figures: list[list[Row]], stated: Iterable[Row] = ()) -> Row:
    """The sum of figures, given entry by entry, and of statements that stand in for missing entries."""
    parts = [*(each for own in figures for each in own), *stated]
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


class Lines:
    """Where units stood, asked often: under the structure of the day, or of ``today`` if one is given."""

    def __init__(self, units: list[Row], today: date | None) -> None:
        self._units, self._today = units, today
        self._known: dict[tuple[str, date], list[Row]] = {}

    def then(self, code: str, day: date) -> list[Row]:
        if (code, day) not in self._known:
            self._known[code, day] = line_up(self._units, code, day)
        return self._known[code, day]

    def __call__(self, code: str, *days: date) -> list[Row]:
        """The line of the first of ``days`` on which the unit stood anywhere; of today, if that is asked."""
        if self._today:
            return line_today(self._units, code, self._today)
        return next((line for day in days if (line := self.then(code, day))), [])


def flows(
    lines: Lines, entries: list[Row], organisation: str, first: int, last: int, scope: str,
    merges: Iterable[list[str]], *, once: bool = True,
) -> Iterator[tuple[Row, str]]:  # fmt: skip
    """(entry, indicator) for all that ``organisation`` counts of these months, stocks aside.

    The members of a merge that count are booked on the day on which the best of them ended; of those that belong to
    the organisation the best one that has an indicator is taken (all, unless ``once``). Own totals know of no merges.
    """
    counted = {each["id"]: each for each in counting(entries)}
    group_of = {
        key: (number, rank, day_of(next(counted[other]["end"] for other in ids if other in counted)))
        for number, ids in enumerate(merges)
        for rank, key in enumerate(ids)
        if key in counted
    }
    best: dict[tuple[int, str], tuple[int, Row]] = {}
    for each in counted.values():
        group, rank, booked = group_of.get(each["id"], (-1, 0, day_of(each["end"])))
        if not first <= month_of(booked) <= last:
            continue
        if not belongs(lines(each["organisation"], booked, day_of(each["end"])), organisation, scope):
            continue
        for indicator in {row["indicator"] for row in each["figures"] if whole(row)} - set(VALID_MONTHS):
            if group < 0 or scope == "own" or not once:
                yield each, indicator
            elif (group, indicator) not in best or rank < best[group, indicator][0]:
                best[group, indicator] = (rank, each)
    yield from ((each, indicator) for (_, indicator), (_, each) in best.items())


def stocks(
    lines: Lines, entries: list[Row], organisation: str, last: int, scope: str
) -> Iterator[tuple[str, list[Row]]]:
    """(indicator, figures) that stand at the end of month ``last``: of each unit that exists then its last valid ones.

    A dissolved unit's stock goes with it: its successor reports its own. Merges do not matter to stocks.
    """
    end = last_day(last)
    latest: dict[tuple[str, str], list[Row]] = {}
    for each in sorted(counting(entries), key=lambda row: row["end"]):
        day = day_of(each["end"])
        age = (end.year - day.year) * 12 + end.month - day.month
        for indicator in {row["indicator"] for row in each["figures"] if whole(row)} & set(VALID_MONTHS):
            if day <= end and age <= VALID_MONTHS[indicator]:
                latest[each["organisation"], indicator] = wholes(each, indicator)
    for (code, indicator), own in latest.items():
        if lines.then(code, end) and belongs(lines(code, end), organisation, scope):
            yield indicator, own


def standing_in(
    lines: Lines, entries: list[Row], organisation: str, first: int, last: int, scope: str,
    merges: Iterable[list[str]], statements: Iterable[Row],
) -> Iterator[Row]:  # fmt: skip
    """The ``statements`` (with organisation, first and last month) that stand in for missing entries.

    One counts, for its unit and those above on its last day, where the months asked cover its own, and only while no
    entry below its unit, departments included, has the indicator in its months. It is nobody's own.
    """
    then = Lines(lines._units, None)
    for each in statements:
        months = each["first"], each["last"]
        covered = first <= months[0] and months[1] <= last and scope != "own"
        if covered and belongs(lines(each["organisation"], last_day(months[1])), organisation, scope):
            told = flows(then, entries, each["organisation"], *months, "county", merges)
            if each["indicator"] not in {indicator for _, indicator in told}:
                yield each


def totals(
    units: list[Row],
    entries: list[Row],
    organisation: str,
    first: int,
    last: int,
    scope: str,
    merges: Sequence[list[str]] = (),
    *,
    statements: Iterable[Row] = (),
    today: date | None = None,
) -> dict[str, Row]:
    """The totals by indicator: value, low, high, qualifier, entries. ``merges`` are lists of ids, the best first.

    With ``today``, under the structure of that day; else under that of the day of each entry.
    """
    lines = Lines(units, today)
    found: dict[str, tuple[list[list[Row]], list[Row]]] = {}
    for each, indicator in flows(lines, entries, organisation, first, last, scope, merges):
        found.setdefault(indicator, ([], []))[0].append(wholes(each, indicator))
    for indicator, own in stocks(lines, entries, organisation, last, scope):
        found.setdefault(indicator, ([], []))[0].append(own)
    for each in standing_in(lines, entries, organisation, first, last, scope, merges, statements):
        found.setdefault(each["indicator"], ([], []))[1].append(each)
    return {indicator: summed(*parts) for indicator, parts in found.items()}


def cut(
    units: list[Row],
    entries: list[Row],
    organisation: str,
    first: int,
    last: int,
    scope: str,
    by: str,
    merges: Sequence[list[str]] = (),
    *,
    today: date | None = None,
) -> dict[str, dict[str, Row]]:
    """The flows of ``totals`` by mode, work_area, kind, campaign or group, then by indicator.

    The first two make up the whole; an entry may have several kinds and campaigns. By group are the figures "of
    which" of what is counted, and of entries that have nothing else for the indicator.
    """
    lines = Lines(units, today)
    taken = list(flows(lines, entries, organisation, first, last, scope, merges))
    if by == "group":
        only_parts = [
            {**row, "figures": [{**each, "groups": (), "part_of": None} for each in row["figures"] if alone(row, each)]}
            for row in entries
        ]
        real = {(row["id"], _number(row)): row for row in entries}
        parts = flows(lines, only_parts, organisation, first, last, scope, merges, once=False)
        taken += [(real[row["id"], _number(row)], indicator) for row, indicator in parts]
    found: dict[str, dict[str, list[list[Row]]]] = {}
    for each, indicator in taken:
        own = [row for row in each["figures"] if row["indicator"] == indicator]
        keys: Iterable[str]
        match by:
            case "mode":
                keys = {row.get("mode", "") for row in own if whole(row)}
            case "group":
                keys = {group for row in own for group in row.get("groups", ())}
            case "work_area":
                keys = [each["work_area"]]
            case _:
                keys = set(each.get({"kind": "kind", "campaign": "campaigns"}[by], ()))
        for key in keys:
            figures = [row for row in own if whole(row) and (by != "mode" or row.get("mode", "") == key)]
            if by == "group":
                figures = [row for row in own if key in row.get("groups", ())]
            found.setdefault(key, {}).setdefault(indicator, []).append(figures)
    return {key: {code: summed(figures) for code, figures in rows.items()} for key, rows in found.items()}


def alone(each: Row, figure: Row) -> bool:
    """Whether entry ``each`` has for the indicator of ``figure`` nothing but figures "of which"."""
    return not wholes(each, figure["indicator"])


def wholes(each: Row, indicator: str) -> list[Row]:
    return [row for row in each["figures"] if row["indicator"] == indicator and whole(row)]


def whole(row: Row) -> bool:
    """Whether a figure enters the total: it is no "of which"."""
    return not row.get("groups") and row.get("part_of") is None
