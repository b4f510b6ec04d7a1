"""``dump``: the database as exchange files, so that loading them into an empty home gives the same totals."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db.models import Prefetch

from kexie.core.periods import Period
from kexie.core.services import write_files
from kexie.orgs.models import BEGINNING, END, OrganisationVersion
from kexie.registers.exchange.rows import ORGANISATION_COLUMNS, MergeTold, StatementTold, encode
from kexie.registers.exchange.told import entry_told, number_told
from kexie.registers.models import Figure, MergeGroup, Revision, Statement, Status
from kexie.totals.models import StandIn


def dump(folder: Path) -> dict[str, int]:
    """Write orgs.csv, entries.jsonl, merges.jsonl and statements.jsonl into ``folder``; return rows by file name.

    All four are written, or none. Raises OSError when the folder cannot be written.
    """
    lines = {
        "orgs.csv": list(_organisations()),
        "entries.jsonl": list(_entries()),
        "merges.jsonl": list(_merges()),
        "statements.jsonl": list(_statements()),
    }
    write_files(folder=folder, contents={name: "".join(rows).encode() for name, rows in lines.items()})
    return {name: len(rows) - (name == "orgs.csv") for name, rows in lines.items()}


def _organisations() -> Iterator[str]:
    def line(cells: tuple[object, ...]) -> str:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerow(cells)
        return text.getvalue()

    yield line(ORGANISATION_COLUMNS)
    rows = OrganisationVersion.objects.select_related("organisation", "parent", "successor")
    for row in rows.order_by("organisation__code", "valid_from"):
        yield line(
            (
                row.organisation.code,
                row.name,
                row.kind,
                row.parent.code if row.parent else "",
                "" if row.valid_from == BEGINNING else row.valid_from,
                "" if row.valid_until == END else row.valid_until - timedelta(days=1),
                row.successor.code if row.successor else "",
                row.order,
                row.short_name,
            )
        )


def _entries() -> Iterator[str]:
    figures = Figure.objects.select_related("indicator", "part_of").order_by("position")
    rows = (
        Revision.objects.select_related("entry", "entry__register", "organisation")
        .prefetch_related(Prefetch("figures", figures), "sources")
        .order_by("entry_id", "number")
    )
    for row in rows.iterator(chunk_size=1000):
        yield encode(entry_told(row))


def _merges() -> Iterator[str]:
    """Without members that were voided: they count nothing, and no file may merge them."""
    for group in MergeGroup.objects.order_by("pk").prefetch_related("members__entry__latest"):
        members = [member.entry for member in group.members.all()]
        uids = [entry.uid for entry in members if entry.latest and entry.latest.status != Status.VOID]
        if len(uids) > 1:
            yield encode(MergeTold(uids))


def _statements() -> Iterator[str]:
    standing_in = set(StandIn.objects.values_list("statement", flat=True))
    for row in Statement.objects.filter(confirmed=True).select_related("organisation", "indicator").order_by("digest"):
        assert row.first_month and row.last_month  # a confirmed statement has a period: the database says so
        period = Period(row.first_month, row.last_month)
        yield encode(
            StatementTold(
                organisation=row.organisation.code,
                period=period.code,
                quote=row.quote,
                sources=row.told,
                stands_in=row.pk in standing_in,
                **number_told(row),
            )
        )
