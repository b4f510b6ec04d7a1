"""What a person chooses on the totals page, read from the address, with words for what is wrong."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from kexie.catalogue import load
from kexie.core.errors import DomainError
from kexie.core.periods import Period, month_text, parse_month
from kexie.orgs.choosing import chosen_organisation
from kexie.orgs.models import Organisation
from kexie.totals.queries import CUT_WORDS, CUTS, SCOPES, STRUCTURES, Scope, Structure, Where, latest_month

BY_WORDS = {"organisation": "单位", "month": "月份", **{str(cut): word for cut, word in CUT_WORDS.items()}}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Organisation, months, scope, structure, what the rows are, columns, and the column that the chart shows.

    ``error`` says what is wrong with the months that were asked for; then the default stands in their place.
    """

    organisation: Organisation
    first_month: int
    last_month: int
    scope: Scope
    structure: Structure
    by: str
    columns: str
    indicator: str
    error: str = ""

    @property
    def period(self) -> Period | None:
        """The period that these months are, when it has a code."""
        return Period.of(self.first_month, self.last_month)

    @property
    def period_label(self) -> str:
        if self.period:
            return self.period.label
        return f"{month_text(self.first_month)} 至 {month_text(self.last_month)}"

    def url(self, **changed: str) -> str:
        """Return the address of the page with something chosen anew."""
        return f"{reverse('totals:page')}?{self.query(**changed)}"

    def query(self, **changed: str) -> str:
        """Return the choice as a query string."""
        values = {
            "organisation": self.organisation.code,
            "from": month_text(self.first_month),
            "to": month_text(self.last_month),
            "scope": self.scope,
            "structure": self.structure if self.structure != "then" else "",
            "by": self.by if self.by != "organisation" else "",
            "columns": self.columns,
            "indicator": self.indicator,
            **changed,
        }
        return urlencode({key: value for key, value in values.items() if value})

    def period_url(self, period: Period) -> str:
        return self.url(**{"from": month_text(period.first_month), "to": month_text(period.last_month)})


def read_choice(request: HttpRequest, *, today: date) -> Choice | None:
    """Return what was chosen, None when the person sees no organisation."""
    organisation = chosen_organisation(request)
    if organisation is None:
        return None
    given = request.GET
    error = ""
    first, last = _default_months(organisation, today)
    try:
        if given.get("from") or given.get("to"):
            first, last = read_months(given)
        elif given.get("period"):
            period = Period.parse(given["period"])
            first, last = period.first_month, period.last_month
    except DomainError as problem:
        error = str(problem)
    groups = {group["code"]: group["indicators"] for group in load("columns")}
    columns = given.get("columns", "")
    columns = columns if columns in groups else next(iter(groups))
    indicator = given.get("indicator", "")
    return Choice(
        organisation=organisation,
        first_month=first,
        last_month=last,
        scope=read_scope(given),
        structure=read_structure(given),
        by=given.get("by", "") if given.get("by", "") in BY_WORDS else "organisation",
        columns=columns,
        indicator=indicator if indicator in groups[columns] else groups[columns][0],
        error=error,
    )


def _default_months(organisation: Organisation, today: date) -> tuple[int, int]:
    """This year until this month; when nothing is recorded this year yet, the latest year that has something."""
    latest = latest_month(organisation)
    if latest and latest // 100 < today.year:
        return latest // 100 * 100 + 1, latest // 100 * 100 + 12
    return today.year * 100 + 1, today.year * 100 + today.month


def read_months(given: QueryDict) -> tuple[int, int]:
    """Return first and last month. Raises DomainError when one is no month, or they run backwards."""
    first, last = parse_month(given.get("from", "")), parse_month(given.get("to", ""))
    if first > last:
        raise DomainError(f"起始月 {month_text(first)} 晚于终止月 {month_text(last)}")
    return first, last


def read_scope(given: QueryDict) -> Scope:
    """Return the scope of the address; what is unknown is the 科协系统."""
    scope = given.get("scope", "")
    return scope if scope in SCOPES else "system"


def read_structure(given: QueryDict) -> Structure:
    """Return the structure of the address; what is unknown is that of the day."""
    return "today" if given.get("structure") == STRUCTURES[1] else "then"


def read_where(given: QueryDict) -> Where | None:
    """Return the cut of the address with its value, None without one; an empty value is what was not said."""
    cut = next((each for each in CUTS if each == given.get("by")), None)
    return Where(cut, given.get("value", "")) if cut else None
