"""Documents into facts. A pure library: no Django, no database, no network, no printing.

``extract`` decodes a file; ``read`` and ``read_text`` return a ``Reading``; ``to_json`` gives it the shape of
``kexie read --json``.
"""

from kexie.reading.decode import extract
from kexie.reading.model import (
    Activity,
    Check,
    Document,
    Figure,
    Reading,
    ReadingError,
    Section,
    Source,
    Target,
)
from kexie.reading.output import to_json
from kexie.reading.read import read, read_source, read_text

__all__ = [
    "Activity",
    "Check",
    "Document",
    "Figure",
    "Reading",
    "ReadingError",
    "Section",
    "Source",
    "Target",
    "extract",
    "read",
    "read_source",
    "read_text",
    "to_json",
]
