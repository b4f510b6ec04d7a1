"""Whether what people are told (``totals.queries``) is what the expression says, ratios and printed bounds included."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from kexie.core.periods import months_between
from kexie.orgs.models import Organisation
from kexie.registers.verification.differences import Difference
from kexie.registers.verification.engine import DuckDB
from kexie.registers.verification.expression import Totals
from kexie.registers.verification.tables import MEASURES
from kexie.totals.models import Indicator
from kexie.totals.queries import SCOPES, Total, totals_by_month

_NAMES = tuple(field.name for field in fields(Total) if field.name != "indicator")

Answer = dict[str, Any]  # what a Total has, by name


class Answers:
    """Asks for the totals of one organisation after the other and compares each with the expression."""

    def __init__(self, engine: DuckDB, totals: Totals, months: list[int]) -> None:
        self._engine, self._totals, self._months = engine, totals, months
        self._indicators = {indicator.pk: indicator for indicator in Indicator.objects.all()}

    def differences(self, organisation: Organisation) -> Iterator[Difference]:
        """Yield where an answer for ``organisation``, in any month and scope, is not the expression's."""
        expected = self._expected(organisation.pk)
        for scope in SCOPES:
            told = totals_by_month(
                organisation=organisation, first_month=self._months[0], last_month=self._months[-1], scope=scope
            )
            for month in months_between(self._months[0], self._months[-1]):
                answers = {code: _fields(total) for code, total in told.get(month, {}).items()}
                due = expected.get((month, scope), {})
                for indicator in self._indicators.values():
                    yield from _compared(
                        organisation, month, indicator, scope, due.get(indicator.code), answers.get(indicator.code)
                    )

    def _expected(self, organisation: int) -> dict[tuple[int, str], dict[str, Answer]]:
        found: dict[tuple[int, str], dict[str, Answer]] = defaultdict(dict)
        rows: dict[tuple[int, str, int], dict[str, Any]] = {}
        for table in (self._totals.flows, self._totals.stocks, self._totals.stated):
            for row in self._engine.rows(table.filter(table.ancestor == organisation)):
                key = (row["month"], row["scope"], row["indicator"])
                known = rows.get(key, {**dict.fromkeys(MEASURES, 0), "stated": 0, "as_of": row.get("as_of")})
                more = {name: known[name] + row[name] for name in MEASURES}
                rows[key] = known | more | {"stated": known["stated"] + ("id" in row)}
        for (month, scope, pk), row in rows.items():
            indicator = self._indicators[pk]
            found[month, scope][indicator.code] = _answer(row, indicator.scale)
        for values in found.values():
            for indicator in self._indicators.values():
                if indicator.formula and (quotient := _quotient(indicator, values)):
                    values[indicator.code] = quotient
        return found


def _compared(
    organisation: Organisation,
    month: int,
    indicator: Indicator,
    scope: str,
    expected: Answer | None,
    found: Answer | None,
) -> Iterator[Difference]:
    due, told = expected or {}, found or {}
    columns = [name for name in _NAMES if due.get(name) != told.get(name)]
    if columns:
        yield Difference(
            organisation=organisation.pk,
            month=month,
            indicator=indicator.pk,
            scope=scope,
            what="answers",
            expected={name: due.get(name) for name in columns},
            found={name: told.get(name) for name in columns},
        )


def _fields(total: Total) -> Answer:
    return {name: getattr(total, name) for name in _NAMES}


def _answer(row: Mapping[str, Any], scale: int) -> Answer:
    """A row of the expression in the unit of its indicator, with the qualifier that its parts give it."""
    kinds = {name for name in ("at_least", "at_most", "about", "range") if row[name]}
    bounded = row["without_high"] == 0
    day = row["as_of"]
    return {
        "value": Decimal(row["value"]).scaleb(-scale),
        "low": Decimal(row["low"]).scaleb(-scale),
        "high": Decimal(row["high"]).scaleb(-scale) if bounded else None,
        "low_exclusive": row["low_exclusive"] > 0,
        "high_exclusive": bounded and row["high_exclusive"] > 0,
        "qualifier": "exact" if not kinds else "about" if len(kinds) > 1 else kinds.pop(),
        "entries": row["entries"],
        "as_of": date(day // 10000, day // 100 % 100, day % 100) if day else None,
        "stated": row["stated"],
    }


def _quotient(indicator: Indicator, values: Mapping[str, Answer]) -> Answer | None:
    """The value of a ratio (in percent) or a mean from the totals of its parts; none over nothing."""
    above, below = values.get(indicator.formula["numerator"]), values.get(indicator.formula["denominator"])
    if above is None or below is None or not below["value"]:
        return None
    hundred = 100 if indicator.kind == "ratio" else 1
    value = above["value"] * hundred / below["value"]
    value = value.quantize(Decimal(1).scaleb(-indicator.scale), rounding=ROUND_HALF_UP)
    exact = above["qualifier"] == "exact" and below["qualifier"] == "exact"
    return {
        "value": value,
        "low": value if exact else Decimal(0),
        "high": value if exact else None,
        "low_exclusive": False,
        "high_exclusive": False,
        "qualifier": "exact" if exact else "about",
        "entries": max(above["entries"], below["entries"]),
        "as_of": min((each["as_of"] for each in (above, below) if each["as_of"]), default=None),
        "stated": above["stated"] + below["stated"],
    }
