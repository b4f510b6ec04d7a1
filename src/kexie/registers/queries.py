"""Reads of the registers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch

from kexie.core.bulk import batched
from kexie.orgs.models import Organisation, User
from kexie.registers.models import Entry, Figure, Source, Statement
from kexie.totals.models import Indicator, StandIn
from kexie.totals.queries import Scope, Structure, Where, at_rest, entry_ids


@dataclass(frozen=True, slots=True)
class Behind:
    """An entry behind a number: what it adds, in the indicator's unit, and where that was said.

    ``hidden``: the reader may know the number but not the entry; then title, quote and sources are empty.
    """

    entry: int
    uid: str
    title: str
    organisation: str
    organisation_code: str
    start: date | None
    end: date | None
    place: str
    value: Decimal
    qualifiers: tuple[str, ...]
    quote: str
    source_name: str
    hidden: bool = False


def entries_behind(
    *,
    user: User | AnonymousUser | None,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicator: str,
    scope: Scope = "system",
    structure: Structure = "then",
    work_area: str | None = None,
    where: Where | None = None,
    child: Organisation | None = None,
    limit: int | None = None,
) -> tuple[list[Behind], int]:
    """Return the entries that a total is the sum of, latest first, and how many there are in all.

    ``user`` None: the system itself asks (commands, written reports). Two queries for the ids, four for the rows,
    whatever their number.
    """
    ids = entry_ids(
        organisation=organisation,
        first_month=first_month,
        last_month=last_month,
        indicator=indicator,
        scope=scope,
        structure=structure,
        work_area=work_area,
        where=where,
        child=child,
    )
    shown = ids if limit is None else ids[:limit]
    row = Indicator.objects.get(code=indicator)
    codes = [row.formula["numerator"], row.formula["denominator"]] if row.formula else [indicator]
    figures = Figure.objects.filter(indicator__code__in=codes).select_related("indicator").order_by("position")
    found: dict[int, Entry] = {}
    for batch in batched(shown):
        queryset = Entry.objects.filter(pk__in=batch)
        found.update(
            queryset.select_related("counting", "counting__organisation")
            .prefetch_related(
                Prefetch("counting__figures", figures, to_attr="asked"),
                Prefetch("counting__sources", Source.objects.order_by("pk"), to_attr="told_in"),
            )
            .in_bulk()
        )
    visible = set(shown)
    if user is not None:
        visible = set()
        for batch in batched(shown):
            visible |= set(Entry.objects.visible_to(user).filter(pk__in=batch).values_list("pk", flat=True))
    return [_behind(found[pk], pk not in visible) for pk in shown if pk in found], len(ids)


def statements_beside(
    *, organisation: Organisation, first_month: int, last_month: int, indicator: str
) -> list[tuple[Statement, Decimal]]:
    """Return the confirmed statements of ``organisation`` for exactly these months, with their values in the unit."""
    rows = Statement.objects.filter(
        organisation=organisation,
        indicator__code=indicator,
        first_month=first_month,
        last_month=last_month,
        confirmed=True,
    )
    return [(row, Decimal(row.value).scaleb(-row.indicator.scale)) for row in rows.select_related("indicator")]


def statements_of(*, organisation: Organisation) -> list[tuple[Statement, Decimal, str]]:
    """Return the confirmed statements of ``organisation`` and all below it today, with value and state.

    States: ``beside`` the total, ``standing-in`` for missing entries, ``at-rest`` because there are entries after all.
    """
    rows = Statement.objects.filter(organisation__path__startswith=organisation.path, confirmed=True)
    rows = rows.select_related("organisation", "indicator").order_by("organisation__path", "first_month", "pk")
    stand_ins = {each.statement: each for each in StandIn.objects.filter(statement__in=rows.values("pk"))}
    resting = at_rest(stand_ins.values())

    def state(row: Statement) -> str:
        if row.pk not in stand_ins:
            return "beside"
        return "at-rest" if stand_ins[row.pk].pk in resting else "standing-in"

    return [(row, Decimal(row.value).scaleb(-row.indicator.scale), state(row)) for row in rows]


def _behind(entry: Entry, hidden: bool) -> Behind:
    revision = entry.counting
    assert revision is not None  # only counting entries are posted
    whole: Sequence[Figure] = [figure for figure in revision.asked if not figure.is_part]  # type: ignore[attr-defined]
    value = sum((Decimal(figure.value).scaleb(-figure.indicator.scale) for figure in whole), Decimal(0))
    quote, name = _told(revision.told_in, whole)  # type: ignore[attr-defined]
    return Behind(
        entry=entry.pk,
        uid="" if hidden else entry.uid,
        title="（受限记录）" if hidden else revision.title,
        organisation=revision.organisation.short_name,
        organisation_code=revision.organisation.code,
        start=revision.start,
        end=revision.end,
        place="" if hidden else revision.place,
        value=value,
        qualifiers=tuple(dict.fromkeys(figure.qualifier for figure in whole)),
        quote="" if hidden else quote,
        source_name="" if hidden else name,
        hidden=hidden,
    )


def _told(sources: Sequence[Source], figures: Sequence[Figure]) -> tuple[str, str]:
    """The words that the figures were read from, and the file's name; else those of the entry as a whole."""
    about = {f"figures.{figure.position}" for figure in figures}
    ranked = sorted(sources, key=lambda source: (source.about not in about, source.pk))
    if not ranked:
        return "", ""
    whole = [source for source in sources if not source.about] or ranked
    return str(whole[0].told.get("quote", "")), str(ranked[0].told.get("name", ""))
