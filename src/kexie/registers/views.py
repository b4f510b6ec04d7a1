"""What stands behind a number: the panel of a total."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from kexie.core.errors import DomainError
from kexie.core.periods import month_text
from kexie.orgs.choosing import chosen_organisation
from kexie.orgs.models import Organisation
from kexie.registers.queries import entries_behind, statements_beside
from kexie.totals.forms import read_months, read_scope
from kexie.totals.measures import QUALIFIER_WORDS
from kexie.totals.models import Indicator
from kexie.totals.queries import OWN, SHARED, SHARED_WORDS, Total, scope_word, totals, totals_by_organisation

_SHOWN = 60


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
    scope = read_scope(request.GET)
    asked: dict[str, Any] = {"organisation": organisation, "first_month": first, "last_month": last, "scope": scope}
    by_unit = totals_by_organisation(**asked, indicators=[indicator.code]) if scope != "own" else {}
    if child is not None:
        total = by_unit.get(child.code, {}).get(indicator.code)
        terms: list[Term] = []
    else:
        total = totals(**asked, indicators=[indicator.code]).get(indicator.code)
        terms = _terms(organisation, {code: found[indicator.code] for code, found in by_unit.items()})
    if total is None:
        raise Http404
    entries, count = entries_behind(user=request.user, **asked, indicator=indicator.code, child=child, limit=_SHOWN)
    context = {
        "layout": "ui/panel.html" if request.htmx else "ui/panel_page.html",  # type: ignore[attr-defined]
        "indicator": indicator,
        "where": child or organisation,
        "months": month_text(first) if first == last else f"{month_text(first)} 至 {month_text(last)}",
        "scope": scope_word(scope, organisation.kind),
        "total": total,
        "word": QUALIFIER_WORDS[total.qualifier],
        "terms": terms,
        "statements": [
            (statement, value, QUALIFIER_WORDS[statement.qualifier])
            for statement, value in statements_beside(
                organisation=child or organisation, first_month=first, last_month=last, indicator=indicator.code
            )
        ],
        "entries": [(each, _word(each.qualifiers)) for each in entries],
        "count": count,
        "rest": max(count - len(entries), 0),
    }
    return render(request, "registers/behind.html", context)


def _child(request: HttpRequest, organisation: Organisation) -> Organisation | None:
    code = request.GET.get("child", "")
    return get_object_or_404(Organisation.objects.visible_to(request.user), code=code) if code else None


def _terms(organisation: Organisation, found: dict[str, Total]) -> list[Term]:
    """The formula: the organisation's own, then its children; those of one kind in one line when there are many."""
    if len(found) < 2:
        return []
    children = {each.code: each for each in Organisation.objects.filter(code__in=found)}
    fixed = {OWN: f"{organisation.short_name}本级", SHARED: SHARED_WORDS}
    groups: dict[str, list[Total]] = {}
    for code, total in found.items():
        label = fixed.get(code) or children[code].get_kind_display()
        groups.setdefault(label, []).append(total)
    own = f"{organisation.short_name}本级"
    terms = []
    for label, group in sorted(groups.items(), key=lambda item: item[0] != own):
        others = {total.qualifier for total in group} - {"exact"}
        qualifier = others.pop() if len(others) == 1 else "about" if others else "exact"
        shown = label if len(group) == 1 or label == own else f"{label} {len(group)}个"
        terms.append(Term(shown, sum((total.value for total in group), Decimal(0)), QUALIFIER_WORDS[qualifier]))
    return terms


def _word(qualifiers: tuple[str, ...]) -> str:
    others = [qualifier for qualifier in qualifiers if qualifier != "exact"]
    return QUALIFIER_WORDS[others[0]] if others else ""
