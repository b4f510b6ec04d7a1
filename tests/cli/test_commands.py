"""The commands, run in this process: what they print and what they store, and how they refuse."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db import connection
from typer.testing import CliRunner

from kexie.cli import COMMANDS, app, main
from kexie.cli.output import progress
from kexie.core.models import AuditRecord
from kexie.intake.models import Document
from kexie.orgs.models import Organisation, RoleAssignment, User
from kexie.registers.models import Entry, Register, Revision, Statement
from kexie.totals.models import Indicator, MonthSum
from tests.factories import entry, figure, files_in, load_rows, unit, write_lines, write_organisations

pytestmark = pytest.mark.django_db

TREE = [
    unit("C", kind="county"),
    unit("T", "C", order=1),
    unit("D", "C", "department", order=2),
    unit("G", "C", to="2023-12-31"),
]
ENTRIES = [
    entry("a", "T", "2024-03-05", figures=[figure("books", 8), figure("donated_value", 12.5)]),
    entry("b", "C", "2024-04-05", figures=[figure("books", 5000, qualifier="at_least", high=6000)]),
    entry("c", "D", "2024-04-06", figures=[figure("books", 100)]),
    entry("d", "T", "2024-04-07", figures=[figure("galleries", 3, qualifier="at_least")]),
]
SUMMARY = """望川镇科协2024年工作总结

2024年，望川镇科协做好科普工作。现总结如下：

一、科普宣传
3月12日，在镇文化广场办科普集市，展出展板24块，悬挂横幅3条。
"""


class Result(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run ``kexie`` with these arguments as a shell would."""

    def call(*args: object) -> Result:
        told = [str(arg) for arg in args]
        monkeypatch.setattr(sys, "argv", ["kexie", *told])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else 0, out, err)

    return call


@pytest.fixture
def county(db: None, tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=TREE, entries=ENTRIES)
    return tmp_path


YEAR = ("--organisation", "C", "--from", "2024-01", "--to", "2024-12")


def row(indicator: str, value: float, **others: object) -> dict[str, object]:
    return {
        "indicator": indicator,
        "value": value,
        "low": value,
        "high": value,
        "qualifier": "exact",
        "entries": 1,
        **others,
    }


def test_totals_have_exactly_the_shape_of_the_contract(county: Path, run: Run) -> None:
    result = run("totals", *YEAR, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("\n") == 1
    answer = json.loads(result.out)
    assert list(answer) == ["organisation", "from", "to", "structure", "rows"]
    assert (answer["organisation"], answer["from"], answer["to"], answer["structure"]) == (
        "C",
        "2024-01",
        "2024-12",
        "then",
    )
    books = row("books", 5008, high=6008, qualifier="at_least", entries=2)
    assert answer["rows"] == [books, row("donated_value", 12.5), row("galleries", 3, high=None, qualifier="at_least")]
    assert all(isinstance(each["value"], int) for each in answer["rows"] if each["indicator"] != "donated_value")


def test_totals_by_month_and_by_organisation_carry_their_key(county: Path, run: Run) -> None:
    by_month = json.loads(run("totals", *YEAR, "--indicator", "books", "--by", "month", "--json").out)["rows"]
    assert by_month == [
        {"month": "2024-03", **row("books", 8)},
        {"month": "2024-04", **row("books", 5000, high=6000, qualifier="at_least")},
    ]
    told = ("--indicator", "books", "--by", "organisation", "--json")
    by_unit = json.loads(run("totals", *YEAR, *told).out)["rows"]
    assert by_unit == [
        {"organisation": "T", **row("books", 8)},
        {"organisation": "own", **row("books", 5000, high=6000, qualifier="at_least")},
    ]
    by_unit = json.loads(run("totals", *YEAR, *told, "--scope", "county").out)["rows"]
    assert [(each["organisation"], each["value"]) for each in by_unit] == [("T", 8), ("D", 100), ("own", 5000)]


def test_totals_of_nothing_are_no_rows(county: Path, run: Run) -> None:
    told = ("totals", "--organisation", "C", "--from", "2020-01", "--to", "2020-12")
    assert json.loads(run(*told, "--json").out)["rows"] == []
    assert "没有" in run(*told).out


def test_totals_for_people_say_unit_and_qualifier(county: Path, run: Run) -> None:
    out = run("totals", *YEAR).out
    assert "5,008" in out
    assert "以上" in out
    assert "12.50" in out


@pytest.mark.parametrize(
    ("args", "reasons"),
    [
        (("totals", "--organisation", "Z", "--from", "2024-01", "--to", "2024-12"), ["Z"]),
        (("totals", "--organisation", "C", "--from", "2024-13", "--to", "2024-12"), ["2024-13"]),
        (("totals", "--organisation", "C", "--from", "2024", "--to", "2024-12"), ["2024"]),
        (("totals", "--organisation", "C", "--from", "2024-12", "--to", "2024-01"), ["2024-12", "2024-01", "晚于"]),
        (("totals", *YEAR, "--indicator", "dances"), ["dances"]),
        (("totals", *YEAR, "--by", "week"), ["week"]),
        (("totals", "--organisation", "C"), ["--from"]),
        (("read", "nowhere.txt"), ["nowhere.txt"]),
        (("read",), ["files"]),
        (("load",), ["--organisations"]),
        (("load", "--entries", "nowhere.jsonl"), ["nowhere.jsonl"]),
        (("intake", "nowhere.txt", "--organisation", "T"), ["nowhere.txt"]),
        (("intake", __file__, "--organisation", "Z"), ["Z"]),
        (("intake", __file__, "--organisation", "T", "--period", "2024-13"), ["2024-13"]),
        (("confirm",), ["--document", "--all"]),
        (("confirm", "--all", "--document", "1"), ["--document", "--all"]),
        (("confirm", "--document", "77"), ["77"]),
        (("confirm", "--all", "--period", "last year"), ["last year"]),
        (("report", "--organisation", "Z", "--period", "2024", "--out", "/nowhere"), ["Z"]),
        (("report", "--organisation", "C", "--period", "2024-13", "--out", "/nowhere"), ["2024-13"]),
        (("report", "--organisation", "C", "--period", "2024", "--kind", "poem", "--out", "/nowhere"), ["poem"]),
        (("dump", __file__), [__file__]),
        (("account", "li", "--organisation", "Z", "--role", "leader"), ["Z"]),
        (("dance",), ["dance"]),
        (("serve", "--port", "0"), ["port"]),
    ],
    ids=lambda args: " ".join(map(str, args))[:50].replace(os.sep, "|"),
)
def test_what_cannot_be_done_is_said_on_standard_error_with_exit_code_two(
    county: Path, run: Run, args: tuple[str, ...], reasons: list[str]
) -> None:
    before = [model.objects.count() for model in (Organisation, Entry, Document, User, AuditRecord)]  # type: ignore[attr-defined]
    result = run(*args)
    assert (result.code, result.out) == (2, "")
    for reason in reasons:
        assert reason in result.err.replace("\n", "")
    assert "Traceback" not in result.err
    assert before == [model.objects.count() for model in (Organisation, Entry, Document, User, AuditRecord)]  # type: ignore[attr-defined]


def test_the_overview_and_every_command_have_help(run: Run) -> None:
    overview = run("--help")
    assert overview.code == 0
    for name in COMMANDS:
        assert name in overview.out
        result = run(name, "--help")
        assert result.code == 0
        assert "--help" in result.out


class TestLoading:
    def files(self, folder: Path, entries: list[object]) -> tuple[object, ...]:
        organisations = write_organisations(folder / "orgs.csv", TREE)
        return "load", "--organisations", organisations, "--entries", write_lines(folder / "e.jsonl", entries)  # type: ignore[arg-type]

    def test_it_says_what_it_stored_and_skips_it_the_second_time(self, run: Run, tmp_path: Path) -> None:
        told = self.files(tmp_path, [*ENTRIES])
        first, second = run(*told), run(*told)
        assert (first.code, second.code) == (0, 0)
        assert "新增 4" in first.out
        assert "跳过 4" in second.out
        assert json.loads(run("totals", *YEAR, "--json").out)["rows"][0]["value"] == 5008

    def test_a_bad_line_is_named_and_nothing_is_stored(self, run: Run, tmp_path: Path) -> None:
        result = run(*self.files(tmp_path, [ENTRIES[0], {**ENTRIES[1], "organisation": "Z"}]))
        assert (result.code, result.out) == (2, "")
        assert "e.jsonl" in result.err
        assert "第 2 行" in result.err
        assert "“Z”" in result.err
        assert not Organisation.objects.exists()
        assert run(*self.files(tmp_path, [ENTRIES[0]])).code == 0

    def test_other_content_needs_replace(self, run: Run, tmp_path: Path) -> None:
        run(*self.files(tmp_path, [ENTRIES[0]]))
        changed = self.files(tmp_path, [{**ENTRIES[0], "title": "别的"}])
        refused = run(*changed)
        assert (refused.code, refused.out) == (2, "")
        assert "--replace" in refused.err
        assert run(*changed, "--replace").code == 0
        assert Revision.objects.get().title == "别的"

    def test_a_file_deep_in_folders_is_loaded(self, run: Run, tmp_path: Path) -> None:
        folder = tmp_path.joinpath(*["a-folder-with-a-long-name"] * 10)
        folder.mkdir(parents=True)
        assert run(*self.files(folder, [*ENTRIES])).code == 0

    def test_dump_and_load_give_the_same_files(self, run: Run, county: Path) -> None:
        assert run("dump", county / "one").code == 0
        names = ("organisations", "entries", "merges", "statements")
        files = ("orgs.csv", "entries.jsonl", "merges.jsonl", "statements.jsonl")
        told = [part for name, file in zip(names, files, strict=True) for part in (f"--{name}", county / "one" / file)]
        again = run("load", *told)
        assert again.code == 0
        assert "跳过 4" in again.out
        run("dump", county / "two")
        assert files_in(county / "one") == files_in(county / "two")


class TestDocuments:
    def test_they_are_drafted_confirmed_and_counted(self, run: Run, county: Path) -> None:
        file = county / "总结.txt"
        file.write_text(SUMMARY, encoding="utf-8")
        taken = run("intake", file, "--organisation", "T")
        assert taken.code == 0
        assert "总结.txt：1 份材料，1 份是新的" in taken.out
        totals = ("totals", *YEAR, "--indicator", "boards", "--json")
        assert json.loads(run(*totals).out)["rows"] == []
        document = Document.objects.get()
        assert run("confirm", "--document", document.pk).code == 0
        assert json.loads(run(*totals).out)["rows"] == [row("boards", 24)]
        again = run("intake", file, "--organisation", "T")
        assert "0 份是新的" in again.out
        assert "确认 0 条" in run("confirm", "--all").out

    def test_a_file_that_cannot_be_read_keeps_the_others_out_too(self, run: Run, county: Path) -> None:
        good, bad = county / "好.txt", county / "坏.docx"
        good.write_text(SUMMARY, encoding="utf-8")
        bad.write_bytes(b"PK\x03\x04 no more")
        result = run("intake", good, bad, "--organisation", "T")
        assert (result.code, result.out) == (2, "")
        assert "坏.docx" in result.err
        assert not Document.objects.exists()
        assert run("intake", good, "--organisation", "T").code == 0
        assert Document.objects.count() == 1

    def test_confirming_all_is_all_or_nothing(self, run: Run, county: Path) -> None:
        file = county / "总结.txt"
        file.write_text(SUMMARY, encoding="utf-8")
        for code in ("T", "G"):  # G was gone in 2024
            assert run("intake", file, "--organisation", code).code == 0
        drafts = Revision.objects.filter(status="draft").count()
        result = run("confirm", "--all")
        assert (result.code, result.out) == (2, "")
        assert "不存在" in result.err
        assert Revision.objects.filter(status="draft").count() == drafts
        assert not Statement.objects.filter(confirmed=True).exists()


class TestAccounts:
    def ask(self, monkeypatch: pytest.MonkeyPatch, *args: str, password: str = "a-long-pass-word") -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["kexie", "account", *args])
        result = CliRunner().invoke(app, ["account", *args], input=f"{password}\n{password}\n")
        return result.exit_code, str(result.exception or "")

    def test_it_makes_an_account_with_a_role(self, county: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.ask(monkeypatch, "li", "--organisation", "T", "--role", "reporter", "--name", "李")[0] == 0
        user = User.objects.get()
        assert (user.username, user.display_name, user.check_password("a-long-pass-word")) == ("li", "李", True)
        assert self.ask(monkeypatch, "li", "--organisation", "C", "--role", "leader")[0] == 0
        roles = RoleAssignment.objects.order_by("organisation__code").values_list("organisation__code", "role")
        assert list(roles) == [("C", "leader"), ("T", "reporter")]

    @pytest.mark.parametrize(
        ("role", "password", "reason"), [("boss", "a-long-pass-word", "boss"), ("leader", "short", "10")]
    )
    def test_a_refusal_leaves_no_account(
        self, county: Path, monkeypatch: pytest.MonkeyPatch, role: str, password: str, reason: str
    ) -> None:
        code, error = self.ask(monkeypatch, "li", "--organisation", "T", "--role", role, password=password)
        assert code != 0
        assert reason in error
        assert not User.objects.exists()
        assert self.ask(monkeypatch, "li", "--organisation", "T", "--role", "leader")[0] == 0


def test_a_command_brings_the_catalogue_up_to_date_and_changes_nothing_twice(run: Run, county: Path) -> None:
    Indicator.objects.filter(code="books").update(name="书")
    run("totals", *YEAR)
    assert Indicator.objects.get(code="books").name == "赠送图书"
    before = list(Register.objects.order_by("pk").values_list("code", "version"))
    run("totals", *YEAR)
    assert list(Register.objects.order_by("pk").values_list("code", "version")) == before


@pytest.mark.parametrize("total", [3, None])
def test_a_bar_is_shown_only_when_work_takes_long(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, total: int | None
) -> None:
    for patience, shown in ((60.0, False), (0.0, True)):
        monkeypatch.setattr("kexie.cli.output._PATIENCE", patience)
        with progress("装入记录", total) as advance:
            for _ in range(3):
                advance(1)
                time.sleep(0.05 if shown else 0)
        out, err = capsys.readouterr()
        assert out == ""
        assert ("装入记录" in err) is shown


def test_the_tests_run_on_the_engine_that_was_asked_for() -> None:
    assert connection.vendor in ("sqlite", "postgresql")
    if os.environ.get("DATABASE_URL", "").startswith("postgresql"):
        assert connection.vendor == "postgresql"


def test_verify_names_what_is_wrong_and_ends_with_1(county: None, run: Run) -> None:
    clean = run("verify")
    assert clean.code == 0 and "全部相符" in clean.out
    MonthSum.objects.filter(ancestor__code="T", indicator__code="books").update(value=11)
    wrong = run("verify", "--organisation", "T", "--from", "2024-03", "--to", "2024-03")
    assert wrong.code == 1 and "全部相符" not in wrong.out
    assert "T科协（T） 2024-03" in wrong.out and "应为 8，实为 11（差 +3）" in wrong.out
    other = run("verify", "--organisation", "T", "--from", "2024-04", "--to", "2024-04")
    assert other.code == 0


def test_verify_without_its_libraries_says_how_to_get_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kexie.cli.verify.find_spec", lambda name: None)
    refused = run("verify")
    assert refused.code == 2 and "kexie[analytics]" in refused.err
