"""What the totals put on the desk: the own year so far beside the last one. No other unit stands beside it."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from kexie.totals.models import Indicator
from kexie.totals.queries import totals

_INDICATORS = ("activities", "person_times", "trainings", "trained_person_times")


def own_year(request: HttpRequest) -> dict[str, Any] | None:
    """Four numbers of the own office: the months of this year until now, and the same months of the last."""
    office = request.user.office  # type: ignore[union-attr]  # logged in: the middleware says so
    if office is None:
        return None
    today = timezone.localdate()
    first, last = today.year * 100 + 1, today.year * 100 + today.month
    names = {row.code: row for row in Indicator.objects.filter(code__in=_INDICATORS)}
    now = totals(organisation=office, first_month=first, last_month=last, indicators=_INDICATORS)
    before = totals(organisation=office, first_month=first - 100, last_month=last - 100, indicators=_INDICATORS)
    page = f"{reverse('totals:page')}?organisation={office.code}&period={today.year}"
    rows = [
        {"indicator": names[code], "now": now.get(code), "before": before.get(code), "url": f"{page}&indicator={code}"}
        for code in _INDICATORS
        if code in names
    ]
    return {"office": office, "rows": rows, "year": today.year, "month": today.month}
