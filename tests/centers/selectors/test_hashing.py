"""The hash of what was filed: columns that come later change none that was kept."""

from datetime import date
from decimal import Decimal

import pytest

from centers.models import Person, ProfileRow, Section, StaffRow
from centers.selectors.hashing import ADDED_LATER, content_hash, thawed
from centers.selectors.sections import declared_fields

SOMEBODY = Person(code="P1", name="徐超霞")
# (kind, row, the hash it was accepted with before any of ``ADDED_LATER`` was there).
KEPT = [
    (
        "profile",
        lambda **more: ProfileRow(
            name="海棠区梧桐路街道社会组织服务中心",
            registered_capital_yuan=Decimal("30000.00"),
            legal_representative=SOMEBODY,
            starts_on=date(2016, 5, 20),
            **more,
        ),
        "c6b217aa8be8c03744ae1ec5656d5a57a8b35e5cab788df7d36cf164b51d91c2",
    ),
    (
        "staff",
        lambda **more: StaffRow(person=SOMEBODY, post="staff", is_full_time=True, **more),
        "0d762b89c18eec88aec38b9650f976f5086c7aa037aa161fcfcdd81f3d443791",
    ),
]


@pytest.mark.parametrize(("kind", "make", "kept"), KEPT)
def test_unsaid_later_columns_leave_the_hash_as_it_was(kind, make, kept):
    assert content_hash(kind, [make()]) == kept


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("basic_cost_yuan", Decimal(0)),
        ("is_legal_representative_chair", False),
        ("organization_count", 0),
    ],
)
def test_what_is_said_in_a_later_column_counts(column, value):
    kind, make, kept = KEPT[0]
    assert content_hash(kind, [make(**{column: value})]) != kept


def test_what_is_said_of_the_pay_counts():
    kind, make, kept = KEPT[1]
    assert content_hash(kind, [make(pay_follows_community_worker=False)]) != kept


def test_later_columns_are_columns():
    for kind, columns in ADDED_LATER.items():
        assert columns <= set(declared_fields(kind))


def test_a_copy_from_before_the_columns_is_thawed_with_nothing_said():
    [row] = thawed(Section(kind="staff"), [{"post": "staff", "note": ""}])
    assert (row.post, row.pay_follows_community_worker) == ("staff", None)
