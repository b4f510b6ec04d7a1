"""From measures to totals: units, formulas, the indicators that were asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from kexie.core.errors import DomainError
from kexie.totals.measures import Measure, Qualifier, printed_word
from kexie.totals.models import Indicator, IndicatorKind

ADDED = (IndicatorKind.FLOW, IndicatorKind.DISTINCT)
FORMULAS = (IndicatorKind.RATIO, IndicatorKind.MEAN)


@dataclass(frozen=True, slots=True)
class Total:
    """The value of an indicator, in its unit. ``low`` and ``high`` bound it (``high`` None: no bound).

    ``entries`` is how many entries it is the sum of (of a formula: its part with more), ``stated`` how many statements
    stand in it for missing entries; ``as_of`` the oldest day among the values of a stock.
    """

    indicator: str
    value: Decimal
    low: Decimal
    high: Decimal | None
    low_exclusive: bool
    high_exclusive: bool
    qualifier: Qualifier
    entries: int
    as_of: date | None = None
    stated: int = 0

    @property
    def word(self) -> str:
        """What is printed beside the value so that both are true."""
        return printed_word(qualifier=self.qualifier, value=self.value, low=self.low, high=self.high)


@dataclass(frozen=True, slots=True)
class Parts:
    """What an answer is made of, by indicator id: flows, statements in them, stocks with their oldest day."""

    flows: Mapping[int, Measure] = field(default_factory=dict)
    stated: Mapping[int, int] = field(default_factory=dict)
    stocks: Mapping[int, tuple[Measure, date | None]] = field(default_factory=dict)


class Wanted:
    """The indicators that were asked for, those that their formulas need, and how measures become totals."""

    def __init__(self, codes: Iterable[str] | None) -> None:
        self._indicators = {indicator.pk: indicator for indicator in Indicator.objects.all()}
        self._codes = None if codes is None else set(codes)
        needed = [i for i in self._indicators.values() if self._codes is None or i.code in self._codes]
        formulas = {part for i in needed if i.kind in FORMULAS for part in parts_of(i)}
        self.stocks = {
            pk: i.valid_months
            for pk, i in self._indicators.items()
            if i.kind == IndicatorKind.STOCK and (i in needed or i.code in formulas)
        }

    def answer(self, parts: Parts, *, formulas: bool = True) -> dict[str, Total]:
        """Return the totals that were asked for, in the catalogue's order."""
        every: dict[str, Total] = {}
        for pk, indicator in self._indicators.items():
            if pk in parts.stocks:
                every[indicator.code] = _total(indicator, *parts.stocks[pk])
            elif pk in parts.flows and indicator.kind in ADDED:
                every[indicator.code] = _total(indicator, parts.flows[pk], None, parts.stated.get(pk, 0))
        for indicator in self._indicators.values():
            if formulas and indicator.kind in FORMULAS and (value := _quotient(indicator, every)):
                every[indicator.code] = value
        order = [indicator.code for indicator in self._indicators.values()]
        return {code: every[code] for code in order if code in every and (self._codes is None or code in self._codes)}


def parts_of(indicator: Indicator) -> tuple[str, str]:
    """Return the codes of numerator and denominator of a ratio or mean."""
    return indicator.formula["numerator"], indicator.formula["denominator"]


def refuse_missing_formula(*, indicator: Indicator, found: Mapping[str, Total]) -> None:
    """Raise DomainError, naming the part that is nothing, when a ratio or mean has no value in ``found``.

    ``found`` are the totals of its parts. To be called for an indicator that was asked for by its name.
    """
    if indicator.kind not in FORMULAS or _quotient(indicator, found):
        return
    names = dict(Indicator.objects.filter(code__in=parts_of(indicator)).values_list("code", "name"))
    missing = [f"{names[code]}没有记录" for code in parts_of(indicator) if code not in found]
    zero = parts_of(indicator)[1]
    reason = "，".join(missing) or f"{names[zero]}是 0"
    raise DomainError(f"{indicator.name}算不出来：{reason}")


def _total(indicator: Indicator, measure: Measure, as_of: date | None, stated: int = 0) -> Total:
    def decimal(value: int) -> Decimal:
        return Decimal(value).scaleb(-indicator.scale)

    return Total(
        indicator=indicator.code,
        value=decimal(measure.value),
        low=decimal(measure.low),
        high=None if measure.upper is None else decimal(measure.upper),
        low_exclusive=measure.low_exclusive > 0,
        high_exclusive=measure.upper is not None and measure.high_exclusive > 0,
        qualifier=measure.qualifier,
        entries=measure.entries,
        as_of=as_of,
        stated=stated,
    )


def _quotient(indicator: Indicator, every: Mapping[str, Total]) -> Total | None:
    """The value of a ratio or mean, rounded half up to its scale; None over nothing."""
    above, below = (every.get(code) for code in parts_of(indicator))
    if above is None or below is None or below.value == 0:
        return None
    factor = 100 if indicator.kind == IndicatorKind.RATIO else 1
    step = Decimal(1).scaleb(-indicator.scale)
    value = (above.value * factor / below.value).quantize(step, rounding=ROUND_HALF_UP)
    exact = above.qualifier == below.qualifier == "exact"
    return Total(
        indicator=indicator.code,
        value=value,
        low=value if exact else Decimal(0),
        high=value if exact else None,
        low_exclusive=False,
        high_exclusive=False,
        qualifier="exact" if exact else "about",
        entries=max(above.entries, below.entries),
        as_of=min((day for day in (above.as_of, below.as_of) if day), default=None),
        stated=above.stated + below.stated,
    )
