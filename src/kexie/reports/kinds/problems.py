"""Shortcomings that the records show, each with the next step that answers it (report-writing rules §4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kexie.core.periods import first_day, last_day
from kexie.orgs.models import Organisation
from kexie.orgs.queries import children_between
from kexie.plans.queries import Progress
from kexie.reports.chapters import Spans
from kexie.reports.kinds.words import problem_words
from kexie.reports.material import Material
from kexie.reports.model import Text
from kexie.totals.queries import totals_by_organisation
from kexie.totals.wording import cut_label

Counts = Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong and why, and what will be done about it."""

    what: str
    next: str


def problems_of(material: Material, *, kinds: Counts, progress: Sequence[Progress] = ()) -> list[Problem]:
    """Return what the records show: targets behind their time, expected units without any record, one kind of event

    above all others. ``kinds`` is how many events there were of each kind (``""``: of none).
    """
    found = (slow_targets(progress), silent_units(material), one_form(kinds))
    return [problem for problem in found if problem]


def slow_targets(progress: Sequence[Progress]) -> Problem | None:
    """Targets of which less is done than of the time has passed; a hope or an intention is no promise."""
    words = problem_words()
    slow = [each.target.metric for each in progress if each.state == "slow" and each.target.strength == "firm"]
    if not slow:
        return None
    named = "、".join(slow[: words.units_named])
    rest = words.slow.rest if len(slow) > words.units_named else ""
    return Problem(what=words.slow.what.format(targets=f"{named}{rest}"), next=words.slow.next)


def silent_units(material: Material) -> Problem | None:
    """Units of the official list that have no record of any sort in these months; none where there are no units."""
    words = problem_words()
    reporting = totals_by_organisation(
        organisation=material.organisation,
        first_month=material.first_month,
        last_month=material.last_month,
        scope=material.scope,
    )
    children = children_between(
        organisation=material.organisation, first=first_day(material.first_month), last=last_day(material.last_month)
    )
    silent = [each for each in children if each.code not in reporting and each.kind not in words.not_expected]
    if not silent:
        return None
    units = "、".join(_name(each) for each in silent[: words.units_named])
    if len(silent) > words.units_named:
        units += words.silent.rest
    return Problem(what=words.silent.what.format(units=units), next=words.silent.next)


def one_form(kinds: Counts) -> Problem | None:
    """One kind of event makes up more than the share that is still varied."""
    words = problem_words()
    whole = sum(kinds.values(), Decimal(0))
    if whole < words.least_events:
        return None
    kind = max(kinds, key=lambda each: kinds[each])
    if kind in ("", "other") or kinds[kind] * 100 <= whole * words.share:
        return None
    form = cut_label("kind", kind)
    return Problem(what=words.one_form.what.format(form=form), next=words.one_form.next.format(form=form))


def problem_spans(problems: Sequence[Problem], *, bridge: str = "") -> Spans:
    """Return the problems as 一是…；二是…。 behind ``bridge``."""
    return [Text(text=bridge + _listed([problem.what for problem in problems]))]


def next_spans(problems: Sequence[Problem]) -> Spans:
    """Return the steps that answer the problems, in their order."""
    return [Text(text=problem_words().next_bridge + _listed([problem.next for problem in problems]))]


def _listed(items: Sequence[str]) -> str:
    if len(items) == 1:
        return f"{items[0]}。"
    ordinals = problem_words().ordinals
    return "；".join(f"{ordinal}{item}" for ordinal, item in zip(ordinals, items, strict=False)) + "。"


def _name(organisation: Organisation) -> str:
    return organisation.short_name or organisation.name
