"""The indicators of the catalogue in the database."""

from kexie.catalogue import load
from kexie.totals.models import Indicator


def sync_indicators() -> None:
    """Bring the indicators of the catalogue into the database; none is ever taken out."""
    fields = ("name", "unit", "kind", "scale", "valid_months", "formula", "order")
    known = {row.code: [getattr(row, name) for name in fields] for row in Indicator.objects.all()}
    told = [
        Indicator(code=item["code"], order=order, **{name: item[name] for name in fields if name in item})
        for order, item in enumerate(load("indicators"))
    ]
    rows = [row for row in told if known.get(row.code) != [getattr(row, name) for name in fields]]
    Indicator.objects.bulk_create(rows, update_conflicts=True, unique_fields=["code"], update_fields=[*fields])
