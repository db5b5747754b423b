"""Which offers are suggested for a need, in which order, for which reasons."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.rules.matching import DOUBTS, POINTS, Offered, Wanted, suggest

ON = date(2026, 3, 2)
DAY = timedelta(days=1)
NEED = Wanted("meals", "elderly", "310199001", 60, ON, date(2026, 12, 31))
OFFER = Offered(1, "meals", "elderly", "310199001", 100)


def codes(need=NEED, offer=OFFER, on=ON):
    return [reason.code for found in suggest(need, [offer], on) for reason in found.reasons]


def test_everything_fits_and_each_reason_is_said():
    (found,) = suggest(NEED, [OFFER._replace(signed=2)], ON)
    assert found.points == 100
    assert [tuple(reason) for reason in found.reasons] == [
        ("same_service", None),
        ("same_field", None),
        ("same_township", None),
        ("signed_before", 2),
        ("enough_capacity", 100),
        ("whole_window", date(2026, 12, 31)),
    ]


@pytest.mark.parametrize(
    ("offer", "is_suggested"),
    [
        (OFFER._replace(service="legal"), True),
        (OFFER._replace(field="children"), True),
        (OFFER._replace(service="legal", field="children"), False),
        (OFFER._replace(valid_until=ON), True),
        (OFFER._replace(valid_until=ON - DAY), False),
    ],
)
def test_what_is_alike_and_holds_is_suggested(offer, is_suggested):
    assert bool(suggest(NEED, [offer], ON)) is is_suggested


def test_a_need_is_matched_on_its_last_day_and_not_after():
    last = NEED.until_on
    assert suggest(NEED, [OFFER], last)
    assert suggest(NEED, [OFFER], last + DAY) == []


@pytest.mark.parametrize(
    ("scale", "capacity", "reason"),
    [
        (60, 60, "enough_capacity"),
        (60, 59, "capacity_short"),
        (None, 59, None),
        (60, None, None),
        (0, 0, "enough_capacity"),
    ],
)
def test_unknown_sizes_say_nothing(scale, capacity, reason):
    found = codes(NEED._replace(scale=scale), OFFER._replace(capacity=capacity))
    assert [code for code in found if "capacity" in code] == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("until", "valid", "reason"),
    [
        (date(2026, 6, 30), date(2026, 6, 30), "whole_window"),
        (date(2026, 6, 30), date(2026, 6, 29), "ends_before"),
        (date(2026, 6, 30), None, "whole_window"),
        (None, date(2026, 6, 29), None),
    ],
)
def test_the_window_is_compared_by_day(until, valid, reason):
    found = codes(NEED._replace(until_on=until), OFFER._replace(valid_until=valid))
    assert [code for code in found if code in {"whole_window", "ends_before"}] == (
        [reason] if reason else []
    )


def test_doubts_stand_last_and_take_no_points():
    (found,) = suggest(NEED, [OFFER._replace(capacity=5, failed=1)], ON)
    assert [reason.code for reason in found.reasons][-2:] == ["failed_before", "capacity_short"]
    assert found.points == sum(POINTS.values()) - POINTS["enough_capacity"] - 5


def test_the_same_points_stand_by_doubts_then_by_age():
    offers = [
        OFFER._replace(key=3, capacity=None),
        OFFER._replace(key=2, capacity=None),
        OFFER._replace(key=1, capacity=None, failed=2),
    ]
    assert [found.offer for found in suggest(NEED, offers, ON)] == [2, 3, 1]


offers = st.builds(
    Offered,
    st.integers(0, 50),
    st.sampled_from(["meals", "legal"]),
    st.sampled_from(["elderly", "children"]),
    st.sampled_from(["310199001", "310199002"]),
    st.none() | st.integers(0, 200),
    st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(0, 3),
    st.integers(0, 3),
)


@given(st.lists(offers, unique_by=lambda offer: offer.key), st.randoms())
def test_the_order_does_not_hang_on_the_order_of_the_offers(found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    answer = suggest(NEED, found, ON)
    assert answer == suggest(NEED, shuffled, ON)
    for each in answer:
        assert 0 < each.points <= 100
        assert each.points == sum(POINTS[reason.code] for reason in each.reasons)
        assert all(reason.is_doubt is (reason.code in DOUBTS) for reason in each.reasons)
