"""Reads of the phrase bank."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from kexie.orgs.models import Organisation
from kexie.reports.phrase_bank.models import OfficePhrase, PhraseSort


@dataclass(frozen=True)
class Phrases:
    """The texts of an office on a day; empty: none is valid. ``outdated``: sorts that had one before."""

    formula: str = ""
    focus: str = ""
    leadership: str = ""
    outdated: frozenset[str] = frozenset()

    @property
    def missing(self) -> list[str]:
        """The sorts that a summary asks for; leadership follows from the name of the place when nobody has said it."""
        return [sort for sort in (PhraseSort.FORMULA, PhraseSort.FOCUS) if not getattr(self, sort)]


def phrases_of(*, organisation: Organisation, day: date) -> Phrases:
    """Return the texts of ``organisation`` that are valid on ``day``; those of other offices are never taken."""
    valid: dict[str, str] = {}
    begun: set[str] = set()
    for phrase in OfficePhrase.objects.filter(organisation=organisation, valid_from__lte=day).order_by("valid_from"):
        begun.add(phrase.sort)
        if phrase.valid_until > day:
            valid[phrase.sort] = phrase.text
    return Phrases(**valid, outdated=frozenset(begun - set(valid)))


def phrases_entered(organisation: Organisation) -> QuerySet[OfficePhrase]:
    """Return all texts of an office, by sort, the latest first."""
    return OfficePhrase.objects.filter(organisation=organisation).order_by("sort", "-valid_from")
