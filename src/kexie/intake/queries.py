"""Reads of the documents: their text read again, their drafts in the order of the text, what is still to be decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from kexie.core.periods import Period
from kexie.intake.drafting import known_period
from kexie.intake.models import Document, SourceText
from kexie.reading import Document as ReadDocument
from kexie.reading import Reading, read_text
from kexie.registers.models import Entry, FigureColumns, Statement, Status
from kexie.totals.measures import QUALIFIER_WORDS

_OPEN = (Status.DRAFT, Status.SUBMITTED)


@dataclass(frozen=True)
class ShownFigure:
    """A number of a draft in words: 展板 24 块."""

    name: str
    value: Decimal
    word: str
    unit: str


@dataclass(frozen=True)
class DraftRow:
    """An entry or a statement that was made of characters ``[start, end)`` of the file; ``number`` is its place."""

    number: int
    start: int
    end: int
    figures: tuple[ShownFigure, ...]
    entry: Entry | None = None
    statement: Statement | None = None

    @property
    def is_pending(self) -> bool:
        if self.entry is not None:
            return self.entry.latest is not None and self.entry.latest.status in _OPEN
        return self.statement is not None and not self.statement.confirmed

    @property
    def is_rejected(self) -> bool:
        return self.entry is not None and self.entry.latest is not None and self.entry.latest.status == Status.VOID

    @property
    def is_undated(self) -> bool:
        if self.entry is not None:
            return self.entry.latest is not None and self.entry.latest.end is None
        return self.statement is not None and self.statement.first_month is None


def reading_of(source: SourceText) -> Reading:
    """Return what is read in the text of a file; the last few are kept."""
    return _read(source.file_id, source.text)


@lru_cache(maxsize=8)
def _read(sha256: str, text: str) -> Reading:
    return read_text(text)


def read_document(document: Document) -> ReadDocument:
    """Return the document as it is read now: the one at its place in the file, should its bounds have changed."""

    def shared(each: ReadDocument) -> int:
        return min(each.end, document.end) - max(each.start, document.start)

    return max(reading_of(document.source).documents, key=shared)


def drafts_of(document: Document) -> list[DraftRow]:
    """Return what was made of ``document``, in the order of its text, numbered from 1."""
    entries = (
        document.entries.select_related("latest", "counting", "register")
        .prefetch_related("latest__sources", "latest__figures__indicator")
        .order_by("pk")
    )
    rows: list[tuple[int, int, tuple[ShownFigure, ...], Entry | None, Statement | None]] = []
    for entry in entries:
        assert entry.latest is not None  # an entry is made with its first revision
        start, end = _span(each.told for each in entry.latest.sources.all() if not each.about)
        shown = tuple(_shown(each) for each in entry.latest.figures.all())
        rows.append((start, end, shown, entry, None))
    for statement in document.statements.select_related("indicator").order_by("pk"):
        start, end = _span(statement.told)
        rows.append((start, end, (_shown(statement),), None, statement))
    rows.sort(key=lambda row: (row[0], row[3] is None))
    return [DraftRow(number, *row) for number, row in enumerate(rows, 1)]


def _span(told: Iterable[dict[str, Any]]) -> tuple[int, int]:
    for each in told:
        if "start" in each and "end" in each:
            return int(each["start"]), int(each["end"])
    return 0, 0


def _shown(figure: FigureColumns) -> ShownFigure:
    indicator = figure.indicator
    value = Decimal(figure.value).scaleb(-indicator.scale)
    return ShownFigure(indicator.name, value, QUALIFIER_WORDS[figure.qualifier], indicator.unit)


def open_checks(document: Document) -> list[dict[str, Any]]:
    """Return the checks of ``document`` that nobody has decided, in the order in which they were found."""
    decided = {(each.check_kind, each.start) for each in document.decisions.all()}
    return [each for each in document.checks if (each["kind"], each["spans"][0][0]) not in decided]


def edition_before(document: Document) -> Document | None:
    """Return the document of the same unit and kind a year before, None when there is none."""
    period = known_period(document.period)
    if period is None:
        return None
    code = Period.parse(period.code.replace(str(period.year), str(period.year - 1), 1)).code
    before = Document.objects.filter(organisation=document.organisation, kind=document.kind, period=code)
    return before.exclude(pk=document.pk).order_by("pk").first()
