"""The shape of ``kexie read --json``: what may stand in each field. ``kexie read --schema`` prints it as JSON Schema.

``output.to_json`` writes it, these types check it: a field too many, one too few or a value of another kind is an
error. Numbers are base units (元, not 万元); offsets are characters of the extracted text, the end is exclusive.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Offset = Annotated[int, Meta(ge=0)]
Position = Annotated[int, Meta(ge=1)]
Number = int | float
Text = Annotated[str, Meta(min_length=1)]
Year = Annotated[str, Meta(pattern=r"^\d{4}$")]
Period = Annotated[str, Meta(pattern=r"^(\d{4}|\d{4}H[12]|\d{4}Q[1-4]|\d{4}-\d\d|xxxxH[12])$")]
Day = Annotated[str, Meta(pattern=r"^(\d{4}|-)-\d\d-\d\d$")]
Due = Annotated[str, Meta(pattern=r"^(\d{4}|(\d{4}|-)-\d\d(-\d\d)?)$")]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
FigureKind = (
    Literal["count", "money", "percent", "area", "length", "duration", "age", "score", "magnitude"]
    | Literal["weight", "volume", "ratio"]
)
Level = (
    Literal["province", "city", "county", "township", "community", "village", "enterprise", "university", "school"]
    | Literal["elder-association", "individual", "other"]
)
Span = tuple[Offset, Position]


class _Strict(msgspec.Struct, forbid_unknown_fields=True):
    """All fields are required: an absent one is null, never left out."""


class SourceRow(_Strict):
    """The file: its name, the SHA-256 of its bytes and the length of the text in it."""

    name: str
    sha256: Hash
    characters: Offset


class SectionRow(_Strict):
    """A heading and what it governs."""

    number: Text
    level: Position
    title: str
    work_area: str | None
    start: Offset
    end: Position


class ActivityRow(_Strict):
    """An event that took place, or a named series."""

    id: Text
    start: Offset
    end: Position
    title: Text
    start_date: Day | None
    end_date: Day | None
    place: Text | None
    organisers: list[Text]
    role: Literal["organiser", "co-organiser", "participant"]
    occurrences: Position | None
    campaign: Text | None
    audience: Text | None
    same_as: Text | None


class RepairRow(_Strict):
    """Where the digit that is missing in a figure can be seen: a copy of the document in the same file."""

    document: Position
    start: Offset
    end: Position
    why: Text


class FigureRow(_Strict):
    """A number with its unit and what it counts."""

    start: Offset
    end: Position
    quote: Text
    value: Number | None
    qualifier: Literal["exact", "at_least", "at_most", "about", "range"]
    low: Number | None
    high: Number | None
    soft_high: Number | None
    unit: Text
    counted: Text | None
    kind: FigureKind
    status: Literal["actual", "planned", "rule", "threshold"]
    negated: bool
    whole: bool
    part_of: Offset | None
    per: Text | None
    period: Text | None  # another one than the document's: a year, or 去年 where that is unknown
    activity: Text | None
    indicator: Text | None
    suspect: list[Text]
    repaired_from: RepairRow | None


class TargetRow(_Strict):
    """What a plan promises in numbers."""

    start: Offset
    end: Position
    quote: Text
    metric: Text
    comparator: Literal[">=", "<=", "=", "about"]
    value: Number
    value_max: Number | None
    unit: Text
    per: Text | None
    due: Due | None
    strength: Literal["firm", "hoped", "none"]
    assigned_by: Text | None


class CheckRow(_Strict):
    """Something to look at before the figures are used."""

    kind: Text
    message: Text
    spans: list[Span]
    proposal: str | None


class DocumentRow(_Strict):
    """One document of the file."""

    index: Position
    start: Offset
    end: Position
    title: Text | None
    kind: Literal["summary", "plan", "summary+plan", "other"]
    organisation: Text | None
    level: Level
    period: Period | None
    near_duplicate_of: Position | None
    sections: list[SectionRow]
    activities: list[ActivityRow]
    figures: list[FigureRow]
    targets: list[TargetRow]
    checks: list[CheckRow]


class ReadingRow(_Strict):
    """One file, read."""

    source: SourceRow
    documents: list[DocumentRow]


def check(answer: dict[str, Any]) -> ReadingRow:
    """Compare what ``to_json`` gives with the shape. Raises msgspec.ValidationError, naming the place."""
    return msgspec.convert(answer, type=ReadingRow)


def schema() -> dict[str, Any]:
    """The shape as JSON Schema (2020-12)."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **msgspec.json.schema(ReadingRow)}
