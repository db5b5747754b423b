"""Every route asks what it asks, and tells everything that is not so at once."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.models import Procurement
from projects.rules import routes
from projects.rules.routes import Facts, Publicity, Refusal, Shape, bidders_needed, check
from projects.selectors.route_words import WORDS, said
from projects.selectors.thresholds import DEFAULTS

ON = date(2025, 3, 3)
SUPPLIERS = (("甲", "A"), ("乙", "B"), ("丙", "C"))
SCORED = (("price", Decimal(20)), ("technical", Decimal(80)))
GOOD = Facts(
    on=ON,
    shape=Shape(),
    budget_yuan=Decimal("300000.00"),
    project_budget_yuan=Decimal("300000.00"),
    is_deadline_ahead=True,
    deadline_on=date(2025, 3, 23),
    open_days=20,
    open_workdays=14,
    documents_workdays=5,
    weights=SCORED,
    invited=SUPPLIERS,
    drawn=3,
)
LOWEST = replace(GOOD, shape=Shape(choice="lowest_price"), weights=())
SINGLE = replace(
    GOOD,
    shape=Shape(ground="urgent", ground_text="防汛"),
    invited=SUPPLIERS[:1],
    drawn=0,
)
READY = {
    "open_tender": GOOD,
    "invited_tender": GOOD,
    "competitive_negotiation": LOWEST,
    "competitive_consultation": GOOD,
    "single_source": SINGLE,
    "inquiry": replace(LOWEST, shape=Shape(is_goods=True, choice="lowest_price")),
    "below_threshold": GOOD,
    "welfare_tender": GOOD,
    "venture_grant": GOOD,
}
TENDERS = ("open_tender", "invited_tender")


def codes(route, **changes):
    """The refusals of a procurement that is ready but for ``changes``."""
    return [found.code for found in check(route, replace(READY[route], **changes), DEFAULTS)]


def test_every_route_has_its_checks():
    assert set(routes.CHECKS) == set(Procurement.Route.values)
    assert set(READY) | {"grant", "framework"} == set(Procurement.Route.values)


@pytest.mark.parametrize("route", READY)
def test_what_is_ready_is_announced(route):
    assert codes(route) == []


@pytest.mark.parametrize("route", ["grant", "framework"])
def test_a_route_without_bids_has_no_notice(route):
    assert [found.code for found in check(route, GOOD, DEFAULTS)] == ["without_bids"]
    assert routes.check_decision(route, GOOD, DEFAULTS) == []


def test_a_framework_agreement_buys_and_a_grant_does_not():
    """What is bought counts with what was bought before; what is given does not."""
    facts = replace(GOOD, bought_yuan=Decimal(4_000_000))
    found = routes.check_decision("framework", facts, DEFAULTS)
    assert [refusal.code for refusal in found] == ["split"]
    assert routes.check_decision("grant", facts, DEFAULTS) == []


@pytest.mark.parametrize("route", READY)
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"has_requirement": False}, "requirement_missing"),
        ({"is_plan_approved": False}, "plan_not_approved"),
        ({"project_budget_yuan": None}, "basis_missing"),
        ({"project_budget_yuan": Decimal("299999.99")}, "over_budget"),
        ({"keys": 2}, "keys"),
        ({"deadline_on": None}, "deadline_missing"),
        ({"is_deadline_ahead": False}, "deadline_passed"),
        ({"documents_until": date(2025, 3, 24)}, "documents_after_deadline"),
        ({"questions_until": date(2025, 3, 24)}, "questions_after_deadline"),
    ],
)
def test_every_route_asks_for_a_plan_a_budget_keys_and_a_deadline(route, changes, code):
    assert codes(route, **changes) == [code]


@pytest.mark.parametrize("route", TENDERS)
def test_a_tender_is_open_for_twenty_days(route):
    """Issued on 2025-03-03, 2025-03-23 is the first deadline allowed."""
    assert codes(route, deadline_on=date(2025, 3, 22), open_days=19) == ["open_days"]
    assert codes(route, deadline_on=date(2025, 3, 23), open_days=20) == []


def test_a_consultation_is_decided_by_scores():
    """Else the price would weigh a hundred percent, whatever the most is that it may weigh."""
    lowest = {"shape": Shape(choice="lowest_price"), "weights": ()}
    assert codes("competitive_consultation", **lowest) == ["not_comprehensive"]
    assert codes("below_threshold", **lowest) == []


def test_a_consultation_is_open_for_ten_days():
    assert codes("competitive_consultation", open_days=9) == ["open_days"]
    assert codes("competitive_consultation", open_days=10) == []


@pytest.mark.parametrize("route", ["competitive_negotiation", "inquiry"])
def test_negotiations_and_inquiries_are_open_for_three_working_days(route):
    assert codes(route, open_workdays=2, open_days=30) == ["open_workdays"]
    assert codes(route, open_workdays=3, open_days=3) == []


@pytest.mark.parametrize("route", ["below_threshold", "welfare_tender", "venture_grant"])
def test_smaller_routes_need_no_days_in_advance(route):
    assert codes(route, open_days=0, open_workdays=0, documents_workdays=None) == []


@pytest.mark.parametrize("route", [*TENDERS, "competitive_consultation"])
def test_documents_are_given_out_for_five_working_days(route):
    assert codes(route, documents_workdays=4) == ["documents_too_short"]
    assert codes(route, documents_workdays=None) == ["documents_missing"]


@pytest.mark.parametrize(
    ("route", "weight", "found"),
    [
        ("open_tender", "9.99", ["price_weight_low"]),
        ("open_tender", "10", []),
        ("open_tender", "100", []),
        ("competitive_consultation", "9.99", ["price_weight_low"]),
        ("competitive_consultation", "10", []),
        ("competitive_consultation", "30", []),
        ("competitive_consultation", "30.01", ["price_weight_high"]),
        ("welfare_tender", "5", []),
        ("below_threshold", "60", []),
    ],
)
def test_the_weight_of_the_price_by_route(route, weight, found):
    price = Decimal(weight)
    scored = [("price", price), ("technical", 100 - price)]
    assert codes(route, weights=tuple(row for row in scored if row[1])) == found


def test_criteria_give_a_hundred_with_one_price():
    assert codes("open_tender", weights=(("price", Decimal(20)),)) == ["weights"]
    assert codes("open_tender", weights=(("technical", Decimal(100)),)) == ["price_missing"]
    assert codes("open_tender", weights=()) == ["weights", "price_missing"]
    lowest = Shape(choice="lowest_price")
    assert codes("open_tender", shape=lowest, weights=()) == []


@pytest.mark.parametrize("route", ["invited_tender", "competitive_negotiation", "inquiry"])
def test_three_suppliers_are_asked(route):
    assert codes(route, invited=SUPPLIERS[:2], drawn=2) == ["invited"]


def test_who_is_invited_to_a_tender_was_drawn():
    assert codes("invited_tender", drawn=2) == ["not_drawn"]
    assert codes("competitive_negotiation", drawn=0) == []


def test_an_inquiry_refuses_services_and_other_routes_goods():
    assert codes("inquiry", shape=Shape(choice="lowest_price")) == ["inquiry_of_services"]
    assert codes("open_tender", shape=Shape(is_goods=True)) == ["goods_elsewhere"]


@pytest.mark.parametrize("route", ["competitive_negotiation", "inquiry"])
def test_negotiations_and_inquiries_choose_the_lowest_price(route):
    shape = replace(READY[route].shape, choice="comprehensive")
    assert codes(route, shape=shape, weights=SCORED) == ["not_lowest_price"]


def test_a_single_source_needs_its_ground_and_others_have_none():
    for shape in (Shape(), Shape(ground="urgent"), Shape(ground="urgent", ground_text=" ")):
        assert codes("single_source", shape=shape) == ["ground_missing"]
    assert codes("open_tender", shape=SINGLE.shape) == ["ground_misplaced"]


def test_a_single_source_is_one_supplier():
    assert codes("single_source", invited=()) == ["one_supplier"]
    assert codes("single_source", invited=SUPPLIERS[:2]) == ["one_supplier"]


def test_the_only_supplier_was_open_for_comment_and_is_the_same():
    shape = Shape(ground="only_supplier", ground_text="专利")
    told = Publicity(("only_supplier", "专利"), SUPPLIERS[0], date(2025, 3, 2))
    facts = {"shape": shape, "publicity": told}
    assert codes("single_source", **facts) == []
    assert codes("single_source", shape=shape) == ["publicity_missing"]
    assert codes("single_source", **facts | {"invited": SUPPLIERS[1:2]}) == ["publicity_differs"]
    other = replace(shape, ground_text="另一理由")
    assert codes("single_source", **facts | {"shape": other}) == ["publicity_differs"]
    until_today = replace(told, until=ON)
    assert codes("single_source", **facts | {"publicity": until_today}) == ["publicity_open"]


def test_continuity_adds_a_tenth_at_most():
    shape = Shape(ground="continuity", ground_text="续约")
    base = Decimal("3000000.00")
    assert codes("single_source", shape=shape, continued_yuan=base) == []
    less = base - Decimal("0.10")
    assert codes("single_source", shape=shape, continued_yuan=less) == ["continuity"]
    assert codes("single_source", shape=shape) == ["continuity_base"]


WITHOUT_TENDER = (
    *("competitive_negotiation", "competitive_consultation", "inquiry"),
    *("below_threshold", "welfare_tender"),
)


@pytest.mark.parametrize("route", WITHOUT_TENDER)
def test_purchases_of_a_year_are_added_up(route):
    """300,000 with what was bought: below the threshold, and at it."""
    below = Decimal("3699999.99")
    assert codes(route, bought_yuan=below) == []
    assert codes(route, bought_yuan=below + Decimal("0.01")) == ["split"]


@pytest.mark.parametrize("route", TENDERS)
def test_a_tender_is_never_split(route):
    assert codes(route, bought_yuan=Decimal("99999999.00")) == []


def test_the_threshold_alone_asks_for_a_tender():
    amounts = {"budget_yuan": Decimal(4_000_000), "project_budget_yuan": Decimal(4_000_000)}
    assert codes("welfare_tender", **amounts) == ["tender_due"]
    assert codes("below_threshold", **amounts) == ["above_threshold", "tender_due"]
    assert codes("open_tender", **amounts) == []


def test_below_the_threshold_is_below_it():
    amounts = {"budget_yuan": Decimal("999999.99"), "project_budget_yuan": Decimal(1_000_000)}
    assert codes("below_threshold", **amounts) == []
    amounts["budget_yuan"] = Decimal(1_000_000)
    assert codes("below_threshold", **amounts) == ["above_threshold"]


@pytest.mark.parametrize(
    ("route", "needed"),
    [("open_tender", 3), ("welfare_tender", 1), ("venture_grant", 1), ("single_source", 1)],
)
def test_how_many_have_to_bid(route, needed):
    assert bidders_needed(route, DEFAULTS) == needed
    assert routes.result_publicity_days("welfare_tender", DEFAULTS) == 15
    assert routes.result_publicity_days("open_tender", DEFAULTS) is None


def test_every_refusal_is_said_with_its_figures():
    for code in WORDS:
        sentence = said(Refusal(code, Decimal("1234.50"), date(2025, 3, 3)))
        assert "%(" not in sentence
    told = said(Refusal("split", Decimal("4000000.00"), Decimal("4000000.00")))
    assert "4,000,000.00" in told


FACTS = st.builds(
    replace,
    st.just(GOOD),
    shape=st.builds(
        Shape,
        is_goods=st.booleans(),
        choice=st.sampled_from(["comprehensive", "lowest_price"]),
        ground=st.sampled_from(["", "urgent", "only_supplier", "continuity"]),
        ground_text=st.sampled_from(["", "理由"]),
    ),
    keys=st.integers(0, 3),
    open_days=st.none() | st.integers(0, 40),
    open_workdays=st.none() | st.integers(0, 30),
    documents_workdays=st.none() | st.integers(0, 10),
    is_deadline_ahead=st.booleans(),
    deadline_on=st.none() | st.just(date(2025, 3, 23)),
    invited=st.sampled_from([SUPPLIERS[:n] for n in range(4)]),
    drawn=st.integers(0, 3),
    bought_yuan=st.decimals(0, 9_000_000, places=2),
    continued_yuan=st.none() | st.decimals(1, 9_000_000, places=2),
    project_budget_yuan=st.none() | st.decimals(1, 900_000, places=2),
)


@given(st.sampled_from(sorted(routes.CHECKS)), FACTS)
def test_whatever_is_found_has_its_words_and_is_found_again(route, facts):
    found = check(route, facts, DEFAULTS)
    assert found == check(route, facts, DEFAULTS)
    assert len({refusal.code for refusal in found}) == len(found)
    assert all(said(refusal) for refusal in found)
