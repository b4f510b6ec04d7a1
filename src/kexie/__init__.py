"""Kexie: the work system of associations for science and technology (科协)."""

__version__ = "0.1.0"
