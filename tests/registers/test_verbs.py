"""The verbs of an entry's life: correcting, amending, who may approve, and what the record says of it."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.orgs.models import User
from kexie.registers.history import history_of
from kexie.registers.merging import merge
from kexie.registers.models import Entry, ReviewRule, Revision
from kexie.registers.review import ALONE, LATE, ON_BEHALF, marks_of, review_rule, set_review_rule
from kexie.registers.revisions import FigureTold
from kexie.registers.services import (
    Conflict,
    amend,
    approve,
    approve_all,
    record,
    return_entry,
    revise,
    submit,
    void,
)
from kexie.totals.queries import totals
from tests.factories import entry, figure, load_rows, organisation, person, stored, unit

pytestmark = pytest.mark.django_db

TREE = [unit("P", kind="province"), unit("C", "P", "county"), unit("T", "C"), unit("N", "C"), unit("V", "T", "village")]


@pytest.fixture
def tree(db: None, tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=TREE)
    return tmp_path


def counted(code: str = "C", year: int = 2024) -> dict[str, int]:
    found = totals(organisation=organisation(code), first_month=year * 100 + 1, last_month=year * 100 + 12)
    return {indicator: int(total.value) for indicator, total in found.items()}


def told(user: User | None = None, code: str = "T", **others: Any) -> Entry:
    """A record of an event with 40 attendances, entered by ``user``."""
    day = timezone.localdate()
    given = {"title": "防灾演练", "start": day, "end": day, "fields": {"person_times": 40}, **others}
    return record(register="activity", organisation=organisation(code), actor="tests", user=user, **given)


def content() -> list[Any]:
    rows = Revision.objects.order_by("entry", "number")
    return [*rows.values_list("entry__uid", "number", "status", "digest"), AuditRecord.objects.count()]


class TestRevising:
    """``revise``: a draft or a returned revision is corrected in place."""

    def test_it_changes_what_is_said_and_keeps_who_wrote_it_first(self, tree: Path) -> None:
        writer, other = person("writer", "T", "reporter"), person("other", "C")
        each = told(writer)
        first = Revision.objects.get()
        done = revise(entry=each, changes={"title": "消防演练", "fields": {"person_times": 45}}, actor="x", user=other)
        assert (done.title, done.number, done.status) == ("消防演练", 1, "draft")
        assert (done.created_by, done.created_at, done.changed_by) == (writer, first.created_at, other)
        assert done.changed_at is not None
        approve(entry=each, actor="x", user=other)
        assert counted(year=timezone.localdate().year)["person_times"] == 45

    def test_a_returned_one_keeps_its_reason_until_it_is_handed_in_again(self, tree: Path) -> None:
        reviewer = person("reviewer", "C")
        each = told(person("writer", "T", "reporter"))
        submit(entry=each, actor="writer")
        back = return_entry(entry=each, reason=" 人次对不上 ", actor="x", user=reviewer)
        assert (back.reason, back.decided_by) == ("人次对不上", reviewer)
        done = revise(entry=each, changes={"place": "镇政府"}, actor="writer")
        assert (done.status, done.reason, done.decided_by, done.place) == ("returned", "人次对不上", reviewer, "镇政府")
        again = submit(entry=each, actor="writer")
        assert (again.reason, again.decided_at, again.decided_by) == ("", None, None)

    def test_without_a_change_nothing_is_written(self, tree: Path) -> None:
        each = told()
        before = content()
        revise(entry=each, changes={"title": "防灾演练"}, actor="x")
        assert content() == before

    @pytest.mark.parametrize("status", ["submitted", "approved", "void"])
    def test_what_is_under_review_or_decided_is_refused(self, tree: Path, status: str) -> None:
        load_rows(tree, entries=[entry("a", "T", status=status)])
        before = content()
        with pytest.raises(DomainError, match="只有草稿和退回的"):
            revise(entry=stored("a"), changes={"title": "别的"}, actor="x")
        assert content() == before

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"status": "approved"}, "不能更正 status"),
            ({"title": " "}, "title"),
            ({"fields": {"person_times": -1}}, "参与人次"),
            ({"start": date(2999, 1, 1)}, "晚于"),
        ],
    )
    def test_what_cannot_be_stored_changes_nothing(self, tree: Path, changes: dict[str, Any], reason: str) -> None:
        each = told()
        before = content()
        with pytest.raises(DomainError, match=reason):
            revise(entry=each, changes=changes, actor="x")
        assert content() == before


class TestAmending:
    """``amend``: an approved entry gets its next revision; the old one counts until that is approved."""

    def test_the_old_one_counts_until_the_new_one_is_approved(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T", figures=None, fields={"person_times": 40, "books": 3})])
        done = amend(entry=stored("a"), changes={"fields": {"person_times": 50}}, actor="x")
        assert (done.number, done.status) == (2, "draft")
        assert counted()["person_times"] == 40
        approve(entry=stored("a"), actor="x")
        assert counted()["person_times"] == 50
        assert "books" not in counted()
        assert Revision.objects.get(number=1).status == "approved"

    def test_figures_that_were_given_are_amended_as_figures(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T", figures=[figure("books", 8)])])
        amend(entry=stored("a"), changes={"figures": [FigureTold("books", Decimal(9))]}, actor="x")
        approve(entry=stored("a"), actor="x")
        assert counted() == {"books": 9}

    def test_moving_it_to_another_unit_moves_what_it_adds(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T", figures=[figure("books", 8)])])
        amend(entry=stored("a"), changes={"organisation": "N"}, actor="x")
        assert (counted("T"), counted("N")) == ({"books": 8}, {})
        approve(entry=stored("a"), actor="x")
        assert (counted("T"), counted("N")) == ({}, {"books": 8})

    @pytest.mark.parametrize("status", ["draft", "submitted", "returned", "void"])
    def test_only_an_approved_one_is_amended(self, tree: Path, status: str) -> None:
        load_rows(tree, entries=[entry("a", "T", status=status)])
        before = content()
        with pytest.raises(DomainError, match="已通过的才能更正"):
            amend(entry=stored("a"), changes={"title": "别的"}, actor="x")
        assert content() == before

    def test_an_amendment_that_changes_nothing_is_refused(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T")])
        with pytest.raises(DomainError, match="没有改动"):
            amend(entry=stored("a"), changes={"title": "活动a"}, actor="x")
        assert Revision.objects.count() == 1

    def test_a_merged_entry_stays_in_the_year_of_its_group(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T", figures=[figure("books", 8)]), entry("b", "C", "2024-05-10")])
        merge(entries=[stored("a"), stored("b")], actor="x")
        before = content()
        with pytest.raises(DomainError, match=r"“a”与 b 已确认为同一活动（2024年）.*2025年"):
            amend(entry=stored("a"), changes={"start": None, "end": date(2025, 1, 1)}, actor="x")
        assert content() == before
        done = amend(entry=stored("a"), changes={"start": None, "end": date(2024, 12, 31)}, actor="x")
        assert done.end == date(2024, 12, 31)

    def test_a_later_revision_told_by_a_file_is_held_to_that_year_too(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T"), entry("b", "C")], merges=[{"entries": ["a", "b"]}])
        before = content()
        with pytest.raises(DomainError, match="不在同一年"):
            load_rows(tree, entries=[entry("a", "T", "2025-01-01", revision=2)])
        assert content() == before

    def test_the_audit_record_names_the_keys_and_no_content(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T")])
        amend(entry=stored("a"), changes={"title": "王某某的讲座"}, actor="x")
        last = AuditRecord.objects.latest("number")
        assert (last.action, last.detail) == ("amend", {"revision": 2, "changed": ["title"]})


class TestConflicts:
    """``based_on``: what was on the screen must still be what is stored."""

    def test_the_second_of_two_who_correct_the_same_is_refused(self, tree: Path) -> None:
        each = told()
        seen = Revision.objects.get().digest
        revise(entry=each, changes={"title": "甲的改法"}, actor="x", based_on=seen)
        before = content()
        with pytest.raises(Conflict) as refused:
            revise(entry=each, changes={"title": "乙的改法"}, actor="x", based_on=seen)
        assert refused.value.latest.title == "甲的改法"
        assert content() == before

    def test_an_amendment_of_what_was_amended_meanwhile_is_refused(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T")])
        seen = Revision.objects.get().digest
        amend(entry=stored("a"), changes={"title": "甲的改法"}, actor="x", based_on=seen)
        with pytest.raises(Conflict):
            amend(entry=stored("a"), changes={"title": "乙的改法"}, actor="x", based_on=seen)
        assert Revision.objects.count() == 2


class TestDecisions:
    """Who decided, when and why stands with the revision."""

    def test_each_decision_is_kept_with_its_person(self, tree: Path) -> None:
        reviewer = person("reviewer", "C")
        each = told()
        done = approve(entry=each, actor="reviewer", user=reviewer)
        assert done.decided_by == reviewer
        assert done.decided_at is not None
        gone = void(entry=each, reason="没有办成", actor="reviewer", user=reviewer)
        assert (gone.reason, gone.decided_by) == ("没有办成", reviewer)

    def test_many_at_once_are_decided_by_the_same_person(self, tree: Path) -> None:
        reviewer = person("reviewer", "C")
        ids = [told().pk, told().pk]
        approve_all(entries=ids, actor="reviewer", subject="month:2024-05", user=reviewer)
        assert set(Revision.objects.values_list("decided_by", flat=True)) == {reviewer.pk}

    @pytest.mark.parametrize("reason", ["", " ", "长" * 201])
    def test_a_reason_is_needed_and_has_a_length(self, tree: Path, reason: str) -> None:
        each = told()
        submit(entry=each, actor="x")
        before = content()
        with pytest.raises(DomainError, match="原因"):
            return_entry(entry=each, reason=reason, actor="x")
        assert content() == before

    @pytest.mark.parametrize(
        "wrong",
        [
            {"decided_by": True},
            {"decided_at": timezone.now()},
            {"status": "returned", "decided_at": timezone.now()},
            {"changed_by": True},
        ],
    )
    def test_the_database_refuses_half_a_decision(self, tree: Path, wrong: dict[str, Any]) -> None:
        each = told()
        values = {key: person("who", "C") if value is True else value for key, value in wrong.items()}
        with pytest.raises(IntegrityError), transaction.atomic():
            Revision.objects.filter(entry=each).update(**values)


class TestReviewRules:
    """none, self, other: set for a unit, they hold for all below it."""

    def test_a_rule_comes_from_the_nearest_unit_above(self, tree: Path) -> None:
        assert review_rule(organisation("V")) == "self"
        set_review_rule(organisation=organisation("C"), rule="other", actor="x")
        set_review_rule(organisation=organisation("T"), rule="none", actor="x")
        rules = {code: str(review_rule(organisation(code))) for code in ("P", "C", "N", "T", "V")}
        assert rules == {"P": "self", "C": "other", "N": "other", "T": "none", "V": "none"}
        set_review_rule(organisation=organisation("T"), rule="", actor="x")
        assert review_rule(organisation("V")) == "other"

    def test_a_rule_that_is_none_is_refused(self, tree: Path) -> None:
        with pytest.raises(DomainError, match="没有审核规则"):
            set_review_rule(organisation=organisation("C"), rule="both", actor="x")
        assert not ReviewRule.objects.exists()

    def test_under_none_handing_in_is_enough(self, tree: Path) -> None:
        set_review_rule(organisation=organisation("C"), rule="none", actor="x")
        writer = person("writer", "T", "reporter")
        done = submit(entry=told(writer), actor="writer", user=writer)
        assert (done.status, done.decided_by) == ("approved", writer)
        undated = told(writer, start=None, end=None)
        with pytest.raises(DomainError, match="没有日期"):
            submit(entry=undated, actor="writer", user=writer)

    def test_under_other_nobody_approves_what_they_wrote_or_corrected(self, tree: Path) -> None:
        set_review_rule(organisation=organisation("C"), rule="other", actor="x")
        writer, helper, third = (person(name, "T", "reviewer") for name in ("writer", "helper", "third"))
        each = told(writer)
        revise(entry=each, changes={"title": "改过的"}, actor="helper", user=helper)
        submit(entry=each, actor="writer", user=writer)
        before = content()
        for own in (writer, helper):
            with pytest.raises(DomainError, match="要由他人审核"):
                approve(entry=each, actor="x", user=own)
            with pytest.raises(DomainError, match="要由他人审核"):
                approve_all(entries=[each.pk], actor="x", subject="month", user=own)
        assert content() == before
        assert approve(entry=each, actor="x", user=third).status == "approved"

    def test_under_self_one_person_may_do_both_and_the_record_says_so(self, tree: Path) -> None:
        alone, other = person("alone", "T", "reviewer"), person("other", "T", "reviewer")
        mine = approve(entry=told(alone), actor="alone", user=alone)
        assert marks_of(mine, mine) == [ALONE]
        both = approve(entry=told(alone), actor="other", user=other)
        assert marks_of(both, both) == []


class TestMarks:
    """补录 and 代录 are derived from when and by whom an entry was first written down."""

    @pytest.mark.parametrize(("written", "late"), [("2024-06-10", False), ("2024-06-11", True), ("2024-05-20", False)])
    def test_late_is_more_than_ten_days_after_the_month(self, tree: Path, written: str, late: bool) -> None:
        each = told(person("writer", "T"), start=None, end=date(2024, 5, 3))
        at = timezone.make_aware(timezone.datetime.fromisoformat(f"{written}T09:00"))
        Revision.objects.filter(entry=each).update(created_at=at)
        first = Revision.objects.get()
        assert (LATE in marks_of(first, first)) is late

    def test_entered_by_somebody_of_another_unit_is_on_behalf(self, tree: Path) -> None:
        for code, expected in (("T", False), ("C", True), ("V", True)):
            first = Revision.objects.get(entry=told(person(f"of-{code}", code)))
            assert (ON_BEHALF in marks_of(first, first)) is expected, code

    def test_the_role_of_that_day_decides(self, tree: Path) -> None:
        today = timezone.localdate()
        writer = person("moved", "T", since=today - timedelta(days=30), until=today - timedelta(days=9))
        each = told(writer)
        first = Revision.objects.get(entry=each)
        assert ON_BEHALF in marks_of(first, first)
        Revision.objects.filter(entry=each).update(created_at=timezone.now() - timedelta(days=20))
        first.refresh_from_db()
        assert ON_BEHALF not in marks_of(first, first)

    def test_what_a_file_brought_carries_no_marks(self, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T", "2020-01-01")])
        first = Revision.objects.get()
        assert marks_of(first, first) == []


def test_the_history_says_who_did_what_and_what_was_changed(tree: Path) -> None:
    writer, reviewer = person("writer", "T", "reporter"), person("reviewer", "C")
    each = told(writer, place="镇政府")
    submit(entry=each, actor="writer", user=writer)
    return_entry(entry=each, reason="人次对不上", actor="reviewer", user=reviewer)
    submit(entry=each, actor="writer", user=writer)
    approve(entry=each, actor="reviewer", user=reviewer)
    number = {"value": 50, "qualifier": "at_least"}
    amend(entry=each, changes={"place": "文化广场", "fields": {"person_times": number}}, actor="writer", user=writer)
    events = list(reversed(history_of(each)))
    assert [(event.what, event.who) for event in events] == [
        ("录入第1版", "writer"),
        ("提交第1版", "writer"),
        ("退回第1版", "reviewer"),
        ("提交第1版", "writer"),
        ("通过第1版", "reviewer"),
        ("更正为第2版", "writer"),
    ]
    assert events[2].reason == "人次对不上"
    changed = {change.label: (change.before, change.after) for change in events[-1].changes}
    assert changed["地点"] == ("镇政府", "文化广场")
    assert changed["惠及人次"] == ("线下40人次", "线下50以上人次")
