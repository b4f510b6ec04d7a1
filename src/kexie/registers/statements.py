"""Statements (申报总数): numbers said of a whole, kept beside the totals."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.orgs.models import Organisation
from kexie.registers.models import Statement
from kexie.registers.revisions import Checker, FigureTold, completed, to_units

_NUMBER = ("value", "qualifier", "low", "high", "low_exclusive", "high_exclusive")


def ready_statement(
    *,
    organisation: int,
    code: str,
    period: Period | None,
    figure: FigureTold,
    quote: str,
    sources: Sequence[dict[str, Any]],
    checker: Checker,
    confirmed: bool = True,
) -> Statement:
    """Return the statement, not stored yet; the same content has the same ``digest``.

    Without a ``period`` it cannot be confirmed until it has been given one.

    Raises DomainError for an unknown indicator, or a number that contradicts itself.
    """
    indicator = checker.indicators.get(figure.indicator)
    if indicator is None:
        raise DomainError(f"没有指标“{figure.indicator}”")
    columns = to_units(completed(figure), indicator)
    statement = Statement(
        organisation_id=organisation,
        indicator=indicator,
        first_month=period.first_month if period else None,
        last_month=period.last_month if period else None,
        quote=quote[:300],
        told=msgspec.to_builtins(list(sources)),
        confirmed=confirmed,
        **columns,
    )
    statement.digest = _digest(statement, code)
    return statement


def _digest(statement: Statement, code: str) -> str:
    """The SHA-256 of all that is said, of which unit and period."""
    number = {name: getattr(statement, name) for name in _NUMBER}
    said = [code, statement.first_month, statement.last_month, statement.indicator.code, number]
    content = msgspec.json.encode([*said, statement.quote, statement.told], order="deterministic")
    return hashlib.sha256(content).hexdigest()


def date_statement(*, statement: Statement, period: Period) -> None:
    """Say which period a statement is of, that did not say so itself; it is then the same as one told with it."""
    statement.first_month, statement.last_month = period.first_month, period.last_month
    statement.digest = _digest(statement, statement.organisation.code)
    statement.save(update_fields=["first_month", "last_month", "digest"])


def restate(*, statement: Statement, organisation: Organisation) -> None:
    """Say that a statement is of another unit."""
    statement.organisation = organisation
    statement.digest = _digest(statement, organisation.code)
    statement.save(update_fields=["organisation", "digest"])


def state(
    *,
    organisation: Organisation,
    period: Period | None,
    figure: FigureTold,
    quote: str,
    sources: Sequence[dict[str, Any]],
    checker: Checker,
    confirmed: bool,
) -> Statement:
    """Store a statement and return it; told twice it is the same one. Raises DomainError like ``ready_statement``."""
    statement = ready_statement(
        organisation=organisation.pk,
        code=organisation.code,
        period=period,
        figure=figure,
        quote=quote,
        sources=sources,
        checker=checker,
        confirmed=confirmed,
    )
    known = Statement.objects.filter(digest=statement.digest).first()
    if known is None:
        statement.save()
    return known or statement
