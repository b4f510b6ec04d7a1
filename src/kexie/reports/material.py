"""What a composer works from: totals of one organisation and period, made into Numbers in one style."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from kexie.core.bulk import batched
from kexie.core.periods import first_day, last_day
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry
from kexie.reports.composing.happenings import Happening, load_happenings
from kexie.reports.model import Measured, Number, NumberQuery, Scope, same_day
from kexie.reports.phrases import area_names, indicator_words
from kexie.reports.wording import PLAIN, Reading, Style, print_total
from kexie.totals.queries import Total, entry_ids, totals, totals_by_cut

PARTNERS = "partners"  # the ``where`` of how many partners the entries of a work area name
TOLD_APART = ("person_times",)  # indicators of which what is online is never added to what is not


@dataclass
class Material:
    """One organisation, months (202401) and scope; ``until``, a day of the last month, cuts it.

    Totals are asked once and kept; nothing is changed. Person-times are told apart: ``totals`` gives those of what is
    not online, ``online`` those of what is (report-writing rules §4).
    """

    organisation: Organisation
    first_month: int
    last_month: int
    scope: Scope = "system"
    style: Style = PLAIN
    until: date | None = None
    _totals: dict[tuple[bool | None, int], dict[str | None, dict[str, Total]]] = field(default_factory=dict)
    _entries: dict[NumberQuery, frozenset[int]] = field(default_factory=dict)
    _happenings: dict[str, list[Happening]] | None = None

    @property
    def first_day(self) -> date:
        """The first day that counts."""
        return first_day(self.first_month)

    @property
    def end(self) -> date:
        """The last day that counts."""
        return self.until or last_day(self.last_month)

    def asked(
        self, *, work_area: str | None = None, online: bool | None = None, years_back: int = 0
    ) -> dict[str, Total]:
        """Return the totals by indicator, of the whole or of one work area, of this period or one of a year before."""
        if (online, years_back) not in self._totals:
            self._totals[online, years_back] = {}
        found = self._totals[online, years_back]
        if work_area is None and None not in found:
            found[None] = totals(**self._question(online, years_back))
        elif work_area is not None and "" not in found:
            by_area = totals_by_cut(by="work_area", **self._question(online, years_back))
            found.update({area: by_area.get(area, {}) for area in ("", *area_names())})
        return found[work_area]

    def _question(self, online: bool | None, years_back: int) -> dict[str, Any]:
        return {
            "organisation": self.organisation,
            "first_month": self.first_month - 100 * years_back,
            "last_month": self.last_month - 100 * years_back,
            "scope": self.scope,
            "online": online,
            "until": self.until and same_day(self.until, years_back=years_back),
        }

    def totals(self, *, work_area: str | None = None, years_back: int = 0) -> dict[str, Total]:
        """Return the totals as a report tells them: of TOLD_APART what is not online."""
        every = self.asked(work_area=work_area, years_back=years_back)
        on_site = self.asked(work_area=work_area, years_back=years_back, online=False)
        return {
            code: on_site[code] if code in TOLD_APART else total
            for code, total in every.items()
            if code not in TOLD_APART or code in on_site
        }

    def online(self, *, work_area: str | None = None, years_back: int = 0) -> dict[str, Total]:
        """Return the online part of TOLD_APART."""
        found = self.asked(work_area=work_area, years_back=years_back, online=True)
        return {code: found[code] for code in TOLD_APART if code in found}

    def entry_ids(self, *, indicator: str, work_area: str | None = None, online: bool | None = None) -> frozenset[int]:
        """Return the ids of the entries behind a total of this period."""
        key = self.query(indicator, work_area=work_area, online=online)
        if key not in self._entries:
            found = entry_ids(
                organisation=self.organisation,
                first_month=self.first_month,
                last_month=self.last_month,
                indicator=indicator,
                scope=self.scope,
                work_area=work_area,
                online=key.online,
                until=self.until,
            )
            self._entries[key] = frozenset(found)
        return self._entries[key]

    def entries(self, *, indicator: str, work_area: str | None = None) -> list[Entry]:
        """Return the entries behind a total that may be told of in a report (not restricted), latest first."""
        ids = sorted(self.entry_ids(indicator=indicator, work_area=work_area))
        found: list[Entry] = []
        for batch in batched(ids):
            entries = Entry.objects.filter(pk__in=batch).exclude(counting__visibility="restricted")
            found += entries.select_related("counting__organisation")
        return sorted(found, key=_when, reverse=True)

    def happenings(self, work_area: str | None = None) -> list[Happening]:
        """Return the events of this period, of all or of one work area, in the order of their days."""
        if self._happenings is None:
            self._happenings = {}
            for each in load_happenings(self.entry_ids(indicator="activities")):
                self._happenings.setdefault(each.work_area, []).append(each)
        if work_area is not None:
            return self._happenings.get(work_area, [])
        return [each for found in self._happenings.values() for each in found]

    def honours_by_level(self, *, work_area: str | None = None) -> dict[str, int]:
        """Return how many honours there are of each level that is said; restricted ones are counted, too."""
        counts: dict[str, int] = {}
        for batch in batched(sorted(self.entry_ids(indicator="honours", work_area=work_area))):
            for fields in Entry.objects.filter(pk__in=batch).values_list("counting__fields", flat=True):
                level = str((fields or {}).get("level") or "")
                counts[level] = counts.get(level, 0) + 1
        return counts

    def query(
        self,
        indicator: str,
        *,
        work_area: str | None = None,
        where: str = "",
        entry: str = "",
        online: bool | None = None,
    ) -> NumberQuery:
        """Return the query of a total of this period; of TOLD_APART without ``online`` that of what is not online."""
        if indicator in TOLD_APART and online is None:
            online = False
        query = self.query_of(indicator, organisation=self.organisation.code, scope=self.scope, online=online)
        return replace(query, work_area=work_area, where=where, entry=entry)

    def query_of(self, indicator: str, *, organisation: str, scope: Scope, online: bool | None) -> NumberQuery:
        """Return the query of the same months for any organisation and scope."""
        return NumberQuery(
            organisation=organisation,
            indicator=indicator,
            first_month=self.first_month,
            last_month=self.last_month,
            scope=scope,
            online=online,
            until=self.until,
        )

    def number(self, total: Total, *, work_area: str | None = None, online: bool | None = None) -> Number:
        """Return a total of this period as it is printed."""
        query = self.query(total.indicator, work_area=work_area, online=online)
        return make_number(total=total, query=query, style=self.style)

    def count(self, indicator: str, count: int, *, work_area: str | None, where: str) -> Number:
        """Return a number of entries that share a field's value (``"level=national"``)."""
        value = Decimal(count)
        total = Reading(value=value, low=value, high=value)
        query = self.query(indicator, work_area=work_area, where=where)
        return make_number(total=total, query=query, style=self.style, entries=count)

    def change(self, total: Total, change: Reading, *, work_area: str | None = None) -> Number:
        """Return the difference (in the unit) or the rate (%) of a total against that of the year before."""
        query = self.query(total.indicator, work_area=work_area)
        return change_number(total=total, change=change, query=query, style=self.style)


def change_number(*, total: Total, change: Reading, query: NumberQuery, style: Style) -> Number:
    """Return the difference (in the unit) or the rate (%) of the total of ``query`` against the year before."""
    return Number(
        text=print_total(total=change, unit=change.unit, style=style).text,
        unit=change.unit,
        name=number_name(query),
        query=query,
        value=change.value,
        low=change.low,
        high=change.high,
        qualifier=change.qualifier,
        entries=total.entries,
        measure="rate" if change.unit == "%" else "difference",
        base=query.a_year_before(),
    )


def number_name(query: NumberQuery) -> str:
    """Return what a number is of: 惠及人次（线上）."""
    name = indicator_words()[query.indicator].name
    return name if query.online is None else f"{name}（{'线上' if query.online else '不含线上'}）"


def _when(entry: Entry) -> tuple[date, int]:
    """The day on which an entry that counts ended, and what decides between entries of one day."""
    assert entry.counting is not None and entry.counting.end is not None
    return entry.counting.end, entry.pk


def make_number(
    *, total: Measured, query: NumberQuery, style: Style, entries: int | None = None, has_unit: bool = True
) -> Number:
    """Return a total as a Number; ``has_unit`` False leaves the unit to a table's header."""
    words = indicator_words()[query.indicator]
    printed = print_total(total=total, unit=words.unit, style=style)
    text = printed.text if has_unit else f"{printed.before}{printed.digits}{printed.inner}{printed.after}"
    return Number(
        text=text,
        unit=words.unit,
        name=number_name(query),
        query=query,
        value=total.value,
        low=total.low,
        high=total.high,
        low_exclusive=total.low_exclusive,
        high_exclusive=total.high_exclusive,
        qualifier=total.qualifier,
        entries=total.entries if isinstance(total, Total) else entries or 0,
        as_of=total.as_of if isinstance(total, Total) else None,
    )
