"""``kexie report`` of each kind and ``kexie targets``: what they print, write and refuse."""

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from kexie.core.periods import Period
from kexie.intake.services import take_in
from kexie.plans.models import Target
from kexie.plans.services import TargetTold, set_target
from tests.cli.conftest import Run
from tests.factories import entry, figure, load_rows, organisation, unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def county(tmp_path: Path) -> None:
    figures = [figure("activities", 1), figure("lectures", 1), figure("person_times", 120)]
    day = {"campaigns": ["science-day"], "kind": "lecture"}
    tree = [unit("C", kind="county"), unit("T1", "C"), unit("T2", "C")]
    rows = [entry("a", "T1", "2024-09-14", figures=figures, **day), entry("b", "T2", "2024-10-09", figures=figures)]
    load_rows(tmp_path, organisations=tree, entries=rows)
    for year in ("2024", "2025"):
        due = datetime.date(int(year), 12, 1)
        set_target(
            organisation=organisation("C"),
            period=Period.parse(year),
            told=TargetTold(metric="科普讲座", value=Decimal(7), indicator="lectures", due=due),
            actor="tests",
        )


@pytest.mark.parametrize(
    ("kind", "others", "stem"),
    [
        ("brief", [], "C-2024-10-brief-b"),
        ("brief", ["--as-of", "2024-09-14"], "C-2024-09-brief-a"),
        ("brief", ["--entry", "a"], "C-2024-09-brief-a"),
        ("campaign", ["--campaign", "science-day", "--length", "short"], "C-2024-campaign-science-day"),
        ("oral", ["--addressee", "party-office"], "C-2024-oral"),
        ("plan", [], "C-2024-plan"),
        ("summary+plan", [], "C-2024-summary_plan"),
        ("targets", ["--as-of", "2024-09-30"], "C-2024-targets"),
    ],
)
def test_report_writes_each_kind(run: Run, tmp_path: Path, kind: str, others: list[str], stem: str) -> None:
    out = tmp_path / "out"
    code, _, err = run("report", "--organisation", "C", "--period", "2024", "--kind", kind, "--out", out, *others)
    assert code == 0, err
    assert sorted(path.name for path in out.iterdir()) == sorted(
        f"{stem}{end}" for end in (".docx", ".html", "-sources.xlsx")
    )


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (["--kind", "poem"], "没有“poem”这种报告"),
        (["--kind", "campaign"], "请指定主题活动"),
        (["--kind", "campaign", "--campaign", "nobody"], "没有“nobody”"),
        (["--kind", "campaign", "--campaign", "science-spring"], "没有“科技之春宣传月”的记录"),
        (["--kind", "brief", "--entry", "nobody"], "没有编号为“nobody”"),
        (["--kind", "oral", "--as-of", "2023-01-01"], "没有开始"),
        (["--kind", "oral", "--length", "endless"], "篇幅"),
    ],
)
def test_report_refuses_in_one_sentence_and_leaves_nothing(
    run: Run, tmp_path: Path, others: list[str], expected: str
) -> None:
    out = tmp_path / "out"
    code, _, err = run("report", "--organisation", "C", "--period", "2024", "--out", out, *others)
    assert code == 2
    assert expected in err.replace("\n", "")
    assert not out.exists()


def test_targets_are_read_confirmed_split_and_printed(run: Run) -> None:
    text = "C科协2024年工作计划\n一、主要目标\n（一）力争发放宣传资料8000份。\n"
    take_in(content=text.encode(), name="计划.txt", organisation=organisation("C"), actor="tests")
    here = ("targets", "--organisation", "C", "--period", "2024")
    assert "8,000份" not in run(*here)[1]
    assert "读出 1 项目标" in run(*here, "--read", "--confirm")[1]
    printed = run(*here, "--as-of", "2024-10-31")[1]
    assert "8,000份" in printed
    assert "28.5%" in printed
    code, out, _ = run(*here, "--split", "科普讲座", "--to", "T1=1", "--to", "T2=1")
    assert code == 0
    assert "科普讲座 4场" in out
    assert sum(part.value for part in Target.objects.filter(split_from__isnull=False)) == 7


@pytest.mark.parametrize(
    "told", [["--split", "没有的"], ["--split", "科普讲座", "--to", "T1"], ["--split", "科普讲座"]]
)
def test_targets_refuses_in_one_sentence(run: Run, told: list[str]) -> None:
    code, _, err = run("targets", "--organisation", "C", "--period", "2024", *told)
    assert code == 2
    assert err
    assert Target.objects.count() == 2


def test_targets_of_a_year_without_any_says_so(run: Run) -> None:
    assert "还没有目标" in run("targets", "--organisation", "C", "--period", "2031")[1]
