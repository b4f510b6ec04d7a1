"""The hedges and the fixed words that are no figures, compiled from the catalogue."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of
from kexie.reading.units import Unit


@dataclass(frozen=True, slots=True)
class Lexicon:
    """``before_last`` are the characters with which a hedge before a number can end, ``after_first`` those with which
    one behind the measure word can begin: most numbers have neither, and need no pattern. ``implied`` are units with
    the words behind which they need not be written, and whether numbers without 万 can go without them, too; one of
    the characters of ``implied_hint`` is in every such word."""

    before: re.Pattern[str]
    before_kind: dict[str, str]
    before_last: frozenset[str]
    after: re.Pattern[str]
    after_kind: dict[str, str]
    after_first: frozenset[str]
    terms: re.Pattern[str]
    furniture: re.Pattern[str]
    great_nouns: re.Pattern[str]
    great_not: re.Pattern[str]
    duration_before: re.Pattern[str]
    slogans: re.Pattern[str]
    implied: tuple[tuple[Unit, re.Pattern[str], bool], ...]
    implied_hint: re.Pattern[str]


@cache
def lexicon() -> Lexicon:
    """``lexicon/hedges`` and ``lexicon/not_figures``."""
    hedges, fixed, implied = load("lexicon/hedges"), load("lexicon/not_figures"), load("lexicon/implied_units")
    before = {word: kind for kind, words in hedges["before"].items() for word in words}
    last = {word[-1] for row in implied if row["always"] for word in row["words"]}
    after = {word: kind for kind, words in hedges["after"].items() for word in words}
    return Lexicon(
        before=re.compile(f"(?:{any_of(before)}) ?$"),
        before_kind=before,
        before_last=frozenset(word[-1] for word in before),
        after=re.compile(any_of(after)),
        after_kind=after,
        after_first=frozenset(word[0] for word in after),
        terms=re.compile(any_of(fixed["terms"])),
        furniture=re.compile(f"(?:{any_of(fixed['furniture_before'])})[(]?$"),
        great_nouns=re.compile(any_of(fixed["great_nouns"])),
        great_not=re.compile(any_of(fixed["great_not"])),
        duration_before=re.compile(f"(?:{any_of(fixed['duration_before'])})了?(?:[超近约]过?)?$"),
        slogans=re.compile(any_of(fixed["slogans"])),
        implied=tuple(
            (
                Unit(row["unit"], row["kind"], True, None),
                re.compile(f"(?:{any_of(row['words'])})[^,。;:、\\d]{{0,8}}$"),
                row["always"],
            )
            for row in implied
        ),
        implied_hint=re.compile(f"[{''.join(last)}]"),
    )
