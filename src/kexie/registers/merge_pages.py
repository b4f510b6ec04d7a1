"""同一活动: what probably is one event, what is confirmed as one, and deciding it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.orgs.choosing import organisations_in_sight
from kexie.orgs.models import Organisation
from kexie.registers import merging
from kexie.registers.comparing import Comparison, Shelf
from kexie.registers.forms import MergesChoice, read_merges_choice
from kexie.registers.models import Entry, MergeGroup
from kexie.registers.permissions import MERGE, may, merging_office
from kexie.registers.proposals import Found, find_proposals, proposals_of

_SHOWN = 20  # proposals a page: a person decides them one after the other


@dataclass(frozen=True)
class Option:
    label: str
    url: str
    active: bool
    group: str = ""


@dataclass(frozen=True)
class ShownGroup:
    """A confirmed group with its entries side by side."""

    group: MergeGroup
    comparison: Comparison


def show_merges(request: HttpRequest) -> HttpResponse:
    """Proposals of the chosen office and period, the likeliest first, and the confirmed groups below it."""
    choice = read_merges_choice(request, today=timezone.localdate())
    if choice is None:
        return render(request, "registers/merges.html", {"nothing": "您的账号还没有归到单位，请找管理员。"})
    found = proposals_of(organisation=choice.organisation, period=choice.period)
    groups = _groups(choice)
    keys = {key for each in found.proposals for key in each.entries} | {
        key for members in groups.values() for key in members
    }
    shelf = Shelf(_visible(request, sorted(keys)))
    open_ones = [each for each in found.proposals if all(key in shelf for key in each.entries)]
    context = {
        "choice": choice,
        "found": found,
        "may_merge": may(request.user, MERGE, choice.organisation),
        "proposals": [shelf.compare(each.entries, each.alike, each.score) for each in open_ones[:_SHOWN]],
        "count": len(open_ones),
        "rest": max(len(open_ones) - _SHOWN, 0),
        "groups": [
            ShownGroup(group, shelf.compare(members))
            for group, members in groups.items()
            if all(key in shelf for key in members)
        ],
        **_options(request, choice),
    }
    return render(request, "registers/merges.html", context)


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Look for proposals now, however many entries there are."""
    choice = read_merges_choice(request, today=timezone.localdate())
    if choice is None or not may(request.user, MERGE, choice.organisation):
        raise PermissionDenied
    found: Found = find_proposals(organisation=choice.organisation, period=choice.period)
    messages.info(request, f"找过了，{len(found.proposals)}组可能是同一活动。")
    return HttpResponseRedirect(choice.url())


@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Say of some entries that they are one event (the lead's first), or that they are not."""
    entries = _named(request, request.POST.getlist("entry"))
    same = request.POST.get("verdict") == "same"
    lead = [entry for entry in entries if entry.uid == request.POST.get("lead")]
    asked: dict[str, Any] = {
        "entries": [*lead, *(entry for entry in entries if entry not in lead)],
        "actor": request.user.get_username(),
        "user": request.user,
        "confirmed_by": _office(request, entries),
    }
    try:
        (merging.same_event if same else merging.tell_apart)(**asked)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        names = "、".join(entry.latest.title for entry in entries[:2] if entry.latest)
        messages.info(request, f"“{names}”{'记为同一活动，上级只计一次' if same else '记为不同的活动，不再提出'}。")
    return _back(request)


@require_POST
def change(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take a confirmed group apart, take one entry out of it, or prefer another one."""
    group = get_object_or_404(MergeGroup, pk=pk)
    members = merging.members_of(group)
    if len(_visible(request, [entry.pk for entry in members])) < len(members):
        raise Http404
    asked: dict[str, Any] = {"group": group, "actor": request.user.get_username()}
    asked["confirmed_by"] = _office(request, members)
    chosen = [entry for entry in members if entry.uid == request.POST.get("entry")]
    rest = [entry for entry in members if entry not in chosen]
    if verb != "unmerge" and not chosen:
        raise Http404
    try:
        match verb:
            case "unmerge":
                merging.unmerge(**asked)
                done = "已拆开，各条各自计数。"
            case "take-out":
                merging.take_out(**asked, entry=chosen[0])
                done = "已取出，这一条单独计数。"
            case "prefer":
                merging.reorder(**asked, entries=[*chosen, *rest])
                done = "次序已换，上级照排在第一的计。"
            case _:
                raise Http404
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.info(request, done)
    return _back(request)


def _office(request: HttpRequest, entries: list[Entry]) -> Organisation:
    """The office of this person that stands above all of ``entries``. Raises PermissionDenied when there is none."""
    organisations = Organisation.objects.filter(pk__in=[entry.organisation_id for entry in entries])
    office = merging_office(request.user, organisations)
    if office is None:
        raise PermissionDenied
    return office


def _named(request: HttpRequest, uids: list[str]) -> list[Entry]:
    """The entries with these ids, in this order; one out of sight is 404."""
    rows = Entry.objects.visible_to(request.user).filter(uid__in=uids).select_related("latest")
    found = {entry.uid: entry for entry in rows}
    if not uids or set(uids) - set(found):
        raise Http404
    return [found[uid] for uid in dict.fromkeys(uids)]


def _groups(choice: MergesChoice) -> dict[MergeGroup, list[int]]:
    """The confirmed groups that have a member below the office and in the period, with their members' keys."""
    rows = MergeGroup.objects.filter(
        members__entry__organisation__path__startswith=choice.organisation.path,
        members__entry__latest__end__range=(choice.period.start, choice.period.end),
    )
    groups = rows.distinct().order_by("-pk").select_related("office", "confirmed_by").prefetch_related("members")
    return {group: [member.entry_id for member in group.members.all()] for group in groups}


def _visible(request: HttpRequest, keys: list[int]) -> list[Entry]:
    rows = Entry.objects.visible_to(request.user).select_related("latest__organisation", "counting")
    return [entry for batch in batched(keys) for entry in rows.filter(pk__in=batch)]


def _options(request: HttpRequest, choice: MergesChoice) -> dict[str, list[Option]]:
    return {
        "organisations": [
            Option(each.short_name, choice.url(organisation=each.code), each.pk == choice.organisation.pk)
            for each in organisations_in_sight(request)
        ],
        "periods": [
            Option(each.label, choice.url(period=each.code), each == choice.period, f"{each.year}年")
            for each in choice.years
        ],
    }


def _back(request: HttpRequest) -> HttpResponse:
    """To the page that the form stood on."""
    address = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return HttpResponseRedirect(address if safe and address.startswith("/") else reverse("merges:page"))
