"""What stands behind a number: the panel of a total."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from kexie.core.errors import DomainError
from kexie.core.periods import month_text, parse_month
from kexie.orgs.choosing import chosen_organisation
from kexie.orgs.models import Organisation
from kexie.registers.explaining import differences, end_of, read_days
from kexie.registers.queries import entries_behind, standing_in_beside, statements_beside
from kexie.totals.forms import read_months, read_scope, read_structure, read_where
from kexie.totals.measures import printed_word
from kexie.totals.models import Indicator
from kexie.totals.queries import (
    OWN,
    SHARED,
    SHARED_WORDS,
    STATED,
    STATED_WORDS,
    STRUCTURE_WORDS,
    Total,
    scope_word,
    totals,
    totals_by_cut,
    totals_by_month,
    totals_by_organisation,
)
from kexie.totals.wording import cut_label, indicator_label

_SHOWN = 60
_WHY_KEPT = ("organisation", "indicator", "from", "to", "scope")


@dataclass(frozen=True)
class Term:
    """A line of the formula: a unit or kind of units, and what it adds."""

    label: str
    value: Decimal
    word: str

    @property
    def is_taken_away(self) -> bool:
        return self.value < 0

    @property
    def size(self) -> Decimal:
        return abs(self.value)


def show_behind(request: HttpRequest) -> HttpResponse:
    """A total, line by line, and the entries that it is the sum of. A panel for htmx, a page for everyone else."""
    organisation = chosen_organisation(request)
    if organisation is None:
        raise Http404
    try:
        first, last = read_months(request.GET)
    except DomainError as error:
        raise Http404 from error
    indicator = get_object_or_404(Indicator, code=request.GET.get("indicator", ""))
    child = _child(request, organisation)
    scope, where = read_scope(request.GET), read_where(request.GET)
    asked: dict[str, Any] = {
        "organisation": organisation,
        "first_month": first,
        "last_month": last,
        "scope": scope,
        "structure": read_structure(request.GET),
    }
    month = _month(request, first, last)
    span = {"first_month": month, "last_month": month} if month else {}
    split = scope != "own" and where is None and month is None
    by_unit = totals_by_organisation(**asked, indicators=[indicator.code]) if split else {}
    terms: list[Term] = []
    if month is not None:
        total = totals_by_month(**asked, indicators=[indicator.code]).get(month, {}).get(indicator.code)
    elif where is not None:
        found = totals_by_cut(**asked, by=where.cut, indicators=[indicator.code])
        total = found.get(where.value or "", {}).get(indicator.code)
    elif child is not None:
        total = by_unit.get(child.code, {}).get(indicator.code)
    else:
        total = totals(**asked, indicators=[indicator.code]).get(indicator.code)
        terms = _terms(organisation, {code: found[indicator.code] for code, found in by_unit.items()})
    if total is None:
        raise Http404
    entries, count = entries_behind(
        user=request.user, **{**asked, **span}, indicator=indicator.code, where=where, child=child, limit=_SHOWN
    )
    context = {
        "layout": "ui/panel.html" if request.htmx else "ui/panel_page.html",  # type: ignore[attr-defined]
        "indicator": indicator,
        "name": indicator_label(indicator),
        "where": child or organisation,
        "cut": cut_label(where.cut, where.value or "") if where else "",
        "structure": STRUCTURE_WORDS[asked["structure"]] if asked["structure"] == "today" else "",
        "months": _months(*((month, month) if month else (first, last))),
        "scope": scope_word(scope, organisation.kind),
        "total": total,
        "word": total.word,
        "terms": terms,
        "standing_in": standing_in_beside(
            user=request.user, **asked, indicator=indicator.code, child=child, booked_in=month
        )
        if total.stated
        else [],
        "statements": []
        if where or month  # said of the whole, and of all these months
        else statements_beside(
            organisation=child or organisation, first_month=first, last_month=last, indicator=indicator.code
        ),
        "entries": entries,
        "count": count,
        "rest": max(count - len(entries), 0),
    }
    return render(request, "registers/behind.html", context)


def _month(request: HttpRequest, first: int, last: int) -> int | None:
    """The month of the run that is asked for by itself: what the table by month and the chart show of it."""
    text = request.GET.get("month", "")
    if not text:
        return None
    try:
        month = parse_month(text)
    except DomainError as error:
        raise Http404 from error
    if not first <= month <= last:
        raise Http404
    return month


def _months(first: int, last: int) -> str:
    return month_text(first) if first == last else f"{month_text(first)} 至 {month_text(last)}"


def show_why(request: HttpRequest) -> HttpResponse:
    """Why a total is another than it was on an earlier day: the entries. A panel for htmx, a page for everyone else."""
    organisation = chosen_organisation(request)
    if organisation is None:
        raise Http404
    today = timezone.localdate()
    try:
        first, last = read_months(request.GET)
        since, until = read_days(request.GET, today=today)
    except DomainError as error:
        raise Http404 from error
    indicator = get_object_or_404(Indicator, code=request.GET.get("indicator", ""))
    scope = read_scope(request.GET)
    found = differences(
        organisation=organisation,
        first_month=first,
        last_month=last,
        since=end_of(since),
        until=end_of(until) if until < today else None,
        scope=scope,
        user=request.user,
        indicator=indicator.code,
    )
    row = next((each for each in found if each.indicator.pk == indicator.pk), None)
    entries = row.entries if row else []
    context = {
        "layout": "ui/panel.html" if request.htmx else "ui/panel_page.html",  # type: ignore[attr-defined]
        "indicator": indicator,
        "where": organisation,
        "months": _months(first, last),
        "scope": scope_word(scope, organisation.kind),
        "since": since,
        "until": until,
        "kept": [(name, request.GET[name]) for name in _WHY_KEPT if name in request.GET],
        "row": row,
        "before_word": row.before.word if row and row.before else "",
        "after_word": row.after.word if row and row.after else "",
        "each": {"shown": entries[:_SHOWN], "rest": max(len(entries) - _SHOWN, 0)},
    }
    return render(request, "registers/why.html", context)


def _child(request: HttpRequest, organisation: Organisation) -> Organisation | None:
    code = request.GET.get("child", "")
    return get_object_or_404(Organisation.objects.visible_to(request.user), code=code) if code else None


def _terms(organisation: Organisation, found: dict[str, Total]) -> list[Term]:
    """The formula: the organisation's own, then its children; those of one kind in one line when there are many."""
    if len(found) < 2:
        return []
    children = {each.code: each for each in Organisation.objects.filter(code__in=found)}
    fixed = {OWN: f"{organisation.short_name}本级", SHARED: SHARED_WORDS, STATED: STATED_WORDS}
    groups: dict[str, list[Total]] = {}
    for code, total in found.items():
        label = fixed.get(code) or children[code].get_kind_display()
        groups.setdefault(label, []).append(total)
    own = f"{organisation.short_name}本级"
    terms = []
    for label, group in sorted(groups.items(), key=lambda item: item[0] != own):
        shown = label if len(group) == 1 or label == own else f"{label} {len(group)}个"
        terms.append(Term(shown, sum((total.value for total in group), Decimal(0)), _word(group)))
    return terms


def _word(group: list[Total]) -> str:
    """The word for the sum of totals; as what is taken away is shown by its size, it is then 约 at most."""
    others = {total.qualifier for total in group} - {"exact"}
    return printed_word(
        qualifier=others.pop() if len(others) == 1 else "about" if others else "exact",
        value=sum((total.value for total in group), Decimal(0)),
        low=sum((total.low for total in group), Decimal(0)),
        high=None if any(total.high is None for total in group) else sum(total.high or 0 for total in group),
    )
