"""Booking again when the past of the tree was told anew: what differs, in pieces, right at every moment."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kexie.core.models import JobState
from kexie.core.services import enqueue
from kexie.core.worker import Worker
from kexie.orgs.models import Lineage
from kexie.registers.models import Entry
from kexie.totals.models import MonthSum, Posting, Stamp, SumDelta
from kexie.totals.queries import totals
from kexie.totals.refusals import Unplaced
from kexie.totals.services import fold, restamp
from kexie.totals.services import stamping as stamping_module
from tests.factories import entry, figure, load_rows, organisation, stored, unit

pytestmark = pytest.mark.django_db

TREE = [unit("P", kind="province"), unit("A", "P", "county"), unit("B", "P", "county"), unit("T", "A"), unit("U", "A")]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """Six entries of T and one of U; the tree then says, behind the back of the totals, that T was always below B."""
    rows = [entry(f"t{n}", "T", f"2024-0{n}-10", figures=[figure("books", n)]) for n in range(1, 7)]
    rows.append(entry("u", "U", figures=[figure("books", 100)]))
    load_rows(tmp_path, organisations=TREE, entries=rows, merges=[])
    t, b = organisation("T"), organisation("B")
    Lineage.objects.filter(organisation=t).update(path=f"{b.path}{t.pk}/", parent=b)
    return tmp_path


def books(code: str) -> int:
    found = totals(organisation=organisation(code), first_month=202401, last_month=202412, indicators=["books"])
    return int(found["books"].value) if found else 0


def units(*codes: str) -> list[int]:
    return [organisation(code).pk for code in codes]


def postings() -> dict[int, int]:
    return dict(Posting.objects.values_list("entry", "pk"))


def test_only_what_differs_is_booked_again(world: Path) -> None:
    before = postings()
    assert (books("A"), books("B")) == (121, 0)
    assert restamp(organisations=units("T", "U")) == 6
    assert (books("A"), books("B"), books("P")) == (100, 21, 121)
    untouched = stored("u").pk
    assert postings()[untouched] == before[untouched]
    assert restamp(organisations=units("T", "U")) == 0


def test_a_changed_department_is_a_difference(world: Path) -> None:
    restamp(organisations=units("T"))
    Lineage.objects.filter(organisation=organisation("T")).update(department_depth=2)
    assert restamp(organisations=units("T")) == 6
    outside = Stamp.objects.filter(posting__organisation=organisation("T"), ancestor=organisation("B"))
    assert set(outside.values_list("outside", flat=True)) == {True}


def test_totals_are_right_after_every_piece_and_it_goes_on_where_it_was_interrupted(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stamping_module, "BATCH", 2)
    seen: list[tuple[int, int, int, int]] = []

    def look(done: int, total: int, message: str) -> None:
        seen.append((done, total, books("A") - 100, books("B")))
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restamp(organisations=units("T"), progress=look)
    assert seen == [(2, 6, 18, 3), (4, 6, 11, 10)]
    assert restamp(organisations=units("T")) == 2
    assert (books("A"), books("B")) == (100, 21)


def test_those_merged_with_one_that_moved_are_booked_again_as_a_whole(world: Path) -> None:
    load_rows(world / "more", entries=[entry("v", "U", "2024-03-11", figures=[figure("books", 50)])])
    load_rows(world / "merge", merges=[{"entries": ["t3", "v"]}])  # books T again by the tree as it is
    t, a = organisation("T"), organisation("A")
    assert (books("A"), books("B"), books("P")) == (100 + 50 + 18, 3, 121)
    Lineage.objects.filter(organisation=t).update(path=f"{a.path}{t.pk}/", parent=a)
    assert restamp(organisations=units("T")) == 2
    assert (books("A"), books("B"), books("P")) == (121, 0, 121)


def test_an_entry_without_a_place_on_its_day_is_named_and_keeps_its_stamps(world: Path) -> None:
    Lineage.objects.filter(organisation=organisation("U")).update(valid_from=date(2024, 6, 1))
    with pytest.raises(Unplaced) as refused:
        restamp(organisations=units("U"))
    assert refused.value.organisation == organisation("U").pk
    assert books("A") == 121


def test_it_is_a_job(world: Path) -> None:
    job = enqueue(kind="restamp", arguments={"organisations": units("T", "U")})
    Worker().run_all()
    job.refresh_from_db()
    assert (job.state, job.done, job.total) == (JobState.DONE, 7, 7)
    assert job.result == {"message": "重新计入 6 条", "changed": 6}
    assert books("B") == 21


def test_sums_stand_in_one_place_after_folding(world: Path) -> None:
    restamp(organisations=units("T"))
    fold()
    assert not SumDelta.objects.exists()
    key: dict[str, Any] = {"ancestor": organisation("B"), "indicator__code": "books"}
    assert sum(MonthSum.objects.filter(**key).values_list("value", flat=True)) == 21
    assert Entry.objects.count() == Posting.objects.count()
