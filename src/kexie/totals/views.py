"""The totals page: units, months or a cut by indicators, adding up in sight; each number is a link to its entries."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from kexie.catalogue import load
from kexie.core.periods import Period, periods_of_year
from kexie.orgs.choosing import organisations_in_sight
from kexie.totals.charting import month_bars
from kexie.totals.forms import BY_WORDS, Choice, read_choice
from kexie.totals.models import Indicator
from kexie.totals.queries import SCOPES, STRUCTURE_WORDS, latest_month, scope_word
from kexie.totals.tables import make_table

_YEARS = 3


def show_totals(request: HttpRequest) -> HttpResponse:
    """Totals of the chosen organisation, by what the rows are, and the chosen indicator by month."""
    today = timezone.localdate()
    choice = read_choice(request, today=today)
    if choice is None:
        return render(request, "totals/page.html", {"nothing": "您的账号还没有归到单位，请找管理员。"})
    group = next(each for each in load("columns") if each["code"] == choice.columns)
    indicators = sorted(
        Indicator.objects.filter(code__in=group["indicators"]), key=lambda each: group["indicators"].index(each.code)
    )
    table = make_table(choice, indicators)
    month = latest_month(choice.organisation) if table.is_empty else None
    latest = Period.parse(str(month // 100)) if month else None
    context = {
        "choice": choice,
        "table": table,
        "latest": latest,
        "latest_url": choice.period_url(latest) if latest else "",
        "group": group,
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
        # By its address: what changed is a page of the registers, which this room knows nothing of.
        "why_url": f"{reverse('registers:why')}?{choice.query(columns='', structure='', by='')}",
        **_switches(choice),
        **month_bars(choice, next(each for each in indicators if each.code == choice.indicator), today),
    }
    return render(request, "totals/page.html", context, status=400 if choice.error else 200)


def _switches(choice: Choice) -> dict[str, list[dict[str, Any]]]:
    """What can be chosen besides unit and period."""
    return {
        "scopes": [
            {
                "label": scope_word(scope, choice.organisation.kind),
                "url": choice.url(scope=scope),
                "active": scope == choice.scope,
            }
            for scope in SCOPES
        ],
        "structures": [
            {
                "label": word.removesuffix("建制"),
                "url": choice.url(structure="" if structure == "then" else structure),
                "active": structure == choice.structure,
            }
            for structure, word in STRUCTURE_WORDS.items()
        ],
        "rows_by": [
            {"label": word, "url": choice.url(by="" if by == "organisation" else by), "active": by == choice.by}
            for by, word in BY_WORDS.items()
        ],
        "column_groups": [
            {
                "label": each["name"],
                "url": choice.url(columns=each["code"], indicator=""),
                "active": each["code"] == choice.columns,
            }
            for each in load("columns")
        ],
    }


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
