"""Events that are told by a verb instead of a name: visits, film shows, lectures, openings, calls on families."""

import re
from collections.abc import Iterator

from kexie.reading import circumstances as around
from kexie.reading.activities import parties
from kexie.reading.activities.lexicon import lexicon
from kexie.reading.activities.sentence import Found, Sentence

ENOUGH = 4  # the score from which a candidate is an event
_NAMED_PLACE = re.compile(r"[\u4e00-\u9fff]{2,}(?:县|市|区|镇|乡|村|园|馆|科协)")
_ORGANISED = re.compile(r"组织|带领|率|赴|邀请")
_NOT_ONE_PLACE = re.compile(r"各|区内|辖区|其他|其它|基层|等地|先后")
_MANY_FILMS = re.compile(r"[多各\d每]")
_MANY = re.compile(r"[各\d每]")
_NAMED_SCHOOL = re.compile(r"[\u4e00-\u9fffxX*]{1,}(?:小学|中学|学校|幼儿园|社区|村|镇|乡|广场|校区)")
_QUANTITY = re.compile(r"\d[\d余多]*[名人户位家个].*$")
_ROUTINE = re.compile(r"每|坚持|长期|常年|历年|定期")
_OPENED = re.compile(r"揭牌|挂牌|开馆|开幕|落成")


def others(sentence: Sentence) -> Iterator[Found]:
    """The events of a sentence that no event noun names."""
    yield from _visits(sentence)
    yield from _screenings(sentence)
    yield from _openings(sentence)
    yield from _sights(sentence)
    yield from _arrivals(sentence)
    yield from _brought(sentence)
    yield from _lectures(sentence)


def theme_days(sentence: Sentence) -> list[Found]:
    """在全国科普日、科技活动周期间开展宣传: each day is an event, a single one where the sentence
    tells of no other."""
    words = lexicon()
    if not words.theme.search(sentence.text):
        return []
    for form in words.themes:
        for match in form.finditer(sentence.text):
            before = max(0, match.start() - 12)
            if words.purpose.search(sentence.text, before, match.start()) or _ROUTINE.search(
                sentence.text, before, match.start()
            ):
                continue
            clause = sentence.hidden.rfind(",", 0, match.start()) + 1
            role = words.role.get(match.group()[:2], "organiser")
            return [
                Found(day.start(), day.end(), day.group(), role, ENOUGH, clause, match.start())
                for day in words.theme.finditer(sentence.text, *match.span("days"))
            ]
    return []


def deeds(sentence: Sentence) -> Iterator[Found]:
    """走访慰问困难户, 对作品进行评审: where the day or the season is told; such deeds are also parts of events."""
    words = lexicon()
    if not any(span.first == span.last for span in sentence.exact) and not words.season.search(sentence.text, 0, 12):
        return
    for match in words.deed.finditer(sentence.hidden):
        group = next(g for g in ("what", "what2", "what3") if match[g])
        start, end = match.span(group.replace("what", "of"))
        of = _QUANTITY.sub("", sentence.text[start:end].strip("了的 ").split("的")[-1])
        what = match[group]
        title = of + what if group == "what" else what + of
        clause = sentence.hidden.rfind(",", 0, match.start()) + 1
        yield Found(match.start(), match.end(), title, "organiser", ENOUGH, clause, match.start())
        return


def _visits(sentence: Sentence) -> Iterator[Found]:
    """到甲地参观学习: a visit is an event when its day is told or the place is a named one."""
    for match in lexicon().visit.finditer(sentence.hidden):
        where = sentence.text[match.start("where") : match.end("where")]
        comma = max(sentence.hidden.rfind(c, 0, match.start()) for c in ",:、") + 1
        dated = any(comma <= s.end <= match.end() for s in sentence.exact)
        named = bool(_NAMED_PLACE.search(where)) and len(where) <= 14
        organised = bool(_ORGANISED.search(sentence.text[comma : match.end()]))
        if _NOT_ONE_PLACE.search(where) or not organised:
            continue
        if dated or (named and match.group()[:1] == "赴"):
            title = sentence.text[match.start("where") : match.end()].replace("进行", "")
            yield Found(comma, match.end(), title, "organiser", ENOUGH, comma, match.start(), place=where)


def _screenings(sentence: Sentence) -> Iterator[Found]:
    """放映了科教片, where a place is told."""
    for match in lexicon().screening.finditer(sentence.hidden):
        if _MANY_FILMS.search(match["what"]) or match["verb"] == "播放":
            continue
        end = match.end()
        if around.place_in(sentence.text[:end], sentence.hidden[:end], match.start()) is None:
            continue
        begin = sentence.hidden.rfind(",", 0, match.start()) + 1
        what = sentence.text[match.start("what") : match.end("what")]
        yield Found(begin, end, what + match["verb"], "organiser", ENOUGH, begin, match.start())


def _openings(sentence: Sentence) -> Iterator[Found]:
    """甲服务站挂牌成立, where its day is told."""
    if not sentence.exact or not _OPENED.search(sentence.hidden):
        return
    for match in lexicon().opened.finditer(sentence.hidden + ","):
        if any(s.start < match.end() for s in sentence.exact):
            start, end = match.start("what"), min(match.end(), len(sentence.text))
            title = sentence.text[start : match.end("verb")]
            yield Found(start, end, title, "organiser", ENOUGH, start, match.start("verb"))


def _sights(sentence: Sentence) -> Iterator[Found]:
    """组织会员参观了甲科技馆."""
    if "参观" not in sentence.hidden:
        return
    for match in lexicon().sight.finditer(sentence.hidden):
        where = sentence.text[match.start("where") : match.end("where")]
        if not _NOT_ONE_PLACE.search(where):
            yield Found(
                match.start(),
                match.end(),
                f"参观{where}",
                "organiser",
                ENOUGH,
                match.start(),
                match.start(),
                place=where,
            )


def _arrivals(sentence: Sentence) -> Iterator[Found]:
    """科普大篷车开进甲小学."""
    for match in lexicon().arrival.finditer(sentence.hidden):
        where = sentence.text[match.start("where") : match.end("where")]
        dated = any(span.start < match.start() for span in sentence.exact)
        if not dated and (_MANY.search(where) or not _NAMED_SCHOOL.search(where)):
            continue
        title = sentence.text[match.start() : match.end()]
        yield Found(match.start(), match.end(), title, "organiser", ENOUGH, match.start(), match.start(), place=where)


def _brought(sentence: Sentence) -> Iterator[Found]:
    """市医学会送健康知识进社区: a body does so."""
    if "送" not in sentence.hidden:
        return
    for match in lexicon().bring.finditer(sentence.hidden):
        if parties.subject_of(sentence.text[match.start("who") : match.end("who")]):
            start, end = match.span("what")
            title = sentence.text[start:end]
            yield Found(start, end, title, "organiser", ENOUGH, match.start("who"), start)


def _lectures(sentence: Sentence) -> Iterator[Found]:
    """作了《甲》的报告."""
    if "《" not in sentence.text:
        return
    for match in lexicon().lecture.finditer(sentence.text):
        start = match.start("what")
        clause = sentence.hidden.rfind(",", 0, start) + 1
        title = match["what"] + match["kind"]
        yield Found(start, match.end(), title, "organiser", ENOUGH, clause, match.start())
