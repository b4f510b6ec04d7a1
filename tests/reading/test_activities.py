"""Activities: which events a report tells of, when, where, with whom; and the times in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexie.reading import Activity, Figure, read_text
from kexie.reading.activities.candidates import candidates
from kexie.reading.activities.sentence import read_sentence
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
    assert only("5月3日在镇广场举办农民培训班0期。").occurrences is None


@pytest.mark.parametrize(
    ("text", "titles", "role"),
    [
        ("6月2日,协会召开五届三次理事会。", ["五届三次理事会"], "organiser"),
        ("年初召开科普工作例会。", ["科普工作例会"], "organiser"),
        ("相继召开了农技协会长联席会、乡土人才恳谈会。", ["农技协会长联席会", "乡土人才恳谈会"], "organiser"),
        ("举办昆虫标本展,参观学生900余人。", ["昆虫标本展"], "organiser"),
        ("9月,在广场举办“健康生活”科普展。", ["“健康生活”科普展"], "organiser"),
        ("开设“周末科学课堂”,全年开讲20讲。", ["“周末科学课堂”"], "organiser"),
        ("办好“山村科普讲坛”,请来专家8人。", ["“山村科普讲坛”"], "organiser"),
        ("开展“科普轻骑兵”乡村行。", ["“科普轻骑兵”乡村行"], "organiser"),
        ("6月26日,在镇广场开展禁毒知识宣传。", ["禁毒知识宣传"], "organiser"),
        ("组织3名教师参加省优秀科技辅导员评选。", ["省优秀科技辅导员评选"], "participant"),
        ("选送12件作品参加第三届全省少年影像展评。", ["第三届全省少年影像展评"], "participant"),
        ("组织8名学生参加全国航天体验营。", ["全国航天体验营"], "participant"),
        ("10月12日,组织会员赴长桥区考察学习。", ["长桥区考察学习"], "organiser"),
        ("在科技活动周、全国科普日期间,上门开展宣传。", ["科技活动周", "全国科普日"], "organiser"),
        ("参与科技活动周、食品安全宣传周等主题宣传。", ["科技活动周", "食品安全宣传周"], "participant"),
    ],
)
def test_meetings_shows_selections_and_theme_days(text: str, titles: list[str], role: str) -> None:
    found = activities(text)
    assert [a.title for a in found] == titles
    assert {a.role for a in found} == {role}


@pytest.mark.parametrize(
    "text",
    [
        "成立了理事会,健全了例会制度。",
        "理事会成员由8人组成。",
        "经评选,产生一等奖3名。",
        "在评选中获得第一。",
        "建成“周末课堂”6个。",
        "办好科普展,用好展板。",
        "大力开展科普宣传。",
        "每年在全国科普日期间组织宣传。",
        "坚持开展科技活动周活动。",
        "积极筹备全国科普日、科技活动周等活动。",
        "在科技活动周期间没有停业。",
    ],
)
def test_what_only_sounds_like_a_meeting_or_a_theme_day(text: str) -> None:
    assert activities(text) == []


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


@pytest.mark.parametrize(
    ("text", "title", "organisers"),
    [
        ("6月9日,组织会员参加市科协举办的果树嫁接培训班。", "果树嫁接培训班", ("市科协",)),
        ("6月9日,组织养殖户参加县上举办的果树嫁接培训班。", "果树嫁接培训班", ()),
        (
            "与县教育局联合组织学生参加全省第十届青少年创意编程大赛。",
            "全省第十届青少年创意编程大赛",
            ("青禾县科协", "县教育局"),
        ),
    ],
)
def test_who_only_took_part_is_no_organiser(text: str, title: str, organisers: tuple[str, ...]) -> None:
    event = only(text)
    assert (event.title, event.role, event.organisers) == (title, "participant", organisers)


def test_those_who_come_to_a_meeting_do_not_make_it_theirs() -> None:
    event = only("9月16日召开了由农业局、气象局参加的科普日协调会。")
    assert (event.title, event.role, event.organisers) == ("科普日协调会", "organiser", ("青禾县科协",))


def test_the_body_of_which_a_paragraph_speaks_holds_its_events() -> None:
    first, second = activities(
        "1、县青少年活动中心。上半年,以科普节为重点,先后举办了“星河”天文图片展、“沃土”农技培训班。"
    )
    assert first.organisers == second.organisers == ("县青少年活动中心",)


def test_partners_are_of_their_own_event() -> None:
    found = activities("聘请了专家,联合县妇联举办“巧手”编织大赛,分别组织学会会员赴杨家村开展“沃土”农技培训班。")
    assert [a.organisers for a in found] == [("青禾县科协", "县妇联"), ("青禾县科协",)]


def test_a_department_is_no_verb() -> None:
    event = only("6月9日,县委组织部、县科协在云溪镇举办了“走近星空”科普讲座。")
    assert event.organisers == ("县委组织部", "县科协")


@pytest.mark.parametrize(
    ("text", "audience"),
    [
        ("6月9日,举办“走近星空”科普讲座,面向全县中小学教师讲解天文知识。", "全县中小学教师"),
        ("6月9日,举办“走近星空”科普讲座,吸引了300余名学生参加。", "学生"),
        ("6月9日,举办“走近星空”科普讲座,共有12所学校80名辅导员参加了学习。", "辅导员"),
        ("6月9日,在云溪广场举办“走近星空”科普讲座。参加讲座的有退休职工50人。", "退休职工"),
        ("6月9日,在云溪镇举办农民工技能培训班。", "农民工"),
        ("6月9日,在云溪镇开展“天文知识进校园”活动。", "学生"),
        ("6月9日,举办“走近星空”科普讲座,效果很好。", None),
    ],
)
def test_whom_an_event_addressed(text: str, audience: str | None) -> None:
    assert only(text).audience == audience


@pytest.mark.parametrize(
    ("text", "title", "place"),
    [
        ("组织离退休干部60人,实地参观了云溪水利科技馆。", "参观云溪水利科技馆", "云溪水利科技馆"),
        ("4月23日,科普大篷车开进青禾二小,孩子们很高兴。", "科普大篷车开进青禾二小", "青禾二小"),
        ("县中医学会送养生知识进社区,受到好评。", "送养生知识进社区", None),
        ("高级工程师来县里,作了《小流域治理的新办法》的报告。", "《小流域治理的新办法》报告", None),
        ("4月11日,邀请专家对参展画作进行认真评审。", "参展画作评审", None),
        ("春节前夕,走访慰问老科技工作者16名。", "走访慰问老科技工作者", None),
    ],
)
def test_events_told_by_verbs(text: str, title: str, place: str | None) -> None:
    event = only(text)
    assert (event.title, event.place) == (title, place)


@pytest.mark.parametrize(
    "text",
    [
        "争取到3万元经费用于筹办第二届科技节活动。",
        "据统计,全县共开展科普报告、讲座6场次。",
        "广泛开展“科普示范村”的创建活动。",
        "先后办了多项工作以及校园美化等8项科普活动。",
        "活动通过参观园区、开展学术交流等方式进行。",
        "全年举办的学术交流活动次数达20场。",
        "二、存在的问题\n由于经费不足,5月3日在云溪镇举办的“沃土”农技培训班效果不佳。",
        "3.1举办2019年青少年科技节活动",
        "举办科普讲座12场,听众1500人次。",
    ],
)
def test_sums_aims_means_troubles_and_headings_are_no_events(text: str) -> None:
    assert activities(text) == []


def test_parts_of_a_series_are_told_with_it() -> None:
    event = only("“星空课堂”系列活动,借助报告、短片等方式,开展了天文讲座、航天讲座、探月故事演讲等,孩子们听得入神。")
    assert event.title == "“星空课堂”系列活动"


def test_an_event_first_named_and_then_told_is_one() -> None:
    event = only("成功举办青禾县农业新技术洽谈会。11月19日至20日,青禾县农业新技术洽谈会隆重举行,嘉宾很多。")
    assert (event.start_date, event.end_date) == ("2019-11-19", "2019-11-20")


TELLING = "邀请医生到云溪村举办“春风送暖助农家”主题活动,为老人诊断并送去药品。"


def test_an_event_told_again_in_nearly_the_same_words_is_one_whatever_its_date() -> None:
    first, second = activities(f"(一)抓帮扶\n3月5日,{TELLING}\n(二)抓宣传\n4月6日,在扶贫日,{TELLING}")
    assert (first.same_as, second.same_as) == (None, first.id)
    assert (first.start_date, second.start_date) == ("2019-03-05", "2019-04-06")


def test_a_series_in_one_chapter_and_events_with_other_numbers_stay_apart() -> None:
    assert [a.same_as for a in activities(f"(一)抓帮扶\n3月5日,{TELLING}\n4月6日,{TELLING}")] == [None, None]
    again = TELLING.replace("药品", "药品{}份")
    found = activities(f"(一)抓帮扶\n3月5日,{again.format(30)}\n(二)抓宣传\n4月6日,{again.format(80)}")
    assert [a.same_as for a in found] == [None, None]


def test_a_list_number_that_ran_into_the_month() -> None:
    assert only("55月16日,在工人文化宫举办“走近星空”科普讲座。").start_date == "2019-05-16"
    assert only("2.9月15日,在工人文化宫举办“走近星空”科普讲座。").start_date == "2019-09-15"
    assert only("12月16日,在工人文化宫举办“走近星空”科普讲座。").start_date == "2019-12-16"


SPOKEN = st.lists(
    st.sampled_from(
        [*"在到了的、,。“”《》", "举办", "组织", "参加", "开展", "县科协", "市科协举办的", "讲座", "大赛", "活动", "等",
         "系列活动", "5月3日", "15日", "云溪镇", "以“甲”为主题的", "联合县教育局", "科普大篷车开进", "参观了甲科技馆",
         "送知识进社区", "作了《甲》的报告", "对作品进行评审", "面向居民", "80名教师参加", "进校园",
         "召开", "座谈会议", "会"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(SPOKEN)
def test_candidates_lie_in_their_sentence_in_order_and_apart(text: str) -> None:
    sentence = read_sentence(0, text, 2019)
    assert len(sentence.hidden) == len(text)
    last = 0
    for found in candidates(sentence):
        assert last <= found.start < found.end <= len(text)
        assert found.title and 0 <= found.clause <= found.end and 0 <= found.verb <= found.end
        assert found.role in ("organiser", "co-organiser", "participant")
        last = found.end


@pytest.mark.parametrize(
    "unit",
    [
        "组织学生参观了",
        "送健康进社区,",
        "科普大篷车开进",
        "作了《甲》的报告,",
        "参加市科协举办的",
        "联合县教育局、",
        "面向群众",
        "5月3日举办“春苗”科普讲座。",
        "举办甲、乙、丙、",
        "一、甲\n5月3日在甲村举办“春苗”科普讲座。\n",
        "由18个增加到",
        "1。2亿",
        "15日,",
    ],
)
def test_what_is_told_without_end_is_read_to_the_end(unit: str) -> None:
    """A pattern that tries every split would hang here."""
    text = REPORT + unit * (12_000 // len(unit))
    for document in read_text(text).documents:
        assert all(document.start <= a.start < a.end <= document.end for a in document.activities)


def test_what_others_were_helped_to_hold_is_theirs_and_of_no_single_day() -> None:
    first, second = activities("3月12日召开学会工作座谈会。支持县医学会举办慢病管理学术交流会2场,受众260人次。")
    assert first.start_date == "2019-03-12"
    assert (second.organisers, second.occurrences, second.start_date) == (("县医学会",), 2, None)


def test_a_meeting_of_two_kinds_is_one() -> None:
    assert only("10月23日,召开了科技工作者座谈会暨表彰会。").title == "科技工作者座谈会暨表彰会"


def test_the_place_behind_a_day() -> None:
    assert only("“气象与生活”知识竞赛于12月6日在县文化馆举行。").place == "县文化馆"
