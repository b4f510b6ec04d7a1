"""What a composer works from: totals of one organisation and period, made into Numbers in one style."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kexie.core.bulk import batched
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry
from kexie.reports.model import Measured, Number, NumberQuery, Scope
from kexie.reports.phrases import indicator_words
from kexie.reports.wording import PLAIN, Reading, Style, print_total
from kexie.totals.queries import Total, entry_ids, totals


@dataclass
class Material:
    """One organisation, months (202401) and scope. Totals are asked once and kept; nothing is changed."""

    organisation: Organisation
    first_month: int
    last_month: int
    scope: Scope = "system"
    style: Style = PLAIN
    _totals: dict[tuple[str | None, int], dict[str, Total]] = field(default_factory=dict)
    _entries: dict[tuple[str, str | None], frozenset[int]] = field(default_factory=dict)

    def totals(self, *, work_area: str | None = None, years_back: int = 0) -> dict[str, Total]:
        """Return the totals by indicator, of the whole or of one work area, of this period or one of a year before."""
        key = (work_area, years_back)
        if key not in self._totals:
            self._totals[key] = totals(
                organisation=self.organisation,
                first_month=self.first_month - 100 * years_back,
                last_month=self.last_month - 100 * years_back,
                scope=self.scope,
                work_area=work_area,
            )
        return self._totals[key]

    def entry_ids(self, *, indicator: str, work_area: str | None = None) -> frozenset[int]:
        """Return the ids of the entries behind a total of this period."""
        key = (indicator, work_area)
        if key not in self._entries:
            found = entry_ids(
                organisation=self.organisation,
                first_month=self.first_month,
                last_month=self.last_month,
                indicator=indicator,
                scope=self.scope,
                work_area=work_area,
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

    def query(self, indicator: str, *, work_area: str | None = None, where: str = "", entry: str = "") -> NumberQuery:
        return NumberQuery(
            organisation=self.organisation.code,
            indicator=indicator,
            first_month=self.first_month,
            last_month=self.last_month,
            scope=self.scope,
            work_area=work_area,
            where=where,
            entry=entry,
        )

    def number(self, total: Total, *, work_area: str | None = None) -> Number:
        """Return a total of this period as it is printed."""
        return make_number(total=total, query=self.query(total.indicator, work_area=work_area), style=self.style)

    def count(self, indicator: str, count: int, *, work_area: str | None, where: str) -> Number:
        """Return a number of entries that share a field's value (``"level=national"``)."""
        value = Decimal(count)
        total = Reading(value=value, low=value, high=value)
        query = self.query(indicator, work_area=work_area, where=where)
        return make_number(total=total, query=query, style=self.style, entries=count)

    def change(self, total: Total, change: Reading, *, work_area: str | None = None) -> Number:
        """Return the difference (in the unit) or the rate (%) of a total against that of the year before."""
        query = self.query(total.indicator, work_area=work_area)
        words = indicator_words()[total.indicator]
        return Number(
            text=print_total(total=change, unit=change.unit, style=self.style).text,
            unit=change.unit,
            name=words.name,
            query=query,
            value=change.value,
            low=change.low,
            high=change.high,
            qualifier=change.qualifier,
            entries=total.entries,
            measure="rate" if change.unit == "%" else "difference",
            base=NumberQuery(
                **{
                    **{name: getattr(query, name) for name in NumberQuery.__dataclass_fields__},
                    "first_month": query.first_month - 100,
                    "last_month": query.last_month - 100,
                }
            ),
        )


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
        name=words.name,
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
