"""The document model: what a report says, before it is a page, a Word file or a source table.

A document is a tree of frozen dataclasses. Running text is a tuple of spans; a span is plain ``Text``, a ``Number``
that carries the query it came from, so that every renderer can lead from the digits to the entries behind them, or
an ``Unsourced`` number that a person wrote.
The model is pure (no Django) and goes to JSON and back without loss: what was printed stays as it was printed.
"""

import calendar
import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Literal, Protocol

import msgspec

Scope = Literal["own", "system", "county"]
Measure = Literal["total", "difference", "rate"]


class Measured(Protocol):
    """A value with bounds, as ``totals.queries.Total`` has them; a bound that is None is not known."""

    @property
    def value(self) -> Decimal: ...
    @property
    def low(self) -> Decimal | None: ...
    @property
    def high(self) -> Decimal | None: ...
    @property
    def low_exclusive(self) -> bool: ...
    @property
    def high_exclusive(self) -> bool: ...
    @property
    def qualifier(self) -> str: ...


def same_day(day: datetime.date, *, years_back: int) -> datetime.date:
    """Return the day of another year; for 29 February, where there is none, the 28th."""
    year = day.year - years_back
    last = calendar.monthrange(year, day.month)[1]
    return day.replace(year=year, day=min(day.day, last))


@dataclass(frozen=True, kw_only=True)
class NumberQuery:
    """What a number was asked for: enough to ask again and to list its entries.

    ``where`` narrows a total to entries whose field has a value (``"level=province"``), or to those of a campaign
    (``"campaign=science-day"``); ``entry`` to one entry; ``online`` to what is said to be online (True) or to all else
    (False). ``until``, a day of the last month, leaves out what came after it.
    """

    organisation: str
    indicator: str
    first_month: int
    last_month: int
    scope: Scope = "system"
    work_area: str | None = None
    where: str = ""
    entry: str = ""
    online: bool | None = None
    until: datetime.date | None = None

    def a_year_before(self) -> "NumberQuery":
        """Return the query for the same months, up to the same day, of the year before."""
        return replace(
            self,
            first_month=self.first_month - 100,
            last_month=self.last_month - 100,
            until=self.until and same_day(self.until, years_back=1),
        )

    @property
    def key(self) -> str:
        """Return a text that is the same for the same query and fit for an HTML id."""
        parts = [self.organisation, self.indicator, f"{self.first_month}-{self.last_month}", self.scope]
        parts += [self.work_area or "all", self.where, self.entry]
        parts += ["" if self.online is None else "online" if self.online else "on-site", str(self.until or "")]
        joined = ".".join(part for part in parts if part)
        return "".join(mark if mark.isalnum() or mark in "-_." else f"_{ord(mark):x}_" for mark in joined)


@dataclass(frozen=True, kw_only=True)
class Text:
    """Plain words."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Number:
    """A number of work as printed (``text``: marker, digits and unit), with the total it states.

    ``measure`` is ``total``, or a comparison of ``query`` with ``base``: ``difference`` (in the unit) or ``rate`` (%).
    ``entries`` counts the entries behind ``query``; ``as_of`` is given for stocks only.
    """

    text: str
    unit: str
    name: str
    query: NumberQuery
    value: Decimal
    low: Decimal | None
    high: Decimal | None
    low_exclusive: bool = False
    high_exclusive: bool = False
    qualifier: str = "exact"
    entries: int = 0
    as_of: datetime.date | None = None
    measure: Measure = "total"
    base: NumberQuery | None = None

    @property
    def key(self) -> str:
        """Return the key of the quantity: the same quantity has the same key wherever it is printed."""
        return self.query.key if self.measure == "total" else f"{self.query.key}.{self.measure}"


@dataclass(frozen=True, kw_only=True)
class Unsourced:
    """A number that a person wrote and no record gives: kept as written, marked on screen and in the source table.

    ``was`` is the printed text that it replaced ("" when it is new), ``key`` and ``name`` those of the quantity then.
    ``value`` is what the text says, in the smallest words: None when it is not one number. ``by`` and ``reason`` say
    who wrote it and why.
    """

    text: str
    by: str
    reason: str
    was: str = ""
    key: str = ""
    name: str = ""
    value: Decimal | None = None


Span = Text | Number | Unsourced
Cell = Text | Number | Unsourced | None


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading with its number (``一、``) inside the text; level 1 is a chapter, level 2 a part of it."""

    text: str
    level: int = 1


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Running text."""

    spans: tuple[Span, ...]

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table: a header of words, and rows of cells; the first column is words, a cell is a span or empty (None)."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block = Heading | Paragraph | Table


@dataclass(frozen=True, kw_only=True)
class Document:
    """A whole document. ``annexes`` follow the signature on pages of their own; ``notes`` are for the writer only.

    ``notes`` are shown beside the page and never printed into a file. ``about`` is what a document of one campaign or
    of one entry is about: its code or uid. Without a ``signature`` there is no closing date.
    """

    kind: str
    organisation: str
    period: str
    title: str
    blocks: tuple[Block, ...]
    signature: str
    date: datetime.date
    addressee: str = ""
    annexes: tuple[Table, ...] = ()
    notes: tuple[str, ...] = field(default=())
    as_of: datetime.date | None = None
    about: str = ""

    def numbers(self) -> Iterator[Number]:
        """Yield every number in reading order, repeated ones as often as they are printed."""
        return (span for span in self.spans() if isinstance(span, Number))

    def unsourced(self) -> list[Unsourced]:
        """Return the numbers without source in reading order."""
        return [span for span in self.spans() if isinstance(span, Unsourced)]

    def spans(self) -> Iterator[Span]:
        """Yield every span of paragraphs and cells in reading order."""
        for block in (*self.blocks, *self.annexes):
            if isinstance(block, Paragraph):
                yield from block.spans
            elif isinstance(block, Table):
                yield from (cell for row in block.rows for cell in row if cell is not None)

    def distinct_numbers(self) -> list[Number]:
        """Return each quantity once, in the order of its first appearance."""
        found: dict[str, Number] = {}
        for number in self.numbers():
            found.setdefault(number.key, number)
        return list(found.values())

    @property
    def characters(self) -> int:
        """Return the length of the text without annexes, as an office counts it (no spaces)."""
        parts = [self.title]
        parts += [block.text for block in self.blocks if not isinstance(block, Table)]
        return sum(len("".join(part.split())) for part in parts)

    def without_notes(self) -> "Document":
        """Return the document as it may leave the office."""
        return replace(self, notes=())


_KINDS: dict[str, type] = {
    "text": Text,
    "number": Number,
    "unsourced": Unsourced,
    "heading": Heading,
    "paragraph": Paragraph,
    "table": Table,
}
_NAMES = {shape: name for name, shape in _KINDS.items()}


def to_json(document: Document) -> dict[str, Any]:
    """Return the document as plain JSON data (decimals as text, dates as YYYY-MM-DD); nothing is lost."""
    data: dict[str, Any] = msgspec.to_builtins(document)
    data["blocks"] = [_block_to_json(block) for block in document.blocks]
    data["annexes"] = [_block_to_json(table) for table in document.annexes]
    return data


def from_json(data: dict[str, Any]) -> Document:
    """Return the document that ``to_json`` gave. Raises ValueError when the data is not a document."""
    try:
        blocks = tuple(_block_from_json(item) for item in data["blocks"])
        annexes = tuple(_block_from_json(item) for item in data.get("annexes", ()))
        shell = msgspec.convert({**data, "blocks": (), "annexes": ()}, _Shell)
        values = {name: getattr(shell, name) for name in _Shell.__struct_fields__}
        return Document(**{**values, "blocks": blocks, "annexes": annexes})
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise ValueError(f"not a document: {error}") from error


class _Shell(msgspec.Struct):
    kind: str
    organisation: str
    period: str
    title: str
    signature: str
    date: datetime.date
    addressee: str = ""
    notes: tuple[str, ...] = ()
    as_of: datetime.date | None = None
    about: str = ""


def _span_to_json(span: Cell) -> dict[str, Any] | None:
    if span is None:
        return None
    return {"type": _NAMES[type(span)], **msgspec.to_builtins(span)}


def _block_to_json(block: Block) -> dict[str, Any]:
    name = _NAMES[type(block)]
    if isinstance(block, Paragraph):
        return {"type": name, "spans": [_span_to_json(span) for span in block.spans]}
    if isinstance(block, Table):
        rows = [[_span_to_json(cell) for cell in row] for row in block.rows]
        return {"type": name, "title": block.title, "header": list(block.header), "rows": rows}
    return {"type": name, "text": block.text, "level": block.level}


def _span_from_json(data: dict[str, Any] | None) -> Any:
    if data is None:
        return None
    kind = {"text": Text, "number": Number, "unsourced": Unsourced}[data["type"]]
    return msgspec.convert({key: value for key, value in data.items() if key != "type"}, kind, strict=False)


def _block_from_json(data: dict[str, Any]) -> Any:
    if data["type"] == "paragraph":
        return Paragraph(spans=tuple(_span_from_json(span) for span in data["spans"]))
    if data["type"] == "table":
        rows = tuple(tuple(_span_from_json(cell) for cell in row) for row in data["rows"])
        return Table(title=data["title"], header=tuple(data["header"]), rows=rows)
    if data["type"] == "heading":
        return Heading(text=data["text"], level=data["level"])
    raise TypeError(f"there is no block of type {data['type']!r}")
