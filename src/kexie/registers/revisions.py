"""From what is told of an entry to rows: checking, deriving figures, storing many at once, booking what counts.

Everything that stores a revision (the exchange format, documents, forms, other modules) goes through ``store``.
"""

import dataclasses
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from django.db.models import Prefetch

from kexie.catalogue import load
from kexie.core.bulk import BATCH, batched, insert_rows, update_rows
from kexie.core.errors import DomainError
from kexie.core.models import StoredFile
from kexie.orgs.models import Organisation, User
from kexie.orgs.queries import Standings
from kexie.registers.definitions import Value, catalogue_registers, check_fields, complete, derive
from kexie.registers.models import (
    Basis,
    Entry,
    Figure,
    MergeGroup,
    MergeMember,
    Mode,
    PartRole,
    Register,
    Revision,
    Source,
    Status,
    Visibility,
)
from kexie.totals.measures import LIMIT
from kexie.totals.models import Indicator
from kexie.totals.refusals import absent
from kexie.totals.services import FactData, PostingData, post, unpost


class FigureTold(msgspec.Struct, forbid_unknown_fields=True):
    """A figure as it is told in the exchange format (docs/exchange.md)."""

    indicator: str
    value: Decimal | None = None
    qualifier: str = "exact"
    low: Decimal | None = None
    high: Decimal | None = None
    low_exclusive: bool | None = None
    high_exclusive: bool | None = None
    mode: str | None = ""
    groups: list[str] = []
    basis: str = Basis.UNKNOWN.value
    part_of: int | str | None = None


class EntryTold(msgspec.Struct, forbid_unknown_fields=True):
    """A revision of an entry as it is told in the exchange format (docs/exchange.md)."""

    id: str
    register: str
    organisation: str
    title: str
    start: date | None
    end: date | None
    status: str
    revision: int = 1
    place: str | None = ""
    places: list[str] = []
    work_area: str | None = ""
    kind: str | list[str] | None = ""
    campaigns: list[str] = []
    partners: list[str] = []
    role: str | None = ""
    occurrences: int = 1
    visibility: str = Visibility.INTERNAL.value
    fields: dict[str, Any] = {}
    figures: list[FigureTold] | None = None
    void_reason: str | None = ""
    sources: list[dict[str, Any]] = []


class EntryError(DomainError):
    """A revision of an entry cannot be stored beside what is there; ``uid`` and ``revision`` say which."""

    def __init__(self, told: "EntryTold", reason: str) -> None:
        self.uid, self.revision = told.id, told.revision
        super().__init__(f"记录 {told.id} 第 {told.revision} 版{reason}")


def code_of(choices: Mapping[str, str], told: str, what: str) -> str:
    """Return the code that ``told`` names: the code itself or its Chinese label. Raises DomainError for others."""
    if told in choices:
        return told
    plain = told.strip().lower().replace(" ", "-").replace("_", "-")
    for code, label in choices.items():
        if plain == code or told.strip() == label:
            return code
    raise DomainError(f"{what}“{told}”不在册，可用：{'、'.join(code for code in choices if code)}")


@dataclass
class Ready:
    """A checked revision, ready to be stored."""

    told: EntryTold
    register: Register
    organisation: int
    kinds: list[str]
    figures: list[tuple[FigureTold, Value, Indicator]]
    digest: str


@dataclass
class Stored:
    """What ``store`` did, in revisions."""

    added: int = 0
    replaced: int = 0
    skipped: int = 0
    entries: set[int] = field(default_factory=set)


class Checker:
    """Checks what is told against registers, indicators and the tree, which it reads once."""

    def __init__(self) -> None:
        self._registers = {register.code: register for register in Register.objects.all()}
        self.indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
        self._organisations = dict(Organisation.objects.values_list("code", "pk"))
        self._work_areas = {area["code"]: area["heading"] for area in load("work_areas")}
        self.standings = Standings()

    def check(self, told: EntryTold) -> Ready:
        """Return ``told`` with its defaults filled in and its figures completed. Raises DomainError with the reason."""
        told = msgspec.structs.replace(told)  # filled in below; the caller keeps what it gave
        register = self._registers.get(told.register)
        if register is None:
            raise DomainError(f"没有台账“{told.register}”，可用：{'、'.join(self._registers)}")
        organisation = self._organisations.get(told.organisation)
        if organisation is None:
            raise DomainError(f"没有代码为“{told.organisation}”的组织")
        definition = catalogue_registers()[register.code]
        self._fill_in(told, definition.work_area)
        named = [told.kind] if isinstance(told.kind, str) else told.kind or []
        kinds = [code_of(definition.kinds, kind, "类别") for kind in named if kind]
        if definition.kind and definition.kind not in kinds:
            kinds.insert(0, definition.kind)
        told.kind = kinds
        check_fields(definition, told.fields)
        self._check_days(told, organisation)
        if told.figures is None:
            derived = derive(definition, kinds=kinds, occurrences=told.occurrences, fields=told.fields)
            figures = [
                (FigureTold(indicator=each.indicator, mode=each.mode, groups=list(each.groups)), each.value)
                for each in derived
            ]
        else:
            figures = [(figure, completed(figure)) for figure in told.figures]
        ready = [(figure, value, self._indicator(figure, value)) for figure, value in figures]
        for position, (figure, _, _) in enumerate(ready):
            _whole_of(ready, position, figure.part_of)
        return Ready(told, register, organisation, kinds, ready, _digest(told, ready))

    def _fill_in(self, told: EntryTold, work_area: str) -> None:
        if not 1 <= len(told.id) <= 64:
            raise DomainError("id 要 1 到 64 个字符")
        if not 1 <= len(told.title.strip()) <= 200:
            raise DomainError("title 要 1 到 200 个字")
        if not 1 <= told.revision <= 10_000:
            raise DomainError(f"revision {told.revision} 超出范围")
        if not 1 <= told.occurrences <= 100_000:
            raise DomainError(f"occurrences {told.occurrences} 超出范围")
        told.title = told.title.strip()
        if any("\0" in text for text in (told.id, told.title, told.place or "", told.void_reason or "")):
            raise DomainError("文字里有不能存的字符（NUL）")
        told.status = code_of(dict(Status.choices), told.status, "状态")
        told.visibility = code_of(dict(Visibility.choices), told.visibility, "可见范围")
        told.role = code_of(dict(PartRole.choices), told.role or PartRole.HOST, "承担角色")
        told.work_area = code_of(self._work_areas, told.work_area or work_area, "工作板块")
        told.place, told.void_reason = (told.place or "")[:200], (told.void_reason or "")[:200]
        for figure in told.figures or ():
            figure.mode = code_of(dict(Mode.choices), figure.mode or "", "方式")
            if any(not 1 <= len(group) <= 60 for group in figure.groups):
                raise DomainError("groups 里的词要 1 到 60 个字")
            figure.basis = code_of(dict(Basis.choices), figure.basis or Basis.UNKNOWN, "口径")

    def _check_days(self, told: EntryTold, organisation: int) -> None:
        told.start = told.start or told.end
        if told.start and told.end and told.start > told.end:
            raise DomainError(f"开始日期 {told.start} 晚于结束日期 {told.end}")
        if told.status != Status.APPROVED:
            return
        if told.end is None:
            raise DomainError("已通过的记录要有结束日期")
        if self.standings.on(organisation, told.end) is None:
            known = (self.indicators.get(figure.indicator) for figure in told.figures or ())
            raise absent(organisation=organisation, day=told.end, indicators=[each.pk for each in known if each])

    def _indicator(self, figure: FigureTold, value: Value) -> Indicator:
        indicator = self.indicators.get(figure.indicator)
        if indicator is None:
            raise DomainError(f"没有指标“{figure.indicator}”")
        if indicator.formula:
            raise DomainError(f"{indicator.name}（{indicator.code}）由公式算出，不能直接填")
        to_units(value, indicator)
        return indicator


def _digest(told: EntryTold, figures: Sequence[tuple[FigureTold, Value, Indicator]]) -> str:
    """The SHA-256 of what was told, in one form: 34 and 34.0, bounds that are implied and given, are the same."""
    given = [
        [indicator.code, to_units(value, indicator), each.mode, each.groups, each.basis,
         _whole_of(figures, position, each.part_of)]
        for position, (each, value, indicator) in enumerate(figures)
    ]  # fmt: skip
    # Status and reason change by review: ``store`` compares them with what stands in the database.
    plain = msgspec.structs.replace(told, figures=None, status="", void_reason="")
    content = msgspec.json.encode([plain, given if told.figures is not None else None], order="deterministic")
    return hashlib.sha256(content).hexdigest()


def completed(figure: FigureTold) -> Value:
    """Return the number of ``figure`` with the bounds that its qualifier implies. Raises DomainError, naming it."""
    try:
        return complete(
            value=figure.value,
            qualifier=figure.qualifier,
            low=figure.low,
            high=figure.high,
            low_exclusive=figure.low_exclusive,
            high_exclusive=figure.high_exclusive,
        )
    except DomainError as error:
        raise DomainError(f"{figure.indicator}：{error}") from error


def to_units(value: Value, indicator: Indicator) -> dict[str, Any]:
    """Return the columns of ``value`` as integers in the smallest unit of ``indicator``.

    Raises DomainError when the value has more decimals than the indicator keeps, or is too large.
    """

    def units(number: Decimal | None) -> int | None:
        if number is None:
            return None
        scaled = number.scaleb(indicator.scale)
        if scaled != scaled.to_integral_value():
            raise DomainError(f"{indicator.name}（{indicator.code}）最多 {indicator.scale} 位小数：{number}")
        if scaled > LIMIT:
            raise DomainError(f"{indicator.name}（{indicator.code}）：数值 {number} 超出范围")
        return int(scaled)

    return {
        "value": units(value.value),
        "qualifier": value.qualifier,
        "low": units(value.low),
        "high": units(value.high),
        "low_exclusive": value.low_exclusive,
        "high_exclusive": value.high_exclusive,
    }


def store(*, ready: Sequence[Ready], actor: User | None, replace: bool, standings: Standings) -> Stored:
    """Store checked revisions and book what now counts. To be called inside a transaction.

    The same entry and revision with the same content is skipped; with other content it is refused (EntryError)
    unless ``replace``.
    """
    result = Stored()
    entries = _entries(ready)
    known = {
        (revision.entry_id, revision.number): revision
        for chunk in batched([entry.pk for entry in entries.values()])
        for revision in Revision.objects.filter(entry__in=chunk)
    }
    fresh: list[tuple[Ready, Revision]] = []
    for each in ready:
        entry = entries[each.told.id]
        existing = known.get((entry.pk, each.told.revision))
        if existing and _same(existing, each):
            result.skipped += 1
            continue
        if existing and existing.pk is None:
            raise EntryError(each.told, "给了两次，内容不同")
        if existing and not replace:
            raise EntryError(each.told, "已在册，内容与此不同（要改用 --replace）")
        if entry.register_id != each.register.pk:
            raise EntryError(each.told, f"已在台账“{entry.register.code}”里，不能换台账")
        if existing:
            existing.delete()
            result.replaced += 1
        else:
            result.added += 1
        revision = _revision(each, entry, actor)
        known[entry.pk, each.told.revision] = revision
        fresh.append((each, revision))
        result.entries.add(entry.pk)
    Revision.objects.bulk_create([revision for _, revision in fresh], batch_size=BATCH)
    _store_figures(fresh)
    _store_sources(fresh)
    settle(entries=result.entries, standings=standings)
    return result


def _same(revision: Revision, ready: Ready) -> bool:
    told = ready.told
    return (revision.digest, revision.status, revision.reason) == (ready.digest, told.status, told.void_reason)


def lock_entries(entries: Iterable[int]) -> None:
    """Let nobody else change these entries until the transaction ends; the first step of every verb that books."""
    for batch in batched(sorted(set(entries))):
        list(Entry.objects.select_for_update().filter(pk__in=batch).order_by("pk").values_list("pk", flat=True))


def settle(*, entries: Iterable[int], standings: Standings | None = None) -> None:
    """Point these entries at their latest and their counting revision, and book exactly the counting ones.

    Merge groups that they are members of are booked again as a whole, under a lock on the group.
    """
    wanted = sorted(entries)
    members: dict[int, MergeMember] = {}
    for batch in batched(wanted):
        groups = MergeMember.objects.filter(entry__in=batch).order_by().values("group").distinct()
        list(MergeGroup.objects.select_for_update().filter(pk__in=groups).order_by("pk"))
        members |= {member.entry_id: member for member in MergeMember.objects.filter(group__in=groups)}
    for batch in batched(wanted):
        _point(batch)
    alone = [pk for pk in wanted if pk not in members]
    by_group: dict[int, list[MergeMember]] = {}
    for member in members.values():
        by_group.setdefault(member.group_id, []).append(member)
    for batch in batched(alone):
        _book(batch, {}, standings)
    for group in by_group.values():
        _book([member.entry_id for member in group], {member.entry_id: member for member in group}, standings)


def _point(entries: Sequence[int]) -> None:
    """Point entries at their latest and their counting revision; the latest says whose they are."""
    revisions = Prefetch("revisions", Revision.objects.order_by("number"))
    rows = list(Entry.objects.filter(pk__in=entries).prefetch_related(revisions))
    for entry in rows:
        own = list(entry.revisions.all())
        decided = [each for each in own if each.status in (Status.APPROVED, Status.VOID)]
        entry.counting = decided[-1] if decided and decided[-1].status == Status.APPROVED else None
        entry.latest = own[-1]
        entry.organisation_id = own[-1].organisation_id
    update_rows(rows, ["latest", "counting", "organisation"])


def _book(entries: Sequence[int], members: Mapping[int, MergeMember], standings: Standings | None) -> None:
    """Book what counts of ``entries``, which are all the members of one merge group, or of none."""
    rows = Entry.objects.filter(pk__in=entries).select_related("counting")
    counted = [entry.counting for entry in rows if entry.counting]
    unpost(entries=[entry.pk for entry in rows if not entry.counting])
    postings = _postings(counted)
    if members and postings:
        first = min(postings, key=lambda each: members[each.entry].position)
        postings = [
            dataclasses.replace(
                each, booked=first.day, group=members[each.entry].group_id, rank=members[each.entry].position
            )
            for each in postings
        ]
    post(postings=postings, standings=standings)


def _postings(revisions: Sequence[Revision]) -> list[PostingData]:
    figures: dict[int, list[FactData]] = {revision.pk: [] for revision in revisions}
    for figure in Figure.objects.filter(revision__in=list(figures)).order_by("revision_id", "position"):
        figures[figure.revision_id].append(
            FactData(
                indicator=figure.indicator_id,
                qualifier=figure.qualifier,  # type: ignore[arg-type]  # a CHECK constraint keeps it to these words
                value=figure.value,
                low=figure.low,
                high=figure.high,
                low_exclusive=figure.low_exclusive,
                high_exclusive=figure.high_exclusive,
                mode=figure.mode,
                groups=tuple(figure.groups),
                part=figure.is_part,
            )
        )
    return [
        PostingData(
            entry=revision.entry_id,
            organisation=revision.organisation_id,
            day=revision.end,
            work_area=revision.work_area,
            facts=tuple(figures[revision.pk]),
            kinds=tuple(revision.kinds),
            campaigns=tuple(revision.campaigns),
        )
        for revision in revisions
        if revision.end  # an approved revision has a day: the database says so
    ]


def _entries(ready: Sequence[Ready]) -> dict[str, Entry]:
    """The entries of these revisions by uid, made when they are new."""
    wanted = {each.told.id: each for each in ready}
    found: dict[str, Entry] = {}
    for chunk in batched(sorted(wanted)):
        rows = Entry.objects.select_for_update().select_related("register").filter(uid__in=chunk).order_by("pk")
        found.update({entry.uid: entry for entry in rows})
    new = [
        Entry(uid=uid, register=each.register, organisation_id=each.organisation)
        for uid, each in wanted.items()
        if uid not in found
    ]
    found.update({entry.uid: entry for entry in Entry.objects.bulk_create(new, batch_size=BATCH)})
    return found


def _revision(ready: Ready, entry: Entry, actor: User | None) -> Revision:
    told = ready.told
    return Revision(
        entry=entry,
        number=told.revision,
        status=told.status,
        organisation_id=ready.organisation,
        title=told.title.strip(),
        start=told.start,
        end=told.end,
        place=told.place or "",
        places=told.places,
        work_area=told.work_area or "",
        kinds=ready.kinds,
        campaigns=told.campaigns,
        partners=told.partners,
        role=told.role or PartRole.HOST,
        occurrences=told.occurrences,
        visibility=told.visibility,
        fields=msgspec.to_builtins(told.fields),
        figures_given=told.figures is not None,
        reason=told.void_reason or "",
        digest=ready.digest,
        created_by=actor,
    )


def _store_figures(fresh: Sequence[tuple[Ready, Revision]]) -> None:
    alone: list[Figure] = []
    with_parts: list[Figure] = []
    parts: list[tuple[Figure, Figure]] = []
    for ready, revision in fresh:
        own = [
            Figure(
                revision=revision,
                position=position,
                indicator=indicator,
                mode=told.mode or "",
                groups=told.groups,
                basis=told.basis,
                **to_units(value, indicator),
            )
            for position, (told, value, indicator) in enumerate(ready.figures)
        ]
        wholes = [
            _whole_of(ready.figures, position, told.part_of) for position, (told, _, _) in enumerate(ready.figures)
        ]
        parts += [(own[position], own[whole]) for position, whole in enumerate(wholes) if whole is not None]
        if any(whole is not None for whole in wholes):
            with_parts += own
        else:
            alone += own
    insert_rows(alone)
    # The whole may stand after its part, so who is whose part is a second step, and needs keys.
    Figure.objects.bulk_create(with_parts, batch_size=BATCH)
    for part, whole in parts:
        part.part_of = whole
    update_rows([part for part, _ in parts], ["part_of"])


def _whole_of(
    figures: Sequence[tuple[FigureTold, Value, Indicator]], position: int, part_of: int | str | None
) -> int | None:
    """The position of the figure that the one at ``position`` is a part of, None when it stands for itself."""
    if part_of is None:
        return None
    codes = [indicator.code for _, _, indicator in figures]
    if isinstance(part_of, str):
        found = [index for index, code in enumerate(codes) if code == part_of and index != position]
        whole = found[0] if found else -1
    else:
        whole = part_of
    if not 0 <= whole < len(codes) or whole == position:
        raise DomainError(f"part_of {part_of!r} 不指向同一记录的另一条数据")
    return whole


def _store_sources(fresh: Sequence[tuple[Ready, Revision]]) -> None:
    wanted = {str(told.get("file", "")) for ready, _ in fresh for told in ready.told.sources} - {""}
    files = set(StoredFile.objects.filter(sha256__in=wanted).values_list("sha256", flat=True))
    insert_rows(
        [
            Source(
                revision=revision,
                file_id=told.get("file") if told.get("file") in files else None,
                about=str(told.get("field", ""))[:80],
                told=msgspec.to_builtins(told),
            )
            for ready, revision in fresh
            for told in ready.told.sources
        ]
    )
