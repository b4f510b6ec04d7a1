"""What is held of stocks at the end of a month, from the spans and steps that are kept (``totals.holding``).

Under the structure of the day, without reading a fact; ``stocks.py`` answers everything else.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from django.db import connection

from kexie.core.bulk import batched
from kexie.core.periods import add_months, first_day, last_day
from kexie.totals.measures import MEASURE_FIELDS, Measure
from kexie.totals.models import StockDelta, StockSpan, StockSum

Held = dict[int, tuple[Measure, date]]  # by indicator: what is held, and the oldest day of its values

_SUMS = ", ".join(f'SUM("{name}") AS "{name}"' for name in MEASURE_FIELDS)
_COLUMNS = ", ".join(f'"{name}"' for name in MEASURE_FIELDS)


def held(*, organisations: Iterable[int], month: int, scope: str, valid_months: Mapping[int, int]) -> dict[int, Held]:
    """Return what each of ``organisations`` holds at the end of ``month`` of the indicators in ``valid_months``."""
    found: dict[int, Held] = {}
    ids = list(organisations)
    if not valid_months:
        return {}
    for batch in batched(ids):
        sql, values = _statement(batch, month, scope, valid_months)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            for ancestor, indicator, oldest, *numbers in cursor.fetchall():
                measure = Measure(*map(int, numbers))
                if measure.entries:
                    day = oldest if isinstance(oldest, date) else date.fromisoformat(oldest)
                    found.setdefault(ancestor, {})[indicator] = (measure, day)
    return found


def held_by_itself(*, organisation: int, month: int, valid_months: Mapping[int, int]) -> Held:
    """Return what ``organisation`` has of its own at the end of ``month``."""
    rows = StockSpan.objects.filter(organisation=organisation, indicator__in=valid_months)
    return {
        row.indicator_id: (Measure(*(getattr(row, name) for name in MEASURE_FIELDS)), row.day)
        for row in rows.filter(first__lte=month, until__gt=month)
        if row.day >= _oldest_day(month, valid_months[row.indicator_id])
    }


def _statement(
    organisations: Iterable[int], month: int, scope: str, valid_months: Mapping[int, int]
) -> tuple[str, list[int | date]]:
    """Steps by indicator and day of their values, then by indicator: a day whose values are all gone is no oldest."""
    ids, first, by_age = list(organisations), _oldest_day(month, max(valid_months.values())), _by_age(valid_months)
    ages = " OR ".join(f"(day >= %s AND indicator_id IN ({_places(codes)}))" for _, codes in by_age)
    where = f"ancestor_id IN ({_places(ids)}) AND day >= %s AND day <= %s AND month <= %s AND ({ages})" + (
        " AND NOT outside" if scope == "system" else ""
    )
    values: list[int | date] = [*ids, first, last_day(month), month]
    for age, codes in by_age:
        values += [_oldest_day(month, age), *codes]
    # Names of tables and columns only; all values are parameters.
    steps = " UNION ALL ".join(
        f"SELECT ancestor_id, indicator_id, day, {_COLUMNS} FROM {table._meta.db_table} WHERE {where}"  # noqa: S608
        for table in (StockSum, StockDelta)
    )
    days = f"SELECT ancestor_id, indicator_id, day, {_SUMS} FROM ({steps}) steps GROUP BY 1, 2, 3"  # noqa: S608
    oldest_day = "MIN(CASE WHEN entries > 0 THEN day END)"
    sql = f"SELECT ancestor_id, indicator_id, {oldest_day}, {_SUMS} FROM ({days}) days GROUP BY 1, 2"  # noqa: S608
    return sql, [*values, *values]


def _oldest_day(month: int, age: int) -> date:
    """Return the first day of which a value that is valid for ``age`` months may be at the end of ``month``."""
    return first_day(add_months(month, -age))


def _by_age(valid_months: Mapping[int, int]) -> list[tuple[int, list[int]]]:
    ages: dict[int, list[int]] = {}
    for indicator, age in valid_months.items():
        ages.setdefault(age, []).append(indicator)
    return sorted(ages.items())


def _places(items: Iterable[object]) -> str:
    return ", ".join("%s" for _ in items)
