"""What every total is, once more: from raw entries, tree history and merge groups, as one chain of Ibis tables.

Independent of ``kexie.totals``: it reads the raw tables of the export alone and derives counting revisions, merge
dates, ancestors and chosen members itself. Rules: design, "Figures" and "Totals".
"""

from dataclasses import dataclass

import ibis
from ibis.expr import types as ir

from kexie.core.errors import DomainError
from kexie.registers.verification.engine import Engine, every
from kexie.registers.verification.tables import KEYS, MEASURES, table

ADDED = ("flow", "distinct")  # kinds of indicators that add up over months
_MOST_STEPS = 100  # up a tree of 32 levels, with mergers on the way


@dataclass(frozen=True)
class Totals:
    """Sums by ancestor, month, indicator and scope: of flows in the month, of stocks at its end.

    ``stated``: of the statements that stand in for missing entries, in the last month of their period, with ``id``.
    """

    flows: ir.Table
    stocks: ir.Table
    stated: ir.Table


def totals(engine: Engine) -> Totals:
    """Return the totals of all organisations for the months of table ``months``."""
    dated = engine.keep("x_dated", _dated(engine.keep("x_counted", _counted())))
    booked = engine.keep("x_booked", _placed(dated))
    measured = engine.keep("x_measured", _measured())
    held = engine.keep("x_held", _held(booked, measured))
    asked = booked.join(table("months").select("month"), "month").select("organisation", day="place")
    ends = _held_at(held).select("organisation", day="last_day")
    stated = engine.keep("x_said", _said())
    days = every(asked, ends, stated.select("organisation", "day"))
    lines = _lines(engine, days.distinct())
    flows = engine.keep("x_flows", _flows(engine, booked, measured, lines))
    return Totals(
        flows=flows,
        stocks=engine.keep("x_stocks", _stocks(held, lines)),
        stated=engine.keep("x_stated", _stated(stated, flows, lines)),
    )


def _counted() -> ir.Table:
    """The revision of each entry that counts: the highest that was approved or voided, if it was approved."""
    decided = table("revisions").filter(lambda each: each.status.isin(["approved", "void"]))
    highest = decided.group_by("entry").agg(highest=decided.number.max())
    found = decided.join(highest, [decided.entry == highest.entry, decided.number == highest.highest])
    return found.filter(found.status == "approved").select("id", "entry", "organisation", "day")


def _dated(counted: ir.Table) -> ir.Table:
    """Each entry with its merge group and the day on which it is booked: that of the group's first counted member."""
    members = table("members")
    ours = members.join(counted, "entry").select("team", "entry", "position", "day")
    first = ours.group_by("team").agg(position=ours.position.min())
    dates = ours.join(first, ["team", "position"]).select("team", team_day="day")
    teams = ours.join(dates, "team").select("entry", "team", "position", "team_day")
    return counted.left_join(teams, "entry").select(
        "id", "entry", "organisation", "day", "team", "position", booked=ibis.coalesce(ibis._.team_day, ibis._.day)
    )


def _placed(dated: ir.Table) -> ir.Table:
    """Each entry with the month in which it is booked and the day of which it has its place in the tree.

    A unit that did not exist on the day of its group keeps the place of its own day.
    """
    there = table("versions").select(unit="organisation", since="since", until="until")
    standing = dated.left_join(
        there, [dated.organisation == there.unit, dated.booked >= there.since, dated.booked < there.until]
    )
    return standing.select(
        revision="id",
        entry="entry",
        organisation="organisation",
        day="day",
        team="team",
        position="position",
        month=ibis._.booked // 100,
        place=ibis.ifelse(ibis._.unit.isnull(), ibis._.day, ibis._.booked),
    )


def _measured() -> ir.Table:
    """The measure of each revision by indicator, without "of which"."""
    figures = table("figures")
    whole = figures.filter(figures.groups == 0, figures.part_of.isnull())
    return measures(whole, "revision", "indicator").mutate(entries=ibis.literal(1, "int64"))


def measures(figures: ir.Table, *keys: str) -> ir.Table:
    """Add figures up by ``keys``: a missing low counts 0; qualifiers, missing highs, exclusive bounds are counted."""

    def count(condition: ir.BooleanValue) -> ir.IntegerScalar:
        return ibis.ifelse(condition, 1, 0).cast("int64").sum().cast("int64")

    words = ("exact", "at_least", "at_most", "about", "range")
    return figures.group_by(*keys).agg(
        value=figures.value.sum().cast("int64"),
        low=figures.low.fill_null(0).sum().cast("int64"),
        high=figures.high.fill_null(0).sum().cast("int64"),
        **{word: count(figures.qualifier == word) for word in words},
        without_high=count(figures.high.isnull()),
        low_exclusive=count(figures.low_exclusive & figures.low.notnull()),
        high_exclusive=count(figures.high_exclusive & figures.high.notnull()),
    )


def added(rows: ir.Table, *keys: str, **more: ir.Scalar) -> ir.Table:
    """Add measures up by ``keys``."""
    sums = {name: rows[name].sum().cast("int64") for name in MEASURES}
    return rows.group_by(*keys).agg(**sums, **more)


def _lines(engine: Engine, wanted: ir.Table) -> ir.Table:
    """Who stood above ``wanted`` (organisation, day), itself among them; ``outside``: a department lies between.

    One step goes from a unit to its parent on that day or, where it had ceased to be, to what it was merged into.
    """
    versions = table("versions")
    last = versions.group_by("organisation").agg(ended=versions.until.max())
    merged = versions.join(last, [versions.organisation == last.organisation, versions.until == last.ended]).select(
        gone="organisation", ended="ended", successor="successor"
    )
    there = versions.select(
        unit="organisation", parent="parent", since="since", until="until", department=versions.kind == "department"
    )
    at = engine.keep("x_at_0", wanted.mutate(node=wanted.organisation, outside=ibis.literal(False)))
    steps: list[ir.Table] = []
    for step in range(_MOST_STEPS):
        standing = at.left_join(there, [at.node == there.unit, at.day >= there.since, at.day < there.until])
        found = standing.left_join(merged, [standing.node == merged.gone, standing.day >= merged.ended]).select(
            "organisation",
            "day",
            "node",
            "outside",
            present=ibis._.unit.notnull(),
            beyond=ibis._.outside | ibis._.department.fill_null(False),
            above=ibis.ifelse(ibis._.unit.notnull(), ibis._.parent, ibis._.successor),
        )
        if step == 0:  # who is not there on the day has no place, even when merged into another
            found = found.filter(found.present)
        kept = engine.keep(f"x_step_{step}", found)
        steps.append(kept.filter(kept.present).select("organisation", "day", "outside", ancestor="node"))
        onward = kept.filter(kept.above.notnull())
        at = engine.keep(f"x_at_{step + 1}", onward.select("organisation", "day", node="above", outside="beyond"))
        if engine.is_empty(at):
            return engine.keep("x_lines", every(*steps))
    raise DomainError("组织的沿革绕成了圈")


def _flows(engine: Engine, booked: ir.Table, measured: ir.Table, lines: ir.Table) -> ir.Table:
    """What each ancestor counts, by month, indicator and scope."""
    months, indicators = table("months"), table("indicators")
    adding = indicators.filter(indicators.kind.isin(ADDED)).select(indicator="id")
    within = booked.join(months.select("month"), "month").select(
        "revision", "team", "position", "month", "organisation", day="place"
    )
    figures = within.join(measured, "revision").join(adding, "indicator").drop("revision")
    stamped = engine.keep("x_stamped", figures.join(lines, ["organisation", "day"]).drop("day"))
    stamped = stamped.mutate(own=stamped.ancestor == stamped.organisation)
    alone = added(stamped.filter(stamped.team.isnull()), "ancestor", "month", "indicator", "outside", "own")
    shared = stamped.filter(stamped.team.notnull())
    parts: list[ir.Table] = []
    for scope in ("own", "system", "county"):
        for rows, choose in ((alone, False), (shared, scope != "own")):
            if scope == "own":
                rows = rows.filter(rows.own)
            if scope == "system":
                rows = rows.filter(~rows.outside)
            if choose:
                rows = _best(rows)
            parts.append(rows.select("ancestor", "month", "indicator", *MEASURES, scope=ibis.literal(scope)))
    return added(every(*parts), *KEYS)


def _best(members: ir.Table) -> ir.Table:
    """Of the members of a merge group that an ancestor counts, the first one that has the indicator."""
    place = ibis.row_number().over(
        group_by=[members.ancestor, members.indicator, members.team], order_by=members.position
    )
    ranked = members.mutate(place=place)
    return ranked.filter(ranked.place == 0)


def _held(booked: ir.Table, measured: ir.Table) -> ir.Table:
    """The values of stocks with the months, counted from the year 0, at whose ends they stand: ``[first, until)``.

    A value stands until the next one of the same organisation, or until it is too old.
    """
    indicators = table("indicators")
    stocks = indicators.filter(indicators.kind == "stock").select("valid_months", indicator="id")
    rows = booked.select("revision", "entry", "organisation", "day").join(measured, "revision")
    rows = rows.join(stocks, "indicator")
    rows = rows.mutate(first=rows.day // 10000 * 12 + rows.day // 100 % 100)
    following = rows.first.lead().over(group_by=[rows.organisation, rows.indicator], order_by=[rows.day, rows.entry])
    age = rows.first + rows.valid_months + 1
    rows = rows.mutate(following=following, age=age)
    until = ibis.ifelse(rows.following < rows.age, rows.following, rows.age)
    until = ibis.ifelse(rows.following.isnull(), rows.age, until)
    return rows.select("organisation", "indicator", "day", "first", *MEASURES, until=until)


def _held_at(held: ir.Table) -> ir.Table:
    """The values that stand at the end of each month."""
    months = table("months")
    return held.join(months, [months.number >= held.first, months.number < held.until])


def _stocks(held: ir.Table, lines: ir.Table) -> ir.Table:
    """What the organisations that stand below an ancestor at the end of a month have, by indicator and scope."""
    values = _held_at(held).select("organisation", "indicator", "month", *MEASURES, value_day="day", day="last_day")
    found = values.join(lines, ["organisation", "day"])
    parts = []
    for scope in ("own", "system", "county"):
        rows = found
        if scope == "own":
            rows = rows.filter(rows.ancestor == rows.organisation)
        if scope == "system":
            rows = rows.filter(~rows.outside)
        parts.append(rows.select("ancestor", "month", "indicator", "value_day", *MEASURES, scope=ibis.literal(scope)))
    rows = every(*parts)
    return added(rows, *KEYS, as_of=rows.value_day.min())


def _said() -> ir.Table:
    """The statements that may stand in for entries, whose whole period is compared; with the last day of it."""
    stated, months = table("stated"), table("months")
    first = months.select(first_month="month")
    last = months.select(last_month="month", day="last_day")
    return stated.join(first, "first_month").join(last, "last_month")


def _stated(said: ir.Table, flows: ir.Table, lines: ir.Table) -> ir.Table:
    """The measures of the statements that no entry of their unit, departments included, has put to rest."""
    entries = flows.filter(flows.scope == "county", flows.entries > 0).select(
        unit="ancestor", what="indicator", when="month"
    )
    waiting = said.anti_join(
        entries,
        [
            said.organisation == entries.unit,
            said.indicator == entries.what,
            said.first_month <= entries.when,
            said.last_month >= entries.when,
        ],
    )
    measured = measures(waiting, "id").mutate(entries=ibis.literal(0, "int64"))
    rows = waiting.select("id", "organisation", "indicator", "day", month="last_month").join(measured, "id")
    found = rows.join(lines, ["organisation", "day"])
    parts = [
        each.select(*KEYS[:3], *MEASURES, "id", scope=ibis.literal(scope))
        for scope, each in (("system", found.filter(~found.outside)), ("county", found))
    ]
    return every(*parts)
