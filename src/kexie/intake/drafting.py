"""From a document that was read to what an office would write down: drafts and statements. No database here."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import msgspec

from kexie.catalogue import load
from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.reading import Document, Figure
from kexie.reading.dates import find_days, names_a_day
from kexie.registers.definitions import catalogue_registers
from kexie.registers.revisions import FigureTold

_SENTENCE_END = re.compile(r"[。！？!?;；\n\r]")
_ENUMERATOR = re.compile(
    r"^[\s>　]*(?:[一二三四五六七八九十]+是|[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]|[①-⑳])[\s　]*"
)
_CLAUSE_END = re.compile(r"[,，。；;：:!！?？]")
_TITLE_LENGTH = 40


@dataclass(frozen=True)
class Draft:
    """An entry to be: one sentence that tells of something, with its figures and where each of them stands."""

    register: str
    title: str
    start: date | None
    end: date | None
    work_area: str
    span: tuple[int, int]
    figures: tuple[FigureTold, ...]
    sources: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Whole:
    """A statement to be: a number said of a whole."""

    figure: FigureTold
    quote: str
    span: tuple[int, int]


@dataclass
class Drafted:
    """All that a document gives.

    Left out, and counted: ``doubtful`` figures, in which a digit may be missing, and ``repeated`` ones, of an event
    that the document has told of before.
    """

    drafts: list[Draft] = field(default_factory=list)
    wholes: list[Whole] = field(default_factory=list)
    doubtful: int = 0
    repeated: int = 0

    @property
    def left_out(self) -> str:
        """What was left out, in words."""
        told = []
        if self.doubtful:
            told.append(f"{self.doubtful}个数可能缺字")
        if self.repeated:
            told.append(f"{self.repeated}个数是前面讲过的同一件事")
        return f"{'，'.join(told)}，没有起草" if told else ""


def is_of_an_association(document: Document, text: str) -> bool:
    """Return whether ``document`` (within ``text``, its file's whole text) is by an association or a body below it."""
    lexicon = load("lexicon/associations")
    if document.level in lexicon["outside_levels"]:
        return False
    if any(name in (document.organisation or "") for name in lexicon["names"]):
        return True
    body = text[document.start : document.end]
    mentions = sum(body.count(word) for word in lexicon["words"])
    return mentions * 1000 >= lexicon["per_thousand"] * len(body)


def best_copies(documents: Sequence[Document]) -> dict[int, int]:
    """Return for each document's index that of its best near-duplicate: the one with the most figures, then the first.

    A copy that has lost digits has lost figures, and may be the earlier one.
    """
    by_index = {document.index: document for document in documents}

    def first_of(document: Document) -> int:
        while document.near_duplicate_of is not None:
            document = by_index[document.near_duplicate_of]
        return document.index

    copies: dict[int, list[Document]] = {}
    for document in documents:
        copies.setdefault(first_of(document), []).append(document)
    best = {first: max(group, key=lambda each: (len(each.figures), -each.index)) for first, group in copies.items()}
    return {document.index: best[first_of(document)].index for document in documents}


def known_period(told: str | None) -> Period | None:
    """Return the period that was read, or None when it is unknown or its year masked."""
    try:
        return Period.parse(told) if told else None
    except DomainError:
        return None


def draft(*, document: Document, text: str, period: Period | None) -> Drafted:
    """Return the drafts and statements of ``document``, whose figures carry indicators.

    ``text`` is the whole text of the file. Only figures of what happened in the period itself are taken: no plans, no
    rates, no other period's numbers, no number that may have lost a digit, none of an event told a second time.
    """
    result = Drafted()
    again = {activity.id for activity in document.activities if activity.same_as}
    ends = [match.end() for match in _SENTENCE_END.finditer(text, document.start, document.end)]
    sentences: dict[tuple[int, int], list[Figure]] = {}
    for figure in document.figures:
        if figure.status != "actual" or figure.indicator is None or figure.per or figure.period or figure.negated:
            continue
        if figure.suspect:
            result.doubtful += 1
            continue
        if figure.activity in again:
            result.repeated += 1
            continue
        sentences.setdefault(_sentence(figure, document, ends), []).append(figure)
    for span, figures in sentences.items():
        # 共 in a sentence about one day is the event's own number, not one said of the year.
        one_event = names_a_day(text[span[0] : span[1]])
        wholes = [figure for figure in figures if figure.whole and not one_event]
        result.wholes += [Whole(figure_told(figure), text[span[0] : span[1]].strip()[:300], span) for figure in wholes]
        parts = [figure for figure in figures if figure not in wholes]
        if parts:
            result.drafts.append(_draft(document, text, span, parts, period))
    return result


def draft_one(*, document: Document, text: str, figure: Figure, period: Period | None) -> Draft:
    """Return the draft of the sentence around ``figure`` alone, a number that a person has put in."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, document.start, document.end)]
    return _draft(document, text, _sentence(figure, document, ends), [figure], period)


def _sentence(figure: Figure, document: Document, ends: Sequence[int]) -> tuple[int, int]:
    """The sentence around ``figure``; ``ends`` are the ends of all sentences of the document, their marks included."""
    before, after = bisect_right(ends, figure.start), bisect_right(ends, figure.end)
    return ends[before - 1] if before else document.start, ends[after] - 1 if after < len(ends) else document.end


def _draft(
    document: Document, text: str, span: tuple[int, int], figures: Sequence[Figure], period: Period | None
) -> Draft:
    sentence = text[span[0] : span[1]]
    told = find_days(sentence, period.year if period else None)
    first = told[0].first if told else period.start if period else None
    last = told[0].last if told else period.end if period else None
    sources: list[dict[str, Any]] = [{"start": span[0], "end": span[1], "quote": sentence.strip()[:300]}]
    sources += [
        {"field": f"figures.{index}", "start": figure.start, "end": figure.end, "quote": figure.quote}
        for index, figure in enumerate(figures)
    ]
    return Draft(
        register=_register(figures),
        title=_title(sentence),
        start=first,
        end=last,
        work_area=_work_area(document, span[0]),
        span=span,
        figures=tuple(_part(figure, figures, document) for figure in figures),
        sources=tuple(sources),
    )


def _register(figures: Sequence[Figure]) -> str:
    """The register that takes the first of these figures; the base register takes what no other does."""
    takers = _takers()
    return next((takers[figure.indicator] for figure in figures if figure.indicator in takers), "activity")


@cache
def _takers() -> dict[str, str]:
    return {code: register.code for register in catalogue_registers().values() for code in register.drafts}


def _title(sentence: str) -> str:
    plain = _ENUMERATOR.sub("", sentence.strip()).strip()
    head = ""
    for clause in _CLAUSE_END.split(plain):
        head = f"{head}，{clause}" if head else clause
        if len(head) >= 8:
            break
    return head[:_TITLE_LENGTH] or plain[:_TITLE_LENGTH] or "未命名"


def _work_area(document: Document, start: int) -> str:
    """The work area of the innermost section around ``start``, else of one further out, else none."""
    around = [section for section in document.sections if section.start <= start < section.end and section.work_area]
    return (max(around, key=lambda section: section.level).work_area or "") if around else ""


def _part(figure: Figure, figures: Sequence[Figure], document: Document) -> FigureTold:
    """A figure of a draft; one that is a part of another is told so, and adds nothing to a total."""
    told = figure_told(figure)
    if figure.part_of is None:
        return told
    whole = document.figures[figure.part_of]
    if whole in figures:
        return msgspec.structs.replace(told, part_of=list(figures).index(whole))
    return msgspec.structs.replace(told, groups=["其中"])


def figure_told(figure: Figure) -> FigureTold:
    """Return a figure as a register stores it: the soft high of 余 and 多 is its high, exclusive."""
    high = figure.high if figure.high is not None else figure.soft_high
    exact = figure.qualifier == "exact"
    return FigureTold(
        indicator=figure.indicator or "",
        value=figure.value,
        qualifier=figure.qualifier,
        low=None if exact else figure.low,
        high=None if exact else high,
        high_exclusive=True if figure.high is None and figure.soft_high is not None else None,
        basis="unknown",
    )
