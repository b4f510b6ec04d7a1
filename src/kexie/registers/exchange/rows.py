"""Rows of exchange files: reading them with file, line and reason for what is wrong, and the shapes they have."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from kexie.core.errors import DomainError, RowError
from kexie.orgs.services import TreeRow
from kexie.registers.revisions import EntryTold, FigureTold

T = TypeVar("T")

ORGANISATION_COLUMNS = (
    "code", "name", "kind", "parent_code", "valid_from", "valid_to", "successor_code", "order", "short_name",
)  # fmt: skip
_REQUIRED = ORGANISATION_COLUMNS[:4]


class MergeTold(msgspec.Struct, forbid_unknown_fields=True):
    """A line of merges.jsonl: entries of one event, the preferred one first."""

    entries: list[str]


class StatementTold(FigureTold, forbid_unknown_fields=True, kw_only=True):
    """A line of statements.jsonl: a number said of a whole; ``stands_in``: for missing entries."""

    organisation: str
    period: str
    quote: str | None = ""
    sources: list[dict[str, Any]] = []
    stands_in: bool = False


def read_text(path: Path) -> str:
    """Return the UTF-8 text of ``path``. Raises DomainError when it is missing or not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise DomainError(f"没有文件 {path}") from error
    except UnicodeDecodeError as error:
        raise DomainError(f"{path}：不是 UTF-8 文本（第 {error.start} 字节起）") from error
    except OSError as error:
        raise DomainError(f"{path}：读不了（{error.strerror}）") from error


def read_organisations(path: Path) -> list[TreeRow]:
    """Return the rows of orgs.csv. Raises RowError with the line and the reason."""
    reader = csv.DictReader(io.StringIO(read_text(path), newline=""))
    header = [name.strip() for name in reader.fieldnames or ()]
    if missing := [name for name in _REQUIRED if name not in header]:
        raise RowError(str(path), 1, f"缺少列 {'、'.join(missing)}")
    if unknown := [name for name in header if name not in ORGANISATION_COLUMNS]:
        raise RowError(str(path), 1, f"不认识的列 {'、'.join(unknown)}")
    reader.fieldnames = header
    rows = []
    try:
        for row in reader:
            if None in row or any(value is None for name, value in row.items() if name in _REQUIRED):
                raise RowError(str(path), reader.line_num, f"列数与表头不同（应为 {len(header)} 列）")
            if any((value or "").strip() for value in row.values()):
                rows.append(_tree_row(path, reader.line_num, row))
    except csv.Error as error:
        raise RowError(str(path), reader.line_num, f"不是 CSV：{error}") from error
    return rows


def _tree_row(path: Path, line: int, row: dict[str, str]) -> TreeRow:
    cells = {name: (value or "").strip() for name, value in row.items()}
    if any("\0" in cell for cell in cells.values()):
        raise RowError(str(path), line, "文字里有不能存的字符（NUL）")
    for name in ("code", "name", "kind"):
        if not cells[name]:
            raise RowError(str(path), line, f"{name} 是空的")
    for name, limit in (("code", 64), ("name", 120), ("short_name", 60)):
        if len(cells.get(name, "")) > limit:
            raise RowError(str(path), line, f"{name} 超过 {limit} 个字符")
    days: dict[str, date | None] = {}
    for name in ("valid_from", "valid_to"):
        try:
            days[name] = date.fromisoformat(cells[name]) if cells.get(name) else None
        except ValueError as error:
            raise RowError(str(path), line, f"{name}“{cells[name]}”不是日期，请写成 2024-01-31") from error
    try:
        order = int(cells.get("order") or 0)
    except ValueError as error:
        raise RowError(str(path), line, f"order“{cells['order']}”不是整数") from error
    if abs(order) >= 2**31:
        raise RowError(str(path), line, f"order {order} 超出范围")
    return TreeRow(
        line=line,
        code=cells["code"],
        name=cells["name"],
        kind=cells["kind"],
        parent_code=cells["parent_code"],
        valid_from=days["valid_from"],
        valid_to=days["valid_to"],
        successor_code=cells.get("successor_code", ""),
        order=order,
        short_name=cells.get("short_name", "") or cells["name"][:60],
    )


def read_lines(path: Path, shape: type[T]) -> Iterator[tuple[int, T]]:
    """Yield (line number, row) of a JSON Lines file; empty lines are passed over. Raises RowError."""
    decoder = msgspec.json.Decoder(shape)
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield number, decoder.decode(line)
        except msgspec.DecodeError as error:
            raise RowError(str(path), number, reason_of(error)) from error


_MISSING = re.compile(r"missing required field `(\w+)`")
_UNKNOWN = re.compile(r"unknown field `(.+?)`")
_PLACE = re.compile(r"(.*?)(?: - at `\$\.?(.*?)`)?$", re.DOTALL)


def reason_of(error: msgspec.DecodeError) -> str:
    """Return what a decoding error means, in words."""
    text = str(error)
    if not isinstance(error, msgspec.ValidationError):
        return f"不是 JSON（{text}）"
    if match := _MISSING.search(text):
        return f"缺少 {match[1]}"
    if match := _UNKNOWN.search(text):
        return f"不认识 {match[1]}"
    match = _PLACE.match(text)
    if match and match[2]:
        return f"{match[2]} 不合格：{match[1]}"
    return f"不合格：{text}"


_encoder = msgspec.json.Encoder(decimal_format="number")


def encode(row: EntryTold | MergeTold | StatementTold) -> str:
    """Return a row as one line of JSON with numbers as numbers; keys that have their default are left out."""
    return _encoder.encode(_told(row)).decode() + "\n"


def _told(row: msgspec.Struct) -> dict[str, Any]:
    """The keys of ``row`` that say something. (msgspec's own ``omit_defaults`` compares strings by identity.)"""
    told: dict[str, Any] = {}
    for field in msgspec.structs.fields(row):
        value = getattr(row, field.name)
        default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
        if value == default:
            continue
        if isinstance(value, list):
            value = [_told(each) if isinstance(each, msgspec.Struct) else each for each in value]
        told[field.name] = value
    return told
