"""Shortcomings and next steps (report-writing rules §4): from what the records show, each answered by its step.

The triggers are looked at in the order of the catalogue; their words stand there too, pairwise. No number is made up:
a step that would need one has it from targets, and where there are none it is said without.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kexie.catalogue import load
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.registers.models import Revision, Status
from kexie.reports.composing.annex import NOT_EXPECTED
from kexie.reports.material import Material
from kexie.reports.model import Paragraph, Text
from kexie.reports.phrases import area_names, indicator_words, summary_words
from kexie.totals.queries import Total


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What the triggers look at: totals as told, units without a record, work areas that fell behind last year."""

    material: Material
    silent: Sequence[Organisation]
    fallen: Sequence[str] = ()

    @property
    def totals(self) -> dict[str, Total]:
        return self.material.totals()

    def value(self, code: str) -> Decimal:
        return self.totals[code].value if code in self.totals else Decimal(0)


@dataclass(frozen=True)
class Found:
    """A trigger that holds: its code, and the words for ``{what}`` in both sentences."""

    code: str
    what: str = ""


def _uneven(evidence: Evidence) -> str | None:
    expected = [each for each in evidence.silent if each.kind not in NOT_EXPECTED]
    return summary_words().outlook.kinds.get(expected[0].kind, "单位") if expected else None


def _one_form(evidence: Evidence) -> str | None:
    """One form of activity is more than 60 % of the events."""
    every = evidence.value("activities")
    for code, label in summary_words().outlook.forms.items():
        if every >= summary_words().outlook.least_events and evidence.value(code) * 100 > every * 60:
            return label
    return None


def _stale(evidence: Evidence) -> str | None:
    """There are galleries, and no exhibit was changed in the period."""
    name = indicator_words()["galleries"].name
    return name if evidence.value("galleries") and not evidence.value("gallery_issues") else None


def _few_young(evidence: Evidence) -> str | None:
    """Fewer than a tenth of the events are of the young."""
    every = evidence.value("activities")
    young = evidence.material.asked(work_area="youth").get("activities")
    share = young.value if young else Decimal(0)
    return "青少年" if every >= summary_words().outlook.least_events and share * 10 < every else None


def _returned(evidence: Evidence) -> str | None:
    """More than a tenth of what was sent in had to be returned."""
    material = evidence.material
    sent = Revision.objects.filter(
        entry__organisation__path__startswith=material.organisation.path,
        end__gte=material.first_day,
        end__lte=material.end,
        status__in=(Status.RETURNED, Status.APPROVED),
    )
    returned = sent.filter(status=Status.RETURNED).count()
    return "" if returned * 10 > sent.count() else None


def _not_adopted(evidence: Evidence) -> str | None:
    """Fewer than a fifth of the briefs were adopted further up."""
    sent, adopted = evidence.value("briefs"), evidence.value("briefs_adopted")
    return "" if sent >= summary_words().outlook.least_events and adopted * 5 < sent else None


def _fallen(evidence: Evidence) -> str | None:
    return "、".join(area_names()[area] for area in evidence.fallen[:2]) or None


TRIGGERS: dict[str, Callable[[Evidence], str | None]] = {
    "uneven": _uneven,
    "one-form": _one_form,
    "fallen": _fallen,
    "stale": _stale,
    "few-young": _few_young,
    "returned": _returned,
    "not-adopted": _not_adopted,
}


def find_shortcomings(evidence: Evidence) -> list[Found]:
    """Return the triggers that hold, in the order of the catalogue, at most as many as are printed."""
    words = summary_words().outlook
    found = [Found(code, what) for code in words.shortcomings if (what := TRIGGERS[code](evidence)) is not None]
    return found[: words.most]


def write_shortcomings(found: Sequence[Found]) -> Paragraph | None:
    """Return one paragraph: what, then why; None when nothing was found."""
    words = summary_words().outlook
    if not found:
        return None
    items = [words.shortcomings[each.code].text.format(what=each.what) for each in found]
    if len(items) == 1:
        return Paragraph(spans=(Text(text=f"{words.bridge}{items[0]}。"),))
    told = "；".join(f"{ordinal}是{item}" for ordinal, item in zip("一二三四", items, strict=False))
    return Paragraph(spans=(Text(text=f"{words.bridge}{told}。"),))


def write_steps(*, found: Sequence[Found], period: Period, areas: Sequence[str]) -> list[Paragraph]:
    """Return the next steps: answers to the shortcomings, theme days to come, lines of work, and the rest."""
    words = summary_words().outlook
    steps = [words.shortcomings[each.code].answer.format(what=each.what) for each in found]
    if coming := coming_campaigns(period):
        steps.append(words.campaigns.format(campaigns="、".join(coming)))
    steps += [words.lines[area] for area in areas if area in words.lines][: words.most_lines]
    steps.append(words.rest)
    lead = words.leads["half" if period.code.endswith("H1") else "other"]
    numbered = [Paragraph(spans=(Text(text=f"{number}. {step}。"),)) for number, step in enumerate(steps, start=1)]
    return [Paragraph(spans=(Text(text=lead),)), *numbered]


def coming_campaigns(period: Period) -> list[str]:
    """Return the names of the theme days of the time after the period: half a year after a half, else a year."""
    months = {period.end.month % 12 + step for step in range(1, 7 if period.code.endswith("H1") else 13)}
    coming = [item for item in load("campaigns") if item["month"] in {(month - 1) % 12 + 1 for month in months}]
    coming.sort(key=lambda item: (item["month"] <= period.end.month % 12, item["month"]))
    return [item["name"] for item in coming][: summary_words().outlook.most_campaigns]
