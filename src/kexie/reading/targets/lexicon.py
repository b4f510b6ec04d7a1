"""The words of promises, compiled (``catalogue/lexicon/targets.yaml``)."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of

HAN = r"\u4e00-\u9fff"


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Patterns under the names of their entries."""

    abstract: re.Pattern[str]
    abstract_units: frozenset[str]
    one: re.Pattern[str]
    strength: re.Pattern[str]
    hoped: frozenset[str]
    reach: re.Pattern[str]
    lead: re.Pattern[str]
    tail: re.Pattern[str]
    lower: re.Pattern[str]
    empty: re.Pattern[str]
    due: list[tuple[re.Pattern[str], int]]
    assigned: re.Pattern[str]
    baseline: re.Pattern[str]
    growth: re.Pattern[str]
    whole: re.Pattern[str]
    covered: re.Pattern[str]
    none: re.Pattern[str]
    doubled: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    data = load("lexicon/targets")
    return Lexicon(
        abstract=re.compile(f"(?:{any_of(data['abstract'])})$|^的?(?:{any_of(data['abstract'])})的"),
        abstract_units=frozenset(data["abstract_units"]),
        one=re.compile(
            f"(?:{any_of(data['one_verbs'])})(?P<one>一(?P<unit>{any_of(data['one_units'])}))"
            f"|(?P<each>{any_of(data['one_each'])})(?P<one2>一个?(?P<unit2>{any_of(data['one_each_units'])}))"
        ),
        strength=re.compile(any_of([*data["hoped"], *data["firm"]])),
        hoped=frozenset(data["hoped"]),
        reach=re.compile(f"(?:{any_of(data['reach'])})了?$"),
        lead=re.compile(f"(?:[^{HAN}“《\\d]|[\\d一二三四五六七八九十]+[、.)]|{any_of(data['lead'])})++"),
        tail=re.compile(f"(?:{any_of(data['tail'])})+$"),
        lower=re.compile(f"(?:{any_of(data['lower'])})[^,。;、\\d]{{0,6}}$"),
        empty=re.compile(f"(?:{any_of([*data['lead'], *data['tail'], *data['hoped'], *data['firm']])})+"),
        due=[(re.compile(any_of(row["words"])), row["month"]) for row in data["due_words"]],
        **{
            name: re.compile(data[f"{name}_re"])
            for name in ("assigned", "baseline", "growth", "whole", "covered", "none", "doubled")
        },
    )
