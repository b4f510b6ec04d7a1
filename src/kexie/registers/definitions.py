"""Register definitions: the shape of catalogue/registers/*.yaml, facets resolved, figures derived by rules. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

import msgspec

from kexie.catalogue import CatalogueError, folder, load_typed
from kexie.core.errors import DomainError
from kexie.totals.measures import LIMIT, QUALIFIERS, Qualifier

NUMERIC = frozenset({"integer", "decimal", "money"})
FIELD_TYPES = frozenset(
    {"text", "long_text", "date", "date_range", "choice", "choices", "person", "people", "organisation",
     "organisations", "places", "file", "group"}
) | NUMERIC  # fmt: skip


_MOST_DIGITS = 25  # arithmetic keeps 28: what is longer would be rounded on the way


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of a register. ``limit``: the largest plausible value of a number."""

    key: str
    label: str
    type: str
    limit: int | None = None
    choices: dict[str, str] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``take``: a number, ``occurrences``, a field, or ``count(field)``; ``when`` maps ``kind`` or a field to a value.

    ``group`` names the field whose value the figure is "of which" of.
    """

    indicator: str
    take: int | str
    when: dict[str, str] = {}
    mode: str = ""
    group: str = ""


class Definition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A register. A facet has ``extends``; its fields and rules are added to those of its base, same records.

    ``drafts`` are the indicators whose figures, read in a document, make a draft of this register.
    """

    code: str
    name: str
    order: int
    work_area: str
    extends: str = ""
    kind: str = ""
    kinds: dict[str, str] = {}
    fields: tuple[Field, ...] = ()
    rules: tuple[Rule, ...] = ()
    drafts: tuple[str, ...] = ()


class Value(msgspec.Struct, frozen=True):
    """A number as a person gave it: 5000余 is ``Value(5000, "at_least", 5000, 6000, high_exclusive=True)``."""

    value: Decimal
    qualifier: Qualifier = "exact"
    low: Decimal | None = None
    high: Decimal | None = None
    low_exclusive: bool = False
    high_exclusive: bool = False


class Derived(msgspec.Struct, frozen=True):
    """A figure that a rule makes of an entry."""

    indicator: str
    value: Value
    mode: str = ""
    groups: tuple[str, ...] = ()


def complete(
    *,
    value: Decimal | None,
    qualifier: str = "exact",
    low: Decimal | None = None,
    high: Decimal | None = None,
    low_exclusive: bool | None = None,
    high_exclusive: bool | None = None,
) -> Value:
    """Return the value with the bounds that its qualifier implies (the design's table of qualifiers).

    Raises DomainError when qualifier, value and bounds contradict each other, or a number is out of range.
    """
    if qualifier not in QUALIFIERS:
        raise DomainError(f"数的性质“{qualifier}”不在册，可用：{'、'.join(QUALIFIERS)}")
    for number in (value, low, high):
        if number is not None and (not number.is_finite() or not 0 <= number <= LIMIT):
            raise DomainError(f"数值 {number} 超出范围（0 到 {LIMIT}）")
        if number is not None and len(number.as_tuple().digits) > _MOST_DIGITS:
            raise DomainError(f"数值 {number} 的位数太多（最多 {_MOST_DIGITS} 位）")
    if qualifier == "range":
        if low is None and high is None:
            raise DomainError("区间要写明下限或上限")
        value = value if value is not None else low if low is not None else high
    if value is None:
        raise DomainError("缺少数值")
    match qualifier:
        case "exact":
            if low not in (None, value) or high not in (None, value):
                raise DomainError(f"准数 {value} 的上下限应与它相同")
            low = high = value
        case "at_least":
            low = value if low is None else low
            if low != value:
                raise DomainError(f"“至少 {value}”的下限应是 {value}")
            high_exclusive = True if high_exclusive is None else high_exclusive
        case "at_most":
            high = value if high is None else high
            if high != value:
                raise DomainError(f"“至多 {value}”的上限应是 {value}")
    if low is not None and high is not None and low > high:
        raise DomainError(f"下限 {low} 大于上限 {high}")
    if (low is not None and value < low) or (high is not None and value > high):
        raise DomainError(f"数值 {value} 不在下限和上限之间")
    return Value(
        value=value,
        qualifier=qualifier,
        low=low,
        high=high,
        low_exclusive=bool(low_exclusive) and low is not None,
        high_exclusive=bool(high_exclusive) and high is not None,
    )


def read_number(told: Any, field: Field) -> Value:
    """Return what was told for numeric ``field``: a number, a numeral, or an object with value and qualifier.

    Raises DomainError, naming the field, when it is no number or beyond the field's limit.
    """
    try:
        if isinstance(told, Mapping):
            known = {"value", "qualifier", "low", "high", "low_exclusive", "high_exclusive"}
            if unknown := set(told) - known:
                raise DomainError(f"不认识 {'、'.join(sorted(unknown))}")
            parts = {key: _decimal(told[key]) for key in ("value", "low", "high") if told.get(key) is not None}
            others = {key: told[key] for key in told if key in known and key not in ("value", "low", "high")}
            value = complete(**{"value": None, **parts, **others})
        else:
            value = complete(value=_decimal(told))
    except DomainError as error:
        raise DomainError(f"{field.label}：{error}") from error
    if field.type == "integer" and value.value != value.value.to_integral_value():
        raise DomainError(f"{field.label}：{value.value} 不是整数")
    if field.limit is not None and value.value > field.limit:
        raise DomainError(f"{field.label}：{value.value} 超过合理上限 {field.limit}")
    return value


def _decimal(told: Any) -> Decimal:
    if isinstance(told, bool) or not isinstance(told, int | str | Decimal | float):
        raise DomainError(f"{told!r} 不是数")
    try:
        return Decimal(str(told))
    except ArithmeticError as error:
        raise DomainError(f"“{told}”不是数") from error


def check_fields(definition: Definition, fields: Mapping[str, Any]) -> None:
    """Raise DomainError when ``fields`` has a key that the register does not know or a value of the wrong type."""
    known = {field.key: field for field in definition.fields}
    for key, told in fields.items():
        if key not in known:
            raise DomainError(f"{definition.name}没有字段“{key}”")
        field = known[key]
        if told is None:
            continue
        if field.type in NUMERIC:
            read_number(told, field)
        elif field.type in ("text", "long_text", "choice") and not isinstance(told, str):
            raise DomainError(f"{field.label}：要文字，不是 {told!r}")
        if field.type == "choice" and told not in field.choices:
            raise DomainError(f"{field.label}：“{told}”不在选项里，可用：{'、'.join(field.choices)}")


def derive(
    definition: Definition, *, kinds: Sequence[str], occurrences: int, fields: Mapping[str, Any]
) -> list[Derived]:
    """Return the figures that the register's rules make of an entry; a field that is not given makes none."""
    known = {field.key: field for field in definition.fields}
    derived = []
    for rule in definition.rules:
        if not all(
            wanted in kinds if key == "kind" else fields.get(key) == wanted for key, wanted in rule.when.items()
        ):
            continue
        value = _taken(rule.take, occurrences, fields, known)
        group = fields.get(rule.group) if rule.group else None
        if value is None or (rule.group and not group):
            continue
        derived.append(Derived(rule.indicator, value, rule.mode, (str(group),) if group else ()))
    return derived


def _taken(take: int | str, occurrences: int, fields: Mapping[str, Any], known: Mapping[str, Field]) -> Value | None:
    if isinstance(take, int):
        return complete(value=Decimal(take))
    if take == "occurrences":
        return complete(value=Decimal(occurrences))
    if take.startswith("count("):
        told = fields.get(take[len("count(") : -1])
        return complete(value=Decimal(len(told))) if isinstance(told, list) else None
    told = fields.get(take)
    return None if told is None else read_number(told, known[take])


@cache
def catalogue_registers() -> dict[str, Definition]:
    """Return the registers of the catalogue by code, facets with the kinds, fields and rules of their base.

    Raises CatalogueError when a file does not have the shape, or names what is not there.
    """
    raw = [load_typed(name, Definition) for name in folder("registers")]
    by_code = {definition.code: definition for definition in raw}
    resolved = {}
    for definition in sorted(raw, key=lambda each: each.order):
        if definition.extends:
            if definition.extends not in by_code:
                raise CatalogueError(f"register {definition.code} extends {definition.extends}, which is not there")
            base = by_code[definition.extends]
            definition = msgspec.structs.replace(
                definition,
                kinds={**base.kinds, **definition.kinds},
                fields=base.fields + definition.fields,
                rules=base.rules + definition.rules,
            )
        _check_definition(definition)
        resolved[definition.code] = definition
    return resolved


def _check_definition(definition: Definition) -> None:
    keys = [field.key for field in definition.fields]
    where = f"register {definition.code}"
    if len(keys) != len(set(keys)):
        raise CatalogueError(f"{where}: a field key stands twice")
    if unknown := {field.type for field in definition.fields} - FIELD_TYPES:
        raise CatalogueError(f"{where}: unknown field types {sorted(unknown)}")
    if definition.kind and definition.kind not in definition.kinds:
        raise CatalogueError(f"{where}: kind {definition.kind} is not among its kinds")
    for rule in definition.rules:
        needed = {rule.group} if rule.group else set()
        if isinstance(rule.take, str) and rule.take != "occurrences":
            needed.add(rule.take.removeprefix("count(").removesuffix(")"))
        if missing := needed - set(keys):
            raise CatalogueError(
                f"{where}: a rule for {rule.indicator} names fields that are not there: {sorted(missing)}"
            )
