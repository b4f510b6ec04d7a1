"""Targets: what was promised is kept as it was, quotas add up, progress follows from totals."""

import datetime
import re
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.core.periods import Period
from kexie.intake.models import Document
from kexie.intake.services import take_in
from kexie.plans.models import State, Target
from kexie.plans.queries import pace_of, progress_of, rate_of, targets_of
from kexie.plans.quotas import quotas
from kexie.plans.services import (
    TargetTold,
    confirm_target,
    draft_targets,
    drop_target,
    set_target,
    split_target,
)
from kexie.registers.permissions import PLAN, require
from tests.factories import entry, figure, load_rows, organisation, person, unit

YEAR = Period.parse("2024")
amounts = st.integers(0, 10**9).map(Decimal)


@pytest.fixture
def county(db: None, tmp_path: Path) -> None:
    """A county with three townships; 40 lectures until June, 25 of them in T1."""
    tree = [unit("C", kind="county"), *(unit(code, "C", order=place) for place, code in enumerate(("T1", "T2", "T3")))]
    tree.append(unit("X", kind="county"))
    rows = [entry("a", "T1", "2024-03-01", figures=[figure("lectures", 25)])]
    rows += [entry("b", "T2", "2024-06-01", figures=[figure("lectures", 15)])]
    load_rows(tmp_path, organisations=tree, entries=rows)


def told(**others: object) -> TargetTold:
    return TargetTold(**{"metric": "办科普讲座", "value": Decimal(100), "indicator": "lectures", **others})  # type: ignore[arg-type]


def target(code: str = "C", **others: object) -> Target:
    return set_target(organisation=organisation(code), period=YEAR, told=told(**others), actor="tests")


# --- quotas ----------------------------------------------------------------------------------------------------------


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=30))
def test_quotas_add_up_and_are_fair(total: Decimal, weights: list[int]) -> None:
    parts = quotas(total, weights)
    assert sum(parts) == total
    shares = weights if any(weights) else [1] * len(weights)
    for part, share in zip(parts, shares, strict=True):
        assert part == part.to_integral_value() >= 0
        assert abs(part * sum(shares) - total * share) < sum(shares)  # less than one from its exact share
    for one, first in zip(shares, parts, strict=True):
        for other, second in zip(shares, parts, strict=True):
            assert one <= other or first >= second  # who weighs more never gets less


@given(st.integers(0, 10**8), st.lists(st.integers(0, 99), min_size=1, max_size=9))
def test_quotas_of_cents_add_up(cents: int, weights: list[int]) -> None:
    step = Decimal("0.01")
    assert sum(quotas(cents * step, weights, step=step)) == cents * step


@pytest.mark.parametrize(("total", "weights"), [("5", []), ("5", [1, -1]), ("-1", [1]), ("0.5", [1])])
def test_what_cannot_be_split_is_refused(total: str, weights: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot be split"):
        quotas(Decimal(total), weights)


# --- pace ------------------------------------------------------------------------------------------------------------


@given(amounts, amounts, st.integers(0, 1000).map(lambda tenths: Decimal(tenths) / 10))
def test_the_state_is_what_its_definition_says(value: Decimal, done: Decimal, passed: Decimal) -> None:
    state = pace_of(comparator=">=", value=value, done=done, passed=passed)
    assert (state == "done") == (done >= value)
    if done < value:
        assert (state == "on-pace") == (passed < 100 and done / value >= passed / 100)
    limit = pace_of(comparator="<=", value=value, done=done, passed=passed)
    assert (limit == "slow") == (done > value)
    assert (limit == "done") == (done <= value and passed == 100)
    assert (rate_of(done, value) >= 100) == (done >= value)


def test_progress_follows_from_totals_of_the_day(county: None) -> None:
    target()
    target(metric="写调研报告", indicator="", unit="篇")
    (lectures, reports) = progress_of(
        targets=targets_of(organisation=organisation("C"), period=YEAR), day=datetime.date(2024, 6, 30)
    )
    assert (lectures.value, lectures.rate, lectures.gap, lectures.state) == (40, Decimal("40.0"), 60, "slow")
    assert Decimal("49") < lectures.passed < Decimal("50")
    assert (reports.done, reports.rate, reports.state) == (None, None, "unmeasured")
    (march, _) = progress_of(targets=[lectures.target, reports.target], day=datetime.date(2024, 3, 31))
    assert (march.value, march.state) == (25, "on-pace")
    (before, _) = progress_of(targets=[lectures.target, reports.target], day=datetime.date(2023, 12, 31))
    assert (before.value, before.passed, before.state) == (0, 0, "on-pace")


def test_a_due_day_is_the_end_of_the_time(county: None) -> None:
    target(due=datetime.date(2024, 4, 30))
    (late,) = progress_of(targets=Target.objects.all(), day=datetime.date(2024, 6, 30))
    assert (late.passed, late.state) == (100, "slow")


# --- verbs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strength", ["firm", "hoped", "none"])
def test_parts_add_up_and_keep_the_strength(county: None, strength: str) -> None:
    whole = target(strength=strength, due=datetime.date(2024, 11, 30))
    parts = split_target(target=whole, weights={"T1": 5, "T2": 3, "T3": 3}, actor="tests")
    assert [(part.organisation.code, int(part.value)) for part in parts] == [("T1", 46), ("T2", 27), ("T3", 27)]
    assert sum(part.value for part in parts) == whole.value
    assert {(part.strength, part.due, part.metric) for part in parts} == {(strength, whole.due, whole.metric)}
    with pytest.raises(DomainError, match="已经分解过"):
        split_target(target=whole, weights={"T1": 1}, actor="tests")
    with pytest.raises(DomainError, match="已经分解到单位"):
        drop_target(target=whole, reason="不要了", actor="tests")


@pytest.mark.parametrize("weights", [{}, {"X": 1}, {"C": 1}, {"T1": -1}, {"T1": 1, "nobody": 2}])
def test_a_split_to_others_is_refused_and_leaves_nothing(county: None, weights: dict[str, int]) -> None:
    whole = target()
    with pytest.raises(DomainError):
        split_target(target=whole, weights=weights, actor="tests")
    assert Target.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"metric": " "},
        {"value": Decimal(-1)},
        {"value": Decimal(10) ** 12},
        {"value_max": Decimal(1)},
        {"indicator": "nothing"},
        {"strength": "maybe"},
        {"comparator": "!="},
        {"due": datetime.date(2023, 12, 31)},
    ],
)
def test_what_is_no_target_is_refused(county: None, wrong: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        target(**wrong)
    assert not Target.objects.exists()


def test_the_database_refuses_what_no_service_would_write(county: None) -> None:
    made = target()
    for wrong in ({"value": -1}, {"strength": "x"}, {"metric": ""}, {"last_month": 202301}, {"value_max": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Target.objects.filter(pk=made.pk).update(**wrong)


def test_a_target_that_is_dropped_stays_in_the_record(county: None) -> None:
    made = target()
    with pytest.raises(DomainError, match="原因"):
        drop_target(target=made, reason=" ", actor="tests")
    drop_target(target=made, reason="任务取消", actor="tests")
    with pytest.raises(DomainError, match="已经撤下"):
        drop_target(target=made, reason="再撤", actor="tests")
    assert targets_of(organisation=organisation("C"), period=YEAR) == []
    assert AuditRecord.objects.filter(action="target.drop", subject=f"target:{made.pk}").count() == 1


def test_targets_of_a_document_are_drafts_until_somebody_confirms(county: None) -> None:
    text = (
        "T1科协2024年工作计划\n一、主要目标\n（一）全年完成科普讲座60场。\n"
        "（二）力争发放宣传资料8000份。\n（三）推动科普工作再上台阶。\n"
    )
    take_in(content=text.encode(), name="计划.txt", organisation=organisation("T1"), actor="tests")
    document = Document.objects.get()
    drafts = draft_targets(document=document, period=YEAR, actor="tests")
    said = {(int(each.value), each.unit, each.strength, each.state) for each in drafts}
    assert said == {(60, "场", "firm", State.DRAFT), (8000, "份", "hoped", State.DRAFT)}
    assert all(each.quote in text for each in drafts)
    assert draft_targets(document=document, period=YEAR, actor="tests") == []
    assert targets_of(organisation=organisation("T1"), period=YEAR) == []
    confirm_target(target=drafts[0], actor="tests")
    with pytest.raises(DomainError, match="状态已经变了"):
        confirm_target(target=drafts[0], actor="tests")
    assert [each.pk for each in targets_of(organisation=organisation("T1"), period=YEAR)] == [drafts[0].pk]


# --- who, and the page -----------------------------------------------------------------------------------------------


def test_only_who_reviews_here_may_plan(county: None) -> None:
    for role, at, allowed in (("reviewer", "C", True), ("leader", "C", False), ("reporter", "T1", False)):
        user = person(f"{role}-{at}", at, role)
        if allowed:
            require(user, PLAN, organisation("T1"))
        else:
            with pytest.raises(PermissionDenied):
                require(user, PLAN, organisation("T1"))


def test_the_page_shows_groups_gaps_and_drafts(client: Client, county: None) -> None:
    target(assigned_by="某市科协")
    target(metric="<b>写调研报告</b>", indicator="", unit="篇")
    client.force_login(person("who", "C", "steward"))
    page = client.get("/plans/?organisation=C&period=2024").content.decode()
    assert page.index("某市科协") < page.index("自定")
    assert "进度偏慢" in page
    (link,) = re.findall(r'href="(/registers/behind/[^"]+)"', page)
    assert "25" in client.get(unescape(link)).content.decode()
    assert "待人工核定" in page
    assert "<b>写" not in page
    assert client.get("/plans/?organisation=C&period=2024H9").status_code == 400
    assert "还没有目标" in client.get("/plans/?organisation=C&period=2031").content.decode()


@pytest.mark.parametrize("wrong", [{"value": "-3"}, {"value": "很多"}, {"metric": ""}, {"due": "2019-01-01"}])
def test_what_is_typed_wrong_is_said_on_the_page(client: Client, county: None, wrong: dict[str, str]) -> None:
    client.force_login(person("who", "C", "steward"))
    typed = {"metric": "办讲座", "value": "3", "comparator": ">=", "strength": "hoped", **wrong}
    answer = client.post("/plans/add/?organisation=C&period=2024", typed)
    assert answer.status_code == 400
    assert not Target.objects.exists()
