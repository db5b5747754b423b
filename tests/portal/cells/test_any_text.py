"""No parser raises anything but CellError, whatever the cell holds."""

from contextlib import suppress
from datetime import date
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import cells

PARSERS = [
    partial(cells.parse_money, header_unit="ten_thousand"),
    partial(cells.parse_money, header_unit=None),
    cells.parse_date,
    partial(cells.parse_date, open_values=True, precision=True),
    cells.parse_period,
    cells.parse_year,
    cells.parse_area,
    cells.parse_count,
    cells.parse_ratio,
    cells.parse_flag,
    partial(cells.parse_choice, choices=cells.GRADES),
    partial(cells.parse_multi, choices=cells.GRADES),
    cells.parse_multi,
    cells.parse_text,
    cells.parse_phone,
    partial(cells.parse_credit_code, kind="foundation", division_codes={"310199"}),
    cells.parse_document_number,
    partial(cells.parse_identity_number, as_of=date(2025, 12, 31)),
]
DIRT = st.text(
    st.sampled_from(
        "0123456789.,-/—年月日号至到元万亿整角分零壹拾佰仟平米约余人%()（）〔〕①²½٣Ⅻ #!A\n\u200b"
    )
)
RAW = st.one_of(
    st.text(),
    DIRT,
    st.integers(),
    st.floats(),
    st.decimals(),
    st.booleans(),
    st.datetimes(),
    st.dates(),
    st.none(),
)


@pytest.mark.parametrize("parse", PARSERS)
@given(raw=RAW)
def test_parser_gives_a_value_or_a_cell_error(parse, raw):
    with suppress(cells.CellError):
        assert isinstance(parse(raw), cells.Parsed)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize(
    "raw",
    ["9" * 5000, 10**5000, "1" * 40 + "万元", "-" * 5000, "0" * 18],
    ids=["long digits", "huge number", "many digits", "dashes", "zeros"],
)
def test_parser_survives_long_input(parse, raw):
    with suppress(cells.CellError):
        assert isinstance(parse(raw), cells.Parsed)


@pytest.mark.parametrize("parse", PARSERS)
def test_refusal_is_a_readable_sentence(parse):
    with suppress(cells.CellError):
        parse("#REF!")
        pytest.fail("An error of Excel must never be a value.")
    with pytest.raises(cells.CellError) as caught:
        parse("#REF!")
    assert str(caught.value).startswith("The formula gives the error #REF!.")
