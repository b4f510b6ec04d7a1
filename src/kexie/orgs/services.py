"""Verbs of the organisation room: loading a tree, accounts, roles. Single changes of the tree are in ``changes``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from kexie.core.errors import DomainError, RowError
from kexie.core.services import audit
from kexie.orgs.histories import Told, lock_tree
from kexie.orgs.models import BEGINNING, END, Kind, Organisation, Role, RoleAssignment, User
from kexie.orgs.tree import TreeError, Version


@dataclass(frozen=True, slots=True)
class TreeRow:
    """A row of orgs.csv. Days are inclusive; ``line`` is where it stands in its file."""

    line: int
    code: str
    name: str
    kind: str
    parent_code: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor_code: str = ""
    order: int = 0
    short_name: str = ""


@dataclass
class LoadedTree:
    """What ``load_tree`` did, in organisations; ``moved`` are those whose ancestors are others now."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    moved: list[int] = field(default_factory=list)


@transaction.atomic
def load_tree(*, rows: Sequence[TreeRow], file: str, actor: str, replace: bool = False) -> LoadedTree:
    """Add the organisations of ``rows`` to the tree; those that are there with the same history are left alone.

    Raises RowError, naming file and line, when a row contradicts itself or the tree, or when it gives an existing
    organisation another history without ``replace``.
    """
    lines = {row.code: row.line for row in reversed(rows)}
    told = {code: _told(group, file) for code, group in _by_code(rows, file).items()}
    tree = lock_tree()
    result = LoadedTree()
    changed: list[str] = []
    for code, versions in told.items():
        if code not in tree.history:
            result.created += 1
        elif tree.history[code] == versions:
            result.unchanged += 1
            continue
        elif not replace:
            raise RowError(file, lines[code], f"组织 {code} 已在册，沿革与此不同（要改用 --replace）")
        else:
            result.changed += 1
        changed.append(code)
    if not changed:
        return result
    try:
        result.moved = list(tree.change({code: told[code] for code in changed}))
    except TreeError as error:
        raise RowError(file, lines.get(error.code, 1), str(error)) from error
    audit(actor=actor, action="load-tree", subject=f"file:{file}", created=result.created, changed=result.changed)
    return result


def _by_code(rows: Sequence[TreeRow], file: str) -> dict[str, list[TreeRow]]:
    groups: dict[str, list[TreeRow]] = {}
    for row in rows:
        if row.kind not in Kind.values:
            raise RowError(file, row.line, f"类别“{row.kind}”不在册，可用：{'、'.join(Kind.values)}")
        groups.setdefault(row.code, []).append(row)
    for group in groups.values():
        group.sort(key=lambda row: row.valid_from or BEGINNING)
    return groups


def _told(group: Sequence[TreeRow], file: str) -> list[Told]:
    """The history in ``group`` (rows of one code in order of time) with half-open days."""
    told = []
    for index, row in enumerate(group):
        start = row.valid_from or BEGINNING
        if row.valid_to is not None and row.valid_to < start:
            raise RowError(file, row.line, f"终止日期 {row.valid_to} 早于起始日期 {start}")
        until = END if row.valid_to is None or row.valid_to == END else row.valid_to + timedelta(days=1)
        if index + 1 < len(group):
            following = group[index + 1].valid_from or BEGINNING
            if following <= start:
                other = group[index + 1].line
                raise RowError(file, other, f"组织 {row.code} 的两段沿革重叠（另一段在第 {row.line} 行）")
            # An open end, or one on the very day of the move: the day belongs to the later row.
            if row.valid_to is None or row.valid_to == following:
                until = following
            elif following < until:
                raise RowError(file, group[index + 1].line, f"组织 {row.code} 的两段沿革重叠：前一段到 {row.valid_to}")
        version = Version(
            start=start,
            until=until,
            parent=row.parent_code or None,
            successor=row.successor_code or None,
            department=row.kind == Kind.DEPARTMENT,
        )
        told.append(Told(row.name, row.short_name or row.name, row.kind, row.order, version))
    return told


@transaction.atomic
def create_account(*, username: str, display_name: str, password: str, actor: str) -> User:
    """Create an account without any role. Raises DomainError when the name is taken or the password too weak."""
    if User.objects.filter(username=username).exists():
        raise DomainError(f"账号“{username}”已在册")
    _check_password(password)
    user = User.objects.create_user(username=username, password=password, display_name=display_name)
    audit(actor=actor, action="create-account", subject=f"user:{username}")
    return user


@transaction.atomic
def set_password(*, user: User, password: str, actor: str) -> None:
    """Give an account another password; its sessions end. Raises DomainError when it is too weak."""
    _check_password(password)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit(actor=actor, action="set-password", subject=f"user:{user.username}")


def _check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as error:
        raise DomainError("；".join(error.messages)) from error


@transaction.atomic
def assign_role(
    *, user: User, organisation: Organisation, role: str, actor: str, since: date = BEGINNING, until: date = END
) -> RoleAssignment:
    """Give ``user`` a role at ``organisation`` and below, on the days ``[since, until)``; twice is once.

    Raises DomainError for an unknown role or an empty time.
    """
    if role not in Role.values:
        raise DomainError(f"没有角色“{role}”，可用：{'、'.join(Role.values)}")
    if since >= until:
        raise DomainError("角色的起始日期不早于终止日期")
    assignment, created = RoleAssignment.objects.get_or_create(
        user=user, organisation=organisation, role=role, valid_from=since, defaults={"valid_until": until}
    )
    if created:
        audit(
            actor=actor,
            action="assign-role",
            subject=f"user:{user.username}",
            role=role,
            organisation=organisation.code,
        )
    return assignment
