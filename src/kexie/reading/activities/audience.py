"""Whom an event addressed."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of

_QUANTITY = re.compile(r"[\d,.万]+(?:余|多)?[名个位所户家人支]")
_BOOK = re.compile(r"《[^》]*》?")
_LONGEST = 16  # characters of an audience


@dataclass(frozen=True, slots=True)
class _Lexicon:
    people: re.Pattern[str]
    forms: list[re.Pattern[str]]
    not_audience: re.Pattern[str]
    lead: re.Pattern[str]
    named: re.Pattern[str]
    implied: dict[str, str]


@cache
def _lexicon() -> _Lexicon:
    data = load("lexicon/activities")
    people = any_of(data["people"])
    number = r"[共达近约]{0,2}\d[\d,.万]*(?:余|多)?(?:名|人次|人|位|户)?"
    who = rf"(?P<who>(?:[一-龥、]|\d[\d,.]*+){{0,24}}?(?:{people}))(?:代表|朋友|们)?(?:{number})?"
    return _Lexicon(
        people=re.compile(people),
        forms=[re.compile(form.replace("WHO", who)) for form in data["audience_forms"]],
        not_audience=re.compile(data["audience_not_re"]),
        lead=re.compile(data["audience_lead_re"]),
        named=re.compile(f"(?:全[省市县区镇乡]|广大)?(?:{any_of(data['people_in_names'])})"),
        implied=data["audience_implied"],
    )


def told_in(text: str) -> str | None:
    """Whom an event addressed, as its sentences tell: 向居民宣传 → 居民, 80名教师参加 → 教师."""
    lexicon = _lexicon()
    if not lexicon.people.search(text):
        return None
    best: tuple[int, str] | None = None
    for form in lexicon.forms:
        for match in form.finditer(text):
            who = _named(match["who"])
            if who is not None and (best is None or match.start() < best[0]):
                best = match.start(), who
                break
    return best[1] if best else None


def _named(words: str) -> str | None:
    """``words`` without quantities and what leads to them; None where they name nobody."""
    lexicon = _lexicon()
    who = _QUANTITY.split(words)[-1].strip("、的了,.")
    while (lead := lexicon.lead.match(who)) and lead.end():
        who = who[lead.end() :]
    if not 2 <= len(who) <= _LONGEST or any(c.isdigit() for c in who) or lexicon.not_audience.search(who):
        return None
    return who


def named_in(title: str) -> str | None:
    """Whom the name of an event names or implies: 农民工培训 → 农民工, 科普进校园 → 学生."""
    lexicon = _lexicon()
    implied = next((people for word, people in lexicon.implied.items() if word in title), None)
    found = None if implied else lexicon.named.search(_BOOK.sub("", title))
    return found.group() if found else implied
