"""Reads of the tree on a given day."""

from collections.abc import Iterable
from datetime import date, timedelta

from kexie.core.errors import DomainError
from kexie.orgs.models import Lineage, Organisation, OrganisationVersion


def organisation_with_code(code: str) -> Organisation:
    """Return the organisation with ``code``. Raises DomainError when there is none."""
    try:
        return Organisation.objects.get(code=code)
    except Organisation.DoesNotExist as error:
        raise DomainError(f"没有代码为“{code}”的组织") from error


class Standings:
    """Where organisations stood on given days, read once and asked often (10,000 entries a second).

    ``organisations`` restricts what is read; None reads the whole tree.
    """

    def __init__(self, organisations: Iterable[int] | None = None) -> None:
        rows = Lineage.objects.order_by("organisation_id", "valid_from")
        if organisations is not None:
            rows = rows.filter(organisation__in=organisations)
        self._rows: dict[int, list[tuple[date, date, str, int]]] = {}
        fields = ("organisation_id", "valid_from", "valid_until", "path", "department_depth")
        for organisation, start, until, path, depth in rows.values_list(*fields):
            self._rows.setdefault(organisation, []).append((start, until, path, depth))

    def on(self, organisation: int, day: date) -> tuple[str, int] | None:
        """Return (path, department depth) of organisation id ``organisation`` on ``day``; None: it did not exist."""
        for start, until, path, depth in self._rows.get(organisation, ()):
            if start <= day < until:
                return path, depth
        return None

    def days(self, organisation: int) -> list[date]:
        """Return the days on which ``organisation`` came to stand elsewhere, or nowhere any more; none: never there."""
        return sorted({day for row in self._rows.get(organisation, ()) for day in row[:2]})


def path_on(*, organisation: Organisation, day: date) -> str | None:
    """Return the path of ``organisation`` on ``day``, or None when it did not exist then."""
    row = Lineage.objects.filter(organisation=organisation, valid_from__lte=day, valid_until__gt=day).first()
    return row.path if row else None


def children_between(*, organisation: Organisation, first: date, last: date) -> list[Organisation]:
    """Return, in official order, all that stood directly below ``organisation`` on some day from first to last."""
    lineages = Lineage.objects.filter(parent=organisation, valid_from__lte=last, valid_until__gt=first)
    return list(Organisation.objects.filter(pk__in=lineages.values("organisation")).in_official_order())


def why_absent(*, organisation: int, day: date) -> str:
    """Return a sentence for people that organisation id ``organisation`` does not exist on ``day``, and why."""
    rows = list(
        OrganisationVersion.objects.filter(organisation=organisation)
        .select_related("organisation", "successor")
        .order_by("valid_from")
    )
    code = rows[0].organisation.code
    past = [row for row in rows if row.valid_until <= day]
    if not past:
        return f"组织 {code} 在 {day} 不存在：{rows[0].name}从 {rows[0].valid_from} 起才有"
    last = past[-1]
    went = f"，并入{last.successor.name}" if last.successor else ""
    return f"组织 {code} 在 {day} 不存在：{last.name}到 {last.valid_until - timedelta(days=1)} 为止{went}"
