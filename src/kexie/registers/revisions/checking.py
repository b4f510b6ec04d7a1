"""Checking what is told against registers, indicators and the tree, deriving and completing its figures."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from kexie.catalogue import load
from kexie.core.errors import DomainError
from kexie.orgs.locking import hold_tree
from kexie.orgs.models import Organisation
from kexie.orgs.queries import Standings
from kexie.registers.definitions import Definition, Value, catalogue_registers, check_fields, complete, derive
from kexie.registers.models import Basis, Mode, PartRole, Register, Status, Visibility
from kexie.registers.revisions.told import EntryTold, FigureTold
from kexie.totals.measures import LIMIT, Qualifier
from kexie.totals.models import Indicator
from kexie.totals.refusals import Unplaced

_STATUSES = dict(Status.choices)
_VISIBILITIES = dict(Visibility.choices)
_ROLES = dict(PartRole.choices)
_MODES = dict(Mode.choices)
_BASES = dict(Basis.choices)


def code_of(choices: Mapping[str, str], told: str, what: str) -> str:
    """Return the code that ``told`` names: the code itself or its Chinese label. Raises DomainError for others."""
    if told in choices:
        return told
    plain = told.strip().lower().replace(" ", "-").replace("_", "-")
    for code, label in choices.items():
        if plain == code or told.strip() == label:
            return code
    raise DomainError(f"{what}“{told}”不在册，可用：{'、'.join(code for code in choices if code)}")


class Units(NamedTuple):
    """A number in the smallest unit of its indicator."""

    value: int
    qualifier: Qualifier
    low: int | None
    high: int | None
    low_exclusive: bool
    high_exclusive: bool


class ReadyFigure(NamedTuple):
    """A checked figure. ``whole`` is the position of the figure that it is a part of."""

    indicator: int
    code: str
    units: Units
    mode: str
    groups: list[str]
    basis: str
    whole: int | None

    @property
    def is_part(self) -> bool:
        """Whether it is "of which" and enters no total."""
        return bool(self.groups) or self.whole is not None


@dataclass(slots=True)
class Ready:
    """A checked revision, ready to be stored."""

    told: EntryTold
    register: Register
    organisation: int
    kinds: list[str]
    figures: list[ReadyFigure]
    digest: str


class Checker:
    """Checks what is told against registers, indicators and the tree, which it reads once."""

    def __init__(self) -> None:
        self._registers = {register.code: register for register in Register.objects.all()}
        self.indicators = {indicator.code: indicator for indicator in Indicator.objects.all()}
        self._organisations = dict(Organisation.objects.values_list("code", "pk"))
        self._work_areas = {area["code"]: area["heading"] for area in load("work_areas")}
        hold_tree()
        self.standings = Standings()

    def check(self, told: EntryTold) -> Ready:
        """Return ``told`` with its defaults filled in and its figures completed. Raises DomainError with the reason."""
        told = msgspec.structs.replace(told)  # filled in below; the caller keeps what it gave
        register = self._registers.get(told.register)
        if register is None:
            raise DomainError(f"没有台账“{told.register}”，可用：{'、'.join(self._registers)}")
        organisation = self._organisations.get(told.organisation)
        if organisation is None:
            raise DomainError(f"没有代码为“{told.organisation}”的组织")
        definition = catalogue_registers()[register.code]
        self._fill_in(told, definition.work_area)
        named = [told.kind] if isinstance(told.kind, str) else told.kind or []
        kinds = [code_of(definition.kinds, kind, "类别") for kind in named if kind]
        if definition.kind and definition.kind not in kinds:
            kinds.insert(0, definition.kind)
        told.kind = kinds
        check_fields(definition, told.fields)
        self._check_days(told, organisation)
        figures = self._figures(told, definition, kinds)
        return Ready(told, register, organisation, kinds, figures, _digest(told, figures))

    def _figures(self, told: EntryTold, definition: Definition, kinds: list[str]) -> list[ReadyFigure]:
        if told.figures is None:
            derived = derive(definition, kinds=kinds, occurrences=told.occurrences, fields=told.fields)
            return [
                self._ready(each.indicator, each.value, each.mode, list(each.groups), Basis.UNKNOWN.value, None)
                for each in derived
            ]
        codes = [figure.indicator for figure in told.figures]
        return [
            self._ready(
                each.indicator,
                completed(each),
                each.mode or "",
                each.groups,
                each.basis,
                None if each.part_of is None else _whole_of(codes, position, each.part_of),
            )
            for position, each in enumerate(told.figures)
        ]

    def _ready(
        self, code: str, value: Value, mode: str, groups: list[str], basis: str, whole: int | None
    ) -> ReadyFigure:
        indicator = self.indicators.get(code)
        if indicator is None:
            raise DomainError(f"没有指标“{code}”")
        if indicator.formula:
            raise DomainError(f"{indicator.name}（{indicator.code}）由公式算出，不能直接填")
        return ReadyFigure(indicator.pk, code, _units(value, indicator), mode, groups, basis, whole)

    def _fill_in(self, told: EntryTold, work_area: str) -> None:
        if not 1 <= len(told.id) <= 64:
            raise DomainError("id 要 1 到 64 个字符")
        if not 1 <= len(told.title.strip()) <= 200:
            raise DomainError("title 要 1 到 200 个字")
        if not 1 <= told.revision <= 10_000:
            raise DomainError(f"revision {told.revision} 超出范围")
        if not 1 <= told.occurrences <= 100_000:
            raise DomainError(f"occurrences {told.occurrences} 超出范围")
        told.title = told.title.strip()
        if any("\0" in text for text in (told.id, told.title, told.place or "", told.void_reason or "")):
            raise DomainError("文字里有不能存的字符（NUL）")
        told.status = code_of(_STATUSES, told.status, "状态")
        told.visibility = code_of(_VISIBILITIES, told.visibility, "可见范围")
        told.role = code_of(_ROLES, told.role or PartRole.HOST, "承担角色")
        told.work_area = code_of(self._work_areas, told.work_area or work_area, "工作板块")
        told.place, told.void_reason = (told.place or "")[:200], (told.void_reason or "")[:200]
        for figure in told.figures or ():
            figure.mode = code_of(_MODES, figure.mode or "", "方式")
            if any(not 1 <= len(group) <= 60 for group in figure.groups):
                raise DomainError("groups 里的词要 1 到 60 个字")
            figure.basis = code_of(_BASES, figure.basis or Basis.UNKNOWN, "口径")

    def _check_days(self, told: EntryTold, organisation: int) -> None:
        told.start = told.start or told.end
        if told.start and told.end and told.start > told.end:
            raise DomainError(f"开始日期 {told.start} 晚于结束日期 {told.end}")
        if told.status != Status.APPROVED:
            return
        if told.end is None:
            raise DomainError("已通过的记录要有结束日期")
        if self.standings.on(organisation, told.end) is None:
            known = (self.indicators.get(figure.indicator) for figure in told.figures or ())
            stocks = [each.pk for each in known if each]
            raise Unplaced(organisation=organisation, day=told.end, indicators=stocks)


def _whole_of(codes: Sequence[str], position: int, part_of: int | str) -> int:
    """The position of the figure that the one at ``position`` is a part of."""
    if isinstance(part_of, str):
        whole = next((index for index, code in enumerate(codes) if code == part_of and index != position), -1)
    else:
        whole = part_of
    if not 0 <= whole < len(codes) or whole == position:
        raise DomainError(f"part_of {part_of!r} 不指向同一记录的另一条数据")
    return whole


_encoder = msgspec.json.Encoder(order="deterministic")


def _digest(told: EntryTold, figures: Sequence[ReadyFigure]) -> str:
    """The SHA-256 of what was told, in one form: 34 and 34.0, bounds that are implied and given, are the same."""
    given = None
    if told.figures is not None:
        given = [[each.code, each.units._asdict(), each.mode, each.groups, each.basis, each.whole] for each in figures]
    # Status and reason change by review: ``store`` compares them with what stands in the database.
    plain = msgspec.structs.replace(told, figures=None, status="", void_reason="")
    return hashlib.sha256(_encoder.encode([plain, given])).hexdigest()


def completed(figure: FigureTold) -> Value:
    """Return the number of ``figure`` with the bounds that its qualifier implies. Raises DomainError, naming it."""
    try:
        return complete(
            value=figure.value,
            qualifier=figure.qualifier,
            low=figure.low,
            high=figure.high,
            low_exclusive=figure.low_exclusive,
            high_exclusive=figure.high_exclusive,
        )
    except DomainError as error:
        raise DomainError(f"{figure.indicator}：{error}") from error


def to_units(value: Value, indicator: Indicator) -> dict[str, Any]:
    """Return the columns of ``value`` as integers in the smallest unit of ``indicator``.

    Raises DomainError when the value has more decimals than the indicator keeps, or is too large.
    """
    return _units(value, indicator)._asdict()


def _units(value: Value, indicator: Indicator) -> Units:
    number = _scaled(value.value, indicator)
    if value.qualifier == "exact":  # the bounds are the number itself
        return Units(number, "exact", number, number, value.low_exclusive, value.high_exclusive)
    return Units(
        number,
        value.qualifier,
        None if value.low is None else _scaled(value.low, indicator),
        None if value.high is None else _scaled(value.high, indicator),
        value.low_exclusive,
        value.high_exclusive,
    )


def _scaled(number: Decimal, indicator: Indicator) -> int:
    scaled = number.scaleb(indicator.scale) if indicator.scale else number
    whole = int(scaled)
    if whole != scaled:
        raise DomainError(f"{indicator.name}（{indicator.code}）最多 {indicator.scale} 位小数：{number}")
    if whole > LIMIT:  # more than what a column holds
        raise DomainError(f"{indicator.name}（{indicator.code}）：数值 {number} 超出范围")
    return whole
