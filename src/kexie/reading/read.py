"""The pipeline: bytes → text → clean view → documents → sections and figures."""

import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256

from kexie.catalogue.loader import CatalogueError, load
from kexie.reading import activities, checks, damage, describe, documents, figures, sections, targets
from kexie.reading.clean import Clean, clean
from kexie.reading.copies import near_duplicates
from kexie.reading.decode import extract
from kexie.reading.model import Document, Reading, Section, Source


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
    copies = near_duplicates([view.text[p.start : p.end] for p in pieces]) if len(pieces) > 1 else [None]
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
    planned = _planned(piece, kind, headings)
    told = figures.told(view, piece.start, piece.end, _year(period), planned)
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


def _year(period: str | None) -> str | None:
    return period[:4] if period and period[:4].isdigit() else None


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
    own = _year(period)

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


def _planned(piece: documents.Piece, kind: str, headings: list[sections.Heading]) -> Callable[[int], bool]:
    """Whether what stands at a position of the clean text lies in a plan or in the plan part of a report."""
    if kind == "plan":
        return lambda at: True
    spans = [(h.start, h.end) for h in headings if _is_plan_heading(h.title)]
    plan_from = _unnumbered_plan(piece)
    if plan_from is not None:
        spans.append((plan_from, piece.end))
    return lambda at: any(start <= at < end for start, end in spans)


def _unnumbered_plan(piece: documents.Piece) -> int | None:
    """Where a plan part begins under a heading without a number (下一步计划:)."""
    for line in piece.lines[2:]:
        if len(line.text) <= 24 and line.text.endswith((":", "划", "算", "排", "路")) and _is_plan_heading(line.text):
            return line.start
    return None
