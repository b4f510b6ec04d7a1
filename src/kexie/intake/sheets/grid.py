"""A spreadsheet file as a grid of plain cells. Pure: no database."""

import csv
import datetime
import io
from dataclasses import dataclass
from decimal import Decimal

import python_calamine

from kexie.core.errors import DomainError
from kexie.reading import ReadingError, extract

MOST_ROWS = 100_000
MOST_COLUMNS = 200
#: What a cell may be. Whole numbers are int, others Decimal: a float is only how the file writes them.
Cell = str | int | Decimal | bool | datetime.date | None

_OLE, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, and its rows as the file numbers them: ``rows[0]`` is row 1."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]


def is_spreadsheet(content: bytes, name: str) -> bool:
    """Say whether the file is a spreadsheet: by its content; text is one when it is called .csv."""
    if content.startswith((_OLE, _ZIP)):
        try:
            python_calamine.load_workbook(io.BytesIO(content))
        except python_calamine.CalamineError:
            return False
        return True
    return name.lower().endswith(".csv")


def read_sheets(content: bytes, name: str) -> list[Sheet]:
    """Return the sheets of .xlsx, .xls, .et, .ods or .csv that have anything in them.

    Raises DomainError, naming the file, when it is broken, locked by a password, empty or too large.
    """
    sheets = _workbook(content, name) if content.startswith((_OLE, _ZIP)) else [_csv(content, name)]
    found = [sheet for sheet in sheets if any(cell is not None for row in sheet.rows for cell in row)]
    if not found:
        raise DomainError(f"{name}：表里什么都没有")
    return found


def _workbook(content: bytes, name: str) -> list[Sheet]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheets = []
        for each in book.sheet_names:
            sheet = book.get_sheet_by_name(each)
            _check_size(sheet.total_height, sheet.total_width, name, each)
            rows = sheet.to_python(skip_empty_area=False)
            sheets.append(Sheet(each, tuple(tuple(_cell(cell) for cell in row) for row in rows)))
    except python_calamine.PasswordError as error:
        raise DomainError(f"{name}：表格有密码，请去掉密码再交") from error
    except python_calamine.CalamineError as error:
        raise DomainError(f"{name}：不是完整的表格文件，请用 Excel 或 WPS 打开另存后再交") from error
    return sheets


def _csv(content: bytes, name: str) -> Sheet:
    try:
        text = extract(content, f"{name}.txt").text
    except ReadingError as error:
        raise DomainError(str(error)) from error
    rows = [tuple(_cell(cell) for cell in row) for row in csv.reader(io.StringIO(text))]
    _check_size(len(rows), max(map(len, rows), default=0), name, name)
    return Sheet(name, tuple(rows))


def _check_size(height: int, width: int, name: str, sheet: str) -> None:
    if height > MOST_ROWS or width > MOST_COLUMNS:
        raise DomainError(f"{name}：“{sheet}”有{height}行{width}列，最多收{MOST_ROWS}行{MOST_COLUMNS}列")


def _cell(cell: object) -> Cell:
    if isinstance(cell, str):
        return " ".join(cell.split()) or None
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else Decimal(repr(cell))
    if isinstance(cell, int):
        return cell
    if isinstance(cell, datetime.datetime):
        return cell.date()
    return cell if isinstance(cell, datetime.date) else None
