"""The entries behind a total."""

from datetime import date

from kexie.orgs.models import Organisation
from kexie.totals.models import Indicator, IndicatorKind
from kexie.totals.queries.answers import FORMULAS, parts_of
from kexie.totals.queries.asked import Asked, Scope, Structure
from kexie.totals.queries.flows import Where, flow_entries, where_of
from kexie.totals.queries.standing_in import Stated, standing_in
from kexie.totals.queries.stocks import stocks


def entry_ids(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicator: str,
    scope: Scope = "system",
    structure: Structure = "then",
    work_area: str | None = None,
    where: Where | None = None,
    online: bool | None = None,
    until: date | None = None,
    child: Organisation | None = None,
) -> list[int]:
    """Return the ids of the entries whose figures make up this total, latest first.

    With ``child``, a direct one, those that ``organisation`` counts through it; ``where`` (or ``work_area`` with
    ``online``) cuts, ``until`` is a day of the last month.
    """
    asked = Asked(
        organisation=organisation,
        first_month=first_month,
        last_month=last_month,
        scope=scope,
        structure=structure,
        until=until,
    )
    where = where or where_of(work_area=work_area, online=online)
    row = Indicator.objects.get(code=indicator)
    codes = set(parts_of(row)) if row.kind in FORMULAS else {indicator}
    found: set[tuple[date, int]] = set()
    for each in Indicator.objects.filter(code__in=codes):
        if each.kind == IndicatorKind.STOCK:
            found |= {
                (stock.day, stock.entry)
                for stock in stocks(asked, {each.pk: each.valid_months}, by_child=child is not None)
                if child is None or stock.child == child.pk
            }
        else:
            found |= flow_entries(asked, indicator=each.pk, child=child.pk if child else None, where=where)
    return [entry for _, entry in sorted(found, reverse=True)]


def statements_within(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicator: str,
    scope: Scope = "system",
    structure: Structure = "then",
    child: Organisation | None = None,
) -> list[Stated]:
    """Return the statements that stand in this total for missing entries; with ``child`` those through it."""
    asked = Asked(
        organisation=organisation, first_month=first_month, last_month=last_month, scope=scope, structure=structure
    )
    row = Indicator.objects.get(code=indicator)
    codes = set(parts_of(row)) if row.kind in FORMULAS else {indicator}
    ids = set(Indicator.objects.filter(code__in=codes).values_list("pk", flat=True))
    return [
        each
        for each in standing_in(asked)
        if each.row.indicator_id in ids and (child is None or each.way.child == child.pk)
    ]
