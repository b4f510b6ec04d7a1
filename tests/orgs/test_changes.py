"""Single changes of the tree: what each says, from which day on, and what is refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.orgs.changes import (
    add_organisation,
    close_organisation,
    merge_organisation,
    move_organisation,
    rename_organisation,
)
from kexie.orgs.models import BEGINNING, END, Lineage, Organisation, OrganisationVersion
from kexie.orgs.queries import path_on
from tests.factories import load_rows, organisation, unit

pytestmark = pytest.mark.django_db

D1, D2, D3 = date(2023, 7, 1), date(2024, 1, 1), date(2024, 7, 1)
TREE = [
    unit("C", kind="county"),
    unit("T1", "C"),
    unit("T2", "C"),
    unit("T3", "C", since="2024-01-01"),
    unit("V", "T1", "village"),
    unit("O", "C", to="2023-12-31"),
]


@pytest.fixture(autouse=True)
def tree(db: None, tmp_path: Path) -> None:
    load_rows(tmp_path, organisations=TREE)


def line_up(code: str, day: date) -> str:
    path = path_on(organisation=organisation(code), day=day)
    codes = dict(Organisation.objects.values_list("pk", "code"))
    return "/".join(codes[int(pk)] for pk in path.strip("/").split("/")) if path else ""


def move(code: str, to: str, since: date) -> dict[str, date]:
    change = move_organisation(organisation=organisation(code), parent=organisation(to), since=since, actor="王")
    return moved(change.moved)


def moved(found: dict[int, date]) -> dict[str, date]:
    codes = dict(Organisation.objects.values_list("pk", "code"))
    return {codes[pk]: day for pk, day in found.items()}


def names(code: str) -> list[tuple[str, date, date]]:
    rows = OrganisationVersion.objects.filter(organisation=organisation(code)).order_by("valid_from")
    return list(rows.values_list("name", "valid_from", "valid_until"))


def test_a_move_in_the_past_moves_what_stands_below_and_says_from_when() -> None:
    assert move("T1", "T2", D1) == {"T1": D1, "V": D1}
    assert (line_up("V", date(2023, 6, 30)), line_up("V", D1)) == ("C/T1/V", "C/T2/T1/V")
    assert organisation("V").path == f"{organisation('T1').path}{organisation('V').pk}/"
    record = AuditRecord.objects.order_by("pk").last()
    assert record is not None
    assert (record.action, record.subject) == ("move-organisation", "organisation:T1")


def test_a_move_holds_on_until_the_history_says_something_else() -> None:
    move("V", "T2", D2)
    rename_organisation(organisation=organisation("V"), name="新村", since=D3, actor="王")
    # Told now, for the time before both: until the move that is already there.
    assert move("V", "C", D1) == {"V": D1}
    assert [line_up("V", day) for day in (D1, D2, D3)] == ["C/V", "C/T2/V", "C/T2/V"]
    # Told for the day of that move: through the later row, that only has another name.
    move("V", "T1", D2)
    assert [line_up("V", day) for day in (D1, D2, D3)] == ["C/V", "C/T1/V", "C/T1/V"]


def test_a_move_to_where_it_stands_already_moves_nothing() -> None:
    assert move("V", "T1", D1) == {}
    assert Lineage.objects.filter(organisation=organisation("V")).count() == 2  # two rows that say the same


def test_a_rename_keeps_the_old_name_for_the_old_days_and_moves_nothing() -> None:
    change = rename_organisation(
        organisation=organisation("T1"), name="柳湾镇科协", short_name="柳湾", since=D2, actor="王"
    )
    assert change.moved == {}
    assert (organisation("T1").name, organisation("T1").short_name) == ("柳湾镇科协", "柳湾")
    assert names("T1") == [("T1科协", BEGINNING, D2), ("柳湾镇科协", D2, END)]


def test_what_stood_below_a_merged_unit_stands_below_its_successor() -> None:
    change = merge_organisation(organisation=organisation("T1"), into=organisation("T2"), since=D2, actor="王")
    assert moved(change.moved) == {"T1": D2, "V": D2}
    assert (line_up("V", date(2023, 12, 31)), line_up("V", D2), line_up("T1", D2)) == ("C/T1/V", "C/T2/V", "")
    # Told again for an earlier day and another successor: a correction.
    merge_organisation(organisation=organisation("T1"), into=organisation("C"), since=D1, actor="王")
    assert line_up("V", D1) == "C/V"


def test_a_unit_is_added_and_may_begin_anew_after_its_end() -> None:
    change = add_organisation(
        code="N", name="新镇科协", kind="township", parent=organisation("C"), since=D2, order=3, actor="王"
    )
    assert moved(change.moved) == {"N": D2}
    assert (line_up("N", date(2023, 12, 31)), line_up("N", D2), organisation("N").order) == ("", "C/N", 3)
    add_organisation(code="O", name="老科协", kind="elder-association", parent=organisation("C"), since=D3, actor="王")
    assert [line_up("O", day) for day in (D1, D2, D3)] == ["C/O", "", "C/O"]


def test_closing_ends_a_unit_on_the_day_before() -> None:
    close_organisation(organisation=organisation("T2"), since=D2, actor="王")
    assert (line_up("T2", date(2023, 12, 31)), line_up("T2", D2)) == ("C/T2", "")
    assert organisation("T2").valid_until == D2


Act = Callable[[], object]
REFUSED: list[tuple[Act, str]] = [
    (lambda: move("T1", "V", D1), "T1科协不能移到自己的下级V科协之下"),
    (lambda: move("T1", "T1", D1), "T1科协不能移到自己之下"),
    (lambda: move("V", "T3", D1), "上级T3科协在 2023-07-01 不存在"),
    (lambda: move("T3", "T1", D1), "T3科协从 2024-01-01 起才有"),
    (lambda: move("O", "T1", D2), "O科协在 2024-01-01 已经不存在"),
    (lambda: merge("T1", "T1", D1), "T1科协不能并入自己"),
    (lambda: merge("T1", "T3", D1), "并入的组织T3科协在 2023-07-01 不存在"),
    (lambda: merge("T1", "V", D1), "V 在 2023-07-01 成了自己的下级"),
    (lambda: merge("T3", "T1", D1), "T3科协从 2024-01-01 起才有"),
    (lambda: close("T1", D1), "V 在 2023-07-01 没有上级"),
    (lambda: close("O", D3), "O科协在 2024-06-30 已经不存在"),
    (lambda: close("T1", BEGINNING), "不能从"),
    (lambda: add("T1", "C", D1), "T1 已在册，沿革重叠：T1科协现在还在"),
    (lambda: add("O", "C", D1), "O 已在册，沿革重叠：O科协到 2023-12-31 为止"),
    (lambda: add("N", "T3", D1), "上级T3科协在 2023-07-01 不存在"),
    (lambda: add("N", "C", D1, "club"), "类别“club”不在册"),
    (lambda: add("", "C", D1), "代码要 1 到 64 个字"),
    (lambda: rename_organisation(organisation=organisation("T1"), name=" ", since=D1, actor="王"), "名称要"),
]


def merge(code: str, into: str, since: date) -> object:
    return merge_organisation(organisation=organisation(code), into=organisation(into), since=since, actor="王")


def close(code: str, since: date) -> object:
    return close_organisation(organisation=organisation(code), since=since, actor="王")


def add(code: str, parent: str, since: date, kind: str = "township") -> object:
    return add_organisation(code=code, name="某科协", kind=kind, parent=organisation(parent), since=since, actor="王")


@pytest.mark.parametrize(("act", "reason"), REFUSED, ids=[reason for _, reason in REFUSED])
def test_what_cannot_be_is_refused_with_names_and_changes_nothing(act: Act, reason: str) -> None:
    def stored() -> list[object]:
        return [list(model.objects.order_by("pk").values()) for model in (OrganisationVersion, Lineage, AuditRecord)]

    before = stored()
    with pytest.raises(DomainError, match=reason):
        act()
    assert stored() == before


def test_closing_before_a_later_change_is_refused() -> None:
    move("T1", "T2", D3)
    with pytest.raises(DomainError, match="T1科协在 2024-07-01 以后还有沿革"):
        close_organisation(organisation=organisation("T1"), since=D2, actor="王")
