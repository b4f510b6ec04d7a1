"""The clause of a number in a plan: where it begins and ends, what it measures."""

import re

from kexie.reading import context
from kexie.reading.figures import Match
from kexie.reading.model import Figure
from kexie.reading.targets.lexicon import lexicon

_CLAUSE_END = re.compile(r"[,。;!?\n]|  | \?")
_NUMBERED = re.compile(r"[(][一二三四五六七八九十\d]{1,3}[)][、.]?")
_BASELINE = re.compile(r"(?:由|从)(?:\d|[一二三四五六七八九十百千万])[^,。;]{0,12}$")  # 由18个增加到
_TASK = re.compile(r"的?[^,。;]{0,4}(?:任务|指标|目标)$")
_SET = re.compile(r"^.*(?:下达|交办|分配|布置|规定|部署)(?:给[^,。;的]{1,8})?的?")
_NEXT = re.compile(r"[、和及][^,。;]{0,16}?\d")


def begin_of(text: str, position: int, floor: int) -> int:
    """Where the clause of a number begins: behind the last comma or stop, or behind the figure before it."""
    low = max(floor, position - 60)
    last = low
    for found in _CLAUSE_END.finditer(text, low, position):
        last = found.end()
    while (last < position and text[last] in " :、?—-") or text.startswith(("(", ")"), last):
        number = _NUMBERED.match(text, last, position)
        last = number.end() if number else last + 1
    return min(last, max(position - 1, 0))


def end_of(text: str, end: int) -> int:
    found = _CLAUSE_END.search(text, end, min(len(text), end + 40))
    stop = found.start() if found else min(len(text), end + 24)
    number = _NEXT.search(text, end, stop)
    return number.start() if number else stop


def metric_of(text: str, match: Match, figure: Figure, before: str, end: int) -> str:
    """What is measured: what is counted, with 比例 where a share of things does something."""
    before = _BASELINE.sub("", before)
    task = _TASK.match(text, match.end, end)
    if match.kind == "count" and task:
        own = named(_SET.sub("", before))  # 市里下达的科技小院3个的建设任务 → 科技小院
        if own:
            return own
    after = text[match.end : end]
    if match.kind == "percent" and after.startswith("的"):
        # 15%以上的学校建成示范校 → 建成示范校的学校比例
        phrase = after[1:]
        verbs = [m for m in context.words().verbs.finditer(phrase) if m.start()]
        verb = verbs[-1] if verbs else context.words().stop.search(phrase)
        if verb and verb.start():
            return f"{phrase[verb.start() :]}的{phrase[: verb.start()]}比例".strip()
        return f"{phrase}比例"
    counted = figure.counted or ""
    if counted and text.startswith(counted, match.end) and not after.startswith("以上的", len(counted)):
        return counted
    if match.kind == "count" and after.strip():
        return after.strip(" 的")
    own = named(before)
    if own.endswith(named(counted)) or not counted:
        return own or named(after) or text[match.start : end]
    return named(counted) or counted


def named(words: str) -> str:
    """``words`` without what only leads to a number or away from a name."""
    rest = lexicon().tail.sub("", words.strip())
    lead = lexicon().lead.match(rest)
    if lead and lead.end() < len(rest):
        rest = rest[lead.end() :]
    return rest.strip(" ,、:的了")
