"""Sections as tables, and what changed in them."""

from datetime import date
from decimal import Decimal

import pytest

from centers.models import FundingRow, PremisesRow, Section, StaffRow
from centers.selectors import comparisons


def staff(position, person_id, **values):
    return StaffRow(position=position, person_id=person_id, post="staff", **values)


def states(kind, before, after):
    """(position, state) of every line."""
    section = Section(kind=kind, status="submitted")
    table = comparisons.compared(section, after, before)
    return [(line.position, line.state) for line in table.lines]


def test_same_rows_in_another_order_are_the_same():
    before = [staff(1, 7), staff(2, 8)]
    after = [staff(1, 8), staff(2, 7)]
    pairs = comparisons.pair("staff", before, after)
    assert [(old.person_id, new.person_id) for old, new in pairs] == [
        (8, 8),
        (7, 7),
    ]


def test_pair_prefers_the_same_content_to_the_same_key():
    before = [staff(1, 7, is_full_time=True), staff(2, 7, is_full_time=False)]
    after = [staff(1, 7, is_full_time=False)]
    assert comparisons.pair("staff", before, after) == [(before[1], after[0]), (before[0], None)]


def test_pair_takes_premises_by_position_when_the_address_was_rewritten():
    before = [PremisesRow(position=1, address="一号")]
    after = [PremisesRow(position=1, address="1号")]
    assert comparisons.pair("premises", before, after) == [(before[0], after[0])]


def premises(address, area):
    return PremisesRow(position=1, address=address, exclusive_area_m2=Decimal(area))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([], [("一号", "30")], [(1, "added")]),
        ([("一号", "30")], [], [(1, "removed")]),
        ([("一号", "30")], [("一号", "30.00")], [(1, "same")]),
        ([("一号", "30")], [("一号", "31")], [(1, "changed")]),
    ],
)
def test_compared_tells_each_lines_state(before, after, expected):
    rows = [[premises(*values) for values in side] for side in (before, after)]
    assert states("premises", *rows) == expected


def test_changed_cell_shows_old_and_new():
    section = Section(kind="premises", status="submitted")
    table = comparisons.compared(section, [premises("一号", "31")], [premises("一号", "30")])
    changed = [(cell.before, cell.text) for cell in table.lines[0].cells if cell.before]
    assert changed == [("30", "31")]


def test_bureaus_judgment_is_no_change_and_fills_the_next_one():
    before, after = premises("一号", "30"), premises("一号", "30")
    before.adequacy = "satisfies"
    section = Section(kind="premises", status="submitted")
    line = comparisons.compared(section, [after], [before]).lines[0]
    assert (line.state, line.adequacy) == ("same", "satisfies")


def test_nothing_before_is_not_compared():
    section = Section(kind="premises", status="submitted")
    assert not comparisons.compared(section, [premises("一号", "30")], None).is_compared


def test_cells_say_null_as_a_dash_and_zero_as_zero():
    section = Section(kind="funding", status="accepted")
    rows = [
        FundingRow(position=1, form="grant", amount_yuan=Decimal("480000.00")),
        FundingRow(position=2, form="grant", amount_yuan=Decimal("0.00")),
        FundingRow(position=3, form="grant", starts_on=date(2025, 1, 1)),
    ]
    table = comparisons.plain(section, rows)
    column = table.headers.index("Amount (yuan)") if "Amount (yuan)" in table.headers else -1
    amounts = [line.cells[column].text for line in table.lines]
    assert amounts == ["480,000", "0", "—"]


def test_columns_that_nobody_filled_are_left_out():
    table = comparisons.plain(Section(kind="premises", status="accepted"), [premises("一号", "30")])
    assert len(table.headers) == 2
