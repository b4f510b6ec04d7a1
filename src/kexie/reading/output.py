"""A Reading as JSON-ready dicts, in the key order of the contract (``kexie read --json``)."""

from decimal import Decimal
from typing import Any

from kexie.reading.model import Document, Figure, Reading, Section


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
        "activities": [],
        "figures": [_figure(f) for f in d.figures],
        "targets": [],
        "checks": [],
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
        "low_exclusive": f.low_exclusive,
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


def number(value: Decimal | None) -> int | float | None:
    """A Decimal as a JSON number."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
