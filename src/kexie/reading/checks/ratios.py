"""Percentages: those that cannot be, and those that do not fit the numbers beside them."""

from collections.abc import Sequence
from decimal import Decimal

from kexie.reading.checks.lexicon import lexicon
from kexie.reading.figures import Match
from kexie.reading.model import Check, Figure

_PEOPLE = frozenset(("人", "人次", "人(次)", "名"))
_FAR = 80  # characters: how far before a ratio the numbers stand of which it is one


def number(value: Decimal) -> str:
    """``value`` as a clerk writes it."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def impossible(text: str, told: Sequence[tuple[Match, Figure]]) -> list[Check]:
    """Rates of more than a hundred per cent, unless they tell how something grew."""
    return [
        Check("impossible value", f"{figure.counted}不会超过100%：“{figure.quote}”", ((figure.start, figure.end),))
        for match, figure in told
        if match.kind == "percent"
        and match.value is not None
        and match.value > 100
        and lexicon().rate.search(figure.counted or "")
        and not lexicon().growth.search(text, max(0, match.start - 16), match.start)
    ]


def differing(text: str, told: Sequence[tuple[Match, Figure]]) -> list[Check]:
    """Shares (占40%) that differ from the quotient of the two numbers of one unit told before them in the sentence."""
    checks = []
    for i, (match, figure) in enumerate(told):
        if match.kind != "percent" or figure.qualifier != "exact" or not match.value:
            continue
        if not lexicon().share.search(text, max(0, match.start - 8), match.start):
            continue
        pair = _pair(text, told, i)
        if pair is None:
            continue
        part, whole = pair
        assert part.value is not None and whole.value is not None
        told_places = -int(match.value.normalize().as_tuple().exponent)
        step = Decimal(1).scaleb(-max(0, told_places))
        expected = part.value * 100 / whole.value
        if abs(expected - match.value) <= step:
            continue
        proposal = f"{number(expected.quantize(step))}%"
        spans = tuple((f.start, f.end) for f in (figure, part, whole))
        message = f"“{part.quote}”占“{whole.quote}”的{proposal}，与“{figure.quote}”不符，请核对"
        checks.append(Check("ratio differs", message, spans, proposal))
    return checks


def _pair(text: str, told: Sequence[tuple[Match, Figure]], at: int) -> tuple[Figure, Figure] | None:
    """The part and the whole before the share at ``at``: exact numbers of one unit, the second told to be a part."""
    if at < 2:
        return None
    (first, whole), (second, part) = told[at - 2], told[at - 1]
    if told[at][0].start - first.start > _FAR or "。" in text[first.end : told[at][0].start]:
        return None
    for figure in (whole, part):
        if figure.kind not in ("count", "money") or figure.qualifier != "exact" or figure.per or not figure.value:
            return None
    alike = whole.unit == part.unit or {whole.unit, part.unit} <= _PEOPLE
    if not alike or part.value is None or whole.value is None or part.value > whole.value:
        return None
    return (part, whole) if lexicon().of_which.search(text, first.end, second.start) else None
