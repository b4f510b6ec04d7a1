"""The words by which events are recognised, compiled (``catalogue/lexicon/activities.yaml``)."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns under the names of their entries; ``weight`` by head, ``role`` by verb."""

    head: re.Pattern[str]
    weight: dict[str, int]
    not_behind: re.Pattern[str]
    verb: re.Pattern[str]
    role: dict[str, str]
    refers: re.Pattern[str]
    generic: re.Pattern[str]
    led: re.Pattern[str]
    awarded: re.Pattern[str]
    named: re.Pattern[str]
    same_day: re.Pattern[str]
    visit: re.Pattern[str]
    screening: re.Pattern[str]
    opened: re.Pattern[str]
    not_before: re.Pattern[str]
    subject: re.Pattern[str]
    within: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    data = load("lexicon/activities")
    weight = {word: int(w) for w, words in data["heads"].items() for word in words}
    role = dict.fromkeys(data["host"], "organiser")
    role |= dict.fromkeys(data["help"], "co-organiser") | dict.fromkeys(data["join"], "participant")
    many = [word for word in role if len(word) > 1]
    names = ("not_before", "subject", "within", "not_behind", "led", "awarded", "named")
    forms = ("same_day", "visit", "screening", "opened")
    return Lexicon(
        head=re.compile(f"{any_of(weight)}|{data['head_re']}"),
        weight=weight,
        verb=re.compile(f"(?:{any_of(many)})(?!好)(?:了|过|着)?|(?:{data['one_character_re']})了?"),
        role=role,
        refers=re.compile(any_of(data["refers"])),
        generic=re.compile(any_of(data["generic"])),
        **{name: re.compile(data[f"{name}_re"]) for name in (*names, *forms)},
    )
