"""Rows of the database as they are told in the exchange format."""

from decimal import Decimal
from typing import Any

from kexie.registers.models import Basis, Figure, FigureColumns, Revision
from kexie.registers.revisions import EntryTold, FigureTold


def entry_told(row: Revision) -> EntryTold:
    """Return a revision with its figures and sources; derived figures are left out, they will be derived again."""
    return EntryTold(
        id=row.entry.uid,
        register=row.entry.register.code,
        organisation=row.organisation.code,
        title=row.title,
        start=row.start,
        end=row.end,
        status=row.status,
        revision=row.number,
        place=row.place,
        places=row.places,
        work_area=row.work_area,
        kind=row.kinds,
        campaigns=row.campaigns,
        partners=row.partners,
        role=row.role,
        occurrences=row.occurrences,
        visibility=row.visibility,
        fields=row.fields,
        figures=[_figure(figure) for figure in row.figures.all()] if row.figures_given else None,
        void_reason=row.reason,
        sources=[source.told for source in row.sources.all()],
    )


def _figure(row: Figure) -> FigureTold:
    return FigureTold(
        **number_told(row),
        mode=row.mode,
        groups=row.groups,
        basis=row.basis or Basis.UNKNOWN.value,
        part_of=row.part_of.position if row.part_of else None,
    )


def number_told(row: FigureColumns) -> dict[str, Any]:
    """Return indicator, value, qualifier and bounds as keys of the format; implied bounds are left out."""

    def told(value: int | None) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-row.indicator.scale)

    implied = {"exact": ("low", "high"), "at_least": ("low",), "at_most": ("high",)}.get(row.qualifier, ())
    high_is_exclusive_unless_said = row.qualifier == "at_least" and row.high is not None
    return {
        "indicator": row.indicator.code,
        "value": told(row.value),
        "qualifier": row.qualifier,
        "low": None if "low" in implied else told(row.low),
        "high": None if "high" in implied else told(row.high),
        "low_exclusive": row.low_exclusive or None,
        "high_exclusive": row.high_exclusive if high_is_exclusive_unless_said else row.high_exclusive or None,
    }
