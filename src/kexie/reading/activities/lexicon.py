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
    summed: re.Pattern[str]
    not_event: re.Pattern[str]
    statistic: re.Pattern[str]
    purpose: re.Pattern[str]
    trouble: re.Pattern[str]
    result: re.Pattern[str]
    season: re.Pattern[str]
    sight: re.Pattern[str]
    arrival: re.Pattern[str]
    bring: re.Pattern[str]
    lecture: re.Pattern[str]
    deed: re.Pattern[str]
    themes: list[re.Pattern[str]]
    theme: re.Pattern[str]

    def weight_of(self, head: str) -> int:
        """How surely a name that ends in ``head`` is an event; 会议 weighs what its 会 does."""
        return self.weight.get(head) or self.weight.get(head.removesuffix("议"), 1)


@cache
def lexicon() -> Lexicon:
    data = load("lexicon/activities")
    weight = {word: int(w) for w, words in data["heads"].items() for word in words}
    role = dict.fromkeys(data["host"], "organiser")
    role |= dict.fromkeys(data["help"], "co-organiser") | dict.fromkeys(data["join"], "participant")
    many = [word for word in role if len(word) > 1]
    names = ("not_before", "subject", "within", "not_behind", "led", "awarded", "named", "summed", "not_event")
    told = ("statistic", "purpose", "trouble", "result", "season", "same_day")
    forms = ("visit", "screening", "opened", "sight", "arrival", "bring", "lecture", "deed")
    theme = f"(?:{any_of(data['campaigns'])}|{data['campaign_re']})"
    days = rf"(?:20\d\d年)?(?:第[一-龥\d]{{1,4}}届)?[“\"]?{theme}[”\"]?(?:活动(?=[、和与及期]))?"
    days = f"{days}(?:(?:、|和|与|及|以及){days})*+"
    verb = any_of(many, f"(?!好|{data['not_verb_re']})(?:了|过|着)?")
    head = f"{any_of(weight, '(?:(?<=会)议(?![程题案]))?')}|{data['head_re']}"
    return Lexicon(
        head=re.compile(head),
        weight=weight | data["head_weights"],
        verb=re.compile(f"{verb}|{any_of(data['one_character'], data['one_character_re'])}"),
        role=role,
        themes=[re.compile(form.replace("DAYS", days)) for form in data["theme_forms"]],
        theme=re.compile(theme),
        refers=re.compile(any_of(data["refers"])),
        generic=re.compile(any_of(data["generic"])),
        **{name: re.compile(data[f"{name}_re"]) for name in (*names, *told, *forms)},
    )
