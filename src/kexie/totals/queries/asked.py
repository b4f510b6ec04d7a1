"""What a total is asked for, and the words for it."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kexie.core.errors import DomainError
from kexie.core.periods import first_day, last_day, month_of
from kexie.orgs.models import Organisation

Scope = Literal["own", "system", "county"]
SCOPES: tuple[Scope, ...] = ("own", "system", "county")
Structure = Literal["then", "today"]
STRUCTURES: tuple[Structure, ...] = ("then", "today")
STRUCTURE_WORDS: dict[Structure, str] = {"then": "当时建制", "today": "现行建制"}
Cut = Literal["mode", "group", "work_area", "kind", "campaign"]
CUTS: tuple[Cut, ...] = ("mode", "group", "work_area", "kind", "campaign")
CUT_WORDS: dict[Cut, str] = {
    "mode": "方式",
    "group": "其中",
    "work_area": "工作板块",
    "kind": "类别",
    "campaign": "主题活动",
}

_WHOLE_WORDS = {"province": "全省", "city": "全市", "county": "全县", "township": "全镇"}
OWN, SHARED, STATED = "own", "shared", "stated"
SHARED_WORDS = "同一活动只计一次"
STATED_WORDS = "申报数（代替缺报的记录）"


def scope_word(scope: Scope, kind: str) -> str:
    """Return the word for ``scope`` at an organisation of ``kind``; the widest is 全县 at a county only."""
    return {"own": "本级机关", "system": "科协系统", "county": _WHOLE_WORDS.get(kind, "含成员单位")}[scope]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose total, of which months (202403), in which scope, under which structure.

    ``until``: a day of the last month; what was booked later in it does not count. None: the whole month.
    """

    organisation: Organisation
    first_month: int
    last_month: int
    scope: Scope = "system"
    structure: Structure = "then"
    until: date | None = None

    def __post_init__(self) -> None:
        if self.until and month_of(self.until) != self.last_month:
            raise DomainError(f"{self.until}不在{self.last_month}这个月里，不能截到这一天")

    @property
    def end(self) -> date:
        """The last day that counts."""
        return self.until or last_day(self.last_month)

    @property
    def is_cut(self) -> bool:
        """Whether the last month counts in part only, so that sums by month cannot answer for it."""
        return self.end < last_day(self.last_month)

    @property
    def start(self) -> date:
        return first_day(self.first_month)

    @property
    def months(self) -> tuple[int, int]:
        return self.first_month, self.last_month
