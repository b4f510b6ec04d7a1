"""Small builders: rows of the exchange format with what does not matter filled in, and a database that forgets."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from kexie.orgs.models import Organisation, Role, User
from kexie.orgs.services import assign_role
from kexie.registers.exchange import Loaded, Paths, load
from kexie.registers.models import Entry

COLUMNS = ("code", "name", "kind", "parent_code", "valid_from", "valid_to", "successor_code", "order", "short_name")
Row = dict[str, Any]


def unit(code: str, parent: str = "", kind: str = "township", **others: Any) -> Row:
    """Return a row of orgs.csv; ``since``, ``to`` and ``successor`` are short for their columns."""
    short = {"since": "valid_from", "to": "valid_to", "successor": "successor_code"}
    told = {short.get(name, name): value for name, value in others.items()}
    return {"code": code, "name": f"{code}科协", "kind": kind, "parent_code": parent, **told}


def figure(indicator: str, value: Any = None, **others: Any) -> Row:
    """Return a figure of an entry."""
    return {"indicator": indicator, **({} if value is None else {"value": value}), **others}


def entry(key: str, organisation: str, end: str | None = "2024-05-10", **others: Any) -> Row:
    """Return a line of entries.jsonl: approved, on one day, of the base register, without figures of its own."""
    told = {"id": key, "register": "activity", "organisation": organisation, "title": f"活动{key}"}
    return {**told, "start": end, "end": end, "status": "approved", "figures": [], **others}


def write_organisations(path: Path, rows: Iterable[Mapping[str, Any]], columns: Sequence[str] = COLUMNS) -> Path:
    """Write rows as orgs.csv with these columns."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_lines(path: Path, rows: Iterable[Mapping[str, Any] | str]) -> Path:
    """Write rows as JSON Lines; a row that is text already is written as it is."""
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def load_rows(
    folder: Path,
    *,
    organisations: Iterable[Row] | None = None,
    entries: Iterable[Row | str] | None = None,
    merges: Iterable[Row] | None = None,
    statements: Iterable[Row] | None = None,
    replace: bool = False,
) -> Loaded:
    """Load rows the way ``kexie load`` does, by files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = Paths(
        organisations=None if organisations is None else write_organisations(folder / "orgs.csv", organisations),
        entries=None if entries is None else write_lines(folder / "entries.jsonl", entries),
        merges=None if merges is None else write_lines(folder / "merges.jsonl", merges),
        statements=None if statements is None else write_lines(folder / "statements.jsonl", statements),
    )
    return load(paths=paths, actor="tests", replace=replace)


def load_folder(folder: Path, *, replace: bool = False) -> Loaded:
    """Load the four files that ``kexie dump`` wrote into ``folder``."""
    paths = Paths(
        organisations=folder / "orgs.csv",
        entries=folder / "entries.jsonl",
        merges=folder / "merges.jsonl",
        statements=folder / "statements.jsonl",
    )
    return load(paths=paths, actor="tests", replace=replace)


def files_in(folder: Path) -> dict[str, str]:
    """Return the text of the files in ``folder`` by name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir())}


def organisation(code: str) -> Organisation:
    return Organisation.objects.get(code=code)


def stored(uid: str) -> Entry:
    return Entry.objects.get(uid=uid)


def person(
    username: str,
    code: str | None,
    role: str = Role.REVIEWER,
    *,
    since: date = date(2000, 1, 1),
    until: date = date(9999, 12, 31),
) -> User:
    """Return a new account with ``role`` at the organisation with ``code`` (None: no role at all)."""
    user = User.objects.create_user(username=username, password=None, display_name=username)
    if code is not None:
        assign_role(user=user, organisation=organisation(code), role=role, actor="tests", since=since, until=until)
    return user


@contextmanager
def forgotten() -> Iterator[None]:
    """What happens inside is checked by the database's own constraints and then undone: an empty database again.

    Verbs that are to be called outside of a transaction may be called inside, as in any test.
    """
    block: Any = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        connection.check_constraints()
        transaction.set_rollback(True)
