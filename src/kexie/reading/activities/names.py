"""The names of events: where they begin, what is left out of a title, when two are alike."""

import re
from functools import lru_cache

from kexie.reading.activities.sentence import HAN

_SKIP = re.compile(
    r"(?:了|的|有|过|出|[、和及与]|以及|一[次场期个项]|(?:共计?|先后|相继)|\d+(?:余|多)?(?:次|场次|场|期|个|项)的?|为期[^,的]{1,6}的|隆重的?|大型的?|[以好](?=[“”\"])"
    r"|分批的?|系列|专门|首次|有声有色的|本届|\s)++"
)
_LED = re.compile(
    r"(?:(?:1[0-2]|[1-9])月(?:\d{1,2}[日号])?|由[^,]{2,24}?(?:主讲|主持|作|举办)的|[^,“”]{2,12}?(?<!工)作的|今年的?(?:第[一二三四五六]次)?(?=“)|从[^“”,]{4,16}的(?=“)|关于|(?:主)?题为|名为)+"
)
_FOR_WHOM = re.compile(
    r"^(?:\d[\d.万余多]*(?:名|人次|人|位)[^,“”]{0,12}?)?[为给][^,“”]{2,14}?(?:免费|现场)?(?=义诊|培训|讲座|体检)"
)
_THEME = re.compile(r"^(?:以)?(?P<name>[“”\"][^“”\"]{1,44}[”\"])(?:为|作为)?(?:活动)?(?:主题|内容)的")
_CONTENTS = re.compile(
    r"^(?:以?.{2,60}?(?:等)?为(?:主要|重点)?(?:内容|载体)|集.{2,30}?(?:于|为)一[体身])的(?P<name>.{4,})$"
)
_WHOLE = re.compile(r"^全[国省市县区镇乡校村]|^[我本][省市县区镇乡校村]")
_COMMON = re.compile(r"系列|主题|活动|科普|知识|开展|举办|大型|宣传|我[市县区镇乡]")


def skip(text: str, begin: int, end: int) -> int:
    """Where a name begins behind words that only lead to it (一次大型的 …)."""
    found = _SKIP.match(text, begin, end)
    return found.end() if found and found.end() < end else begin


def title_of(title: str, hidden: str) -> str:
    """The event's name: 以“甲”为主题的宣传活动 → “甲”宣传活动. ``hidden`` is ``title`` without what is quoted."""
    led = _LED.match(title)
    if led and led.end() < len(title):
        title, hidden = title[led.end() :], hidden[led.end() :]
    whom = _FOR_WHOM.match(title)
    if whom:
        title, hidden = title[whom.end() :], hidden[whom.end() :]
    theme = _THEME.match(title)
    if theme:
        return theme["name"] + title[theme.end() :]
    contents = _CONTENTS.match(title)
    if contents:
        return contents["name"]
    cut = max(hidden.rfind(w) for w in ("参加的", "关于的"))
    return title[cut + 3 :] if cut >= 0 else title.strip(" 的了")


def own_characters(title: str) -> int:
    """How many Chinese characters a name has, without the body whose it is (全市, 我县)."""
    return len(HAN.findall(_WHOLE.sub("", title)))


def is_bare(title: str, head: str) -> bool:
    """Whether a name says nothing but which kind of event it is: 科普讲座, 宣传活动."""
    return title != head and not HAN.search(_COMMON.sub("", title.removesuffix(head)))


@lru_cache(maxsize=4096)
def key_of(title: str) -> frozenset[str]:
    """What a title is recognised by: its characters without words that any event has."""
    return frozenset(HAN.findall(_COMMON.sub("", title))) or frozenset(title)
