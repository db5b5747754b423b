"""Credit lists copied out of a table."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.resources.credit_lists import read
from organizations.services.credit_lists import ListRefused

CODE = "52310199MJF1000166"
ROW = f"{CODE}\t海棠区银龄服务中心\t活动异常名录\t2026.1.5"


def test_a_row_gives_an_entry_and_headings_are_skipped():
    whole = f"{ROW}\t2026年2月1日\t未按期年报\t海棠区民政局\t海民罚〔2026〕1号"
    first, second = read(f"统一社会信用代码\t名称\t名录\t列入日期\n\n{ROW}\n{whole}\n")
    assert (first.row, first.uscc, first.kind) == (3, CODE, "abnormal")
    assert (first.listed_on, first.removed_on, first.grounds) == (date(2026, 1, 5), None, "")
    assert (second.removed_on, second.authority) == (date(2026, 2, 1), "海棠区民政局")


@pytest.mark.parametrize(
    ("typed", "kind"), [("异常名录", "abnormal"), (" 严重违法 失信名单 ", "serious")]
)
def test_lists_are_known_by_the_names_that_offices_write(typed, kind):
    assert read(ROW.replace("活动异常名录", typed))[0].kind == kind


@pytest.mark.parametrize(
    "line",
    [
        "甲",
        f"{CODE}\t甲\t黑名单\t2026.1.5",
        f"{CODE}\t甲\t异常名录\t",
        f"{CODE}\t甲\t异常名录\t2026.2.30",
        f"{CODE}\t{'甲' * 61}\t异常名录\t2026.1.5",
        ROW + "\t" * 8,
    ],
)
def test_every_line_that_cannot_be_read_is_named(line):
    with pytest.raises(ListRefused) as caught:
        read(f"{ROW}\n{line}\n{line}")
    assert [row for row, _problem in caught.value.problems] == [2, 3]


@pytest.mark.parametrize("text", ["", "\n \n", "统一社会信用代码\t名称"])
def test_nothing_is_no_list(text):
    with pytest.raises(ListRefused):
        read(text)


@given(st.text() | st.lists(st.text(max_size=20), min_size=4, max_size=8).map("\t".join))
def test_whatever_is_pasted_is_read_or_refused(text):
    with suppress(ListRefused):
        assert read(text)
