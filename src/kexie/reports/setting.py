"""The setting of a document: whose it is, for which months, until which day, and how that is said."""

import datetime
from dataclasses import dataclass, field

from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.periods import Period, add_months, last_day, month_of
from kexie.orgs.models import Organisation
from kexie.reports.material import Material
from kexie.reports.model import Scope
from kexie.reports.phrases import Office, describe_office, summary_words
from kexie.reports.sources import date_words
from kexie.reports.wording import PLAIN, Style
from kexie.totals.models import Posting


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What every composer begins with. ``notes`` are for the writer; ``end`` is the last day that is told of."""

    organisation: Organisation
    period: Period
    office: Office
    material: Material
    date: datetime.date
    end: datetime.date
    as_of: datetime.date | None
    notes: list[str] = field(default_factory=list)

    @property
    def time(self) -> str:
        """The words for the time that is told of: 全年, 上半年, or 截至9月30日 while it is not over."""
        if self.end >= self.period.end:
            return time_words(self.period)
        return f"截至{self.end.month}月{self.end.day}日"


def set_out(
    *,
    organisation: Organisation,
    period: Period,
    as_of: datetime.date | None,
    today: datetime.date | None,
    what: str,
    scope: Scope = "system",
    style: Style = PLAIN,
) -> Setting:
    """Return the setting of a document that is called ``what`` (总结).

    Raises DomainError when the unit has no name, the period or the day has not come, or nothing is recorded in it.
    """
    if not organisation.name.strip():
        raise DomainError(f"单位 {organisation.code} 没有名称，写不出{what}；请先补上名称")
    today = today or timezone.localdate()
    day = as_of or min(today, period.end)
    if day > today:
        raise DomainError(f"{date_words(day)}还没有到，写不出{what}")
    if day < period.start:
        raise DomainError(f"{period.label}还没有开始，写不出{what}")
    notes: list[str] = []
    last_month = last_true_month(organisation, period, min(day, period.end), notes)
    material = Material(
        organisation=organisation, first_month=period.first_month, last_month=last_month, scope=scope, style=style
    )
    if last_month < period.first_month or not material.totals():
        raise DomainError(f"{organisation.name}{period.label}还没有通过的记录，写不出{what}")
    return Setting(
        organisation=organisation,
        period=period,
        office=office_of(organisation),
        material=material,
        date=as_of or today,
        end=min(day, last_day(last_month)),
        as_of=as_of,
        notes=notes,
    )


def office_of(organisation: Organisation) -> Office:
    """Return how an organisation is spoken of."""
    parent = organisation.parent
    return describe_office(
        name=organisation.name,
        short_name=organisation.short_name,
        kind=organisation.kind,
        parent=(parent.name, parent.short_name, parent.kind) if parent else None,
    )


def time_words(period: Period) -> str:
    """Return the words for a whole period: 全年, 上半年, 第一季度, 3月."""
    return period.label.removeprefix(f"{period.year}年") or "全年"


def last_true_month(organisation: Organisation, period: Period, day: datetime.date, notes: list[str]) -> int:
    """Return the last month whose totals are true for ``day``: totals are kept by month.

    It is the month of the day, unless something is recorded in that month after the day; then the month before.
    """
    month = month_of(day)
    if day >= last_day(month):
        return month
    later = Posting.objects.filter(stamps__ancestor=organisation, month=month, day__gt=day)
    if not later.exists():
        return month
    until = last_day(add_months(month, -1))
    notes.append(summary_words().notes["cut"].format(day=date_words(day), until=date_words(until)))
    return month_of(until)
