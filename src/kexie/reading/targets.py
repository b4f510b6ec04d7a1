"""Targets: the planned figures of a document with what they promise, how firmly, until when, set by whom."""

import calendar
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading import context
from kexie.reading.clean import Clean
from kexie.reading.documents import Piece
from kexie.reading.figures import Match
from kexie.reading.model import Figure, Target

_HAN = r"\u4e00-\u9fff"
_CLAUSE_END = re.compile(r"[,。;!?\n]|  | \?")
_LATEST = 200  # characters of a sentence that are looked at before and behind a number


@dataclass(frozen=True, slots=True)
class _Lexicon:
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


def _any(words: list[str]) -> str:
    return "|".join(sorted(map(re.escape, set(words)), key=len, reverse=True))


@cache
def _lexicon() -> _Lexicon:
    data = load("lexicon/targets")
    return _Lexicon(
        abstract=re.compile(f"(?:{_any(data['abstract'])})$|^的?(?:{_any(data['abstract'])})的"),
        abstract_units=frozenset(data["abstract_units"]),
        one=re.compile(
            f"(?:{_any(data['one_verbs'])})(?P<one>一(?P<unit>{_any(data['one_units'])}))"
            f"|(?P<each>{_any(data['one_each'])})(?P<one2>一个?(?P<unit2>{_any(data['one_each_units'])}))"
        ),
        strength=re.compile(_any([*data["hoped"], *data["firm"]])),
        hoped=frozenset(data["hoped"]),
        reach=re.compile(f"(?:{_any(data['reach'])})了?$"),
        lead=re.compile(f"(?:[^{_HAN}“《\\d]|[\\d一二三四五六七八九十]+[、.)]|{_any(data['lead'])})++"),
        tail=re.compile(f"(?:{_any(data['tail'])})+$"),
        lower=re.compile(f"(?:{_any(data['lower'])})[^,。;、\\d]{{0,6}}$"),
        empty=re.compile(f"(?:{_any([*data['lead'], *data['tail'], *data['hoped'], *data['firm']])})+"),
        due=[(re.compile(_any(row["words"])), row["month"]) for row in data["due_words"]],
        assigned=re.compile(data["assigned_re"]),
    )


def find(
    view: Clean,
    piece: Piece,
    told: Sequence[tuple[Match, Figure]],
    planned: Callable[[int], bool],
    year_at: Callable[[int], str | None],
) -> list[Target]:
    """The targets of one document, in order.

    ``told`` are its figures; ``planned`` says whether its plan lies at a position of the clean text, ``year_at`` for
    which year the plan there is made.
    """
    text = view.text[piece.start : piece.end]
    taken = [(m.start, m.end) for m, _ in told]
    bounds = [end for _, end in taken]
    out: list[tuple[int, Target]] = []
    last = 0
    for match, figure in told:
        if figure.status == "planned" and _promises(text, match, figure):
            target = _target(view, piece, text, match, figure, last, year_at(piece.start + match.start))
            if out and _lexicon().empty.fullmatch(target.metric):
                target = replace(target, metric=out[-1][1].metric)  # 建成2个,力争3个
            out.append((match.start, target))
            last = match.end
    for one in _lexicon().one.finditer(text):
        start, end = one.span("one") if one["one"] else one.span("one2")
        if planned(piece.start + start) and not any(a < end and start < b for a, b in _near(taken, bounds, start)):
            out.append((start, _one(view, piece, text, one, start, end, year_at(piece.start + start))))
    out.sort(key=lambda row: row[0])
    return [target for _, target in out]


def _near(taken: list[tuple[int, int]], bounds: list[int], start: int) -> list[tuple[int, int]]:
    """The first two spans of ``taken`` that end behind ``start``; ``bounds`` are the ends of all of them."""
    at = bisect_right(bounds, start)
    return taken[at : at + 2]


def _promises(text: str, match: Match, figure: Figure) -> bool:
    """Whether a planned figure is something to be reached, not a part of the plan, an age or a condition."""
    words = _lexicon()
    if figure.kind in ("age", "magnitude") or figure.negated or not (figure.period or "2").startswith("2"):
        return False  # last year's numbers are no promise
    if match.value is None and match.low is None:
        return False
    if figure.unit in words.abstract_units:
        if figure.unit in ("大", "方面"):
            return False
        after = text[match.end : match.end + 8]
        if words.abstract.search(figure.counted or "") or words.abstract.search(after):
            return False
    before = text[max(0, match.start - 12) : match.start]
    # 每1万人建一所: the one that each of the first number gets.
    return not (match.value == 1 and re.search(r"每[\d一二三四五六七八九十百千万]+[^,。;]{0,6}[建设配有]$", before))


def _target(view: Clean, piece: Piece, text: str, match: Match, figure: Figure, floor: int, year: str | None) -> Target:
    sentence = context.sentence_start(text, match.start)
    begin = max(_clause(text, match.start, floor), floor)
    end = _clause_end(text, match.end)
    before = text[begin : match.start]
    value, value_max = (match.low, match.high) if match.qualifier == "range" else (match.value, None)
    assert value is not None
    comparator = {"at_least": ">=", "at_most": "<=", "about": "about"}.get(match.qualifier, "=")
    if match.qualifier == "exact" and (_lexicon().reach.search(before) or _lexicon().lower.search(before)):
        comparator = ">="
    start, stop = view.start(piece.start + begin), view.end(piece.start + end)
    return Target(
        start=start,
        end=stop,
        quote=view.original[start:stop],
        metric=_metric(text, match, figure, before, end),
        comparator=comparator,
        value=value,
        value_max=value_max,
        unit=match.unit,
        per=_per(before, figure.per),
        due=_due(text, sentence, match.start, match.end, year),
        strength=_strength(text[max(sentence, match.start - 60) : match.start] + _hedges(text, match)),
        assigned_by=_assigned(text[sentence : match.start]),
    )


def _one(view: Clean, piece: Piece, text: str, one: re.Match[str], start: int, end: int, year: str | None) -> Target:
    """A target of one, written with 一 and a measure word."""
    begin = _clause(text, one.start() + 1, 0)
    stop = _clause_end(text, end)
    unit = one["unit"] or one["unit2"]
    sentence = context.sentence_start(text, start)
    first, after = view.start(piece.start + begin), view.end(piece.start + stop)
    return Target(
        start=first,
        end=after,
        quote=view.original[first:after],
        metric=text[end:stop].strip(" 的") or _named(text[begin:start]) or text[start:end],
        comparator="=",
        value=Decimal(1),
        value_max=None,
        unit=unit,
        per=_per(text[begin:start], context.per_of(text[begin:start])),
        due=_due(text, sentence, start, end, year),
        strength=_strength(text[max(sentence, start - 60) : start]),
        assigned_by=_assigned(text[sentence:start]),
    )


def _clause(text: str, position: int, floor: int) -> int:
    """Where the clause of a number begins: behind the last comma or stop, or behind the figure before it."""
    low = max(floor, position - 60)
    last = low
    for found in _CLAUSE_END.finditer(text, low, position):
        last = found.end()
    while (last < position and text[last] in " :、?—-") or text.startswith(("(", ")"), last):
        last += 1
    return min(last, max(position - 1, 0))


def _clause_end(text: str, end: int) -> int:
    found = _CLAUSE_END.search(text, end, min(len(text), end + 40))
    stop = found.start() if found else min(len(text), end + 24)
    number = re.compile(r"[、和及][^,。;]{0,16}?\d").search(text, end, stop)
    return number.start() if number else stop


def _hedges(text: str, match: Match) -> str:
    """The hedges of a figure, as written."""
    return re.sub(r"[\d.,% ]", "", text[match.start : match.end])


def _metric(text: str, match: Match, figure: Figure, before: str, end: int) -> str:
    """What is measured: what is counted, with 比例 where a share of things does something."""
    after = text[match.end : end]
    if match.kind == "percent" and after.startswith("的"):
        # 15%以上的学校建成示范校 → 建成示范校的学校比例
        phrase = after[1:]
        verbs = [m for m in context.words().verbs.finditer(phrase) if m.start()]
        verb = verbs[-1] if verbs else context.words().stop.search(phrase)
        if verb and verb.start():
            return f"{phrase[verb.start() :]}的{phrase[: verb.start()]}比例".strip()
        return f"{phrase}比例"
    counted = figure.counted or ""
    if counted and text.startswith(counted, match.end) and not after.startswith("以上的", len(counted)):
        return counted
    if match.kind == "count" and after.strip():
        return after.strip(" 的")
    named = _named(before)
    if named.endswith(_named(counted)) or not counted:
        return named or _named(after) or text[match.start : end]
    return _named(counted) or counted


def _named(words: str) -> str:
    """``words`` without what only leads to a number or away from a name."""
    rest = _lexicon().tail.sub("", words.strip())
    lead = _lexicon().lead.match(rest)
    if lead and lead.end() < len(rest):
        rest = rest[lead.end() :]
    return rest.strip(" ,、:的了")


_EACH = re.compile(
    rf"每(?:一)?(?:个|名|位|所|家|支|户|年度)?(?P<noun>[{_HAN}]{{2,6}}?)"
    r"(?=至少|要|应|须|联系|不少于|建|有|配|举办|开展|发展|培养|达|完成|各|新增|$)"
)


def _per(before: str, per: str | None) -> str | None:
    """The base of a rate: a period (week), a person, or the noun behind 每个."""
    if per not in ("each", "person"):
        return per
    found = _EACH.search(before)
    return found["noun"] if found else None if before.endswith("每") else per


def _strength(words: str) -> str:
    last = None
    for found in _lexicon().strength.finditer(words):
        last = found.group()
    return "none" if last is None else "hoped" if last in _lexicon().hoped else "firm"


def _assigned(before: str) -> str | None:
    last = None
    for found in _lexicon().assigned.finditer(before):
        last = found.group(1)
    return last


_UNTIL = re.compile(
    r"(?:(?:到|至|截至|于)?(?P<year>20[2-9]\d|20[01]\d)年)?(?:(?P<month>1[0-2]|0?[1-9])月"
    r"(?:份)?(?:(?P<day>[12]\d|3[01]|0?[1-9])[日号])?)?(?P<end>底|末|年底)?(?P<before>以?之?前)?"
)


def _due(text: str, sentence: int, start: int, end: int, year: str | None) -> str | None:
    """Until when: a date, a year or ``--MM-DD`` named in the sentence, else the year of the plan, else None."""
    before = text[max(sentence, start - _LATEST) : start]
    for pattern, month in _lexicon().due:
        if pattern.search(before):
            return f"{year or '-'}-{month:02}-{calendar.monthrange(2023, month)[1]:02}"
    behind = re.split(r"[。;!?\n]", text[end : end + _LATEST])[0]
    last = None
    for part in (before, behind if "时间" in behind or "前" in behind else ""):
        for found in _UNTIL.finditer(part):
            if found["month"] or found["year"]:
                last = found
    if last is not None and (last["month"] or last["year"]):
        in_year = last["year"] or year
        if not last["month"]:
            return str(in_year)
        month = int(last["month"])
        day = int(last["day"] or calendar.monthrange(int(in_year or 2023), month)[1])
        if day > calendar.monthrange(int(in_year or 2024), month)[1]:
            return None
        return f"{in_year or '-'}-{month:02}-{day:02}"
    return year
