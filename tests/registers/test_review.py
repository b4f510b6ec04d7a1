"""Status: which moves are allowed, what counts after each, and that every one is written down."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.core.queries import broken_audit_record
from kexie.registers.exchange import dump
from kexie.registers.models import Entry, Revision, Status
from kexie.registers.revisions import FigureTold
from kexie.registers.services import approve, approve_all, record, return_entry, submit, void
from kexie.totals.models import Posting
from kexie.totals.queries import totals
from tests.factories import Row, entry, figure, forgotten, load_folder, load_rows, organisation, stored, unit
from tests.totals import definition
from tests.totals.worlds import laws

pytestmark = pytest.mark.django_db

TREE = [unit("C", kind="county"), unit("T", "C"), unit("N", "C", since="2024-06-01")]
VERBS: dict[str, Callable[[Entry], Revision]] = {
    "submit": lambda each: submit(entry=each, actor="王"),
    "approve": lambda each: approve(entry=each, actor="王"),
    "return": lambda each: return_entry(entry=each, reason="数字对不上", actor="王"),
    "void": lambda each: void(entry=each, reason="重复填报", actor="王"),
}
ALLOWED = {
    "submit": {"draft": "submitted", "returned": "submitted"},
    "approve": {"draft": "approved", "submitted": "approved", "returned": "approved"},
    "return": {"submitted": "returned"},
    "void": {"approved": "void"},
}


@pytest.fixture
def tree(db: None, tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=TREE)
    return tmp_path


def counted(code: str = "C") -> dict[str, int]:
    found = totals(organisation=organisation(code), first_month=202401, last_month=202412)
    return {indicator: int(total.value) for indicator, total in found.items()}


@pytest.mark.parametrize("status", Status.values)
@pytest.mark.parametrize("verb", VERBS)
def test_it_moves_as_the_field_allows_and_refuses_the_rest(tree: Path, verb: str, status: str) -> None:
    load_rows(tree, entries=[entry("a", "T", status=status, figures=[figure("books", 8)])])
    before = AuditRecord.objects.count()
    if expected := ALLOWED[verb].get(status):
        revision = VERBS[verb](stored("a"))
        assert revision.status == Revision.objects.get().status == expected
        written = AuditRecord.objects.order_by("number").last()
        assert written is not None
        assert AuditRecord.objects.count() == before + 1
        assert (written.actor, written.action, written.subject) == ("王", verb, "entry:a")
        assert written.detail["revision"] == 1
    else:
        with pytest.raises(DomainError, match=f"现在是{Status(status).label}"):
            VERBS[verb](stored("a"))
        expected = status
        assert Revision.objects.get().status == status
        assert AuditRecord.objects.count() == before
    assert counted() == ({"books": 8} if expected == "approved" else {})
    assert broken_audit_record() is None


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_returning_and_voiding_take_a_reason(tree: Path, reason: str) -> None:
    load_rows(tree, entries=[entry("a", "T", status="submitted"), entry("b", "T")])
    with pytest.raises(DomainError, match="原因"):
        return_entry(entry=stored("a"), reason=reason, actor="王")
    with pytest.raises(DomainError, match="原因"):
        void(entry=stored("b"), reason=reason, actor="王")
    assert return_entry(entry=stored("a"), reason="缺照片", actor="王").status == "returned"
    assert void(entry=stored("b"), reason="重复", actor="王").reason == "重复"


def test_an_entry_without_a_day_is_not_approved(tree: Path) -> None:
    load_rows(tree, entries=[entry("a", "T", None, status="submitted"), entry("b", "T", status="submitted")])
    with pytest.raises(DomainError, match="没有日期"):
        approve(entry=stored("a"), actor="王")
    assert stored("a").counting is None
    approve(entry=stored("b"), actor="王")
    assert stored("b").counting is not None


def test_an_entry_of_a_unit_that_did_not_exist_is_not_approved(tree: Path) -> None:
    load_rows(tree, entries=[entry("a", "N", "2024-05-31", status="draft", figures=[figure("books", 8)])])
    before = AuditRecord.objects.count()
    with pytest.raises(DomainError, match="不存在"):
        approve(entry=stored("a"), actor="王")
    assert Revision.objects.get().status == "draft"
    assert stored("a").counting is None
    assert AuditRecord.objects.count() == before
    assert counted() == {}


def test_an_approved_revision_counts_until_the_next_is_approved(tree: Path) -> None:
    first = entry("a", "T", figures=[figure("books", 8)])
    second = entry("a", "C", "2024-07-01", status="submitted", revision=2, figures=[figure("books", 5)])
    load_rows(tree, entries=[first])
    load_rows(tree, entries=[second])
    assert (counted("C"), counted("T")) == ({"books": 8}, {"books": 8})
    return_entry(entry=stored("a"), reason="请核对", actor="王")
    assert counted("C") == {"books": 8}
    submit(entry=stored("a"), actor="王")
    approve(entry=stored("a"), actor="王")
    assert (counted("C"), counted("T")) == ({"books": 5}, {})
    void(entry=stored("a"), reason="没有办成", actor="王")
    assert counted("C") == {}
    assert not Posting.objects.exists()


def test_voiding_is_possible_while_an_amendment_waits(tree: Path) -> None:
    rows = [entry("a", "T", figures=[figure("books", 8)]), entry("a", "T", status="draft", revision=2)]
    load_rows(tree, entries=rows)
    assert counted() == {"books": 8}
    assert void(entry=stored("a"), reason="没有办成", actor="王").number == 1
    assert counted() == {}


def test_what_does_not_count_is_not_voided_again(tree: Path) -> None:
    rows = [entry("a", "T", figures=[figure("books", 8)]), entry("a", "T", revision=2, figures=[figure("books", 5)])]
    load_rows(tree, entries=rows)
    void(entry=stored("a"), reason="没有办成", actor="王")
    with pytest.raises(DomainError, match="不能作废"):
        void(entry=stored("a"), reason="没有办成", actor="王")
    assert [row.status for row in Revision.objects.order_by("number")] == ["approved", "void"]
    assert counted() == {}


class TestApprovingMany:
    """``approve_all``: a whole document at once, all or none."""

    def test_it_approves_all_and_writes_one_record(self, tree: Path) -> None:
        rows = [entry(str(n), "T", status="draft", figures=[figure("books", 2)]) for n in range(3)]
        load_rows(tree, entries=[*rows, entry("other", "T", status="draft", figures=[figure("books", 100)])])
        before = AuditRecord.objects.count()
        ids = list(Entry.objects.exclude(uid="other").values_list("pk", flat=True))
        assert approve_all(entries=ids, actor="王", subject="document:1") == 3
        assert counted() == {"books": 6}
        assert AuditRecord.objects.count() == before + 1

    @pytest.mark.parametrize("bad", [{"end": None}, {"status": "approved"}, {"status": "void"}, {"status": "returned"}])
    def test_one_that_cannot_be_approved_stops_all(self, tree: Path, bad: dict[str, Any]) -> None:
        rows = [entry("a", "T", status="draft", figures=[figure("books", 2)]), entry("b", "T", status="draft")]
        rows[1] |= bad
        load_rows(tree, entries=rows)
        with pytest.raises(DomainError, match="没有确认任何一条"):
            approve_all(entries=list(Entry.objects.values_list("pk", flat=True)), actor="王", subject="document:1")
        assert "books" not in counted()
        assert Revision.objects.get(entry__uid="a").status == "draft"
        assert approve_all(entries=[stored("a").pk], actor="王", subject="document:1") == 1


class TestRecording:
    """``record``: the door for other modules; telling twice is telling once."""

    def told(self, **others: Any) -> dict[str, Any]:
        day = date(2024, 5, 10)
        told = {"register": "activity", "title": "防灾减灾演练", "start": day, "end": day, "actor": "kexie.calls"}
        return {**told, "organisation": organisation("T"), "uid": "calls-7", "fields": {"person_times": 40}, **others}

    def test_it_keeps_one_entry_for_one_uid(self, tree: Path) -> None:
        first = record(**self.told(status="approved"))
        audited = AuditRecord.objects.count()
        again = record(**self.told(status="approved"))
        assert first == again
        assert (Entry.objects.count(), Revision.objects.count()) == (1, 1)
        assert counted() == {"activities": 1, "person_times": 40, "attendance_per_activity": 40}
        assert AuditRecord.objects.count() == audited
        assert AuditRecord.objects.order_by("number").last().subject == "entry:calls-7"  # type: ignore[union-attr]

    def test_it_refuses_the_same_uid_with_other_content(self, tree: Path) -> None:
        record(**self.told(status="approved"))
        with pytest.raises(DomainError, match="已在册"):
            record(**self.told(status="approved", title="别的活动"))
        assert Revision.objects.get().title == "防灾减灾演练"

    def test_it_writes_a_draft_unless_told_otherwise(self, tree: Path) -> None:
        each = record(**self.told())
        assert each.latest is not None
        assert each.latest.status == "draft"
        assert counted() == {}

    def test_without_a_uid_each_telling_is_an_entry(self, tree: Path) -> None:
        assert record(**self.told(uid="")).uid != record(**self.told(uid="")).uid
        assert Entry.objects.count() == 2

    def test_figures_that_are_given_are_booked_as_given(self, tree: Path) -> None:
        record(**self.told(status="approved", figures=[FigureTold("materials", Decimal(9))]))
        assert counted() == {"materials": 9}

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"register": "songs"}, "没有台账"),
            ({"title": " "}, "title"),
            ({"kind": "dance"}, "类别"),
            ({"work_area": "sea"}, "工作板块"),
            ({"fields": {"colour": 1}}, "没有字段"),
            ({"end": None, "status": "approved"}, "结束日期"),
            ({"start": date(2024, 5, 11)}, "晚于"),
        ],
    )
    def test_it_stores_nothing_when_it_refuses(self, tree: Path, wrong: dict[str, Any], reason: str) -> None:
        audited = AuditRecord.objects.count()
        with pytest.raises(DomainError, match=reason):
            record(**self.told(**wrong))
        assert not Entry.objects.exists()
        assert AuditRecord.objects.count() == audited
        record(**self.told())
        assert Entry.objects.count() == 1


ACTS = st.lists(
    st.tuples(st.sampled_from([*VERBS, "amend", "reload"]), st.integers(0, 2), st.integers(0, 500)),
    min_size=4,
    max_size=14,
)


@laws(12)
@given(acts=ACTS)
def test_whatever_is_done_in_whatever_order_totals_are_those_of_what_is_approved_now(
    acts: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("told")
    rows: list[Row] = [
        entry(f"e{number}", code, f"2024-0{number + 6}-01", status=status, revision=1,
              figures=[figure("books", 10 + number), figure("galleries", number)])
        for number, (code, status) in enumerate([("C", "draft"), ("T", "approved"), ("N", "submitted")])
    ]  # fmt: skip
    with forgotten():
        load_rows(folder, organisations=TREE, entries=rows)
        for act, number, value in acts:
            latest = [row for row in rows if row["id"] == f"e{number}"][-1]
            if act == "amend":
                new = {**latest, "revision": latest["revision"] + 1, "status": "submitted"}
                new["figures"] = [figure("books", value, qualifier="at_least")]
                rows.append(new)
                load_rows(folder, entries=[new])
            elif act == "reload":
                dump(folder)
                load_folder(folder)
            elif act == "void" and (counts := [row for row in definition.counting(rows) if row["id"] == f"e{number}"]):
                VERBS[act](stored(latest["id"]))
                counts[0]["status"] = "void"
            elif act != "void" and (to := ALLOWED[act].get(latest["status"])):
                VERBS[act](stored(latest["id"]))
                latest["status"] = to
            else:
                with pytest.raises(DomainError):
                    VERBS[act](stored(latest["id"]))
            for code in ("C", "T", "N"):
                expected = definition.totals(TREE, rows, code, 202401, 202412, "system")
                found = totals(organisation=organisation(code), first_month=202401, last_month=202412)
                names = ("value", "low", "high", "qualifier", "entries")
                assert {
                    indicator: {name: getattr(each, name) for name in names} for indicator, each in found.items()
                } == expected, (act, number)
        assert broken_audit_record() is None
