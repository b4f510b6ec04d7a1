"""The demonstration county: the same everywhere, valid by docs/exchange.md, as large and as mixed as it should be."""

import csv
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import kexie.catalogue
from kexie.cli.demonstration import Demonstration, generate, write

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"
KINDS = {
    *("province", "city", "county", "township", "community", "village", "association", "society", "enterprise"),
    *("university", "elder-association", "base", "school", "department"),
}
EVENT_KINDS = {
    *("lecture", "exhibition", "consultation", "clinic", "training", "contest", "campaign", "touring", "volunteer"),
    *("academic", "visit", "meeting", "other"),
}
WORK_AREAS = {
    *("literacy", "youth", "facilities", "academic", "workers", "innovation", "villages", "organisation", "central"),
    "party",
}
CAMPAIGNS = {
    *("science-day", "science-month", "science-week", "science-spring", "three-rural", "disaster-day", "workers-day"),
    "safety-month",
}
KEYS = {
    *("id", "register", "organisation", "title", "start", "end", "status", "revision", "void_reason", "place"),
    *("places", "work_area", "kind", "campaigns", "partners", "role", "occurrences", "visibility", "fields"),
    *("figures", "sources"),
}
FIGURE_KEYS = {
    *("indicator", "value", "qualifier", "low", "high", "low_exclusive", "high_exclusive", "mode", "groups", "basis"),
    "part_of",
}
PERIOD = re.compile(r"\d{4}(H[12]|Q[1-4]|-\d{2})?")

INDICATORS = {row["code"]: row for row in kexie.catalogue.load("indicators")}
FIELDS = {
    register: {field["key"]: field for field in kexie.catalogue.load(f"registers/{register}")["fields"]}
    for register in ("activity", "training", "honours")
}
FIELDS["training"] |= FIELDS["activity"]


@pytest.fixture(scope="module")
def demonstration() -> Demonstration:
    return generate()


def digest(demonstration: Demonstration) -> str:
    return hashlib.sha256(json.dumps(asdict(demonstration), ensure_ascii=False).encode()).hexdigest()


def rows_of(demonstration: Demonstration, code: str) -> list[dict[str, str]]:
    return [row for row in demonstration.organisations if row["code"] == code]


def exists(rows: list[dict[str, str]], day: str) -> bool:
    return any(row["valid_from"] <= day and (not row["valid_to"] or day <= row["valid_to"]) for row in rows)


def test_it_is_the_same_in_every_process(demonstration: Demonstration) -> None:
    assert digest(generate()) == digest(demonstration)
    program = (
        "import hashlib, json, sys; from dataclasses import asdict; from kexie.cli.demonstration import generate;"
        "text = json.dumps(asdict(generate()), ensure_ascii=False); assert 'django' not in sys.modules;"
        "print(hashlib.sha256(text.encode()).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONPATH": str(Path(kexie.__file__).parents[1])}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == digest(demonstration)


def test_another_seed_gives_other_entries(demonstration: Demonstration) -> None:
    assert digest(generate(21)) != digest(demonstration)


def test_it_has_the_county_that_was_asked_for(demonstration: Demonstration) -> None:
    today = [row for row in demonstration.organisations if exists([row], "2025-12-31")]
    own = [row for row in today if row["code"].startswith("QH")]
    kinds = Counter(row["kind"] for row in own)
    assert kinds["township"] == 12
    assert kinds["village"] + kinds["community"] == 140
    assert kinds["society"] + kinds["elder-association"] == 9
    assert kinds["base"] + kinds["school"] == 14
    assert kinds["department"] == 20
    assert [
        row["short_name"] for row in sorted(own, key=lambda row: int(row["order"])) if row["kind"] == "township"
    ] == [
        *(
            "禾城镇",
            "柳湾镇",
            "白鹭镇",
            "双堰镇",
            "云岫镇",
            "望川镇",
            "石桥镇",
            "稻香镇",
            "松坪乡",
            "苇塘乡",
            "枫岭乡",
            "青石乡",
        )
    ]
    assert Counter(row["kind"] for row in today)["county"] == 2
    (former,) = rows_of(demonstration, "QH13")
    assert (former["short_name"], former["valid_to"], former["successor_code"]) == ("梨园乡", "2024-12-31", "QH03")
    assert demonstration.county == "QH"


def test_organisations_are_valid_rows(demonstration: Demonstration) -> None:
    codes = {row["code"] for row in demonstration.organisations}
    names = {row["short_name"] for row in demonstration.organisations if not row["valid_to"]}
    assert len(names) == len({row["code"] for row in demonstration.organisations if not row["valid_to"]})
    seen: set[str] = set()
    for row in demonstration.organisations:
        assert row["kind"] in KINDS
        assert row["name"]
        assert row["order"].isdigit()
        assert row["parent_code"] in seen or row["kind"] == "city", "a parent comes before its units"
        assert row["successor_code"] in codes | {""}
        for column in ("valid_from", "valid_to"):
            assert not row[column] or date.fromisoformat(row[column])
        seen.add(row["code"])
    for code in codes:
        rows = rows_of(demonstration, code)
        assert len({row["kind"] for row in rows}) == 1
        for earlier, later in pairwise(rows):
            assert earlier["valid_to"] < later["valid_from"]


def test_entries_are_valid_rows(demonstration: Demonstration) -> None:
    codes = {row["code"] for row in demonstration.organisations}
    revisions = {}
    for entry in demonstration.entries:
        assert set(entry) <= KEYS, entry["id"]
        assert {"id", "register", "organisation", "title", "start", "end", "status"} <= set(entry)
        assert len(entry["id"]) <= 64
        assert entry["title"].strip()
        assert "{" not in entry["title"]
        assert entry["status"] in {"draft", "submitted", "returned", "approved", "void"}
        assert ("void_reason" in entry) == (entry["status"] == "void")
        if entry["end"] is None:
            assert entry["status"] == "draft"
        else:
            assert date.fromisoformat(entry["start"]) <= date.fromisoformat(entry["end"])
            assert "2024-01-01" <= entry["start"] <= entry["end"] <= "2025-12-31"
        kinds = {"unit", "person", "work"} if entry["register"] == "honours" else EVENT_KINDS
        assert set(entry["kind"]) <= kinds
        assert entry.get("work_area", "literacy") in WORK_AREAS
        assert set(entry.get("campaigns", [])) <= CAMPAIGNS
        assert len(set(entry.get("campaigns", []))) == len(entry.get("campaigns", []))
        assert entry.get("role", "host") in {"host", "organise", "co-organise", "take-part", "lead-delegation"}
        assert entry.get("visibility", "internal") in {"public", "internal", "restricted"}
        assert entry.get("occurrences", 1) >= 1
        assert set(entry.get("places", [])) <= codes
        for key, number in entry.get("fields", {}).items():
            check_field(FIELDS[entry["register"]][key], number)
        for figure in entry.get("figures", []):
            check_figure(figure, entry["figures"])
        for source in entry.get("sources", []):
            assert set(source) <= {"file", "name", "start", "end", "sheet", "row", "quote", "field"}
            assert source.get("field") is None or source["field"] in entry["fields"]
        revision = (entry["id"], entry.get("revision", 1))
        assert revision not in revisions
        revisions[revision] = entry
    for number, revision in revisions:
        assert revision == 1 or (number, revision - 1) in revisions


def check_field(field: dict[str, Any], number: Any) -> None:
    if field["type"] == "choice":
        assert number in field["choices"]
    elif field["type"] in ("text", "long_text"):
        assert isinstance(number, str)
    elif isinstance(number, dict):
        assert set(number) <= {"value", "qualifier", "low", "high"}
        check_bounds(number)
        assert number.get("value", number.get("low")) <= field["limit"]
    else:
        assert isinstance(number, int)
        assert 0 <= number <= field["limit"]


def check_figure(figure: dict[str, Any], figures: list[dict[str, Any]]) -> None:
    assert set(figure) <= FIGURE_KEYS
    assert INDICATORS[figure["indicator"]]["kind"] in ("flow", "stock")
    check_bounds(figure)
    assert figure.get("mode", "offline") in {"offline", "online"}
    assert figure.get("basis", "unknown") in {"signed-in", "ticketed", "estimated", "platform", "unknown"}
    if "part_of" in figure:
        whole = figure["part_of"]
        assert 0 <= whole < len(figures) if isinstance(whole, int) else any(f["indicator"] == whole for f in figures)
    scaled = figure.get("value", 0) * 10 ** INDICATORS[figure["indicator"]].get("scale", 0)
    assert scaled == int(scaled), "no more decimals than the indicator has"


def check_bounds(number: dict[str, Any]) -> None:
    qualifier = number.get("qualifier", "exact")
    value, low, high = number.get("value"), number.get("low"), number.get("high")
    if qualifier == "exact":
        assert value is not None
        assert value >= 0
    elif qualifier == "at_least":
        assert low == value
        digits = re.fullmatch(r"(\d)(\d*?)(0*)", str(value))
        assert digits
        assert high is None or high == value + 10 ** len(digits[3])
    elif qualifier == "about":
        assert value is not None
        assert low is None
        assert high in (None, value)
    else:
        assert qualifier == "range"
        assert value is None
        assert low is not None
        assert high is not None
        assert low < high


def test_every_organisation_exists_on_the_day(demonstration: Demonstration) -> None:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in demonstration.organisations:
        rows.setdefault(row["code"], []).append(row)
    for entry in demonstration.entries:
        assert entry["organisation"] in rows
        if entry["end"]:
            for code in [entry["organisation"], *entry.get("places", [])]:
                assert exists(rows[code], entry["end"]), (entry["id"], code)


def test_there_are_about_three_thousand_entries_of_all_kinds(demonstration: Demonstration) -> None:
    entries = demonstration.entries
    assert 2800 <= len(entries) <= 3200
    assert set(Counter(entry["register"] for entry in entries)) == {"activity", "training", "honours"}
    statuses = Counter(entry["status"] for entry in entries)
    assert statuses["approved"] > 0.95 * len(entries)
    assert min(statuses[status] for status in ("draft", "submitted", "returned", "void")) >= 3
    assert all((e["end"] or "2025-12") >= "2025-10" for e in entries if e["status"] == "draft")
    of_years = [[e for e in entries if (e["end"] or "").startswith(year)] for year in ("2024", "2025")]
    assert 1300 < len(of_years[0]) < len(of_years[1])
    months = Counter(entry["end"][5:7] for year in of_years for entry in year)
    assert months.most_common(1)[0][0] == "09"
    assert min(months, key=lambda month: months[month]) == "02"
    assert {kind for entry in entries for kind in entry["kind"]} == EVENT_KINDS | {"unit", "person", "work"}
    assert {campaign for entry in entries for campaign in entry.get("campaigns", [])} == CAMPAIGNS
    assert {entry["work_area"] for entry in entries if "work_area" in entry} == WORK_AREAS
    assert {"host", "organise", "co-organise", "take-part", "lead-delegation"} == {
        e["role"] for e in entries if "role" in e
    }
    figures = [figure for entry in entries for figure in entry.get("figures", [])]
    assert any(isinstance(figure.get("part_of"), int) for figure in figures)
    assert any(isinstance(figure.get("part_of"), str) for figure in figures)
    assert any(figure.get("mode") == "online" for figure in figures)
    stocks = {figure["indicator"] for figure in figures if INDICATORS[figure["indicator"]]["kind"] == "stock"}
    assert {
        "galleries",
        "members",
        "societies",
        "volunteers",
        "villages_total",
        "villages_organised",
        "bases",
    } <= stocks
    numbers = [
        n for e in entries for n in [*e.get("fields", {}).values(), *e.get("figures", [])] if isinstance(n, dict)
    ]
    assert {"at_least", "about", "range"} <= {number.get("qualifier") for number in numbers}
    levels = {entry["fields"]["level"] for entry in entries if entry["register"] == "honours"}
    assert levels == {"national", "province", "city", "county"}
    assert sum(entry["organisation"].startswith("YX") for entry in entries) >= 20


def test_stocks_of_villages_follow_the_tree(demonstration: Demonstration) -> None:
    for entry in demonstration.entries:
        for figure in entry.get("figures", []):
            if figure["indicator"] == "villages_total":
                day, code = entry["end"], entry["organisation"]
                below = [
                    row
                    for row in demonstration.organisations
                    if row["kind"] in ("village", "community") and exists([row], day)
                    if row["parent_code"] == code or (code == "QH03" and day > "2025" and row["parent_code"] == "QH13")
                ]
                assert figure["value"] == len(below), entry["id"]


def test_corrections_are_there(demonstration: Demonstration) -> None:
    revisions: dict[str, list[str]] = {}
    for entry in demonstration.entries:
        revisions.setdefault(entry["id"], []).append(entry["status"])
    stories = Counter(tuple(statuses) for statuses in revisions.values())
    for story in [("approved", "approved"), ("approved", "submitted"), ("approved", "void"), ("void",)]:
        assert stories[story] >= 1, story


def test_merges_are_disjoint_and_tell_of_one_day(demonstration: Demonstration) -> None:
    assert 15 <= len(demonstration.merges) <= 25
    entries = {entry["id"]: entry for entry in demonstration.entries}
    members = [number for merge in demonstration.merges for number in merge["entries"]]
    assert len(members) == len(set(members))
    for merge in demonstration.merges:
        told = [entries[number] for number in merge["entries"]]
        assert len(told) >= 2
        assert len({entry["start"] for entry in told}) == 1
        assert len({entry["organisation"] for entry in told}) == len(told)
    crossing = [merge for merge in demonstration.merges if len({entries[n]["end"][:7] for n in merge["entries"]}) > 1]
    assert crossing, "one event is reported in two months"


def test_most_lines_grow_and_boards_fall(demonstration: Demonstration) -> None:
    final = {e["id"]: e for e in demonstration.entries if e["status"] in ("approved", "void")}
    sums: Counter[tuple[str, str]] = Counter()
    for entry in final.values():
        if entry["status"] == "approved" and entry["organisation"].startswith("QH"):
            for key, number in entry.get("fields", {}).items():
                value = number.get("value", number.get("low")) if isinstance(number, dict) else number
                if isinstance(value, int):
                    sums[entry["end"][:4], key] += value
    for key in ("person_times", "materials", "consultations", "experts"):
        assert sums["2025", key] > sums["2024", key], key
    assert sums["2025", "boards"] < sums["2024", "boards"]


def test_some_villages_never_had_an_event(demonstration: Demonstration) -> None:
    touched = {c for e in demonstration.entries for c in [e["organisation"], *e.get("places", [])]}
    villages = {row["code"] for row in demonstration.organisations if row["kind"] == "village"}
    assert 10 <= len(villages - touched) <= 30


def test_statements_are_valid_and_some_differ_from_the_entries(demonstration: Demonstration) -> None:
    codes = {row["code"] for row in demonstration.organisations}
    keys = {
        *("organisation", "period", "indicator", "value", "qualifier", "low", "high", "low_exclusive"),
        *("high_exclusive", "quote", "sources"),
    }
    assert len(demonstration.statements) >= 60
    for row in demonstration.statements:
        assert set(row) <= keys
        assert row["organisation"] in codes
        assert PERIOD.fullmatch(row["period"])
        assert row["indicator"] in INDICATORS
        check_bounds({key: row[key] for key in ("value", "qualifier", "low", "high") if key in row})
    said = [(row["organisation"], row["period"], row["indicator"]) for row in demonstration.statements]
    assert len(said) == len(set(said))


def test_titles_are_many_and_say_no_word_twice(demonstration: Demonstration) -> None:
    titles = Counter(entry["title"] for entry in demonstration.entries)
    assert len(titles) > 0.6 * len(demonstration.entries)
    assert titles.most_common(1)[0][1] <= 30
    twice = re.compile(r"(知识|培训|讲座|宣传|技术|主题|义诊|志愿服务)\1")
    assert not [title for title in titles if twice.search(title)]


def test_accounts_cover_every_role_and_level(demonstration: Demonstration) -> None:
    kinds = {row["code"]: row["kind"] for row in demonstration.organisations}
    accounts = demonstration.accounts
    assert len({account.username for account in accounts}) == len(accounts)
    assert {a.role for a in accounts} == {"reporter", "reviewer", "steward", "leader", "administrator", ""}
    assert {kinds[a.organisation] for a in accounts if a.role} == {"city", "county", "township", "village", "society"}
    for account in accounts:
        assert re.fullmatch(r"[a-z][a-z-]*", account.username)
        assert bool(account.role) == bool(account.organisation)


def test_documents_are_six_of_the_tree(demonstration: Demonstration) -> None:
    codes = {row["code"] for row in demonstration.organisations}
    assert len(demonstration.documents) == 6
    for document in demonstration.documents:
        assert document.organisation in codes
        assert PERIOD.fullmatch(document.period)
        assert 600 <= len(document.text) <= 2500
        assert "\r" not in document.text
        assert re.search(r"余|多|约", document.text)


@pytest.mark.shared
def test_no_sentence_is_from_the_sample_files(demonstration: Demonstration) -> None:
    if not SEEDS.is_dir():
        pytest.skip(f"{SEEDS} is not there")
    other = re.compile(r"[^\u4e00-\u9fff]+")  # punctuation and digits between do not make a sentence another one

    def pieces(text: str) -> set[str]:
        text = other.sub("", text)
        return {text[start : start + 22] for start in range(len(text) - 21)}

    seeds = {piece for path in sorted(SEEDS.glob("*.txt")) for piece in pieces(path.read_text(encoding="utf-8"))}
    assert seeds
    for document in demonstration.documents:
        assert not pieces(document.text) & seeds


def test_it_writes_the_exchange_files(demonstration: Demonstration, tmp_path: Path) -> None:
    write(demonstration, tmp_path / "one")
    with (tmp_path / "one" / "orgs.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.DictReader(file)) == demonstration.organisations
    for name in ("entries", "merges", "statements"):
        lines = (tmp_path / "one" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == getattr(demonstration, name)
    texts = sorted((tmp_path / "one" / "documents").iterdir())
    assert [path.read_text(encoding="utf-8") for path in texts] == [
        document.text for document in sorted(demonstration.documents, key=lambda document: document.name)
    ]
    assert all(b"\r" not in path.read_bytes() for path in (tmp_path / "one").rglob("*.*"))
