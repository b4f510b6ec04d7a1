"""The totals page: units by indicators, adding up in sight; each number is a link to its entries."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from kexie.catalogue import load
from kexie.core.periods import Period, add_months, last_day, month_text, months_between, periods_of_year
from kexie.orgs.choosing import organisations_in_sight
from kexie.orgs.queries import children_between
from kexie.totals.forms import Choice, read_choice
from kexie.totals.measures import QUALIFIER_WORDS
from kexie.totals.models import Indicator, IndicatorKind
from kexie.totals.queries import (
    OWN,
    SCOPES,
    SHARED,
    SHARED_WORDS,
    Total,
    latest_month,
    scope_word,
    totals,
    totals_by_month,
    totals_by_organisation,
)

_YEARS = 3


@dataclass
class Cell:
    """A number of the table; ``value`` None: no entries. ``slot``: a number of its column has a qualifier word."""

    value: Decimal | None
    word: str
    url: str
    chosen: bool
    slot: bool = False


@dataclass(frozen=True)
class Row:
    label: str
    hint: str
    cells: list[Cell]
    correction: bool = False


def show_totals(request: HttpRequest) -> HttpResponse:
    """Totals of the chosen organisation by its direct children, and the chosen indicator by month."""
    today = timezone.localdate()
    choice = read_choice(request, today=today)
    if choice is None:
        return render(request, "totals/page.html", {"nothing": "您的账号还没有归到单位，请找管理员。"})
    group = next(each for each in load("columns") if each["code"] == choice.columns)
    indicators = sorted(
        Indicator.objects.filter(code__in=group["indicators"]), key=lambda each: group["indicators"].index(each.code)
    )
    asked: dict[str, Any] = {
        "organisation": choice.organisation,
        "first_month": choice.first_month,
        "last_month": choice.last_month,
        "indicators": group["indicators"],
        "scope": choice.scope,
    }
    rows = _rows(choice, indicators, totals_by_organisation(**asked))
    total = _row("合计", "", choice, choice.organisation.code, choice.scope, indicators, totals(**asked))
    slots = [any(row.cells[index].word for row in (*rows, total)) for index in range(len(indicators))]
    for row in (*rows, total):
        for cell, slot in zip(row.cells, slots, strict=True):
            cell.slot = slot
    is_empty = all(cell.value is None for cell in total.cells)
    month = latest_month(choice.organisation) if is_empty else None
    latest = Period.parse(str(month // 100)) if month else None
    context = {
        "choice": choice,
        "is_empty": is_empty,
        "latest": latest,
        "latest_url": choice.period_url(latest) if latest else "",
        "group": group,
        "indicators": [
            {"row": each, "chosen": each.code == choice.indicator, "url": choice.url(indicator=each.code), "slot": slot}
            for each, slot in zip(indicators, slots, strict=True)
        ],
        "rows": rows,
        "total": total,
        "organisations": [
            {
                "label": each.short_name,
                "url": choice.url(organisation=each.code),
                "active": each.pk == choice.organisation.pk,
                "hint": "" if each.valid_until > today else f"至{each.valid_until.year}年",
            }
            for each in organisations_in_sight(request)
        ],
        "periods": _periods(choice, today.year),
        "scopes": [
            {
                "label": scope_word(scope, choice.organisation.kind),
                "url": choice.url(scope=scope),
                "active": scope == choice.scope,
            }
            for scope in SCOPES
        ],
        "column_groups": [
            {
                "label": each["name"],
                "url": choice.url(columns=each["code"], indicator=""),
                "active": each["code"] == choice.columns,
            }
            for each in load("columns")
        ],
        "why_url": f"{reverse('registers:why')}?{choice.query(columns='')}",
        **_chart(choice, next(each for each in indicators if each.code == choice.indicator), today),
    }
    return render(request, "totals/page.html", context, status=400 if choice.error else 200)


def _rows(choice: Choice, indicators: Sequence[Indicator], found: Mapping[str, Mapping[str, Total]]) -> list[Row]:
    """The organisation's own row, then its children in the official order; units without entries stand too."""
    organisation = choice.organisation
    first, last = Period(choice.first_month, choice.last_month).start, last_day(choice.last_month)
    own = f"{organisation.short_name}本级"
    rows = [_row(own, "", choice, organisation.code, "own", indicators, found.get(OWN, {}))]
    if choice.scope == "own":
        return rows
    for child in children_between(organisation=organisation, first=first, last=last):
        if choice.scope == "system" and child.kind == "department":
            continue
        hint = "" if child.valid_until > last else f"至{child.valid_until.year}年{child.valid_until.month}月"
        rows.append(
            _row(child.short_name, hint, choice, child.code, choice.scope, indicators, found.get(child.code, {}))
        )
    if SHARED in found:
        # What was taken away is explained by the formula of the total.
        whole = choice.organisation.code
        row = _row(SHARED_WORDS, "", choice, whole, choice.scope, indicators, found[SHARED])
        rows.append(dataclasses.replace(row, correction=True))
    return rows


def _row(
    label: str,
    hint: str,
    choice: Choice,
    code: str,
    scope: str,
    indicators: Sequence[Indicator],
    found: Mapping[str, Total],
) -> Row:
    below = code if code != choice.organisation.code or scope == "own" else ""
    cells = []
    for indicator in indicators:
        total = found.get(indicator.code)
        query = {
            "organisation": choice.organisation.code,
            "child": below if scope != "own" else "",
            "indicator": indicator.code,
            "from": month_text(choice.first_month),
            "to": month_text(choice.last_month),
            "scope": scope,
        }
        url = f"{reverse('registers:behind')}?{urlencode({key: value for key, value in query.items() if value})}"
        cells.append(
            Cell(
                value=total.value if total else None,
                word=QUALIFIER_WORDS[total.qualifier] if total else "",
                url=url if total else "",
                chosen=indicator.code == choice.indicator,
            )
        )
    return Row(label, hint, cells)


def _periods(choice: Choice, year: int) -> list[dict[str, Any]]:
    """The periods to choose from, newest year first: the year, halves, quarters, months."""
    periods = [period for each in range(year, year - _YEARS, -1) for period in periods_of_year(each)]
    return [
        {
            "label": period.label,
            "url": choice.period_url(period),
            "active": period == choice.period,
            "group": f"{period.year}年",
        }
        for period in periods
    ]


def _chart(choice: Choice, indicator: Indicator, today: Any) -> dict[str, Any]:
    """The chosen indicator by month, beside the same months of the year before. Only for what adds up over time."""
    if indicator.kind not in (IndicatorKind.FLOW, IndicatorKind.DISTINCT):
        return {"chart": [], "chart_indicator": indicator}
    months = months_between(choice.first_month, choice.last_month)[-12:]
    found = totals_by_month(
        organisation=choice.organisation,
        first_month=add_months(months[0], -12),
        last_month=months[-1],
        indicators=[indicator.code],
        scope=choice.scope,
    )

    def value(month: int) -> int | None:
        total = found.get(month, {}).get(indicator.code)
        return int(total.value) if total else None

    bars = []
    for month in months:
        query = {
            "organisation": choice.organisation.code,
            "indicator": indicator.code,
            "from": month_text(month),
            "to": month_text(month),
            "scope": choice.scope,
        }
        now = value(month)
        bars.append(
            {
                "label": f"{month % 100}月",
                "value": now,
                "before": value(add_months(month, -12)),
                "unfinished": month == today.year * 100 + today.month,
                "href": f"{reverse('registers:behind')}?{urlencode(query)}" if now else "",
            }
        )
    return {"chart": bars, "chart_indicator": indicator}
