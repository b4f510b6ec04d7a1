"""``kexie org``, ``kexie statements`` and the cuts of ``kexie totals``: what they print, change and refuse."""

import json
from pathlib import Path
from typing import Any

import pytest

from kexie.orgs.models import OrganisationVersion
from kexie.registers.models import Statement
from kexie.totals.models import StandIn
from tests.cli.conftest import Run
from tests.factories import entry, figure, load_rows, organisation, unit

pytestmark = pytest.mark.django_db

YEAR = ("--organisation", "C", "--from", "2024-01", "--to", "2024-12")


@pytest.fixture(autouse=True)
def county(tmp_path: Path) -> None:
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C"), unit("V", "T1", "village")]
    told = {"organisation": "T2", "period": "2024", "indicator": "books", "value": 30}
    figures = [figure("person_times", 100, mode="online"), figure("person_times", 7, groups=["女"])]
    rows = [entry("a", "V", "2024-03-01", figures=figures, kind="lecture")]
    load_rows(tmp_path, organisations=tree, entries=rows, statements=[told])


def rows(run: Run, *told: str) -> list[dict[str, Any]]:
    code, out, err = run("totals", *YEAR, "--json", *told)
    assert code == 0, err
    answer: dict[str, Any] = json.loads(out)
    return list(answer["rows"])


def test_org_changes_the_tree_and_what_is_counted(run: Run) -> None:
    code, out, _ = run("org", "move", "V", "--to", "T2", "--since", "2024-01-01")
    assert (code, out) == (0, "V科协：已移动，1 个单位的上级有变，重新计入 1 条记录\n")
    assert [row["organisation"] for row in rows(run, "--by", "organisation")] == ["T2"]
    assert run("org", "rename", "V", "--name", "新村", "--since", "2024-02-01")[0] == 0
    assert run("org", "add", "N", "--name", "新镇", "--kind", "township", "--parent", "C")[0] == 0
    assert run("org", "merge", "T2", "--into", "N", "--since", "2024-06-01")[0] == 0
    assert run("org", "close", "T1", "--since", "2024-07-01")[0] == 0
    assert [row["organisation"] for row in rows(run, "--by", "organisation")] == ["T2"]
    assert [row["organisation"] for row in rows(run, "--by", "organisation", "--structure", "today")] == ["N"]
    assert organisation("V").name == "新村"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        (("move", "T1", "--to", "V", "--since", "2024-01-01"), "不能移到自己的下级V科协之下"),
        (("move", "T1", "--to", "X", "--since", "2024-01-01"), "没有代码为“X”的组织"),
        (("move", "T1", "--to", "T2", "--since", "soon"), "“soon”不是日期"),
        (("add", "T1", "--name", "某镇", "--kind", "township", "--parent", "C"), "T1 已在册，沿革重叠"),
        (("close", "V", "--since", "2024-02-01"), "没有了单位：a（2024-03-01）"),
    ],
)
def test_org_refuses_in_one_sentence_and_changes_nothing(run: Run, told: tuple[str, ...], reason: str) -> None:
    before = list(OrganisationVersion.objects.order_by("pk").values())
    code, out, err = run("org", *told)
    assert (code, out) == (2, "")
    assert err.startswith("错误：")
    assert reason in err
    assert list(OrganisationVersion.objects.order_by("pk").values()) == before


def test_totals_are_cut_and_say_under_which_structure(run: Run) -> None:
    assert [(row["mode"], row["value"]) for row in rows(run, "--by", "mode")] == [("online", 100)]
    assert [(row["group"], row["value"]) for row in rows(run, "--by", "group")] == [("女", 7)]
    assert [(row["kind"], row["value"]) for row in rows(run, "--by", "kind")] == [("lecture", 100)]
    assert json.loads(run("totals", *YEAR, "--json", "--structure", "today")[1])["structure"] == "today"
    assert "线上" in run("totals", *YEAR, "--by", "mode")[1]


def test_a_ratio_that_was_asked_for_by_name_and_has_no_value_says_why(run: Run) -> None:
    code, out, err = run("totals", *YEAR, "--indicator", "organisation_coverage")
    assert (code, out) == (2, "")
    assert "科普组织覆盖率算不出来：建有科普组织的村（社区）没有记录" in err


def test_statements_are_listed_stand_in_and_are_withdrawn(run: Run) -> None:
    number = Statement.objects.get().pk
    assert "对照" in run("statements", "--organisation", "C")[1]
    assert run("statements", "--stand-in", number)[0] == 0
    assert [(row["indicator"], row["value"], row.get("stated")) for row in rows(run)] == [
        ("books", 30, 1),
        ("person_times", 100, None),
    ]
    assert "代替缺报的记录" in run("statements", "--organisation", "C")[1]
    assert "含申报数 1 个" in run("totals", *YEAR)[1]
    code, _, err = run("statements", "--stand-in", number)
    assert (code, StandIn.objects.count()) == (2, 1)
    assert "不能再计一个" in err
    assert run("statements", "--withdraw", number)[0] == 0
    assert not StandIn.objects.exists()
    assert run("statements", "--stand-in", 10**6)[0] == run("statements")[0] == 2
