"""Who held an event, and under which campaign."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache

from kexie.catalogue.loader import load
from kexie.reading import circumstances as around
from kexie.reading.activities.sentence import HAN, Found, Sentence
from kexie.reading.patterns import any_of, last_of
from kexie.reading.sections import Outline

_LIST = re.compile(r"、|以及|(?<!共)和(?!平|谐)|与(?!会)|及(?!其)")
_LONGEST = 24  # characters of a body's name
_ITEM_END = re.compile(r"[,:、]")
_OTHERS = re.compile(r"组织(?!部)|分别|;")
_OWN = re.compile(r"^我([省市县区镇乡村校厂].{2,})")  # 我县教育学会
_SELF = ("我", "本", "该", "各级", "上级", "有关", "相关", "全体", "其", "主管")


@dataclass(frozen=True, slots=True)
class _Lexicon:
    body: re.Pattern[str]
    word: re.Pattern[str]
    last: frozenset[str]
    time: re.Pattern[str]
    ends: re.Pattern[str]
    lead: re.Pattern[str]
    under: re.Pattern[str]
    partners: re.Pattern[str]
    not_partner: re.Pattern[str]
    not_body: re.Pattern[str]


@cache
def _lexicon() -> _Lexicon:
    data = load("lexicon/activities")
    return _Lexicon(
        body=re.compile(f"[一-龥“”A-Za-z0-9_*()]{{0,20}}(?:{any_of(data['bodies'])})(?:\\([^()]{{1,8}}\\))?"),
        word=re.compile(any_of(data["bodies"])),
        last=frozenset([*(word[-1] for word in data["bodies"]), ")"]),
        **{name: re.compile(data[f"subject_{name}_re"]) for name in ("time", "ends", "lead")},
        under=re.compile(data["under_re"]),
        partners=re.compile(data["partners_re"]),
        not_partner=re.compile(data["not_partner_re"]),
        not_body=re.compile(data["not_body_re"]),
    )


def organisers(
    sentence: Sentence, found: Found, behind: int, subject: Callable[[], tuple[str, ...]], organisation: str | None
) -> tuple[str, ...]:
    """The bodies that held an event: as named before it, else ``subject``, else the document's ``organisation``.

    ``behind`` is where the event before it in the sentence ends: its partners are its own. Where others only took
    part, the host if it is named; who sent them, if that is told.
    """
    if found.host is not None:
        return bodies_in(found.host)
    own = _subjects(sentence, found) or subject() or ((organisation,) if organisation else ())
    # Partners of the event before are this one's, too, unless somebody else is put to work in between.
    since = behind if _OTHERS.search(sentence.text, behind, max(behind, found.verb)) else 0
    partners = _partners(sentence, since, found.end)
    if found.role == "participant":
        sent = "组织" in sentence.text[found.clause : found.verb + 4]
        return tuple(dict.fromkeys([*(own if sent else ()), *partners]))
    return tuple(dict.fromkeys([*own, *partners]))


def bodies_in(words: str) -> tuple[str, ...]:
    """The bodies that ``words`` list: 县科协、县教育局 → both; none when one of them is no body."""
    names = []
    for part in _LIST.split(words.strip("了的 ")):
        name = _OWN.sub(r"\1", part.strip(" ,"))
        if not _is_body(name):
            return ()
        names.append(name)
    return tuple(names)


def _is_body(name: str) -> bool:
    return (
        2 <= len(name) <= _LONGEST
        and name[-1] in _lexicon().last
        and not name.startswith(_SELF)
        and not _lexicon().not_body.search(name)
        and bool(_lexicon().body.fullmatch(name))
    )


def subject_of(words: str) -> tuple[str, ...]:
    """The bodies with which a clause begins, up to its verb: 上半年县科协在… → 县科协."""
    lexicon = _lexicon()
    if not lexicon.word.search(words):
        return ()
    words = lexicon.time.sub("", words)
    words = lexicon.lead.sub("", words, count=1)
    end = lexicon.ends.search(words)
    head = (words[: end.start()] if end else words).strip(" ,")
    if not head or head.startswith(("与", "和", "同")):
        return ()
    names = bodies_in(head)
    return names or bodies_in(head.split("、")[-1])


def subject_of_sentence(sentence: Sentence) -> tuple[str, ...]:
    """The bodies of which a sentence speaks: those of the first of its clauses that begins with one."""
    for clause in sentence.text[:120].split(",")[:3]:
        found = subject_of(clause)
        if found:
            return found
    return ()


def _subjects(sentence: Sentence, found: Found) -> tuple[str, ...]:
    """The bodies before the verb of an event: in its item or clause, else in an earlier clause of the sentence."""
    text, hidden = sentence.text, sentence.hidden
    under = last_of(_lexicon().under, hidden, 0, found.verb)
    if under and _is_body(under["who"]):
        return (under["who"],)
    stop = found.verb
    low = max(0, stop - 160)
    while stop > low:
        begin = low
        for mark in _ITEM_END.finditer(hidden, low, stop):
            if text[mark.start()] != "、" or not _lists_bodies(text, mark.end(), stop):
                begin = mark.end()
        names = subject_of(text[begin:stop])
        if names or begin == low:
            return names
        stop = begin - 1
    return ()


def _lists_bodies(text: str, begin: int, end: int) -> bool:
    """Whether the item of a list at ``begin`` begins with a body, so that the list is one of bodies."""
    found = _lexicon().body.match(text, begin, min(end, begin + _LONGEST))
    return found is not None and "组织学生" not in text[begin:end]


def _partners(sentence: Sentence, since: int, end: int) -> list[str]:
    """Those with whom an event was held: 联合县教育局、县图书馆 → both; what stands between is taken as a name."""
    out = around.partners_in(sentence.hidden[since:end], sentence.text[since:end], end - since)
    for match in _lexicon().partners.finditer(sentence.hidden, since, end):
        for part in _LIST.split(sentence.text[match.start("who") : match.end("who")]):
            name = part.split("等")[0].strip()
            body = _lexicon().body.match(name)
            name = body.group() if body and 2 <= body.end() <= _LONGEST else name
            short = 2 <= len(name) <= 14 and len(HAN.findall(name)) == len(name)
            if name not in out and (body or short) and not _lexicon().not_partner.search(name):
                out.append(name)
    return out


@lru_cache(maxsize=4096)
def _campaigns_of(title: str) -> tuple[str, ...]:
    return tuple(around.campaigns_in(title))


def campaign_above(outline: Outline, position: int) -> str | None:
    """The campaign that the nearest heading names, when it names one only."""
    for heading in reversed(outline.above(position)):
        names = _campaigns_of(heading.title)
        if len(names) == 1:
            return names[0]
        if names:
            return None
    return None
