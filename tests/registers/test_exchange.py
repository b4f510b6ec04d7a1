"""The exchange format: what is taken, what is refused (with file, line and reason, and nothing stored)."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kexie.core.errors import DomainError, RowError
from kexie.core.models import AuditRecord
from kexie.orgs.models import Organisation
from kexie.registers.exchange import Paths, dump, load
from kexie.registers.models import Entry, Figure, MergeGroup, MergeMember, Revision, Source, Statement
from kexie.totals.models import MonthSum, Posting, SumDelta
from kexie.totals.queries import totals
from tests.factories import (
    Row,
    entry,
    figure,
    files_in,
    forgotten,
    load_folder,
    load_rows,
    organisation,
    stored,
    unit,
)

pytestmark = pytest.mark.django_db

TREE = [unit("C", kind="county"), unit("T", "C"), unit("N", "C", since="2024-06-01"), unit("G", "C", to="2023-12-31")]
FULL: Row = {
    "id": "full",
    "register": "training",
    "organisation": "T",
    "title": "草莓育苗培训",
    "start": "2024-05-09",
    "end": "2024-05-10",
    "status": "approved",
    "revision": 3,
    "place": "望川村",
    "places": ["望川村", "V7"],
    "work_area": "villages",
    "kind": ["training", "lecture"],
    "campaigns": ["science-spring"],
    "partners": ["县学会"],
    "role": "co-organise",
    "occurrences": 2,
    "visibility": "restricted",
    "void_reason": "",
    "fields": {"subject": "育苗", "person_times": {"value": 60, "qualifier": "about"}},
    "figures": [
        figure("trained_person_times", 60, qualifier="about", low=50, high=70, mode="offline", basis="signed-in"),
        figure("trained_person_times", 20, groups=["女", "60岁以上"], basis="estimated"),
        figure("trained_person_times", 10, part_of=0),
        figure("donated_value", 12.5, qualifier="at_least", high=13, high_exclusive=False, low_exclusive=True),
        figure("materials", None, qualifier="range", low=1, high=2),
        figure("books", 5, part_of="materials"),
    ],
    "sources": [
        {"name": "简报.txt", "start": 3, "end": 9, "quote": "六十人左右"},
        {"sheet": "台账", "row": 7, "field": "figures.0"},
    ],
}


@pytest.fixture
def tree(db: None, tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=TREE)
    return tmp_path


def counted(code: str = "C") -> dict[str, Any]:
    found = totals(organisation=organisation(code), first_month=202401, last_month=202412)
    return {indicator: total.value for indicator, total in found.items()}


def test_it_stores_all_that_is_told(tree: Path) -> None:
    load_rows(tree, entries=[FULL])
    row = Revision.objects.get()
    assert row == stored("full").latest == stored("full").counting
    assert (row.number, row.status, row.organisation.code, row.title) == (3, "approved", "T", "草莓育苗培训")
    assert (row.start, row.end) == (date(2024, 5, 9), date(2024, 5, 10))
    assert (row.place, row.places, row.work_area) == ("望川村", ["望川村", "V7"], "villages")
    assert (row.kinds, row.campaigns, row.partners) == (["training", "lecture"], ["science-spring"], ["县学会"])
    assert (row.role, row.occurrences, row.visibility) == ("co-organise", 2, "restricted")
    assert row.fields == FULL["fields"]
    told = row.figures.values_list("indicator__code", "value", "qualifier", "low", "high", "mode", "basis")
    assert told[0] == ("trained_person_times", 60, "about", 50, 70, "offline", "signed-in")
    assert told[3] == ("donated_value", 1250, "at_least", 1250, 1300, "", "unknown")
    whole = {figure.position: figure.part_of.position for figure in row.figures.exclude(part_of=None)}  # type: ignore[union-attr]
    assert whole == {2: 0, 5: 4}
    assert [source.about for source in row.sources.order_by("pk")] == ["", "figures.0"]
    assert set(counted()) == {"trained_person_times", "donated_value", "materials"}


def test_what_is_left_out_has_the_defaults_of_the_format(tree: Path) -> None:
    told = {"id": "a", "register": "training", "organisation": "T", "title": "培训", "start": "2024-05-10"}
    load_rows(tree, entries=[{**told, "end": "2024-05-10", "status": "approved"}])
    row = Revision.objects.get()
    assert (row.number, row.work_area, row.kinds, row.role) == (1, "villages", ["training"], "host")
    assert (row.occurrences, row.visibility, row.place, row.fields) == (1, "internal", "", {})
    assert counted() == {"activities": 1, "trainings": 1}


@pytest.mark.parametrize("key", ["place", "kind", "role", "work_area", "void_reason", "figures"])
def test_null_is_as_good_as_left_out(tree: Path, key: str) -> None:
    load_rows(tree, entries=[{**entry("a", "T"), key: None}])
    assert Revision.objects.count() == 1


def test_figures_are_derived_only_when_the_key_is_absent(tree: Path) -> None:
    rows = [
        entry("given", "T", fields={"books": 8}, figures=[figure("gifts", 3)]),
        entry("none", "T", fields={"books": 100}),
    ]
    derived = entry("derived", "T", fields={"books": 5})
    del derived["figures"]
    load_rows(tree, entries=[*rows, derived])
    assert counted() == {"gifts": 3, "books": 5, "activities": 1}


def test_any_indicator_may_stand_on_any_register(tree: Path) -> None:
    load_rows(tree, entries=[entry("a", "T", register="honours", figures=[figure("galleries", 3), figure("books", 2)])])
    assert counted() == {"galleries": 3, "books": 2}


def test_a_draft_may_lack_its_days_and_counts_nowhere(tree: Path) -> None:
    load_rows(tree, entries=[entry("a", "T", None, status="draft", figures=[figure("books", 8)])])
    assert (stored("a").latest.end, counted()) == (None, {})  # type: ignore[union-attr]


@pytest.mark.parametrize("wrap", ["\ufeff{}", "{}\r", "\n{}\n\n  ", "{} "], ids=["BOM", "CRLF", "blank lines", "space"])
def test_it_takes_what_editors_make_of_a_file(tree: Path, wrap: str) -> None:
    path = tree / "entries.jsonl"
    path.write_text(wrap.format(json.dumps(entry("a", "T"))), encoding="utf-8", newline="\n")
    assert load(paths=Paths(entries=path), actor="tests").entries.added == 1
    text = (tree / "orgs.csv").read_text(encoding="utf-8")
    (tree / "windows.csv").write_text("\ufeff" + text.replace("\n", "\r\n") + "\r\n\r\n", encoding="utf-8", newline="")
    assert load(paths=Paths(organisations=tree / "windows.csv"), actor="tests").organisations.unchanged == len(TREE)


BAD_ENTRIES: list[tuple[dict[str, Any] | str, str | None]] = [
    ("{", "不是 JSON"),
    ("[1]", "不合格"),
    ("null", "不合格"),
    ("not json at all", "不是 JSON"),
    ({"id": None}, "id"),
    ({"id": ""}, "id"),
    ({"id": "x" * 65}, "id 要 1 到 64"),
    ({"title": " "}, "title"),
    ({"title": "长" * 201}, "title"),
    ({"title": "科\0普"}, None),
    ({"colour": 1}, "不认识 colour"),
    ({"register": "songs"}, "没有台账“songs”"),
    ({"organisation": "Z"}, "没有代码为“Z”的组织"),
    ({"organisation": "N"}, "N 在 2024-05-10 不存在"),
    ({"organisation": "G"}, "G 在 2024-05-10 不存在"),
    ({"status": "done"}, "状态“done”不在册"),
    ({"kind": "dance"}, "类别“dance”不在册"),
    ({"kind": ["lecture", "dance"]}, "类别“dance”不在册"),
    ({"role": "boss"}, "承担角色“boss”不在册"),
    ({"visibility": "secret"}, "可见范围“secret”不在册"),
    ({"work_area": "sea"}, "工作板块“sea”不在册"),
    ({"end": "2024-02-30"}, "end 不合格"),
    ({"end": "May"}, "end 不合格"),
    ({"end": 20240510}, "end 不合格"),
    ({"start": "2024-05-11"}, "晚于结束日期"),
    ({"end": None}, "要有结束日期"),
    ({"revision": 0}, "revision 0"),
    ({"revision": 10**9}, "revision"),
    ({"revision": "2"}, "revision 不合格"),
    ({"occurrences": 0}, "occurrences 0"),
    ({"occurrences": 10**9}, "occurrences"),
    ({"fields": {"colour": 1}}, "没有字段“colour”"),
    ({"fields": {"person_times": "many"}}, "参与人次"),
    ({"fields": {"person_times": 10**12}}, "超过合理上限"),
    ({"fields": []}, "fields 不合格"),
    ({"figures": [{"value": 1}]}, "缺少 indicator"),
    ({"figures": [figure("books", 1, colour=2)]}, "不认识 colour"),
    ({"figures": [figure("dances", 1)]}, "没有指标“dances”"),
    ({"figures": [figure("organisation_coverage", 50)]}, "由公式算出"),
    ({"figures": [figure("attendance_per_activity", 50)]}, "由公式算出"),
    ({"figures": [figure("books")]}, "books：缺少数值"),
    ({"figures": [figure("books", -1)]}, "books：数值 -1 超出范围"),
    ({"figures": [figure("books", 10**16)]}, "超出范围"),
    ({"figures": [figure("donated_value", 10**15)]}, "超出范围"),
    ({"figures": [figure("books", 1.5)]}, "最多 0 位小数"),
    ({"figures": [figure("donated_value", 1.005)]}, "最多 2 位小数"),
    ({"figures": [figure("books", 2, qualifier="about", high=2.5)]}, "最多 0 位小数"),
    ({"figures": [figure("books", "5.0000000000000000000000000000000001")]}, "位数太多"),
    ({"figures": [figure("books", "many")]}, "value 不合格"),
    ({"figures": [figure("books", 34, low=33)]}, "上下限"),
    ({"figures": [figure("books", 34, qualifier="about", low=40)]}, "books：.*34"),
    ({"figures": [figure("books", 34, qualifier="about", high=30)]}, "books：.*34"),
    ({"figures": [figure("books", 34, qualifier="range", low=40, high=50)]}, "books：.*34"),
    ({"figures": [figure("books", 34, qualifier="some")]}, "性质“some”不在册"),
    ({"figures": [figure("books", 5, qualifier="at_least", high=4)]}, "大于上限"),
    ({"figures": [figure("books", None, qualifier="range", low=5, high=4)]}, "大于上限"),
    ({"figures": [figure("books", 5, mode="postal")]}, "方式“postal”不在册"),
    ({"figures": [figure("books", 5, basis="guess")]}, "口径“guess”不在册"),
    ({"figures": [figure("books", 5, groups="女")]}, "groups 不合格"),
    ({"figures": [figure("books", 5, groups=["很长" * 200])]}, None),
    ({"figures": [figure("books", 5), figure("books", 3, part_of=2)]}, "part_of 2"),
    ({"figures": [figure("books", 5), figure("books", 3, part_of=-1)]}, "part_of -1"),
    ({"figures": [figure("books", 5), figure("books", 3, part_of=1)]}, "part_of 1"),
    ({"figures": [figure("books", 5), figure("gifts", 3, part_of="posters")]}, "part_of 'posters'"),
    ({"figures": [figure("books", 5, part_of="books")]}, "part_of 'books'"),
    ({"sources": ["简报"]}, "sources"),
]


@pytest.mark.parametrize(
    ("wrong", "reason"), BAD_ENTRIES, ids=[json.dumps(wrong, ensure_ascii=False)[:60] for wrong, _ in BAD_ENTRIES]
)
def test_a_bad_entry_is_named_with_file_line_and_reason_and_nothing_is_stored(
    tree: Path, wrong: dict[str, Any] | str, reason: str | None
) -> None:
    good = [entry("good", "T", figures=[figure("books", 8)]), entry("fine", "T")]
    bad = wrong if isinstance(wrong, str) else {**entry("bad", "T"), **wrong}
    audited = AuditRecord.objects.count()
    with pytest.raises(RowError, match=reason) as caught:
        load_rows(tree, entries=[good[0], "", bad, good[1]])
    assert (caught.value.file, caught.value.line) == (str(tree / "entries.jsonl"), 3)
    for model in (Entry, Revision, Figure, Source, Posting, MonthSum, SumDelta):
        assert not model.objects.exists(), model  # type: ignore[attr-defined]
    assert AuditRecord.objects.count() == audited
    assert load_rows(tree, entries=good).entries.added == 2
    assert counted() == {"books": 8}


@pytest.mark.parametrize("key", ["id", "register", "organisation", "title", "start", "end", "status"])
def test_each_required_key_is_missed_by_name(tree: Path, key: str) -> None:
    row = entry("a", "T")
    del row[key]
    with pytest.raises(RowError, match=f"缺少 {key}") as caught:
        load_rows(tree, entries=[row])
    assert caught.value.line == 1


def test_a_bad_entry_takes_the_organisations_of_the_same_load_with_it(tmp_path: Path) -> None:
    with pytest.raises(RowError, match="没有台账"):
        load_rows(tmp_path, organisations=TREE, entries=[entry("a", "T", register="songs")])
    assert not Organisation.objects.exists()
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize("content", [b"\xc7\xe0\xba\xcc", b"\xff\xfe{\x00}\x00"], ids=["GB18030", "UTF-16"])
@pytest.mark.parametrize("kind", ["organisations", "entries", "merges", "statements"])
def test_a_file_that_is_not_utf_8_is_refused_by_name(tree: Path, kind: str, content: bytes) -> None:
    path = tree / "told.file"
    path.write_bytes(content)
    with pytest.raises(DomainError, match=r"told\.file.*UTF-8"):
        load(paths=Paths(**{kind: path}), actor="tests")


def test_a_missing_file_is_refused_by_name(tree: Path) -> None:
    with pytest.raises(DomainError, match=r"nowhere\.jsonl"):
        load(paths=Paths(entries=tree / "nowhere.jsonl"), actor="tests")


class TestTheSameRevisionAgain:
    first = entry("a", "T", figures=[figure("books", 8)])
    other = entry("a", "T", figures=[figure("books", 5)])

    def test_with_the_same_content_it_is_skipped(self, tree: Path) -> None:
        load_rows(tree, entries=[self.first])
        audited = AuditRecord.objects.count()
        again = load_rows(tree, entries=[self.first]).entries
        assert (again.added, again.replaced, again.skipped) == (0, 0, 1)
        assert AuditRecord.objects.count() == audited

    @pytest.mark.parametrize(
        "same",
        [
            {"revision": 1}, {"kind": []}, {"role": "host"}, {"visibility": "internal"}, {"work_area": "literacy"},
            {"figures": [figure("books", 8.0, qualifier="exact", low=8, high=8)]}, {"status": "已通过"},
        ],
    )  # fmt: skip
    def test_told_in_other_words_it_is_the_same_content(self, tree: Path, same: Row) -> None:
        load_rows(tree, entries=[self.first])
        assert load_rows(tree, entries=[{**self.first, **same}]).entries.skipped == 1

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "别的"},
            {"figures": [figure("books", 5)]},
            {"place": "别处"},
            {"status": "void"},
            {"figures": None},
        ],
    )
    def test_with_other_content_it_is_refused(self, tree: Path, change: Row) -> None:
        load_rows(tree, entries=[self.first])
        with pytest.raises(RowError, match="第 1 版已在册") as caught:
            load_rows(tree, entries=[entry("b", "T"), {**self.first, **change}])
        assert caught.value.line == 2
        assert counted() == {"books": 8}
        assert not Entry.objects.filter(uid="b").exists()

    def test_replacing_takes_it_and_totals_follow(self, tree: Path) -> None:
        load_rows(tree, entries=[self.first])
        done = load_rows(tree, entries=[{**self.other, "organisation": "C"}], replace=True).entries
        assert (done.added, done.replaced) == (0, 1)
        assert counted("C") == {"books": 5}
        assert counted("T") == {}
        load_rows(tree, entries=[{**self.other, "status": "void"}], replace=True)
        assert counted("C") == {}
        assert (Entry.objects.count(), Revision.objects.count()) == (1, 1)

    def test_the_line_that_is_named_is_that_of_the_revision(self, tree: Path) -> None:
        load_rows(tree, entries=[self.first])
        with pytest.raises(RowError, match="第 1 版已在册") as caught:
            load_rows(tree, entries=[self.other, {**self.first, "revision": 2}])
        assert caught.value.line == 1

    @pytest.mark.parametrize("replace", [False, True])
    @pytest.mark.parametrize("apart", [0, 600])
    def test_twice_in_one_file_with_other_content_it_is_refused(self, tree: Path, replace: bool, apart: int) -> None:
        between = [entry(f"x{number}", "T") for number in range(apart)]
        with pytest.raises(RowError, match="第 1 版") as caught:
            load_rows(tree, entries=[self.first, *between, self.other], replace=replace)
        assert caught.value.line == apart + 2
        assert not Entry.objects.exists()

    def test_twice_in_one_file_with_the_same_content_it_is_stored_once(self, tree: Path) -> None:
        done = load_rows(tree, entries=[self.first, self.first]).entries
        assert (done.added, done.skipped) == (1, 1)
        assert counted() == {"books": 8}

    def test_an_entry_stays_in_its_register(self, tree: Path) -> None:
        load_rows(tree, entries=[self.first])
        with pytest.raises(RowError, match="不能换台账"):
            load_rows(tree, entries=[{**self.first, "revision": 2, "register": "honours"}])

    def test_revisions_may_come_in_any_order(self, tree: Path) -> None:
        load_rows(tree, entries=[{**self.other, "revision": 2}])
        load_rows(tree, entries=[self.first])
        assert counted() == {"books": 5}
        load_rows(tree, entries=[{**self.first, "revision": 3, "status": "draft"}])
        assert counted() == {"books": 5}
        load_rows(tree, entries=[{**self.first, "revision": 4, "status": "void", "void_reason": "没有办成"}])
        assert counted() == {}


class TestMerges:
    @pytest.fixture
    def entries(self, tree: Path) -> Path:
        load_rows(tree, entries=[entry(key, "T", figures=[figure("books", 1)]) for key in "abcd"])
        return tree

    def test_it_keeps_the_order_of_preference(self, entries: Path) -> None:
        assert load_rows(entries, merges=[{"entries": ["c", "a"]}, {"entries": ["b", "d"]}]).merges == 2
        members = MergeMember.objects.order_by("group", "position").values_list("entry__uid", flat=True)
        assert list(members) == ["c", "a", "b", "d"]
        assert load_rows(entries, merges=[{"entries": ["c", "a"]}]).merges == 0
        assert counted() == {"books": 2}  # each event once

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ({"entries": ["a"]}, "至少要两条"),
            ({"entries": []}, "至少要两条"),
            ({"entries": ["a", "a"]}, "至少要两条"),
            ({"entries": ["a", "c", "a"]}, "不同的记录"),
            ({"entries": ["a", "nowhere"]}, "没有记录 nowhere"),
            ({"entries": ["c", "b"]}, "b 已在另一组"),
            ({"entries": ["d", "b"]}, "已在另一组"),
            ({"entries": ["b", "d", "a"]}, "已在另一组"),
            ({"entries": "a"}, "entries 不合格"),
            ({"members": ["a", "c"]}, "entries|members"),
            ("{", "不是 JSON"),
        ],
    )
    def test_a_bad_group_is_named_and_none_is_stored(self, entries: Path, row: Row, reason: str) -> None:
        good = {"entries": ["b", "d"]}
        with pytest.raises(RowError, match=reason) as caught:
            load_rows(entries, merges=[good, row])
        assert (caught.value.file, caught.value.line) == (str(entries / "merges.jsonl"), 2)
        assert not MergeGroup.objects.exists()
        assert load_rows(entries, merges=[good]).merges == 1


class TestStatements:
    good: Row = {**figure("person_times", 50000, qualifier="at_least"), "organisation": "C", "period": "2024"}

    def test_it_stands_beside_the_total_and_never_in_it(self, tree: Path) -> None:
        entries = [entry("a", "T", figures=[figure("person_times", 8)])]
        rows = [{**self.good, "quote": "全年惠及五万多人次"}, {**self.good, "period": "2024H1", "value": 1}]
        assert load_rows(tree, entries=entries, statements=rows).statements == 2
        assert counted() == {"person_times": 8}
        assert [
            (row.first_month, row.last_month, row.value, row.confirmed) for row in Statement.objects.order_by("value")
        ] == [
            (202401, 202406, 1, True),
            (202401, 202412, 50000, True),
        ]
        assert load_rows(tree, statements=rows).statements == 0

    @pytest.mark.parametrize(
        ("wrong", "reason"),
        [
            ({"period": "2024-13"}, "不是期间"), ({"period": "全年"}, "不是期间"), ({"period": None}, "period 不合格"),
            ({"organisation": "Z"}, "没有代码为“Z”的组织"), ({"indicator": "dances"}, "没有指标"),
            ({"value": -1}, "超出范围"), ({"value": None}, "缺少数值"), ({"value": 1.5}, "位小数"),
            ({"high": 4}, "大于上限"), ({"colour": 1}, "不认识 colour"),
        ],
    )  # fmt: skip
    def test_a_bad_statement_is_named_and_none_is_stored(self, tree: Path, wrong: Row, reason: str) -> None:
        with pytest.raises(RowError, match=reason) as caught:
            load_rows(tree, statements=[self.good, {**self.good, **wrong}])
        assert (caught.value.file, caught.value.line) == (str(tree / "statements.jsonl"), 2)
        assert not Statement.objects.exists()
        assert load_rows(tree, statements=[self.good]).statements == 1


class TestDumping:
    def fill(self, folder: Path) -> None:
        rows = [
            FULL,
            entry("a", "T", fields={"books": 5}, figures=None),
            entry("b", "C", None, status="draft"),
            entry("v", "C", status="void", void_reason="重复"),
            entry("v", "C", revision=2, title="其“二”，\\ 及 <三>"),
        ]
        statements = [{**TestStatements.good, "period": period} for period in ("2024", "2024Q1", "2024-03")]
        load_rows(folder, organisations=TREE, entries=rows, merges=[{"entries": ["v", "full"]}], statements=statements)

    def test_it_writes_what_was_told(self, tmp_path: Path) -> None:
        self.fill(tmp_path / "told")
        assert dump(tmp_path / "dumped") == {
            "orgs.csv": 4,
            "entries.jsonl": 5,
            "merges.jsonl": 1,
            "statements.jsonl": 3,
        }
        files = files_in(tmp_path / "dumped")
        rows = [json.loads(line) for line in files["entries.jsonl"].splitlines()]
        full = next(row for row in rows if row["id"] == "full")
        assert {key: full[key] for key in FULL if key not in ("figures", "void_reason")} == {
            key: each for key, each in FULL.items() if key not in ("figures", "void_reason")
        }
        assert full["figures"][0] == FULL["figures"][0]
        assert [json.loads(line) for line in files["merges.jsonl"].splitlines()] == [{"entries": ["v", "full"]}]
        assert (
            files["orgs.csv"].splitlines()[0]
            == "code,name,kind,parent_code,valid_from,valid_to,successor_code,order,short_name"
        )

    def test_what_it_wrote_makes_the_same_database_and_the_same_files(self, tmp_path: Path) -> None:
        with forgotten():
            self.fill(tmp_path / "told")
            before = counted()
            dump(tmp_path / "first")
        with forgotten():
            load_folder(tmp_path / "first")
            assert counted() == before
            dump(tmp_path / "second")
        assert files_in(tmp_path / "first") == files_in(tmp_path / "second")

    def test_loading_it_into_the_same_database_changes_nothing(self, tmp_path: Path) -> None:
        self.fill(tmp_path / "told")
        dump(tmp_path / "dumped")
        again = load_folder(tmp_path / "dumped")
        assert (again.entries.skipped, again.entries.added, again.entries.replaced) == (5, 0, 0)
        assert (again.merges, again.statements, again.organisations.unchanged) == (0, 0, 4)

    @pytest.mark.parametrize("told", [{"title": "  前后有空格 "}, {"place": "长" * 250}, {"void_reason": "长" * 250}])
    def test_what_was_told_untidily_is_known_again(self, tree: Path, told: Row) -> None:
        row = entry("a", "T", **told)
        load_rows(tree, entries=[row])
        dump(tree / "dumped")
        assert load_folder(tree / "dumped").entries.skipped == 1
        assert load_rows(tree, entries=[row]).entries.skipped == 1
