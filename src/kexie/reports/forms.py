"""What a person chooses on the report page, read from the address with Chinese words for what is wrong."""

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse

from kexie.core.errors import DomainError
from kexie.core.periods import Period, month_text, periods_of_year
from kexie.orgs.choosing import chosen_organisation
from kexie.orgs.models import Organisation
from kexie.reports.kinds.words import campaign_names
from kexie.reports.material import PARTNERS
from kexie.reports.model import Number, NumberQuery
from kexie.reports.models import ReportKind
from kexie.reports.phrases import area_names, indicator_words
from kexie.totals.queries import SCOPES

_TEXT_FIELD = re.compile(r"text-(?:-1|\d{1,5})")
ADDRESSEES = {"upper-association": "上级科协", "party-office": "党政办公室", "assessment": "目标考核办"}
LENGTHS = {"short": "简短篇幅", "normal": "正常篇幅", "full": "完整篇幅"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The choice of the page; ``error`` says what is wrong with the period that was asked for."""

    organisation: Organisation
    period: Period
    asked: str
    kind: str = ReportKind.SUMMARY
    campaign: str = ""
    entry: str = ""
    addressee: str = "upper-association"
    length: str = "normal"
    is_clean: bool = False
    error: str = ""

    @property
    def options(self) -> dict[str, str]:
        """What the composer of any kind is asked with; each takes what means something for it."""
        names = ("addressee", "length", "campaign", "entry")
        return {name: value for name in names if (value := getattr(self, name))}

    def url(self, **changed: str) -> str:
        """Return the address of the page with something chosen anew."""
        values = {
            "organisation": self.organisation.code,
            "period": self.period.code,
            "kind": self.kind,
            **self.options,
            "clean": "1" if self.is_clean else "",
            **changed,
        }
        return f"{reverse('reports:page')}?{urlencode({key: value for key, value in values.items() if value})}"


def read_choice(request: HttpRequest, *, today: date) -> Choice | None:
    """Return what was chosen; None when the person sees no organisation at all.

    The first organisation of the person and the last full year are the default. An organisation out of sight is 404.
    """
    organisation = chosen_organisation(request)
    if organisation is None:
        return None
    default = Period.parse(str(today.year - 1))
    asked = request.GET.get("period", "").strip()
    error = ""
    try:
        period = Period.parse(asked) if asked else default
    except DomainError as problem:
        period, error = default, str(problem)
    kind = request.GET.get("kind", "")
    addressee, length = request.GET.get("addressee", ""), request.GET.get("length", "")
    return Choice(
        organisation=organisation,
        period=period,
        asked=asked or period.code,
        kind=kind if kind in ReportKind.values else ReportKind.SUMMARY,
        campaign=request.GET.get("campaign", "")[:60],
        entry=request.GET.get("entry", "")[:64],
        addressee=addressee if addressee in ADDRESSEES else "upper-association",
        length=length if length in LENGTHS else "normal",
        is_clean=request.GET.get("clean") == "1",
        error=error,
    )


def period_options(*, year: int, years: int = 3) -> list[tuple[str, list[Period]]]:
    """Return the periods to choose from by year, newest first: year, halves, quarters, months."""
    return [(f"{each}年", periods_of_year(each)) for each in range(year, year - years, -1)]


def number_url(number: Number) -> str:
    """Return the address of the panel of a number."""
    query = number.query
    values = {
        "organisation": query.organisation,
        "indicator": query.indicator,
        "first": query.first_month,
        "last": query.last_month,
        "scope": query.scope,
        "area": query.work_area or "",
        "where": query.where,
        "entry": query.entry,
        "online": "" if query.online is None else "1" if query.online else "0",
        "until": query.until or "",
        "measure": "" if number.measure == "total" else number.measure,
    }
    return f"{reverse('reports:number')}?{urlencode({key: value for key, value in values.items() if value})}"


def read_number_query(given: QueryDict) -> NumberQuery:
    """Return the query of an address made by ``number_url``. Raises Http404 when it is not one."""
    try:
        first, last = (Period.parse(month_text(int(str(given[key])))) for key in ("first", "last"))
    except (KeyError, ValueError, DomainError) as error:
        raise Http404 from error
    scope, area, where = given.get("scope", "system"), given.get("area") or None, given.get("where", "")
    is_known = given.get("indicator") in indicator_words() and scope in SCOPES and (not area or area in area_names())
    # The only narrowings there are; a key from outside would become part of a query.
    is_safe = (
        where in ("", PARTNERS)
        or (where.startswith("level=") and where.removeprefix("level=").isalnum())
        or (where.startswith("campaign=") and where.removeprefix("campaign=") in campaign_names())
    )
    if not is_known or not is_safe or first.first_month > last.last_month:
        raise Http404
    until = _until(given.get("until", ""), last)
    return NumberQuery(
        organisation=given.get("organisation", ""),
        indicator=str(given["indicator"]),
        first_month=first.first_month,
        last_month=last.last_month,
        scope=scope,  # type: ignore[arg-type]  # checked above
        work_area=area,
        where=where,
        entry=given.get("entry", "")[:64],
        online={"1": True, "0": False}.get(given.get("online", "")),
        until=until,
    )


def _until(text: str, last: Period) -> date | None:
    """A day of the last month. Raises Http404 for any other."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Http404 from error
    if day and not last.start <= day <= last.end:
        raise Http404
    return day


def read_texts(given: QueryDict) -> tuple[dict[int, str], int, str]:
    """Return the texts by place, the version that they were written on (0: none said) and the reason."""
    texts = {int(key.removeprefix("text-")): str(given[key]) for key in given if _TEXT_FIELD.fullmatch(key)}
    based_on = given.get("based_on", "")
    return texts, int(based_on) if based_on.isdecimal() and len(based_on) < 7 else 0, given.get("reason", "").strip()
