"""The page of targets: by who assigned them, how far each is, what is missing; adding, confirming, taking off."""

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from kexie.core.errors import DomainError
from kexie.core.periods import periods_of_year
from kexie.orgs.choosing import organisations_in_sight
from kexie.plans.forms import Choice, TargetForm, read_choice
from kexie.plans.models import State, Target
from kexie.plans.queries import Progress, progress_of, targets_of
from kexie.plans.services import confirm_target, drop_target, set_target
from kexie.registers.permissions import PLAN, may, require

_YEARS = 3


def show_targets(request: HttpRequest) -> HttpResponse:
    """The targets of a unit and period, by who assigned them, in the order of the letter of responsibility."""
    choice = read_choice(request, today=timezone.localdate())
    if choice is None:
        return render(request, "plans/page.html", {"nothing": "您的账号还没有归到单位，请找管理员。"})
    return _page(request, choice, status=400 if choice.error else 200)


@require_POST
def add_target(request: HttpRequest) -> HttpResponse:
    """Set a target that was typed; what is wrong with it is said on the page."""
    choice = read_choice(request, today=timezone.localdate())
    if choice is None or choice.error:
        raise Http404
    require(request.user, PLAN, choice.organisation)
    form = TargetForm(request.POST, organisation=choice.organisation)
    if form.is_valid():
        try:
            target = set_target(
                organisation=choice.organisation,
                period=choice.period,
                told=form.told(),
                responsible=form.cleaned_data["responsible"],
                actor=request.user,  # type: ignore[arg-type]  # whoever may plan is somebody
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, f"已加上目标“{target.metric}”。")
            return HttpResponseRedirect(choice.url())
    return _page(request, choice, form=form, status=400)


@require_POST
def change_target(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm a target that was read, or take one off the list."""
    target = get_object_or_404(Target.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    require(request.user, PLAN, target.organisation)
    try:
        if verb == "confirm":
            confirm_target(target=target, actor=request.user)  # type: ignore[arg-type]
        elif verb == "drop":
            drop_target(target=target, reason=request.POST.get("reason", ""), actor=request.user)  # type: ignore[arg-type]
        else:
            raise Http404
    except DomainError as error:
        messages.error(request, str(error))
    year = str(target.first_month // 100)
    period = next((each.code for each in periods_of_year(int(year)) if _is_of(target, each)), year)
    return HttpResponseRedirect(f"{reverse('plans:page')}?organisation={target.organisation.code}&period={period}")


def _is_of(target: Target, period: Any) -> bool:
    return (target.first_month, target.last_month) == (period.first_month, period.last_month)


def _page(request: HttpRequest, choice: Choice, *, form: TargetForm | None = None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    day = min(today, choice.period.end)
    targets = targets_of(organisation=choice.organisation, period=choice.period)
    progress = progress_of(targets=targets, day=day)
    may_plan = may(request.user, PLAN, choice.organisation)
    context = {
        "choice": choice,
        "day": day,
        "groups": _groups(progress),
        "counts": {
            word: sum(each.word == word for each in progress) for word in dict.fromkeys(p.word for p in progress)
        },
        "drafts": targets_of(organisation=choice.organisation, period=choice.period, states=(State.DRAFT,)),
        "may_plan": may_plan,
        "form": (form or TargetForm(organisation=choice.organisation)) if may_plan else None,
        "opened": form is not None,
        "organisations": [
            {"label": each.short_name, "url": choice.url(organisation=each.code), "active": each == choice.organisation}
            for each in organisations_in_sight(request)
        ],
        "periods": [
            {"label": period.label, "url": choice.url(period=period.code), "active": period == choice.period}
            for year in range(today.year + 1, today.year + 1 - _YEARS, -1)
            for period in periods_of_year(year)[:3]
        ],
    }
    return render(request, "plans/page.html", context, status=status)


def _groups(progress: list[Progress]) -> list[tuple[str, list[Progress]]]:
    """The targets by who assigned them, in the order of their first one; the office's own are called so."""
    order: dict[str, int] = {}
    for each in progress:
        order.setdefault(each.target.assigned_by, len(order))
    ranked = sorted(progress, key=lambda each: order[each.target.assigned_by])
    return [(name or "自定", list(rows)) for name, rows in groupby(ranked, key=lambda each: each.target.assigned_by)]
