"""Statements (申报总数): numbers said of a whole, kept beside the totals.

By choice one stands in for the missing entries of its unit, indicator and period: ``stand_in``. Never both: while there
are entries it rests.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.periods import Period
from kexie.core.services import audit
from kexie.orgs.models import Organisation
from kexie.registers.models import Entry, Statement
from kexie.registers.revisions import Checker, FigureTold, completed, to_units
from kexie.totals.queries import entry_ids
from kexie.totals.standing_in import book_stand_in, remove_stand_in

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


@transaction.atomic
def stand_in(*, statement: Statement, actor: str) -> None:
    """Let a confirmed statement count in place of the entries that are missing for its unit, indicator and period.

    Raises DomainError, naming what is wrong: when it is not confirmed or stands in already; when there are entries, by
    their ids; when another one stands in for the indicator at a time that overlaps, at the unit, above or below it; or
    when its period is locked, at the unit or above.
    """
    if not statement.confirmed or statement.first_month is None or statement.last_month is None:
        raise DomainError("申报数还没有确认，不能代替记录")
    ids = entry_ids(
        organisation=statement.organisation,
        first_month=statement.first_month,
        last_month=statement.last_month,
        indicator=statement.indicator.code,
        scope="county",
    )
    if ids:
        names = "、".join(Entry.objects.filter(pk__in=ids[:5]).order_by("pk").values_list("uid", flat=True))
        raise DomainError(
            f"{statement.organisation.name}这段时间的{statement.indicator.name}已有 {len(ids)} 条记录（{names}），"
            "申报数不能再计"
        )
    book(statement=statement)
    audit(
        actor=actor,
        action="stand-in",
        subject=f"statement:{statement.pk}",
        organisation=statement.organisation.code,
        indicator=statement.indicator.code,
    )


def book(*, statement: Statement) -> None:
    """Book that a confirmed statement stands in, whether it rests or not. Raises DomainError when one overlaps it."""
    assert statement.first_month and statement.last_month  # a confirmed statement has a period: the database says so
    book_stand_in(
        statement=statement.pk,
        organisation=statement.organisation,
        indicator=statement.indicator,
        first_month=statement.first_month,
        last_month=statement.last_month,
        said=statement,
    )


@transaction.atomic
def withdraw(*, statement: Statement, actor: str) -> None:
    """Let a statement stand beside the total again.

    Raises DomainError when it does not stand in for anything, or when its period is locked, naming the lock.
    """
    remove_stand_in(statement=statement.pk)
    audit(actor=actor, action="withdraw-stand-in", subject=f"statement:{statement.pk}")
