"""An entry: as a panel beside a number, as a page with its history and what may be done with it, and its form."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from kexie.catalogue import load
from kexie.core.errors import DomainError
from kexie.orgs.models import User
from kexie.registers import services
from kexie.registers.definitions import catalogue_registers
from kexie.registers.forms import AmendForm
from kexie.registers.history import changes_between, history_of
from kexie.registers.merging import members_of
from kexie.registers.models import Entry, Figure, Revision, Status
from kexie.registers.permissions import APPROVE, RECORD, SUBMIT, VOID, may, require
from kexie.registers.review import Rule, marks_of, review_rule
from kexie.totals.measures import printed_word


@dataclass(frozen=True)
class Verb:
    """A button: the permission it needs, what it does, and what the person reads when it is done."""

    permission: str
    do: Callable[..., Revision]
    done: str
    wants_reason: bool = False


VERBS = {
    "submit": Verb(SUBMIT, services.submit, "已提交"),
    "approve": Verb(APPROVE, services.approve, "已通过，从现在起计入汇总"),
    "return": Verb(APPROVE, services.return_entry, "已退回，原因填报人看得到", wants_reason=True),
    "void": Verb(VOID, services.void, "已作废，不再计入汇总", wants_reason=True),
}
_OPEN = (Status.DRAFT, Status.RETURNED)


@dataclass(frozen=True)
class ShownFigure:
    name: str
    unit: str
    value: Decimal
    word: str
    notes: list[str]


def show_entry(request: HttpRequest, uid: str) -> HttpResponse:
    """One entry: a panel with what counts of it for htmx; for everyone else a page with all that is known of it."""
    entry = _entry(request, uid)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "registers/entry.html", _said(entry, entry.counting or _latest(entry)))
    latest = _latest(entry)
    merge = getattr(entry, "merge", None)
    context = {
        **_said(entry, latest),
        "counting_number": str(entry.counting.number) if entry.counting and entry.counting_id != latest.pk else "",
        "history": history_of(entry),
        "sources": [
            each.told for each in latest.sources.order_by("pk") if each.told.get("quote") or each.told.get("name")
        ],
        "verbs": _verbs(request.user, entry),
        "alone": _must_be_other(request.user, entry),
        "merged": [each for each in _visible(request, members_of(merge.group)) if each.pk != entry.pk] if merge else [],
    }
    return render(request, "registers/entry_page.html", context)


@require_POST
def act(request: HttpRequest, uid: str, verb: str) -> HttpResponse:
    """Submit, approve, return or void an entry; a refusal is said on its page."""
    entry = _entry(request, uid)
    if verb not in VERBS:
        raise Http404
    told = VERBS[verb]
    require(request.user, told.permission, entry.organisation)
    reason = {"reason": request.POST.get("reason", "")} if told.wants_reason else {}
    try:
        told.do(entry=entry, **_who(request), **reason)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.info(request, f"{told.done}。")
    return HttpResponseRedirect(reverse("registers:entry", args=[entry.uid]))


@require_http_methods(["GET", "POST"])
def amend_entry(request: HttpRequest, uid: str) -> HttpResponse:
    """The form of the common fields: a draft is corrected in place, an approved entry gets its next revision."""
    entry = _entry(request, uid)
    require(request.user, RECORD, entry.organisation)
    latest = _latest(entry)
    if latest.status not in (*_OPEN, Status.APPROVED):
        messages.error(request, "待审和作废的记录不能改；待审的要先退回。")
        return HttpResponseRedirect(reverse("registers:entry", args=[entry.uid]))
    form = AmendForm(latest, request.POST if request.method == "POST" else None)
    problem, conflict = "", None
    if form.is_valid():
        do = services.revise if latest.status in _OPEN else services.amend
        try:
            do(
                entry=entry,
                changes=form.changes(),
                **_who(request),
                based_on=form.cleaned_data["based_on"],
            )
        except services.Conflict as error:
            conflict = error.latest
        except DomainError as error:
            problem = str(error)
        else:
            waits = "改好了。" if latest.status in _OPEN else "更正已存为草稿，通过以前仍照原来的计。"
            messages.info(request, waits)
            return HttpResponseRedirect(reverse("registers:entry", args=[entry.uid]))
    context = {
        "entry": entry,
        "revision": latest,
        "form": form,
        "problem": problem,
        "conflict": conflict,
        "theirs": _changes_since(entry, conflict),
    }
    return render(request, "registers/amend.html", context, status=409 if conflict else 400 if form.errors else 200)


def _who(request: HttpRequest) -> dict[str, Any]:
    """Who acts, as services want it."""
    return {"actor": request.user.get_username(), "user": request.user}


def _entry(request: HttpRequest, uid: str) -> Entry:
    rows = Entry.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("register", "organisation", "latest__organisation", "counting__organisation", "merge"),
        uid=uid,
    )


def _latest(entry: Entry) -> Revision:
    assert entry.latest is not None  # an entry is made with its first revision
    return entry.latest


def _said(entry: Entry, revision: Revision) -> dict[str, Any]:
    """What both the panel and the page show of a revision."""
    definition = catalogue_registers()[entry.register.code]
    areas = {area["code"]: area["name"] for area in load("work_areas")}
    first = Revision.objects.filter(entry=entry).select_related("created_by").order_by("number")[0]
    return {
        "layout": "ui/panel.html",
        "entry": entry,
        "revision": revision,
        "marks": marks_of(first, revision),
        "kinds": [definition.kinds.get(kind, kind) for kind in revision.kinds],
        "work_area": areas.get(revision.work_area, ""),
        "pending": entry.latest if entry.latest_id != revision.pk else None,
        "figures": _figures(revision),
        "sources": [source for source in revision.sources.all() if source.told.get("quote") and not source.about],
    }


def _figures(revision: Revision) -> list[ShownFigure]:
    rows = Figure.objects.filter(revision=revision).select_related("indicator").order_by("position")
    return [
        ShownFigure(
            name=row.indicator.name,
            unit=row.indicator.unit,
            value=Decimal(row.value).scaleb(-row.indicator.scale),
            word=printed_word(qualifier=row.qualifier, value=row.value, low=row.low, high=row.high),
            notes=[*([row.get_mode_display()] if row.mode else []), *(["其中"] if row.is_part else [])],
        )
        for row in rows
    ]


def _verbs(user: Any, entry: Entry) -> set[str]:
    """What this person may do with the entry as it stands now."""
    latest = _latest(entry)
    possible = {
        "submit": latest.status in _OPEN,
        "approve": latest.status in (*_OPEN, Status.SUBMITTED) and not _must_be_other(user, entry),
        "return": latest.status == Status.SUBMITTED,
        "void": entry.counting_id is not None,
    }
    able = {verb for verb, holds in possible.items() if holds and may(user, VERBS[verb].permission, entry.organisation)}
    if latest.status in (*_OPEN, Status.APPROVED) and may(user, RECORD, entry.organisation):
        able.add("amend")
    return able


def _must_be_other(user: User | Any, entry: Entry) -> bool:
    """Whether the unit's rule wants another person than ``user`` to approve what waits."""
    latest = _latest(entry)
    own = user.pk in (latest.created_by_id, latest.changed_by_id)
    waits = latest.status in (*_OPEN, Status.SUBMITTED)
    return waits and own and review_rule(entry.organisation) == Rule.OTHER


def _visible(request: HttpRequest, entries: list[Entry]) -> list[Entry]:
    rows = Entry.objects.visible_to(request.user).select_related("latest__organisation")
    found = rows.in_bulk([entry.pk for entry in entries])
    return [found[entry.pk] for entry in entries if entry.pk in found]


def _changes_since(entry: Entry, conflict: Revision | None) -> list[Any]:
    """What the record says now, against what counts: the other half of a conflict."""
    if conflict is None or entry.counting is None or entry.counting_id == conflict.pk:
        return []
    return changes_between(entry.counting, conflict)
