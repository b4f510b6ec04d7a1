"""Texts that lost digits or bytes when they were copied, and what their copies in the same file say.

A missing digit is proposed with its source; no figure's value is ever changed.
"""

from kexie.reading.damage.examine import examine
from kexie.reading.damage.parts import Part

__all__ = ["Part", "examine"]
