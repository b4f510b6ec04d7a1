"""Activities: which events a report tells of, when, where, with whom; and the times in a text."""

import pytest

from kexie.reading import Activity, Figure, read_text
from kexie.reading.dates import find_spans

REPORT = "青禾县科协2019年工作总结\n"


def activities(text: str) -> list[Activity]:
    return [a for d in read_text(REPORT + text).documents for a in d.activities]


def only(text: str) -> Activity:
    found = activities(text)
    assert len(found) == 1, [a.title for a in found]
    return found[0]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("6月9日", "--06-09", "--06-09"),
        ("2018年6月9日至15日", "2018-06-09", "2018-06-15"),
        ("从6月9日到7月2日", "--06-09", "--07-02"),
        ("6月9-15日", "--06-09", "--06-15"),
        ("20xx年6月9日", "--06-09", "--06-09"),
        ("十一月份", "--11-01", "--11-30"),
        ("2月", "--02-01", "--02-28"),
        ("4月上旬", "--04-01", "--04-10"),
        ("4月中下旬", "--04-11", "--04-30"),
        ("从7月份到8月上旬", "--07-01", "--08-10"),
        ("2月至6月", "--02-01", "--06-30"),
        ("从3月起", "--03-01", None),
        ("上半年", "--01-01", "--06-30"),
        ("第三季度", "--07-01", "--09-30"),
        ("2018年12月至1月", "2018-12-01", "2019-01-31"),
    ],
)
def test_a_time_in_any_of_its_forms(text: str, first: str, last: str | None) -> None:
    (span,) = find_spans(text, None)
    assert (span.first, span.last) == (first, last)


def test_the_known_year_stands_in_for_a_masked_one() -> None:
    assert [s.first for s in find_spans("20__年6月9日,7月1日,2016年2月29日", 2019)] == [
        "2019-06-09",
        "2019-07-01",
        "2016-02-29",
    ]


@pytest.mark.parametrize("text", ["2月30日", "13月1日", "2019年2月29日", "6.5月", "三个月"])
def test_what_is_no_day_is_left_out(text: str) -> None:
    assert find_spans(text, None) == []


def test_a_recurring_day_has_no_date() -> None:
    (span,) = find_spans("每周五", 2019)
    assert (span.first, span.every) == (None, "每周五")


def test_an_event_with_its_circumstances() -> None:
    event = only("6月9日,县科协联合县教育局、县图书馆在云溪镇文化广场举办了“走近星空”科普讲座,向居民宣传天文知识。")
    assert event.title == "“走近星空”科普讲座"
    assert (event.start_date, event.end_date) == ("2019-06-09", "2019-06-09")
    assert event.place == "云溪镇文化广场"
    assert event.organisers == ("县科协", "县教育局", "县图书馆")
    assert (event.role, event.audience, event.same_as) == ("organiser", "居民", None)


def test_a_list_is_as_many_events_as_it_names() -> None:
    found = activities("先后举办了“春苗”科技竞赛、“星河”天文图片展、“沃土”农技培训班。")
    assert [a.title for a in found] == ["“春苗”科技竞赛", "“星河”天文图片展", "“沃土”农技培训班"]


def test_prizes_tell_of_events_that_others_held() -> None:
    event = only("选送的作品参加全省,获第12届全省青少年机器人大赛一等奖2件。")
    assert (event.title, event.role, event.organisers) == ("第12届全省青少年机器人大赛", "participant", ())


def test_the_theme_becomes_part_of_the_name() -> None:
    text = "5月3日,举办了以“节水护水”为主题的广场宣传活动。"
    assert only(text).title == "“节水护水”广场宣传活动"


@pytest.mark.parametrize(
    "text",
    [
        "通过培训和讲座,提高了干部的能力。",
        "积极参加各项活动。",
        "此次活动共发放资料300份。",
        "定期开展各类科普活动。",
        "以科普日活动为契机,推动工作。",
        "被评为“科普活动”先进单位。",
        "让更多的人走进社区。",
    ],
)
def test_means_and_generalities_are_no_events(text: str) -> None:
    assert activities(text) == []


def test_what_is_planned_is_no_event() -> None:
    assert activities("一、工作回顾\n队伍稳定。\n二、下一步工作打算\n6月9日举办“走近星空”科普讲座。") == []


def test_the_campaign_comes_from_the_event_or_the_heading_above() -> None:
    assert only("5月12日,举办了防灾减灾日“平安校园”宣传活动。").campaign == "防灾减灾日"
    assert only("(一)全国科普日活动丰富多彩\n9月15日,在城南公园举办了“看星星”体验活动。").campaign == "全国科普日"


def test_an_undated_event_of_the_same_paragraph_shares_the_day() -> None:
    found = activities("6月9日,在云溪广场举办了“走近星空”科普讲座。同时在云溪画廊举办“大地之美”科普图片展。")
    assert [a.start_date for a in found] == ["2019-06-09", "2019-06-09"]


def test_an_event_told_in_two_chapters_is_one() -> None:
    first, second = activities(
        "(一)抓宣传\n6月9日,在云溪广场举办了“走近星空”科普讲座。\n(二)抓协作\n与县教育局联合在云溪广场举办“走近星空”科普讲座。"
    )
    assert (first.same_as, second.same_as) == (None, first.id)


def test_figures_point_at_their_event() -> None:
    (document,) = read_text(
        REPORT + "6月9日,在云溪广场举办了“走近星空”科普讲座,发放手册300份。参加活动的群众200人。\n修改简报20期。"
    ).documents
    (event,) = document.activities
    figures: list[Figure] = document.figures
    assert [(f.value, f.activity) for f in figures] == [(300, event.id), (200, event.id), (20, None)]


def test_a_heading_that_masks_its_year_leaves_the_days_without_one() -> None:
    (document,) = read_text(
        "青禾县科协工作总结\n2019年,队伍稳定。\n一、20xx年主要工作\n6月9日,举办了“走近星空”科普讲座。"
    ).documents
    assert [a.start_date for a in document.activities] == ["--06-09"]


def test_how_often_it_took_place() -> None:
    assert only("全年在云溪镇举办果树嫁接技术培训班6期,培训400人次。").occurrences == 6


def test_those_who_held_an_event_for_another_are_named() -> None:
    event = only("9月17日,由县科协主办、县实验小学承办的“走近星空”体验活动在县实验小学举行。")
    assert set(event.organisers) == {"县科协", "县实验小学"}
    assert event.place == "县实验小学"


def test_a_whole_behind_an_event_is_not_of_the_event() -> None:
    (found,) = read_text(REPORT + "9月17日,在云溪镇举办“走近星空”体验活动。全县共发放手册500份。").documents
    assert [(f.whole, f.activity) for f in found.figures] == [(True, None)]


def test_a_visit_is_an_event_when_its_day_is_told() -> None:
    first, second = activities("一是1月8日邀请专家到杨家庄村、李庄村义诊。\n二是6月组织会员到云溪科技馆参观学习。")
    assert (first.title, first.start_date) == ("杨家庄村、李庄村义诊", "2019-01-08")
    assert (second.place, second.start_date, second.end_date) == ("云溪科技馆", "2019-06-01", "2019-06-30")
    assert activities("组织会员到各地参观学习。") == []
