"""The circumstances of an event in its sentence: place, partners, campaign."""

import re
from dataclasses import dataclass
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.patterns import any_of

_HAN = "\u4e00-\u9fff"
_QUOTED = re.compile(r"[“”\"][^“”\"\n]{1,44}[”\"]|《[^《》\n]{1,44}》|\([^()\n]{1,24}\)")
_HIDDEN = "□"


@dataclass(frozen=True, slots=True)
class _Lexicon:
    place: re.Pattern[str]
    not_place: re.Pattern[str]
    is_place: re.Pattern[str]
    campaigns: re.Pattern[str]
    campaign: re.Pattern[str]
    partner: re.Pattern[str]
    bodies: re.Pattern[str]
    body_place: re.Pattern[str]


@cache
def _lexicon() -> _Lexicon:
    data = load("lexicon/activities")
    return _Lexicon(
        place=re.compile(
            f"(?:{any_of(data['place_lead'])})(?!\\d{{1,2}}月|20\\d\\d年)(?P<place>[^,。;:()]{{2,36}}?)"
            f"(?=,?(?:{any_of(data['place_verbs'])})|,|$)"
        ),
        not_place=re.compile(data["not_place_re"]),
        is_place=re.compile(any_of(data["places"])),
        campaigns=re.compile(any_of(data["campaigns"])),
        campaign=re.compile(data["campaign_re"]),
        partner=re.compile(data["partner_re"]),
        body_place=re.compile(data["body_place_re"]),
        bodies=re.compile(f"[{_HAN}“”A-Za-z0-9_*]{{0,14}}?(?:{any_of(data['bodies'])})"),
    )


def hide_quotes(text: str) -> str:
    """``text``, equally long, with what stands in quotation marks, title marks and short parentheses blanked."""
    return _QUOTED.sub(lambda m: m.group()[0] + _HIDDEN * (len(m.group()) - 2) + m.group()[-1], text)


def place_in(sentence: str, hidden: str, near: int) -> str | None:
    """The place told in ``sentence`` that stands nearest to position ``near``; one before it wins over one behind."""
    best: tuple[int, str] | None = None
    for match in _lexicon().place.finditer(hidden):
        start, end = match.span("place")
        name = sentence[start:end].strip(" 了")
        if _UNDER.match(hidden, end) or not _is_place(name, hidden[start:end]):
            continue
        if hidden[match.start() - 1 : start] in _SENT:
            continue
        distance = near - start if start <= near else (start - near) * 3 + 60
        if best is None or distance < best[0]:
            best = distance, name
    return best[1] if best else None


_SENT = ("送到", "报到", "达到", "得到", "受到", "评到")  # 选送到省科协: not where it took place
_UNDER = re.compile(r"的?[^,。;]{0,8}?(?:领导|指导|支持|关心|帮助|配合|努力|组织|引导|部署)[^,。;]{0,8}?下")


def _is_place(name: str, hidden: str) -> bool:
    words = _lexicon()
    if len(name) < 2 or words.not_place.search(hidden) or not re.search(f"[{_HAN}]", name):
        return False
    return bool(words.is_place.search(name[1:]))


def campaign_in(text: str) -> str | None:
    """The campaign named in ``text`` (its first one, as long as it is written), or None."""
    words = _lexicon()
    found = [m for m in (words.campaign.search(text), words.campaigns.search(text)) if m]
    if not found:
        return None
    first = min(found, key=lambda m: (m.start(), -m.end()))
    return first.group()


def campaigns_in(text: str) -> list[str]:
    """All different campaigns named in ``text``."""
    return list(dict.fromkeys(m.group() for m in _lexicon().campaigns.finditer(text)))


_LIST = re.compile(r"、|以及|和(?!平|谐)|与(?!会)|及(?!其)")


_HELD_BY = re.compile(r"(?:^|[,、由])(?P<who>[^,。;、由]{2,20}?)(?:主办|承办|协办)")


def partners_in(hidden: str, sentence: str, before: int) -> list[str]:
    """The bodies with whom the event was held, named before position ``before`` of the sentence."""
    out: list[str] = []
    for match in _HELD_BY.finditer(hidden, 0, before):
        body = _body(sentence[match.start("who") : match.end("who")])
        if body and body not in out:
            out.append(body)
    for match in _lexicon().partner.finditer(hidden, 0, before):
        group = "one" if match["one"] else "two"
        start, end = match.span(group)
        for part in _LIST.split(sentence[start:end]):
            name = re.split(r"等", part)[0].strip()
            body = _body(name)
            if body and body not in out:
                out.append(body)
    return out


def _body(name: str) -> str | None:
    """``name`` when it is a body's, or the body that it begins with."""
    bodies = _lexicon().bodies
    found = bodies.fullmatch(name) or bodies.match(name)
    return found.group() if found and 2 <= len(found.group()) <= 24 else None


def is_place_body(name: str) -> bool:
    """Whether a body is a place, too: a garden, a museum."""
    return bool(_lexicon().body_place.search(name))
