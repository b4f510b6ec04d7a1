"""``kexie merges``."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from kexie.cli.output import CommandError, results
from kexie.cli.runtime import prepare_home
from kexie.core.periods import Period
from kexie.orgs.queries import organisation_with_code
from kexie.registers.merging import members_of, same_event, tell_apart
from kexie.registers.models import Entry, MergeGroup
from kexie.registers.proposals import find_proposals

_ACTOR = "kexie merges"


class Action(StrEnum):
    PROPOSE = "propose"
    ACCEPT = "accept"
    DIFFERENT = "different"
    LIST = "list"


def run(
    action: Annotated[
        Action, typer.Argument(help="propose 找可能的；accept 记为同一活动；different 记为不同；list 列已确认的")
    ],
    entry: Annotated[list[str] | None, typer.Argument(help="记录编号，牵头单位的在前（accept、different）")] = None,
    organisation: Annotated[str, typer.Option(help="在哪个单位以下（propose、list），由哪个单位确认（accept）")] = "",
    period: Annotated[str, typer.Option(help="期间，如 2025（propose、list）")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON Lines（propose、list）")] = False,
) -> None:
    """Find, confirm and list records of several units that tell of one event."""
    looks = action in (Action.PROPOSE, Action.LIST)
    if looks and not (organisation and period):
        raise CommandError(f"{action} 要给 --organisation 和 --period")
    if looks == bool(entry):
        raise CommandError("accept 和 different 要写记录编号，propose 和 list 不写")
    chosen = Period.parse(period) if period else None
    prepare_home()
    office = organisation_with_code(organisation) if organisation else None
    if action in (Action.ACCEPT, Action.DIFFERENT):
        decide = same_event if action == Action.ACCEPT else tell_apart
        decide(entries=_entries(entry or []), actor=_ACTOR, confirmed_by=office)
        results.print(f"{len(entry or [])} 条记录{'记为同一活动' if action == Action.ACCEPT else '记为不同的活动'}")
        return
    assert office is not None and chosen is not None  # both were asked for above
    if action == Action.PROPOSE:
        found = find_proposals(organisation=office, period=chosen).proposals
        rows = [(each.score, list(each.entries)) for each in found]
    else:
        groups = MergeGroup.objects.filter(
            members__entry__organisation__path__startswith=office.path,
            members__entry__latest__end__range=(chosen.start, chosen.end),
        )
        rows = [(100, [each.pk for each in members_of(group)]) for group in groups.distinct().order_by("pk")]
    _print(rows, as_json)


def _entries(uids: list[str]) -> list[Entry]:
    found = {each.uid: each for each in Entry.objects.filter(uid__in=uids)}
    if missing := [uid for uid in uids if uid not in found]:
        raise CommandError(f"没有记录 {'、'.join(missing)}")
    return [found[uid] for uid in uids]


def _print(rows: list[tuple[int, list[int]]], as_json: bool) -> None:
    keys = {key for _, own in rows for key in own}
    entries = Entry.objects.select_related("latest__organisation").in_bulk(sorted(keys))
    for score, own in rows:
        members = [entries[key] for key in own]
        if as_json:
            typer.echo(json.dumps({"score": score, "entries": [each.uid for each in members]}, ensure_ascii=False))
            continue
        results.print(f"{score}%")
        for each in members:
            if each.latest:
                results.print(
                    f"  {each.uid}  {each.latest.organisation.short_name}  {each.latest.end}  {each.latest.title}"
                )
    if not rows and not as_json:
        results.print("没有。")
