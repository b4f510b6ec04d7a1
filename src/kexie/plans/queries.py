"""Reads of targets: how far each is on a day."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Literal
from urllib.parse import urlencode

from kexie.core.periods import Period, first_day, last_day, month_of, month_text
from kexie.orgs.models import Organisation
from kexie.plans.models import Comparator, State, Target
from kexie.totals.queries import Total, totals

Pace = Literal["done", "on-pace", "slow", "unmeasured"]
PACE_WORDS: dict[Pace, str] = {"done": "已完成", "on-pace": "符合进度", "slow": "进度偏慢", "unmeasured": "待人工核定"}


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a target is on a day. ``done`` is None where nothing measures it; ``rate`` and ``passed`` in percent.

    ``last_month`` is the last month whose totals are in ``done``; ``passed`` the share of the time until it is due.
    """

    target: Target
    done: Total | None
    value: Decimal
    rate: Decimal | None
    passed: Decimal
    gap: Decimal
    state: Pace
    last_month: int

    @property
    def asked(self) -> str:
        """The query of the address that shows the entries behind ``done``."""
        target = self.target
        code = target.indicator.code if target.indicator else ""
        months = {"from": month_text(target.first_month), "to": month_text(self.last_month)}
        return urlencode({"organisation": target.organisation.code, "indicator": code, **months})

    @property
    def word(self) -> str:
        return PACE_WORDS[self.state]


def targets_of(
    *, organisation: Organisation, period: Period, states: Iterable[str] = (State.CONFIRMED,)
) -> list[Target]:
    """Return the targets of the organisation whose months are those of the period, in their order."""
    found = Target.objects.filter(
        organisation=organisation,
        first_month=period.first_month,
        last_month=period.last_month,
        state__in=list(states),
    )
    return list(found.select_related("organisation", "indicator", "responsible").order_by("order", "pk"))


def progress_of(*, targets: Iterable[Target], day: datetime.date) -> list[Progress]:
    """Return the progress of each target on ``day``; totals are asked once for each unit and run of months."""
    asked: dict[tuple[int, int, int], dict[str, Total]] = {}
    found = []
    for target in targets:
        until = min(month_of(day), target.last_month)
        key = (target.organisation_id, target.first_month, until)
        if key not in asked:
            started = until >= target.first_month
            asked[key] = (
                totals(organisation=target.organisation, first_month=target.first_month, last_month=until)
                if started
                else {}
            )
        found.append(_progress(target, asked[key], day, until))
    return found


def _progress(target: Target, found: dict[str, Total], day: datetime.date, until: int) -> Progress:
    passed = time_passed(target, day)
    if target.indicator is None or target.per:
        return Progress(
            target=target, done=None, value=Decimal(0), rate=None, passed=passed, gap=target.value,
            state="unmeasured", last_month=until,
        )  # fmt: skip
    done = found.get(target.indicator.code)
    value = done.value if done else Decimal(0)
    return Progress(
        target=target,
        done=done,
        value=value,
        rate=rate_of(value, target.value),
        passed=passed,
        gap=max(target.value - value, Decimal(0)),
        state=pace_of(comparator=target.comparator, value=target.value, done=value, passed=passed),
        last_month=until,
    )


def pace_of(*, comparator: str, value: Decimal, done: Decimal, passed: Decimal) -> Pace:
    """Return where a target stands. A limit (不超过) is kept or not; anything else is reached, on its way, or behind.

    On pace means that the share done is not less than the share of the time that has passed.
    """
    if comparator == Comparator.AT_MOST:
        if done > value:
            return "slow"
        return "done" if passed >= 100 else "on-pace"
    if done >= value:
        return "done"
    return "on-pace" if done * 100 >= value * passed and passed < 100 else "slow"


def rate_of(done: Decimal, value: Decimal) -> Decimal:
    """Return the share done in percent, rounded down to one decimal: 99.96 % is not yet all of it."""
    if value == 0:
        return Decimal(100)
    return (done * 100 / value).quantize(Decimal("0.1"), rounding=ROUND_FLOOR)


def time_passed(target: Target, day: datetime.date) -> Decimal:
    """Return the share, in percent, of the days from the first month until the target is due that are over."""
    first = first_day(target.first_month)
    end = target.due or last_day(target.last_month)
    days = (end - first).days + 1
    over = min(max((day - first).days + 1, 0), days)
    return (Decimal(over) * 100 / days).quantize(Decimal("0.1"), rounding=ROUND_FLOOR)
