"""``kexie merges`` and ``kexie review-rule``, in the process of the tests."""

import json
from pathlib import Path

import pytest

from kexie.cli import merges, review_rule
from kexie.cli.merges import Action
from kexie.cli.output import CommandError
from kexie.core.errors import DomainError
from kexie.registers.merging import members_of
from kexie.registers.models import MergeGroup, ToldApart
from kexie.registers.review import review_rule as rule_of
from tests.factories import entry, load_rows, organisation, unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def tree(tmp_path: Path) -> None:
    tree = [unit("C", kind="county"), unit("T", "C"), unit("U", "C")]
    told = {"title": "高血压义诊", "place": "村口广场", "places": ["T"], "partners": ["T科协"]}
    load_rows(tmp_path, organisations=tree, entries=[entry(key, at, **told) for key, at in (("a", "T"), ("b", "U"))])


def lines(capsys: pytest.CaptureFixture[str], action: Action) -> list[dict[str, object]]:
    merges.run(action, organisation="C", period="2024", as_json=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_proposed_is_accepted_and_listed(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = lines(capsys, Action.PROPOSE)
    assert found["entries"] == ["a", "b"]
    assert lines(capsys, Action.LIST) == []
    merges.run(Action.ACCEPT, ["b", "a"], organisation="C")
    capsys.readouterr()
    assert lines(capsys, Action.PROPOSE) == []
    assert lines(capsys, Action.LIST) == [{"score": 100, "entries": ["b", "a"]}]
    assert [each.uid for each in members_of(MergeGroup.objects.get())] == ["b", "a"]


def test_what_was_told_apart_is_not_proposed(capsys: pytest.CaptureFixture[str]) -> None:
    merges.run(Action.DIFFERENT, ["a", "b"])
    capsys.readouterr()
    assert lines(capsys, Action.PROPOSE) == []


@pytest.mark.parametrize(
    ("action", "uids", "options", "reason"),
    [
        (Action.PROPOSE, [], {}, "--organisation 和 --period"),
        (Action.LIST, ["a"], {"organisation": "C", "period": "2024"}, "要写记录编号"),
        (Action.ACCEPT, [], {}, "要写记录编号"),
        (Action.ACCEPT, ["a", "x"], {}, "没有记录 x"),
        (Action.ACCEPT, ["a", "b"], {"organisation": "T"}, "不在记录 b"),
        (Action.PROPOSE, [], {"organisation": "Z", "period": "2024"}, "没有代码为"),
        (Action.PROPOSE, [], {"organisation": "C", "period": "24"}, "不是期间"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    action: Action, uids: list[str], options: dict[str, str], reason: str
) -> None:
    with pytest.raises((CommandError, DomainError), match=reason):
        merges.run(action, uids, **options)
    assert not MergeGroup.objects.exists()
    assert not ToldApart.objects.exists()


def test_a_review_rule_is_shown_set_and_taken_away(capsys: pytest.CaptureFixture[str]) -> None:
    review_rule.run("T")
    assert "可以自审" in capsys.readouterr().out
    review_rule.run("C", "other")
    assert rule_of(organisation("T")) == "other"
    review_rule.run("C", "inherit")
    assert rule_of(organisation("T")) == "self"
    with pytest.raises(CommandError, match="没有审核规则"):
        review_rule.run("C", "both")
