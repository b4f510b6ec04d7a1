"""What is said about a figure: what is counted, its status, its scope, its base."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from kexie.reading import context, nouns
from kexie.reading.clean import Clean
from kexie.reading.dates import names_a_day
from kexie.reading.figures.fitting import denied
from kexie.reading.figures.grammar import Match, find
from kexie.reading.indicators import indicator_of
from kexie.reading.model import Figure
from kexie.reading.patterns import last_of

_PEOPLE = frozenset(("人", "人次", "人(次)"))
_NOUN_BEFORE = frozenset(("percent", "score", "money"))
_ZERO = Decimal(0)
_LOOK_BACK = 40


def told(
    view: Clean, start: int, end: int, year: str | None, planned: Callable[[int], bool]
) -> Iterator[tuple[Match, Figure]]:
    """The figures of ``view.text[start:end]``, each as the grammar sees it (positions in that slice) and as told.

    ``year`` is the document's, if known; ``planned`` says whether a position of the view lies in a plan.
    """
    text = view.text[start:end]
    floor, counted = 0, None
    for match in find(text):
        figure = _figure(view, start, text, match, planned(start + match.start), year, floor, counted)
        yield match, figure
        floor, counted = match.end, figure.counted


def _figure(
    view: Clean,
    base: int,
    text: str,
    match: Match,
    planned: bool,
    year: str | None,
    floor: int,
    inherited: str | None,
) -> Figure:
    at = match.start
    sentence = context.sentence_start(text, at)
    clause = text[max(sentence, at - _LOOK_BACK) : at]
    near = clause[max(clause.rfind(","), clause.rfind(";"), clause.rfind(":")) + 1 :]
    start, end = view.start(base + at), view.end(base + match.end)
    counted = _counted(text, match, floor, inherited)
    negated = match.value == 1 and denied(text, at)
    code = None
    if counted or match.kind != "percent":
        code = indicator_of(match.unit, counted, near[max(near.rfind("。"), near.rfind("、")) + 1 :])
    return Figure(
        start,
        end,
        view.original[start:end],
        _ZERO if negated else match.value,
        match.qualifier,
        _ZERO if negated else match.low,
        _ZERO if negated else match.high,
        match.soft_high,
        match.low_exclusive,
        match.unit,
        counted,
        match.kind,
        _status(text, sentence, match, planned),
        negated=negated,
        whole=_whole(text, sentence, match, clause),
        per=context.per_of(near[-14:]),
        period=context.period_of(near, year),
        indicator=code,
    )


_ONE_EVENT = re.compile(r"\s*(?:此次|本次|这次|该次|活动(?:现场|中|期间|当天)?[,共]|当天|当日)")
_SENTENCE_END = re.compile(r"[。;!?\n]")


def _whole(text: str, sentence: int, match: Match, clause: str) -> bool:
    """Whether the number is said of the whole year or the whole place; one event has no such total."""
    words = context.words()
    if not (words.whole.search(text, max(sentence, match.start - 60), match.start) or words.whole_near.search(clause)):
        return False
    stop = _SENTENCE_END.search(text, match.end, match.end + 160)
    around = text[sentence : stop.start() if stop else match.end]
    return not (names_a_day(around) or _ONE_EVENT.match(around))


_PRAISE = frozenset(("好成绩", "成绩", "佳绩", "优异成绩", "好评"))
_ADJACENT = re.compile(r"[、,]?(?:共|共计|计|合计)?")


def _counted(text: str, match: Match, floor: int, inherited: str | None) -> str | None:
    """The noun behind the unit if there is one, else the one before the number, else what those counted did.

    Before people, percentages and money the noun usually comes first: 参训人员60人, 覆盖率98%, 经费3万元.
    ``floor`` is the end of the figure before, ``inherited`` what it counts: 5类1400册 are of the same thing.
    """
    found = nouns.noun_after(text, match.end)
    if found in _PRAISE:
        found = None
    if match.unit in _PEOPLE or match.kind in _NOUN_BEFORE:
        if found and match.kind == "count" and text.startswith("的", match.end):
            return found
        found = nouns.noun_before(text, match.start, floor) or found
    if found:
        return found
    if floor and inherited and match.start - floor <= 3 and _ADJACENT.fullmatch(text, floor, match.start):
        return inherited
    return nouns.noun_before(text, match.start, floor, strict=False) or nouns.verb_after(text, match.end)


def _status(text: str, sentence: int, match: Match, planned: bool) -> str:
    at = match.start
    if (
        match.hedged_after
        and match.unit in ("分", "岁")
        and text.startswith("的", match.end)
        and text.find("平均", max(sentence, at - 10), at) < 0
    ):
        return "threshold"
    if planned:
        return "planned"
    words = context.words()
    last = last_of(words.planned, text, sentence, at)
    if last is not None and not words.done.search(text, last.end(), at):
        return "planned"
    if words.rule.search(text, max(sentence, at - 30), at):
        return "rule"
    return "actual"
