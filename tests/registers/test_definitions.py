"""Register definitions: numbers with their bounds, fields with their types, figures by rule."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.catalogue import load
from kexie.core.errors import DomainError
from kexie.registers.definitions import (
    Definition,
    Derived,
    Field,
    Rule,
    Value,
    catalogue_registers,
    check_fields,
    complete,
    derive,
    read_number,
)
from kexie.registers.models import Register
from kexie.registers.services import sync_registers
from kexie.totals.measures import LIMIT
from tests.totals.worlds import laws

ACTIVITY = catalogue_registers()["activity"]
TRAINING = catalogue_registers()["training"]
HONOURS = catalogue_registers()["honours"]


def shown(value: Value) -> tuple[Any, ...]:
    return value.value, value.low, value.high, value.low_exclusive, value.high_exclusive


# The design's table of figures: what is told, and value, low, high, low_exclusive, high_exclusive.
TABLE: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
    ({"value": 34}, (34, 34, 34, False, False)),
    ({"value": 34, "qualifier": "exact", "low": 34, "high": 34}, (34, 34, 34, False, False)),
    ({"value": 0}, (0, 0, 0, False, False)),
    ({"value": 5000, "qualifier": "at_least", "high": 6000}, (5000, 5000, 6000, False, True)),
    ({"value": 5000, "qualifier": "at_least", "high": 6000, "high_exclusive": False}, (5000, 5000, 6000, False, False)),
    ({"value": 100, "qualifier": "at_least"}, (100, 100, None, False, False)),
    ({"value": 100, "qualifier": "at_least", "low_exclusive": True}, (100, 100, None, True, False)),
    ({"value": 20, "qualifier": "at_most"}, (20, None, 20, False, False)),
    ({"value": 20, "qualifier": "at_most", "high_exclusive": True}, (20, None, 20, False, True)),
    ({"value": 30000, "qualifier": "about", "high": 30000}, (30000, None, 30000, False, False)),
    ({"value": 3000, "qualifier": "about"}, (3000, None, None, False, False)),
    ({"qualifier": "range", "low": 1, "high": 2}, (1, 1, 2, False, False)),
    ({"qualifier": "range", "high": 2}, (2, None, 2, False, False)),
    ({"value": LIMIT}, (LIMIT, LIMIT, LIMIT, False, False)),
]
CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({}, "缺少数值"),
    ({"qualifier": "about"}, "缺少数值"),
    ({"qualifier": "range"}, "下限或上限"),
    ({"qualifier": "range", "value": 3}, "下限或上限"),
    ({"value": 34, "qualifier": "roughly"}, "不在册"),
    ({"value": 34, "low": 33}, "上下限应与它相同"),
    ({"value": 34, "high": 35}, "上下限应与它相同"),
    ({"value": 100, "qualifier": "at_least", "low": 90}, "下限应是 100"),
    ({"value": 100, "qualifier": "at_least", "high": 90}, "大于上限"),
    ({"value": 20, "qualifier": "at_most", "high": 30}, "上限应是 20"),
    ({"value": 20, "qualifier": "at_most", "low": 30}, "大于上限"),
    ({"qualifier": "range", "low": 3, "high": 2}, "大于上限"),
    ({"value": -1}, "超出范围"),
    ({"value": 1, "qualifier": "about", "low": -5}, "超出范围"),
    ({"value": LIMIT + 1}, "超出范围"),
    ({"value": "NaN"}, "超出范围"),
    ({"value": "Infinity"}, "超出范围"),
    ({"value": "1e999"}, "超出范围"),
]


def decimals(told: dict[str, Any]) -> dict[str, Any]:
    numbers = {key: Decimal(told[key]) for key in ("value", "low", "high") if key in told}
    return {"value": None, **told, **numbers}


@pytest.mark.parametrize(("told", "expected"), TABLE)
def test_a_number_has_the_bounds_that_its_qualifier_implies(told: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert shown(complete(**decimals(told))) == expected


@pytest.mark.parametrize(("told", "reason"), CONTRADICTIONS)
def test_it_refuses_a_number_that_contradicts_itself(told: dict[str, Any], reason: str) -> None:
    with pytest.raises(DomainError, match=reason):
        complete(**decimals(told))


@laws(100)
@given(
    st.integers(0, LIMIT),
    st.sampled_from(["exact", "at_least", "at_most", "about", "range"]),
    st.one_of(st.none(), st.integers(0, LIMIT)),
    st.one_of(st.none(), st.integers(0, LIMIT)),
)
def test_what_is_completed_is_in_order_and_complete(value: int, qualifier: str, low: Any, high: Any) -> None:
    told = {"value": value, "low": low, "high": high}
    try:
        found = complete(
            qualifier=qualifier, **{key: None if each is None else Decimal(each) for key, each in told.items()}
        )
    except DomainError:
        return
    assert (found.low or 0) <= found.value
    assert found.high is None or found.value <= found.high
    again = complete(**msgspec.structs.asdict(found))
    assert again == found


INTEGER = Field("person_times", "参与人次", "integer", limit=1000)
MONEY = Field("value", "价值", "money")


@pytest.mark.parametrize(
    ("told", "value"),
    [(34, 34), ("34", 34), (34.0, 34), ({"value": 34}, 34), ({"value": "34", "qualifier": "about"}, 34), (1000, 1000),
     ({"qualifier": "range", "low": 3, "high": 5}, 3)],
)  # fmt: skip
def test_a_number_may_be_told_in_several_ways(told: Any, value: int) -> None:
    assert read_number(told, INTEGER).value == value


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ("三百", "不是数"), ("", "不是数"), (True, "不是数"), ([34], "不是数"), ({"value": [34]}, "不是数"),
        ({"value": 34, "about": 1}, "不认识 about"), ({}, "缺少数值"), (34.5, "不是整数"), (1001, "超过合理上限 1000"),
        (-1, "超出范围"), (float("inf"), "超出范围"), ({"value": 34, "qualifier": "some"}, "不在册"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_and_the_field_named(told: Any, reason: str) -> None:
    with pytest.raises(DomainError, match=f"参与人次.*{reason}"):
        read_number(told, INTEGER)


def test_money_may_have_decimals() -> None:
    assert read_number("12.50", MONEY).value == Decimal("12.5")


@pytest.mark.parametrize(
    ("definition", "fields", "reason"),
    [
        (ACTIVITY, {"colour": "red"}, "没有字段“colour”"),
        (ACTIVITY, {"person_times": "many"}, "参与人次"),
        (ACTIVITY, {"summary": 5}, "要文字"),
        (HONOURS, {"level": "galactic"}, "“galactic”不在选项里"),
        (HONOURS, {"level": 1}, "要文字"),
        (HONOURS, {"courses": 1}, "没有字段"),
    ],
)
def test_fields_of_another_kind_are_refused(definition: Definition, fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(DomainError, match=reason):
        check_fields(definition, fields)


def test_fields_that_fit_are_taken_and_empty_ones_too() -> None:
    check_fields(ACTIVITY, {"person_times": {"value": 5000, "qualifier": "at_least", "high": 6000}, "summary": "好"})
    check_fields(ACTIVITY, {"person_times": None, "summary": None})
    check_fields(HONOURS, {"level": "city", "recipients": 3})


def derived(
    definition: Definition, kinds: list[str], occurrences: int = 1, **fields: Any
) -> dict[tuple[str, str], int]:
    found = derive(definition, kinds=kinds, occurrences=occurrences, fields=fields)
    return {(each.indicator, each.mode or "/".join(each.groups)): int(each.value.value) for each in found}


def test_rules_make_figures_of_fields_kinds_and_occurrences() -> None:
    assert derived(ACTIVITY, []) == {("activities", ""): 1}
    assert derived(ACTIVITY, ["lecture"], 3, person_times=200, online_person_times=900, boards=0) == {
        ("activities", ""): 3,
        ("lectures", ""): 3,
        ("person_times", "offline"): 200,
        ("person_times", "online"): 900,
        ("boards", ""): 0,
    }


def test_an_entry_of_several_kinds_counts_for_each_but_once_as_an_activity() -> None:
    found = derived(ACTIVITY, ["lecture", "exhibition", "contest"], 2, person_times=50)
    assert found == {
        ("activities", ""): 2,
        ("lectures", ""): 2,
        ("exhibitions", ""): 2,
        ("contests", ""): 1,
        ("person_times", "offline"): 50,
        ("exhibition_visits", ""): 50,
    }


def test_a_facet_has_the_fields_rules_and_kinds_of_its_base() -> None:
    assert TRAINING.fields[: len(ACTIVITY.fields)] == ACTIVITY.fields
    assert TRAINING.rules[: len(ACTIVITY.rules)] == ACTIVITY.rules
    assert set(ACTIVITY.kinds) <= set(TRAINING.kinds)
    assert derived(TRAINING, ["training"], 4, person_times=120, courses=1, techniques=2) == {
        ("activities", ""): 4,
        ("trainings", ""): 4,
        ("training_courses", ""): 1,
        ("new_techniques", ""): 2,
        ("person_times", "offline"): 120,
        ("trained_person_times", ""): 120,
    }


def test_a_rule_with_a_group_makes_an_of_which_beside_the_whole() -> None:
    assert derived(HONOURS, ["unit"], level="national") == {("honours", ""): 1, ("honours", "national"): 1}
    assert derived(HONOURS, ["unit"]) == {("honours", ""): 1}
    assert derived(HONOURS, ["person"], recipients=4)["persons_honoured", ""] == 4
    assert ("persons_honoured", "") not in derived(HONOURS, ["unit"], recipients=4)


def test_a_rule_may_count_a_list_and_ask_for_a_field() -> None:
    definition = Definition(
        code="visits",
        name="走访",
        order=1,
        work_area="villages",
        fields=(Field("villages", "村", "organisations"), Field("level", "级别", "text")),
        rules=(
            Rule("villages_reached", "count(villages)"),
            Rule("visits", 2, when={"level": "city"}),
        ),
    )
    found = derive(definition, kinds=[], occurrences=1, fields={"villages": ["a", "b", "c"], "level": "city"})
    exact = [Derived("villages_reached", complete(value=Decimal(3))), Derived("visits", complete(value=Decimal(2)))]
    assert found == exact
    assert derive(definition, kinds=[], occurrences=1, fields={"villages": "abc", "level": "county"}) == []


def test_a_figure_keeps_the_qualifier_of_its_field() -> None:
    told = {"value": 5000, "qualifier": "at_least", "high": 6000}
    [found] = [
        each
        for each in derive(ACTIVITY, kinds=[], occurrences=1, fields={"materials": told})
        if each.indicator == "materials"
    ]
    assert shown(found.value) == (5000, 5000, 6000, False, True)


def test_every_rule_and_draft_of_the_catalogue_names_an_indicator_that_can_be_booked() -> None:
    indicators = {item["code"]: item for item in load("indicators")}
    areas = {item["code"] for item in load("work_areas")}
    for register in catalogue_registers().values():
        named = {rule.indicator for rule in register.rules} | set(register.drafts)
        assert named <= set(indicators), register.code
        assert not any(indicators[code].get("formula") for code in named)
        assert register.work_area in areas
    assert len(indicators) >= 55


@pytest.mark.django_db
def test_a_changed_definition_is_a_new_version_and_an_unchanged_one_is_not() -> None:
    versions = dict(Register.objects.values_list("code", "version"))
    assert set(versions) == {"activity", "training", "honours"}
    sync_registers()
    assert dict(Register.objects.values_list("code", "version")) == versions
    Register.objects.filter(code="honours").update(definition={"code": "honours"})
    sync_registers()
    register = Register.objects.get(code="honours")
    assert register.version == versions["honours"] + 1
    assert register.definition["name"] == register.name == "荣誉"
