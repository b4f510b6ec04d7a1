"""Proposals of merges: which pairs are compared, what is proposed and what never, and what is remembered."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from kexie.catalogue import CatalogueError
from kexie.cli.demonstration import generate, write
from kexie.core.periods import Period
from kexie.registers.exchange import Paths, load
from kexie.registers.merging import merge, tell_apart, unmerge
from kexie.registers.models import Entry, MergeGroup, ProposalSearch, Revision
from kexie.registers.proposals import find_proposals, proposals_of, propose
from kexie.registers.proposals.gazetteer import Gazetteer
from kexie.registers.proposals.groups import Pair, clusters
from kexie.registers.proposals.kept import merging as kept_numbers
from kexie.registers.proposals.pairs import candidates
from kexie.registers.proposals.score import compare, like_figures
from kexie.registers.proposals.told import Told, plain_title
from kexie.registers.proposals.weights import Merging, merging
from kexie.registers.services import amend, approve, void
from tests.factories import Row, entry, figure, load_rows, organisation, stored, unit

TREE = [
    unit("P", kind="province"),
    unit("C", "P", "county", name="青山县科协", short_name="青山县科协"),
    unit("T", "C", name="柳河镇", short_name="柳河镇"),
    unit("U", "C", name="石桥镇", short_name="石桥镇"),
    unit("V", "T", "village", name="芦苇村", short_name="芦苇村"),
    unit("S", "C", "society", name="县医学会", short_name="县医学会"),
]


def told(number: int, organisation: int, day: int, **others: Any) -> Told:
    given: dict[str, Any] = {
        "entry": number,
        "organisation": organisation,
        "path": f"/1/{organisation}/",
        "title": "秋收减损现场会",
        "start": day,
        "end": day,
        "role": "host",
        "place": "",
        "places": frozenset(),
        "around": frozenset(),
        "wide": False,
        "partners": frozenset(),
    }
    return Told(**{**given, **others})


@st.composite
def tellings(draw: st.DrawFn) -> list[Told]:
    small = st.frozensets(st.integers(1, 4), max_size=2)
    rows = []
    for number in range(draw(st.integers(0, 14))):
        places = draw(small)
        rows.append(
            told(
                number,
                draw(st.integers(1, 4)),
                start := draw(st.integers(0, 12)),
                end=start + draw(st.sampled_from([0, 0, 1, 5])),
                places=places,
                around=places | draw(small),
                place=draw(st.sampled_from(["", "广场", "文化广场"])),
                partners=draw(small),
            )
        )
    return rows


@given(rows=tellings())
def test_exactly_the_pairs_that_meet_in_time_and_place_or_name_each_other_are_compared(rows: list[Told]) -> None:
    """The definition: all pairs, looked at one by one."""
    window = merging().window_days

    def meet(one: Told, other: Told) -> bool:
        near = one.start <= other.end + window and other.start <= one.end + window
        named = one.organisation in other.partners or other.organisation in one.partners
        words = one.place == other.place and len(one.place) > 2 and not one.places and not other.places
        return near and one.organisation != other.organisation and bool(named or one.around & other.around or words)

    expected = {(a, b) for a in range(len(rows)) for b in range(a + 1, len(rows)) if meet(rows[a], rows[b])}
    assert candidates(rows) == expected


@given(rows=tellings())
def test_likeness_is_the_same_both_ways_and_never_above_one(rows: list[Told]) -> None:
    for one in rows:
        for other in rows:
            there, back = compare(one, other), compare(other, one)
            assert there == back
            assert there.score <= 1 + 1e-9
            assert there.best_case >= there.score


PAIRS = st.lists(st.builds(Pair, st.integers(0, 6), st.integers(7, 12), st.floats(0.5, 1)), max_size=12)


@given(pairs=PAIRS, units=st.lists(st.integers(0, 5), min_size=13, max_size=13), data=st.data())
def test_clusters_are_disjoint_and_bring_nothing_together_that_was_told_apart(
    pairs: list[Pair], units: list[int], data: st.DataObject
) -> None:
    apart = frozenset((pair.a, pair.b) for pair in pairs if data.draw(st.booleans()))
    found = clusters(pairs=pairs, organisations=dict(enumerate(units)), apart=apart)
    seen: set[int] = set()
    for each in found:
        assert len(each.entries) > 1
        assert not each.entries & seen
        seen |= each.entries
        assert len({units[key] for key in each.entries}) == len(each.entries)
        assert not {(a, b) for a in each.entries for b in each.entries if a < b} & apart
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    for pair in pairs:  # nothing that could be said is left unsaid
        if (pair.a, pair.b) not in apart and units[pair.a] != units[pair.b]:
            assert {pair.a, pair.b} & seen


class TestGazetteer:
    def test_it_finds_every_name_and_gives_back_the_rest(self) -> None:
        names = Gazetteer([(1, "/1/", ("青山县",)), (2, "/1/2/", ("柳河镇", "柳河")), (3, "/1/3/", ("柳河村",))])
        assert names.find("在柳河村和柳河办讲座", "/1/") == ({3, 2}, "在和办讲座")
        assert names.find("", "/1/") == (set(), "")

    def test_of_units_of_one_name_the_nearest_is_meant(self) -> None:
        names = Gazetteer([(5, "/1/2/5/", ("城关镇",)), (6, "/1/3/6/", ("城关镇",))])
        assert names.find("城关镇广场", "/1/3/7/")[0] == {6}
        assert names.find("城关镇广场", "/1/")[0] == {5, 6}


def test_a_title_is_compared_without_what_says_nothing() -> None:
    assert plain_title("2024年开展“科普日”广场活动（第2场）") == "科普日广场第2场"


def test_small_numbers_that_agree_by_chance_do_not_count() -> None:
    assert like_figures({1: (1,), 2: (300,)}, {1: (1,), 2: (300,)}) == 1
    assert like_figures({1: (1,)}, {1: (1,)}) == 0
    assert like_figures({2: (300,), 3: (90,)}, {2: (310,), 3: (20,)}) == 0.25


def test_weights_that_do_not_add_up_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    told = merging()
    wrong = msgspec.structs.replace(told, weights=msgspec.structs.replace(told.weights, title=0.9))
    monkeypatch.setattr("kexie.registers.proposals.weights.load_typed", lambda name, shape: wrong)
    with pytest.raises(CatalogueError, match="do not add up"):
        merging.__wrapped__()
    assert isinstance(told, Merging)


@pytest.fixture
def tree(db: None, tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=TREE)
    return tmp_path


def event(key: str, at: str, **others: Any) -> Row:
    """One event in 芦苇村 as a unit tells it."""
    given: dict[str, Any] = {"title": "高血压防治义诊", "place": "芦苇村文化广场", "places": ["V"]}
    given["figures"] = [figure("person_times", 180)]
    return entry(key, at, **{**given, **others})


def proposed(code: str = "C", period: str = "2024") -> list[list[str]]:
    found = propose(organisation=organisation(code), period=Period.parse(period))
    names = {each.pk: each.uid for each in organisation_entries()}
    return [[names[key] for key in each.entries] for each in found]


def organisation_entries() -> Iterator[Entry]:
    return iter(Entry.objects.all())


@pytest.mark.django_db
class TestProposing:
    def test_three_reports_are_one_proposal_the_lead_organisers_first(self, tree: Path) -> None:
        rows = [
            event("v", "V", role="take-part", title="义诊进芦苇村", partners=["县医学会"]),
            event("t", "T", role="organise", status="draft", partners=["县医学会", "芦苇村"]),
            event("s", "S", role="host", status="submitted", title="高血压义诊", partners=["柳河镇"]),
        ]
        load_rows(tree, entries=rows)
        assert proposed() == [["s", "t", "v"]]
        assert proposed("T") == [["t", "v"]]
        assert proposed("U") == []

    @pytest.mark.parametrize(
        ("why", "other"),
        [
            ("different reports of one unit", event("b", "T")),
            ("the same lecture a week later", event("b", "S", end="2024-05-17", start="2024-05-17")),
            ("the same lecture in another township", event("b", "U", place="石桥镇政府", places=["U"])),
            ("the same day elsewhere", event("b", "S", place="石桥镇政府", places=["U"])),
            ("another topic of another unit", event("b", "S", title="田间课堂", figures=[])),
            ("voided", event("b", "S", status="void", void_reason="重复")),
            ("without a day", event("b", "S", end=None, start=None, status="draft")),
            ("a report on the quarter", event("b", "S", start="2024-04-01", end="2024-06-30")),
        ],
    )
    def test_it_is_not_proposed(self, tree: Path, why: str, other: Row) -> None:
        load_rows(tree, entries=[event("a", "T", partners=["县农业局"]), other])
        assert proposed() == [], why

    def test_the_set_up_of_what_is_not_proposed_proposes_what_is_alike(self, tree: Path) -> None:
        load_rows(tree, entries=[event("a", "T", partners=["县农业局"]), event("b", "S")])
        assert proposed() == [["a", "b"]]

    def test_a_series_with_one_title_is_paired_day_by_day(self, tree: Path) -> None:
        days = ["2024-05-03", "2024-05-10", "2024-05-17"]
        rows = [event(f"{at}{day[-2:]}", at, start=day, end=day) for day in days for at in ("T", "S")]
        load_rows(tree, entries=rows)
        assert sorted(proposed()) == [["T03", "S03"], ["T10", "S10"], ["T17", "S17"]]

    def test_one_who_was_there_a_day_longer_is_found_across_the_month_but_not_the_year(self, tree: Path) -> None:
        for first, last in (("2024-05-31", "2024-06-01"), ("2023-12-31", "2024-01-01")):
            key = last[:4] + first[5:7]
            partners = {"partners": ["县医学会", "柳河镇"]}
            rows = [event(f"a{key}", "T", start=first, end=first, **partners)]
            rows.append(event(f"b{key}", "S", start=first, end=last, **partners))
            load_rows(tree, entries=rows)
        assert proposed() == [["a202405", "b202405"]]
        assert proposed(period="2024-05") == proposed(period="2024-06") == [["a202405", "b202405"]]
        assert proposed(period="2024-07") == []

    def test_a_confirmed_group_is_proposed_only_with_what_it_lacks(self, tree: Path) -> None:
        load_rows(tree, entries=[event("t", "T"), event("s", "S")], merges=[{"entries": ["t", "s"]}])
        assert proposed() == []
        load_rows(tree, entries=[event("v", "V", role="host", partners=["柳河镇"])])
        assert proposed() == [["t", "s", "v"]]


@pytest.mark.django_db
class TestToldApart:
    def test_what_was_told_apart_is_not_proposed_again(self, tree: Path) -> None:
        load_rows(tree, entries=[event("a", "T"), event("b", "S")])
        tell_apart(entries=[stored("b"), stored("a")], actor="tests")
        assert proposed() == []
        amend(entry=stored("a"), changes={"title": "高血压与糖尿病防治义诊"}, actor="tests")
        assert proposed() == []

    @pytest.mark.parametrize(
        "changes", [{"title": "柑橘采后保鲜现场会"}, {"start": date(2024, 5, 14), "end": date(2024, 5, 14)}]
    )
    def test_it_is_open_again_when_title_or_day_have_changed_much(self, tree: Path, changes: dict[str, Any]) -> None:
        load_rows(tree, entries=[event("a", "T"), event("b", "S")])
        tell_apart(entries=[stored("a"), stored("b")], actor="tests")
        for key in ("a", "b"):
            amend(entry=stored(key), changes=changes, actor="tests")
        assert proposed() == [["a", "b"]]

    def test_a_third_that_is_like_both_joins_one_of_them_only(self, tree: Path) -> None:
        load_rows(tree, entries=[event("a", "T", partners=["芦苇村"]), event("b", "S"), event("c", "V")])
        tell_apart(entries=[stored("a"), stored("b")], actor="tests")
        assert proposed() == [["a", "c"]]

    def test_who_merges_after_all_takes_the_word_back(self, tree: Path) -> None:
        load_rows(tree, entries=[event("a", "T"), event("b", "S")])
        tell_apart(entries=[stored("a"), stored("b")], actor="tests")
        unmerge(group=merge(entries=[stored("a"), stored("b")], actor="tests"), actor="tests")
        assert proposed() == [["a", "b"]]


@pytest.mark.django_db
class TestKept:
    def found(self) -> tuple[int, bool]:
        answer = proposals_of(organisation=organisation("C"), period=Period.parse("2024"))
        return len(answer.proposals), answer.outdated

    def test_it_is_looked_for_again_only_when_something_has_changed(self, tree: Path) -> None:
        load_rows(tree, entries=[event("a", "T"), event("b", "S")])
        assert self.found() == (1, False)
        at = ProposalSearch.objects.get().at
        with CaptureQueriesContext(connection) as queries:
            assert self.found() == (1, False)
        assert len(queries) == 3  # the office, what is kept, the last audit record
        assert ProposalSearch.objects.get().at == at
        void(entry=stored("a"), reason="重复", actor="tests")
        assert self.found() == (0, False)
        assert ProposalSearch.objects.get().at > at

    def test_where_there_is_much_it_is_found_on_demand_and_less_what_was_decided(
        self, tree: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        small = msgspec.structs.replace(kept_numbers(), at_once=1)
        monkeypatch.setattr("kexie.registers.proposals.kept.merging", lambda: small)
        days = ["2024-05-03", "2024-05-10", "2024-05-17"]
        rows = [event(f"{at}{day[-2:]}", at, start=day, end=day) for day in days for at in ("T", "S")]
        load_rows(tree, entries=rows)
        assert self.found() == (0, True)
        find_proposals(organisation=organisation("C"), period=Period.parse("2024"))
        assert self.found() == (3, False)
        merge(entries=[stored("T03"), stored("S03")], actor="tests")
        tell_apart(entries=[stored("T10"), stored("S10")], actor="tests")
        assert self.found() == (1, True)
        approve(entry=amend(entry=stored("T17"), changes={"place": "村部"}, actor="tests").entry, actor="tests")
        assert self.found() == (1, True)


@pytest.mark.django_db
def test_it_finds_the_shared_events_of_the_demonstration_county(tmp_path: Path) -> None:
    """22 events that two to four units report, among 3,000 others; then the same with half of what was said missing."""
    county = generate()
    write(county, tmp_path)
    load(paths=Paths(tmp_path / "orgs.csv", tmp_path / "entries.jsonl"), actor="tests")
    labelled = [pairs_of(group["entries"]) for group in county.merges]
    recall, precision, precision_of_all = quality(labelled)
    assert recall >= 0.9
    assert precision >= 0.8
    assert precision_of_all >= 0.8
    # As in texts that were read: every second one names no partner, every third gives no code for its place.
    Revision.objects.annotate(turn=F("pk") % 2).filter(turn=1).update(partners=[])
    Revision.objects.annotate(turn=F("pk") % 3).filter(turn=0).update(places=[])
    recall, precision, _ = quality(labelled)
    assert recall >= 0.75
    assert precision >= 0.75
    assert not MergeGroup.objects.exists()  # proposing decides nothing


def quality(labelled: list[set[frozenset[str]]]) -> tuple[float, float, float]:
    """Recall over pairs of entries; precision of the likeliest proposals, as many as are right; and of all."""
    names = dict(Entry.objects.values_list("pk", "uid"))
    root = organisation("LC")
    found = [each for year in (2024, 2025) for each in propose(organisation=root, period=Period.parse(str(year)))]
    hits = [pairs_of([names[key] for key in each.entries]) for each in sorted(found, key=lambda each: -each.score)]
    right, all_found = set().union(*labelled), set().union(*hits)
    top = set().union(*hits[: len(labelled)])
    return len(right & all_found) / len(right), len(right & top) / len(top), len(right & all_found) / len(all_found)


def pairs_of(uids: list[str]) -> set[frozenset[str]]:
    return {frozenset((a, b)) for a in uids for b in uids if a != b}
