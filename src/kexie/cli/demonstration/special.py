"""What is not an ordinary event: shared events, honours, stocks, corrections, statements."""

from copy import deepcopy
from datetime import date
from typing import Any

from kexie.cli.demonstration import data
from kexie.cli.demonstration.counts import loosely, value_of
from kexie.cli.demonstration.dice import Dice
from kexie.cli.demonstration.events import HOLIDAYS, Entry, figure
from kexie.cli.demonstration.organisations import Tree, Unit

PERIODS = [("2024", "2024-01", "2024-13"), ("2025H1", "2025-01", "2025-07"), ("2025", "2025-01", "2025-13")]
ENDS = [date(2024, 6, 30), date(2024, 12, 31), date(2025, 6, 30), date(2025, 12, 31)]


def shared_events(tree: Tree, seed: int) -> list[list[Entry]]:
    """Groups of entries that tell of one event, the lead organiser's first."""
    groups = []
    for number, joint in enumerate(data.joint()):
        form = data.forms().forms[joint.form]
        for turn in range(len(joint.days)):
            dice = Dice(seed, "joint", number, turn)
            counts = {
                key: int(dice.size(low, high) * (2.5 if key in data.forms().scaled else 1.0))
                for key, (low, high, share) in form.counts.items()
                if key not in ("person_times", "online_person_times") and dice.chance(share)
            }
            counts = {"person_times": dice.whole(*joint.people)} | counts
            groups.append([_member(tree, joint, member, turn, counts, dice) for member in joint.members])
    return groups


def _member(tree: Tree, joint: data.Joint, member: data.Member, turn: int, counts: dict[str, int], dice: Dice) -> Entry:
    unit, place = tree.by_name[member.unit], tree.by_name[joint.place]
    start = joint.days[turn]
    end = joint.late[turn] if member.late else start
    halls = {"township": "文化广场", "village": "党群服务中心", "community": "文化广场"}
    words = joint.hall or place.name + halls.get(place.kind, "")
    entry: Entry = {
        "register": "training" if joint.form == "training" else "activity",
        "organisation": unit.code,
        "title": member.title or joint.title,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "status": "approved",
        "place": words,
        "places": [place.code],
        "kind": data.forms().forms[joint.form].kinds,
        "work_area": joint.area,
    }
    if joint.campaign:
        both = joint.campaign == "science-day" and start.year == 2025
        entry["campaigns"] = ["science-month", "science-day"] if both else [joint.campaign]
    entry["partners"] = [other.unit for other in joint.members if other is not member]
    entry["role"] = member.role
    if member.role == "host":
        entry["visibility"] = "public"
    fields: dict[str, Any] = {}
    sources = []
    for key, count in counts.items():
        small = member.share < 0.5
        if small and key not in ("person_times", "materials", "consultations", "experts"):
            continue
        own = int(count * member.share) if key in data.forms().scaled or key == "person_times" else count
        fields[key], quote = loosely(dice, key, max(2, own))
        if quote:
            name = f"{unit.name}{start.year}年{start.month}月工作信息"
            sources.append({"name": name, "quote": quote, "field": key})
    if joint.summary and member is joint.members[0]:
        fields["summary"] = joint.summary
    entry["fields"] = fields
    if sources:
        entry["sources"] = sources
    return entry


def honours(tree: Tree, seed: int) -> list[Entry]:
    found = []
    share = {"county": 0.8, "township": 0.2, "village": 0.045, "community": 0.12, "society": 0.3, "school": 0.3,
             "elder-association": 0.4, "base": 0.2, "department": 0.1, "city": 0.7}  # fmt: skip
    serial = {2024: 11, 2025: 9}
    for year in (2024, 2025):
        for unit in tree.units:
            dice = Dice(seed, "honours", unit.code, year)
            for honour in data.honours().get(unit.kind.replace("elder-association", "society"), []):
                if unit.county == "YX" and not (unit.kind == "county" and honour.level == "city"):
                    continue
                if honour.only and unit.name not in honour.only:
                    continue
                if honour.level == "national" and (unit.kind == "county") != (year == 2025):
                    continue
                sure = honour.level == "national"
                if not sure and not dice.chance(share[unit.kind] * (0.8 if year == 2024 else 1.0)):
                    continue
                month = int(honour.months)
                days = [date(year, month, day) for day in range(8, 27)]
                able = [day for day in days if day.weekday() < 5 and not any(a <= day <= b for a, b in HOLIDAYS)]
                day = dice.pick(able)
                if not unit.exists(day) or unit.code in tree.silent[year]:
                    continue
                found.append(_honour(tree, unit, honour, day, dice, serial))
    return found


def _honour(tree: Tree, unit: Unit, honour: data.Honour, day: date, dice: Dice, serial: dict[int, int]) -> Entry:
    fields: dict[str, Any] = {"level": honour.level, "grantor": honour.grantor}
    if honour.number and dice.chance(0.85):
        serial[day.year] += 1
        fields["document_number"] = honour.number.format(year=day.year, n=serial[day.year])
    name = tree.name_on(unit, day)
    title = honour.title.format(year=day.year - 1)
    if honour.kind == "person":
        fields["recipients"] = dice.whole(1, 3)
        title = f"{name}{fields['recipients']}人获{'' if title.endswith('奖') else '评'}{title}"
    else:
        title = f"{name}获{'评' if honour.kind == 'unit' or title.endswith('作品') else ''}{title}"
    area = {"school": "youth", "village": "villages", "base": "facilities"}.get(unit.kind, "organisation")
    return {
        "register": "honours",
        "organisation": unit.code,
        "title": title,
        "start": day.isoformat(),
        "end": day.isoformat(),
        "status": "approved",
        "kind": [honour.kind],
        "work_area": area,
        "fields": fields,
    }


def stocks(tree: Tree, seed: int) -> list[Entry]:
    """What units have, twice a year by townships, at the end of the year by societies and the county."""
    found: list[Entry] = []
    for unit in tree.units:
        if unit.kind not in ("township", "society", "elder-association", "county"):
            continue
        dice = Dice(seed, "stocks", unit.code)
        size = {"galleries": dice.whole(3, 9), "volunteers": dice.whole(46, 130), "science_rooms": dice.whole(3, 8)}
        size |= {"members": dice.whole(30, 90), "farm_associations": dice.whole(1, 4), "e_stations": dice.whole(1, 5)}
        size |= {"volunteer_teams": dice.whole(1, 3), "bases": dice.whole(0, 2)}
        missing = dice.whole(2, 5)
        for turn, end in enumerate(ENDS):
            if not unit.exists(end):
                continue
            if unit.kind == "township":
                total = len(tree.villages(unit.code, end))
                if turn:
                    size["galleries"] += dice.whole(0, 1)
                    size["volunteers"] += dice.whole(2, 14)
                    size["science_rooms"] += dice.whole(0, 1)
                    size["members"] += dice.whole(0, 4)
                    missing = max(0, missing - dice.whole(0, 1))
                if turn == 2 and unit.name == "白鹭镇":
                    size["galleries"] += 3
                    size["volunteers"] += 58
                    size["members"] += 36
                if turn == 3 and unit.name == "枫岭乡":
                    size["farm_associations"] -= 1
                now = size | {"villages_total": total, "villages_organised": max(1, total - missing)}
            elif end.month == 6:
                continue
            elif unit.kind == "county":
                societies = [one for one in tree.units if one.county == unit.county and one.members]
                now = {"societies": len(societies), "volunteers": 180 + turn * 28, "volunteer_teams": 6 + turn}
                now |= {"bases": 5 + turn // 2, "e_stations": 2}
            else:
                now = {"members": unit.members + turn * dice.whole(2, 6)}
            word = "年中" if end.month == 6 else "年末"
            source = {"name": f"{end.year}年基层科协情况表.xlsx", "sheet": word, "row": 3 + len(found) % 40}
            found.append(
                {
                    "register": "activity",
                    "organisation": unit.code,
                    "title": f"{unit.name}{end.year}年{word}{'会员' if unit.members else '组织与阵地'}情况",
                    "start": end.isoformat(),
                    "end": end.isoformat(),
                    "status": "submitted" if turn == 3 and unit.name in ("苇塘乡", "青石乡") else "approved",
                    "kind": ["other"],
                    "work_area": "organisation",
                    "figures": [figure(indicator, value) for indicator, value in now.items()],
                    "sources": [source],
                }
            )
    return found


def corrections(entries: list[Entry], merged: list[str], seed: int) -> list[Entry]:
    """Change some entries in place to their first version and return the later versions.

    Amended ones have two approved revisions, two more wait for approval with the second, one came back; one is void
    from the start, three by a second revision.
    """
    dice = Dice(seed, "corrections")
    able = [
        entry
        for entry in entries
        if entry["status"] == "approved"
        and entry["id"] not in merged
        and isinstance(entry.get("fields", {}).get("materials"), int)
        and isinstance(entry["fields"].get("person_times"), int)
        and entry["end"] >= "2024-03"
        and not entry["organisation"].startswith("YX")
    ]
    chosen = dice.take(able, 14)
    later = []
    for number, entry in enumerate(chosen):
        second = deepcopy(entry) | {"revision": 2}
        if number < 7:  # a 0 too many in the first version
            entry["fields"]["materials"] *= 10
        elif number < 10:
            second["fields"]["person_times"] += dice.whole(12, 60)
            second["status"] = "submitted" if number < 9 else "returned"
        elif number < 13:
            reasons = ["与县农学会同日同地的一条重复录入", "因暴雨改期，当日没有举办", "误录，应为下一年度的活动"]
            second |= {"status": "void", "void_reason": reasons[number - 10]}
        else:
            entry |= {"status": "void", "void_reason": "录入练习用的一条，不是实际活动"}
            continue
        later.append(second)
    return later


def booked(entry: Entry) -> dict[str, int]:
    """What an entry adds to the four indicators that townships state, by its figures or the register's rules."""
    names = ("activities", "person_times", "trained_person_times", "materials")
    sums = dict.fromkeys(names, 0)
    if "figures" in entry:
        for one in entry["figures"]:
            if one["indicator"] in sums and "groups" not in one and "part_of" not in one:
                sums[one["indicator"]] += value_of(one)
    elif entry["register"] != "honours":
        fields = entry.get("fields", {})
        sums["activities"] = entry.get("occurrences", 1)
        people = value_of(fields.get("person_times", 0))
        sums["person_times"] = people + value_of(fields.get("online_person_times", 0))
        sums["trained_person_times"] = people if "training" in entry["kind"] else 0
        sums["materials"] = value_of(fields.get("materials", 0))
    return sums


def statements(tree: Tree, entries: list[Entry], seed: int) -> list[dict[str, Any]]:
    """Totals that townships and the county state of their years; some as their entries say, some near it."""
    decided: dict[str, Entry] = {}
    for entry in entries:
        if entry["status"] in ("approved", "void"):
            decided[entry["id"]] = entry  # entries come in the order of their revisions
    counted = [entry for entry in decided.values() if entry["status"] == "approved"]
    by_code = {unit.code: unit for unit in tree.units}
    phrases = {
        "activities": "开展各类活动{}场",
        "person_times": "惠及群众{}人次",
        "trained_person_times": "培训{}人次",
        "materials": "发放资料{}份",
    }
    found = []
    above = [unit for unit in tree.units if unit.kind == "township" or unit.code == "QH"]
    for unit in above:
        for period, first, last in PERIODS:
            dice = Dice(seed, "statements", unit.code, period)
            if not unit.exists(date.fromisoformat(f"{last[:5]}06-30")) or (period == "2025H1" and not dice.chance(0.4)):
                continue
            sums = dict.fromkeys(phrases, 0)
            for entry in counted:
                if not first <= entry["end"][:7] < last:
                    continue
                owner = by_code[entry["organisation"]]
                home = tree.township_of(owner, date.fromisoformat(entry["end"]))
                village = owner.kind in ("village", "community") and home == unit.code
                system = unit.code == "QH" and owner.county == "QH" and owner.kind != "department"
                if owner is unit or village or system:
                    for indicator, value in booked(entry).items():
                        sums[indicator] += value
            for indicator, phrase in phrases.items():
                if not sums[indicator] or not dice.chance(0.85):
                    continue
                found.append(_statement(unit, period, indicator, phrase, sums[indicator], dice))
    return found


def _statement(unit: Unit, period: str, indicator: str, phrase: str, total: int, dice: Dice) -> dict[str, Any]:
    style = dice.weighted([("equal", 35), ("rounded", 40), ("near", 25)])
    row: dict[str, Any] = {"organisation": unit.code, "period": period, "indicator": indicator}
    year = f"{period[:4]}年{'上半年' if period.endswith('H1') else ''}"
    written = str(total)
    if style == "rounded" and total >= 300:
        unit_of = 100 if total < 10000 else 1000
        floor = total // unit_of * unit_of
        step = unit_of
        while floor % (step * 10) == 0:
            step *= 10
        row |= {"value": floor, "qualifier": "at_least", "low": floor, "high": floor + step, "high_exclusive": True}
        written = f"{floor}余"
    elif style == "near":
        row["value"] = max(1, total + (dice.whole(2, 6) * total // 100 or 1) * (1 if dice.chance(0.6) else -1))
        written = str(row["value"])
    else:
        row["value"] = total
    lead = "" if dice.chance(0.5) else "据统计，"
    row["quote"] = f"{lead}{'全年' if len(period) == 4 else '上半年'}{phrase.format(written)}"
    row["sources"] = [{"name": f"{unit.name.removesuffix('科协')}科协{year}工作总结"}]
    return row
