"""Verbs of the spreadsheets: bring one in, say what its columns mean, import it whole or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.core.services import audit, file_path, store_file
from kexie.intake.models import SheetLayout, SheetUpload
from kexie.intake.sheets.columns import Header, Target, find_header, match, targets_of
from kexie.intake.sheets.grid import Sheet, read_sheets
from kexie.intake.sheets.rows import Layout, RowTold, read_rows
from kexie.orgs.models import Organisation, User
from kexie.registers.definitions import catalogue_registers
from kexie.registers.models import Entry
from kexie.registers.revisions import Checker, Ready, store
from kexie.registers.services import approve_all
from kexie.registers.statements import state

_CHUNK = 500


@dataclass
class Preview:
    """What an import would do: the header that was found, the rows in order, those with a problem among them."""

    sheet: Sheet
    header: Header | None
    targets: list[Target]
    rows: list[RowTold] = field(default_factory=list)
    ready: list[Ready] = field(default_factory=list)

    @property
    def bad(self) -> list[RowTold]:
        return [row for row in self.rows if row.problem]

    @property
    def good(self) -> list[RowTold]:
        return [row for row in self.rows if not row.problem]


@transaction.atomic
def bring_in(
    *, content: bytes, name: str, organisation: Organisation, user: User | None, period: Period | None = None
) -> list[SheetUpload]:
    """Keep a spreadsheet and guess how each of its sheets is to be taken; nothing is recorded yet.

    What this office said of the same layout before is taken again. The same file twice gives the same uploads.
    Raises DomainError when the file cannot be read.
    """
    sheets = read_sheets(content, name)
    file = store_file(content=content, name=name)
    uploads = []
    for sheet in sheets:
        known = SheetUpload.objects.filter(file=file, organisation=organisation, sheet=sheet.name[:120]).first()
        if known is None:
            register, columns = _guess(sheet, organisation)
            known = SheetUpload.objects.create(
                file=file,
                organisation=organisation,
                sheet=sheet.name[:120],
                register=register,
                period=period.code if period else "",
                columns={str(column): key for column, key in columns.items()},
                created_by=user,
            )
        uploads.append(known)
    return uploads


def _guess(sheet: Sheet, organisation: Organisation) -> tuple[str, Mapping[int, str]]:
    """The register and columns of a sheet: as before for the same layout, else the register that explains the most.

    A sheet without names of events, but with units and numbers, tells totals.
    """
    best: tuple[int, str, Mapping[int, str]] = (0, "activity", {})
    for register in (*catalogue_registers(), ""):
        targets = targets_of(register)
        header = find_header(sheet.rows, targets)
        if header is None:
            continue
        remembered = SheetLayout.objects.filter(organisation=organisation, signature=_signature(header)).first()
        if remembered:
            return remembered.register, {int(column): key for column, key in remembered.columns.items()}
        columns = match(header.labels, targets)
        keys = set(columns.values())
        fits = "entry.title" in keys if register else "entry.organisation" in keys
        if fits and len(columns) > best[0]:
            best = (len(columns), register, columns)
    return best[1], best[2]


def _signature(header: Header) -> str:
    return hashlib.sha256(header.signature.encode()).hexdigest()


@transaction.atomic
def say_columns(*, upload: SheetUpload, register: str, columns: Mapping[int, str], period: Period | None) -> None:
    """Say how an upload is to be taken, and remember it for the next sheet of this layout.

    Without ``columns`` they are matched anew. Raises DomainError when it is imported, two columns mean the same, or a
    meaning is none of this register.
    """
    if upload.imported_at:
        raise DomainError("这张表已经导入了")
    if register and register not in catalogue_registers():
        raise DomainError(f"没有台账“{register}”")
    targets = targets_of(register)
    known = {target.key: target.label for target in targets}
    if unknown := [key for key in columns.values() if key not in known]:
        raise DomainError(f"这本台账没有“{unknown[0]}”这一项")
    twice = {known[key] for key in columns.values() if list(columns.values()).count(key) > 1}
    if twice:
        raise DomainError(f"有两列都当作“{'、'.join(sorted(twice))}”，只能留一列")
    header = find_header(sheet_of(upload).rows, targets)
    if not columns and header:
        columns = match(header.labels, targets)
    upload.register, upload.period = register, period.code if period else ""
    upload.columns = {str(column): key for column, key in columns.items()}
    upload.save(update_fields=["register", "period", "columns"])
    if header:
        SheetLayout.objects.update_or_create(
            organisation=upload.organisation,
            signature=_signature(header),
            defaults={"register": register, "columns": upload.columns},
        )


def sheet_of(upload: SheetUpload) -> Sheet:
    """Return the sheet of an upload as it stands in the kept file."""
    content = file_path(upload.file_id).read_bytes()
    return next(sheet for sheet in read_sheets(content, upload.file.name) if sheet.name[:120] == upload.sheet)


def preview(upload: SheetUpload) -> Preview:
    """Return what importing ``upload`` would do; nothing is changed."""
    sheet, targets = sheet_of(upload), targets_of(upload.register)
    found = Preview(sheet, find_header(sheet.rows, targets), targets)
    if found.header is None:
        return found
    layout = Layout(
        header=found.header,
        columns={int(column): key for column, key in upload.columns.items()},
        register=upload.register,
        organisation=upload.organisation,
        period=Period.parse(upload.period) if upload.period else None,
        file=upload.file_id,
    )
    units = list(Organisation.objects.below(upload.organisation))
    found.rows = list(read_rows(sheet, layout, targets, units))
    checker = Checker()
    for row in found.rows:
        if row.entry is not None:
            try:
                found.ready.append(checker.check(row.entry))
            except DomainError as error:
                row.problem = str(error)
    return found


@transaction.atomic
def import_sheet(*, upload: SheetUpload, actor: str, approve: bool = False, user: User | None = None) -> int:
    """Record all rows of ``upload`` as drafts (``approve``: they count at once) or as statements; return how many.

    ``user``: who lets them count (None: a command). Raises DomainError when a row has a problem, none is there, it is
    imported already, or the rule of review wants somebody else to approve; then nothing is recorded.
    """
    if not SheetUpload.objects.filter(pk=upload.pk, imported_at=None).update(imported_at=timezone.now()):
        raise DomainError("这张表已经导入了")
    found = preview(upload)
    if found.bad:
        first = found.bad[0]
        raise DomainError(f"有{len(found.bad)}行有问题，没有导入任何一行。第{first.number}行：{first.problem}")
    if not found.rows:
        raise DomainError("没有可导入的行")
    if upload.register:
        count = _import_entries(upload, found, actor, approve, user)
    else:
        count = _import_totals(upload, found, approve)
    audit(
        actor=actor,
        action="import-sheet",
        subject=f"file:{upload.file_id}",
        organisation=upload.organisation.code,
        register=upload.register,
        rows=count,
    )
    return count


def _import_entries(upload: SheetUpload, found: Preview, actor: str, approve: bool, user: User | None) -> int:
    checker = Checker()
    added: list[int] = []
    for chunk in batched(found.ready, _CHUNK):
        added += store(ready=list(chunk), actor=upload.created_by, replace=False, standings=checker.standings).entries
    upload.entries.add(*added)
    if approve and added:
        drafts = list(Entry.objects.filter(pk__in=added, latest__status="draft").values_list("pk", flat=True))
        approve_all(entries=drafts, actor=actor, subject=f"file:{upload.file_id}", user=user)
    return len(added)


def _import_totals(upload: SheetUpload, found: Preview, approve: bool) -> int:
    checker = Checker()
    count = 0
    for row in found.rows:
        assert row.unit is not None  # a row without a unit has a problem
        for figure in row.figures:
            statement = state(
                organisation=row.unit,
                period=row.period,
                figure=figure,
                quote=f"{upload.sheet} 第{row.number}行",
                sources=[{"file": upload.file_id, "sheet": upload.sheet, "row": row.number}],
                checker=checker,
                confirmed=approve,
            )
            upload.statements.add(statement)
            count += 1
    return count
