"""How long a contract runs, when it is signed, what may be added, and what may be paid of it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules import contracts, payments

FIRST = date(2026, 1, 1)
TICKS = ("is_content_fixed", "is_continuous", "is_funding_stable", "is_price_steady")
ALL = contracts.Conditions(**dict.fromkeys(TICKS, True))
NONE = contracts.Conditions()


def codes(problems):
    return [problem.code for problem in problems]


def test_24_months_without_the_four_conditions_are_refused():
    found = contracts.period_problems(FIRST, date(2027, 12, 31), NONE)
    assert found == [contracts.Problem("conditions", "730", tick) for tick in TICKS]
    assert contracts.period_problems(FIRST, date(2027, 12, 31), ALL) == []


@pytest.mark.parametrize("missing", TICKS)
def test_each_condition_is_needed(missing):
    conditions = contracts.Conditions(**{tick: tick != missing for tick in TICKS})
    found = contracts.period_problems(FIRST, date(2027, 12, 31), conditions)
    assert found == [contracts.Problem("conditions", "730", missing)]


@pytest.mark.parametrize(
    ("days", "conditions", "expected"),
    [
        (0, ALL, ["order"]),
        (1, NONE, []),
        (366, NONE, []),
        (367, NONE, ["conditions"] * 4),
        (1096, ALL, []),
        (1097, ALL, ["three_years"]),
    ],
)
def test_days_of_a_contract(days, conditions, expected):
    ends_on = FIRST + timedelta(days=days - 1)
    assert codes(contracts.period_problems(FIRST, ends_on, conditions)) == expected


def test_a_center_is_operated_by_services_not_heads():
    line = contracts.Line
    assert contracts.operation_problems([line("activity", "助餐服务", "人次")]) == []
    heads = [line("activity", "助餐服务", "人次"), line("staff", "社工", "人")]
    assert contracts.operation_problems(heads) == [contracts.Problem("heads", "人", "社工")]
    assert codes(contracts.operation_problems([line("staff", "社工", "人月")])) == [
        "heads",
        "services",
    ]
    assert codes(contracts.operation_problems([])) == ["services"]
    trained = [line("activity", "骨干培训", "人"), line("staff", "驻点服务", "小时")]
    assert contracts.operation_problems(trained) == []


@pytest.mark.parametrize(
    ("notified_on", "last"),
    [
        (date(2026, 3, 2), date(2026, 4, 1)),
        (date(2026, 3, 5), date(2026, 4, 7)),  # the 4th to the 6th are off
    ],
)
def test_a_contract_is_signed_within_30_days_or_on_the_next_working_day(notified_on, last):
    off = {date(2026, 4, 4), date(2026, 4, 5), date(2026, 4, 6)}
    assert contracts.sign_by(notified_on, 30, lambda day: day not in off) == last


@pytest.mark.parametrize(
    ("signed_on", "is_signable"),
    [(date(2026, 3, 16), False), (date(2026, 3, 17), False), (date(2026, 3, 18), True)],
)
def test_nothing_is_signed_while_the_result_is_open_for_comment(signed_on, is_signable):
    assert contracts.signable_on(signed_on, date(2026, 3, 17)) == is_signable
    assert contracts.signable_on(signed_on, None)


@pytest.mark.parametrize(
    ("price", "added", "percent", "room"),
    [
        ("100000.00", [], 10, "10000.00"),
        ("100000.00", ["10000.00"], 10, "0.00"),
        ("100000.00", ["4000.00", "5999.99"], 10, "0.01"),
        ("100000.00", ["10000.01"], 10, "0.00"),
        ("100000.09", [], 10, "10000.00"),
        ("100000.00", [], 5, "5000.00"),
        ("100000.00", [], 20, "10000.00"),
    ],
)
def test_what_may_still_be_added(price, added, percent, room):
    found = contracts.supplement_room(Decimal(price), map(Decimal, added), percent)
    assert found == Decimal(room)


def test_shares_of_milestones():
    assert contracts.share_gap([Decimal("33.33"), Decimal("66.67")]) == 0
    assert contracts.share_gap([Decimal("60")]) == Decimal("40")
    assert contracts.share_gap([Decimal("60"), Decimal("50")]) == Decimal("-10")


def test_payments_of_40_40_and_20_are_the_price():
    price = Decimal("100000.00")
    planned = [Decimal("40000.00"), Decimal("40000.00"), Decimal("20000.00")]
    assert payments.parts(price) == planned
    assert payments.price_gap(price, planned) == 0
    assert payments.price_gap(price, [*planned, Decimal("0.01")]) == Decimal("-0.01")
    assert payments.room(price, [Decimal("500")], planned) == Decimal("500")


@given(st.decimals("0.01", "99999999.99", places=2))
def test_parts_are_the_price_whatever_it_is(price):
    parts = payments.parts(price)
    assert sum(parts) == price
    assert all(part >= 0 and part == round(part, 2) for part in parts)


@pytest.mark.parametrize(
    ("stage", "happened_on", "expected"),
    [
        ("acceptance", None, False),
        ("acceptance", date(2026, 6, 10), False),
        ("acceptance", date(2026, 6, 2), False),
        ("acceptance", date(2026, 6, 1), True),
        ("midterm", None, False),
        ("midterm", date(2026, 6, 2), False),
        ("midterm", date(2026, 6, 1), True),
        ("signing", None, True),
        ("other", None, True),
    ],
)
def test_what_is_paid_after_something_waits_for_its_day(stage, happened_on, expected):
    days = {"acceptance": "accepted_on", "midterm": "reviewed_on"}
    known = dict.fromkeys(days.values()) | {days.get(stage, "accepted_on"): happened_on}
    assert payments.is_due_for(stage, date(2026, 6, 1), **known) is expected
