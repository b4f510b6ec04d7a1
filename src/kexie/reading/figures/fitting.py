"""Whether the context that a measure word needs is there."""

import re
from decimal import Decimal

from kexie.reading.figures.lexicon import lexicon
from kexie.reading.units import Unit

_DENIED = re.compile(r"(?:没有|未发生|未出现|未|无|没)[^,。;:、]{0,5}$")
_SESSION = re.compile(r"(?:、[一二三四五六七八九十]{1,3}次)*+(?:全会|全体|会议|代表|党代|常委|中心组|执委|理事|委员会)")
_PLACE = re.compile(r"[乡镇村屯路街](?!干部|民|医|级|镇|贤|里|舍|党|两委|道)")
_AHEAD = re.compile(r"[^,。;:!?\n]{1,14}")
_GREAT_NOT_BEHIND = frozenset("党届会第协")
_SINCE = re.compile(r"(?:有余|[余多])?以?来(?!自|到)")
_ROUND_THE_CLOCK = ("值班", "热线", "在线", "服务", "不间断", "全天")


def denied(text: str, start: int) -> bool:
    """Whether the number at ``start`` is said not to have happened (未发生一起)."""
    return bool(_DENIED.search(text, max(0, start - 8), start))


def fits(text: str, start: int, end: int, value: Decimal, unit: Unit, hedged: bool, chinese: bool) -> bool:
    """Whether ``value`` and ``unit`` at ``start:end`` are a figure where they stand."""
    name = unit.name
    if name in ("名", "位") and text[start - 1 : start] == "前":
        return False  # 前三名: ranks
    if unit.kind == "duration" and _SINCE.match(text, end):
        return False  # 一年多来 is a period
    if unit.context is not None:
        return _in_context(text, start, end, value, unit, hedged)
    if name == "次" and chinese and _SESSION.match(text, end):
        return False  # 二次全会: an ordinal
    if name == "个" and chinese and not hedged and 1 < value <= 12 and lexicon().slogans.match(text, end):
        return False  # 五个结合, 两个提升: a slogan
    if chinese and len(name) == 1 and name != "个" and _PLACE.match(text, end):
        return False  # 八面乡, 四名村: a place name
    if name == "小时" and value == 24:
        return not text.startswith(_ROUND_THE_CLOCK, end)
    if unit.kind == "duration" and "圈" in text[end : end + 4]:
        return False  # 十五分钟服务圈 is a name
    return not (chinese and unit.kind == "money" and value < 1)


def _in_context(text: str, start: int, end: int, value: Decimal, unit: Unit, hedged: bool) -> bool:
    context, words = unit.context, lexicon()
    if context == "duration":
        if value >= 1900 and unit.name == "年":
            return False
        return hedged or bool(words.duration_before.search(text, max(0, start - 8), start))
    if context == "quake":
        return "." in text[start:end] or text.startswith(("地震", "以上地震"), end)
    if context == "negated_one":
        return value > 1 or denied(text, start)
    assert context == "great", context
    phrase = _AHEAD.match(text, end)
    ahead = phrase.group() if phrase else ""
    noun = words.great_nouns.search(ahead)
    if noun is None or words.great_not.search(ahead[: noun.end() + 2]):
        return False
    return value <= 100 and text[start - 1 : start] not in _GREAT_NOT_BEHIND
