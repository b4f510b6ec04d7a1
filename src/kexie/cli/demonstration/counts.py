"""Numbers as offices write them: exact, or with 余, 多, 以上, 约, 近 or as a range, and the words that say so."""

from typing import Any

from kexie.cli.demonstration.dice import Dice

# field -> what the source says of it; only these are ever written loosely
WORDS = {
    "person_times": "参与群众{}人次",
    "online_person_times": "线上观看{}人次",
    "materials": "发放资料{}份",
    "gifts": "发放宣传品{}件",
    "consultations": "接受咨询{}人次",
    "books": "赠送图书{}册",
}
STYLES = [("exact", 74), ("余", 12), ("多", 4), ("以上", 3), ("约", 4), ("近", 2), ("range", 1)]
# Nobody writes 约 of what was handed out or counted at the door: a single 约 makes the county's total an 约.
COUNTED = {"person_times", "online_person_times", "materials", "books"}
AT_LEAST = {"约": "余", "近": "余", "range": "余"}


def loosely(dice: Dice, key: str, count: int) -> tuple[int | dict[str, Any], str]:
    """The number as it is entered, and the words of the source ("" where it is exact).

    The bounds follow the design: 余 and 多 reach up to one unit of the last digit that is not 0, exclusive.
    """
    style = dice.weighted(STYLES) if key in WORDS and count >= 60 else "exact"
    if key in COUNTED:
        style = AT_LEAST.get(style, style)
    if style == "exact":
        return count, ""
    unit = 10 if count < 1000 else 100
    floor = count // unit * unit
    if style in ("余", "多"):
        step = unit
        while floor % (step * 10) == 0:
            step *= 10
        number: dict[str, Any] = {"value": floor, "qualifier": "at_least", "low": floor, "high": floor + step}
        words = f"{floor}{style}"
    elif style == "以上":
        number = {"value": floor, "qualifier": "at_least", "low": floor}
        words = f"{floor}以上"
    elif style == "约":
        number = {"value": floor, "qualifier": "about"}
        words = f"约{floor}"
    elif style == "近":
        number = {"value": floor + unit, "qualifier": "about", "high": floor + unit}
        words = f"近{floor + unit}"
    else:
        number = {"qualifier": "range", "low": floor, "high": floor + 2 * unit}
        words = f"{floor}至{floor + 2 * unit}"
    return number, WORDS[key].format(words)


def value_of(number: int | float | dict[str, Any]) -> int:
    """What a number adds to a sum: its value, the low of a range."""
    if isinstance(number, dict):
        return int(number["value"] if "value" in number else number["low"])
    return int(number)
