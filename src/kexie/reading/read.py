"""The pipeline: bytes → text → clean view → documents → sections and figures."""

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256

from kexie.catalogue.loader import CatalogueError, load
from kexie.reading import activities, checks, context, damage, describe, documents, figures, sections, targets
from kexie.reading.clean import Clean, clean
from kexie.reading.dates import names_a_day
from kexie.reading.decode import extract
from kexie.reading.indicators import indicator_of
from kexie.reading.model import Document, Figure, Reading, Section, Source

_PEOPLE = ("人", "人次", "人(次)")


def read(data: bytes, name: str) -> Reading:
    """Read a file's bytes. ``name`` is used for messages and, where content cannot tell, for the type.

    Raises ReadingError with the name and a reason when the file cannot be decoded.
    """
    return read_source(extract(data, name))


def read_text(text: str, name: str = "text") -> Reading:
    """Read a text that is already decoded. The hash is that of its UTF-8 bytes."""
    return read_source(Source(name, sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), text))


def read_source(source: Source) -> Reading:
    """Read a decoded file."""
    view = clean(source.text)
    pieces = documents.split(view.text)
    copies = describe.near_duplicates([view.text[p.start : p.end] for p in pieces]) if len(pieces) > 1 else [None]
    out = []
    for i, piece in enumerate(pieces):
        copy = copies[i]
        out.append(_document(view, piece, i + 1, None if copy is None else copy + 1))
    parts = [damage.Part(view.text[p.start : p.end], p.start) for p in pieces]
    return Reading(source, damage.examine(view, out, parts))


def _document(view: Clean, piece: documents.Piece, index: int, copy: int | None) -> Document:
    kind = describe.kind_of(piece)
    organisation, level = describe.organisation_of(piece)
    period = describe.period_of_document(piece)
    headings = sections.find(view.text, piece.lines, piece.end)
    outline = sections.Outline(headings)
    planned = _planned(piece, kind, outline)
    told = _figures(view, piece, period, planned)
    own_year = _year_of_days(period, headings)
    events, told = activities.find(view, piece, told, planned, outline, organisation, own_year)
    told, doubts = checks.with_parts(view.text[piece.start : piece.end], told)
    promised = targets.find(view, piece, told, planned, _plan_year(period, kind, outline))
    return Document(
        index=index,
        start=view.start(piece.start),
        end=view.end(piece.end),
        title=describe.title_of(piece),
        kind=kind,
        organisation=organisation,
        level=level,
        period=period,
        near_duplicate_of=copy,
        sections=[
            Section(h.number, h.level, h.title, _work_area(h.title), view.start(h.start), view.end(h.end))
            for h in headings
        ],
        activities=events,
        figures=[figure for _, figure in told],
        targets=promised,
        checks=[*doubts, *checks.two_dates(events)],
    )


@cache
def _plan_heading() -> re.Pattern[str]:
    return re.compile(load("lexicon/documents")["plan_heading_re"])


@cache
def _review_heading() -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, load("lexicon/documents")["plan_heading_not"])))


@cache
def _work_areas() -> list[tuple[str, list[str]]]:
    try:
        return [(item["code"], item.get("words") or []) for item in load("work_areas")]
    except CatalogueError:
        return []


def _work_area(title: str) -> str | None:
    """Code of the work area whose word in ``title`` is the longest, or None."""
    best, code = 0, None
    for candidate, words in _work_areas():
        for word in words:
            if len(word) > best and word in title:
                best, code = len(word), candidate
    return code


def _is_plan_heading(title: str) -> bool:
    return len(title) <= 30 and bool(_plan_heading().search(title)) and not _review_heading().search(title)


_MASKED_YEAR = re.compile(r"(?:20[xX_*]{1,3}|[xX_*]{2,4})年")


def _year_of_days(period: str | None, headings: list[sections.Heading]) -> int | None:
    """The year of days that are told without one: the document's, unless its own headings mask it.

    Where a heading says 20xx年, the years elsewhere were put in by those who copied the text.
    """
    if not period or not period[:4].isdigit() or any(_MASKED_YEAR.search(h.title) for h in headings):
        return None
    return int(period[:4])


_HEADING_YEAR = re.compile(r"(?<!\d)(20\d\d)年?")


def _plan_year(period: str | None, kind: str, outline: sections.Outline) -> Callable[[int], str | None]:
    """For which year a plan is made at a position: that of its heading, else of the document when it is a plan."""
    own = period[:4] if period and period[:4].isdigit() else None

    def year_at(at: int) -> str | None:
        if kind == "plan":
            return own
        for heading in reversed(outline.above(at)):
            found = _HEADING_YEAR.search(heading.title)
            if found:
                return found.group(1)
            if own is not None and re.search("明年|来年|下一?年|新的?一年", heading.title):
                return str(int(own) + 1)
            if re.search("下半年|今年", heading.title):
                return own
        return None

    return year_at


def _planned(piece: documents.Piece, kind: str, outline: sections.Outline) -> Callable[[int], bool]:
    """Whether what stands at a position of the clean text lies in a plan or in the plan part of a report."""
    plan_from = _unnumbered_plan(piece)

    def planned(at: int) -> bool:
        return (
            kind == "plan"
            or (plan_from is not None and at >= plan_from)
            or any(_is_plan_heading(h.title) for h in outline.above(at))
        )

    return planned


def _figures(
    view: Clean, piece: documents.Piece, period: str | None, planned: Callable[[int], bool]
) -> list[tuple[figures.Match, Figure]]:
    text = view.text[piece.start : piece.end]
    year = period[:4] if period and period[:4].isdigit() else None
    out: list[tuple[figures.Match, Figure]] = []
    previous: tuple[int, str | None] = (0, None)
    for match in figures.find(text):
        figure = _figure(view, piece.start, text, match, planned(piece.start + match.start), year, previous)
        out.append((match, figure))
        previous = match.end, figure.counted
    return out


def _unnumbered_plan(piece: documents.Piece) -> int | None:
    """Where a plan part begins under a heading without a number (下一步计划:)."""
    for line in piece.lines[2:]:
        if len(line.text) <= 24 and line.text.endswith((":", "划", "算", "排", "路")) and _is_plan_heading(line.text):
            return line.start
    return None


def _figure(
    view: Clean,
    base: int,
    text: str,
    match: figures.Match,
    planned: bool,
    year: str | None,
    previous: tuple[int, str | None],
) -> Figure:
    sentence = context.sentence_start(text, match.start)
    before = text[sentence : match.start]
    clause = text[max(sentence, match.start - 40) : match.start]
    start, end = view.start(base + match.start), view.end(base + match.end)
    counted = _counted(text, match, previous)
    words = context.words()
    negated = match.value == 1 and figures.denied(text, match.start)
    status = _status(words, before, text, match, planned)
    near = re.split(r"[,;:]", clause)[-1]
    return Figure(
        start=start,
        end=end,
        quote=view.original[start:end],
        value=match.value if not negated else match.value * 0 if match.value is not None else None,
        qualifier=match.qualifier,
        low=match.low if not negated else match.value and match.value * 0,
        high=match.high if not negated else match.value and match.value * 0,
        soft_high=match.soft_high,
        low_exclusive=match.low_exclusive,
        unit=match.unit,
        counted=counted,
        kind=match.kind,
        status=status,
        negated=negated,
        whole=bool(words.whole.search(before[-60:]) or words.whole_near.search(clause))
        and not _of_one_event(text, sentence, match.end),
        per=context.per_of(near[-14:]),
        period=context.period_of(near, year),
        indicator=indicator_of(match.unit, counted, _own_clause(clause))
        if match.kind != "percent" or counted
        else None,
    )


def _own_clause(clause: str) -> str:
    return re.split(r"[,;:。、]", clause)[-1]


_ONE_EVENT = re.compile(r"\s*(?:此次|本次|这次|该次|活动(?:现场|中|期间|当天)?[,共]|当天|当日)")


def _of_one_event(text: str, sentence: int, end: int) -> bool:
    """Whether a sentence speaks of one event, whose total is not said of a whole: it names a day, or 此次."""
    stop = re.compile(r"[。;!?\n]").search(text, end, end + 160)
    told = text[sentence : stop.start() if stop else end]
    return names_a_day(told) or bool(_ONE_EVENT.match(told))


_PRAISE = ("好成绩", "成绩", "佳绩", "优异成绩", "好评")
_ADJACENT = re.compile(r"[、,]?(?:共|共计|计|合计)?")


def _counted(text: str, match: figures.Match, previous: tuple[int, str | None]) -> str | None:
    """The noun behind the unit if there is one, else the one before the number, else what those counted did.

    Before people, percentages and money the noun usually comes first: 参训人员60人, 覆盖率98%, 经费3万元.
    ``previous`` is the end of the figure before and what it counts: 5类1400册 are of the same thing.
    """
    floor, inherited = previous
    after = context.noun_after(text, match.end)
    if after in _PRAISE:
        after = None
    if match.kind in ("percent", "score", "money") or match.unit in _PEOPLE:
        if match.kind == "count" and after and text.startswith("的", match.end):
            return after
        found = context.noun_before(text, match.start, floor) or after
    else:
        found = after
    if (
        found is None
        and floor
        and inherited
        and match.start - floor <= 3
        and _ADJACENT.fullmatch(text, floor, match.start)
    ):
        return inherited
    return found or context.noun_before(text, match.start, floor, strict=False) or context.verb_after(text, match.end)


def _status(words: context.Words, before: str, text: str, match: figures.Match, planned: bool) -> str:
    if (
        match.hedged_after
        and match.unit in ("分", "岁")
        and text.startswith("的", match.end)
        and "平均" not in before[-10:]
    ):
        return "threshold"
    if planned:
        return "planned"
    last = None
    for found in words.planned.finditer(before):
        last = found
    if last is not None and not words.done.search(before, last.end()):
        return "planned"
    if words.rule.search(before[-30:]):
        return "rule"
    return "actual"
