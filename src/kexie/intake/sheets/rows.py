"""Rows of a sheet into entries or statements to be, and what is wrong with the others. Pure but for the units."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.intake.assigning import unit_named
from kexie.intake.sheets.columns import Header, Target
from kexie.intake.sheets.grid import Cell, Sheet
from kexie.intake.sheets.values import days_of, number_of
from kexie.orgs.models import Organisation
from kexie.registers.revisions import EntryTold, FigureTold

#: A row that begins so adds others up; it is no event, and counting it would count them twice.
_SUMS = ("合计", "总计", "小计", "共计", "累计")


@dataclass(frozen=True)
class Layout:
    """How a sheet is to be taken: its header, what each column means, the register (empty: totals by unit)."""

    header: Header
    columns: Mapping[int, str]
    register: str
    organisation: Organisation
    period: Period | None
    file: str


@dataclass
class RowTold:
    """Row ``number`` (as the file counts, from 1): what it tells, or what is wrong with it."""

    number: int
    cells: tuple[Cell, ...]
    entry: EntryTold | None = None
    figures: list[FigureTold] = field(default_factory=list)
    unit: Organisation | None = None
    period: Period | None = None
    problem: str = ""


def read_rows(
    sheet: Sheet, layout: Layout, targets: Sequence[Target], units: Sequence[Organisation]
) -> Iterator[RowTold]:
    """Yield the rows below the header that tell something; empty rows and rows of sums are passed over."""
    known = {target.key: target for target in targets}
    cache: dict[str, Organisation | None] = {}
    for index in range(layout.header.last + 1, len(sheet.rows)):
        cells = sheet.rows[index]
        if all(cell is None for cell in cells) or _is_sum(cells):
            continue
        row = RowTold(index + 1, cells)
        told = {key: cells[column] for column, key in layout.columns.items() if column < len(cells)}
        if all(cell is None for cell in told.values()):
            continue
        try:
            row.unit = _unit(told.get("entry.organisation"), layout, units, cache)
            if layout.register:
                row.entry = _entry(row, told, known, layout, sheet)
            else:
                row.period = layout.period
                row.figures = _figures(told, known)
                if row.period is None:
                    raise DomainError("没有说是哪一期的数，请在上面选期间")
        except DomainError as error:
            row.problem = str(error)
        yield row


def _is_sum(cells: Sequence[Cell]) -> bool:
    first = next((cell for cell in cells if cell is not None), "")
    return isinstance(first, str) and first.replace(" ", "").startswith(_SUMS)


def _unit(
    cell: Cell, layout: Layout, units: Sequence[Organisation], cache: dict[str, Organisation | None]
) -> Organisation:
    if cell is None:
        return layout.organisation
    text = str(cell)
    if text not in cache:
        exact = [each for each in units if text in (each.code, each.name, each.short_name)]
        cache[text] = exact[0] if len(exact) == 1 else unit_named(text, units)
    found = cache[text]
    if found is None:
        raise DomainError(f"不知道“{text}”是哪个单位")
    return found


def _entry(
    row: RowTold, told: Mapping[str, Cell], known: Mapping[str, Target], layout: Layout, sheet: Sheet
) -> EntryTold:
    year = layout.period.year if layout.period else None
    wrong: list[str] = []

    def attempt(read: Callable[[], Any], label: str = "") -> Any:
        try:
            return read()
        except DomainError as error:
            wrong.append(f"{label}：{error}" if label else str(error))
            return None

    title = str(told.get("entry.title") or "").strip()
    days = attempt(lambda: days_of(told.get("entry.date"), year))
    end = attempt(lambda: days_of(told.get("entry.end"), days[0].year if days else year), "结束日期")
    if not title:
        wrong.append("没有名称")
    if days is None and told.get("entry.date") is None:
        wrong.append("没有日期")
    fields: dict[str, Any] = {}
    for key, cell in told.items():
        if key.startswith("field.") and cell is not None:
            target = known[key]
            value: Any = attempt(partial(number_of, cell, target.unit), target.label) if target.is_number else str(cell)
            if value is not None:
                fields[key.removeprefix("field.")] = value
    occurrences = attempt(lambda: number_of(told.get("entry.occurrences"), "场"), "场次")
    partners = str(told.get("entry.partners") or "")
    if wrong:
        raise DomainError("；".join(wrong))
    assert row.unit is not None
    words = ("" if cell is None else str(cell) for cell in row.cells)
    identity = "|".join([layout.file, sheet.name, row.unit.code, *words])
    return EntryTold(
        id=f"row-{hashlib.sha256(identity.encode()).hexdigest()[:32]}",
        register=layout.register,
        organisation=row.unit.code,
        title=title[:200],
        start=days[0],
        end=end[1] if end else days[1],
        status="draft",
        place=str(told.get("entry.place") or "")[:200],
        partners=[each for each in partners.replace("，", "、").replace(",", "、").split("、") if each.strip()],
        kind=str(told.get("entry.kind") or ""),
        occurrences=int(occurrences["value"]) if occurrences else 1,
        fields=fields,
        sources=[{"file": layout.file, "sheet": sheet.name, "row": row.number}],
    )


def _figures(told: Mapping[str, Cell], known: Mapping[str, Target]) -> list[FigureTold]:
    found = []
    for key, cell in told.items():
        if not key.startswith("indicator."):
            continue
        target = known[key]
        try:
            value = number_of(cell, target.unit)
        except DomainError as error:
            raise DomainError(f"{target.label}：{error}") from error
        if value is not None:
            found.append(FigureTold(indicator=key.removeprefix("indicator."), **value))
    return found
