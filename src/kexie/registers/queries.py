"""Reads of the registers."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch

from kexie.core.bulk import batched
from kexie.orgs.models import Organisation, User
from kexie.registers.models import Entry, Figure, Source, Statement
from kexie.totals.measures import Measure, printed_word, total
from kexie.totals.models import Indicator, StandIn
from kexie.totals.queries import Scope, Structure, Where, at_rest, entry_ids, statements_within


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
    word: str
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
    return [_behind(found[pk], pk not in visible, where) for pk in shown if pk in found], len(ids)


@dataclass(frozen=True, slots=True)
class Said:
    """A statement as it is shown: its number in the unit, and what it is used for (see ``statements_of``)."""

    row: Statement
    value: Decimal
    word: str
    state: str
    hidden: bool = False


def _said(rows: Iterable[Statement], *, visible: Callable[[Statement], bool] = lambda row: True) -> list[Said]:
    rows = list(rows)
    stand_ins = {each.statement: each for each in StandIn.objects.filter(statement__in=[row.pk for row in rows])}
    resting = at_rest(stand_ins.values())
    found = []
    for row in rows:
        state = "beside"
        if row.pk in stand_ins:
            state = "at-rest" if stand_ins[row.pk].pk in resting else "standing-in"
        word = printed_word(qualifier=row.qualifier, value=row.value, low=row.low, high=row.high)
        found.append(Said(row, Decimal(row.value).scaleb(-row.indicator.scale), word, state, not visible(row)))
    return found


def statements_beside(*, organisation: Organisation, first_month: int, last_month: int, indicator: str) -> list[Said]:
    """Return the confirmed statements of ``organisation`` for exactly these months that are not part of the total."""
    rows = Statement.objects.filter(
        organisation=organisation,
        indicator__code=indicator,
        first_month=first_month,
        last_month=last_month,
        confirmed=True,
    )
    found = _said(rows.select_related("organisation", "indicator"))
    return [each for each in found if each.state != "standing-in"]


def standing_in_beside(
    *,
    user: User | AnonymousUser,
    organisation: Organisation,
    first_month: int,
    last_month: int,
    indicator: str,
    scope: Scope,
    structure: Structure,
    child: Organisation | None,
    booked_in: int | None = None,
) -> list[Said]:
    """Return the statements that are part of a total; the words of those of units out of sight are hidden.

    ``booked_in``: only those of which this month is the last.
    """
    within = statements_within(
        organisation=organisation,
        first_month=first_month,
        last_month=last_month,
        indicator=indicator,
        scope=scope,
        structure=structure,
        child=child,
    )
    rows = Statement.objects.filter(
        pk__in=[each.row.statement for each in within if booked_in in (None, each.row.last_month)]
    )
    units = Organisation.objects.visible_to(user).filter(pk__in=rows.values("organisation"))
    seen = set(units.values_list("pk", flat=True))
    rows = rows.select_related("organisation", "indicator").order_by("organisation__path", "first_month")
    return _said(rows, visible=lambda row: row.organisation_id in seen)


def statements_of(*, organisation: Organisation) -> list[Said]:
    """Return the confirmed statements of ``organisation`` and all below it today.

    States: ``beside`` the total, ``standing-in`` for missing entries, ``at-rest`` because there are entries after all.
    """
    rows = Statement.objects.filter(organisation__path__startswith=organisation.path, confirmed=True)
    return _said(rows.select_related("organisation", "indicator").order_by("organisation__path", "first_month", "pk"))


def _behind(entry: Entry, hidden: bool, where: Where | None) -> Behind:
    revision = entry.counting
    assert revision is not None  # only counting entries are posted
    whole: Sequence[Figure] = [figure for figure in revision.asked if _is_asked(figure, where)]  # type: ignore[attr-defined]
    value = sum((Decimal(figure.value).scaleb(-figure.indicator.scale) for figure in whole), Decimal(0))
    measure = total(map(Measure.of, whole))
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
        word=printed_word(qualifier=measure.qualifier, value=measure.value, low=measure.low, high=measure.upper),
        quote="" if hidden else quote,
        source_name="" if hidden else name,
        hidden=hidden,
    )


def _is_asked(figure: Figure, where: Where | None) -> bool:
    """Whether a figure is one of those that were asked for: one that enters totals, or of the group that is cut out."""
    if where is not None and where.cut == "group":
        return where.value in figure.groups
    return not figure.is_part and (where is None or where.cut != "mode" or figure.mode == where.value)


def _told(sources: Sequence[Source], figures: Sequence[Figure]) -> tuple[str, str]:
    """The words that the figures were read from, and the file's name; else those of the entry as a whole."""
    about = {f"figures.{figure.position}" for figure in figures}
    ranked = sorted(sources, key=lambda source: (source.about not in about, source.pk))
    if not ranked:
        return "", ""
    whole = [source for source in sources if not source.about] or ranked
    return str(whole[0].told.get("quote", "")), str(ranked[0].told.get("name", ""))
