"""Events that are told by a verb instead of a name: visits, film shows, openings."""

import re
from collections.abc import Iterator

from kexie.reading import circumstances as around
from kexie.reading.activities.lexicon import lexicon
from kexie.reading.activities.sentence import Found, Sentence

ENOUGH = 4  # the score from which a candidate is an event
_NAMED_PLACE = re.compile(r"[\u4e00-\u9fff]{2,}(?:县|市|镇|乡|村|园|馆|科协)")
_ORGANISED = re.compile(r"组织|带领|率|赴|邀请")
_NOT_ONE_PLACE = re.compile(r"各|区内|辖区|其他|其它|基层|等地|先后")
_MANY_FILMS = re.compile(r"[多各\d每]")
_OPENED = re.compile(r"揭牌|挂牌|开馆|开幕|落成")


def others(sentence: Sentence) -> Iterator[Found]:
    """The events of a sentence that no event noun names."""
    yield from _visits(sentence)
    yield from _screenings(sentence)
    yield from _openings(sentence)


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
