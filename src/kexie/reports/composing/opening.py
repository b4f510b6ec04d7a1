"""The opening: five moves in this order (report-writing rules §4). What an office itself must word is not composed."""

from kexie.core.periods import Period
from kexie.registers.definitions import catalogue_registers
from kexie.reports.composing.spans import Spans, fill, join_spans, merge_text
from kexie.reports.material import Material
from kexie.reports.model import Paragraph, Text
from kexie.reports.phrase_bank.queries import Phrases
from kexie.reports.phrases import Office, indicator_words, summary_words


def write_opening(*, material: Material, office: Office, period: Period, time: str, phrases: Phrases) -> Paragraph:
    """Leadership, guiding thought, local focus, role, the strongest facts in one clause, hand-over."""
    words = summary_words()
    led_by = phrases.leadership or office.led_by
    start = words.opening.format(
        time=period.label,
        office=office.me,
        led=words.led.format(led_by=led_by) if led_by else "",
        guided=words.guided.format(guided_by=office.guided_by) if office.guided_by else "",
        formula=_framed("formula", phrases.formula),
        focus=_framed("focus", phrases.focus),
        role=office.role,
    )
    items = _facts(material)
    when = "" if not items or time in period.label else time
    spans: Spans = [Text(text=start + when), *join_spans(items, "，")]
    text = spans[-1]
    if isinstance(text, Text):
        spans[-1] = Text(text=text.text.rstrip("，"))
    return Paragraph(spans=merge_text([*spans, Text(text=f"。{words.hand_over}")]))


def phrase_notes(phrases: Phrases) -> list[str]:
    """What the writer is asked for: texts that are missing, or that are no longer valid."""
    notes = summary_words().notes
    return [notes[f"{sort}_outdated" if sort in phrases.outdated else sort] for sort in phrases.missing]


def _framed(sort: str, text: str) -> str:
    """The text in its frame; as it is when it brings a frame of its own (以……为指导)."""
    frame = summary_words().frames[sort]
    if not text:
        return ""
    return f"{text}，" if text.startswith(tuple(frame.own)) else frame.frame.format(text=text)


def _facts(material: Material) -> list[Spans]:
    """The strongest facts: events, people, and of honours those of the highest level."""
    words, found = summary_words(), material.totals()
    items = [
        fill(indicator_words()[code].phrase, material.number(found[code]))
        for code in words.opening_facts
        if code in found and found[code].value
    ]
    counts = material.honours_by_level()
    levels = next(item for item in catalogue_registers()["honours"].fields if item.key == "level").choices
    highest = next((level for level in levels if counts.get(level)), None)
    if highest:
        number = material.count("honours", counts[highest], work_area=None, where=f"level={highest}")
        items.append(fill(words.honours.highest.format(level=levels[highest], n="{n}"), number))
    elif "honours" in found and found["honours"].value:
        items.append(fill(words.honours.phrase, material.number(found["honours"])))
    return items
