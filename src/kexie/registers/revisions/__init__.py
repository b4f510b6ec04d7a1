"""From what is told of an entry to what counts, step by step: told, checked, stored, settled.

Everything that stores a revision (the exchange format, documents, forms, other modules) goes through ``Checker.check``
and ``store``. ``settle`` books what counts after the status of a revision has changed.
"""

from kexie.registers.revisions.checking import Checker, Ready, code_of, completed, to_units
from kexie.registers.revisions.settling import lock_entries, settle
from kexie.registers.revisions.storing import Stored, store
from kexie.registers.revisions.told import EntryError, EntryTold, FigureTold

__all__ = [
    "Checker",
    "EntryError",
    "EntryTold",
    "FigureTold",
    "Ready",
    "Stored",
    "code_of",
    "completed",
    "lock_entries",
    "settle",
    "store",
    "to_units",
]
