"""Pages of handing up (上报): how the units stand, lock and numbers, and what has changed since."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from kexie.core.errors import DomainError
from kexie.core.periods import Period, periods_of_year
from kexie.orgs.choosing import organisations_in_sight
from kexie.orgs.models import Organisation, User
from kexie.registers.handup import services
from kexie.registers.handup.forms import Choice, ExceptionForm, HandUpForm, numbers_from, read_choice
from kexie.registers.handup.models import Snapshot
from kexie.registers.handup.queries import (
    STATE_WORDS,
    changed_since,
    completeness,
    entries_of,
    has_declared,
    snapshots_of,
    waiting,
)
from kexie.registers.permissions import DECLARE_NOTHING, HAND_UP, OPEN_LOCK, may
from kexie.totals.forms import read_scope
from kexie.totals.measures import QUALIFIER_WORDS
from kexie.totals.models import Indicator, Lock, LockException
from kexie.totals.queries import SCOPES, scope_word, totals
from kexie.ui.numbers import day

_YEARS = 3
_SHOWN = 40


@require_safe
def show_page(request: HttpRequest) -> HttpResponse:
    """How the units below have reported, whether the period is locked, and the numbers handed up."""
    today = timezone.localdate()
    choice = read_choice(request, today=today)
    if choice is None:
        return render(request, "handup/page.html", {"nothing": "您的账号还没有归到单位，请找管理员。"})
    units = completeness(organisation=choice.organisation, period=choice.period)
    codes = [each.code for each in units]
    visible = set(Organisation.objects.visible_to(request.user).filter(code__in=codes).values_list("code", flat=True))
    may_declare = may(request.user, DECLARE_NOTHING, choice.organisation)
    snapshots = snapshots_of(choice.organisation, choice.period)
    context = {
        **_frame(choice, today.year, request),
        "units": [
            # A unit that has left may be out of sight by now.
            {"row": each, "may_declare": each.state == "missing" and may_declare and each.code in visible}
            for each in units
        ],
        "may_declare_own": may_declare and _is_silent(choice),
        "counts": [(word, sum(each.state == state for each in units)) for state, word in STATE_WORDS.items()],
        "waiting": waiting(organisation=choice.organisation, period=choice.period),
        "not_begun": choice.period.start > today,
        **_lock(choice),
        "snapshots": [
            {"row": each, "who": name, "changes_url": choice.url("handup:changes", **{"from": str(each.number)})}
            for each, name in _with_names(snapshots)
        ],
    }
    return render(request, "handup/page.html", context)


def _is_silent(choice: Choice) -> bool:
    """Whether the unit has neither entries in the period nor said that there are none."""
    if choice.period.start > timezone.localdate() or entries_of(choice.organisation, choice.period):
        return False
    return not has_declared(organisation=choice.organisation, period=choice.period)


def hand_up(request: HttpRequest) -> HttpResponse:
    """What would be handed up, to be looked at; and the act itself."""
    choice = _choice_for(request, HAND_UP)
    form = HandUpForm(request.POST or None, initial={"occasion": f"{choice.period.label}上报"})
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            snapshot = services.hand_up(
                organisation=choice.organisation,
                period=choice.period,
                occasion=form.cleaned_data["occasion"],
                actor=_user(request).username,
                user=_user(request),
            )
        except DomainError as error:
            problem = str(error)
        else:
            messages.success(request, f"已上报：{snapshot}，这段时间已锁定")
            return HttpResponseRedirect(choice.url())
    units = completeness(organisation=choice.organisation, period=choice.period)
    indicators = {each.code: each for each in Indicator.objects.all()}
    found = totals(
        organisation=choice.organisation, first_month=choice.period.first_month, last_month=choice.period.last_month
    )
    context = {
        "choice": choice,
        "form": form,
        "problem": problem,
        "missing": [each for each in units if each.state == "missing"],
        "units": units,
        "entries": len(entries_of(choice.organisation, choice.period)),
        "waiting": waiting(organisation=choice.organisation, period=choice.period),
        "unfinished": choice.period.end >= timezone.localdate(),
        "number": len(snapshots_of(choice.organisation, choice.period)) + 1,
        "totals": [(indicators[code], total.value, QUALIFIER_WORDS[total.qualifier]) for code, total in found.items()],
        **_lock(choice),
    }
    return render(request, "handup/confirm.html", context, status=409 if problem else 400 if form.errors else 200)


def open_exception(request: HttpRequest) -> HttpResponse:
    """The form of an exception: why, and for how long."""
    choice = _choice_for(request, OPEN_LOCK)
    form, problem = ExceptionForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            services.open_exception(
                organisation=choice.organisation,
                period=choice.period,
                reason=form.cleaned_data["reason"],
                until=form.moment,
                actor=_user(request).username,
                user=_user(request),
            )
        except DomainError as error:
            problem = str(error)
        else:
            messages.success(request, f"例外已开，到{day(form.cleaned_data['until'])}为止")
            return HttpResponseRedirect(choice.url())
    context = {"choice": choice, "form": form, "problem": problem, **_lock(choice)}
    return render(request, "handup/exception.html", context, status=409 if problem else 400 if form.errors else 200)


@require_POST
def close_exception(request: HttpRequest) -> HttpResponse:
    """Shut the lock again."""
    choice = _choice_for(request, OPEN_LOCK)
    try:
        services.close_exception(
            organisation=choice.organisation,
            period=choice.period,
            actor=_user(request).username,
            user=_user(request),
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "例外已关，重新锁定")
    return HttpResponseRedirect(choice.url())


@require_POST
def declare_nothing(request: HttpRequest) -> HttpResponse:
    """Say for a unit in sight that it has nothing to report."""
    choice = _choice_for(request, DECLARE_NOTHING)
    unit = get_object_or_404(Organisation.objects.visible_to(request.user), code=request.POST.get("unit", ""))
    try:
        services.declare_nothing(
            organisation=unit, period=choice.period, actor=_user(request).username, user=_user(request)
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{unit.short_name}{choice.period.label}申报无")
    return HttpResponseRedirect(choice.url())


@require_safe
def show_changes(request: HttpRequest) -> HttpResponse:
    """What differs from a number: indicators with the entries behind them."""
    choice = read_choice(request, today=timezone.localdate())
    snapshots = snapshots_of(choice.organisation, choice.period) if choice else []
    if choice is None or not snapshots:
        raise Http404
    numbered = {each.number: each for each in snapshots}
    first, to = numbers_from(request.GET, len(snapshots))
    scope = read_scope(request.GET)
    found = changed_since(
        snapshot=numbered[first], until=numbered[to] if to else None, scope=scope, user=_user(request)
    )
    chosen = {"from": str(first), "to": str(to or ""), "scope": scope}

    def url(**changed: str) -> str:
        return choice.url("handup:changes", **{**chosen, **changed})

    context = {
        "choice": choice,
        "from_label": f"第{first}号",
        "to_label": f"第{to}号" if to else "现在",
        "differences": [
            {
                "row": each,
                "before_word": QUALIFIER_WORDS[each.before.qualifier] if each.before else "",
                "after_word": QUALIFIER_WORDS[each.after.qualifier] if each.after else "",
                "shown": each.entries[:_SHOWN],
                "rest": max(len(each.entries) - _SHOWN, 0),
            }
            for each in found
        ],
        "froms": [
            {"label": f"第{n}号", "url": url(**{"from": str(n), "to": ""}), "active": n == first} for n in numbered
        ],
        "tos": [
            {"label": "现在", "url": url(to=""), "active": to is None},
            *({"label": f"第{n}号", "url": url(to=str(n)), "active": n == to} for n in numbered if n > first),
        ],
        "scopes": [
            {"label": scope_word(each, choice.organisation.kind), "url": url(scope=each), "active": each == scope}
            for each in SCOPES
        ],
    }
    return render(request, "handup/changes.html", context)


def _choice_for(request: HttpRequest, permission: str) -> Choice:
    """What the address names, for somebody who may do that there: out of sight is 404, not allowed 403."""
    choice = read_choice(request, today=timezone.localdate())
    if choice is None:
        raise Http404
    if not may(request.user, permission, choice.organisation):
        raise PermissionDenied
    return choice


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # all pages need a login
    return request.user


def _frame(choice: Choice, year: int, request: HttpRequest) -> dict[str, Any]:
    periods = [period for each in range(year, year - _YEARS, -1) for period in periods_of_year(each)]
    numbers: dict[Period, int] = {}
    for first, last, number in Snapshot.objects.filter(organisation=choice.organisation).values_list(
        "first_month", "last_month", "number"
    ):
        numbers[Period(first, last)] = max(number, numbers.get(Period(first, last), 0))
    return {
        "choice": choice,
        "may_hand_up": may(request.user, HAND_UP, choice.organisation),
        "may_open": may(request.user, OPEN_LOCK, choice.organisation),
        "urls": {
            "hand_up": choice.url("handup:confirm"),
            "open": choice.url("handup:exception"),
            "close": choice.url("handup:close"),
            "nothing": choice.url("handup:nothing"),
        },
        "organisations": [
            {
                "label": each.short_name,
                "url": choice.url(organisation=each.code),
                "active": each.pk == choice.organisation.pk,
            }
            for each in organisations_in_sight(request)
        ],
        "periods": [
            {
                "label": period.label,
                "url": choice.url(period=period.code),
                "active": period == choice.period,
                "group": f"{period.year}年",
                "hint": f"第{numbers[period]}号" if period in numbers else "",
            }
            for period in periods
        ],
    }


def _lock(choice: Choice) -> dict[str, Any]:
    """The lock of exactly this period, what is open of it, and other locks that hold some of its months."""
    rows = Lock.objects.filter(
        organisation__in=choice.organisation.ancestor_ids,
        first_month__lte=choice.period.last_month,
        last_month__gte=choice.period.first_month,
    ).select_related("organisation")
    own, others = None, []
    for row in rows:
        if (row.organisation_id, row.first_month, row.last_month) == (
            choice.organisation.pk,
            choice.period.first_month,
            choice.period.last_month,
        ):
            own = row
        else:
            others.append(row)
    opened = LockException.objects.open().filter(lock=own).first() if own else None
    return {"lock": own, "opened": opened, "other_locks": others}


def _with_names(snapshots: list[Snapshot]) -> list[tuple[Snapshot, str]]:
    names = dict(
        User.objects.filter(username__in={each.made_by for each in snapshots}).values_list("username", "display_name")
    )
    return [(each, names.get(each.made_by) or each.made_by) for each in snapshots]
