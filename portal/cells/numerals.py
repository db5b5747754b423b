"""Amounts in Chinese numerals: 人民币肆拾捌万元整 (domain.md 6.6)."""

import re
from decimal import ROUND_HALF_UP, Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
CANONICAL = str.maketrans(
    "〇一二两三四五六七八九貳參叄陸十百千萬億圆圓正",
    "零壹贰贰叁肆伍陆柒捌玖贰叁叁陆拾佰仟万亿元元整",
)
# Below ten thousand: strictly falling units, 零 where one is left out.
NONZERO = f"([{DIGITS[1:]}])"
SECTION = re.compile(f"(?:{NONZERO}仟)?零?(?:{NONZERO}佰)?零?(?:{NONZERO}?(拾))?零?{NONZERO}?")
AMOUNT = re.compile(
    f"(?:人民币)?(?P<whole>[{DIGITS}拾佰仟万亿]+)(?:元|(?<=[万亿]))整?"
    f"零?(?:(?P<tenths>[{DIGITS}])角)?零?(?:(?P<cents>[{DIGITS}])分)?整?"
)
LARGEST = Decimal("999999999999.99")


def read_amount(text: str) -> Decimal | None:
    """Yuan of an amount in Chinese numerals; None when the text is not one."""
    match = AMOUNT.fullmatch(text.translate(CANONICAL))
    if match is None:
        return None
    whole = _read_whole(match["whole"])
    if whole is None:
        return None
    cents = 10 * _digit(match["tenths"]) + _digit(match["cents"])
    return Decimal(whole) + Decimal(cents).scaleb(-2)


def _read_whole(words: str) -> int | None:
    if words == "零":
        return 0
    total = 0
    for unit, factor in (("亿", 100_000_000), ("万", 10_000), ("", 1)):
        part, found, rest = words.partition(unit) if unit else (words, "", "")
        if unit and not found:
            continue
        value = _read_section(part)
        if value is None or (unit and value == 0):
            return None
        total += value * factor
        words = rest
    return total


def _read_section(words: str) -> int | None:
    match = SECTION.fullmatch(words)
    if match is None:
        return None
    thousands, hundreds, tens, has_tens, ones = match.groups()
    ten = _digit(tens) if tens else int(bool(has_tens))
    return 1000 * _digit(thousands) + 100 * _digit(hundreds) + 10 * ten + _digit(ones)


def _digit(character: str | None) -> int:
    return DIGITS.index(character) if character else 0


def amount_in_words(amount_yuan: Decimal) -> str:
    """The amount as contracts write it, without 人民币: 480000 gives 肆拾捌万元整.

    Raises ValueError below zero and from one trillion yuan.
    """
    amount = amount_yuan.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if not 0 <= amount <= LARGEST:
        raise ValueError("Amounts in words run from 0 to 999999999999.99 yuan.")
    whole, cents = divmod(int(amount * 100), 100)
    return _write_whole(whole) + "元" + _write_cents(cents, has_whole=whole > 0)


def _write_whole(whole: int) -> str:
    words = ""
    for factor, unit in ((100_000_000, "亿"), (10_000, "万"), (1, "")):
        section, whole = divmod(whole, factor)
        if section:
            words += ("零" if words and section < 1000 else "") + _write_section(section) + unit
        elif words and whole and not words.endswith("零"):
            words += "零"
    return words.replace("零零", "零") or "零"


def _write_section(section: int) -> str:
    words = ""
    for factor, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit, section = divmod(section, factor)
        if digit:
            words += DIGITS[digit] + unit
        elif words and section and not words.endswith("零"):
            words += "零"
    return words


def _write_cents(cents: int, *, has_whole: bool) -> str:
    tenths, ones = divmod(cents, 10)
    if cents == 0:
        return "整"
    if tenths == 0:
        return ("零" if has_whole else "") + DIGITS[ones] + "分"
    return DIGITS[tenths] + "角" + (DIGITS[ones] + "分" if ones else "整")
