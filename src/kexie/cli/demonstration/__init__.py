"""The demonstration county: a pure generator of the exchange format. Nothing here knows of Django."""

from kexie.cli.demonstration.generator import Account, Demonstration, Document, generate, write

__all__ = ["Account", "Demonstration", "Document", "generate", "write"]
