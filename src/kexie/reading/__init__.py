"""Documents into facts. A pure library: no Django, no database, no network, no printing.

``read_file`` opens a file and ``extract`` decodes it; ``read`` and ``read_text`` return a ``Reading``; ``to_json``
gives it the shape of ``kexie read --json``, which ``contract`` describes. ``figures_of`` returns the figures of a text
and nothing else.
"""

from kexie.reading.decode import extract, read_file, read_standard_input
from kexie.reading.figures import figures_of
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
    "figures_of",
    "read",
    "read_file",
    "read_source",
    "read_standard_input",
    "read_text",
    "to_json",
]
