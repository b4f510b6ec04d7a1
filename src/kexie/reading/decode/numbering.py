"""The numbers that Word makes by itself before headings and items (自动编号).

They stand in no paragraph: a paragraph, or its style, names a list and a level; the list has a format for each level;
the number is counted while the paragraphs go by. Without them 一、 and （一） would be missing and sections not found.
Bullets are left out.
"""

from dataclasses import dataclass, field
from typing import Any

from kexie.reading.numerals import render_chinese

_CHINESE = frozenset(
    {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "ideographTraditional"}
    | {"taiwaneseCountingThousand", "koreanCounting", "japaneseLegal", "chineseLegalSimplified", "ideographDigital"}
    | {"japaneseDigitalTenThousand", "taiwaneseDigital"}
)
_CIRCLED = frozenset({"decimalEnclosedCircle", "decimalEnclosedCircleChinese"})
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_MOST = 10_000  # a number beyond is none that a person has seen
_CHAIN = 20  # styles upon styles


@dataclass(frozen=True, slots=True)
class Level:
    form: str
    text: str  # %1.%2 stands for the numbers of the first and second level
    start: int


@dataclass(slots=True)
class Numbering:
    """The lists of a document, and how far each has been counted."""

    levels: dict[str, dict[int, Level]] = field(default_factory=dict)  # of an abstract list
    lists: dict[str, str] = field(default_factory=dict)  # list → abstract list
    starts: dict[str, dict[int, int]] = field(default_factory=dict)  # list → level → where it starts anew
    styles: dict[str, tuple[str | None, int | None, str | None]] = field(default_factory=dict)
    counted: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, paragraph: Any) -> str:
        """The number before a paragraph, counting it; empty where there is none."""
        properties = _child(paragraph, "pPr")
        if properties is None or not self.lists:
            return ""
        number, level = _reference(properties)
        style = _value(_child(properties, "pStyle"))
        for _ in range(_CHAIN):
            if style is None or (number is not None and level is not None):
                break
            styled_number, styled_level, style = self.styles.get(style, (None, None, None))
            number = styled_number if number is None else number
            level = styled_level if level is None else level
        return self._next(number, level or 0)

    def _next(self, number: str | None, level: int) -> str:
        abstract = self.lists.get(number or "0")
        levels = self.levels.get(abstract or "", {})
        if number is None or abstract is None or level not in levels:
            return ""
        counted = self.counted.setdefault(abstract, {})
        anew = self.starts.get(number, {}).pop(level, None)
        if anew is not None:
            counted[level] = anew
        else:
            counted[level] = counted[level] + 1 if level in counted else levels[level].start
        for deeper in [each for each in counted if each > level]:
            del counted[deeper]
        return self._written(levels, counted, level)

    @staticmethod
    def _written(levels: dict[int, Level], counted: dict[int, int], level: int) -> str:
        if levels[level].form in ("bullet", "none") or counted[level] > _MOST:
            return ""
        text = levels[level].text
        for each in range(level + 1):
            if each in levels:
                value = counted.get(each, levels[each].start)
                text = text.replace(f"%{each + 1}", _rendered(value, levels[each].form))
        # 1.2024年 would be another number.
        return text + " " if text and (text[-1].isalnum() or text[-1] == ".") else text


def numbering(lists: Any, styles: Any) -> Numbering:
    """The lists of ``word/numbering.xml`` and ``word/styles.xml`` (roots; None where there is none)."""
    told = Numbering()
    for element in lists if lists is not None else ():
        kind, key = local_name(element), _attribute(element, "abstractNumId") or _attribute(element, "numId")
        if kind == "abstractNum" and key is not None:
            told.levels[key] = {each: level for each, level in map(_level, _children(element, "lvl")) if each >= 0}
        elif kind == "num" and key is not None:
            told.lists[key] = _value(_child(element, "abstractNumId")) or ""
            told.starts[key] = {
                _number(_attribute(change, "ilvl")): _number(_value(start))
                for change in _children(element, "lvlOverride")
                if (start := _child(change, "startOverride")) is not None
            }
    for style in _children(styles, "style") if styles is not None else ():
        properties = _child(style, "pPr")
        reference = _reference(properties) if properties is not None else (None, None)
        told.styles[_attribute(style, "styleId") or ""] = (*reference, _value(_child(style, "basedOn")))
    return told


def _level(element: Any) -> tuple[int, Level]:
    form = _value(_child(element, "numFmt")) or "decimal"
    start = _number(_value(_child(element, "start")), 1)
    return _number(_attribute(element, "ilvl"), -1), Level(form, _value(_child(element, "lvlText")) or "", start)


def _reference(properties: Any) -> tuple[str | None, int | None]:
    told = _child(properties, "numPr")
    if told is None:
        return None, None
    level = _value(_child(told, "ilvl"))
    return _value(_child(told, "numId")), None if level is None else _number(level)


def _rendered(value: int, form: str) -> str:
    if form in _CHINESE:
        return render_chinese(value) if value > 0 else "〇"
    if form in _CIRCLED and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form in ("upperLetter", "lowerLetter") and value >= 1:
        letter = chr(ord("A") + (value - 1) % 26) * ((value - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman") and value >= 1:
        return _roman(value) if form == "upperRoman" else _roman(value).lower()
    return str(value)


def _roman(value: int) -> str:
    out = ""
    for worth, sign in _ROMAN:
        out += sign * (value // worth)
        value %= worth
    return out


def local_name(element: Any) -> str:
    """Name without namespace: transitional and strict files differ in it. Empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(element: Any, name: str) -> list[Any]:
    return [child for child in element if local_name(child) == name]


def _child(element: Any, name: str) -> Any:
    return next((child for child in element if local_name(child) == name), None)


def _attribute(element: Any, name: str) -> str | None:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), None)


def _value(element: Any) -> str | None:
    return None if element is None else _attribute(element, "val")


def _number(text: str | None, otherwise: int = 0) -> int:
    return int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
