"""The demonstration county through the command line: totals by definition, round trip, reports."""

import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import load_workbook

import kexie.catalogue
from kexie.cli.demonstration import Demonstration, generate
from tests.end_to_end.conftest import Home
from tests.totals import definition

REGISTERS = Path(kexie.catalogue.__file__).parent / "registers"
FILES = ("orgs.csv", "entries.jsonl", "merges.jsonl", "statements.jsonl")


@pytest.fixture(scope="module")
def county() -> Demonstration:
    return generate()


@pytest.fixture(scope="module")
def told(county: Demonstration) -> list[dict[str, Any]]:
    """The county's entries with their figures."""
    return [{**entry, "figures": figures_of(entry)} for entry in county.entries if entry["end"]]


@cache
def register(code: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((REGISTERS / f"{code}.yaml").read_text(encoding="utf-8"))
    return told


def figures_of(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """What the rules of a register make of an entry, straight from the YAML."""
    if "figures" in entry:
        given: list[dict[str, Any]] = entry["figures"]
        return given
    told = register(entry["register"])
    base = register(told["extends"]) if "extends" in told else {}
    fields, kinds = entry.get("fields", {}), [entry.get("kind") or [], told.get("kind", "")]
    flat = {kind for each in kinds for kind in ([each] if isinstance(each, str) else each)}
    figures = []
    for rule in (*base.get("rules", ()), *told["rules"]):
        if any(wanted not in flat if key == "kind" else fields.get(key) != wanted
               for key, wanted in rule.get("when", {}).items()):  # fmt: skip
            continue
        take = rule["take"]
        named = entry.get("occurrences", 1) if take == "occurrences" else fields.get(take)
        value = take if isinstance(take, int) else named
        if value is None or (rule.get("group") and not fields.get(rule["group"])):
            continue
        number = value if isinstance(value, dict) else {"value": value}
        groups = [fields[rule["group"]]] if rule.get("group") else []
        figures.append({"indicator": rule["indicator"], **number, "groups": groups})
    return figures


@pytest.mark.parametrize(
    ("organisation", "first", "last"),
    [
        ("QH", "2024-01", "2024-12"),
        ("QH", "2025-01", "2025-12"),
        ("QH", "2025-09", "2025-09"),
        ("QH03", "2024-01", "2025-12"),
        ("QH13", "2024-01", "2024-12"),
        ("QHS3", "2025-01", "2025-06"),
        ("LC", "2025-01", "2025-12"),
    ],
)
@pytest.mark.parametrize("scope", ["system", "county"])
def test_totals_are_those_of_the_definition(
    demo: Home,
    county: Demonstration,
    told: list[dict[str, Any]],
    organisation: str,
    first: str,
    last: str,
    scope: str,
) -> None:
    months = [int(month.replace("-", "")) for month in (first, last)]
    merges = [merge["entries"] for merge in county.merges]
    expected = definition.totals(county.organisations, told, organisation, *months, scope, merges)
    rows = demo.totals(organisation, first, last, "--scope", scope)
    stocks = {"villages_total", "villages_organised", "bases", "science_rooms", "volunteers", "volunteer_teams",
              "e_stations", "farm_associations"}  # fmt: skip
    found = {row["indicator"]: row for row in rows}
    compared = [code for code in expected if code not in stocks]
    assert len(compared) > 5
    for code in compared:
        assert Decimal(str(found[code]["value"])) == expected[code]["value"], code
        assert Decimal(str(found[code]["low"])) == expected[code]["low"], code
        assert found[code]["qualifier"] == expected[code]["qualifier"], code
        assert found[code]["entries"] == expected[code]["entries"], code
        high = found[code]["high"]
        assert (high is None) == (expected[code]["high"] is None), code
        assert high is None or Decimal(str(high)) == expected[code]["high"], code


def test_months_add_up_to_the_year_and_units_to_the_county(demo: Home) -> None:
    asked = ("QH", "2025-01", "2025-12")
    year = {row["indicator"]: row["value"] for row in demo.totals(*asked)}
    for key in ("month", "organisation"):
        for code in ("activities", "person_times", "materials"):
            rows = demo.totals(*asked, "--indicator", code, "--by", key)
            assert len(rows) > 10
            assert sum(row["value"] for row in rows) == year[code], (key, code)


def test_what_is_dumped_and_loaded_again_is_the_same(demo: Home, new_home: Callable[[], Home], tmp_path: Path) -> None:
    again = new_home()
    demo.run("dump", tmp_path / "first")
    names = ("--organisations", "--entries", "--merges", "--statements")
    paths = [part for name, file in zip(names, FILES, strict=True) for part in (name, tmp_path / "first" / file)]
    again.run("load", *paths)
    again.run("dump", tmp_path / "second")
    for file in FILES:
        assert (tmp_path / "first" / file).read_bytes() == (tmp_path / "second" / file).read_bytes(), file
    for organisation in ("LC", "QH", "QH03", "QHD01"):
        assert again.totals(organisation, "2024-01", "2025-12") == demo.totals(organisation, "2024-01", "2025-12")


def test_a_second_time_adds_nothing(demo: Home) -> None:
    before = demo.totals("QH", "2024-01", "2025-12")
    done = demo.run("demo", "--no-serve")
    assert "新装入 0 个组织、0 条记录" in done.stdout
    assert "新读 0 份" in done.stdout
    assert demo.totals("QH", "2024-01", "2025-12") == before


def test_reports_are_three_files_each_of_the_summary_the_plan_and_a_brief_and_nothing_else(demo: Home) -> None:
    folder = demo.folder / "reports"
    names = {path.name for path in folder.iterdir()}
    stems = {"QH-2025-summary", "QH-2026-plan"} | {
        name.removesuffix(".docx") for name in names if "-brief-" in name and ".docx" in name
    }
    assert len(stems) == 3
    assert names == {f"{stem}{end}" for stem in stems for end in (".docx", ".html", "-sources.xlsx")}


def test_every_number_of_the_source_table_is_the_total_that_it_claims_to_be(demo: Home) -> None:
    sheet = load_workbook(demo.folder / "reports" / "QH-2025-summary-sources.xlsx", read_only=True).worksheets[0]
    header, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert len(rows) > 50
    totals = {row["indicator"]: row["value"] for row in demo.totals("QH", "2025-01", "2025-12")}
    assert totals["activities"] in {value for row in rows for value in row}
    assert "指标" in "".join(str(name) for name in header)


def test_documents_wait_for_a_person_before_they_count(demo: Home, new_home: Callable[[], Home]) -> None:
    folder = Path(kexie.catalogue.__file__).parent / "demonstration" / "documents"
    home = new_home()
    home.run("load", "--organisations", _organisations(demo))
    document = next(path for path in sorted(folder.iterdir()) if "柳湾" in path.read_text(encoding="utf-8")[:20])
    home.run("intake", document, "--organisation", "QH02", "--period", "2025")
    assert home.totals("QH02", "2025-01", "2025-12") == []
    home.run("confirm", "--all")
    rows = home.totals("QH02", "2025-01", "2025-12")
    assert rows
    assert "起草 0 条记录" in home.run("intake", document, "--organisation", "QH02", "--period", "2025").stdout
    assert home.totals("QH02", "2025-01", "2025-12") == rows


def _organisations(demo: Home) -> Path:
    folder = demo.folder / "dumped"
    demo.run("dump", folder)
    return folder / "orgs.csv"


@pytest.mark.shared
def test_the_four_commands_run_on_real_articles(demo: Home, new_home: Callable[[], Home], shared: Path) -> None:
    home = new_home()
    home.run("load", "--organisations", _organisations(demo))
    taken = home.run("intake", shared / "seeds" / "000.txt", "--organisation", "QH01").stdout
    assert "19 份材料，19 份是新的" in taken
    assert "不是科协的材料" in taken
    home.run("confirm", "--all")
    assert {row["indicator"] for row in home.totals("QH01", "2017-01", "2017-12")} >= {"person_times", "materials"}
    out = home.folder / "out"
    home.run("report", "--organisation", "QH01", "--period", "2017", "--kind", "summary", "--out", out)
    assert sorted(path.suffix for path in out.iterdir()) == [".docx", ".html", ".xlsx"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("totals", "--organisation", "QH", "--from", "2025-12", "--to", "2025-01"), "晚于"),
        (("totals", "--organisation", "QH", "--from", "2025", "--to", "2025-01"), "2025"),
        (("totals", "--organisation", "XX", "--from", "2025-01", "--to", "2025-01"), "XX"),
        (("totals", "--organisation", "QH", "--from", "2025-01", "--to", "2025-01", "--indicator", "nope"), "nope"),
        (("report", "--organisation", "QH", "--period", "20255", "--out", "/tmp/never"), "20255"),
        (("report", "--organisation", "QH", "--period", "2025", "--kind", "poem", "--out", "/tmp/never"), "poem"),
        (("intake", "/no/such/file.txt", "--organisation", "QH"), "/no/such/file.txt"),
        (("confirm", "--document", "999999"), "999999"),
        (("confirm",), "--all"),
        (("load",), "--organisations"),
    ],
)
def test_bad_input_is_one_clear_sentence_and_exit_code_2(demo: Home, arguments: tuple[str, ...], said: str) -> None:
    done = demo.run(*arguments, code=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not Path("/tmp/never").exists()


def test_json_totals_have_the_agreed_shape(demo: Home) -> None:
    asked = ("totals", "--organisation", "QH", "--from", "2025-01", "--to", "2025-03", "--json")
    answer = json.loads(demo.run(*asked).stdout)
    assert list(answer) == ["organisation", "from", "to", "structure", "rows"]
    assert {key: answer[key] for key in ("organisation", "from", "to", "structure")} == {
        "organisation": "QH", "from": "2025-01", "to": "2025-03", "structure": "then",
    }  # fmt: skip
    assert all(list(row) == ["indicator", "value", "low", "high", "qualifier", "entries"] for row in answer["rows"])
    assert all(row["entries"] > 0 for row in answer["rows"])


def test_verify_finds_nothing_wrong(demo: Home) -> None:
    done = demo.run("verify", "--organisation", "QH")
    assert "全部相符" in done.stdout
