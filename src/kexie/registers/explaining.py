"""The entries that explain a changed total, in words: what they are, whose, who changed them, and when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from kexie.core.bulk import batched
from kexie.core.errors import DomainError
from kexie.core.models import AuditRecord
from kexie.orgs.models import Organisation, User
from kexie.registers.models import Entry
from kexie.totals.changes import WHY_WORDS, Change, Changes, changes_between
from kexie.totals.models import Indicator
from kexie.totals.queries import Scope, Total

_MERGE_ACTS = ("merge", "unmerge", "reorder-merge")
_NEAR = timedelta(minutes=1)  # between a change and the record of the act, which are of one transaction


_BACK = 30  # days, when nobody says with which day to compare


def end_of(day: date) -> datetime:
    """Return the last moment of ``day`` in the office's time zone."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) - timedelta(microseconds=1)


def read_days(given: Mapping[str, str], *, today: date) -> tuple[date, date]:
    """Return the days to compare, ``since`` and ``until``: by default that of a month ago, and today.

    Raises DomainError when one is no date, or they run backwards.
    """
    try:
        until = date.fromisoformat(given["until"]) if given.get("until") else today
        since = date.fromisoformat(given["since"]) if given.get("since") else until - timedelta(days=_BACK)
    except ValueError as error:
        raise DomainError("日期请写成 2024-01-31") from error
    if since > until:
        raise DomainError(f"{until} 早于 {since}")
    return since, until


@dataclass(frozen=True, slots=True)
class Explained:
    """An entry, and what it added to a total before and after, in the unit of the indicator.

    ``who`` did it is empty where no record of the audit trail names the entry (a load, a bulk approval).
    ``hidden``: the reader may know the number but not the entry.
    """

    uid: str
    title: str
    organisation: str
    word: str
    before: Decimal
    after: Decimal
    at: datetime
    who: str
    hidden: bool = False

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Difference:
    """An indicator that came to ``before`` and comes to ``after`` (None: nothing), and the entries between the two."""

    indicator: Indicator
    before: Total | None
    after: Total | None
    entries: list[Explained]

    @property
    def difference(self) -> Decimal:
        return (self.after.value if self.after else Decimal(0)) - (self.before.value if self.before else Decimal(0))


def differences(
    *,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    since: datetime,
    until: datetime | None,
    scope: Scope,
    user: User | AnonymousUser | None,
    indicator: str | None = None,
) -> list[Difference]:
    """Return the indicators that changed from the moment ``since`` to ``until`` (None: now), and why.

    With ``indicator``, a code, only that one, or the parts of its formula and itself.
    """
    found = changes_between(
        organisation=organisation,
        first_month=first_month,
        last_month=last_month,
        since=since,
        until=until,
        scope=scope,
        indicator=indicator,
    )
    return paired(found.before, found.after, explain(found, user=user))


def paired(
    before: Mapping[str, Total], after: Mapping[str, Total], behind: Mapping[int, list[Explained]]
) -> list[Difference]:
    """Return, in the order of the catalogue, the indicators that differ or have entries behind them."""
    return [
        Difference(each, before.get(each.code), after.get(each.code), behind.get(each.pk, []))
        for each in Indicator.objects.all()
        if before.get(each.code) != after.get(each.code) or each.pk in behind
    ]


def explain(changes: Changes, *, user: User | AnonymousUser | None) -> dict[int, list[Explained]]:
    """Return the entries behind ``changes`` by indicator id, as ``user`` may see them (None: the system itself)."""
    wanted = sorted({each.entry for rows in changes.entries.values() for each in rows})
    entries: dict[int, Entry] = {}
    visible: set[int] = set()
    for batch in batched(wanted):
        rows = Entry.objects.filter(pk__in=batch)
        entries |= rows.select_related("latest", "counting", "organisation").in_bulk()
        allowed = rows if user is None else Entry.objects.visible_to(user).filter(pk__in=batch)
        visible |= set(allowed.values_list("pk", flat=True))
    scales = dict(Indicator.objects.values_list("pk", "scale"))
    who = _who([each for rows in changes.entries.values() for each in rows], entries)
    return {
        indicator: [
            _explained(each, entries[each.entry], scales[indicator], who, each.entry not in visible) for each in rows
        ]
        for indicator, rows in changes.entries.items()
    }


def _explained(
    each: Change, entry: Entry, scale: int, who: Mapping[tuple[int, datetime], str], hidden: bool
) -> Explained:
    revision = entry.counting or entry.latest
    return Explained(
        uid="" if hidden else entry.uid,
        title="（受限记录）" if hidden or revision is None else revision.title,
        organisation=entry.organisation.short_name,
        word=WHY_WORDS[each.why],
        before=Decimal(each.before.value).scaleb(-scale),
        after=Decimal(each.after.value).scaleb(-scale),
        at=each.at,
        who=who.get((each.entry, each.at), ""),
        hidden=hidden,
    )


def _who(changes: Iterable[Change], entries: Mapping[int, Entry]) -> dict[tuple[int, datetime], str]:
    """Who made each change: of the audit records that name the entry, the one next to the moment of the change."""
    rows = list(changes)
    if not rows:
        return {}
    uids = {entry.uid: pk for pk, entry in entries.items()}
    told: dict[int, list[tuple[datetime, str]]] = {}
    for batch in batched([f"entry:{uid}" for uid in uids]):
        for record in AuditRecord.objects.filter(subject__in=batch).only("at", "actor", "subject"):
            told.setdefault(uids[record.subject.removeprefix("entry:")], []).append((record.at, record.actor))
    merges = AuditRecord.objects.filter(action__in=_MERGE_ACTS, at__gte=min(each.at for each in rows) - _NEAR)
    for record in merges:
        for uid in record.detail.get("entries", ()):
            if uid in uids:
                told.setdefault(uids[uid], []).append((record.at, record.actor))
    found: dict[tuple[int, datetime], str] = {}
    for each in rows:
        near = [(abs(at - each.at), actor) for at, actor in told.get(each.entry, ()) if abs(at - each.at) < _NEAR]
        if near:
            found[each.entry, each.at] = min(near)[1]
    names = dict(User.objects.filter(username__in=set(found.values())).values_list("username", "display_name"))
    return {key: names.get(actor) or actor for key, actor in found.items()}
