"""The words of the kinds, from catalogue/reports/*.yaml, with their shapes checked. Pure."""

from functools import cache

import msgspec

from kexie.catalogue import CatalogueError, load, load_typed
from kexie.core.errors import DomainError
from kexie.reports.phrases import indicator_words


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What all files have in common: a key that nobody reads is a mistake."""


class Telling(Shape, frozen=True):
    verbs: dict[str, str]
    hosting: dict[str, str]
    hosting_default: str
    begins: list[str]
    partners_named: int
    partners: str
    partners_rest: str
    during: str
    people: str
    place: str


class BriefWords(Shape, frozen=True):
    title_most: int
    numbers_lead: str
    default_title: str
    effects: dict[str, str]
    signed: str
    signed_alone: str
    length: tuple[int, int]
    notes: dict[str, str]


class CampaignWords(Shape, frozen=True):
    title: str
    opening: str
    facts: list[str]
    hand_over: str
    headings: dict[str, str]
    span: str
    one_day: str
    took_part: str
    together: str
    units_named: int
    told: dict[str, int]
    by_unit: str
    by_unit_lead: str
    totals_lead: str
    incomplete: str
    complete: str
    effect: str
    table: str
    columns: list[str]
    length: tuple[int, int]
    notes: dict[str, str]


class OralWords(Shape, frozen=True):
    title: str
    opening: str
    facts: list[str]
    hand_over: str
    headings: dict[str, str]
    area: str
    items: list[str]
    most_items: int
    areas: dict[str, int]
    cases: dict[str, int]
    cases_lead: str
    length: tuple[int, int]
    notes: dict[str, str]


class SilentWords(Shape, frozen=True):
    what: str
    rest: str
    next: str


class FormWords(Shape, frozen=True):
    what: str
    next: str


class SlowWords(Shape, frozen=True):
    what: str
    rest: str
    next: str


class ProblemWords(Shape, frozen=True):
    share: int
    least_events: int
    units_named: int
    not_expected: list[str]
    ordinals: list[str]
    silent: SilentWords
    one_form: FormWords
    slow: SlowWords
    bridge: str
    next_bridge: str


class PlanWords(Shape, frozen=True):
    title: str
    table_title: str
    headings: dict[str, str]
    next: str
    strength: dict[str, str]
    comparators: dict[str, str]
    range: str
    per: str
    due: str
    due_hoped: str
    responsible: str
    columns: list[str]
    own: str
    unmeasured: str
    evidence: str
    no_evidence: str
    notes: dict[str, str]
    length: tuple[int, int]


@cache
def telling_words() -> Telling:
    """Return how one event is told."""
    return load_typed("reports/telling", Telling)


@cache
def brief_words() -> BriefWords:
    """Return the words of a brief."""
    return load_typed("reports/brief", BriefWords)


@cache
def campaign_words() -> CampaignWords:
    """Return the words of a campaign's summary. Raises CatalogueError when it names an unknown indicator."""
    words = load_typed("reports/campaign", CampaignWords)
    _check("campaign", [*words.facts, *words.columns])
    return words


@cache
def oral_words() -> OralWords:
    """Return the words of an oral report. Raises CatalogueError when it names an unknown indicator."""
    words = load_typed("reports/oral", OralWords)
    _check("oral", [*words.facts, *words.items])
    return words


@cache
def plan_words() -> PlanWords:
    """Return the words of a plan."""
    return load_typed("reports/plan", PlanWords)


@cache
def problem_words() -> ProblemWords:
    """Return the words of shortcomings."""
    return load_typed("reports/problems", ProblemWords)


@cache
def campaign_names() -> dict[str, str]:
    """Return the names of the campaigns by code, in the catalogue's order."""
    return {item["code"]: item["name"] for item in load("campaigns")}


def campaign_name(code: str) -> str:
    """Return the name of a campaign. Raises DomainError, with those there are, when the code is not known."""
    names = campaign_names()
    if code not in names:
        known = "、".join(f"{key}（{name}）" for key, name in names.items())
        raise DomainError(f"没有“{code}”这个主题活动，可用：{known}" if code else f"请指定主题活动，可用：{known}")
    return names[code]


def one_of(options: dict[str, int], chosen: str) -> int:
    """Return what a length comes to. Raises DomainError when there is no such length."""
    if chosen not in options:
        raise DomainError(f"没有“{chosen}”这种篇幅，可用：{'、'.join(options)}")
    return options[chosen]


def _check(name: str, codes: list[str]) -> None:
    if unknown := set(codes) - set(indicator_words()):
        raise CatalogueError(f"catalogue/reports/{name}.yaml: unknown indicators {sorted(unknown)}")
