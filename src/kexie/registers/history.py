"""What became of an entry: who said or decided what, when, and what was changed, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch

from kexie.core.models import AuditRecord
from kexie.orgs.models import User
from kexie.registers.comparing import days_text
from kexie.registers.models import Entry, Figure, Revision
from kexie.totals.measures import printed_word
from kexie.ui.numbers import grouped

_ACTS = {"submit": "提交", "approve": "通过", "return": "退回", "void": "作废", "revise": "修改"}
_SAID = {
    "名称": lambda row: row.title,
    "日期": lambda row: days_text(row.start, row.end),
    "单位": lambda row: row.organisation.short_name,
    "地点": lambda row: row.place,
    "角色": lambda row: row.get_role_display(),
    "合作单位": lambda row: "、".join(row.partners),
    "场次": lambda row: str(row.occurrences),
    "可见范围": lambda row: row.get_visibility_display(),
}


@dataclass(frozen=True)
class Change:
    """Something that a revision says otherwise than the one before; empty: it was not said."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Event:
    """One line of the history. ``who`` empty: a command or a file."""

    at: datetime
    what: str
    who: str
    reason: str = ""
    changes: list[Change] = field(default_factory=list)


def history_of(entry: Entry) -> list[Event]:
    """Return what became of ``entry``, the latest first. Five queries, whatever its length."""
    figures = Figure.objects.select_related("indicator").order_by("position")
    revisions = list(
        Revision.objects.filter(entry=entry)
        .select_related("organisation", "created_by", "decided_by")
        .prefetch_related(Prefetch("figures", figures))
        .order_by("number")
    )
    records = list(AuditRecord.objects.filter(subject=f"entry:{entry.uid}", action__in=_ACTS).order_by("number"))
    names = dict(
        User.objects.filter(username__in={each.actor for each in records}).values_list("username", "display_name")
    )
    events = [
        Event(
            at=record.at,
            what=f"{_ACTS[record.action]}第{record.detail.get('revision', 1)}版",
            who=names.get(record.actor, record.actor),
            reason=str(record.detail.get("reason", "")),
        )
        for record in records
    ]
    told = {(record.action, record.detail.get("revision")) for record in records}
    before: Revision | None = None
    for revision in revisions:
        events.append(_written(revision, before))
        if (
            revision.decided_at
            and not {(act, revision.number) for act in ("approve", "return", "void", "submit")} & told
        ):
            decided = f"{revision.get_status_display()}第{revision.number}版"
            events.append(Event(revision.decided_at, decided, _name(revision.decided_by)))
        before = revision
    return sorted(events, key=lambda event: event.at, reverse=True)


def changes_between(before: Revision, after: Revision) -> list[Change]:
    """Return what ``after`` says otherwise than ``before``, in words; numbers by indicator."""
    pairs = [(label, say(before), say(after)) for label, say in _SAID.items()]
    old, new = _numbers(list(before.figures.all())), _numbers(list(after.figures.all()))
    pairs += [(name, old.get(name, ""), new.get(name, "")) for name in dict.fromkeys([*old, *new])]
    return [Change(label, one, other) for label, one, other in pairs if one != other]


def _written(revision: Revision, before: Revision | None) -> Event:
    who = _name(revision.created_by)
    verb = ("录入" if revision.number == 1 else "更正为") if revision.created_by else "导入"
    changes = changes_between(before, revision) if before else []
    return Event(revision.created_at, f"{verb}第{revision.number}版", who, changes=changes)


def _numbers(figures: Sequence[Figure]) -> dict[str, str]:
    """The numbers in words by indicator, those of one indicator joined."""
    found: dict[str, list[str]] = {}
    for row in figures:
        value = Decimal(row.value).scaleb(-row.indicator.scale)
        part = "其中" if row.is_part else ""
        word = printed_word(qualifier=row.qualifier, value=row.value, low=row.low, high=row.high)
        number = f"约{grouped(value, 10_000)}" if word == "约" else f"{grouped(value, 10_000)}{word}"
        mode = row.get_mode_display() if row.mode else ""
        found.setdefault(row.indicator.name, []).append(f"{part}{mode}{number}{row.indicator.unit}")
    return {name: "、".join(texts) for name, texts in found.items()}


def _name(user: User | None) -> str:
    return str(user) if user else ""
