"""The page of an entry, its form, and the page of same events: what each shows, and what its buttons do."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from kexie.orgs.models import User
from kexie.registers.merging import members_of, merge
from kexie.registers.models import Entry, MergeGroup, Revision, ToldApart
from kexie.registers.review import set_review_rule
from kexie.registers.services import amend, record, revise, submit
from tests.factories import Row, entry, figure, load_rows, organisation, person, stored, unit

pytestmark = pytest.mark.django_db

TREE = [unit("C", kind="county"), unit("T", "C"), unit("V", "T", "village"), unit("U", "C")]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    load_rows(tmp_path, organisations=TREE)
    return tmp_path


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def page_of(uid: str) -> str:
    return reverse("registers:entry", args=[uid])


def press(client: Client, uid: str, verb: str, **sent: str) -> str:
    """Press a button of an entry and return the page that follows."""
    answer = client.post(reverse("registers:act", args=[uid, verb]), sent, follow=True)
    assert answer.redirect_chain == [(page_of(uid), 302)]
    return answer.content.decode()


def told(user: User | None = None, **others: Any) -> Entry:
    given = {"title": "防灾演练", "start": date(2024, 5, 3), "end": date(2024, 5, 3), "fields": {"person_times": 40}}
    return record(register="activity", organisation=organisation("T"), actor="tests", user=user, **{**given, **others})


class TestEntry:
    def test_a_week_from_draft_to_approved(self, client: Client, tree: Path) -> None:
        reporter, reviewer = person("小蒋", "T", "reporter"), person("老罗", "C", "reviewer")
        uid = told(reporter).uid
        client.force_login(reporter)
        page = body(client, page_of(uid))
        assert "提交" in page
        assert "通过</button>" not in page
        assert "补录" in page
        assert "待审" in press(client, uid, "submit")
        client.force_login(reviewer)
        assert "退回要写明原因" in press(client, uid, "return", reason=" ")
        press(client, uid, "return", reason="人次对不上")
        client.force_login(reporter)
        assert "人次对不上" in body(client, page_of(uid))
        form = {"based_on": Revision.objects.get().digest, "title": "防灾演练", "start": "2024-05-03", "role": "host"}
        form |= {"end": "2024-05-03", "n-person_times": "4000", "q-person_times": "at_least"}
        answer = client.post(reverse("registers:amend", args=[uid]), form, follow=True)
        assert "改好了" in answer.content.decode()
        press(client, uid, "submit")
        client.force_login(reviewer)
        assert "从现在起计入汇总" in press(client, uid, "approve")
        assert "4,000" in body(client, page_of(uid))
        assert "没有办成" in press(client, uid, "void", reason="没有办成")
        assert Revision.objects.get().status == "void"

    def test_an_amendment_says_that_the_old_one_counts_and_what_is_changed(self, client: Client, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T", place="镇政府", figures=[figure("books", 8)])])
        client.force_login(person("steward", "C", "steward"))
        form = {"based_on": Revision.objects.get().digest, "title": "活动a", "start": "2024-05-10", "role": "organise"}
        form |= {
            "end": "2024-05-10",
            "place": "文化广场",
            "partners": "县医学会，县农学会",
            "n-0": "12",
            "q-0": "exact",
        }
        client.post(reverse("registers:amend", args=["a"]), form)
        latest = Revision.objects.get(number=2)
        assert (latest.place, latest.role, latest.partners) == ("文化广场", "organise", ["县医学会", "县农学会"])
        assert [row.value for row in latest.figures.all()] == [12]
        page = body(client, page_of("a"))
        assert "汇总仍照原来的第1版计" in page
        for words in ("地点：<del>镇政府</del> <ins>文化广场</ins>", "<del>8册</del> <ins>12册</ins>"):
            assert words in page

    def test_a_form_that_is_left_as_it_was_changes_nothing(self, client: Client, tree: Path) -> None:
        fields = {"person_times": {"value": 40, "qualifier": "range", "low": 40, "high": 60}, "books": 3}
        load_rows(tree, entries=[entry("a", "T", place="镇政府", figures=None, fields=fields)])
        client.force_login(person("steward", "C", "steward"))
        form = client.get(reverse("registers:amend", args=["a"])).context["form"]
        same = {name: form[name].value() for name in form.fields}
        answer = client.post(reverse("registers:amend", args=["a"]), {k: v for k, v in same.items() if v is not None})
        assert "没有改动" in answer.content.decode()
        same["n-person_times"] = "41"
        answer = client.post(reverse("registers:amend", args=["a"]), {k: v for k, v in same.items() if v is not None})
        assert "区间请改成" in answer.content.decode()
        assert Revision.objects.count() == 1

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"title": ""}, "必填"),
            ({"end": "2024-02-30"}, "日期"),
            ({"n-person_times": "-3"}, "0"),
            ({"start": "2024-05-04"}, "晚于"),
            ({"n-person_times": "99999999999"}, "超过合理上限"),
        ],
    )
    def test_what_is_wrong_is_said_and_what_was_written_stays(
        self, client: Client, tree: Path, wrong: dict[str, str], words: str
    ) -> None:
        uid = told().uid
        client.force_login(person("steward", "C", "steward"))
        form = {"based_on": Revision.objects.get().digest, "title": "防灾演练", "start": "2024-05-03", "role": "host"}
        form |= {"end": "2024-05-03", "place": "新的地方", "n-person_times": "40"} | wrong
        page = client.post(reverse("registers:amend", args=[uid]), form).content.decode()
        assert words in page
        assert "新的地方" in page
        assert Revision.objects.get().place == ""

    def test_a_conflict_shows_what_stands_there_now_and_keeps_what_was_written(
        self, client: Client, tree: Path
    ) -> None:
        each = told()
        client.force_login(person("steward", "C", "steward"))
        form = {"based_on": Revision.objects.get().digest, "title": "我的改法", "end": "2024-05-03", "role": "host"}
        revise(entry=each, changes={"title": "别人的改法"}, actor="x")
        answer = client.post(reverse("registers:amend", args=[each.uid]), form)
        assert answer.status_code == 409
        assert "别人的改法" in answer.content.decode()
        assert "我的改法" in answer.content.decode()
        assert Revision.objects.get().title == "别人的改法"

    def test_what_waits_for_review_has_no_form(self, client: Client, tree: Path) -> None:
        each = told()
        submit(entry=each, actor="x")
        client.force_login(person("steward", "C", "steward"))
        answer = client.get(reverse("registers:amend", args=[each.uid]), follow=True)
        assert "待审的要先退回" in answer.content.decode()

    def test_who_entered_it_is_told_that_another_person_must_approve(self, client: Client, tree: Path) -> None:
        set_review_rule(organisation=organisation("C"), rule="other", actor="x")
        reviewer = person("reviewer", "T", "reviewer")
        uid = told(reviewer).uid
        client.force_login(reviewer)
        page = body(client, page_of(uid))
        assert "要由他人审核" in page
        assert "通过</button>" not in page
        assert "要由他人审核" in press(client, uid, "approve")
        assert Revision.objects.get().status == "draft"

    def test_one_who_did_both_is_named_on_the_page(self, client: Client, tree: Path) -> None:
        steward = person("steward", "C", "steward")
        uid = told(steward).uid
        client.force_login(steward)
        page = press(client, uid, "approve")
        assert "一人录入并通过" in page
        assert "代录" in page

    def test_the_panel_shows_what_counts_and_leads_to_the_page(self, client: Client, tree: Path) -> None:
        load_rows(tree, entries=[entry("a", "T")])
        amend(entry=stored("a"), changes={"title": "改过的"}, actor="x")
        client.force_login(person("steward", "C", "steward"))
        panel = client.get(page_of("a"), headers={"HX-Request": "true"}).content.decode()
        assert "活动a" in panel
        assert "另有第2版草稿" in panel
        assert page_of("a") in panel
        assert "<html" not in panel
        assert "改过的" in body(client, page_of("a"))

    def test_all_its_sources_are_on_the_page(self, client: Client, tree: Path) -> None:
        sources = [{"name": "五月信息.txt", "quote": "四十人到场", "field": "person_times"}]
        sources.append({"name": "台账.xlsx", "sheet": "五月", "row": 7})
        load_rows(tree, entries=[entry("a", "T", sources=sources)])
        client.force_login(person("steward", "C", "steward"))
        page = body(client, page_of("a"))
        for words in ("五月信息.txt", "四十人到场", "台账.xlsx，五月，第7行"):
            assert words in page

    def test_a_verb_that_is_none_is_not_found(self, client: Client, tree: Path) -> None:
        client.force_login(person("steward", "C", "steward"))
        assert client.post(f"/registers/entries/{told().uid}/sing/").status_code == 404

    def test_the_others_of_its_event_are_shown_if_in_sight(self, client: Client, tree: Path) -> None:
        rows = [entry(code, code, title=f"{code}的说法") for code in ("T", "U")]
        load_rows(tree, entries=rows, merges=[{"entries": ["T", "U"]}])
        client.force_login(person("county", "C"))
        assert "U的说法" in body(client, page_of("T"))
        client.force_login(person("township", "T"))
        assert "U的说法" not in body(client, page_of("T"))


def event(key: str, at: str, **others: Any) -> Row:
    given: dict[str, Any] = {"title": "高血压防治义诊", "place": "村口广场", "places": ["V"], "partners": ["T科协"]}
    return entry(key, at, **{**given, "figures": [figure("person_times", 180)], **others})


@pytest.fixture
def same(tree: Path) -> Path:
    load_rows(tree, entries=[event("t", "T", role="organise"), event("v", "V", role="take-part"), event("c", "C")])
    return tree


def decide(client: Client, uids: list[str], verdict: str, **others: Any) -> HttpResponse:
    return client.post(reverse("merges:decide"), {"entry": uids, "verdict": verdict, **others})


def merges_page(client: Client, code: str = "C", period: str = "2024") -> str:
    return body(client, f"/merges/?organisation={code}&period={period}")


class TestSameEvents:
    def test_a_proposal_stands_side_by_side_and_is_confirmed_with_another_lead(
        self, client: Client, same: Path
    ) -> None:
        client.force_login(person("steward", "C", "steward"))
        page = merges_page(client)
        assert page.count('name="entry"') == 3
        assert "同日、同地" in page
        assert "有数相同或相近" in page
        home = "/merges/?organisation=C&period=2024"
        answer = decide(client, ["c", "t", "v"], "same", lead="t", next=home)
        assert answer["Location"] == home
        group = MergeGroup.objects.get()
        assert [each.uid for each in members_of(group)] == ["t", "c", "v"]
        assert (group.office, str(group.confirmed_by)) == (organisation("C"), "steward")
        page = merges_page(client)
        assert "没有看起来像同一活动的记录" in page
        assert "steward确认" in page

    def test_what_is_not_the_same_is_not_proposed_again(self, client: Client, same: Path) -> None:
        client.force_login(person("steward", "C", "steward"))
        decide(client, ["c", "t", "v"], "different")
        assert ToldApart.objects.count() == 3
        assert "没有看起来像同一活动的记录" in merges_page(client)
        assert "还没有确认过的同一活动" in merges_page(client)

    def test_a_confirmed_group_is_changed_by_its_buttons(self, client: Client, same: Path) -> None:
        client.force_login(person("steward", "C", "steward"))
        group = merge(entries=[stored("c"), stored("t"), stored("v")], actor="x")

        def change(verb: str, **sent: str) -> list[str]:
            assert client.post(reverse("merges:change", args=[group.pk, verb]), sent).status_code == 302
            return [each.uid for each in members_of(group)]

        assert change("prefer", entry="v") == ["v", "c", "t"]
        assert change("take-out", entry="c") == ["v", "t"]
        assert change("unmerge") == []
        assert not MergeGroup.objects.exists()

    def test_a_verb_that_is_none_and_a_stranger_are_not_found(self, client: Client, same: Path) -> None:
        client.force_login(person("steward", "C", "steward"))
        group = merge(entries=[stored("c"), stored("t")], actor="x")
        for verb, sent in (("sing", {"entry": "c"}), ("prefer", {"entry": "v"}), ("take-out", {})):
            assert client.post(reverse("merges:change", args=[group.pk, verb]), sent).status_code == 404
        assert decide(client, ["c", "nobody"], "same").status_code == 404
        assert decide(client, [], "same").status_code == 404
        assert len(members_of(group)) == 2

    def test_a_refusal_is_said_on_the_page(self, client: Client, same: Path) -> None:
        load_rows(same, entries=[entry("old", "T", "2023-05-10")])
        client.force_login(person("steward", "C", "steward"))
        answer = client.post(reverse("merges:decide"), {"entry": ["c", "old"], "verdict": "same"}, follow=True)
        assert "不在同一年" in answer.content.decode()
        assert not MergeGroup.objects.exists()

    def test_an_office_below_sees_what_lies_below_it_and_merges_that(self, client: Client, same: Path) -> None:
        client.force_login(person("reviewer", "T", "reviewer"))
        page = merges_page(client, "T")
        assert page.count('name="entry"') == 2
        assert decide(client, ["t", "v"], "same").status_code == 302
        assert MergeGroup.objects.get().office == organisation("T")
        # What it cannot see is as if it did not exist.
        assert decide(client, ["t", "c"], "same").status_code == 404

    def test_who_may_not_merge_reads_and_has_no_buttons(self, client: Client, same: Path) -> None:
        client.force_login(person("leader", "C", "leader"))
        page = merges_page(client)
        assert "高血压防治义诊" in page
        assert "是同一活动</button>" not in page
        assert "同一活动</span></a>" not in page  # nor the room in the menu
        client.force_login(person("steward", "C", "steward"))
        assert "同一活动</span></a>" in merges_page(client)

    def test_a_restricted_record_is_not_shown_to_one_who_may_not_see_it(self, client: Client, same: Path) -> None:
        for key in ("v", "t"):
            amend(entry=stored(key), changes={"visibility": "restricted", "title": "高血压防治义诊密"}, actor="x")
        client.force_login(person("reporter", "C", "reporter"))
        assert "高血压防治义诊密" not in merges_page(client)

    @pytest.mark.parametrize("address", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
    def test_it_leads_nowhere_else(self, client: Client, same: Path, address: str) -> None:
        client.force_login(person("steward", "C", "steward"))
        assert decide(client, ["c", "t"], "same", next=address)["Location"] == "/merges/"

    def test_a_period_that_is_none_is_said_and_an_office_without_records_too(self, client: Client, tree: Path) -> None:
        client.force_login(person("steward", "C", "steward"))
        assert "期间没有看懂" in body(client, "/merges/?organisation=C&period=xyz")
        client.force_login(person("nobody", None))
        assert "还没有归到单位" in body(client, "/merges/")
