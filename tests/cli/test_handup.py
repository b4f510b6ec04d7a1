"""``kexie handup`` and ``kexie totals-changes``."""

import json
from pathlib import Path

import pytest
from django.utils import timezone

from kexie.registers.handup.models import NothingToReport, Snapshot
from kexie.totals.models import Lock
from tests.cli.test_commands import Run, run  # noqa: F401 (a fixture)
from tests.factories import entry, figure, load_rows, unit

pytestmark = pytest.mark.django_db

WHERE = ("--organisation", "C", "--period", "2024")


@pytest.fixture
def county(db: None, tmp_path: Path) -> Path:
    tree = [unit("C", kind="county"), unit("T1", "C", order=1), unit("T2", "C", order=2)]
    rows = [
        entry("a", "T1", figures=[figure("books", 10)]),
        entry("w", "T1", status="submitted", figures=[figure("books", 1)]),
    ]
    load_rows(tmp_path, organisations=tree, entries=rows)
    return tmp_path


def test_a_year_is_checked_handed_up_opened_and_handed_up_again(run: Run, county: Path) -> None:  # noqa: F811
    checked = run("handup", "check", *WHERE)
    assert "有记录 1，申报无 0，未报 1" in checked.out
    assert "还有 1 条待审" in checked.out
    assert run("handup", "nothing", "--organisation", "T2", "--period", "2024").code == 0
    assert NothingToReport.objects.count() == 1
    assert "已上报：C科协2024年第1号，1 条记录" in run("handup", "up", *WHERE, "--occasion", "年报").out
    refused = run("handup", "up", *WHERE)
    assert (refused.code, Snapshot.objects.count()) == (2, 1)
    assert "没有开过例外" in refused.err
    assert "没有变化" in run("handup", "changes", *WHERE).out
    assert run("handup", "except", *WHERE).code == 2
    assert "例外已开" in run("handup", "except", *WHERE, "--reason", "漏报", "--hours", "2").out
    load_rows(county, entries=[entry("late", "T2", figures=[figure("books", 5)])])
    changes = run("handup", "changes", *WHERE).out
    assert "活动late" in changes
    assert "+5" in changes
    assert "重新锁定" in run("handup", "close", *WHERE).out
    assert "第2号" in run("handup", "up", *WHERE).out
    listed = run("handup", "list", *WHERE).out
    assert "第1号" in listed
    assert "例外：漏报" in listed
    assert "活动late" in run("handup", "changes", *WHERE, "--number", "1", "--to", "2").out


def test_a_lock_alone_stops_a_load(run: Run, county: Path) -> None:  # noqa: F811
    assert "已锁定" in run("handup", "lock", *WHERE).out
    assert "锁定" in run("handup", "list", *WHERE).out
    path = county / "late.jsonl"
    path.write_text(json.dumps(entry("late", "T2", figures=[figure("books", 5)])), encoding="utf-8")
    refused = run("load", "--entries", path)
    assert refused.code == 2
    assert "C科协2024年已上报锁定（2024年上报），记录 late" in refused.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("up", "--organisation", "none", "--period", "2024"),
        ("up", "--organisation", "C", "--period", "2024-13"),
        ("up", "--organisation", "C", "--period", "2999"),
        ("except", *WHERE, "--reason", "x", "--hours", "0"),
        ("except", *WHERE, "--reason", "x"),
        ("close", *WHERE),
        ("changes", *WHERE),
        ("check", *WHERE, "--register", "none"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(run: Run, county: Path, arguments: tuple[str, ...]) -> None:  # noqa: F811
    refused = run("handup", *arguments)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("错误：")
    assert not Lock.objects.exists()


def test_why_a_total_changed_is_told_with_the_entries(run: Run, county: Path) -> None:  # noqa: F811
    months = ("--organisation", "C", "--from", "2024-01", "--to", "2024-12")
    told = run("totals-changes", *months, "--since", "2020-01-01", "--json")
    rows = {row["indicator"]: row for row in json.loads(told.out)["rows"]}
    assert (rows["books"]["before"], rows["books"]["after"], rows["books"]["difference"]) == (None, 10, 10)
    assert [row["entry"] for row in rows["books"]["entries"]] == ["a"]
    assert "活动a" in run("totals-changes", *months, "--since", "2020-01-01", "--indicator", "books").out
    assert "没有变化" in run("totals-changes", *months, "--since", str(timezone.localdate())).out
    assert run("totals-changes", *months, "--since", "gestern").code == 2
    assert run("totals-changes", *months, "--since", "2020-01-02", "--until", "2020-01-01").code == 2
