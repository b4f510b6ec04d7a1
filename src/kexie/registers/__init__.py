"""Registers (台账): definitions, entries with their revisions, figures, sources, statements, the exchange format."""
