"""The words of a summary, from catalogue/reports/summary.yaml, with their shapes checked. Pure."""

from functools import cache
from itertools import chain

import msgspec

from kexie.catalogue import CatalogueError, load, load_typed


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a region of one sort names its leadership, itself and its office."""

    led_by: str
    all: str
    office: str


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a kind of organisation says of itself; ``work`` is what the title calls its work."""

    role: str
    region: bool = False
    work: str = "工作"


class Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An indicator and those that may be "of which" of it, with their phrases."""

    whole: str
    parts: dict[str, str]


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words around a text of the phrase bank; ``own``: beginnings of texts that bring theirs."""

    frame: str
    own: list[str]


class JointWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The sentence that opens a chapter: ground, partners, and the verbs of the part that we had."""

    grounds: list[str]
    most_campaigns: int
    least_entries: int
    most: int
    hosted: str
    helped: str
    units: str
    hosting_verbs: list[str]
    hosted_items: list[str]
    attending: str
    both: str


class Effect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence of effect: of a family that is used once, for these chapters, where the total that it needs is."""

    family: str
    areas: list[str]
    needs: str
    least: int
    text: str


class Shortcoming(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a shortcoming, and the next step that answers it; ``{what}`` comes from the records."""

    text: str
    answer: str


class OutlookWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shortcomings and next steps."""

    bridge: str
    most: int
    least_events: int
    kinds: dict[str, str]
    forms: dict[str, str]
    shortcomings: dict[str, Shortcoming]
    leads: dict[str, str]
    campaigns: str
    most_campaigns: int
    lines: dict[str, str]
    most_lines: int
    rest: str


class LintWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that the checks look for, their limits, and the notes for the writer."""

    adjectives: list[str]
    worn: dict[str, int]
    private: list[str]
    heading_slack: int
    longest_chapter: int
    notes: dict[str, str]


class HonourWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    chapter: str
    phrase: str
    highest: str
    named: int


class TableWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    columns: dict[str, str]
    online: dict[str, str]
    first: str
    own: str
    sum: str
    correction: str


class SummaryWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file; its comments say what each key is for."""

    regions: dict[str, Region]
    kinds: dict[str, Kind]
    guided_by_default: str
    opening: str
    led: str
    guided: str
    hand_over: str
    opening_facts: list[str]
    frames: dict[str, Frame]
    orders: dict[str, list[str]]
    families: dict[str, dict[str, str]]
    activities: dict[str, str]
    joined: str
    smallest_chapter: int
    cases: dict[str, int]
    leads: dict[str, str]
    most_items: int
    commas_up_to: int
    sentences: list[list[str | Whole]]
    online: dict[str, str]
    all_of_it: str
    stocks: dict[str, list[str]]
    stock_lead: str
    comparisons: dict[str, str]
    most_comparisons: int
    compared: dict[str, str]
    honours: HonourWords
    joint: JointWords
    effects: list[Effect]
    with_effects: list[str]
    verbs: dict[str, str]
    case: str
    case_people: str
    outlook: OutlookWords
    lint: LintWords
    table: TableWords
    notes: dict[str, str]
    lengths: dict[str, tuple[int, int]]


class IndicatorWords(msgspec.Struct, frozen=True):
    """What a report needs to know of an indicator."""

    code: str
    name: str
    unit: str
    kind: str
    phrase: str = "{n}"
    scale: int = 0


@cache
def summary_words() -> SummaryWords:
    """Return the words of a summary. Raises CatalogueError when a chapter or an indicator is not in the catalogue."""
    words = load_typed("reports/summary", SummaryWords)
    areas, codes = set(area_names()), set(indicator_words())
    for name, order in words.orders.items():
        if set(order) != areas:
            raise CatalogueError(f"catalogue/reports/summary.yaml: order {name} does not name every work area once")
    for name, family in words.families.items():
        if set(family) != areas | {"shortcomings", "next"}:
            raise CatalogueError(f"catalogue/reports/summary.yaml: headings {name} do not name every work area")
    if set(words.activities) != areas:
        raise CatalogueError("catalogue/reports/summary.yaml: activities do not name every work area")
    named = {*words.opening_facts, *words.comparisons, *words.table.columns, *chain(*words.stocks.values())}
    for item in chain(*words.sentences):
        named |= {item} if isinstance(item, str) else {item.whole, *item.parts}
    named |= {effect.needs for effect in words.effects}
    if unknown := named - codes:
        raise CatalogueError(f"catalogue/reports/summary.yaml: unknown indicators {sorted(unknown)}")
    return words


@cache
def indicator_words() -> dict[str, IndicatorWords]:
    """Return name, unit and phrase of every indicator, by code, in the catalogue's order."""
    return {item["code"]: msgspec.convert(item, IndicatorWords) for item in load("indicators")}


@cache
def area_names() -> dict[str, str]:
    """Return the names of the work areas by code, in the catalogue's order."""
    return {item["code"]: item["name"] for item in load("work_areas")}


class Office(msgspec.Struct, frozen=True):
    """How an organisation is spoken of: full name for title and signature, ``me`` in the text."""

    full: str
    me: str
    all: str
    led_by: str
    guided_by: str
    role: str
    work: str


def describe_office(*, name: str, short_name: str, kind: str, parent: tuple[str, str, str] | None) -> Office:
    """Return how an organisation is spoken of, from its name and kind; ``parent`` is (name, short name, kind).

    青禾县科学技术协会 → 县科协, led by 县委、县政府. A name that is not that of a region is led by nobody in print.
    """
    words = summary_words()
    own = words.kinds[kind]
    region = _region(name) if own.region else None
    all_ = region.all if region else ""
    is_association = "科协" in name or "科学技术协会" in name
    full = name if is_association or not own.region else f"{name}科协" if own.work == "科协工作" else name
    return Office(
        full=full,
        me=_me(name, short_name, kind),
        all=all_,
        led_by=region.led_by if region else "",
        guided_by=_me(*parent) if parent else words.guided_by_default,
        role=own.role.format(all=all_),
        work="工作" if is_association or full != name else own.work,
    )


def _me(name: str, short_name: str, kind: str) -> str:
    region = _region(name) if kind in ("province", "city", "county") else None
    if region:
        return region.office
    if kind == "township" and "科协" not in short_name:
        return f"{short_name}科协"
    return short_name or name


def _region(name: str) -> Region | None:
    """The longest ending of the name, without the words of the association, that is a sort of region."""
    place = name
    for word in ("科学技术协会", "科协", "科普小组", "人民政府", "办事处"):
        place = place.removesuffix(word)
    regions = summary_words().regions
    found = [ending for ending in regions if place.endswith(ending)]
    return regions[max(found, key=len)] if found else None
