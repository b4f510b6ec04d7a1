"""Numerals to values. Works on a matched numeral alone; nothing here looks at prose."""

from decimal import Decimal

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
TENS = {"十": 10, "百": 100, "千": 1000}
GREAT = {"万": 10**4, "亿": 10**8}
FORMAL = "壹贰叁肆伍陆柒捌玖拾佰仟"  # as on receipts
_FORMAL = frozenset(FORMAL)
_PLAIN = str.maketrans(FORMAL, "一二三四五六七八九十百千")
CHINESE = "".join(DIGITS) + "".join(TENS) + "".join(GREAT)


def parse_arabic(text: str) -> Decimal | None:
    """Value of digits with spaces or commas between them and ``.`` or ``。`` as the point; None if malformed."""
    plain = text.replace(",", "").replace(" ", "").replace("。", ".")
    try:
        return Decimal(plain)
    except ArithmeticError:
        return None


def parse_chinese(text: str) -> Decimal | None:
    """Value of a Chinese numeral (一百二十, 两万三, 二〇一七, 叁万, 百); None when it is not well formed."""
    if text[:1] in _FORMAL:
        text = text.translate(_PLAIN)
    if not text:
        return None
    if all(c in DIGITS for c in text):
        if len(text) == 1:
            return Decimal(DIGITS[text])
        # Without tens a run of digits is read out one by one (二〇一七); two alone (两三) are a range, not a number.
        return Decimal("".join(str(DIGITS[c]) for c in text)) if len(text) > 2 else None
    total = section = 0
    digit: int | None = None
    last = 0  # the last multiplier, so that a trailing digit reads 一百二 as 120 and 一百零二 as 102
    zero = False
    used: set[int] = set()  # 万 and 亿, each once
    for c in text:
        if c in DIGITS:
            if digit is not None and digit != 0:
                return None
            digit = DIGITS[c]
            zero = zero or digit == 0
        elif c in TENS:
            multiplier = TENS[c]
            if last and multiplier >= last and last < 10**4:
                return None
            section += (1 if digit is None or digit == 0 else digit) * multiplier
            digit, last, zero = None, multiplier, False
        elif c in GREAT:
            multiplier = GREAT[c]
            if multiplier in used:
                return None  # 一万零一万
            used.add(multiplier)
            section += digit or 0
            if not section and not total:
                if digit == 0:
                    return None
                section = 1
            if total and multiplier > 10**4:
                total = (total + section) * multiplier
            elif section:
                total += section * multiplier
            else:
                return None
            section, digit, last, zero = 0, None, multiplier, False
        else:
            return None
    if digit:
        section += digit if zero or last in (0, 10) else digit * (last // 10)
    return Decimal(total + section)


def chinese_range(text: str) -> tuple[Decimal, Decimal] | None:
    """Bounds of two neighbouring digits said together (两三, 三四十, 十五六, 七八百); else None."""
    for i in range(len(text) - 1):
        a, b = DIGITS.get(text[i]), DIGITS.get(text[i + 1])
        if a and b and b == a + 1:
            low = parse_chinese(text[:i] + text[i] + text[i + 2 :])
            high = parse_chinese(text[:i] + text[i + 1 :])
            return (low, high) if low is not None and high is not None and low < high else None
    return None


def step_above(value: Decimal) -> Decimal:
    """The value one step up in its last stated digit: 530 → 540, 20000 → 30000, 1.2 → 1.3."""
    if value == 0:
        return Decimal(1)
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return value + Decimal(1).scaleb(exponent)


def render_chinese(number: int) -> str:
    """The usual Chinese numeral of an integer from 0 to below 10**12."""
    if not 0 <= number < 10**12:
        raise ValueError("only 0 to below 10**12")
    if number == 0:
        return "零"

    def below(n: int) -> str:
        out, gap = "", False
        for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
            digit, n = divmod(n, power)
            if digit:
                out += ("零" if gap and out else "") + "零一二三四五六七八九"[digit] + name
                gap = False
            else:
                gap = True
        return out

    out, gap = "", False
    for power, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part, number = divmod(number, power)
        if part:
            out += ("零" if out and (gap or part < 1000) else "") + below(part) + name
            gap = False
        elif out:
            gap = True
    return out.removeprefix("一") if out.startswith("一十") else out
