"""Numbers, dates and amounts as official papers write them."""

import re
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

DIGITS = "零一二三四五六七八九"
ISO_DAY = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])")


def chinese_number(number: int) -> str:
    """1 to 99 in Chinese: 十, 十二, 二十一."""
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else DIGITS[tens]) + "十" if tens else ""
    return head + (DIGITS[ones] if ones else "")


def heading_number(level: int, number: int) -> str:
    """一、 （一） 1. （1） by level."""
    forms = (f"{chinese_number(number)}、", f"（{chinese_number(number)}）", f"{number}.")
    return forms[level - 1] if level <= len(forms) else f"（{number}）"


def date_text(day: date) -> str:
    """2024年11月29日: Arabic numerals without padding."""
    return f"{day.year}年{day.month}月{day.day}日"


def days_written(text: str) -> str:
    """The text with its days as papers write them: 2024-11-29 becomes 2024年11月29日."""
    return ISO_DAY.sub(_day_written, text)


def _day_written(found: re.Match[str]) -> str:
    try:
        return date_text(date.fromisoformat(found[0]))
    except ValueError:
        return found[0]


def time_text(moment: datetime) -> str:
    """The day and the minute in the portal's time zone."""
    local = timezone.localtime(moment)
    return f"{date_text(local.date())} {local:%H:%M}"


def money_text(yuan: Decimal) -> str:
    """An amount in 万元 with two decimals, more where the yuan need them: nothing is rounded."""
    ten_thousands = (yuan / 10_000).normalize()
    places = max(2, -int(ten_thousands.as_tuple().exponent))
    return f"{ten_thousands:,.{places}f}"
