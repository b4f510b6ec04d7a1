"""The page of a spreadsheet: what its columns mean, what would be recorded, which rows are wrong and why."""

import io
from typing import Any

import xlsxwriter
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.intake.models import SheetUpload
from kexie.intake.sheets.grid import Cell
from kexie.intake.sheets.services import Preview, import_sheet, preview, say_columns
from kexie.registers.definitions import catalogue_registers
from kexie.registers.permissions import APPROVE, TAKE_IN, may, require

_SHOWN = 12
_BAD_SHOWN = 50
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _upload(request: HttpRequest, pk: int) -> SheetUpload:
    visible = SheetUpload.objects.visible_to(request.user).select_related("organisation", "file", "created_by")
    return get_object_or_404(visible, pk=pk)


@require_safe
def show_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet with its columns, the first rows, and every bad row with its number and reason."""
    upload = _upload(request, pk)
    found = preview(upload)
    chosen = {int(column): key for column, key in upload.columns.items()}
    labels = found.header.labels if found.header else ()
    used = [column for column, label in enumerate(labels) if label or column in chosen]
    context = {
        "upload": upload,
        "found": found,
        "registers": [(code, each.name) for code, each in catalogue_registers().items()],
        "columns": [(column, labels[column], chosen.get(column, "")) for column in used],
        "rows": [(row, [_cell(row.cells, column) for column in used]) for row in found.good[:_SHOWN]],
        "bad": found.bad[:_BAD_SHOWN],
        "bad_rest": max(len(found.bad) - _BAD_SHOWN, 0),
        "good_rest": max(len(found.good) - _SHOWN, 0),
        "numbers": sum(len(each.figures) for each in found.ready) + sum(len(row.figures) for row in found.good),
        "may_confirm": may(request.user, APPROVE, upload.organisation),
    }
    return render(request, "intake/sheet.html", context)


def _cell(cells: tuple[Cell, ...], column: int) -> Cell:
    return cells[column] if column < len(cells) else None


@require_POST
def change_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what the columns mean (``columns``) or import the sheet (``import``)."""
    upload = _upload(request, pk)
    require(request.user, TAKE_IN, upload.organisation)
    try:
        if "import" in request.POST:
            approve = request.POST["import"] == "approve"
            if approve and not may(request.user, APPROVE, upload.organisation):
                raise PermissionDenied
            count = import_sheet(
                upload=upload,
                actor=request.user.get_username(),
                approve=approve,
                user=request.user,  # type: ignore[arg-type]  # logged in: the middleware says so
            )
            messages.info(request, f"记下了{count}条" + ("，已计入汇总" if approve else "，等人确认"))
        else:
            _say(request, upload)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("intake:sheet", upload.pk)


def _say(request: HttpRequest, upload: SheetUpload) -> None:
    period = request.POST.get("period", "").strip()
    register = request.POST.get("register", "")
    columns: dict[int, str] = {}
    if register == upload.register:  # another register: its columns are matched anew
        told = {name: value for name, value in request.POST.items() if name.startswith("column-") and value}
        columns = {int(name[7:]): str(value) for name, value in told.items() if name[7:].isdigit()}
    say_columns(upload=upload, register=register, columns=columns, period=Period.parse(period) if period else None)


@require_safe
def rejected_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows with a problem as a file of their own, with the reason in the last column, to be put right and sent."""
    upload = _upload(request, pk)
    found = preview(upload)
    response = HttpResponse(_workbook(found), content_type=_SHEET)
    response["Content-Disposition"] = f'attachment; filename="rejected-{upload.pk}.xlsx"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _workbook(found: Preview) -> bytes:
    buffer = io.BytesIO()
    # Strings stay strings: a cell that begins with = must not become a formula in the clerk's Excel.
    options: dict[str, Any] = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    page = book.add_worksheet("有问题的行")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    labels = found.header.labels if found.header else ()
    page.write_row(0, 0, [*labels, "问题", "原表行号"], bold)
    for place, row in enumerate(found.bad, 1):
        for column, cell in enumerate(row.cells):
            if hasattr(cell, "isoformat"):
                page.write_datetime(place, column, cell, day)
            elif cell is not None:
                page.write(place, column, cell)
        page.write_string(place, len(labels), row.problem)
        page.write_number(place, len(labels) + 1, row.number)
    book.close()
    return buffer.getvalue()
