"""The tables of the export, as the database has them. Days are integers (20240331), so that every engine reads them.

The *raw* ones are what people told: the expression reads these and no others. The *booked* ones are what totals keep;
they are compared with what the expression says.
"""

import ibis
from ibis.expr import types as ir

from kexie.totals.measures import MEASURE_FIELDS, QUALIFIERS

_NUMBER = {
    "qualifier": "string",
    "value": "int64",
    "low": "int64",
    "high": "int64",
    "low_exclusive": "boolean",
    "high_exclusive": "boolean",
}

RAW: dict[str, dict[str, str]] = {
    "versions": {
        "organisation": "int64",
        "parent": "int64",
        "successor": "int64",
        "kind": "string",
        "since": "int64",
        "until": "int64",
    },
    "revisions": {"id": "int64", "entry": "int64", "number": "int64", "status": "string", "organisation": "int64",
                  "day": "int64"},
    "figures": {"revision": "int64", "indicator": "int64", "groups": "int64", "part_of": "int64", **_NUMBER},
    "members": {"team": "int64", "entry": "int64", "position": "int64"},
    "indicators": {"id": "int64", "kind": "string", "valid_months": "int64"},
    "stated": {"id": "int64", "organisation": "int64", "indicator": "int64", "first_month": "int64",
               "last_month": "int64", **_NUMBER},
    "months": {"month": "int64", "number": "int64", "last_day": "int64"},
}  # fmt: skip
BOOKED: dict[str, dict[str, str]] = {
    "sums": {"ancestor": "int64", "month": "int64", "indicator": "int64", "outside": "boolean",
             **dict.fromkeys(MEASURE_FIELDS, "int64")},
    "postings": {"id": "int64", "entry": "int64", "organisation": "int64", "day": "int64", "month": "int64"},
    "stamps": {"posting": "int64", "ancestor": "int64", "outside": "boolean"},
    "skips": {"posting": "int64", "ancestor": "int64", "indicator": "int64", "system": "boolean"},
    "facts": {"posting": "int64", "indicator": "int64", "part": "boolean", **_NUMBER},
    "steps": {"ancestor": "int64", "since": "int64", "indicator": "int64", "outside": "boolean", "day": "int64",
              **dict.fromkeys(MEASURE_FIELDS, "int64")},
    "spans": {"organisation": "int64", "first": "int64", "until": "int64", "indicator": "int64", "day": "int64",
              **dict.fromkeys(MEASURE_FIELDS, "int64")},
    "standings": {"organisation": "int64", "ancestor": "int64", "outside": "boolean", "since": "int64",
                  "until": "int64"},
}  # fmt: skip

MEASURES = (
    *("value", "low", "high", "entries", *QUALIFIERS),
    *("without_high", "low_exclusive", "high_exclusive"),
)
KEYS = ("ancestor", "month", "indicator", "scope")


def table(name: str) -> ir.Table:
    """Return the exported table ``name`` as an Ibis table that is bound to no engine."""
    return ibis.table(ibis.schema({**RAW, **BOOKED}[name]), name=name)
