# ruff: noqa: RUF001 (full-width characters are what the offices type)
"""Dates, years and periods."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.cells import CellError, parse_date, parse_period, parse_year


@pytest.mark.parametrize(
    "raw",
    [
        "2024.3.1",
        "2024/3/1",
        "2024-03-01",
        "2024年3月1日",
        "２０２４年３月１日",
        "２０２４．３．１",
        "2024 年 3 月 1 日",
        "20240301",
        20240301,
        45352,
        45352.0,
        Decimal("45352.75"),
        "45352",
        datetime(2024, 3, 1, 13, 30),  # noqa: DTZ001 (as Excel gives it)
        date(2024, 3, 1),
        "2024-03-01 00:00:00",
        "2024/3/1 13:30",
        "2024\u20143\u20141",
    ],
)
def test_date_is_read_from_every_form(raw):
    parsed = parse_date(raw)
    assert (parsed.value, parsed.precision) == (date(2024, 3, 1), "")


@pytest.mark.parametrize("raw", ["2024年3月", "2024-3", "2024.03", "2024/03"])
def test_month_is_read_where_it_is_allowed(raw):
    parsed = parse_date(raw, precision=True)
    assert (parsed.value, parsed.precision) == (date(2024, 3, 1), "month")
    with pytest.raises(CellError) as caught:
        parse_date(raw)
    assert caught.value.code == "month_only"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2024", "year_only"),
        (2024, "year_only"),
        ("2019年", "year_only"),
        ("24.3.1", "two_digit_year"),
        ("24年3月", "two_digit_year"),
        ("2024.02.30", "no_such_day"),
        ("20240230", "no_such_day"),
        ("2024年13月", "no_such_day"),
        ("2024.3.1-2024.12.31", "period"),
        ("2024.1-12", "period"),
        ("2024年3月1日至今", "period"),
        ("2025年全年", "period"),
        ("90年代", "not_a_date"),
        ("3年", "not_a_date"),
        ("1824-03-01", "year_out_of_range"),
        ("0000-01-01", "no_such_day"),
        ("12345", "not_a_date"),
        (2024.1, "date_as_number"),
        (True, "logical_value"),
        ("#VALUE!", "formula_error"),
        ("至今", "not_a_date"),
        ("长期", "not_a_date"),
    ],
)
def test_unreadable_date_is_refused(raw, code):
    with pytest.raises(CellError) as caught:
        parse_date(raw, precision=True)
    assert caught.value.code == code


@pytest.mark.parametrize("raw", ["至今", "长期", "—", "-", "长期有效"])
def test_open_end_is_null(raw):
    assert parse_date(raw, open_values=True).value is None


@pytest.mark.parametrize("raw", [None, "", "/", "—"])
def test_blank_date_is_null(raw):
    assert parse_date(raw).value is None


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(days)
def test_formatted_date_reads_back(day):
    forms = (
        day.isoformat(),
        day.strftime("%Y%m%d"),
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
    )
    assert [parse_date(form).value for form in forms] == [day] * 4


@given(st.integers(20_000, 60_000))
def test_serial_numbers_count_the_days(serial):
    expected = date(2024, 3, 1) + timedelta(days=serial - 45352)
    assert parse_date(serial).value == expected == parse_date(str(serial)).value


@pytest.mark.parametrize("raw", ["2025", 2025, 2025.0, "2025年", "2025年度", "２０２５年度"])
def test_year_is_read(raw):
    assert parse_year(raw).value == 2025


@pytest.mark.parametrize("raw", ["25年", "二〇二五年", 25, "0000", 2025.5, "2025-2026"])
def test_unreadable_year_is_refused(raw):
    with pytest.raises(CellError):
        parse_year(raw)


@pytest.mark.parametrize(
    ("raw", "period"),
    [
        ("2024.3.1-2024.12.31", (date(2024, 3, 1), date(2024, 12, 31))),
        ("2024-03-01—2024-12-31", (date(2024, 3, 1), date(2024, 12, 31))),
        ("2024年3月1日至2024年12月31日", (date(2024, 3, 1), date(2024, 12, 31))),
        ("2024.3.1-12.31", (date(2024, 3, 1), date(2024, 12, 31))),
        ("2024年3月1日至12月31日", (date(2024, 3, 1), date(2024, 12, 31))),
        ("2024.1-12", (date(2024, 1, 1), date(2024, 12, 31))),
        ("2025.1-2", (date(2025, 1, 1), date(2025, 2, 28))),
        ("2024年11月至2025年2月", (date(2024, 11, 1), date(2025, 2, 28))),
        ("2025年全年", (date(2025, 1, 1), date(2025, 12, 31))),
        ("2025年度", (date(2025, 1, 1), date(2025, 12, 31))),
        ("2024.3.1至今", (date(2024, 3, 1), None)),
        ("2024.3.1-长期", (date(2024, 3, 1), None)),
    ],
)
def test_period_is_read(raw, period):
    assert parse_period(raw).value == period


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2024.12.31-2024.3.1", "period_reversed"),
        ("2024.2.30-2024.3.1", "no_such_day"),
        ("2024-1-12", "not_a_period"),
        ("3年", "not_a_period"),
        ("全年", "not_a_period"),
    ],
)
def test_unreadable_period_is_refused(raw, code):
    with pytest.raises(CellError) as caught:
        parse_period(raw)
    assert caught.value.code == code


@given(days, days)
def test_formatted_period_reads_back(one, other):
    first, last = sorted((one, other))
    assert parse_period(f"{first} 至 {last}").value == (first, last)
