"""The tree: rows of orgs.csv, and the units with what the generator needs to know of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

from kexie.cli.demonstration import data

COLUMNS = ("code", "name", "kind", "parent_code", "valid_from", "valid_to", "successor_code", "order", "short_name")


@dataclass
class Unit:
    code: str
    name: str  # the short name, as titles use it
    kind: str  # that of orgs.csv
    county: str  # code of its county, "" for the city
    township: str = ""  # code of the township it stands in today, for places
    crops: list[str] = field(default_factory=list)
    last: date | None = None
    members: int = 0

    def exists(self, day: date) -> bool:
        return self.last is None or day <= self.last


@dataclass
class Tree:
    rows: list[dict[str, str]]
    units: list[Unit]
    by_name: dict[str, Unit]
    silent: dict[int, list[str]]  # year -> codes of villages where nothing happens
    _villages: dict[date, dict[str, list[Unit]]] = field(default_factory=dict)

    def villages(self, township: str, day: date) -> list[Unit]:
        """Villages and communities that stand in a township (code) on ``day``, the silent ones too."""
        if day not in self._villages:
            of_day: dict[str, list[Unit]] = {}
            for unit in self.units:
                if unit.kind in ("village", "community") and unit.exists(day):
                    of_day.setdefault(self.township_of(unit, day), []).append(unit)
            self._villages[day] = of_day
        return self._villages[day].get(township, [])

    def township_of(self, unit: Unit, day: date) -> str:
        """The township (code) in which a unit stands on ``day``, by the rows and the successors."""
        row = self.row_on(unit, day)
        if row is None or unit.kind not in ("village", "community"):
            return unit.township
        above = next(other for other in reversed(self.rows) if other["code"] == row["parent_code"])
        merged = above["successor_code"] and not covers(above, day)
        return above["successor_code"] if merged else above["code"]

    def name_on(self, unit: Unit, day: date) -> str:
        row = self.row_on(unit, day)
        return row["short_name"] if row else unit.name

    def row_on(self, unit: Unit, day: date) -> dict[str, str] | None:
        return next((row for row in reversed(self.rows) if row["code"] == unit.code and covers(row, day)), None)


def covers(row: dict[str, str], day: date) -> bool:
    text = day.isoformat()
    return row["valid_from"] <= text and (not row["valid_to"] or text <= row["valid_to"])


def build() -> Tree:
    source = data.organisations()
    rows: list[dict[str, str]] = []
    units: list[Unit] = []
    by_name: dict[str, Unit] = {}
    silent: dict[int, list[str]] = {2024: [], 2025: []}

    def row(code: str, name: str, kind: str, parent: str, order: int, **more: str) -> None:
        values = {"code": code, "name": name, "kind": kind, "parent_code": parent, "order": str(order)}
        rows.append(dict.fromkeys(COLUMNS, "") | values | {"short_name": name} | more)

    def unit(new: Unit) -> Unit:
        units.append(new)
        by_name[new.name] = new
        return new

    city = source.city
    row(city.code, city.name, "city", "", 10, short_name=city.short_name)
    unit(Unit(city.code, city.short_name, "city", ""))
    for place, county in enumerate(source.counties, 1):
        _county(county, place * 10, city.code, row, unit)
        names = {new.name: new.code for new in units if new.county == county.code}
        for year, codes in silent.items():
            codes += [names[name] for name in county.silent.get("both", []) + county.silent.get(year, [])]
    return Tree(rows, units, by_name, silent)


def _county(county: data.County, order: int, city: str, row: Callable[..., None], unit: Callable[[Unit], Unit]) -> None:
    top = county.code
    row(top, county.name, "county", city, order, short_name=county.short_name)
    unit(Unit(top, county.short_name, "county", top))
    codes = {township.name: f"{top}{number:02d}" for number, township in enumerate(county.townships, 1)}
    crops = {township.name: township.crops for township in county.townships}
    for number, township in enumerate(county.townships, 1):
        code = codes[township.name]
        end = {}
        if township.until:
            end = {"valid_to": township.until.isoformat(), "successor_code": codes[township.successor]}
        order = township.order or number * 10
        row(code, f"{township.name}科协", "township", top, order, short_name=township.name, **end)
        unit(Unit(code, township.name, "township", top, code, township.crops, last=township.until))
    for township in county.townships:
        code = codes[township.name]
        for number, name in enumerate(township.villages, 1):
            own = f"{code}{number:02d}"
            kind = "community" if name.endswith("社区") else "village"
            before = next((was for was in county.earlier if was.village == name), None)
            since = {}
            if before:
                row(own, before.name, kind, codes[before.township], number * 10, valid_to=before.until.isoformat())
                since = {"valid_from": (before.until + timedelta(days=1)).isoformat()}
            if name in township.moved and township.until:
                row(own, name, kind, code, number * 10, valid_to=township.until.isoformat())
                row(
                    own,
                    name,
                    kind,
                    codes[township.successor],
                    200 + number * 10,
                    valid_from=(township.until + timedelta(days=1)).isoformat(),
                )
            else:
                row(own, name, kind, code, number * 10, **since)
            stands = codes[township.successor] if township.successor else code
            unit(Unit(own, name, kind, top, stands, township.crops))
        for former in county.former:
            if former.township == township.name:
                successor = f"{code}{township.villages.index(former.successor) + 1:02d}"
                until = former.until.isoformat()
                row(former.code, former.name, "village", code, 900, valid_to=until, successor_code=successor)
                unit(Unit(former.code, former.name, "village", top, code, township.crops, last=former.until))
    for number, society in enumerate(county.societies, 1):
        code = f"{top}S{number}"
        row(code, society.name, society.kind, top, 200 + number * 10, short_name=society.short_name)
        unit(Unit(code, society.short_name, society.kind, top, members=society.members))
    for number, base in enumerate(county.bases, 1):
        code = f"{top}J{number:02d}"
        row(code, base.name, base.kind, top, 300 + number * 10, short_name=base.short_name)
        unit(Unit(code, base.short_name, base.kind, top, codes[base.township], crops[base.township]))
    for number, short in enumerate(county.departments, 1):
        code = f"{top}D{number:02d}"
        own = county.short_name.removesuffix("县科协")
        full = own + short if short.startswith("县") else f"共青{short.replace('县', f'{own}县', 1)}"
        row(code, full, "department", top, 500 + number * 10, short_name=short)
        unit(Unit(code, short, "department", top))
