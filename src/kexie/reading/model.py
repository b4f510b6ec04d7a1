"""What reading yields. All offsets are characters of the decoded file; ``end`` is exclusive."""

from dataclasses import dataclass, field
from decimal import Decimal


class ReadingError(Exception):
    """A file cannot be read. ``name`` is the file's name, ``reason`` says why in plain words."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}：{reason}")
        self.name = name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Source:
    """A decoded file: its name, the SHA-256 of its bytes (hex), and its text."""

    name: str
    sha256: str
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what it governs. ``level`` 1 is the outermost; ``number`` is as written."""

    number: str
    level: int
    title: str
    work_area: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its unit and what it counts.

    ``value``, ``low``, ``high`` and ``soft_high`` are in base units (元, not 万元). ``qualifier`` is
    exact, at_least, at_most, about or range; a range has no ``value``. ``soft_high`` is the exclusive bound
    of 余 and 多. ``indicator`` is a catalogue code.
    """

    start: int
    end: int
    quote: str
    value: Decimal | None
    qualifier: str
    low: Decimal | None
    high: Decimal | None
    soft_high: Decimal | None
    low_exclusive: bool
    unit: str
    counted: str | None
    kind: str
    status: str
    negated: bool = False
    whole: bool = False
    part_of: int | None = None
    per: str | None = None
    period: str | None = None
    activity: str | None = None
    indicator: str | None = None
    suspect: tuple[str, ...] = ()
    repaired_from: dict[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What a plan promises in numbers.

    ``comparator`` is >=, <=, = or about. ``value`` is in base units, a range's lower end; its upper end is
    ``value_max``. ``due`` is an ISO date, a year or ``--MM-DD``. ``strength`` is firm, hoped, or none when the text
    uses no word for it. ``per`` is the base of a rate.
    """

    start: int
    end: int
    quote: str
    metric: str
    comparator: str
    value: Decimal
    value_max: Decimal | None
    unit: str
    per: str | None
    due: str | None
    strength: str
    assigned_by: str | None


@dataclass(frozen=True, slots=True)
class Activity:
    """One event that took place, or a named series of them.

    ``id`` is unique in its document. Dates are ISO, ``--MM-DD`` when the year is unknown, None when not told; an open
    end is None. ``role`` is organiser, co-organiser or participant. ``occurrences`` says how often, if told.
    ``same_as`` is the id of an earlier activity that seems to be the same event.
    """

    id: str
    start: int
    end: int
    title: str
    start_date: str | None
    end_date: str | None
    place: str | None
    organisers: tuple[str, ...]
    role: str
    occurrences: int | None
    campaign: str | None
    audience: str | None
    same_as: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Something to look at before the figures are used. ``message`` and ``proposal`` are Chinese, for the reader."""

    kind: str
    message: str
    spans: tuple[tuple[int, int], ...]
    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a file. ``index`` starts at 1; ``near_duplicate_of`` is the index of an earlier one."""

    index: int
    start: int
    end: int
    title: str | None
    kind: str
    organisation: str | None
    level: str
    period: str | None
    near_duplicate_of: int | None = None
    sections: list[Section] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole file, read."""

    source: Source
    documents: list[Document]
