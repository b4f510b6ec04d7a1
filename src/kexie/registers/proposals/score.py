"""How alike two entries are, and in what. Pure: no database."""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from kexie.registers.proposals.told import Told
from kexie.registers.proposals.weights import merging

Figures = Mapping[int, tuple[int, ...]]  # values by indicator, in its smallest unit

ALIKE_WORDS = {
    "dates": "同日",
    "overlap": "日期有重叠",
    "place": "同地",
    "near": "地点相近",
    "partners": "互写为合作单位",
    "partner": "一方写了另一方",
    "title": "名称相近",
    "figures": "有数相同或相近",
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """Each between 0 and 1, ``place`` below 0 when both say where and it is not the same."""

    dates: float
    place: float
    partners: float
    title: float
    figures: float = 0.0

    @property
    def score(self) -> float:
        """The weighted sum, at most 1."""
        told = merging()
        weights = told.weights
        place = weights.place * self.place if self.place >= 0 else -told.elsewhere
        rest = weights.dates * self.dates + weights.partners * self.partners
        return rest + place + weights.title * self.title + weights.figures * self.figures

    @property
    def alike(self) -> frozenset[str]:
        """In what the two are alike, as keys of ``ALIKE_WORDS``."""
        told = {
            "dates": self.dates == 1,
            "overlap": 0.5 <= self.dates < 1,
            "place": self.place == 1,
            "near": self.place == 0.5,
            "partners": self.partners == 1,
            "partner": self.partners == 0.5,
            "title": self.title * 100 >= merging().alike_title,
            "figures": self.figures > 0,
        }
        return frozenset(key for key, holds in told.items() if holds)

    @property
    def best_case(self) -> float:
        """The score if the figures, which are read last, should turn out to be all alike."""
        return self.score + merging().weights.figures * (1 - self.figures)


def compare(one: Told, other: Told) -> Likeness:
    """Return how alike two entries are, their figures left aside."""
    return Likeness(
        dates=like_dates(one, other),
        place=like_place(one, other),
        partners=like_partners(one, other),
        title=like_title(one.title, other.title),
    )


def like_dates(one: Told, other: Told) -> float:
    """1 for the same days, more than half where one day is shared, a little for neighbouring days, else 0."""
    shared = min(one.end, other.end) - max(one.start, other.start) + 1
    if shared <= 0:
        return 0.3 if 1 - shared <= merging().window_days else 0.0
    all_days = max(one.end, other.end) - min(one.start, other.start) + 1
    return 0.5 + 0.5 * shared / all_days


def like_place(one: Told, other: Told) -> float:
    """1 for the same place, half where one lies in or near the other or nothing is known of one, -1 for others."""
    if one.places & other.places:
        return 1.0
    if one.places & other.around or other.places & one.around:
        return 0.5
    if one.places and other.places:
        return -1.0
    if one.place and other.place and (one.place in other.place or other.place in one.place):
        return 1.0 if one.place == other.place else 0.5
    return -1.0 if all(each.places or (each.place and not each.wide) for each in (one, other)) else 0.0


def like_partners(one: Told, other: Told) -> float:
    """1 when each names the other, half when one does, a little when both name a third."""
    named = (other.organisation in one.partners) + (one.organisation in other.partners)
    if named:
        return named / 2
    return 0.2 if one.partners & other.partners else 0.0


def like_title(one: str, other: str) -> float:
    """How much of the shorter title stands in the longer one, in one piece or nearly so."""
    if not one or not other:
        return 0.0
    return max(fuzz.ratio(one, other), 0.9 * fuzz.partial_ratio(one, other)) / 100


def like_figures(one: Figures, other: Figures) -> float:
    """The share of common indicators whose numbers are equal, near ones half; none in common is 0."""
    told = merging()
    common, alike = 0, 0.0
    for indicator in one.keys() & other.keys():
        a, b = max(one[indicator]), max(other[indicator])
        if max(a, b) < told.least_number:
            continue
        common += 1
        if set(one[indicator]) & set(other[indicator]):
            alike += 1
        elif abs(a - b) * 100 <= told.near_percent * max(a, b):
            alike += 0.5
    return alike / common if common else 0.0
