"""The rows of an edited text against the tables of the report: row by its first cell, column by its head. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from kexie.reports.findings import Finding
from kexie.reports.model import Cell, Document, Number, Table, Text, Unsourced
from kexie.reports.spotting import plain_digits, reading_of, says_the_same, spot

_SAME_LABEL = 60.0  # of 100


@dataclass
class RowsTaken:
    """``blocks``: tables of the body by the line at which they begin; findings by line; ``gone`` of all rows."""

    blocks: dict[int, Table] = field(default_factory=dict)
    annexes: list[Table] = field(default_factory=list)
    findings: dict[int, list[Finding]] = field(default_factory=dict)
    gone: list[Finding] = field(default_factory=list)


def take_rows(*, document: Document, lines: Sequence[str], by: str, reason: str) -> RowsTaken:
    """Return the tables of the edited text, each number in it known, changed, new or gone."""
    taken = RowsTaken()
    tables = [block for block in document.blocks if isinstance(block, Table)]
    free = [*tables, *document.annexes]
    for start, rows in _runs(lines):
        table = max(free, key=lambda each: _agreement(each, rows), default=None)
        if table is None or not _agreement(table, rows):
            table = Table(title="", header=tuple(rows[0]), rows=())
        else:
            free.remove(table)
        made = _Rows(table=table, by=by, reason=reason, taken=taken).take(start, rows)
        if any(table is each for each in document.annexes):
            taken.annexes.append(made)
        else:
            taken.blocks[start] = made
    for table in free:
        for row in table.rows:
            _Rows(table=table, by=by, reason=reason, taken=taken).lose(row)
    return taken


@dataclass
class _Rows:
    table: Table
    by: str
    reason: str
    taken: RowsTaken

    def take(self, start: int, rows: list[list[str]]) -> Table:
        heads = [_squeezed(cell) for cell in self.table.header]
        head, body = rows[0], rows[1:]
        if _label(head) != heads[0]:
            head, body, start = list(self.table.header), rows, start - 1
        columns = [heads.index(_squeezed(cell)) if _squeezed(cell) in heads else None for cell in head]
        if None in columns and len(head) == len(heads):
            columns = list(range(len(heads)))
        origin = self._origins(body)
        made = []
        for place, cells in enumerate(body):
            before = self.table.rows[origin[place]] if place in origin else None
            made.append(self._row(start + 1 + place, before, columns, cells))
            if before is not None:
                self.lose(tuple(cell for at, cell in enumerate(before) if at not in columns))
        for place, row in enumerate(self.table.rows):
            if place not in origin.values():
                self.lose(row)
        named = [self.table.header[at] if at is not None else head[place] for place, at in enumerate(columns)]
        return replace(self.table, header=tuple(named), rows=tuple(made))

    def _origins(self, body: list[list[str]]) -> dict[int, int]:
        """The row before of each row, by place."""
        labels = [_squeezed(row[0].text) if row and row[0] else "" for row in self.table.rows]
        origin: dict[int, int] = {}
        for least in (100.0, _SAME_LABEL):
            for place, cells in enumerate(body):
                if place in origin:
                    continue
                free = [at for at in range(len(labels)) if at not in origin.values()]
                scored = [(fuzz.ratio(labels[at], _label(cells)), -at) for at in free]
                best = max(scored, default=(0.0, 0))
                if best[0] >= least:
                    origin[place] = -best[1]
        return origin

    def _row(
        self, line: int, before: tuple[Cell, ...] | None, columns: list[int | None], cells: list[str]
    ) -> tuple[Cell, ...]:
        made: list[Cell] = []
        for place in range(len(columns)):
            text = cells[place].strip() if place < len(cells) else ""
            at = columns[place]
            old = before[at] if before is not None and at is not None and at < len(before) else None
            words = f"{cells[0].strip()}，{self.table.header[at] if at is not None else ''}"
            made.append(self._cell(line, place, old, text, words))
        return tuple(made)

    def _cell(self, line: int, place: int, old: Cell, text: str, words: str) -> Cell:
        found = self.taken.findings.setdefault(line, [])
        if place == 0:
            return Text(text=text) if text else None
        if isinstance(old, Number | Unsourced):
            if _says(old, text):
                if isinstance(old, Number):
                    found.append(Finding(kind="right", before=old.text, now=text, name=old.name, place=words))
                return replace(old, text=text)
            if not spot(text):
                self.lose((old,))
                return Text(text=text) if text else None
            found.append(Finding(kind="changed", before=old.text, now=text, name=old.name, place=words))
            return self._unsourced(text, was=old.text, key=old.key, name=old.name)
        if old is not None and _squeezed(old.text) == _squeezed(text):
            return old
        if not spot(text):
            return Text(text=text) if text else None
        found.append(Finding(kind="added", now=text, place=words))
        return self._unsourced(text)

    def _unsourced(self, text: str, *, was: str = "", key: str = "", name: str = "") -> Unsourced:
        reading = reading_of(text)
        value = reading.value if reading else None
        return Unsourced(text=text, by=self.by, reason=self.reason, was=was, key=key, name=name, value=value)

    def lose(self, row: tuple[Cell, ...]) -> None:
        """Note the numbers of a row that is no more."""
        label = row[0].text if row and row[0] else ""
        for cell in row:
            if isinstance(cell, Number | Unsourced):
                where = f"{self.table.title} {'' if label == cell.text else label}".strip()
                self.taken.gone.append(Finding(kind="gone", before=cell.text, name=cell.name, place=where))


def _says(old: Number | Unsourced, text: str) -> bool:
    if plain_digits(_squeezed(old.text)) == plain_digits(_squeezed(text)):
        return True
    now = reading_of(text)
    return (
        isinstance(old, Number) and now is not None and says_the_same(number=old, before=reading_of(old.text), now=now)
    )


def _runs(lines: Sequence[str]) -> list[tuple[int, list[list[str]]]]:
    """Rows that follow one another, with the line of the first."""
    runs: list[tuple[int, list[list[str]]]] = []
    before = -2
    for place, line in enumerate(lines):
        if "\t" not in line:
            continue
        if place != before + 1:
            runs.append((place, []))
        runs[-1][1].append(line.split("\t"))
        before = place
    return runs


def _agreement(table: Table, rows: list[list[str]]) -> int:
    """How many first cells of the rows the table knows."""
    labels = {_squeezed(row[0].text) for row in table.rows if row and row[0]} | {_squeezed(table.header[0])}
    return sum(1 for cells in rows if _label(cells) in labels)


def _label(cells: list[str]) -> str:
    return _squeezed(cells[0]) if cells else ""


def _squeezed(text: str) -> str:
    return "".join(text.split())
