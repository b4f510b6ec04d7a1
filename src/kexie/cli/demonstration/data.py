"""The shapes of ``catalogue/demonstration/*.yaml``."""

from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

import kexie.catalogue


class Township(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    crops: list[str]
    villages: list[str]
    order: int = 0
    until: date | None = None
    successor: str = ""
    moved: list[str] = []


class Former(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str
    township: str
    until: date
    successor: str


class Earlier(msgspec.Struct, forbid_unknown_fields=True):
    village: str
    name: str
    township: str
    until: date


class Society(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    short_name: str
    members: int
    kind: str = "society"


class Base(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    short_name: str
    kind: str
    township: str


class County(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str
    short_name: str
    townships: list[Township]
    former: list[Former]
    earlier: list[Earlier]
    societies: list[Society]
    bases: list[Base]
    departments: list[str]
    silent: dict[str | int, list[str]]


class City(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    name: str
    short_name: str


class Organisations(msgspec.Struct, forbid_unknown_fields=True):
    city: City
    counties: list[County]


class Topic(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    months: str
    forms: list[str] = []
    units: list[str] = []
    area: str = ""
    campaign: str = ""
    partners: list[str] = []
    at: str = ""
    times: int = 0
    extra: str = ""
    days: tuple[int, int] = (1, 31)
    crop: bool = False
    restricted: bool = False


class Topics(msgspec.Struct, forbid_unknown_fields=True):
    general: list[Topic]
    school: list[Topic]
    secondary: list[Topic]
    units: dict[str, list[Topic]]
    county: list[Topic]
    city: list[Topic]


class Crop(msgspec.Struct, forbid_unknown_fields=True):
    spot: str
    topics: list[Topic]


class Form(msgspec.Struct, forbid_unknown_fields=True):
    kinds: list[str]
    titles: list[str]
    counts: dict[str, tuple[int, int, float]]
    days: tuple[int, int] = (1, 1)


class Forms(msgspec.Struct, forbid_unknown_fields=True):
    scaled: list[str]
    scale: dict[str, float]
    forms: dict[str, Form]


class Member(msgspec.Struct, forbid_unknown_fields=True):
    unit: str
    role: str
    share: float = 1.0
    title: str = ""
    late: bool = False


class Joint(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    form: str
    area: str
    days: list[date]
    people: tuple[int, int]
    place: str
    members: list[Member]
    campaign: str = ""
    late: list[date] = []
    hall: str = ""
    summary: str = ""


class Honour(msgspec.Struct, forbid_unknown_fields=True):
    title: str
    level: str
    grantor: str
    kind: str
    months: str
    number: str = ""
    only: list[str] = []


class AccountRow(msgspec.Struct, forbid_unknown_fields=True):
    username: str
    display_name: str
    role: str
    organisation: str


class DocumentRow(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    organisation: str
    period: str


@cache
def organisations() -> Organisations:
    return kexie.catalogue.load_typed("demonstration/organisations", Organisations)


@cache
def topics() -> Topics:
    return kexie.catalogue.load_typed("demonstration/topics", Topics)


@cache
def crops() -> dict[str, Crop]:
    return kexie.catalogue.load_typed("demonstration/crops", dict[str, Crop])


@cache
def forms() -> Forms:
    return kexie.catalogue.load_typed("demonstration/forms", Forms)


@cache
def joint() -> list[Joint]:
    return kexie.catalogue.load_typed("demonstration/joint", list[Joint])


@cache
def honours() -> dict[str, list[Honour]]:
    return kexie.catalogue.load_typed("demonstration/honours", dict[str, list[Honour]])


@cache
def accounts() -> list[AccountRow]:
    return kexie.catalogue.load_typed("demonstration/accounts", list[AccountRow])


@cache
def documents() -> list[DocumentRow]:
    return kexie.catalogue.load_typed("demonstration/documents", list[DocumentRow])


def document_text(name: str) -> str:
    path = files("kexie.catalogue").joinpath("demonstration", "documents", f"{name}.txt")
    return path.read_text(encoding="utf-8")


@cache
def months_of(words: str) -> frozenset[int]:
    """``"3,9-11"`` and ``"11-2"`` (over the turn of the year) as months; only ever asked whether one is in it."""
    months: list[int] = []
    for part in words.split(","):
        first, _, last = part.partition("-")
        start, end = int(first), int(last or first)
        months += range(start, end + 1) if start <= end else [*range(start, 13), *range(1, end + 1)]
    return frozenset(months)
