from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.papers import Heading, Paper, Part, date_text, money_text, time_text
from portal.papers.wording import chinese_number


@pytest.mark.parametrize(
    ("number", "text"), [(1, "一"), (10, "十"), (12, "十二"), (20, "二十"), (99, "九十九")]
)
def test_chinese_number(number, text):
    assert chinese_number(number) == text


def test_dates_are_not_padded():
    assert date_text(date(2024, 1, 9)) == "2024年1月9日"


def test_times_are_of_shanghai():
    assert time_text(datetime(2026, 3, 1, 16, 5, tzinfo=UTC)) == "2026年3月2日 00:05"


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        ("480000.00", "48.00"),
        ("0.00", "0.00"),
        ("100.00", "0.01"),
        ("1234567.89", "123.456789"),
        ("99999999999999.99", "9,999,999,999.999999"),
    ],
)
def test_amounts_are_in_ten_thousands_and_never_rounded(yuan, text):
    assert money_text(Decimal(yuan)) == text


def test_headings_are_numbered_by_level_across_the_parts(at):
    levels = [[(1, "甲"), (2, "乙"), (3, "丙"), (4, "丁"), (2, "戊")], [(1, "己"), (2, "庚")]]
    parts = [Part([Heading(text, level) for level, text in part]) for part in levels]
    sheets = Paper("题", parts, made_at=at).sheets()
    assert [block.text for _across, blocks in sheets for block in blocks] == [
        *("一、甲", "（一）乙", "1.丙", "（1）丁", "（二）戊", "二、己", "（一）庚"),
    ]
