"""The events that a sentence names, each with a score: how surely it tells of one that took place."""

import re
from bisect import bisect_right

from kexie.reading import circumstances as around
from kexie.reading.activities import forms, names
from kexie.reading.activities.lexicon import Lexicon, lexicon
from kexie.reading.activities.sentence import HAN, Found, Sentence

ENOUGH = forms.ENOUGH
_OPENING = 16  # characters: where a sentence says when
_SERIES = re.compile(r"(?:系列|主题)?活动[”\"]?$")
_ABOUT = re.compile(r"为(?:主要|重点|活动)?(?:内容|主题|载体)的")
_VERB_END = re.compile(r"[了过着]$")
_JOINED = re.compile(r"以及|和(?!平|谐)|及(?!其)")
_COUNTED = re.compile(r"[^,。;]{0,6}\d")
_NUMBER = re.compile(r"\d(?![\d、.)])")
_PRIZES = re.compile(r"[^,。;]{0,4},?共?(?:荣获|斩获|获|取得)[^,。;]{0,8}(?:奖|名)")
_DAY_AND_QUOTE = re.compile(r"[^,]{0,16}[日月份]的[“”\"]")
_FOLLOWING = re.compile(r"[\u4e00-\u9fff]{1,10}")


def candidates(sentence: Sentence) -> list[Found]:
    """The events named in a sentence, in order, none overlapping."""
    words = lexicon()
    text, hidden = sentence.text, sentence.hidden
    out: list[Found] = []
    heads = list(words.head.finditer(text))
    if heads:
        verbs = list(words.verb.finditer(hidden))
        ends = [v.end() for v in verbs]
        floor = 0
        for head in heads:
            start = head.start()
            if start < floor:
                continue
            close = _end_of_name(words, text, hidden, head)
            if close is None:
                continue
            found = _candidate(sentence, head.group(), start, close, floor, verbs, ends)
            if found is not None and not (out and _part_of(sentence, out[-1], found)):
                out.append(found)
                floor = close
    for found in forms.others(sentence):
        if not any(f.start < found.end and found.start < f.end for f in out):
            out.append(found)
    days = forms.theme_days(sentence)
    if len(days) > 1:
        out = [f for f in out if not any(f.start < day.end and day.start < f.end for day in days)] + days
    elif not out:
        out.extend(days or forms.deeds(sentence))
    out.sort(key=lambda f: f.start)
    return out


def _part_of(sentence: Sentence, whole: Found, found: Found) -> bool:
    """Whether a name only tells what a series consisted of: 科普周系列活动,通过…开展了甲讲座、乙体验等."""
    if whole.governed or not _SERIES.search(whole.title) or found.score > ENOUGH + 1:
        return False
    between = sentence.hidden[whole.end : found.start]
    return ";" not in between and not any(whole.end <= span.start < found.end for span in sentence.exact)


def _end_of_name(words: Lexicon, text: str, hidden: str, head: re.Match[str]) -> int | None:
    """Where the name that ``head`` ends is over; None where it is not the end of a name."""
    start, end = head.span()
    if hidden[start:end] != head.group():
        # Inside quotation marks: an event only where the quoted name is not followed by a noun of its own.
        if text[end : end + 1] not in ("”", '"'):
            return None
        end += 1
        if words.head.match(text, end) or _continues(words, text, end):
            return None
    if text[end - 1] not in '”"' and words.not_behind.match(text, end):
        return None
    if head.group().startswith("进") and words.not_before.search(text, max(0, start - 1), start):
        return None
    return None if _goes_on(words, text, end) else end


def _goes_on(words: Lexicon, text: str, end: int) -> bool:
    """Whether the name goes on to another event noun (竞赛答题活动, 宣传周活动): that one is the head."""
    for at in range(end, min(end + 7, len(text))):
        if not "\u4e00" <= text[at] <= "\u9fff" or text[at] in "了在为与对的和及围走":
            return False
        if words.head.match(text, at):
            return not words.verb.search(text, end, at)
    return False


def _continues(words: Lexicon, text: str, at: int) -> bool:
    """Whether a noun follows that ends in an event noun further on: “…活动”启动仪式."""
    following = _FOLLOWING.match(text, at)
    return bool(following and words.head.search(following.group()))


def _candidate(
    sentence: Sentence, head: str, start: int, end: int, floor: int, verbs: list[re.Match[str]], ends: list[int]
) -> Found | None:
    words = lexicon()
    hidden, text = sentence.hidden, sentence.text
    clause = max(hidden.rfind(",", 0, start), hidden.rfind(":", 0, start)) + 1
    at = bisect_right(ends, start) - 1
    if at >= 0 and ends[at] == start:
        return None  # 参与活动: nothing is named
    verb = verbs[at] if at >= 0 and verbs[at].start() >= clause else None
    if verb is not None and words.purpose.search(text, max(clause, verb.start() - 12), verb.start()):
        return None
    host = None
    role = "organiser" if verb is None else _role(words, verb)
    if verb is not None and at and text.startswith("的", verb.end()) and verbs[at - 1].start() >= clause:
        # 参加市科协举办的讲座, 召开由各村参加的会议: the verb before says what one did oneself.
        leading = verbs[at - 1]
        role = _role(words, leading)
        if role == "participant":
            host = text[leading.end() : verb.start()]
    begin = _begin(words, sentence, clause, floor, verb, start)
    item = hidden.rfind("、", 0, start) + 1
    begin = names.skip(text, begin, end)
    title = names.title_of(text[begin:end], hidden[begin:end])
    if names.own_characters(title) < 3 or words.refers.match(title):
        return None
    if words.summed.search(title) or words.not_event.search(title):
        return None
    own_clause = text[clause:start].lstrip(" ")
    led = words.led.match(own_clause)
    governed = verb is not None and not (led and verb.start() - clause < 2)
    if not governed and (led or words.awarded.search(own_clause)):
        return None
    if words.awarded.search(hidden, clause, begin):
        return None
    if verb is None and not _stands_alone(words, text, hidden, begin, end, clause, floor):
        return None
    if _ABOUT.search(hidden, end, end + 60) and "以" in hidden[clause:start]:
        return None  # an item of what another event is about
    proper = _of_name(words, title)
    score = words.weight_of(head) + governed + proper
    if names.is_bare(title, head):
        score -= 1  # 科普讲座: any
    if proper < 2 and words.statistic.search(text, 0, begin):
        score -= 2  # a sum over many, not one event
    plain = around.hide_quotes(title)
    if plain.count("、") > 1 or "等" in plain:
        score -= 2  # a list of kinds, not one event
    if verb is None and words.subject.match(text, end):
        score += 2
    score += _of_surroundings(words, sentence, start, end, clause, begin, governed)
    if words.within.match(own_clause) or words.within.match(text.lstrip(" ")):
        score -= 2
    if score < ENOUGH:
        return None
    first = begin if begin == item or floor > clause else max(clause, floor)
    while first < begin and text[first] in " ,":
        first += 1
    return Found(
        first, end, title, role, score, clause, verb.start() if verb else begin, governed=verb is not None, host=host
    )


def _role(words: Lexicon, verb: re.Match[str]) -> str:
    return words.role.get(_VERB_END.sub("", verb.group()), "organiser")


def _begin(words: Lexicon, sentence: Sentence, clause: int, floor: int, verb: re.Match[str] | None, start: int) -> int:
    """Where the name begins whose head is at ``start``: behind its verb, or behind the item of a list before it."""
    text, hidden = sentence.text, sentence.hidden
    low = max(floor, clause)
    begin = max(low, verb.end() if verb else 0)
    item = hidden.rfind("、", 0, start) + 1
    if item > begin and _ABOUT.search(hidden, begin, start):
        return begin  # 以甲、乙为主要内容的活动: the list tells what it is about
    # The list mark must part whole events, not words within one name (送图书、送科技下乡活动).
    if item > begin and (item - begin > 40 or words.head.search(text, begin, item)):
        return item
    joined = max((m.end() for m in _JOINED.finditer(hidden[low:start])), default=0)
    if joined and low + joined > begin and words.head.search(text, begin, low + joined):
        return low + joined
    return begin


def _of_name(words: Lexicon, title: str) -> int:
    """What a name adds to the score: marks of a proper name, its length, words that name no single event."""
    score = 0
    if "”" in title or '"' in title or "》" in title:
        score += 2
    if words.named.search(title):
        score += 2
    if len(HAN.findall(title)) >= 8:
        score += 1
    return score - 3 * len(words.generic.findall(title))


def _of_surroundings(
    words: Lexicon, sentence: Sentence, start: int, end: int, clause: int, begin: int, governed: bool
) -> int:
    """What is told with a name adds to the score: a day, a place, partners, a count, other events, prizes."""
    text, hidden = sentence.text, sentence.hidden
    score = 0
    lead = hidden[:end]
    if any(span.start < end for span in sentence.exact):
        score += 2
    if around.place_in(text[:end], lead, start) is not None:
        score += 1
    opening = min(start, _OPENING)
    if (
        around.partners_in(lead, text[:end], start)
        or words.season.search(text, 0, opening)
        or words.theme.search(text, 0, opening)
    ):
        score += 1
    if _COUNTED.match(hidden, end, end + 7):
        score += 1  # 培训班2期
    elif governed and words.result.match(hidden, end, end + 40):
        score += 1  # …, 发放资料80份
    if governed:
        comma = hidden.find(",", end)
        whole = hidden[clause : comma if comma >= 0 else len(hidden)][:160]
        if "、" in whole and len(words.head.findall(whole)) >= 3:
            score += 2  # one of a list of events
    if _NUMBER.search(hidden[clause:begin]):
        score += 1
    if _PRIZES.match(hidden, end, end + 24):
        score += 1  # prizes were won there
    return score


def _stands_alone(words: Lexicon, text: str, hidden: str, begin: int, end: int, clause: int, floor: int) -> bool:
    """Whether a name without a verb tells of an event: a further item of a list, a quoted name, or the subject."""
    if begin and hidden[begin - 1] in "、和":
        return floor > clause
    if text[begin : begin + 1] in '“”"' or _DAY_AND_QUOTE.match(text, begin, end):
        return True
    return begin <= clause + 1 and bool(words.subject.match(text, end))
