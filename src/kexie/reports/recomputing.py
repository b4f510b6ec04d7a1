"""Numbers of a report that was kept, against what the records say now."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from kexie.orgs.models import Organisation, User
from kexie.reports.material import Material
from kexie.reports.model import Document, Number
from kexie.reports.queries import number_now


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A number as it was written, and as it is now: None when nothing is recorded for it any more."""

    before: Number
    now: Number | None


def changed_since(*, document: Document, user: User | AnonymousUser | None = None) -> list[Changed]:
    """Return the numbers whose value is another one by now, each quantity once, in reading order.

    Only values and bounds are compared: other words for the same value are no change.
    """
    numbers = document.distinct_numbers()
    codes = {number.query.organisation for number in numbers}
    organisations = {each.code: each for each in Organisation.objects.filter(code__in=codes)}
    materials: dict[tuple[str, int, int, str], Material] = {}
    found = []
    for number in numbers:
        query = number.query
        organisation = organisations.get(query.organisation)
        now = None
        if organisation is not None:
            key = (query.organisation, query.first_month, query.last_month, query.scope)
            material = materials.setdefault(
                key,
                Material(
                    organisation=organisation,
                    first_month=query.first_month,
                    last_month=query.last_month,
                    scope=query.scope,
                ),
            )
            now = number_now(organisation, query, number.measure, user, material)
        if now is None or (now.value, now.low, now.high) != (number.value, number.low, number.high):
            found.append(Changed(before=number, now=now))
    return found
