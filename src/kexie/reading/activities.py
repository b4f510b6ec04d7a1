"""Activities: the events that a report tells of.

An event is a name ending in an event noun (讲座, 大赛 …), governed by a verb of holding or joining, that something
singles out: a day, a place, quotation marks, a number or a partner. Each of these adds to its score.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading import circumstances as around
from kexie.reading.clean import Clean
from kexie.reading.dates import Span, find_spans
from kexie.reading.documents import Piece
from kexie.reading.figures import Match
from kexie.reading.model import Activity, Figure
from kexie.reading.sections import Outline

ENOUGH = 4  # the score from which a candidate is an event
_LONGEST = 700  # characters of one sentence that are read; what is longer is cut
_LAST = 40  # events of a paragraph among which a name is looked for
_HEADING = 45  # characters: the longest heading
_NEAR = 160  # characters: an event told again so close behind is told in one go
_SENTENCE = re.compile(r"[^。;!?\n]+")
_OCCURRENCES = frozenset(("次", "场", "期", "场次", "期次", "届", "班次", "站次"))
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBERED = re.compile(r"[ >]*(?:[(]?[一二三四五六七八九十\d]{1,3}(?:[、.)]|是(?=.{0,40}$)))")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    head: re.Pattern[str]
    weight: dict[str, int]
    not_behind: re.Pattern[str]
    verb: re.Pattern[str]
    role: dict[str, str]
    refers: re.Pattern[str]
    generic: re.Pattern[str]
    led: re.Pattern[str]
    awarded: re.Pattern[str]
    named: re.Pattern[str]
    same_day: re.Pattern[str]
    visit: re.Pattern[str]
    screening: re.Pattern[str]
    opened: re.Pattern[str]
    not_before: re.Pattern[str]
    subject: re.Pattern[str]
    within: re.Pattern[str]


@cache
def _lexicon() -> _Lexicon:
    data = load("lexicon/activities")
    weight = {word: int(w) for w, words in data["heads"].items() for word in words}
    role = dict.fromkeys(data["host"], "organiser")
    role |= dict.fromkeys(data["help"], "co-organiser") | dict.fromkeys(data["join"], "participant")
    many = [word for word in role if len(word) > 1]
    return _Lexicon(
        head=re.compile(f"{around.any_of(list(weight))}|{data['head_re']}"),
        not_before=re.compile(data["not_before_re"]),
        subject=re.compile(data["subject_re"]),
        within=re.compile(data["within_re"]),
        weight=weight,
        not_behind=re.compile(data["not_behind_re"]),
        verb=re.compile(f"(?:{around.any_of(many)})(?!好)(?:了|过|着)?|(?:{data['one_character_re']})了?"),
        role=role,
        refers=re.compile(f"(?:{around.any_of(data['refers'])})"),
        generic=re.compile(around.any_of(data["generic"])),
        led=re.compile(data["led_re"]),
        awarded=re.compile(data["awarded_re"]),
        named=re.compile(data["named_re"]),
        same_day=re.compile(data["same_day_re"]),
        visit=re.compile(data["visit_re"]),
        screening=re.compile(data["screening_re"]),
        opened=re.compile(data["opened_re"]),
    )


@dataclass(slots=True)
class _Sentence:
    """One sentence in the clean text of a document, with what was found in it."""

    start: int
    text: str
    hidden: str
    spans: list[Span]


@dataclass(frozen=True, slots=True)
class _Found:
    """A candidate; offsets are in its sentence. ``clause`` is where its clause begins."""

    start: int
    end: int
    title: str
    role: str
    score: int
    clause: int
    verb: int
    governed: bool = True
    place: str | None = None


@dataclass(frozen=True, slots=True)
class _Extent:
    """Where figures belong to an event. ``own``: in its own sentence, else in those behind it."""

    start: int
    end: int
    activity: str
    own: bool


def find(
    view: Clean,
    piece: Piece,
    told: Sequence[tuple[Match, Figure]],
    planned: Callable[[int], bool],
    outline: Outline,
    organisation: str | None,
    year: int | None,
) -> tuple[list[Activity], list[tuple[Match, Figure]]]:
    """The events of one document, in order, and its figures with the id of the event to which each belongs."""
    text = view.text[piece.start : piece.end]
    starts = [m.start for m, _ in told]
    out: list[Activity] = []
    belongs: list[_Extent] = []
    for line in re.finditer(r"[^\n]+", text):
        line_first = len(out)
        day: Span | None = None
        campaign: str | None = None
        open_from: tuple[int, str] | None = None
        first_line = True
        for match in _SENTENCE.finditer(line.group()):
            begin = line.start() + match.start()
            number = _NUMBERED.match(match.group()) if first_line else None
            numbered = number is not None
            first_line = first_line and not match.group().strip(" >")
            if planned(piece.start + begin):
                continue
            sentence = _read(begin, match.group()[:_LONGEST], year)
            alone = numbered and not line.group()[match.end() :].strip(" 。;!?")
            if (
                alone
                and number
                and len(sentence.text) <= _HEADING
                and not re.search(r"\d", sentence.text[number.end() :])
            ):
                continue  # a heading in a line of its own
            found = [c for c in _candidates(sentence) if not (numbered and not c.governed)]
            exact = [s for s in sentence.spans if s.exact and s.every is None]
            if open_from and (found or exact):
                belongs.append(_Extent(open_from[0], begin, open_from[1], own=False))
                open_from = None
            for position, candidate in enumerate(found):
                own = _day_of(sentence, candidate, exact)
                told_day = own or (day if _inherits(day, sentence, bool(out)) else None)
                later = (told_day is not None and own is None) or bool(
                    _lexicon().same_day.search(sentence.text.lstrip())
                )
                theme = (
                    around.campaign_in(candidate.title)
                    or around.campaign_in(sentence.text[: candidate.end])
                    or (campaign if later else None)
                    or _campaign_above(outline, piece.start + begin)
                )
                first, last = begin + candidate.start, begin + candidate.end
                often = _occurrences(told, starts, begin + candidate.clause, last + 14)
                organisers = _organisers(sentence, candidate, organisation)
                place = candidate.place or around.place_in(sentence.text, sentence.hidden, candidate.verb)
                place = place or next((o for o in organisers if around.is_place_body(o)), None)
                mentioned = _mentioned(out, line_first, candidate.title, own, place)
                if mentioned is not None:
                    if first - view.position(out[mentioned].end) + piece.start <= _NEAR:
                        out[mentioned] = replace(
                            out[mentioned], end=max(out[mentioned].end, view.end(piece.start + last))
                        )
                    continue
                activity = Activity(
                    id=f"a{len(out) + 1}",
                    start=view.start(piece.start + first),
                    end=view.end(piece.start + last),
                    title=candidate.title,
                    start_date=told_day.first if told_day else None,
                    end_date=told_day.last if told_day else None,
                    place=place,
                    organisers=organisers,
                    role=candidate.role,
                    occurrences=often,
                    campaign=theme,
                    audience=around.audience_in(sentence.text[candidate.clause :]),
                )
                out.append(activity)
                until = begin + (found[position + 1].start if position + 1 < len(found) else len(sentence.text))
                since = begin if position == 0 and len(found) == 1 else first
                belongs.append(_Extent(since, until, activity.id, own=True))
                campaign = campaign or theme
                if own is not None:
                    day = own
                if position == len(found) - 1 and (told_day or activity.place):
                    open_from = until, activity.id
            if exact and not found:
                day = None
        if open_from:
            belongs.append(_Extent(open_from[0], line.end(), open_from[1], own=False))
    return _same(out), _with_activity(told, belongs)


def _read(start: int, text: str, year: int | None) -> _Sentence:
    return _Sentence(start, text, around.hide_quotes(text), find_spans(text, year))


def _inherits(day: Span | None, sentence: _Sentence, any_before: bool) -> bool:
    """Whether an undated event of a paragraph took place on the day told before it."""
    if day is None or not any_before:
        return False
    return day.first == day.last or bool(_lexicon().same_day.search(sentence.text.lstrip()))


def _day_of(sentence: _Sentence, found: _Found, exact: list[Span]) -> Span | None:
    """The time told before the event in its sentence, else one behind it in its clause, else a half-year."""
    before = [s for s in exact if s.start < found.end]
    if before:
        return before[-1]
    comma = sentence.hidden.find(",", found.end)
    behind = [s for s in exact if s.start < (comma if comma >= 0 else len(sentence.text))]
    if behind:
        return behind[0]
    return None


def _candidates(sentence: _Sentence) -> list[_Found]:
    """The events named in a sentence, in order, none overlapping."""
    words = _lexicon()
    hidden = sentence.hidden
    out: list[_Found] = []
    floor = 0
    verbs = list(words.verb.finditer(hidden))
    ends = [v.end() for v in verbs]
    for head in words.head.finditer(sentence.text):
        start, end = head.span()
        if start < floor:
            continue
        if hidden[start:end] != head.group():
            # Inside quotation marks: an event only where the quoted name is not followed by a noun of its own.
            close = _closing(sentence.text, end)
            if close is None or words.head.match(sentence.text, close) or _continues(sentence.text, close):
                continue
            end = close
        if words.not_behind.match(sentence.text, end) and sentence.text[end - 1] not in '”"':
            continue
        if head.group().startswith("进") and words.not_before.search(sentence.text, max(0, start - 1), start):
            continue
        if _goes_on(sentence.text, end):
            continue
        found = _candidate(sentence, head.group(), start, end, floor, verbs, ends)
        if found is not None:
            out.append(found)
            floor = end
    for found in (*_visits(sentence), *_screenings(sentence), *_openings(sentence)):
        if not any(f.start < found.end and found.start < f.end for f in out):
            out.append(found)
    out.sort(key=lambda f: f.start)
    return out


def _closing(text: str, end: int) -> int | None:
    """The position behind a closing quotation mark that stands directly at ``end``, or None."""
    return end + 1 if text[end : end + 1] in ("”", '"') else None


def _goes_on(text: str, end: int) -> bool:
    """Whether the name goes on to another event noun (竞赛答题活动, 宣传周活动): that one is the head."""
    words = _lexicon()
    for at in range(end, min(end + 7, len(text))):
        if not _HAN.match(text[at]) or text[at] in "了在为与对的和及围走":
            return False
        if words.head.match(text, at):
            return not words.verb.search(text, end, at)
    return False


def _continues(text: str, at: int) -> bool:
    """Whether a noun follows that ends in an event noun further on: “…活动”启动仪式."""
    following = re.compile(r"[\u4e00-\u9fff]{1,10}").match(text, at)
    return bool(following and _lexicon().head.search(following.group()))


def _candidate(
    sentence: _Sentence, head: str, start: int, end: int, floor: int, verbs: list[re.Match[str]], ends: list[int]
) -> _Found | None:
    words = _lexicon()
    hidden, text = sentence.hidden, sentence.text
    clause = max(hidden.rfind(c, 0, start) for c in ",:") + 1
    at = bisect_right(ends, start) - 1
    if at >= 0 and verbs[at].end() == start:
        return None  # 参与活动: nothing is named
    verb = verbs[at] if at >= 0 and verbs[at].start() >= clause else None
    item = max((hidden.rfind(c, 0, start) for c in "、"), default=-1) + 1
    conjunction = max(
        (m.end() for m in re.finditer(r"以及|和(?!平|谐)|及(?!其)|暨", hidden[max(floor, clause) : start])), default=0
    )
    conjunction = max(floor, clause) + conjunction if conjunction else 0
    begin = max(clause, floor, verb.end() if verb else 0)
    if item > begin and _is_item(text, begin, item, hidden):
        begin = item
    elif conjunction > begin and words.head.search(text, begin, conjunction):
        begin = conjunction
    begin = _skip(text, hidden, begin, end)
    title = _title(text[begin:end], hidden[begin:end])
    if len(_HAN.findall(_WHOLE.sub("", title))) < 3 or words.refers.match(title):
        return None
    own_clause = text[clause:start].lstrip(" ")
    governed = verb is not None and not (words.led.match(own_clause) and verb.start() - clause < 2)
    score = words.weight.get(head, 1)
    if governed:
        score += 1
    elif words.led.match(own_clause) or words.awarded.search(own_clause):
        return None
    if words.awarded.search(hidden, clause, begin):
        return None
    if "”" in title or '"' in title or "》" in title:
        score += 2
    if words.named.search(title):
        score += 2
    if len(_HAN.findall(title)) >= 8:
        score += 1
    score -= 3 * len(words.generic.findall(title))
    if hidden.count("、", begin, end) > 1 or "等" in hidden[begin:end]:
        score -= 2  # a list of kinds, not one event
    if verb is None and words.subject.match(text, end):
        score += 2
    lead = hidden[:end]
    if any(s.exact and s.every is None for s in sentence.spans if s.start < end):
        score += 2
    if around.place_in(text[:end], lead, start) is not None:  # told where
        score += 1
    if around.partners_in(lead, text[:end], start):
        score += 1
    if re.match(r"[^,。;]{0,6}\d", hidden[end : end + 7]):
        score += 1  # counted: 培训班2期
    if verb is None and not _stands_alone(text, hidden, begin, end, clause, floor):
        return None
    comma = hidden.find(",", end)
    whole = hidden[clause : comma if comma >= 0 else len(hidden)][:160]
    if governed and "、" in whole and len(words.head.findall(whole)) >= 3:
        score += 2  # one of a list of events
    if re.search(r"\d(?![\d、.)])", hidden[clause:begin]):
        score += 1
    if re.match(r"[^,。;]{0,4},?共?(?:荣获|斩获|获|取得)[^,。;]{0,8}(?:奖|名)", hidden[end : end + 24]):
        score += 1  # prizes were won there
    if words.within.match(own_clause) or words.within.match(text.lstrip(" ")):
        score -= 2
    if score < ENOUGH:
        return None
    role = "organiser"
    if verb is not None:
        role = words.role.get(re.sub(r"[了过着]$", "", verb.group()), "organiser")
    first = begin if begin == item or floor > clause else max(clause, floor)
    while first < begin and text[first] in " ,":
        first += 1
    return _Found(first, end, title, role, score, clause, verb.start() if verb else begin, verb is not None)


def _is_item(text: str, begin: int, item: int, hidden: str) -> bool:
    """Whether the list mark before ``item`` parts whole events, not words within one name (送图书、送科技下乡活动)."""
    return bool(_lexicon().head.search(text, begin, item)) or item - begin > 40


def _stands_alone(text: str, hidden: str, begin: int, end: int, clause: int, floor: int) -> bool:
    """Whether a name without a verb tells of an event: a further item of a list, a quoted name, or the subject."""
    if hidden[max(0, begin - 1) : begin] in "、和" and begin:
        return floor > clause
    if text[begin : begin + 1] in '“”"' or re.match(r"[^,]{0,16}[日月份]的[“”\"]", text[begin:end]):
        return True
    return begin <= clause + 1 and bool(_lexicon().subject.match(text, end))


_WHOLE = re.compile(r"^全[国省市县区镇乡校村]|^[我本][省市县区镇乡校村]")
_SKIP = re.compile(
    r"(?:了|的|有|过|出|[、和及与]|以及|一[次场期个项]|(?:共计?|先后|相继)|\d+(?:余|多)?(?:次|场次|场|期|个|项)的?|为期[^,的]{1,6}的|隆重的?|大型的?|以(?=[“”\"])"
    r"|分批的?|系列|专门|首次|有声有色的|本届|\s)++"
)


def _skip(text: str, hidden: str, begin: int, end: int) -> int:
    found = _SKIP.match(text, begin, end)
    return found.end() if found and found.end() < end else begin


_LED = re.compile(
    r"(?:(?:1[0-2]|[1-9])月(?:\d{1,2}[日号])?|由[^,]{2,24}?(?:主讲|主持|作|举办)的|从[^“”,]{4,16}的(?=“)|关于)+"
)
_THEME = re.compile(r"^(?:以)?(?P<name>[“”\"][^“”\"]{1,44}[”\"])(?:为|作为)?(?:活动)?(?:主题|内容)的")


def _title(title: str, hidden: str) -> str:
    """The event's name: 以“甲”为主题的宣传活动 → “甲”宣传活动."""
    led = _LED.match(title)
    if led and led.end() < len(title):
        title, hidden = title[led.end() :], hidden[led.end() :]
    theme = _THEME.match(title)
    if theme:
        return theme["name"] + title[theme.end() :]
    cut = max(hidden.rfind(w) for w in ("参加的", "关于的"))
    return title[cut + 3 :] if cut >= 0 else title.strip(" 的了")


def _visits(sentence: _Sentence) -> Iterator[_Found]:
    """到甲地参观学习: a visit is an event when its day is told or the place is a named one."""
    for match in _lexicon().visit.finditer(sentence.hidden):
        where = sentence.text[match.start("where") : match.end("where")]
        comma = max(sentence.hidden.rfind(c, 0, match.start()) for c in ",:、") + 1
        dated = any(s.exact and s.every is None and comma <= s.end <= match.end() for s in sentence.spans)
        named = bool(re.search(r"[\u4e00-\u9fff]{2,}(?:县|市|镇|乡|村|园|馆|科协)", where)) and len(where) <= 14
        organised = bool(re.search(r"组织|带领|率|赴|邀请", sentence.text[comma : match.end()]))
        if re.search(r"各|区内|辖区|其他|其它|基层|等地|先后", where) or not organised:
            continue
        if dated or (named and match.group()[:1] == "赴"):
            title = sentence.text[match.start("where") : match.end()].replace("进行", "")
            yield _Found(comma, match.end(), title, "organiser", ENOUGH, comma, match.start(), place=where)


def _screenings(sentence: _Sentence) -> Iterator[_Found]:
    """放映了科教片, where a place is told."""
    for match in _lexicon().screening.finditer(sentence.hidden):
        if re.search(r"[多各\d每]", match["what"]) or match["verb"] == "播放":
            continue
        end = match.end()
        if around.place_in(sentence.text[:end], sentence.hidden[:end], match.start()) is None:
            continue
        begin = sentence.hidden.rfind(",", 0, match.start()) + 1
        what = sentence.text[match.start("what") : match.end("what")]
        yield _Found(begin, end, what + match["verb"], "organiser", ENOUGH, begin, match.start())


_OPENED = re.compile(r"揭牌|挂牌|开馆|开幕|落成")


def _openings(sentence: _Sentence) -> Iterator[_Found]:
    """甲服务站挂牌成立, where its day is told."""
    if not _OPENED.search(sentence.hidden):
        return
    for match in _lexicon().opened.finditer(sentence.hidden + ","):
        if any(s.exact and s.every is None and s.start < match.end() for s in sentence.spans):
            start, end = match.start("what"), min(match.end(), len(sentence.text))
            title = sentence.text[start : match.end("verb")]
            yield _Found(start, end, title, "organiser", ENOUGH, start, match.start("verb"))


def _organisers(sentence: _Sentence, found: _Found, organisation: str | None) -> tuple[str, ...]:
    """The bodies that held the event as named before it; none named: the document's own, unless it only took part."""
    partners = around.partners_in(sentence.hidden, sentence.text, found.end)
    times = [s.end for s in sentence.spans if s.end <= found.start or s.start < found.verb]
    subjects = around.subjects_in(sentence.text[max([*times, 0]) : found.verb].lstrip(", "))
    if found.role == "participant":
        own = subjects if "组织" in sentence.text[: found.verb + 4] else []
        return tuple(dict.fromkeys([*own, *partners]))
    names = [*(subjects or ([organisation] if organisation else [])), *partners]
    return tuple(dict.fromkeys(names))


def _campaign_above(outline: Outline, position: int) -> str | None:
    """The campaign that the nearest heading names, when it names one only."""
    for heading in reversed(outline.above(position)):
        names = around.campaigns_in(heading.title)
        if len(names) == 1:
            return names[0]
        if names:
            return None
    return None


def _occurrences(told: Sequence[tuple[Match, Figure]], starts: list[int], begin: int, end: int) -> int | None:
    """How often the event took place, where its clause counts it (培训班2期)."""
    at = bisect_right(starts, begin - 1)
    while at < len(told) and starts[at] < end:
        match, figure = told[at]
        if match.unit in _OCCURRENCES and figure.kind == "count" and match.value is not None and not figure.per:
            return int(match.value) if match.value == match.value.to_integral_value() else None
        at += 1
    return None


def _with_activity(told: Sequence[tuple[Match, Figure]], belongs: list[_Extent]) -> list[tuple[Match, Figure]]:
    """``told`` with the id of its event in each figure that stands in the event's own part of the text."""
    belongs = sorted(belongs, key=lambda extent: (extent.start, extent.end))
    begins = [extent.start for extent in belongs]
    out = []
    for match, figure in told:
        at = bisect_right(begins, match.start) - 1
        inside = at >= 0 and match.start < belongs[at].end
        # What is said of a whole behind an event's sentence (全县共…) is not of the event.
        if inside and figure.status == "actual" and figure.period is None and (belongs[at].own or not figure.whole):
            figure = replace(figure, activity=belongs[at].activity)
        out.append((match, figure))
    return out


def _same(found: list[Activity]) -> list[Activity]:
    """Point at the earlier one where an event is told twice: alike names, and days and places that do not differ."""
    out: list[Activity] = []
    seen: dict[frozenset[str], list[Activity]] = {}
    for activity in found:
        key = _key(activity.title)
        earlier = next((a for a in seen.get(key, ()) if _agree(a, activity)), None)
        if earlier is None:
            seen.setdefault(key, []).append(activity)
        out.append(replace(activity, same_as=earlier.id) if earlier else activity)
    return out


def _mentioned(found: list[Activity], line_first: int, title: str, own: Span | None, place: str | None) -> int | None:
    """The event of the same paragraph that a name without a day or a place of its own speaks of again."""
    if own is not None and all(a.start_date != own.first for a in found[line_first:]):
        return None
    key = _key(title)
    for at in range(len(found) - 1, max(line_first, len(found) - _LAST) - 1, -1):
        other = _key(found[at].title)
        if (key <= other or other <= key) and (place is None or place == found[at].place):
            return at
    return None


def _key(title: str) -> frozenset[str]:
    """What a title is recognised by: its characters without words that any event has."""
    return frozenset(
        _HAN.findall(re.sub(r"系列|主题|活动|科普|知识|开展|举办|大型|宣传|我[市县区镇乡]", "", title))
    ) or frozenset(title)


def _agree(a: Activity, b: Activity) -> bool:
    if a.start_date and b.start_date and a.start_date != b.start_date:
        return False
    return not (a.place and b.place and not set(a.place) & set(b.place))
