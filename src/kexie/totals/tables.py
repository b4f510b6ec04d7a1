"""The table of the totals page: rows of numbers, each a link to what is behind it, and what has to be said below."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from kexie.core.periods import last_day, month_text
from kexie.totals.forms import BY_WORDS, Choice
from kexie.totals.models import Indicator, IndicatorKind
from kexie.totals.queries import (
    CUT_WORDS,
    OWN,
    SHARED,
    SHARED_WORDS,
    STATED,
    STATED_WORDS,
    Asked,
    Cut,
    Total,
    counted_children,
    totals,
    totals_by_cut,
    totals_by_month,
    totals_by_organisation,
)
from kexie.totals.wording import cut_label, in_order, indicator_label

_OVERLAPS: dict[Cut, str] = {
    "kind": "一条记录可以有几个类别，各行加起来可能多于合计。",
    "campaign": "一条记录可以属于几个主题活动，也可以一个也不属于，各行加起来不等于合计。",
    "group": "这里是“其中”的数，只是合计的一部分；没有说“其中”的不在各行里。",
}


@dataclass
class Cell:
    """A number of the table; ``value`` None: no entries. ``slot``: a number of its column has a qualifier word.

    ``stated``: a statement stands in it for missing entries.
    """

    value: Decimal | None
    word: str
    url: str
    chosen: bool
    stated: bool = False
    slot: bool = False


@dataclass(frozen=True)
class Row:
    label: str
    hint: str
    cells: list[Cell]
    correction: bool = False


@dataclass(frozen=True)
class Head:
    """A column: the indicator's name and unit; ``url`` chooses it."""

    name: str
    unit: str
    url: str
    chosen: bool
    slot: bool


@dataclass(frozen=True)
class Table:
    """``first`` heads the rows; ``notes`` say what a reader has to know to read the numbers right."""

    first: str
    order: str
    heads: list[Head]
    rows: list[Row]
    total: Row
    notes: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return all(cell.value is None for cell in self.total.cells)


def make_table(choice: Choice, indicators: Sequence[Indicator]) -> Table:
    """Return the totals of the choice by what the rows are, and the whole."""
    asked: dict[str, Any] = {
        "organisation": choice.organisation,
        "first_month": choice.first_month,
        "last_month": choice.last_month,
        "indicators": [indicator.code for indicator in indicators],
        "scope": choice.scope,
        "structure": choice.structure,
    }
    match choice.by:
        case "organisation":
            rows = _units(choice, indicators, totals_by_organisation(**asked))
        case "month":
            rows = _months(choice, indicators, totals_by_month(**asked))
        case _:
            rows = _values(choice, indicators, asked)
    whole = totals(**asked)
    total = _row("合计", "", choice, indicators, whole)
    slots = [any(row.cells[index].word for row in (*rows, total)) for index in range(len(indicators))]
    for row in (*rows, total):
        for cell, slot in zip(row.cells, slots, strict=True):
            cell.slot = slot
    return Table(
        first=BY_WORDS[choice.by],
        order="按规范顺序" if choice.by == "organisation" else "",
        heads=[
            Head(
                name=indicator_label(each),
                unit=each.unit,
                url=choice.url(indicator=each.code),
                chosen=each.code == choice.indicator,
                slot=slot,
            )
            for each, slot in zip(indicators, slots, strict=True)
        ],
        rows=rows,
        total=total,
        notes=list(_notes(choice, indicators, whole, rows)),
    )


def behind_url(choice: Choice, indicator: Indicator, **changed: str) -> str:
    """Return the address of what is behind a number of ``choice``; ``changed`` narrows it."""
    query = {
        "organisation": choice.organisation.code,
        "indicator": indicator.code,
        "from": month_text(choice.first_month),
        "to": month_text(choice.last_month),
        "scope": choice.scope,
        "structure": choice.structure if choice.structure != "then" else "",
        **changed,
    }
    # A cut's value may be empty: that is what was not said.
    given = {key: value for key, value in query.items() if value or key == "value"}
    return f"{reverse('registers:behind')}?{urlencode(given)}"


def _units(choice: Choice, indicators: Sequence[Indicator], found: Mapping[str, Mapping[str, Total]]) -> list[Row]:
    """The organisation's own row, then its children in the official order; units without entries stand too."""
    organisation = choice.organisation
    own = f"{organisation.short_name}本级"
    rows = [_row(own, "", choice, indicators, found.get(OWN, {}), {"scope": "own"})]
    if choice.scope == "own":
        return rows
    last = last_day(choice.last_month)
    question = Asked(
        organisation=organisation,
        first_month=choice.first_month,
        last_month=choice.last_month,
        structure=choice.structure,
    )
    for child in counted_children(question, codes=set(found) - {OWN, SHARED, STATED}):
        if choice.scope == "system" and child.kind == "department":
            continue
        hint = "" if child.valid_until > last else f"至{child.valid_until.year}年{child.valid_until.month}月"
        rows.append(_row(child.short_name, hint, choice, indicators, found.get(child.code, {}), {"child": child.code}))
    # What was taken away, or stated for the whole, is explained by the formula of the total.
    for key, words in ((STATED, STATED_WORDS), (SHARED, SHARED_WORDS)):
        if key in found:
            rows.append(_row(words, "", choice, indicators, found[key], correction=True))
    return rows


def _months(choice: Choice, indicators: Sequence[Indicator], found: Mapping[int, Mapping[str, Total]]) -> list[Row]:
    return [
        _row(
            f"{month // 100}年{month % 100}月",
            "",
            choice,
            indicators,
            each,
            {"month": month_text(month)},
        )
        for month, each in found.items()
    ]


def _values(choice: Choice, indicators: Sequence[Indicator], asked: Mapping[str, Any]) -> list[Row]:
    cut = next(each for each in CUT_WORDS if each == choice.by)
    found = totals_by_cut(**asked, by=cut)
    return [
        _row(cut_label(cut, value), "", choice, indicators, found[value], {"by": cut, "value": value})
        for value in in_order(cut, list(found))
    ]


def _row(
    label: str,
    hint: str,
    choice: Choice,
    indicators: Sequence[Indicator],
    found: Mapping[str, Total],
    narrowed: Mapping[str, str] | None = None,
    *,
    correction: bool = False,
) -> Row:
    cells = []
    for indicator in indicators:
        total = found.get(indicator.code)
        cells.append(
            Cell(
                value=total.value if total else None,
                word=total.word if total else "",
                url=behind_url(choice, indicator, **(narrowed or {})) if total else "",
                chosen=indicator.code == choice.indicator,
                stated=bool(total and total.stated),
            )
        )
    return Row(label, hint, cells, correction)


def _notes(
    choice: Choice, indicators: Sequence[Indicator], whole: Mapping[str, Total], rows: Sequence[Row]
) -> Iterable[str]:
    stocks = [
        f"{each.name} {total.as_of:%Y-%m-%d}"
        for each in indicators
        if each.kind == IndicatorKind.STOCK and (total := whole.get(each.code)) and total.as_of
    ]
    if stocks:
        yield f"存量是各单位最近一次的数，最早的一个：{'，'.join(stocks)}。"
    if any(cell.stated for row in rows for cell in row.cells):
        yield "“含申报”：有单位没有记录，用它的申报总数代替；记录补上以后自动改用记录。"
    if choice.structure == "today":
        yield "现行建制：并入别的单位的，计在并入的单位名下；移走的，计在现在的上级名下。"
    if choice.by in _OVERLAPS:
        yield _OVERLAPS[next(each for each in _OVERLAPS if each == choice.by)]
    if choice.by == "month" and stocks:
        yield "存量各月是月底的数，不相加。"
