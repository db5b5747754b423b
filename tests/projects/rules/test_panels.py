"""How a panel is made up."""

import pytest

from projects.rules.panels import check


@pytest.mark.parametrize(
    ("route", "experts", "purchasers", "codes"),
    [
        ("open_tender", 5, 0, []),
        ("open_tender", 4, 1, []),
        ("open_tender", 3, 2, ["few_experts"]),
        ("open_tender", 3, 0, ["too_small"]),
        ("open_tender", 6, 0, ["even"]),
        ("competitive_consultation", 3, 0, []),
        ("competitive_consultation", 2, 1, []),
        ("competitive_consultation", 1, 2, ["few_experts"]),
        ("competitive_consultation", 2, 0, ["too_small", "even"]),
        ("competitive_negotiation", 4, 0, ["even"]),
        ("below_threshold", 0, 2, []),
        ("venture_grant", 0, 0, ["too_small"]),
    ],
)
def test_panels_by_route(route, experts, purchasers, codes):
    assert [short.code for short in check(route, experts, purchasers)] == codes
