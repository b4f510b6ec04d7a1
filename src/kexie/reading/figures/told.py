"""What is said about a figure: what is counted, its status, its scope, its base."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from kexie.reading import context, nouns
from kexie.reading.clean import Clean
from kexie.reading.dates import names_a_day
from kexie.reading.figures.fitting import denied
from kexie.reading.figures.grammar import Match, find
from kexie.reading.indicators import indicator_of
from kexie.reading.model import Figure
from kexie.reading.patterns import last_of

_PEOPLE = frozenset(("人", "人次", "人(次)", "人/次"))
_NOUN_BEFORE = frozenset(("percent", "score", "money"))
_ZERO = Decimal(0)
# 95分以上的, 3年以上的: what has so much is meant, not how much.
_QUALIFYING = {unit: tuple(f"{hedge}的" for hedge in ("以上", "以下", "以内", "左右")) for unit in ("分", "年")}
_LOOK_BACK = 40
_RATE = 14  # characters before a number in which the base of its rate is looked for
_AHEAD = 24


def told(
    view: Clean, start: int, end: int, year: str | None, planned: Callable[[int], bool]
) -> list[tuple[Match, Figure]]:
    """The figures of ``view.text[start:end]``, each as the grammar sees it (positions in that slice) and as told.

    ``year`` is the document's, if known; ``planned`` says whether a position of the view lies in a plan.
    """
    text = view.text[start:end]
    out: list[tuple[Match, Figure]] = []
    last: tuple[Match, Figure] | None = None
    for match in find(text):
        last = match, _figure(view, start, text, match, planned(start + match.start), year, last)
        out.append(last)
    return _severally(text, out)


def _figure(
    view: Clean,
    base: int,
    text: str,
    match: Match,
    planned: bool,
    year: str | None,
    last: tuple[Match, Figure] | None,
) -> Figure:
    at = match.start
    sentence = context.sentence_start(text, at)
    clause = text[max(sentence, at - _LOOK_BACK) : at]
    near = clause[max(clause.rfind(","), clause.rfind(";"), clause.rfind(":")) + 1 :]
    start, end = view.start(base + at), view.end(base + match.end)
    negated = match.value == 1 and denied(text, at)
    if negated:
        # Nothing is not hedged: 未停工一天有余.
        match = match._replace(
            value=_ZERO, qualifier="exact", low=_ZERO, high=_ZERO, soft_high=None, low_exclusive=False
        )
    counted = _counted(text, match, last, sentence, negated)
    code = None
    if counted or match.kind != "percent":
        code = indicator_of(match.unit, counted, near[max(near.rfind("。"), near.rfind("、")) + 1 :])
    return Figure(
        start,
        end,
        view.original[start:end],
        match.value,
        match.qualifier,
        match.low,
        match.high,
        match.soft_high,
        match.low_exclusive,
        match.unit,
        counted,
        match.kind,
        _status(text, sentence, match, planned),
        negated=negated,
        whole=_whole(text, sentence, match, clause),
        per=context.per_of(near[-_RATE:]) or context.per_behind(text, match.end),
        period=context.period_of(near, year, text[match.end : match.end + _AHEAD]),
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


_ADJACENT = re.compile(r"[、,]?(?:共|共计|计|合计)?")


def _counted(text: str, match: Match, last: tuple[Match, Figure] | None, sentence: int, negated: bool) -> str | None:
    """The noun behind the unit if there is one, else the one before the number, else what those counted did.

    Before people, percentages and money the noun usually comes first: 参训人员60人, 覆盖率98%, 经费3万元. ``last`` is
    the figure before: 5类1400册 are of the same thing, and so are 征集论文106篇,上交57篇.
    """
    floor, inherited, owned = 0, None, True
    if last is not None:
        floor, inherited, owned = last[0].end, last[1].counted, last[1].status != "threshold"
    people = match.unit in _PEOPLE
    found = nouns.noun_after(text, match.end)
    if found in context.words().no_noun:
        found = None
    if last is not None and last[1].period == context.FORMERLY and context.grown(text, floor, match.start):
        return inherited or found
    if (people or match.kind in _NOUN_BEFORE) and not negated:
        if found and match.kind == "count" and text.startswith("的", match.end):
            return found
        found = nouns.noun_before(text, match.start, floor, owned=owned) or found
    if found:
        return _completed(found, inherited, text, match.start)
    won = text.startswith(_WON, match.end)
    if inherited and not won and match.start - floor <= 3 and _ADJACENT.fullmatch(text, floor, match.start):
        return inherited
    if not negated:
        found = nouns.noun_before(text, match.start, floor, strict=False, owned=owned)
    if found:
        return _completed(found, inherited, text, match.start)
    alike = last is not None and floor > sentence and last[0].unit == match.unit
    if alike and not people and not won:
        return inherited
    did = None if context.grows(text, match.end) else nouns.verb_after(text, match.end)
    return did or (inherited if alike else None) or (nouns.between(text, floor, match.start) if last else None)


_WON = ("获", "荣获", "被", "入选", "入围", "评为")
_LEVEL = re.compile(r"(?:国家|省部?|市|地|县|区|乡|镇|村|州|旗|校|街道|社区)级")
_GROWTH = frozenset(("增长", "增加", "提高", "上升", "提升", "增幅", "减少", "下降", "降低", "降幅", "翻"))
_COMPARED = re.compile(r"同比|环比|[比较](?:去年|上年|前年|上一年|上届|同期|20\d\d年)")


def _completed(noun: str, inherited: str | None, text: str, start: int) -> str:
    """``noun``, with what the figure before counts when it only names a level (省级基地7家、市级20家) or by how much
    that has grown (作品834件,比去年增加11%)."""
    if inherited is None:
        return noun
    if _LEVEL.fullmatch(noun):
        level = _LEVEL.match(inherited)
        return noun + inherited[level.end() if level else 0 :]
    if noun in _GROWTH and _COMPARED.search(text, max(0, start - 16), start):
        return next((inherited.removesuffix(word) for word in _GROWTH if inherited.endswith(word)), inherited) + noun
    return noun


_EACH_ITS_OWN = re.compile(r"分别(?:为|是|有|达到?|占|评出|获得?)?$")
_NEXT = re.compile(r"[、,和及]+")


def _severally(text: str, out: list[tuple[Match, Figure]]) -> list[tuple[Match, Figure]]:
    """``out``, where as many numbers as things follow 分别 each with its own: 一、二等奖分别为2个、5个."""
    for i, (match, _) in enumerate(out):
        if not _EACH_ITS_OWN.search(text, max(0, match.start - 4), match.start):
            continue
        items = nouns.items_before(text, match.start, out[i - 1][0].end if i else 0)
        group = i + 1
        while group < len(out) and _NEXT.fullmatch(text, out[group - 1][0].end, out[group][0].start):
            group += 1
        if len(items) != group - i or len(items) < 2:
            continue
        for k, item in enumerate(items, start=i):
            found, figure = out[k]
            out[k] = found, replace(figure, counted=item, indicator=indicator_of(figure.unit, item, ""))
    return out


def _status(text: str, sentence: int, match: Match, planned: bool) -> str:
    at = match.start
    if (
        match.hedged_after
        and (match.unit == "岁" or text.startswith(_QUALIFYING.get(match.unit, "\0"), match.end - 2))
        and text.find("平均", max(sentence, at - 10), at) < 0
    ) or (match.unit == "岁" and text.startswith("满", at - 1)):
        return "threshold"
    if match.kind == "money" and text.startswith(("标准", "的标准"), match.end):
        return "rule"
    if planned:
        return "planned"
    words = context.words()
    last = last_of(words.planned, text, sentence, at)
    if last is not None and not words.done.search(text, last.end(), at):
        return "planned"
    if words.rule.search(text, max(sentence, at - 30), at):
        return "rule"
    return "actual"
