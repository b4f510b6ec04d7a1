"""What can be told of an entry: the shapes of the exchange format (docs/exchange.md)."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from kexie.core.errors import DomainError
from kexie.registers.models import Basis, Visibility


class FigureTold(msgspec.Struct, forbid_unknown_fields=True):
    """A figure as it is told in the exchange format (docs/exchange.md)."""

    indicator: str
    value: Decimal | None = None
    qualifier: str = "exact"
    low: Decimal | None = None
    high: Decimal | None = None
    low_exclusive: bool | None = None
    high_exclusive: bool | None = None
    mode: str | None = ""
    groups: list[str] = []
    basis: str = Basis.UNKNOWN.value
    part_of: int | str | None = None


class EntryTold(msgspec.Struct, forbid_unknown_fields=True):
    """A revision of an entry as it is told in the exchange format (docs/exchange.md)."""

    id: str
    register: str
    organisation: str
    title: str
    start: date | None
    end: date | None
    status: str
    revision: int = 1
    place: str | None = ""
    places: list[str] = []
    work_area: str | None = ""
    kind: str | list[str] | None = ""
    campaigns: list[str] = []
    partners: list[str] = []
    role: str | None = ""
    occurrences: int = 1
    visibility: str = Visibility.INTERNAL.value
    fields: dict[str, Any] = {}
    figures: list[FigureTold] | None = None
    void_reason: str | None = ""
    sources: list[dict[str, Any]] = []


class EntryError(DomainError):
    """A revision of an entry cannot be stored beside what is there; ``uid`` and ``revision`` say which."""

    def __init__(self, told: EntryTold, reason: str) -> None:
        self.uid, self.revision = told.id, told.revision
        super().__init__(f"记录 {told.id} 第 {told.revision} 版{reason}")
