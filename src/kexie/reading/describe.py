"""What a document is: title, kind, organisation, level, period."""

import re
from functools import cache

from kexie.catalogue.loader import load
from kexie.reading.documents import Piece, is_title
from kexie.reading.lines import Line

_GUIDED = re.compile(
    r"在[^,。;在]{0,50}?(?:领导|指导|支持|关心|关怀|帮助|重视|统一部署)[^,。;]{0,12}?下"
    r"|按照[^,。;]{0,60}?(?:部署|要求|安排)"
)
_HAN = r"[\u4e00-\u9fff_*xX]"
# A body: a place or a kind of body, then what makes it an association or an office.
_ORG = re.compile(
    rf"(?P<lead>{_HAN}{{0,12}}?)(?P<stem>(?:社区|街道|大学|学院|中学|小学|公司|集团|乡镇|[省市县区旗州盟镇乡村校院厂矿街]))?"
    r"(?P<body>(?:区)?老(?:年)?(?:科协|科学技术协会|科技工作者协会)|科学技术协会|科技协会|科协(?!组织|工作者|会员|主席|领导|干部|机关)"
    r"|教育局|科技局|(?:街道)?办事处|村民委员会|居民委员会|人民政府)(?:科普部|学术部)?"
)
# Words that end what stands before a name: the name begins behind the last of them.
_LEAD = re.compile(
    r".*(?:\d|[年月日的了在和与及为由向对以将是被给从各该全我本到设任]|今年|以来|我们|关于|总结|计划|半年|充分|广大|促进|推动|加强|继续|深化|开展|"
    r"组织|联合|配合|协同|协助|按照|根据|通过|围绕|发挥|建立|成立|健全|完善|支持|指导|参加|做好|抓好|改革|汇报|现将|专业|之后|同时)"
)
_SELF = re.compile(r"(?:我|全|本|各)(省|市|县|区|旗|镇|乡|街道|社区|村|校|院|厂|公司|矿|场)(?![民长情里容级史区镇])")
_SINGULAR = re.compile(r"我(?![们县市区校厂乡镇村会国部省场社院局旗街党军司处办所科])")
_GUIDES = re.compile(r"在(镇|乡|县|市|区|街道|村|社区|省|厂|公司|校)(?:党)?(?:工)?委")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年|\.\d{1,2}\.\d|-\d{1,2}-\d)")
_CN_YEAR = re.compile(r"(二[零〇○0o][零〇○0一二][零〇○0一二三四五六七八九])(?=年)")
_MASKED_YEAR = re.compile(r"(?:20[xX_*]{1,3}|[xX_*]{2,4}|20)(?=年)")
_HALF = re.compile(r"上半年|下半年")
_HALF_OPENING = re.compile(r"(?:年|年度|^|[,。;:\n]|总结)(?:上半年|下半年)")
# A line that says to whom a letter goes: 市科技局:
_ADDRESSEE = re.compile(
    rf"(?:(?:尊敬的|各位|中共){_HAN}*|{_HAN}{{1,20}}(?:科协|协会|学会|[局委部厅办处会院]|政府|办公室|中心|领导|同志|同志们))"
    rf"(?:[、,]{_HAN}{{2,20}})*+:"
)
_SIGNED = re.compile(r"^[^,。;:!?]{2,24}$")
_LEVEL_OF_SELF = {
    **dict.fromkeys(("省",), "province"),
    **dict.fromkeys(("市",), "city"),
    **dict.fromkeys(("县", "区", "旗"), "county"),
    **dict.fromkeys(("镇", "乡", "街道"), "township"),
    **dict.fromkeys(("社区",), "community"),
    **dict.fromkeys(("村",), "village"),
    **dict.fromkeys(("校",), "school"),
    **dict.fromkeys(("院",), "university"),
    **dict.fromkeys(("厂", "公司", "矿"), "enterprise"),
    **dict.fromkeys(("场",), "other"),
}
_REPORTS = re.compile(r"(?:现将|现就|现对)[^。]{0,30}(?:总结|汇报|情况)|现总结|总结如下")
_INTENDS = re.compile(
    r"(?:工作计划|计划|工作要点|工作安排|工作打算)如下|(?:工作|以下几)[^。]{0,10}要(?:以|抓|做)|的.{0,6}工作要"
)
_BACK = re.compile(
    r"了(?!解)|一年来|半年来|今年以来|取得|获得|荣获|被评为|据统计|先后|已(?!经)"
    r"|\d(?:余|多)?(?:人次|场次|份|名|块|人)"
)
_AHEAD = re.compile(
    r"(?<=[,。;、!:])(?:要|将|继续|进一步|加强|努力|大力|积极|加大|推进|推动|确保|坚持)"
    r"|(?:要|将|力争|争取|继续)(?=[\u4e00-\u9fff])"
)
_CN_DIGITS = str.maketrans("零〇○o一二三四五六七八九", "0000123456789")


@cache
def _data() -> dict[str, object]:
    data: dict[str, object] = load("lexicon/documents")
    return data


def _words(key: str) -> list[str]:
    found = _data()[key]
    assert isinstance(found, list)
    return found


def own_title(piece: Piece) -> Line | None:
    """The line that is the document's own title (not the collection's heading), if it has one."""
    begin = 1 if piece.heading else 0
    for line in piece.lines[begin : begin + 3]:
        if is_title(line):
            return line
        if len(line.text) > 40:
            return None
    return None


def title_of(piece: Piece) -> str | None:
    """The document's title, else the collection's heading, else None."""
    line = own_title(piece)
    if line is not None:
        return line.text.split("  ")[0].split(" ?")[0].strip()
    return piece.heading


def _body(piece: Piece) -> list[Line]:
    return piece.lines[1:] if piece.heading else piece.lines


def kind_of(piece: Piece) -> str:
    """summary, plan, summary+plan or other; a collection's heading says nothing about it."""
    body = _body(piece)
    line = own_title(piece)
    title = line.text if line else ""
    summary_title = any(w in title for w in _words("summary_title"))
    plan_title = any(w in title for w in _words("plan_title")) and not summary_title
    opening = "".join(other.text for other in body[:3])[:500]
    text = "".join(other.text for other in body)
    summary = summary_title or bool(_REPORTS.search(opening))
    plan = plan_title or bool(_INTENDS.search(opening))
    if not summary and not plan:
        # A long plan at the end must not hide the report before it.
        score = looks_back(_before_plan_part(body) or text)
        summary, plan = score >= 0.4, score < 0.4
    elif summary and plan:
        plan = False
    if summary and _has_plan_part(body):
        return "summary+plan"
    if plan and not summary and _has_review_part(body, text):
        return "summary+plan"
    return "summary" if summary else "plan"


def looks_back(text: str) -> float:
    """From 0 (all of it is intent) to 1 (all of it is report)."""
    back, ahead = len(_BACK.findall(text)), len(_AHEAD.findall(text))
    # One 要 in a short note does not make a plan of it.
    return back / (back + ahead) if ahead >= 3 else 1.0


def _plan_part(body: list[Line]) -> int | None:
    """Position of the heading that opens the plan part of a report, or None."""
    pattern = re.compile(str(_data()["plan_heading_re"]))
    excluded = _words("plan_heading_not")
    size = sum(len(line.text) for line in body)
    seen = 0
    for i, line in enumerate(body):
        seen += len(line.text)
        if seen < size * 0.25:
            continue
        head = re.split(r"[。;!?]", line.text)[0]
        if len(head) <= 30 and pattern.search(head) and not any(w in head for w in excluded):
            return i
    return None


def _has_plan_part(body: list[Line]) -> bool:
    return _plan_part(body) is not None


def _before_plan_part(body: list[Line]) -> str:
    at = _plan_part(body)
    return "".join(line.text for line in body[:at]) if at else ""


def _has_review_part(body: list[Line], text: str) -> bool:
    """A plan whose first third is a report of the time before, under its own heading."""
    return any(re.match(r"^[一1][、.].{0,20}(?:工作)?(?:总结|回顾|完成情况)", line.text) for line in body[:12])


def organisation_of(piece: Piece) -> tuple[str | None, str]:
    """(organisation as written, level) of the body that the document is about."""
    body = _body(piece)
    body = [line for line in body[:5] if not _ADDRESSEE.fullmatch(line.text)] + body[5:]
    opening = "".join(line.text for line in body[:3])[:400]
    text = "".join(line.text for line in body)
    if len(_SINGULAR.findall(text)) * 120 >= len(text) and "我们" not in text[:200]:
        return None, "individual"
    signature = [line.text for line in body[-3:] if _SIGNED.match(line.text) and _ORG.search(line.text)]
    head = [line.text for line in body[:4] if len(line.text) <= 30 and _ORG.search(line.text)]
    plain = _GUIDED.sub("", opening)
    names = [n for n in (_named(part) for part in [*head, plain, *signature[-1:]]) if n]
    own = _most_common_self(text)
    name = next((n for n in names if len(n) > 3), names[0] if names else None)
    if name is None:
        frequent = _frequent(text)
        name = frequent
    elif "老" not in name:
        name = _fuller(name, text)
    level = _level(name or "", text)
    if name is not None and level is None:
        guided = _GUIDES.search(opening)
        level = _LEVEL_OF_SELF.get(guided.group(1)) if guided else None
    if own is not None and level is None:
        level = _LEVEL_OF_SELF[own]
    if level in ("school", "university") or (level is None and own in ("校", "院")):
        level = "university" if re.search(r"大学生|研究生|大学|学院|校团委", text) else "school"
    if level is None and len(re.findall(r"校团委|分团委|学院|大学生|部员|部长|同学们|社团", text)) >= 3:
        level = "university"
    if level == "city" and _is_county_city(text):
        level = "county"
    return name, level or "other"


def _named(text: str) -> str | None:
    """The first organisation in ``text`` that says more than 科协 and is not a body of the nation."""
    for match in _ORG.finditer(text):
        if text[max(0, match.start() - 1) : match.start()] == "《":
            continue
        lead = _LEAD.sub("", match["lead"] or "")
        name = lead + text[match.end("lead") : match.end()]
        if name.startswith(("中国科", "全国科", "国家")) or not (lead or match["stem"] or "老" in match["body"]):
            continue
        if match["stem"] is None and lead in ("科技", "科普", "基层", "各级", "年度"):
            continue
        return name
    return None


def _fuller(name: str, text: str) -> str:
    """``name`` with its place when the text gives it often enough: 县科协 → 青禾县科协 (said three times)."""
    if len(name) > 4 or not name.endswith("科协"):
        return name
    counts: dict[str, int] = {}
    stem = name.removesuffix("科协")
    for match in re.finditer(rf"([\u4e00-\u9fff]{{2,6}}){stem}(?:科协|科学技术协会)", text):
        place = _LEAD.sub("", match[1])
        if len(place) >= 2 and not place.endswith(("国", "省", "市")):
            full = place + text[match.end(1) : match.end()]
            counts[full] = counts.get(full, 0) + 1
    best = max(counts, key=lambda n: counts[n], default=name)
    return best if counts.get(best, 0) >= 3 else name


def _frequent(text: str) -> str | None:
    counts: dict[str, int] = {}
    for match in re.finditer(r"(?:省|市|县|区|镇|乡|街道|社区|村|校|厂|公司|街)?(?:老)?科协", text):
        name = match.group()
        if name != "科协":
            counts[name] = counts.get(name, 0) + 1
    return max(counts, key=lambda n: counts[n]) if counts else None


def _most_common_self(text: str) -> str | None:
    counts: dict[str, int] = {}
    for match in _SELF.finditer(text):
        # 我县 says more than 各县, which is also said by those above it.
        weight = {"我": 3, "本": 2, "全": 2}.get(match.group()[0], 0)
        counts[match.group(1)] = counts.get(match.group(1), 0) + weight
    best = max(counts, key=lambda n: counts[n], default=None)
    return best if best is not None and counts[best] > 0 else None


_KINDS_OF_BODY = ("elder-association", "university", "school", "enterprise")


def _level(name: str, text: str) -> str | None:
    rows = _data()["levels"]
    assert isinstance(rows, list)
    # The last of these characters before 科协 is the body's own level: 罗湖区科协, 孝丰镇科协.
    stem = re.sub(r"(?:科学技术协会|科技协会|科协|人民政府|办事处|委员会).*$", "", name)
    for row in rows:
        if row["level"] in _KINDS_OF_BODY and any(w in name for w in row["words"]):
            return str(row["level"])
    if name.startswith("校"):
        return "school"
    best: tuple[int, str] | None = None
    for row in rows:
        for word in row["words"]:
            at = stem.rfind(word)
            if at >= 0 and (best is None or at + len(word) > best[0]):
                best = at + len(word), str(row["level"])
    return best[1] if best else None


def _is_county_city(text: str) -> bool:
    """A 市 whose parts are towns, not counties or districts, is a city of county rank."""
    towns = len(re.findall(r"乡镇|镇\(|各镇|\d个?镇|镇、", text))
    counties = len(re.findall(r"县\(|县、|县区|区县|各县|各区|个县|市\(县|[\u4e00-\u9fff]{2}(?:县|区)科协", text))
    return towns > 0 and counties == 0


def period_of_document(piece: Piece) -> str | None:
    """2017, 2014H1, xxxxH1 (half-year of a masked year), or None. Nothing is invented for a masked year."""
    body = _body(piece)
    text = "\n".join(line.text for line in body)
    title = title_of(piece) if own_title(piece) else ""
    headings = [line.text for line in body if len(line.text) <= 40 and re.match(r"^[(]?[一二1][、.)]", line.text)]
    opening = text[:300]
    signature = " ".join(line.text for line in body[-2:] if len(line.text) <= 20)
    half = None
    year = None
    for place in [title or "", opening, *headings[:2], signature]:
        year = year or _explicit_year(place[:160])
        found = (
            _HALF_OPENING.search(opening) if place is opening else None if place is signature else _HALF.search(place)
        )
        if half is None and found and _is_past_half(place, found):
            half = "H1" if found.group().endswith("上半年") else "H2"
    if year is None:
        year = _dominant_year(text)
    if year is not None:
        return year + (half or "")
    return f"xxxx{half}" if half else None


def _is_past_half(place: str, found: re.Match[str]) -> bool:
    """A half-year that is still to come (下半年计划) is not the period of the document."""
    return not re.match(r".{0,8}(?:计划|打算|安排|将)", place[found.end() :])


def _explicit_year(text: str) -> str | None:
    for match in _YEAR.finditer(text):
        before = text[max(0, match.start() - 6) : match.start()]
        after = text[match.end() : match.end() + 6]
        if any(w in before for w in ("自", "从", "《", "截至", "到", "至")) or re.match(
            r"年?(?:以前|前|成立|后|起)", after
        ):
            continue
        return match.group(1)
    found = _CN_YEAR.search(text)
    return found.group(1).translate(_CN_DIGITS) if found else None


def _dominant_year(text: str) -> str | None:
    """The year that a text is full of, when its opening masks it (three mentions, most of all years)."""
    years = _YEAR.findall(text)
    if len(years) < 3:
        return None
    best = max(set(years), key=years.count)
    return best if years.count(best) >= 3 and years.count(best) * 5 >= len(years) * 3 else None
