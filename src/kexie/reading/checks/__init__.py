"""Checks inside one document: totals against their parts, parts against the whole, a ratio against its parts, missing,
masked and impossible numbers, one event under two dates."""

from kexie.reading.checks.events import two_dates
from kexie.reading.checks.forms import Odd, odd_forms
from kexie.reading.checks.slots import Slot, empty_slots, masked_numbers
from kexie.reading.checks.sums import with_parts

__all__ = ["Odd", "Slot", "empty_slots", "masked_numbers", "odd_forms", "two_dates", "with_parts"]
