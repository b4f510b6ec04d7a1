"""What is held of the stocks that were booked before their steps were kept."""

from collections import defaultdict
from typing import Any

from django.db import migrations

from kexie.totals.holding import Step, Value, spans
from kexie.totals.measures import MEASURE_FIELDS, Measure


def fill(apps: Any, schema_editor: Any) -> None:
    fact, lineage = apps.get_model("totals", "Fact"), apps.get_model("orgs", "Lineage")
    span_model, sum_model = apps.get_model("totals", "StockSpan"), apps.get_model("totals", "StockSum")
    values: defaultdict[int, dict[tuple[int, int], Value]] = defaultdict(dict)
    facts = fact.objects.filter(indicator__kind="stock", part=False).select_related("posting")
    for row in facts.iterator(chunk_size=2000):
        key = (row.indicator_id, row.posting.entry)
        known = values[row.posting.organisation_id].get(key)
        measure = (known.measure if known else Measure(entries=1)) + Measure.of(row)
        values[row.posting.organisation_id][key] = Value(row.indicator_id, row.posting.day, row.posting.entry, measure)
    steps: defaultdict[Step, Measure] = defaultdict(Measure)
    for organisation, told in values.items():
        rows = lineage.objects.filter(organisation=organisation).order_by("valid_from")
        standings = list(rows.values_list("valid_from", "valid_until", "path", "department_depth"))
        found = list(spans(told.values(), standings))
        span_model.objects.bulk_create(
            span_model(
                organisation_id=organisation,
                indicator_id=span.indicator,
                first=span.first,
                until=span.until,
                day=span.day,
                path=span.path,
                department_depth=span.department_depth,
                **columns(span.measure),
            )
            for span in found
        )
        for span in found:
            for step, measure in span.steps():
                steps[step] += measure
    sum_model.objects.bulk_create(
        [
            sum_model(
                ancestor_id=ancestor, month=month, indicator_id=indicator, outside=outside, day=day, **columns(measure)
            )
            for (ancestor, month, indicator, outside, day), measure in steps.items()
        ],
        batch_size=500,
    )


def columns(measure: Measure) -> dict[str, int]:
    return {name: getattr(measure, name) for name in MEASURE_FIELDS}


class Migration(migrations.Migration):
    dependencies = [("totals", "0005_stock_sums")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
