"""Notes for the writer (report-writing rules §6): what a reader would throw the document back for. Never in the file.

Pure: it looks at a document and at what the caller knows of its surroundings, and changes nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from rapidfuzz import fuzz

from kexie.core.periods import Period
from kexie.reports.model import Document, Heading, Paragraph, Text
from kexie.reports.phrases import LintWords, Whole, area_names, summary_words

ALIKE = 80  # percent
_YEAR = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})年")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_DATES = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}日)?|\d{4}年|^\d{1,2}\. |(?:19|20)\d{2}(?=[—－-])")
_QUOTED = re.compile(r"“([^”]*)”")
_LEAST_PARAGRAPH = 30  # characters; shorter ones are alike by chance


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What the checks compare with: paragraphs of last year's report, short names in the official order, headings."""

    period: Period
    before: Sequence[str] = ()
    units: Sequence[str] = ()
    families: dict[str, dict[str, str]] = field(default_factory=dict)


def lint(document: Document, surroundings: Surroundings) -> list[str]:
    """Return the notes for a document, in the order of the text."""
    words = summary_words().lint
    paragraphs = [block for block in document.blocks if isinstance(block, Paragraph)]
    checks = (
        _years(paragraphs, surroundings.period, words),
        _repeated(paragraphs, surroundings.before, words),
        _told_twice(paragraphs, words),
        _sourceless(paragraphs, words),
        _mixed_headings(document, surroundings.families, words),
        _bare_adjectives(paragraphs, words),
        _worn_words(paragraphs, words),
        _out_of_order(paragraphs, surroundings.units, words),
        _private_names(paragraphs, words),
        _long_chapters(document, words),
        _sums(document, words),
    )
    return [note for check in checks for note in check]


def _years(paragraphs: Sequence[Paragraph], period: Period, words: LintWords) -> Iterator[str]:
    """A year that the period does not have; the one after it may be spoken of as what comes."""
    for paragraph in paragraphs:
        for found in _YEAR.finditer(paragraph.text):
            if int(found["year"]) not in (period.year, period.year + 1):
                yield words.notes["year"].format(year=found["year"], text=_start(paragraph))


def _repeated(paragraphs: Sequence[Paragraph], before: Sequence[str], words: LintWords) -> Iterator[str]:
    for paragraph in paragraphs:
        if len(paragraph.text) < _LEAST_PARAGRAPH:
            continue
        share = max((fuzz.ratio(paragraph.text, each) for each in before), default=0)
        if share >= ALIKE:
            yield words.notes["repeated"].format(share=int(share), text=_start(paragraph))


def _told_twice(paragraphs: Sequence[Paragraph], words: LintWords) -> Iterator[str]:
    """A title in quotation marks that stands in two paragraphs."""
    seen: dict[str, int] = {}
    for place, paragraph in enumerate(paragraphs):
        for title in dict.fromkeys(_QUOTED.findall(paragraph.text)):
            if len(title) > 3 and seen.setdefault(title, place) != place:
                yield words.notes["twice"].format(title=title)


def _sourceless(paragraphs: Sequence[Paragraph], words: LintWords) -> Iterator[str]:
    """Digits among the words that are neither a date nor a title."""
    for paragraph in paragraphs:
        plain = "".join(span.text if isinstance(span, Text) else "、" for span in paragraph.spans)
        for found in _DIGITS.findall(_DATES.sub("", _QUOTED.sub("", plain))):
            yield words.notes["sourceless"].format(number=found, text=_start(paragraph))


def _mixed_headings(document: Document, families: dict[str, dict[str, str]], words: LintWords) -> Iterator[str]:
    headings = [block.text.partition("、")[2] for block in document.blocks if isinstance(block, Heading)]
    used = {
        name for heading in headings for name, family in families.items() if heading in family.values()
    }  # fmt: skip
    if len(used) > 1 or (headings and max(map(len, headings)) - min(map(len, headings)) > words.heading_slack):
        yield words.notes["headings"]


def _bare_adjectives(paragraphs: Sequence[Paragraph], words: LintWords) -> Iterator[str]:
    for paragraph in paragraphs:
        if all(isinstance(span, Text) for span in paragraph.spans):
            for word in words.adjectives:
                if word in paragraph.text:
                    yield words.notes["adjective"].format(word=word, text=_start(paragraph))


def _worn_words(paragraphs: Sequence[Paragraph], words: LintWords) -> Iterator[str]:
    text = "".join(paragraph.text for paragraph in paragraphs)
    for word, most in words.worn.items():
        if text.count(word) > most:
            yield words.notes["worn"].format(word=word, n=text.count(word), most=most)


def _out_of_order(paragraphs: Sequence[Paragraph], units: Sequence[str], words: LintWords) -> Iterator[str]:
    """Units that are listed with 、 otherwise than in the official order."""
    place = {name: number for number, name in enumerate(units)}
    for paragraph in paragraphs:
        for clause in re.split("[，。；：]", paragraph.text):
            listed = [name for part in clause.split("、") for name in place if name in part] if "、" in clause else []
            if [place[each] for each in listed] != sorted(place[each] for each in listed):
                yield words.notes["order"].format(units="、".join(listed))


def _private_names(paragraphs: Sequence[Paragraph], words: LintWords) -> Iterator[str]:
    """Words that stand beside the names of minors and of households that are helped."""
    for paragraph in paragraphs:
        for pattern in words.private:
            if found := re.search(pattern, paragraph.text):
                yield words.notes["private"].format(text=found[0])
                break


def _long_chapters(document: Document, words: LintWords) -> Iterator[str]:
    title, count = "", 0
    for block in (*document.blocks, Heading(text="")):
        if isinstance(block, Heading):
            if title and count > words.longest_chapter:
                yield words.notes["chapter"].format(title=title, n=count, most=words.longest_chapter)
            title, count = block.text, 0
        elif isinstance(block, Paragraph):
            count += len(block.text)


def _sums(document: Document, words: LintWords) -> Iterator[str]:
    """Chapters' totals that do not add up to the whole: entries without a work area are in no chapter.

    What may be said without a number of its own (均为讲座) is not looked at.
    """
    parts_of = {code for item in chain(*summary_words().sentences) if isinstance(item, Whole) for code in item.parts}
    numbers = [each for each in document.distinct_numbers() if each.measure == "total" and not each.query.entry]
    numbers = [each for each in numbers if not each.query.where and each.query.organisation == document.organisation]
    for whole in (each for each in numbers if each.query.work_area is None and each.as_of is None):
        if whole.query.indicator in parts_of:
            continue
        same = (whole.query.indicator, whole.query.online, whole.query.scope)
        parts = [
            each.value
            for each in numbers
            if each.query.work_area in area_names()
            and (each.query.indicator, each.query.online, each.query.scope) == same
        ]
        if parts and sum(parts) != whole.value:
            yield words.notes["sum"].format(name=whole.name, whole=whole.value, parts=sum(parts))


def _start(paragraph: Paragraph) -> str:
    return paragraph.text[:18] + ("……" if len(paragraph.text) > 18 else "")
