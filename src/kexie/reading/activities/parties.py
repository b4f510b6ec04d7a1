"""Who held an event, and under which campaign."""

from kexie.reading import circumstances as around
from kexie.reading.activities.sentence import Found, Sentence
from kexie.reading.sections import Outline


def organisers(sentence: Sentence, found: Found, organisation: str | None) -> tuple[str, ...]:
    """The bodies that held the event as named before it; none named: the document's own, unless it only took part."""
    if found.host is not None:
        return tuple(around.subjects_in(found.host))
    partners = around.partners_in(sentence.hidden, sentence.text, found.end)
    times = [s.end for s in sentence.spans if s.end <= found.start or s.start < found.verb]
    subjects = around.subjects_in(sentence.text[max([*times, 0]) : found.verb].lstrip(", "))
    if found.role == "participant":
        own = subjects if "组织" in sentence.text[: found.verb + 4] else []
        return tuple(dict.fromkeys([*own, *partners]))
    names = [*(subjects or ([organisation] if organisation else [])), *partners]
    return tuple(dict.fromkeys(names))


def campaign_above(outline: Outline, position: int) -> str | None:
    """The campaign that the nearest heading names, when it names one only."""
    for heading in reversed(outline.above(position)):
        names = around.campaigns_in(heading.title)
        if len(names) == 1:
            return names[0]
        if names:
            return None
    return None
