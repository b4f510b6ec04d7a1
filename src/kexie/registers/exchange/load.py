"""``load``: exchange files into the database, all or nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction

from kexie.core.bulk import batched
from kexie.core.errors import DomainError, RowError
from kexie.core.periods import Period
from kexie.core.services import audit, audited_together
from kexie.orgs.models import Organisation
from kexie.orgs.queries import Standings
from kexie.orgs.services import LoadedTree, TreeRow, load_tree
from kexie.orgs.tree import TreeError
from kexie.registers.exchange.rows import MergeTold, StatementTold, read_lines, read_organisations
from kexie.registers.locked import naming_entries
from kexie.registers.merging import check_years, merge
from kexie.registers.models import Entry, MergeGroup, Statement
from kexie.registers.revisions import Checker, EntryError, EntryTold, Ready, Stored, store
from kexie.registers.statements import book, ready_statement
from kexie.totals.locks import may_hold, refuse_tree_change
from kexie.totals.models import StandIn
from kexie.totals.refusals import Unplaced
from kexie.totals.services import fold, restamp

_CHUNK = 2000


@dataclass(frozen=True)
class Paths:
    """The files to load; each may be absent."""

    organisations: Path | None = None
    entries: Path | None = None
    merges: Path | None = None
    statements: Path | None = None


@dataclass
class Loaded:
    """What was loaded, in organisations, revisions, merge groups and statements."""

    organisations: LoadedTree = field(default_factory=LoadedTree)
    entries: Stored = field(default_factory=Stored)
    merges: int = 0
    statements: int = 0


@transaction.atomic
def load(
    *, paths: Paths, actor: str, replace: bool = False, progress: Callable[[int], None] = lambda count: None
) -> Loaded:
    """Load exchange files in one transaction: a bad row (RowError with file, line and reason) leaves nothing behind.

    ``progress`` is told the number of lines done after every chunk.
    """
    with audited_together():
        return _load(paths, actor, replace, progress)


def _load(paths: Paths, actor: str, replace: bool, progress: Callable[[int], None]) -> Loaded:
    loaded = Loaded()
    if paths.organisations:
        rows = read_organisations(paths.organisations)
        before = Standings() if may_hold() else None
        loaded.organisations = load_tree(rows=rows, file=str(paths.organisations), actor=actor, replace=replace)
        if loaded.organisations.changed:
            if before is not None:
                _check_locks(loaded.organisations.moved, before, rows, str(paths.organisations))
            _restamp(loaded.organisations.moved, rows, str(paths.organisations))
    if paths.entries:
        loaded.entries = _load_entries(paths.entries, replace, progress)
        _check_years_of_merged(loaded.entries, str(paths.entries))
    if paths.merges:
        loaded.merges = _load_merges(paths.merges)
    if paths.statements:
        loaded.statements = _load_statements(paths.statements)
    fold()
    stored = loaded.entries
    if stored.added or stored.replaced or loaded.merges or loaded.statements:
        audit(
            actor=actor,
            action="load",
            subject=f"file:{paths.entries or paths.merges or paths.statements}",
            added=stored.added,
            replaced=stored.replaced,
            merges=loaded.merges,
            statements=loaded.statements,
        )
    return loaded


def _check_locks(moved: list[int], before: Standings, rows: list[TreeRow], file: str) -> None:
    """Raise RowError when the history of ``moved`` is corrected for days of which the totals were handed up."""
    try:
        refuse_tree_change(organisations=moved, before=before, after=Standings())
    except TreeError as error:
        raise RowError(file, _line_of(error.code, rows), str(error)) from error


def _line_of(code: str, rows: list[TreeRow]) -> int:
    return next((row.line for row in rows if row.code == code), 1)


def _restamp(moved: list[int], rows: list[TreeRow], file: str) -> None:
    """Book what was counted again under the corrected history. RowError names the unit that is left without a place."""
    try:
        with naming_entries():
            restamp(organisations=moved)
    except Unplaced as error:
        code = Organisation.objects.get(pk=error.organisation).code
        raise RowError(file, _line_of(code, rows), f"组织 {code} 有已计入的记录，{error}") from error


def _load_entries(path: Path, replace: bool, progress: Callable[[int], None]) -> Stored:
    checker = Checker()
    result = Stored()
    chunk: list[tuple[int, Ready]] = []

    def flush() -> None:
        try:
            stored = store(ready=[each for _, each in chunk], actor=None, replace=replace, standings=checker.standings)
        except EntryError as error:
            wrong = (error.uid, error.revision)
            line = next(line for line, each in reversed(chunk) if (each.told.id, each.told.revision) == wrong)
            raise RowError(str(path), line, str(error)) from error
        result.add(stored)
        progress(len(chunk))
        chunk.clear()

    given: dict[tuple[str, int], tuple[str, str]] = {}
    for line, told in read_lines(path, EntryTold):
        try:
            ready = checker.check(told)
        except DomainError as error:
            raise RowError(str(path), line, str(error)) from error
        content = (ready.digest, ready.told.status)
        if given.setdefault((told.id, told.revision), content) != content:
            raise RowError(str(path), line, f"记录 {told.id} 第 {told.revision} 版在文件里给了两次，内容不同")
        chunk.append((line, ready))
        if len(chunk) == _CHUNK:
            flush()
    if chunk:
        flush()
    return result


def _check_years_of_merged(stored: Stored, file: str) -> None:
    """A later revision of a merged entry stays in the year of its group."""
    try:
        check_years(entries=stored.entries)
    except DomainError as error:
        raise DomainError(f"{file}：{error}") from error


def _load_merges(path: Path) -> int:
    """Store merge groups and book them; a group that is there already, in the same order, is skipped."""
    known: dict[str, tuple[str, ...]] = {}
    for group in MergeGroup.objects.prefetch_related("members__entry"):
        uids = tuple(member.entry.uid for member in group.members.all())
        known.update(dict.fromkeys(uids, uids))
    rows = list(read_lines(path, MergeTold))
    wanted = sorted({uid for _, told in rows for uid in told.entries})
    entries = {entry.uid: entry for batch in batched(wanted) for entry in Entry.objects.filter(uid__in=batch)}
    added = 0
    for line, told in rows:
        uids = tuple(told.entries)
        if missing := [uid for uid in uids if uid not in entries]:
            raise RowError(str(path), line, f"没有记录 {'、'.join(missing[:5])}")
        if known.get(uids[0] if uids else "") == uids and uids:
            continue
        try:
            merge(entries=[entries[uid] for uid in uids], actor="kexie load")
        except DomainError as error:
            raise RowError(str(path), line, str(error)) from error
        known.update(dict.fromkeys(uids, uids))
        added += 1
    return added


def _load_statements(path: Path) -> int:
    checker = Checker()
    organisations = dict(Organisation.objects.values_list("code", "pk"))
    rows: dict[str, Statement] = {}
    standing_in: dict[str, int] = {}
    for line, told in read_lines(path, StatementTold):
        try:
            statement = _statement(told, checker, organisations)
        except DomainError as error:
            raise RowError(str(path), line, str(error)) from error
        rows[statement.digest] = statement
        if told.stands_in:
            standing_in[statement.digest] = line
    for digests in batched(sorted(rows)):
        for digest in Statement.objects.filter(digest__in=digests).values_list("digest", flat=True):
            del rows[digest]
    Statement.objects.bulk_create(rows.values(), batch_size=500)
    _stand_in(path, standing_in)
    return len(rows)


def _stand_in(path: Path, lines: dict[str, int]) -> None:
    """Book the statements that are told to stand in for missing entries; one that does already is left alone."""
    for digests in batched(sorted(lines)):
        known = StandIn.objects.values("statement")
        wanted = Statement.objects.filter(digest__in=digests).exclude(pk__in=known)
        for statement in wanted.select_related("organisation", "indicator"):
            try:
                book(statement=statement)
            except DomainError as error:
                raise RowError(str(path), lines[statement.digest], str(error)) from error


def _statement(told: StatementTold, checker: Checker, organisations: dict[str, int]) -> Statement:
    if told.organisation not in organisations:
        raise DomainError(f"没有代码为“{told.organisation}”的组织")
    return ready_statement(
        organisation=organisations[told.organisation],
        code=told.organisation,
        period=Period.parse(told.period),
        figure=told,
        quote=told.quote or "",
        sources=told.sources,
        checker=checker,
    )
