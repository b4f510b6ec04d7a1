"""Figures in sentences: what is one, what is none, and what is said about it."""

from decimal import Decimal
from typing import Any

import pytest

from kexie.reading import Figure, read_text


def figures(text: str) -> list[Figure]:
    return [f for d in read_text(text).documents for f in d.figures]


def only(text: str) -> Figure:
    found = figures(text)
    assert len(found) == 1, [f.quote for f in found]
    return found[0]


@pytest.mark.parametrize(
    ("text", "quote", "value", "unit"),
    [
        ("县里挂出横幅26条。", "26条", 26, "条"),
        ("印了挂图1,250幅。", "1,250幅", 1250, "幅"),
        ("印了挂图1 250幅。", "1 250幅", 1250, "幅"),
        ("印了挂图 340 幅。", "340 幅", 340, "幅"),
        ("印了挂图１２０幅。", "１２０幅", 120, "幅"),
        ("来了三百二十名学生。", "三百二十名", 320, "名"),
        ("来了两万名学生。", "两万名", 20000, "名"),
        ("到馆3万人次。", "3万人次", 30000, "人次"),
        ("经费共计8.5万元。", "8.5万元", 85000, "元"),
        ("总投资1。6亿元。", "1。6亿元", 160_000_000, "元"),
        ("全年下拨经费达45万,专款专用。", "45万", 450_000, "元"),
        ("覆盖率达98.6%。", "98.6%", Decimal("98.6"), "%"),
        ("合格率为百分之九十二点五。", "百分之九十二点五", Decimal("92.5"), "%"),
        ("诊治村民70人(次)。", "70人(次)", 70, "人(次)"),
        ("送出手册400份（册）。", "400份（册）", 400, "份(册)"),
        ("苗木补种15.5公顷。", "15.5公顷", Decimal("15.5"), "公顷"),
        ("集中学习半天。", "半天", Decimal("0.5"), "天"),
        ("筹备用了一个半小时。", "一个半小时", Decimal("1.5"), "小时"),
        ("推选会长一名,秘书长一名。", "一名", 1, "名"),
        ("他们买了一台显微镜。", "一台", 1, "台"),
        ("赠书一套《山里的星空》。", "一套", 1, "套"),
        ("收到善款人民币叁万元整。", "叁万元", 30000, "元"),
        ("集训历时两天半,大家不觉得累。", "两天半", Decimal("2.5"), "天"),
        ("全年参观人数已有4万,创了新高。", "4万", 40000, "人"),
        ("公众号阅读量5.2万。", "5.2万", 52000, "次"),
        ("报名人数为320,比预想的多。", "320", 320, "人"),
        ("粉刷围墙80延米。", "80延米", 80, "延米"),
        ("推文被转载150篇次。", "150篇次", 150, "篇次"),
        ("推选两名优秀的学员。", "两名", 2, "名"),
        ("散发挂历200份/册。", "200份/册", 200, "份/册"),
    ],
)
def test_it_reads_value_and_unit(text: str, quote: str, value: Any, unit: str) -> None:
    found = figures(text)[0]
    assert (found.quote, found.value, found.unit, found.qualifier) == (quote, value, unit, "exact")
    assert found.low == found.high == found.value


@pytest.mark.parametrize(
    ("text", "quote", "qualifier", "value", "low", "high", "soft_high"),
    [
        ("听课的有320余人。", "320余人", "at_least", 320, 320, None, 330),
        ("听课的有4000多人。", "4000多人", "at_least", 4000, 4000, None, 5000),
        ("听课的有1.4万余人。", "1.4万余人", "at_least", 14000, 14000, None, 15000),
        ("听课的有两千多人。", "两千多人", "at_least", 2000, 2000, None, 3000),
        ("听课的有百余人。", "百余人", "at_least", 100, 100, None, 200),
        ("听课的有十几人。", "十几人", "at_least", 10, 10, None, 20),
        ("听课的有60人以上。", "60人以上", "at_least", 60, 60, None, None),
        ("听课的不少于60人。", "不少于60人", "at_least", 60, 60, None, None),
        ("听课的超过60人。", "超过60人", "at_least", 60, 60, None, None),
        ("听课的不足60人。", "不足60人", "at_most", 60, None, 60, None),
        ("听课的不超过60人。", "不超过60人", "at_most", 60, None, 60, None),
        ("听课的近60人。", "近60人", "about", 60, None, 60, None),
        ("听课的约60人。", "约60人", "about", 60, None, None, None),
        ("听课的有60人左右。", "60人左右", "about", 60, None, None, None),
        ("听课的约6000余人。", "约6000余人", "about", 6000, None, None, None),
        ("听课的近5多万人。", "近5多万人", "about", 50000, None, None, None),
        ("每村听课3至5人。", "3至5人", "range", None, 3, 5, None),
        ("听课的有1-2万人。", "1-2万人", "range", None, 10000, 20000, None),
        ("听课的有三四十人。", "三四十人", "range", None, 30, 40, None),
        ("听课的有3、4百人。", "3、4百人", "range", None, 300, 400, None),
        ("听课的有五、六十人。", "五、六十人", "range", None, 50, 60, None),
    ],
)
def test_it_reads_hedges(
    text: str, quote: str, qualifier: str, value: Any, low: Any, high: Any, soft_high: Any
) -> None:
    found = only(text)
    assert (found.quote, found.qualifier, found.value) == (quote, qualifier, value)
    assert (found.low, found.high, found.soft_high) == (low, high, soft_high)


def test_more_than_excludes_its_bound() -> None:
    assert only("到会超过90人。").low_exclusive
    assert not only("到会不少于90人。").low_exclusive


@pytest.mark.parametrize(
    "text",
    [
        "第十二届科技节如期开幕。",
        "第3名归了镇小学。",
        "一是抓队伍,二是抓阵地。",
        "3.1培训工作",
        "2021年6月18日上午9点30分开会。",
        "青科发〔2021〕17号文件已经印发。",
        "落实“三个一百”行动。",
        "《十二个为什么》出版了。",
        "请拨打13900001111咨询。",
        "坚持三位一体推进。",
        "这是一项惠民工程。",
        "打造一支过硬的队伍。",
        "同学们围成了一块。",
        "更新信息20__条。",
        "走访会员18xxxx会员。",
        "到会达XX人。",
        "镇上的百米长廊亮灯了。",
        "六次全会精神传到了村里。",
        "八面乡的田里种满了豆子。",
        "预防h5n1禽流感。",
        "最新范文6篇",
        "红十字会派人来了。",
        "五大发展理念深入人心。",
        "几项工作一批人做。",
        "数百名游客来到镇上。",
        "好几十位老人来听课。",
        "镇里做到五个结合、三个提升。",
        "各村落实三会一课。",
        "实行一村一品、一岗双责。",
        "一年多来变化很大。",
        "两个多月来天天下雨。",
        "组织“五个一”活动,即读一本好书、写一篇心得。",
        "大家认真上一堂党课。",
        "拨打电话0571-55556666转802咨询。",
        "位于4号楼3层,乘12路车。",
        "代表队进入前三名。",
        "第1-3期简报印好了。",
        "近三年硕果累累。",
    ],
)
def test_these_are_no_figures(text: str) -> None:
    assert figures(text) == []


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("悬挂横幅26条。", "横幅"),
        ("来了60多名乡村教师参加研修。", "乡村教师"),
        ("参训人员达90人。", "参训人员"),
        ("镇里的橱窗共出刊8期。", "橱窗"),
        ("评出一等奖6件、二等奖12件。", "一等奖"),
        ("社区课堂,今年共开展11期。", "社区课堂"),
        ("为村民装了8个智能显示屏。", "智能显示屏"),
        ("印发各种技术资料5类9000余册。", "技术资料"),
        ("共受训达60人。", "受训"),
        ("办了3期实用技术班,又选送12件获奖作品。", "实用技术班"),
        ("为该镇60人次干部讲了课。", "干部"),
        ("参加讲座的群众约70人。", "参加讲座的群众"),
        ("组织茶艺培训和参观共6场次。", "培训和参观"),
        ("其中高级职称的占35%。", "高级职称"),
        ("全镇12个村(社区)都来了。", "村(社区)"),
        ("给20个镇(街道、园区)科协发了通知。", "镇科协"),
        ("在今年的6个项目中,有两个是新的。", "项目"),
        ("建起家长微信群(3个)。", "家长微信群"),
        ("亩产由800斤提高到1200斤。", "亩产"),
        ("门口摆了咨询台4个。", "咨询台"),
    ],
)
def test_it_says_what_is_counted(text: str, counted: str) -> None:
    assert counted in (figures(text)[0].counted or "")


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("征集论文60篇,择优上交25篇。", ["论文", "论文"]),
        ("建成省级基地7家、市级20家。", ["省级基地", "市级基地"]),
        ("一、二、三等奖分别为2个、5个、8个。", ["一等奖", "二等奖", "三等奖"]),
        ("受益群众分别达120人、80人。", ["群众", "群众"]),
        ("收到作品90件,比去年增加12%。", ["作品", "作品增加"]),
        ("收到作品90件,比去年增加12%,比上年增加3倍。", ["作品", "作品增加", "作品增加"]),
        ("会员由原来的30人发展到56人。", ["会员", "会员"]),
        ("会员由64人减少到50人。", ["会员", "会员"]),
        ("宣传栏由5块增加到现在的9块。", ["宣传栏", "宣传栏"]),
        ("入户率由40%提高到75%。", ["入户率", "入户率"]),
        ("去年由18个增加到25个。", [None, None]),
        ("由3所农技学校增加到7所。", ["农技学校", "农技学校"]),
        ("办了1期修剪培训班25人。", ["修剪培训班", "修剪培训班"]),
        ("收到作品9件,2件获三等奖。", ["作品", "获三等奖"]),
        ("60岁以上老人1.8万人。", ["老人", "老人"]),
        ("在12所小学放电影12场,10月开展2场。", ["小学放电影", "小学放电影", "小学放电影"]),
    ],
)
def test_what_is_counted_may_stand_with_the_figure_before(text: str, counted: list[str]) -> None:
    assert [f.counted for f in figures(text)] == counted


def test_the_first_number_of_a_growth_is_of_an_earlier_time() -> None:
    assert [f.period for f in figures("会员由原来的30人发展到56人。")] == ["原来", None]
    assert [f.period for f in figures("站点从3个增加到9个。")] == ["原来", None]
    assert [f.period for f in figures("大家从3个村赶来。")] == [None]


def test_money_goes_on_without_its_unit() -> None:
    found = figures("省里投入50万元,市里配套30万、村民自筹20余万。")
    assert [(f.value, f.unit) for f in found] == [(500_000, "元"), (300_000, "元"), (200_000, "元")]


def test_the_years_of_a_title_are_not_the_period() -> None:
    assert only("《山区规划(2015—2019年)》发到31个单位。").period is None


def test_a_rate_may_stand_behind_the_number() -> None:
    assert only("工时补助按80元/人发给大家。").per == "person"


def test_an_item_of_a_list_of_counted_things_counts() -> None:
    assert [f.value for f in figures("开展了三次宣传,六期培训,一次考察活动。")] == [3, 6, 1]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("今年办班12期。", "actual"),
        ("明年将举办讲座12场。", "planned"),
        ("力争新建画廊12处。", "planned"),
        ("将收来的稿件分好,评出佳作12篇。", "actual"),
        ("评分在85分以上的作品入围。", "threshold"),
        ("60岁以上老人免费体检。", "threshold"),
        ("年满18周岁者均可报名。", "threshold"),
        ("种茶3年以上的农户都来了。", "threshold"),
        ("按每户80元的标准发了补助。", "rule"),
        ("年初计划培训村医50人。", "planned"),
        ("原计划办班6期。", "planned"),
        ("按计划举办讲座6场。", "actual"),
        ("拟邀请专家5名。", "planned"),
        ("草拟方案5份。", "actual"),
        ("会员平均年龄60岁以上。", "actual"),
        ("原则上每村配2名宣传员。", "rule"),
    ],
)
def test_it_tells_done_from_intended(text: str, status: str) -> None:
    assert figures(text)[0].status == status


def test_what_became_of_a_plan_is_actual() -> None:
    assert [f.status for f in figures("年初计划培训村医50人,实际培训62人。")] == ["planned", "actual"]
    assert [f.status for f in figures("原计划办班6期,因雨只办了4期。")] == ["planned", "actual"]


def test_a_plan_heading_makes_its_figures_planned() -> None:
    body = "一、工作完成情况\n" + "我们做了不少工作,取得了成效。" * 12 + "\n办班6期。\n二、下一步工作打算\n办班9期。\n"
    assert [(f.value, f.status) for f in figures(body)] == [(6, "actual"), (9, "planned")]


def test_what_did_not_happen_is_zero() -> None:
    for text in ("全年未发生一起事故。", "拆除未建成一年有余的场馆。"):
        found = only(text)
        assert found.negated and (found.value, found.qualifier, found.low, found.high) == (0, "exact", 0, 0)
        assert found.soft_high is None and not found.low_exclusive


def test_scope_rate_and_other_period_are_marked() -> None:
    assert figures("全年累计办班30期。")[0].whole
    assert figures("每周开放40小时。")[0].per == "week"
    assert figures("去年办班30期。")[0].period == "去年"


def test_quotes_are_raw_and_units_simplified() -> None:
    found = only("縣科協(xié)發(fā)放資料500份、")
    assert (found.quote, found.unit, found.counted) == ("500份", "份", "资料")
    found = only("辦了7個(gè)班。")
    assert (found.quote, found.unit) == ("7個", "个")
