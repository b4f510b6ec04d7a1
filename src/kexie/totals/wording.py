"""Words for the values of cuts, and the order in which they are listed."""

from functools import cache

from kexie.catalogue import folder, load
from kexie.totals.models import Indicator, IndicatorKind
from kexie.totals.queries import Cut

UNSAID = "未说明"
_MODES = {"offline": "线下", "online": "线上"}


@cache
def _labels(cut: Cut) -> dict[str, str]:
    match cut:
        case "mode":
            return _MODES
        case "work_area":
            return {area["code"]: area["name"] for area in load("work_areas")}
        case "campaign":
            return {campaign["code"]: campaign["name"] for campaign in load("campaigns")}
        case "kind":
            registers = sorted((load(name) for name in folder("registers")), key=lambda each: each["order"])
            return {code: label for register in registers for code, label in register.get("kinds", {}).items()}
        case "group":
            return {}


def cut_label(cut: Cut, value: str) -> str:
    """Return what people call a value of a cut; one that the catalogue does not know is called as it was told."""
    return _labels(cut).get(value, value) or UNSAID


def in_order(cut: Cut, values: list[str]) -> list[str]:
    """Return the values in the catalogue's order, others after them, what was not said last."""
    order = {value: position for position, value in enumerate(_labels(cut))}
    return sorted(values, key=lambda value: (not value, order.get(value, len(order)), value))


def indicator_label(indicator: Indicator) -> str:
    """Return the name; persons that nothing has counted once only are marked."""
    return f"{indicator.name}（未去重）" if indicator.kind == IndicatorKind.DISTINCT else indicator.name
