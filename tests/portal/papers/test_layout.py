import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.papers import layout
from tests.portal.papers.conftest import LONG


def broken(text, width, indent=0):
    return layout.broken(text, width, layout.length, indent)


@pytest.mark.parametrize("width", range(3, 30))
def test_no_line_begins_with_closing_or_ends_with_opening_punctuation(width):
    lines = broken(LONG, width)
    assert [line for line in lines if line[0] in layout.NOT_FIRST] == []
    assert [line for line in lines[:-1] if line[-1] in layout.NOT_LAST] == []


@pytest.mark.parametrize("width", range(3, 30))
def test_no_line_is_wider_than_the_room(width):
    assert max(map(layout.length, broken(LONG, width))) <= width


def test_words_and_figures_stay_whole():
    assert broken("共收到480,000.00元", 5) == ["共收到", "480,000.00", "元"]


def test_a_word_longer_than_a_line_is_divided():
    assert broken("0123456789abcdef", 4) == ["01234567", "89abcdef"]


def test_the_indent_shortens_the_first_line():
    assert broken("一二三四五六", 4, indent=2) == ["一二", "三四五六"]


def test_a_line_break_stays_one():
    assert broken("一\n\n二", 4) == ["一", "", "二"]


@given(st.text(alphabet="一，。（）“”a1 ，\n𠮷", max_size=60), st.integers(1, 12))
def test_nothing_but_blanks_is_lost(text, width):
    """Also where punctuation leaves no lawful place to break."""
    assert "".join(broken(text, width)).replace(" ", "") == "".join(text.split())


def test_what_no_document_can_hold_is_left_out():
    assert layout.printable("一\x00二\ud800\r\n三\u2028四") == "一二\n三\n四"


def test_columns_share_the_width_by_what_they_hold():
    shares = layout.column_shares(["序号", "备注"], [["1", "很长的备注" * 5]], 40)
    assert sum(shares) == pytest.approx(1)
    assert shares[1] > 3 * shares[0]


def test_a_crowded_table_keeps_figures_whole():
    headers = ["金额", *["备注"] * 8]
    shares = layout.column_shares(headers, [["480,000.00", *["很长的备注" * 5] * 8]], 60)
    assert shares[0] * 60 >= layout.length("480,000.00")


def test_a_table_without_rows_has_columns():
    assert layout.column_shares(["甲", "乙"], [], 28) == [0.5, 0.5]
