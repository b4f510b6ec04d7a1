"""Verbs of the reports: compose a document, write it to files."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.core.services import write_files
from kexie.orgs.models import Organisation, User
from kexie.reports.compose import compose_summary
from kexie.reports.html import render_file
from kexie.reports.keeping import save_report
from kexie.reports.kinds.brief import compose_brief
from kexie.reports.kinds.campaign import compose_campaign
from kexie.reports.kinds.oral import compose_oral
from kexie.reports.kinds.planning import compose_plan, compose_summary_and_plan, compose_targets
from kexie.reports.model import Document
from kexie.reports.models import Report, ReportKind
from kexie.reports.queries import gather_sources
from kexie.reports.word import render_word
from kexie.reports.workbook import render_workbook


@dataclass(frozen=True)
class _Kind:
    """A kind of document: what composes it, and which choices of the page mean something for it."""

    compose: Callable[..., Document]
    choices: frozenset[str] = frozenset()


_KINDS: dict[str, _Kind] = {
    ReportKind.SUMMARY: _Kind(compose_summary, frozenset({"addressee", "length"})),
    ReportKind.CAMPAIGN: _Kind(compose_campaign, frozenset({"campaign", "length"})),
    ReportKind.BRIEF: _Kind(compose_brief, frozenset({"entry"})),
    ReportKind.ORAL: _Kind(compose_oral, frozenset({"addressee", "length"})),
    ReportKind.PLAN: _Kind(compose_plan),
    ReportKind.SUMMARY_AND_PLAN: _Kind(compose_summary_and_plan, frozenset({"addressee", "length"})),
    ReportKind.TARGETS: _Kind(compose_targets),
}
CHOICES = frozenset().union(*(kind.choices for kind in _KINDS.values()))

# Of the files: the end of the name that render_report gives, and the type.
FORMS = {
    "docx": (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "html": (".html", "text/html; charset=utf-8"),
    "xlsx": ("-sources.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True, kw_only=True)
class Written:
    """What ``write_and_keep`` made."""

    report: Report
    document: Document
    paths: list[Path]


_SAFE = re.compile(r"[^\w.-]+")


def compose_report(
    *,
    organisation: Organisation,
    period: Period | str,
    kind: str = ReportKind.SUMMARY,
    as_of: datetime.date | None = None,
    **options: Any,
) -> Document:
    """Return the document; nothing is stored. ``options`` are those of the kind's composer.

    A choice that means something for other kinds only (the campaign of a summary) is left out, so that whoever asks
    may keep it while the kind changes.
    Raises DomainError for a kind or period that is not known, or when there is nothing to write.
    """
    if kind not in _KINDS:
        raise DomainError(f"没有“{kind}”这种报告，可用：{'、'.join(_KINDS)}")
    parsed = Period.parse(period) if isinstance(period, str) else period
    foreign = CHOICES - _KINDS[kind].choices
    fitting = {name: value for name, value in options.items() if name not in foreign}
    return _KINDS[kind].compose(organisation=organisation, period=parsed, as_of=as_of, **fitting)


def render_report(*, document: Document, user: User | AnonymousUser | None = None) -> dict[str, bytes]:
    """Return the bytes of the files by the end of their names: ``.docx``, ``.html``, ``-sources.xlsx``.

    With ``user`` the sources list only the entries that this person may see.
    """
    sources = gather_sources(numbers=document.distinct_numbers(), user=user)
    return {
        ".docx": render_word(document=document),
        ".html": render_file(document=document, sources=sources).encode(),
        "-sources.xlsx": render_workbook(document=document, sources=sources),
    }


def file_stem(document: Document) -> str:
    """Return the name of the document's files without its end: CODE-PERIOD-KIND, and what it is about, if anything."""
    about = f"-{document.about}" if document.about else ""
    return _SAFE.sub("_", f"{document.organisation}-{document.period}-{document.kind}{about}")


def write_and_keep(
    *,
    organisation: Organisation,
    period: Period | str,
    kind: str = ReportKind.SUMMARY,
    folder: Path,
    actor: User | str | None = None,
    as_of: datetime.date | None = None,
    **options: Any,
) -> "Written":
    """Compose the report, write its three files into ``folder`` and keep the document; return all three.

    All or nothing: the files are complete before the first takes its name, and the report is stored with them.
    Raises DomainError when there is nothing to write, or the folder cannot be written.
    """
    document = compose_report(organisation=organisation, period=period, kind=kind, as_of=as_of, **options)
    contents = render_report(document=document)
    stem = file_stem(document)
    with transaction.atomic():
        report = save_report(
            organisation=organisation,
            document=document,
            addressee=str(options.get("addressee", "")),
            actor=actor,
            origin="files",
        )
        try:
            files = {f"{stem}{end}": content for end, content in contents.items()}
            return Written(report=report, paths=write_files(folder=folder, contents=files), document=document)
        except OSError as error:
            raise DomainError(f"写不进文件夹 {folder}：{error.strerror or error}") from error


def write_report(**asked: Any) -> list[Path]:
    """Do as ``write_and_keep``, with the same arguments; return the paths of the files alone."""
    return write_and_keep(**asked).paths
