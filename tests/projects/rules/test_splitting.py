"""What a purchaser bought without a tender is added up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules.routes import CHECKS
from projects.rules.splitting import NOT_BOUGHT, NOT_COUNTED, TENDERS, Bought, total_of

ROUTES = st.sampled_from(sorted(CHECKS))
STATES = st.sampled_from(
    ["draft", "announced", "evaluating", "awarded", "contracted", "failed", "void", "terminated"]
)
BOUGHT = st.builds(
    Bought,
    budget_yuan=st.decimals(min_value=1, max_value=10_000_000, places=2),
    route=ROUTES,
    status=STATES,
)


def test_it_adds_up_to_the_cent():
    bought = [
        Bought(Decimal("1999999.99"), "competitive_consultation", "contracted"),
        Bought(Decimal("0.01"), "below_threshold", "announced"),
    ]
    assert total_of(bought) == Decimal("2000000.00")


@pytest.mark.parametrize("status", sorted(NOT_COUNTED))
def test_what_bought_nothing_is_not_counted(status):
    assert total_of([Bought(Decimal(1), "single_source", status)]) == 0


@pytest.mark.parametrize("route", sorted(TENDERS | NOT_BOUGHT))
def test_tenders_and_money_given_are_not_counted(route):
    assert total_of([Bought(Decimal(1), route, "contracted")]) == 0


@given(st.lists(BOUGHT), BOUGHT)
def test_one_more_never_lowers_the_total_and_order_does_not_matter(bought, one):
    before = total_of(bought)
    assert total_of([*bought, one]) == total_of([one, *bought])
    assert total_of([*bought, one]) in (before, before + one.budget_yuan)
