"""The cases of a chapter: chosen by weight, spread over units, months and kinds (report-writing rules §4, move 3)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from kexie.reports.composing.happenings import Happening
from kexie.reports.composing.spans import Spans, fill, inner_quotes
from kexie.reports.material import Material, make_number
from kexie.reports.model import Text
from kexie.reports.phrases import Office, summary_words
from kexie.reports.wording import Reading


def choose_cases(
    happenings: Iterable[Happening], *, weights: Mapping[int, Reading], most: int, named: set[int]
) -> list[Happening]:
    """Return at most ``most`` events, in the order of their days; pure.

    The heaviest first; no two of one unit, one month, one kind or one title, unless kinds are all there is to tell
    them apart. At least one is of a unit outside ``named`` (units that were named before), if there is such an event.
    """
    if most <= 0:
        return []
    ranked = sorted(happenings, key=lambda each: (-_weight(each, weights), each.entry))
    chosen: list[Happening] = []
    for strict in (True, False):
        for each in ranked:
            if len(chosen) < most and each not in chosen and not any(_alike(each, one, strict) for one in chosen):
                chosen.append(each)
    if chosen and all(each.organisation in named for each in chosen):
        kept = chosen[:-1]
        fresh = (each for each in ranked if each.organisation not in named)
        other = next((each for each in fresh if not any(_alike(each, one, False) for one in kept)), None)
        chosen = [*kept, other] if other else chosen
    return sorted(chosen, key=lambda each: (each.end, each.entry))


def write_case(*, happening: Happening, people: Reading | None, material: Material, office: Office) -> Spans:
    """Return the sentence of one event: day, unit, place, part that it had, title, attendance."""
    words = summary_words()
    unit = office.me if happening.organisation == material.organisation.pk else happening.unit
    place = happening.place.strip().removeprefix(unit)  # not 稻香镇在稻香镇文化广场
    sentence = words.case.format(
        date=f"{happening.day.month}月{happening.day.day}日",
        unit=unit,
        place=f"在{place}" if place else "",
        verb=words.verbs.get(happening.role, "开展"),
        title=inner_quotes(happening.title),
    )
    spans: Spans = [Text(text=sentence)]
    if people and people.value:
        query = material.query("person_times", entry=happening.uid)
        spans += fill(words.case_people, make_number(total=people, query=query, style=material.style, entries=1))
    return [*spans, Text(text="。")]


def _weight(happening: Happening, weights: Mapping[int, Reading]) -> Decimal:
    return weights[happening.entry].value if happening.entry in weights else Decimal(0)


def _alike(one: Happening, other: Happening, strict: bool) -> bool:
    """Say whether two events told together would be a diary."""
    same_month = (one.end.year, one.end.month) == (other.end.year, other.end.month)
    if one.organisation == other.organisation or same_month or one.title == other.title:
        return True
    return strict and bool(set(one.kinds) & set(other.kinds))
