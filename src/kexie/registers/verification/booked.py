"""What totals keep, added up from their own tables: the sums by month, and the facts with their stamps and skips."""

import ibis
from ibis.expr import types as ir

from kexie.registers.verification.engine import Engine, every
from kexie.registers.verification.expression import ADDED, added, measures
from kexie.registers.verification.tables import KEYS, MEASURES, table


def sums() -> ir.Table:
    """The sums of flows, as the totals of 科协系统 and of the whole are read from them."""
    rows = table("sums").join(table("months").select("month"), "month")
    rows = rows.join(_adding(), "indicator")
    parts = [
        each.select("ancestor", "month", "indicator", *MEASURES, scope=ibis.literal(scope))
        for scope, each in (("system", rows.filter(~rows.outside)), ("county", rows))
    ]
    return added(every(*parts), *KEYS)


def facts(engine: Engine) -> ir.Table:
    """The sums of flows that breakdowns read: facts of what an ancestor is stamped with and does not skip."""
    kept = table("facts")
    measured = measures(kept.filter(~kept.part), "posting", "indicator").mutate(entries=ibis.literal(1, "int64"))
    postings = table("postings").join(table("months").select("month"), "month")
    rows = measured.join(_adding(), "indicator").join(postings.select("month", "organisation", posting="id"), "posting")
    rows = engine.keep("b_facts", rows.select("posting", "organisation", "month", "indicator", *MEASURES))
    own = rows.select("month", "indicator", *MEASURES, ancestor="organisation", scope=ibis.literal("own"))
    stamps = table("stamps")
    found = engine.keep("b_stamped", rows.join(stamps, "posting"))
    skips = table("skips")
    parts = [own.select("ancestor", "month", "indicator", *MEASURES, "scope")]
    for scope, each, system in (("system", found.filter(~found.outside), True), ("county", found, False)):
        skipped = skips.filter(skips.system == ibis.literal(system))
        counted = each.anti_join(skipped, ["posting", "ancestor", "indicator"])
        parts.append(counted.select("ancestor", "month", "indicator", *MEASURES, scope=ibis.literal(scope)))
    return added(every(*parts), *KEYS)


def held() -> ir.Table:
    """What is held of stocks at month ends, from the steps of those above and the spans of the units themselves."""
    months, stock = table("months"), _stock()
    steps, spans = table("steps").join(stock, "indicator"), table("spans").join(stock, "indicator")
    below = steps.join(
        months, [steps.since <= months.month, _month_number(steps.day) >= months.number - steps.valid_months]
    )
    own = spans.join(
        months,
        [
            spans.first <= months.month,
            spans.until > months.month,
            _month_number(spans.day) >= months.number - spans.valid_months,
        ],
    )
    parts = [
        each.select("month", "indicator", "day", *MEASURES, ancestor=each[who], scope=ibis.literal(scope))
        for scope, who, each in (
            ("own", "organisation", own),
            ("system", "ancestor", below.filter(~below.outside)),
            ("county", "ancestor", below),
        )
    ]
    days = added(every(*parts), *KEYS, "day")
    return added(days, *KEYS, as_of=ibis.ifelse(days.entries > 0, days.day, ibis.null("int64")).min())


def stocks() -> ir.Table:
    """The last values of stocks at month ends, from facts and the standings of the tree."""
    kept, months, stock = table("facts"), table("months"), _stock()
    measured = measures(kept.filter(~kept.part), "posting", "indicator").mutate(entries=ibis.literal(1, "int64"))
    rows = measured.join(stock, "indicator").join(
        table("postings").select("day", "entry", "organisation", posting="id"), "posting"
    )
    rows = rows.mutate(first=_month_number(rows.day))
    at = rows.join(months, [months.number >= rows.first, months.number <= rows.first + rows.valid_months])
    place = ibis.row_number().over(
        group_by=[at.organisation, at.indicator, at.month], order_by=[at.day.desc(), at.entry.desc()]
    )
    last = at.mutate(place=place)
    last = last.filter(last.place == 0).select(
        "indicator", "month", *MEASURES, "last_day", unit="organisation", value_day="day"
    )
    standings = table("standings")
    found = last.join(
        standings,
        [last.unit == standings.organisation, last.last_day >= standings.since, last.last_day < standings.until],
    )
    parts = [
        each.select("ancestor", "month", "indicator", *MEASURES, "value_day", scope=ibis.literal(scope))
        for scope, each in (
            ("own", found.filter(found.ancestor == found.unit)),
            ("system", found.filter(~found.outside)),
            ("county", found),
        )
    ]
    values = every(*parts)
    return added(values, *KEYS, as_of=values.value_day.min())


def _adding() -> ir.Table:
    indicators = table("indicators")
    return indicators.filter(indicators.kind.isin(ADDED)).select(indicator="id")


def _stock() -> ir.Table:
    indicators = table("indicators")
    return indicators.filter(indicators.kind == "stock").select("valid_months", indicator="id")


def _month_number(day: ir.IntegerValue) -> ir.IntegerValue:
    """The month of a day, counted from the year 0."""
    return day // 10000 * 12 + day // 100 % 100
