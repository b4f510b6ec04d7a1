"""A Reading as JSON-ready dicts, in the key order of the contract (``kexie read --json``)."""

from decimal import Decimal
from typing import Any

from kexie.reading.model import Activity, Check, Document, Figure, Reading, Section, Target


def to_json(reading: Reading) -> dict[str, Any]:
    """``{"source": {...}, "documents": [...]}``: numbers are int when integral, else float; order is fixed."""
    source = reading.source
    return {
        "source": {"name": source.name, "sha256": source.sha256, "characters": len(source.text)},
        "documents": [_document(d) for d in reading.documents],
    }


def _document(d: Document) -> dict[str, Any]:
    return {
        "index": d.index,
        "start": d.start,
        "end": d.end,
        "title": d.title,
        "kind": d.kind,
        "organisation": d.organisation,
        "level": d.level,
        "period": d.period,
        "near_duplicate_of": d.near_duplicate_of,
        "sections": [_section(s) for s in d.sections],
        "activities": [_activity(a) for a in d.activities],
        "figures": [_figure(f) for f in d.figures],
        "targets": [_target(t) for t in d.targets],
        "checks": [_check(c) for c in d.checks],
    }


def _section(s: Section) -> dict[str, Any]:
    return {
        "number": s.number,
        "level": s.level,
        "title": s.title,
        "work_area": s.work_area,
        "start": s.start,
        "end": s.end,
    }


def _figure(f: Figure) -> dict[str, Any]:
    return {
        "start": f.start,
        "end": f.end,
        "quote": f.quote,
        "value": number(f.value),
        "qualifier": f.qualifier,
        "low": number(f.low),
        "high": number(f.high),
        "soft_high": number(f.soft_high),
        "unit": f.unit,
        "counted": f.counted,
        "kind": f.kind,
        "status": f.status,
        "negated": f.negated,
        "whole": f.whole,
        "part_of": f.part_of,
        "per": f.per,
        "period": f.period,
        "activity": f.activity,
        "indicator": f.indicator,
        "suspect": list(f.suspect),
        "repaired_from": f.repaired_from,
    }


def _activity(a: Activity) -> dict[str, Any]:
    return {
        "id": a.id,
        "start": a.start,
        "end": a.end,
        "title": a.title,
        "start_date": a.start_date,
        "end_date": a.end_date,
        "place": a.place,
        "organisers": list(a.organisers),
        "role": a.role,
        "occurrences": a.occurrences,
        "campaign": a.campaign,
        "audience": a.audience,
        "same_as": a.same_as,
    }


def _target(t: Target) -> dict[str, Any]:
    return {
        "start": t.start,
        "end": t.end,
        "quote": t.quote,
        "metric": t.metric,
        "comparator": t.comparator,
        "value": number(t.value),
        "value_max": number(t.value_max),
        "unit": t.unit,
        "per": t.per,
        "due": t.due,
        "strength": t.strength,
        "assigned_by": t.assigned_by,
    }


def _check(c: Check) -> dict[str, Any]:
    return {"kind": c.kind, "message": c.message, "spans": [list(s) for s in c.spans], "proposal": c.proposal}


def number(value: Decimal | None) -> int | float | None:
    """A Decimal as a JSON number."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
