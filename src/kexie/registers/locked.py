"""A refusal by a lock, in the words of the registers: ``totals`` knows entries by their keys alone."""

from collections.abc import Iterator
from contextlib import contextmanager

from kexie.core.errors import DomainError
from kexie.registers.models import Entry
from kexie.totals.locks import Locked


@contextmanager
def naming_entries() -> Iterator[None]:
    """Raise DomainError with the numbers of the entries in place of Locked. Also a decorator."""
    try:
        yield
    except Locked as error:
        uids = dict(Entry.objects.filter(pk__in=error.entries[:100]).values_list("pk", "uid"))
        raise DomainError(error.naming([uids.get(pk, str(pk)) for pk in error.entries])) from error
