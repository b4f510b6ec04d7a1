"""Ordinary events of a unit's year: which topics, in which form, when, where, and what was counted."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from kexie.cli.demonstration import data
from kexie.cli.demonstration.counts import loosely, value_of
from kexie.cli.demonstration.dice import Dice
from kexie.cli.demonstration.organisations import Tree, Unit

Entry = dict[str, Any]

MONTHS = [(1, 8.5), (2, 2.5), (3, 10), (4, 8), (5, 13), (6, 9), (7, 4.5), (8, 4), (9, 17), (10, 9), (11, 8), (12, 6.5)]
HOLIDAYS = [  # first and last day
    (date(2024, 1, 1), date(2024, 1, 1)),
    (date(2024, 2, 8), date(2024, 2, 18)),
    (date(2024, 4, 4), date(2024, 4, 6)),
    (date(2024, 5, 1), date(2024, 5, 5)),
    (date(2024, 6, 8), date(2024, 6, 10)),
    (date(2024, 9, 15), date(2024, 9, 17)),
    (date(2024, 10, 1), date(2024, 10, 7)),
    (date(2025, 1, 1), date(2025, 1, 1)),
    (date(2025, 1, 27), date(2025, 2, 5)),
    (date(2025, 4, 4), date(2025, 4, 6)),
    (date(2025, 5, 1), date(2025, 5, 5)),
    (date(2025, 5, 31), date(2025, 6, 2)),
    (date(2025, 10, 1), date(2025, 10, 8)),
]
# where a crop's experts go: a word of the topic and the crop (the first that fits)
CROP_WORDS = [
    *(("油茶", "油茶"), ("草莓", "草莓"), ("稻", "水稻"), ("油菜", "油菜"), ("柑橘", "柑橘"), ("葡萄", "葡萄")),
    *(("果", "柑橘"), ("茶", "茶叶"), ("竹", "竹笋"), ("山羊", "山羊"), ("中药材", "中药材"), ("设施", "蔬菜")),
]
# words that a title must not say twice
ONCE = ("科普", "知识", "宣传", "主题", "志愿", "科学", "培训", "技术", "展", "咨询", "讲座")
WHOLE = ("touring", "contest", "academic", "visit", "meeting", "other")  # forms whose topic is the whole title
PLAIN = ("visit", "meeting")  # forms that are not events of their own: no `activities`
GROUPS = {"school": ["青少年"], "base": ["青少年"], "community": ["老年人", "妇女", "城镇居民"]}  # who is "of which"
REMOTE = ("online_views", "briefs", "quiz_person_times")  # further counts of what has no place
SPOTS = ("田间", "果园", "茶园", "大棚", "菇棚", "林地", "竹林", "药圃", "蜂场", "塘边", "圈舍")


@dataclass
class Choice:
    """A topic in a form, and how often it may still come in the year."""

    topic: data.Topic
    form: str
    left: int
    spot: str = ""


@dataclass
class Pool:
    choices: list[Choice]
    weight: float = 1.0


@dataclass
class Year:
    """A unit's year while it is being filled."""

    tree: Tree
    unit: Unit
    year: int
    pools: list[Pool]
    dice: Dice
    entries: list[Entry] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    @property
    def factor(self) -> float:
        return 1.16 if self.year == 2025 else 1.0


def pools_of(unit: Unit, topics: data.Topics, crops: dict[str, data.Crop]) -> list[Pool]:
    def pool(source: Sequence[data.Topic], weight: float, times: int = 1) -> Pool:
        return Pool([Choice(topic, form, topic.times or times) for topic in source for form in topic.forms], weight)

    general = pool([topic for topic in topics.general if unit.kind in topic.units], 1.0)
    taught = Pool(
        [
            Choice(topic, "training", 2 if unit.kind == "township" else 1, crops[crop].spot)
            for crop in unit.crops
            for topic in crops[crop].topics
        ]
    )
    if unit.kind == "community":
        return [general]
    if unit.kind in ("village", "township"):
        taught.weight = 0.5
        return [general, taught]
    if unit.kind == "school":
        return [pool(topics.secondary if unit.name in ("县一中", "县职教中心") else topics.school, 1.0)]
    if unit.kind == "city":
        return [pool(topics.city, 1.0)]
    if unit.kind == "county":
        return [pool(topics.county, 1.0)] if unit.name in topics.units or unit.code == "QH" else [general, taught]
    own = topics.units.get(unit.name)
    if own is None:
        return [pool([topic for topic in topics.general if "village" in topic.units], 1.0)]
    return [pool(own, 1.0, 3 if unit.kind == "base" else 2)]


def fill(year: Year, count: int) -> list[Entry]:
    """Add ``count`` events (fewer when there is nothing left to hold), in no order of time."""
    for _ in range(count):
        for _ in range(24):
            month = year.dice.weighted(MONTHS)
            if year.unit.last and date(year.year, month, 28) > year.unit.last:
                continue
            pool = year.dice.weighted([(pool, pool.weight) for pool in year.pools])
            able = [choice for choice in pool.choices if choice.left and month in data.months_of(choice.topic.months)]
            if not able:
                continue
            choice = year.dice.weighted([(one, float(one.left)) for one in able])
            end = _day(year, month, choice)
            if end:
                choice.left -= 1
                event(year, choice, end)
                break
    told: dict[str, int] = {}
    for entry in sorted(year.entries, key=lambda entry: str(entry["end"])):  # a second one of a kind says so
        title = entry["title"]
        told[title] = told.get(title, 0) + 1
        if told[title] > 1:
            entry["title"] = f"{title}（第{told[title]}次）"
    return year.entries


def _day(year: Year, month: int, choice: Choice) -> date | None:
    """A working day of the month, seldom a weekend one; none where the unit is on holiday."""
    pupils = year.unit.kind == "school" or choice.topic.at == "school"
    if pupils and month in (2, 7, 8):
        return None
    days = []
    for number in range(choice.topic.days[0], choice.topic.days[1] + 1):
        try:
            day = date(year.year, month, number)
        except ValueError:
            break
        if any(first <= day <= last for first, last in HOLIDAYS) or (pupils and month == 1 and number > 17):
            continue
        weekend = day.weekday() >= 5
        free = year.unit.kind in ("community", "base", "village") and not pupils
        days.append((day, (0.35 if free else 0.05) if weekend else 1.0))
    return year.dice.weighted(days) if days and sum(weight for _, weight in days) else None


def event(year: Year, choice: Choice, end: date) -> Entry:
    unit, dice, topic = year.unit, year.dice, choice.topic
    form = data.forms().forms[choice.form]
    where, words = _place(year, choice, end)
    if topic.crop:  # whatever is grown there, at that time of the year; vegetables always are
        grown = [data.crops()[name] for name in where.crops]
        able = [(one, crop.spot) for crop in grown for one in crop.topics if end.month in data.months_of(one.months)]
        greens = [(one, "大棚") for one in data.crops()["蔬菜"].topics if end.month in data.months_of(one.months)]
        taught, spot = dice.pick(able or greens)
        choice = Choice(taught, "training", 0, spot)
    occurrences = 1
    if choice.form in ("lecture", "volunteer", "course", "training", "other") and not topic.extra and dice.chance(0.07):
        occurrences = dice.whole(2, 4)
    title = _title(year, choice, form, where, words, end)
    training = choice.form in ("training", "course")
    register = "training" if training and dice.chance(0.9) else "activity"
    entry: Entry = {
        "register": register,
        "organisation": unit.code,
        "title": title,
        "start": _start(year, choice, form, end, occurrences).isoformat(),
        "end": end.isoformat(),
        "status": "approved",
        "kind": form.kinds,
    }
    if topic.extra not in REMOTE:
        entry["place"] = words
        if dice.chance(0.93):
            entry["places"] = [where.code]
    entry["work_area"] = topic.area or _area(unit, choice.form)
    campaigns = _campaigns(year, choice, end)
    if campaigns:
        entry["campaigns"] = campaigns
    _with_whom(year, choice, where, entry)
    if occurrences > 1:
        entry["occurrences"] = occurrences
    if topic.restricted:
        entry["visibility"] = "restricted"
    elif campaigns and dice.chance(0.2):
        entry["visibility"] = "public"
    _count(year, choice, form, entry, where)
    year.entries.append(entry)
    return entry


def _start(year: Year, choice: Choice, form: data.Form, end: date, occurrences: int) -> date:
    days = year.dice.size(*form.days) if form.days[1] > 1 and year.dice.chance(0.5) else 1
    if occurrences > 1:
        days = max(days, 7 * (occurrences - 1) + 1)
    if choice.topic.extra in ("online_views", "briefs"):
        days = end.day
    start = end - timedelta(days=days - 1)
    within = date(year.year, 1, 2)
    return max(start, within) if end >= within else end


def _hall(dice: Dice, form: str, kind: str) -> str:
    """Where a village or a township holds an event of a form."""
    if form in ("lecture", "course", "training", "meeting", "visit", "other"):
        halls = {
            "township": ["综合文化站", "便民服务中心", "新时代文明实践所"],
            "community": ["党群服务中心", "活动室"],
        }
        return dice.pick(halls.get(kind, ["党群服务中心", "村委会", "农家书屋"]))
    return dice.pick(["文化广场", "集贸市场" if kind == "township" else "党群服务中心"])


def _place(year: Year, choice: Choice, day: date) -> tuple[Unit, str]:
    """The unit where it was, and the words for the place."""
    tree, unit, dice, form, topic = year.tree, year.unit, year.dice, choice.form, choice.topic
    grown = next((crop for word, crop in CROP_WORDS if word in topic.name), "")

    def in_village(one: Unit) -> tuple[Unit, str]:
        name = tree.name_on(one, day)
        spot = choice.spot or (data.crops()[grown].spot if grown else "")
        if form == "training" and spot and dice.chance(0.6):
            return one, name + spot
        return one, name + _hall(dice, form, one.kind)

    def some_village(township: Unit, *, rural: bool) -> tuple[Unit, str]:
        able = [one for one in tree.villages(township.code, day) if one.code not in tree.silent[year.year]]
        return in_village(dice.pick([one for one in able if not rural or one.kind == "village"]))

    if topic.at == "school":
        school = dice.pick([one for one in tree.units if one.kind == "school" and one.county == unit.county])
        return school, school.name
    if unit.kind in ("school", "base"):
        return unit, unit.name
    if unit.kind in ("village", "community"):
        return in_village(unit)
    if unit.kind == "city":
        return unit, "市高新区" if form == "visit" else dice.pick(["市科技馆", "市会议中心", "市青少年宫"])
    if unit.kind == "township":
        if form == "training" or (form not in PLAIN and dice.chance(0.6)):
            return some_village(unit, rural=form == "training" or topic.area == "villages")
        return unit, unit.name + _hall(dice, form, unit.kind)
    townships = [one for one in tree.units if one.kind == "township" and one.county == unit.county and one.exists(day)]
    weights = [(one, 3.0 if one.name == "禾城镇" else 1.0) for one in townships]
    fitting = [one for one in townships if grown in one.crops]
    if form == "visit" and topic.area == "villages":
        return some_village(dice.pick(fitting or townships), rural=True)
    if grown and fitting and form in ("training", "visit", "lecture", "consultation"):
        return some_village(dice.pick(fitting), rural=True)
    if topic.crop or form == "training":
        return some_village(dice.pick(townships), rural=True)
    if topic.area == "innovation" and form in ("visit", "lecture"):
        return unit, "县工业园区"
    if form == "contest":
        return unit, dice.pick(["县科普馆", "县职教中心", "县一中"])
    if form in ("meeting", "academic", "course"):
        return unit, dice.pick(["县委党校", "县政务中心会议室", "县科普馆报告厅", "县职教中心"])
    if topic.at == "township" or (topic.at != "village" and dice.chance(0.3)):
        township = dice.weighted(weights)
        return township, township.name + _hall(dice, form, "township")
    return some_village(dice.weighted(weights), rural=topic.area == "villages")


def _title(year: Year, choice: Choice, form: data.Form, where: Unit, words: str, day: date) -> str:
    """A title of the form that says no word twice and is new in the unit's year where that can be had."""
    name = year.tree.name_on(where, day)

    def written(pattern: str) -> str:
        return pattern.format(topic=choice.topic.name.format(place=name), place=name, spot=choice.spot, year=year.year)

    able = [
        pattern
        for pattern in form.titles
        if not any(word in pattern and word in choice.topic.name for word in ONCE)
        and ("{spot}" not in pattern or (choice.spot and choice.spot[:2] not in choice.topic.name))
        and (not ("现场" in pattern or "课堂：" in pattern) or words.endswith(SPOTS) or where.kind == "base")
        and ("进{place}" not in pattern or where.code != year.unit.code)
        and ("巡展到" not in pattern or where.code != year.unit.code)
        and ("{place}" not in pattern or where.kind not in ("county", "city", "society", "department"))
    ] or form.titles[:1]
    fresh = [pattern for pattern in able if written(pattern) not in year.titles] or able
    title = written(year.dice.pick(fresh))
    year.titles.append(title)
    return title


def _area(unit: Unit, form: str) -> str:
    if form == "training":
        return "villages"
    if unit.kind == "school":
        return "youth"
    if form == "academic":
        return "academic"
    if unit.kind == "base" or form == "touring":
        return "facilities"
    if form == "meeting":
        return "organisation"
    return "literacy"


def _campaigns(year: Year, choice: Choice, end: date) -> list[str]:
    """The yearly campaigns an event is booked to: its topic's own, and those of the season."""
    dice, form, kind = year.dice, choice.form, year.unit.kind
    found: list[str] = []
    own = choice.topic.campaign
    if own and (own != "disaster-day" or end.month == 5) and (own != "science-spring" or end.month == 3):
        found.append(own)
    if form in PLAIN or choice.topic.area in ("party", "organisation"):
        return found
    shown = form in ("campaign", "consultation", "clinic", "exhibition", "lecture", "volunteer", "touring", "other")
    if end.month == 9 and shown:
        if year.year == 2025 and dice.chance(0.65):  # the first month of its kind
            found.append("science-month")
        if (end.day >= 8 if year.year == 2024 else 13 <= end.day <= 25) and dice.chance(0.6):
            found.append("science-day")
    elif end.month == 5 and end.day >= 23 and shown and dice.chance(0.75):
        found.append("science-week")
    elif end.month == 3 and kind not in ("school", "base") and "science-spring" not in found and dice.chance(0.4):
        found.append("science-spring")
    elif (
        end.month == 1
        and form in ("campaign", "consultation", "clinic", "lecture")
        and kind in ("county", "township", "village", "society", "elder-association")
        and "three-rural" not in found
        and dice.chance(0.45)
    ):
        found.append("three-rural")
    return found


def _with_whom(year: Year, choice: Choice, where: Unit, entry: Entry) -> None:
    unit, dice = year.unit, year.dice
    partners: list[str] = []
    if unit.county == "QH":
        partners = [name for name in choice.topic.partners if name != unit.name and dice.chance(0.65)]
    role = "host"
    if choice.form not in WHOLE:
        role = dice.weighted([("host", 74), ("organise", 14), ("co-organise", 8), ("take-part", 4)])
    if choice.form == "contest" and unit.kind == "school" and dice.chance(0.1):
        role = "lead-delegation"
    if role != "host" and not partners and unit.county:
        above = year.tree.units[0].name if unit.kind == "county" else ""
        county = next(one.name for one in year.tree.units if one.code == unit.county)
        partners = [above or county]
    guest = unit.kind in ("county", "society", "elder-association", "department")
    if guest and where.kind in ("village", "community") and dice.chance(0.5):
        partners.append(where.name)
    if partners:
        entry["partners"] = partners
    if role != "host" or dice.chance(0.8):
        entry["role"] = role


def _count(year: Year, choice: Choice, form: data.Form, entry: Entry, where: Unit) -> None:
    """Set ``fields`` or ``figures``, and ``sources`` for numbers that are written loosely."""
    unit, dice = year.unit, year.dice
    scale = data.forms().scale[unit.kind]
    occurrences = entry.get("occurrences", 1)
    if where.kind in ("village", "community") or choice.form in ("training", "course"):
        scale = min(scale, 1.0)
    counts: dict[str, int] = {}
    for key, (low, high, share) in form.counts.items():
        if not dice.chance(share):
            continue
        count = dice.size(low, high)
        if key in data.forms().scaled:
            count = max(6, int(count * scale * year.factor * occurrences))
        elif key in ("boards", "banners") and year.year == 2025:
            count = max(1, int(count * 0.72))
        counts[key] = count
    if "consultations" in counts and "person_times" in counts:
        counts["consultations"] = min(counts["consultations"], counts["person_times"] * 7 // 10)
    numbers: dict[str, Any] = {}
    sources: list[dict[str, Any]] = []
    for key, count in counts.items():
        numbers[key], quote = loosely(dice, key, count)
        if quote:
            name = f"{unit.name}{entry['end'][:4]}年{int(entry['end'][5:7])}月工作信息"
            sources.append({"name": name, "quote": quote, "field": key})
    if entry["register"] == "training":
        numbers["subject"] = choice.topic.name
        if "班" in entry["title"] or dice.chance(0.25):
            numbers["courses"] = 1
        if choice.form == "training":
            if dice.chance(0.35):
                numbers["techniques"] = dice.whole(1, 3)
            if dice.chance(0.2):
                numbers["varieties"] = dice.whole(1, 4)
    if choice.form in PLAIN or choice.topic.extra or dice.chance(0.11):
        entry["figures"] = figures(year, choice, numbers, entry, scale)
        numbers = {key: value for key, value in numbers.items() if key == "subject"}
        sources = [{key: value for key, value in source.items() if key != "field"} for source in sources]
    if numbers:
        entry["fields"] = numbers
    if sources:
        entry["sources"] = sources


INDICATORS = {  # field -> indicator and mode
    "person_times": ("person_times", "offline"),
    "online_person_times": ("person_times", "online"),
    "experts": ("expert_times", ""),
    "volunteers": ("volunteer_times", ""),
    "courses": ("training_courses", ""),
    "techniques": ("new_techniques", ""),
    "varieties": ("new_varieties", ""),
}
BY_KIND = {  # kind -> the indicator of its sessions
    "lecture": "lectures",
    "exhibition": "exhibitions",
    "training": "trainings",
    "clinic": "clinics",
    "contest": "contests",
    "academic": "conferences",
    "visit": "visits",
    "meeting": "meetings",
}


def figure(indicator: str, number: int | float | dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"indicator": indicator} | (number if isinstance(number, dict) else {"value": number}) | more


def figures(year: Year, choice: Choice, numbers: dict[str, Any], entry: Entry, scale: float) -> list[dict[str, Any]]:
    """Figures as an office books them itself: what the rules would give, and what no field has room for."""
    unit, dice = year.unit, year.dice
    kind = entry["kind"][0]
    occurrences = entry.get("occurrences", 1)
    held = occurrences if kind != "contest" else 1
    if choice.topic.extra in ("gallery_issues", "online_views", "briefs"):
        return _extra(dice, choice.topic.extra, numbers, scale)
    found: list[dict[str, Any]] = []
    if kind not in PLAIN:
        found.append(figure("activities", occurrences))
    if kind in BY_KIND:
        found.append(figure(BY_KIND[kind], held))
    for key, number in numbers.items():
        if key == "subject":
            continue
        indicator, mode = INDICATORS.get(key, (key, ""))
        more: dict[str, Any] = {"mode": mode} if mode else {}
        if key == "online_person_times":
            more["basis"] = "platform"
        elif key == "person_times":
            more["basis"] = "signed-in" if kind in ("training", "academic", "meeting") else "estimated"
        found.append(figure(indicator, number, **more))
        if key == "person_times" and kind == "training":
            found.append(figure("trained_person_times", number, basis="signed-in"))
        if key == "person_times" and kind == "exhibition":
            found.append(figure("exhibition_visits", number))
        if key == "person_times" and kind not in ("training", "academic") and dice.chance(0.4):
            share = max(3, value_of(number) * dice.whole(2, 6) // 10)
            youth = ["青少年"] if choice.topic.area == "youth" else ["农民", "老年人", "妇女"]
            groups = [dice.pick(GROUPS.get(unit.kind, youth))]
            found.append(figure("person_times", share, mode="offline", groups=groups))
        if key == "materials" and dice.chance(0.25):
            found.append(figure("materials", max(5, value_of(number) // 4), part_of=len(found) - 1))
    if kind == "clinic":
        served = value_of(numbers.get("person_times", 40)) * 6 // 10
        found.append(figure("clinic_person_times", served))
        found.append(figure("medicines", dice.whole(20, 160)))
    if kind == "volunteer":
        found.append(figure("volunteer_hours", dice.whole(20, 90) + 0.5))
    if kind == "visit" and choice.topic.area == "villages":
        found.append(figure("households_helped", dice.whole(3, 16)))
    if kind == "campaign" and dice.chance(0.5):
        found.append(figure("partner_units", dice.whole(4, 16)))
    return found + _extra(dice, choice.topic.extra, numbers, scale)


def _extra(dice: Dice, extra: str, numbers: dict[str, Any], scale: float) -> list[dict[str, Any]]:
    people = value_of(numbers.get("person_times", 60))
    if extra == "van_trips":
        return [figure("van_trips", 1), figure("van_kilometres", dice.whole(18, 96))]
    if extra == "touring_stops":
        return [figure("touring_stops", 1)]
    if extra == "film_shows":
        return [figure("film_shows", dice.whole(1, 3))]
    if extra == "gallery_issues":
        return [figure("gallery_issues", dice.whole(1, 3)), figure("posters", dice.whole(4, 14))]
    if extra == "contest_person_times":
        return [figure("contest_person_times", max(20, people * 9 // 10))]
    if extra == "contest_works":
        works = max(12, int(dice.whole(24, 90) * scale))
        sent = max(2, works // 6)
        return [
            figure("contest_works", works),
            figure("contest_works", sent, groups=["择优推荐"], part_of="contest_works"),
        ]
    if extra == "quiz_person_times":
        return [figure("quiz_person_times", dice.whole(3200, 8800), mode="online", basis="platform")]
    if extra == "online_views":
        low = dice.whole(12, 60) * 1000
        loose = {"value": low, "qualifier": "at_least", "low": low, "high": low + (10000 if low % 10000 == 0 else 1000)}
        return [figure("online_views", loose, mode="online", basis="platform")]
    if extra == "exhibition_visits":
        return [figure("exhibition_visits", people, basis="ticketed")]
    if extra == "suggestions":
        return [figure("suggestions", dice.whole(4, 18))]
    if extra == "enterprise_services":
        return [figure("enterprise_services", dice.whole(1, 6))]
    if extra == "donated_value":
        return [figure("donated_value", dice.whole(8, 60) * 500)]
    if extra == "papers":
        return [figure("papers", dice.whole(52, 96))]
    if extra == "briefs":
        sent = dice.whole(14, 26)
        return [figure("briefs", sent), figure("briefs_adopted", sent // 3)]
    return []
