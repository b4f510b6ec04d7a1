"""Verbs of the phrase bank: enter a text, retire it."""

from datetime import date

from django.db import transaction

from kexie.core.errors import DomainError
from kexie.core.services import audit
from kexie.orgs.models import END, Organisation, User
from kexie.reports.phrase_bank.models import OfficePhrase, PhraseSort


@transaction.atomic
def enter_phrase(
    *,
    organisation: Organisation,
    sort: str,
    text: str,
    source: str,
    valid_from: date,
    valid_until: date = END,
    actor: User | str,
) -> OfficePhrase:
    """Store a text as it was written; valid from ``valid_from`` until the day before ``valid_until``.

    Of texts of one sort that are valid on a day the one that began last is printed. Raises DomainError when text or
    source is missing, the days run backward, or there is one of this sort that begins on the same day.
    """
    text, source = text.strip().rstrip("，。；"), source.strip()
    if sort not in PhraseSort.values:
        raise DomainError(f"没有“{sort}”这种提法")
    if not text or not source:
        raise DomainError("文字和出处都要填")
    if valid_from >= valid_until:
        raise DomainError("停用日要在开始使用之后")
    if OfficePhrase.objects.filter(organisation=organisation, sort=sort, valid_from=valid_from).exists():
        raise DomainError(f"从这一天开始使用的{PhraseSort(sort).label}已经有了，请先停用，或换一个日期")
    phrase = OfficePhrase.objects.create(
        organisation=organisation,
        sort=sort,
        text=text,
        source=source,
        valid_from=valid_from,
        valid_until=valid_until,
        created_by=actor if isinstance(actor, User) else None,
    )
    _audit(phrase, "phrase.enter", actor)
    return phrase


@transaction.atomic
def retire_phrase(*, phrase: OfficePhrase, day: date, actor: User | str) -> None:
    """Stop using a text from ``day`` on. What was written with it stays. Raises DomainError when it has ended."""
    end = max(day, phrase.valid_from)
    if not OfficePhrase.objects.filter(pk=phrase.pk, valid_until__gt=end).update(valid_until=end):
        raise DomainError("这一条已经停用")
    _audit(phrase, "phrase.retire", actor)


def _audit(phrase: OfficePhrase, action: str, actor: User | str) -> None:
    audit(
        actor=actor.get_username() if isinstance(actor, User) else actor,
        action=action,
        subject=f"phrase:{phrase.pk}",
        organisation=phrase.organisation.code,
        sort=phrase.sort,
    )
