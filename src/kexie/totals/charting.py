"""The chosen indicator by month."""

from datetime import date
from typing import Any

from kexie.core.periods import add_months, month_text, months_between
from kexie.totals.forms import Choice
from kexie.totals.models import Indicator
from kexie.totals.queries import ADDED, Total, totals_by_month
from kexie.totals.tables import behind_url


def month_bars(choice: Choice, indicator: Indicator, today: date) -> dict[str, Any]:
    """The chosen indicator by month, beside the same months of the year before. Only for what adds up over time."""
    if indicator.kind not in ADDED:
        return {"chart": [], "chart_indicator": indicator}
    months = months_between(choice.first_month, choice.last_month)[-12:]
    first, last = months[0], months[-1]
    found: dict[int, dict[str, Total]] = {}
    for years in (0, 12):
        found |= totals_by_month(
            organisation=choice.organisation,
            first_month=add_months(first, -years),
            last_month=add_months(last, -years),
            indicators=[indicator.code],
            scope=choice.scope,
            structure=choice.structure,
        )
    shown = {"from": month_text(first), "to": month_text(last)}

    def value(month: int) -> int | None:
        total = found.get(month, {}).get(indicator.code)
        return int(total.value) if total else None

    bars = []
    for month in months:
        now = value(month)
        behind = behind_url(choice, indicator, **shown, month=month_text(month))
        bars.append(
            {
                "label": f"{month % 100}月",
                "value": now,
                "before": value(add_months(month, -12)),
                "unfinished": month == today.year * 100 + today.month,
                "href": behind if now else "",
            }
        )
    return {"chart": bars, "chart_indicator": indicator}
