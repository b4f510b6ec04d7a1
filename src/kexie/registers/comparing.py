"""Entries side by side, as a page shows them: one row for each thing that is said, marked where it is alike."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from kexie.core.bulk import batched
from kexie.registers.models import Entry, Figure, Revision
from kexie.registers.proposals.score import ALIKE_WORDS
from kexie.registers.proposals.weights import merging
from kexie.totals.measures import printed_word
from kexie.ui.numbers import day


@dataclass(frozen=True)
class Cell:
    """Words, or a number with its qualifier word and unit."""

    text: str = ""
    value: Decimal | None = None
    word: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Row:
    label: str
    cells: list[Cell]
    alike: bool


@dataclass(frozen=True)
class Comparison:
    """``entries`` are the columns; ``words`` say in what they are alike; ``score`` in percent, 0: none."""

    entries: list[Entry]
    rows: list[Row]
    words: list[str] = field(default_factory=list)
    score: int = 0

    @property
    def revisions(self) -> list[Revision]:
        """What is said last of each."""
        return [entry.latest for entry in self.entries if entry.latest]


def days_text(start: date | None, end: date | None) -> str:
    """Return the days of an event in words."""
    if end is None:
        return "还没有"
    return day(end, "year") if start in (None, end) else f"{day(start, 'year')} 至 {day(end, 'year')}"


class Shelf:
    """Entries and their figures, read at once for many comparisons: three queries, whatever their number."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = {entry.pk: entry for entry in entries}
        self._figures: dict[int, dict[str, Cell]] = {}
        latest = {entry.latest_id: entry.pk for entry in entries if entry.latest_id}
        self._order: dict[str, int] = {}
        for batch in batched(sorted(latest)):
            rows = Figure.objects.filter(revision__in=batch, part_of=None, groups=[]).select_related("indicator")
            for row in rows.order_by("revision", "position"):
                value = Decimal(row.value).scaleb(-row.indicator.scale)
                own = self._figures.setdefault(latest[row.revision_id], {})
                before = own.get(row.indicator.name)
                summed = value + (before.value or 0) if before else value
                own[row.indicator.name] = Cell(
                    value=summed,
                    word=printed_word(qualifier=row.qualifier, value=row.value, low=row.low, high=row.high),
                    unit=row.indicator.unit,
                )
                self._order[row.indicator.name] = row.indicator.order

    def __contains__(self, key: int) -> bool:
        return key in self._entries

    def compare(self, keys: Sequence[int], alike: Sequence[str] = (), score: int = 0) -> Comparison:
        """Return the entries with these keys side by side, in this order; of the numbers those that two of them give.

        A number is alike when it is the same everywhere and not so small that it is so by chance.
        """
        entries = [self._entries[key] for key in keys]
        revisions = [entry.latest for entry in entries if entry.latest]
        told = set(alike)
        rows = [
            _row("名称", [each.title for each in revisions], "title" in told),
            _row("日期", [days_text(each.start, each.end) for each in revisions], "dates" in told),
            _row("地点", [each.place for each in revisions], bool(told & {"place", "near"})),
            _row("角色", [each.get_role_display() for each in revisions], False),
            _row("合作单位", ["、".join(each.partners) for each in revisions], bool(told & {"partners", "partner"})),
        ]
        names = {name for key in keys for name in self._figures.get(key, {})}
        for name in sorted(names, key=lambda each: self._order[each]):
            cells = [self._figures.get(key, {}).get(name, Cell()) for key in keys]
            given = [cell.value for cell in cells if cell.value is not None]
            if len(given) > 1:
                alike_here = len(set(given)) == 1 and given[0] >= merging().least_number
                rows.append(Row(name, cells, alike_here))
        words = [words for key, words in ALIKE_WORDS.items() if key in told]
        return Comparison(entries, [row for row in rows if any(c.text or c.value is not None for c in row.cells)],
                          words, score)  # fmt: skip


def _row(label: str, texts: list[str], alike: bool) -> Row:
    given = [text for text in texts if text]
    same = len(given) > 1 and len(set(given)) == 1
    return Row(label, [Cell(text=text) for text in texts], alike or (same and label != "角色"))
