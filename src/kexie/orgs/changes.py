"""Verbs of the tree: add, rename, move, merge into another, close, from a day on that may lie in the past.

Each takes ``since``, the first day on which it holds, changes the history of one organisation, and returns what
follows (``Change``). What is told for a later time stays: a rename or a move holds on through the later rows that say
the same as the row of that day, up to the first that says something else. Whoever has booked something below the
organisations that moved books it again: ``registers.reorganising`` does both.

All raise DomainError, naming what is wrong, when the unit does not exist on that day or the tree would contradict
itself; then nothing is changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.services import audit
from kexie.orgs.histories import StoredTree, Told, lock_tree
from kexie.orgs.models import BEGINNING, END, Kind, Organisation, ids_of_path
from kexie.orgs.queries import path_on
from kexie.orgs.tree import Version


@dataclass(frozen=True)
class Change:
    """A changed organisation, and the ids of all whose ancestors are others than before, from which day on."""

    organisation: Organisation
    moved: dict[int, date]


@transaction.atomic
def add_organisation(
    *,
    code: str,
    name: str,
    kind: str,
    parent: Organisation | None,
    actor: str,
    short_name: str = "",
    order: int = 0,
    since: date = BEGINNING,
) -> Change:
    """Add a unit below ``parent`` (None: a root). A code that has ended may begin anew, at a later time.

    Refused when the code is taken at that time, when the kind is unknown, or when the parent does not exist then.
    """
    if kind not in Kind.values:
        raise DomainError(f"类别“{kind}”不在册，可用：{'、'.join(Kind.values)}")
    for what, text, limit in (("代码", code, 64), ("名称", name, 120), ("简称", short_name or name[:60], 60)):
        if not 1 <= len(text.strip()) <= limit or "\0" in text:
            raise DomainError(f"{what}要 1 到 {limit} 个字")
    tree = lock_tree()
    past = tree.history.get(code, [])
    if past and past[-1].version.until > since:
        until = past[-1].version.until
        stands = "现在还在" if until == END else f"到 {until - timedelta(days=1)} 为止"
        raise DomainError(f"组织 {code} 已在册，沿革重叠：{past[-1].name}{stands}")
    _check_exists(tree, parent, since, "上级")
    version = Version(
        start=since, until=END, parent=parent.code if parent else None, department=kind == Kind.DEPARTMENT
    )
    added = Told(name.strip(), short_name.strip() or name.strip()[:60], kind, order, version)
    return _change(tree, code, [*past, added], actor, "add-organisation", since)


@transaction.atomic
def rename_organisation(
    *, organisation: Organisation, name: str, actor: str, since: date, short_name: str = ""
) -> Change:
    """Call a unit otherwise from ``since`` on. Refused when the name is empty or too long."""
    short = short_name.strip() or name.strip()[:60]
    if not 1 <= len(name.strip()) <= 120 or len(short) > 60 or "\0" in name + short:
        raise DomainError("名称要 1 到 120 个字，简称要 1 到 60 个字")
    tree = lock_tree()
    return _carry(
        tree,
        organisation,
        since,
        same=lambda told: (told.name, told.short_name),
        to=lambda told: replace(told, name=name.strip(), short_name=short),
        actor=actor,
        action="rename-organisation",
    )


@transaction.atomic
def move_organisation(*, organisation: Organisation, parent: Organisation, actor: str, since: date) -> Change:
    """Let a unit stand below another parent from ``since`` on.

    Refused below itself or one of its own, and below a parent that does not exist on that day.
    """
    tree = lock_tree()
    _check_exists(tree, parent, since, "上级")
    _check_not_below(organisation, parent, since)
    return _carry(
        tree,
        organisation,
        since,
        same=lambda told: told.version.parent,
        to=lambda told: replace(told, version=replace(told.version, parent=parent.code)),
        actor=actor,
        action="move-organisation",
        parent=parent.code,
    )


@transaction.atomic
def merge_organisation(*, organisation: Organisation, into: Organisation, actor: str, since: date) -> Change:
    """End a unit, ``since`` being the first day without it; what stood below it stands below ``into`` from then on.

    Refused into itself, and into one that does not exist on that day.
    """
    if organisation.pk == into.pk:
        raise DomainError(f"{organisation.name}不能并入自己")
    tree = lock_tree()
    _check_exists(tree, into, since, "并入的组织")
    return _end(tree, organisation, since, into.code, actor, "merge-organisation")


@transaction.atomic
def close_organisation(*, organisation: Organisation, actor: str, since: date) -> Change:
    """End a unit without a successor, ``since`` being the first day without it. Refused while others stand below it."""
    return _end(lock_tree(), organisation, since, None, actor, "close-organisation")


def _end(
    tree: StoredTree, organisation: Organisation, since: date, successor: str | None, actor: str, action: str
) -> Change:
    """Cut the history at ``since``. What is told for later, when it is more than the same unit going on, is kept."""
    if since <= BEGINNING:
        raise DomainError(f"不能从 {since} 起撤销")
    history = tree.history[organisation.code]
    day_before = _row_on(organisation, history, since - timedelta(days=1))
    if later := history[day_before + 1 :]:
        raise DomainError(f"{organisation.name}在 {later[0].version.start} 以后还有沿革，不能从 {since} 起撤销")
    last = history[day_before]
    ended = replace(last, version=replace(last.version, until=since, successor=successor))
    details = {"successor": successor} if successor else {}
    return _change(tree, organisation.code, [*history[:day_before], ended], actor, action, since, **details)


def _carry(
    tree: StoredTree,
    organisation: Organisation,
    since: date,
    *,
    same: Callable[[Told], object],
    to: Callable[[Told], Told],
    actor: str,
    action: str,
    **details: str,
) -> Change:
    """Change what is told from ``since`` on, through all later rows that say the ``same``."""
    history = tree.history[organisation.code]
    index = _row_on(organisation, history, since)
    told = history[index]
    rows = list(history[:index])
    if told.version.start < since:
        rows.append(replace(told, version=replace(told.version, until=since, successor=None)))
    rest = replace(told, version=replace(told.version, start=max(since, told.version.start)))
    going_on = True
    for each in (rest, *history[index + 1 :]):
        going_on = going_on and same(each) == same(told)
        rows.append(to(each) if going_on else each)
    return _change(tree, organisation.code, rows, actor, action, since, **details)


def _change(
    tree: StoredTree, code: str, rows: Sequence[Told], actor: str, action: str, since: date, **details: str
) -> Change:
    moved = tree.change({code: rows})
    audit(actor=actor, action=action, subject=f"organisation:{code}", since=str(since), **details)
    return Change(Organisation.objects.get(code=code), moved)


def _row_on(organisation: Organisation, history: Sequence[Told], day: date) -> int:
    """The position of the row that says what the unit was on ``day``."""
    for index, told in enumerate(history):
        if told.version.start <= day < told.version.until:
            return index
    first = history[0].version.start
    if day < first:
        raise DomainError(f"{organisation.name}从 {first} 起才有，{day} 还没有")
    raise DomainError(f"{organisation.name}在 {day} 已经不存在")


def _check_exists(tree: StoredTree, organisation: Organisation | None, day: date, word: str) -> None:
    if organisation is not None and not any(
        told.version.start <= day < told.version.until for told in tree.history[organisation.code]
    ):
        raise DomainError(f"{word}{organisation.name}在 {day} 不存在")


def _check_not_below(organisation: Organisation, parent: Organisation, day: date) -> None:
    if organisation.pk == parent.pk:
        raise DomainError(f"{organisation.name}不能移到自己之下")
    path = path_on(organisation=parent, day=day) or ""
    if organisation.pk in ids_of_path(path):
        raise DomainError(f"{organisation.name}不能移到自己的下级{parent.name}之下")
