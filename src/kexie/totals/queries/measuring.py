"""What totals are made of, for whoever keeps it: measures by indicator, and the totals that they come to."""

from collections.abc import Mapping

from kexie.orgs.models import Organisation
from kexie.totals.measures import Measure
from kexie.totals.models import Indicator, IndicatorKind
from kexie.totals.queries.adding import add
from kexie.totals.queries.answers import Parts, Total, Wanted
from kexie.totals.queries.asked import Asked, Scope
from kexie.totals.queries.flows import flow_measures
from kexie.totals.queries.standing_in import standing_in
from kexie.totals.queries.stocks import held_stocks


def measures(*, organisation: Organisation, first_month: int, last_month: int, scope: Scope) -> dict[int, Measure]:
    """Return what the totals are made of, by indicator id: flows, with what stands in for missing entries, and stocks.

    What follows from them by formula is not in the answer.
    """
    asked = Asked(organisation=organisation, first_month=first_month, last_month=last_month, scope=scope)
    found = {key[0]: measure for key, measure in flow_measures(asked, "indicator_id").items()}
    add(found, ((each.row.indicator_id, each.measure) for each in standing_in(asked)))
    stocked = held_stocks(asked, Wanted(None).stocks)
    return {**found, **{pk: measure for pk, (measure, _) in stocked.items()}}


def totals_of(measures: Mapping[int, Measure]) -> dict[str, Total]:
    """Return the totals, formulas among them, that ``measures`` by indicator id come to; stocks without their day."""
    found = {pk: measure for pk, measure in measures.items() if measure != Measure()}
    kinds = Indicator.objects.filter(kind=IndicatorKind.STOCK, pk__in=found)
    stocked = {pk: (found.pop(pk), None) for pk in kinds.values_list("pk", flat=True)}
    return Wanted(None).answer(Parts(found, stocks=stocked))
