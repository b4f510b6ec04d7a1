"""The annex of a summary: the units' main numbers in the official order; a column adds up in sight."""

from kexie.core.periods import Period, first_day, last_day
from kexie.orgs.models import Organisation
from kexie.orgs.queries import children_between
from kexie.reports.material import TOLD_APART, Material, make_number
from kexie.reports.model import Number, Scope, Table, Text
from kexie.reports.phrases import Office, indicator_words, summary_words
from kexie.totals.queries import OWN, Total, totals_by_organisation

NOT_EXPECTED = ("department", "village", "community")

_Column = tuple[str, bool | None]  # an indicator, and whether its online part, the rest (False), or both (None)


def children_of(material: Material) -> list[Organisation]:
    """Return the direct children during the months of ``material``, in the official order."""
    return children_between(
        organisation=material.organisation,
        first=first_day(material.first_month),
        last=material.until or last_day(material.last_month),
    )


def found_by_unit(material: Material) -> dict[str, dict[str, Total]]:
    """Return the columns of the annex by code of the unit, then by indicator; all of it, online or not."""
    return _by_unit(material, None)


def write_annex(*, material: Material, office: Office, period: Period) -> Table | None:
    """Return the table, or None when no unit has anything. Units without a record are not in it."""
    words = summary_words().table
    whole = _whole(material)
    columns = list(whole)
    kinds = {online for _, online in columns}
    rows_of = {online: _by_unit(material, online) for online in kinds}

    def found(code: str, column: _Column) -> Total | None:
        return rows_of[column[1]].get(code, {}).get(column[0])

    reporting = [child for child in children_of(material) if any(found(child.code, column) for column in columns)]
    if not columns or not reporting:
        return None

    def cell(total: Total | None, column: _Column, *, organisation: str, scope: Scope) -> Number | None:
        if total is None:
            return None
        query = material.query_of(column[0], organisation=organisation, scope=scope, online=column[1])
        return make_number(total=total, query=query, style=material.style, has_unit=False)

    code = material.organisation.code
    rows: list[tuple[Text | Number | None, ...]] = []
    if any(found(OWN, column) for column in columns):
        own = [cell(found(OWN, column), column, organisation=code, scope="own") for column in columns]
        rows.append((Text(text=words.own), *own))
    for child in reporting:
        cells = [cell(found(child.code, each), each, organisation=child.code, scope=material.scope) for each in columns]
        rows.append((Text(text=child.short_name), *cells))
    corrections = [
        whole[column].value - sum(row[column[0]].value for row in rows_of[column[1]].values() if column[0] in row)
        for column in columns
    ]
    if any(corrections):
        shown = [Text(text=str(each).replace("-", "－")) if each else None for each in corrections]
        rows.append((Text(text=words.correction), *shown))
    total_row = [cell(whole[column], column, organisation=code, scope=material.scope) for column in columns]
    rows.append((Text(text=words.sum), *total_row))
    header = [f"{_label(column)}（{indicator_words()[column[0]].unit}）" for column in columns]
    title = words.title.format(office=office.full, period=period.label)
    return Table(title=title, header=(words.first, *header), rows=tuple(rows))


def _whole(material: Material) -> dict[_Column, Total]:
    """The columns that have anything, with their totals; the online part stands beside what is not online."""
    on_site, online = material.totals(), material.online()
    columns: dict[_Column, Total] = {}
    for code in summary_words().table.columns:
        if code in on_site and on_site[code].value:
            columns[code, False if code in TOLD_APART else None] = on_site[code]
        if code in online and online[code].value:
            columns[code, True] = online[code]
    return columns


def _label(column: _Column) -> str:
    words = summary_words().table
    return words.online[column[0]] if column[1] else words.columns[column[0]]


def _by_unit(material: Material, online: bool | None) -> dict[str, dict[str, Total]]:
    return totals_by_organisation(
        organisation=material.organisation,
        first_month=material.first_month,
        last_month=material.last_month,
        indicators=list(summary_words().table.columns),
        scope=material.scope,
        online=online,
        until=material.until,
    )
