"""A machine that does what offices do, in any order, and after each step asks whether totals are the definition's.

It records, hands in, approves, amends, voids and returns; merges, takes apart and reorders; founds, moves, merges and
dissolves units, with effect in the past, too, by the verbs and by files. It locks periods, opens exceptions and shuts
them again. Whether a verb is refused must be as expected, or be a shut lock's doing; what is refused must leave
everything as it was. And while a lock is shut, the totals of the locked unit and months are what they were.
``KEXIE_EXAMPLES=500`` lets it run longer.
"""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.utils import timezone
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.core.periods import months_between
from kexie.orgs.changes import close_organisation, merge_organisation, move_organisation
from kexie.orgs.models import BEGINNING, END, OrganisationVersion
from kexie.registers import services
from kexie.registers.exchange import dump
from kexie.registers.merging import add_to_group, merge, reorder, take_out, unmerge
from kexie.registers.models import Entry, MergeGroup, MergeMember, Revision
from kexie.registers.reorganising import reorganise
from kexie.registers.revisions import FigureTold
from kexie.totals import locks
from kexie.totals.models import Lock, MonthSum, PastPosting, Posting, StockSpan, SumDelta
from kexie.totals.queries import SCOPES, Scope, totals_by_month, totals_by_organisation
from kexie.totals.services import fold, restamp
from tests.factories import Row, entry, forgotten, load_folder, load_rows, organisation, stored, unit
from tests.totals import definition
from tests.totals.test_laws import added, asked, snapshot, told
from tests.totals.worlds import CUTS, DAYS, INDICATORS, PERIODS, figures, laws, trees

pytestmark = pytest.mark.django_db

FLOWS = [code for code in INDICATORS if code not in definition.VALID_MONTHS]
CHANGES = [*CUTS, "2022-07-01", "2023-12-31", "2024-06-01"]  # days on which the tree may be said to have changed
LOCKED = "已上报锁定"
Held = tuple[str, int, int]  # the code of the locked organisation, first and last month


def before(day: str) -> str:
    return str(date.fromisoformat(day) - timedelta(days=1))


def everything() -> list[object]:
    """What a refusal must leave as it was: all that decides what counts, and what is kept of it."""
    return [
        list(Revision.objects.order_by("pk").values_list("pk", "entry", "status", "digest", "organisation", "end")),
        list(Entry.objects.order_by("pk").values_list("pk", "latest", "counting")),
        list(MergeMember.objects.order_by("entry").values_list("entry", "group", "position")),
        list(
            OrganisationVersion.objects.order_by("pk").values_list("pk", "parent", "kind", "valid_from", "valid_until")
        ),
        list(
            Posting.objects.order_by("entry").values_list("entry", "organisation", "booked", "group", "rank", "since")
        ),
        sum(MonthSum.objects.values_list("value", flat=True)) + sum(SumDelta.objects.values_list("value", flat=True)),
        sorted(StockSpan.objects.values_list("organisation", "indicator", "first", "until", "value")),
        PastPosting.objects.count(),
        AuditRecord.objects.count(),
        set(Lock.objects.held().values_list("pk", flat=True)),
    ]


class Office(RuleBasedStateMachine):
    """``units``, ``entries`` and ``merges`` are the world as the definition reads it; the database must agree.

    ``shut`` are the locks that hold, each with what the locked organisation counts; ``opened`` those with an exception.
    """

    folder: Path  # for files; set by the test
    folders: Callable[[], Path]

    def __init__(self) -> None:
        super().__init__()
        self.units: list[Row] = []
        self.entries: dict[str, list[Row]] = {}  # revisions, in order
        self.merges: list[list[str]] = []
        self.shut: dict[Held, object] = {}
        self.opened: set[Held] = set()
        self.numbers = count()
        self.looks = 0
        self.database = ExitStack()
        self.database.enter_context(forgotten())

    def teardown(self) -> None:
        """All of it once more, and a dump in an empty database gives the same totals."""
        try:
            if self.units:
                self._check_everything()
                before_dump = snapshot(self.units)
                folder = self.folders()
                dump(folder)
        finally:
            self.database.close()
        if self.units:
            with forgotten():
                load_folder(folder)
                assert snapshot(self.units) == before_dump

    # --- entries ----------------------------------------------------------------------------------------------------

    @initialize(units=trees())
    def begin(self, units: list[Row]) -> None:
        load_rows(self.folder, organisations=units)
        self.units = units

    @rule(data=st.data(), status=st.sampled_from(["draft", "submitted", "approved", "approved", "approved"]))
    def record(self, data: st.DataObject, status: str) -> None:
        row = self._draw_entry(data, f"e{next(self.numbers)}", status)
        figures = [msgspec.convert(each, FigureTold, strict=False) for each in row["figures"]]
        day = row["end"] and date.fromisoformat(row["end"])
        question: dict[str, Any] = {
            "register": "activity",
            "organisation": organisation(row["organisation"]),
            "title": row["title"],
            "start": day,
            "end": day,
            "actor": "tests",
            "status": status,
            "figures": figures,
            "uid": row["id"],
        }
        if self._tried(True, lambda: services.record(**question)):
            self.entries[row["id"]] = [row]

    @precondition(lambda self: self.entries)
    @rule(data=st.data(), fresh=st.booleans())
    def amend(self, data: st.DataObject, fresh: bool) -> None:
        """The next revision of what was approved, or another wording of a draft; what counts goes on counting."""
        key = self._draw_key(data)
        latest = self.entries[key][-1]
        row = self._draw_entry(data, key, "draft") | {"title": f"改{next(self.numbers)}"}
        day = row["end"] and date.fromisoformat(row["end"])
        changes = {
            "title": row["title"],
            "organisation": row["organisation"],
            "start": day,
            "end": day,
            "figures": [msgspec.convert(each, FigureTold, strict=False) for each in row["figures"]],
        }
        verb, statuses = (services.amend, ["approved"]) if fresh else (services.revise, ["draft", "returned"])
        allowed = latest["status"] in statuses and self._stays_in_year(key, row)
        if self._tried(allowed, lambda: verb(entry=stored(key), changes=changes, actor="tests")):
            row |= {"revision": latest["revision"] + fresh, "status": "draft" if fresh else latest["status"]}
            self.entries[key][len(self.entries[key]) - (not fresh) :] = [row]

    @precondition(lambda self: self.entries)
    @rule(data=st.data(), status=st.sampled_from(["draft", "submitted", "approved", "approved", "void"]))
    def tell_more(self, data: st.DataObject, status: str) -> None:
        """A file tells the next revision."""
        key = self._draw_key(data)
        row = self._draw_entry(data, key, status) | {"revision": self.entries[key][-1]["revision"] + 1}
        if self._tried(self._stays_in_year(key, row), lambda: load_rows(self.folder, entries=[row])):
            self.entries[key].append(row)

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def tell_otherwise(self, data: st.DataObject) -> None:
        """A file replaces what stands there."""
        key = self._draw_key(data)
        place = data.draw(st.integers(0, len(self.entries[key]) - 1))
        old = self.entries[key][place]
        row = self._draw_entry(data, key, data.draw(st.sampled_from([old["status"], "approved"])))
        row["revision"] = old["revision"]
        latest = row if place + 1 == len(self.entries[key]) else self.entries[key][-1]
        allowed = self._stays_in_year(key, latest)
        if self._tried(allowed, lambda: load_rows(self.folder, entries=[row], replace=True)):
            self.entries[key][place] = row

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def submit(self, data: st.DataObject) -> None:
        key = self._draw_key(data)
        latest = self.entries[key][-1]
        allowed = latest["status"] in ("draft", "returned")
        self._decide(allowed, lambda: services.submit(entry=stored(key), actor="tests"), latest, "submitted")

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        key = self._draw_key(data)
        latest = self.entries[key][-1]
        allowed = (
            latest["status"] in ("draft", "submitted", "returned")
            and self._stands(latest)
            and self._stays_in_year(key, latest)
        )
        self._decide(allowed, lambda: services.approve(entry=stored(key), actor="tests"), latest, "approved")

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def send_back(self, data: st.DataObject) -> None:
        key = self._draw_key(data)
        latest = self.entries[key][-1]
        self._decide(
            latest["status"] == "submitted",
            lambda: services.return_entry(entry=stored(key), reason="数不对", actor="tests"),
            latest,
            "returned",
        )

    @precondition(lambda self: self.entries)
    @rule(data=st.data())
    def void(self, data: st.DataObject) -> None:
        key = self._draw_key(data)
        counting = next(iter(definition.counting(self.entries[key])), None)
        self._decide(
            counting is not None,
            lambda: services.void(entry=stored(key), reason="重复", actor="tests"),
            counting or {},
            "void",
        )

    # --- merge groups -----------------------------------------------------------------------------------------------

    @precondition(lambda self: len(self.entries) > 1)
    @rule(data=st.data())
    def tell_of_one_event(self, data: st.DataObject) -> None:
        keys = data.draw(st.permutations(sorted(self.entries)))[: data.draw(st.integers(1, 3))]
        latest = [self.entries[key][-1] for key in keys]
        allowed = (
            len(keys) > 1
            and not any(key in ids for ids in self.merges for key in keys)
            and all(row["status"] != "void" for row in latest)
            and len(self._years(keys)) <= 1
        )
        if self._tried(allowed, lambda: merge(entries=[stored(key) for key in keys], actor="tests")):
            self.merges.append(list(keys))

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def take_apart(self, data: st.DataObject) -> None:
        ids = data.draw(st.sampled_from(self.merges))
        if self._tried(True, lambda: unmerge(group=self._group(ids), actor="tests")):
            self.merges.remove(ids)

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def prefer_others(self, data: st.DataObject) -> None:
        ids = data.draw(st.sampled_from(self.merges))
        mixed = data.draw(st.permutations(ids))
        entries = [stored(key) for key in mixed]
        if self._tried(True, lambda: reorder(group=self._group(ids), entries=entries, actor="tests")):
            self.merges[self.merges.index(ids)] = list(mixed)

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def take_one_out(self, data: st.DataObject) -> None:
        ids = data.draw(st.sampled_from(self.merges))
        key = data.draw(st.sampled_from(ids))
        if self._tried(True, lambda: take_out(group=self._group(ids), entry=stored(key), actor="tests")):
            ids.remove(key)
            if len(ids) < 2:
                self.merges.remove(ids)

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def put_one_in(self, data: st.DataObject) -> None:
        ids, key = data.draw(st.sampled_from(self.merges)), self._draw_key(data)
        latest = self.entries[key][-1]
        years = self._years([*ids, key])
        allowed = (
            not any(key in each for each in self.merges)
            and latest["status"] != "void"
            and len(years) <= 1
            and any(self.entries[each][-1]["status"] != "void" for each in ids)
        )
        if self._tried(allowed, lambda: add_to_group(group=self._group(ids), entries=[stored(key)], actor="tests")):
            ids.append(key)

    # --- the tree ---------------------------------------------------------------------------------------------------

    @rule(data=st.data(), day=st.sampled_from(["", *CHANGES]))
    def found(self, data: st.DataObject, day: str) -> None:
        code = f"N{next(self.numbers)}"
        kind = data.draw(st.sampled_from(["township", "society", "department"]))
        self._told_of(code, [unit(code, self._draw_unit(data), kind, since=day)])

    @rule(data=st.data(), day=st.sampled_from(CHANGES))
    def reorganise(self, data: st.DataObject, day: str) -> None:
        """By the verbs; the tree refuses what contradicts itself, and what leaves an approved record without a unit."""
        code, other = self._draw_unit(data), self._draw_unit(data)
        rows = self._until(code, day)
        since = date.fromisoformat(day)
        verb = data.draw(st.sampled_from([move_organisation, merge_organisation, close_organisation]))
        question: dict[str, Any] = {"organisation": organisation(code), "since": since, "actor": "tests"}
        if verb is move_organisation:
            question["parent"] = organisation(other)
        if verb is merge_organisation:
            question["into"] = organisation(other)
        if not self._maybe(lambda: reorganise(verb, **question)):
            return
        history = [row for row in self.units if row["code"] == code]
        if verb is move_organisation:
            self._read_back(code)
        else:
            rows[-1]["successor_code"] = other if verb is merge_organisation else ""
            self.units = [row for row in self.units if row not in history] + rows

    @rule(data=st.data(), day=st.sampled_from(CHANGES))
    def move(self, data: st.DataObject, day: str) -> None:
        """From ``day`` on the unit stands elsewhere, or is of another kind."""
        code = self._draw_unit(data)
        rows = self._until(code, day)
        if rows:
            last = rows[-1]
            parent = data.draw(st.sampled_from([last["parent_code"], self._draw_unit(data)]))
            kind = data.draw(st.sampled_from([last["kind"], "township", "department"]))
            self._told_of(code, [*rows, unit(code, parent, kind, since=day)])

    @rule(data=st.data(), day=st.sampled_from(CHANGES), merged=st.booleans())
    def close(self, data: st.DataObject, day: str, merged: bool) -> None:
        """The unit ends before ``day``, merged into another or not."""
        code = self._draw_unit(data)
        rows = self._until(code, day)
        if rows:
            rows[-1]["successor_code"] = self._draw_unit(data) if merged else ""
            self._told_of(code, rows)

    @rule(data=st.data(), day=st.sampled_from(CHANGES))
    def open_again(self, data: st.DataObject, day: str) -> None:
        code = self._draw_unit(data)
        rows = [row for row in self.units if row["code"] == code]
        if all(row.get("valid_to") and row["valid_to"] < day for row in rows):
            self._told_of(code, [*rows, unit(code, self._draw_unit(data), rows[-1]["kind"], since=day)])

    # --- locks ------------------------------------------------------------------------------------------------------

    @rule(data=st.data(), period=st.sampled_from(PERIODS))
    def lock(self, data: st.DataObject, period: tuple[int, int]) -> None:
        code = self._draw_unit(data)
        held = (code, *period)
        known = held in self.shut or held in self.opened
        question = {"organisation": organisation(code), "first_month": period[0], "last_month": period[1]}
        if self._tried(not known, lambda: locks.lock(**question, occasion="年报", actor="tests")):  # type: ignore[arg-type]
            self.shut[held] = self._counted(held)

    @precondition(lambda self: self.shut or self.opened)
    @rule(data=st.data())
    def open_exception(self, data: st.DataObject) -> None:
        held = data.draw(st.sampled_from(sorted([*self.shut, *self.opened])))
        until = timezone.now() + timedelta(hours=1)
        question: dict[str, Any] = {"lock": self._lock(held), "reason": "漏报", "until": until, "actor": "tests"}
        if self._tried(held in self.shut, lambda: locks.open_exception(**question)):
            del self.shut[held]
            self.opened.add(held)

    @precondition(lambda self: self.shut or self.opened)
    @rule(data=st.data())
    def close_exception(self, data: st.DataObject) -> None:
        held = data.draw(st.sampled_from(sorted([*self.shut, *self.opened])))
        if self._tried(held in self.opened, lambda: locks.close_exception(lock=self._lock(held), actor="tests")):
            self.opened.remove(held)
            self.shut[held] = self._counted(held)

    def _lock(self, held: Held) -> Lock:
        return Lock.objects.get(organisation__code=held[0], first_month=held[1], last_month=held[2])

    def _counted(self, held: Held) -> object:
        """What the organisation counts of the locked months, of their halves, and through each of its children."""
        code, first, last = held
        months = months_between(first, last)
        middle = months[len(months) // 2]
        return [
            [asked(code, *period, scope) for period in {(first, last), (first, middle), (middle, middle)}]
            + [self._by_child(held, scope)]
            for scope in SCOPES
        ]

    def _by_child(self, held: Held, scope: Scope) -> dict[str, dict[str, Row]]:
        code, first, last = held
        found = totals_by_organisation(
            organisation=organisation(code), first_month=first, last_month=last, indicators=INDICATORS, scope=scope
        )
        return {key: told(each) for key, each in found.items()}

    # --- what changes nothing ---------------------------------------------------------------------------------------

    @rule()
    def fold(self) -> None:
        fold()

    @precondition(lambda self: self.entries)
    @rule()
    def book_again(self) -> None:
        restamp(organisations=[organisation(code).pk for code in self._codes()])

    # --- checks -----------------------------------------------------------------------------------------------------

    @invariant()
    def what_is_locked_stays(self) -> None:
        for held, counted in self.shut.items():
            assert self._counted(held) == counted, held

    @invariant()
    def what_is_looked_at_is_what_the_definition_says(self) -> None:
        """One organisation, period and scope after each step, in turn."""
        if not self.units:
            return
        self.looks += 1
        codes = self._codes()
        code = codes[self.looks % len(codes)]
        first, last = PERIODS[self.looks * 5 % len(PERIODS)]
        self._check(code, first, last, SCOPES[self.looks % len(SCOPES)])

    def _check(self, code: str, first: int, last: int, scope: str) -> None:
        entries = [row for rows in self.entries.values() for row in rows]
        expected = definition.totals(self.units, entries, code, first, last, scope, self.merges)
        assert asked(code, first, last, scope) == expected, (code, first, last, scope)
        today = timezone.localdate()
        expected = definition.totals(self.units, entries, code, first, last, scope, self.merges, today=today)
        assert asked(code, first, last, scope, structure="today") == expected, (code, first, last, scope, "today")

    def _check_everything(self) -> None:
        first, last = PERIODS[0]
        for code in self._codes():
            for scope in SCOPES:
                self._check(code, first, last, scope)
                question: dict[str, Any] = {
                    "organisation": organisation(code),
                    "first_month": first,
                    "last_month": last,
                    "indicators": INDICATORS,
                    "scope": scope,
                }
                parts, months = totals_by_organisation(**question), totals_by_month(**question)
                for indicator, total in asked(code, first, last, scope).items():
                    found = [told(each)[indicator] for each in parts.values() if indicator in each]
                    assert added(found) == added([total]), (code, scope, indicator)
                    if indicator in FLOWS:
                        found = [told(each)[indicator] for each in months.values() if indicator in each]
                        assert added(found) == added([total]), (code, scope, indicator)

    # --- helpers ----------------------------------------------------------------------------------------------------

    def _draw_entry(self, data: st.DataObject, key: str, status: str) -> Row:
        """A revision; only drafts and what is under review may be without a day or on one when the unit was not."""
        code = self._draw_unit(data)
        days: list[str | None] = [*DAYS]
        if status == "approved":
            days = [day for day in DAYS if definition.standing(self.units, code, date.fromisoformat(day))]
            if not days:
                code, days = "A", [*DAYS]
        elif status != "void":
            days.append(None)
        return entry(
            key, code, data.draw(st.sampled_from(days)), status=status, revision=1, figures=data.draw(figures())
        )

    def _draw_key(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.entries)))

    def _draw_unit(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(self._codes()))

    def _codes(self) -> list[str]:
        return sorted({row["code"] for row in self.units})

    def _stands(self, row: Row) -> bool:
        """Whether an approved ``row`` has its place on the day it would be booked or on its own."""
        if row["end"] is None:
            return False
        return definition.standing(self.units, row["organisation"], date.fromisoformat(row["end"])) is not None

    def _group(self, ids: list[str]) -> MergeGroup:
        return stored(ids[0]).merge.group

    def _until(self, code: str, day: str) -> list[Row]:
        """The history of a unit up to the day before ``day``, or nothing when it did not exist then."""
        rows = sorted(
            (dict(row) for row in self.units if row["code"] == code and row.get("valid_from", "") < day),
            key=lambda row: row.get("valid_from", ""),
        )
        if not rows or (rows[-1].get("valid_to") and rows[-1]["valid_to"] < before(day)):
            return []
        rows[-1] |= {"valid_to": before(day), "successor_code": ""}
        return rows

    def _read_back(self, code: str) -> None:
        """Take a unit's history as it is stored now: which of its rows a move goes into is the business of the verb."""
        rows = OrganisationVersion.objects.filter(organisation__code=code).select_related("parent", "successor")
        stored_rows = [
            unit(
                code,
                row.parent.code if row.parent else "",
                row.kind,
                since="" if row.valid_from == BEGINNING else str(row.valid_from),
                to="" if row.valid_until == END else before(str(row.valid_until)),
                successor=row.successor.code if row.successor else "",
            )
            for row in rows.order_by("valid_from")
        ]
        self.units = [row for row in self.units if row["code"] != code] + stored_rows

    def _years(self, keys: list[str]) -> set[str]:
        latest = [self.entries[key][-1] for key in keys]
        return {row["end"][:4] for row in latest if row["end"] and row["status"] != "void"}

    def _stays_in_year(self, key: str, latest: Row) -> bool:
        """Whether a merge group would still be of one year, were this the latest revision of ``key``."""
        ids = next((ids for ids in self.merges if key in ids), [])
        if not ids or not latest["end"] or latest["status"] == "void":
            return True
        return self._years([other for other in ids if other != key]) <= {latest["end"][:4]}

    def _told_of(self, code: str, rows: list[Row]) -> None:
        """Tell the tree of another history of one unit. It may be refused; then nothing has changed."""
        if self._maybe(lambda: load_rows(self.folder, organisations=rows, replace=True)):
            self.units = [row for row in self.units if row["code"] != code] + rows

    def _maybe(self, act: Callable[[], object]) -> bool:
        """Do it, if the verbs let it pass; whether they should is not said here."""
        before = everything()
        try:
            act()
        except DomainError:
            assert everything() == before
            return False
        return True

    def _tried(self, allowed: bool, act: Callable[[], object]) -> bool:
        """Do it; whether it is refused must be as expected, unless a shut lock refuses it."""
        before = everything()
        try:
            act()
        except DomainError as error:
            assert not allowed or (self.shut and LOCKED in str(error))
            assert everything() == before
            return False
        assert allowed
        return True

    def _decide(self, allowed: bool, act: Callable[[], object], row: Row, status: str) -> None:
        if self._tried(allowed, act):
            row["status"] = status


def test_whatever_offices_do_totals_are_what_the_definition_says(tmp_path_factory: pytest.TempPathFactory) -> None:
    Office.folder = tmp_path_factory.mktemp("told")
    Office.folders = staticmethod(lambda: tmp_path_factory.mktemp("dump"))  # type: ignore[assignment]
    run_state_machine_as_test(Office, settings=settings(laws(3), stateful_step_count=25))
    assert not Entry.objects.exists()
