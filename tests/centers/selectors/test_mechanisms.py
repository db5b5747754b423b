"""Minimum, planned and done: what counts for whom, in which year, under which name."""

from datetime import date

import pytest

from centers.models import Mechanism
from centers.selectors import mechanisms
from portal.jurisdictions import services as jurisdictions
from tests.factories.centers import AT, CenterFactory
from tests.factories.events import (
    EventFactory,
    EventMinutesFactory,
    HeldEventFactory,
    MechanismMinimumFactory,
)

pytestmark = pytest.mark.django_db
ON = date(2026, 3, 2)


@pytest.fixture
def neighbour(haitang):
    """A center of another township of 海棠区."""
    street = jurisdictions.add(
        code="310199002", name="银杏街道", kind="subdistrict", parent=haitang
    )
    return CenterFactory(code="C91", name="银杏街道社会组织服务中心", division=street)


def triple(center, kind="consultation", year=2026, on=ON):
    return next(t for t in mechanisms.triples(center, year, on) if t.kind == kind)


def figures(found):
    return (found.minimum, found.planned, found.done, found.without_minutes)


# --- what counts as what --------------------------------------------------------------------------


def test_nothing_known_is_not_set_and_not_failed(center):
    found = mechanisms.triples(center, 2025, ON)
    assert [t.kind for t in found] == Mechanism.values
    assert {figures(t) for t in found} == {(None, 0, 0, 0)}
    assert {(t.state, t.missing) for t in found} == {("unset", 0)}


def test_held_without_minutes_counts_as_planned(center):
    EventFactory(center=center)
    HeldEventFactory(center=center)
    HeldEventFactory(center=center, minutes="议定")
    assert figures(triple(center)) == (None, 2, 1, 1)


def test_two_versions_of_minutes_are_one_event_done(center):
    event = HeldEventFactory(center=center, minutes="议定")
    EventMinutesFactory(event=event, number=2)
    assert figures(triple(center)) == (None, 0, 1, 0)


def test_cancelled_counts_nowhere(center, diane):
    cancelled = {"status": "cancelled", "cancel_reason": "台风", "cancelled_at": AT}
    EventFactory(center=center, **cancelled, cancelled_by=diane)
    HeldEventFactory(center=center, minutes="议定", **cancelled, cancelled_by=diane)
    assert figures(triple(center)) == (None, 0, 0, 0)


def test_who_takes_part_counts_like_who_organises(center, neighbour, haitang):
    HeldEventFactory(center=neighbour, kind="visit", participants=[center], minutes="议定")
    EventFactory(district=haitang, kind="visit", participants=[center, neighbour])
    assert figures(triple(center, "visit")) == (None, 1, 1, 0)
    assert figures(triple(neighbour, "visit")) == (None, 1, 1, 0)


def test_the_year_is_that_of_the_day_held_and_else_of_the_plan(center):
    HeldEventFactory(center=center, planned_year=2025, held_on=date(2026, 1, 1), minutes="议定")
    HeldEventFactory(center=center, planned_year=2026, held_on=date(2025, 12, 31), minutes="议定")
    EventFactory(center=center, planned_year=2025, planned_quarter=4)
    assert figures(triple(center)) == (None, 0, 1, 0)
    assert figures(triple(center, year=2025)) == (None, 1, 1, 0)


# --- against the minimum --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minimum", "on", "state", "missing"),
    [
        (0, ON, "reached", 0),
        (1, ON, "reached", 0),
        (2, ON, "on_course", 0),
        (4, ON, "short", 2),
        (2, date(2026, 12, 31), "on_course", 0),
        (2, date(2027, 1, 1), "failed", 1),
        (1, date(2027, 1, 1), "reached", 0),
        (None, date(2027, 1, 1), "unset", 0),
    ],
)
def test_state_against_the_minimum(center, haitang, minimum, on, state, missing):
    MechanismMinimumFactory(district=haitang, minimum=minimum)
    EventFactory(center=center)
    HeldEventFactory(center=center, minutes="议定")
    found = triple(center, on=on)
    assert (found.state, found.missing) == (state, missing)


def test_the_newest_minimum_holds_and_none_lifts_it(center, haitang):
    MechanismMinimumFactory(district=haitang, minimum=4)
    MechanismMinimumFactory(district=haitang, minimum=2, number=2)
    assert triple(center).minimum == 2
    MechanismMinimumFactory(district=haitang, minimum=None, number=3)
    assert triple(center).state == "unset"


def test_minima_are_of_one_kind_year_and_district(center, haitang, huangpu):
    MechanismMinimumFactory(district=huangpu)
    MechanismMinimumFactory(district=haitang, kind="visit")
    MechanismMinimumFactory(district=haitang, year=2025)
    assert triple(center).minimum is None
    assert triple(center, year=2025).minimum == 4


# --- the district ---------------------------------------------------------------------------------


def test_center_and_district_tell_the_same(center, neighbour, haitang):
    MechanismMinimumFactory(district=haitang)
    HeldEventFactory(center=center, participants=[neighbour], minutes="议定")
    both = mechanisms.lines([center, neighbour], 2026, ON)
    assert [line.triples for line in both] == [
        mechanisms.triples(center, 2026, ON),
        mechanisms.triples(neighbour, 2026, ON),
    ]


def test_totals_count_an_event_once_and_name_their_denominator(center, neighbour, haitang):
    MechanismMinimumFactory(district=haitang, kind="exchange", minimum=1)
    HeldEventFactory(center=center, kind="exchange", participants=[neighbour], minutes="议定")
    EventFactory(district=haitang, kind="exchange", participants=[neighbour])
    both = mechanisms.lines([center, neighbour], 2026, ON)
    totals = {t.kind: t for t in mechanisms.totals(haitang, 2026, both)}
    found = totals["exchange"]
    assert (found.planned, found.done, found.across) == (1, 1, 1)
    assert (found.reached, found.centers) == (2, 2)
    assert (totals["visit"].reached, totals["visit"].centers) == (None, 2)


def test_across_needs_two_townships_and_minutes(center, neighbour, wutong, haitang):
    same_street = CenterFactory(division=wutong)
    HeldEventFactory(center=center, kind="visit", participants=[same_street], minutes="议定")
    HeldEventFactory(center=center, kind="visit", participants=[neighbour])
    HeldEventFactory(district=haitang, kind="visit", participants=[center], minutes="议定")
    totals = {t.kind: t for t in mechanisms.totals(haitang, 2026, [])}
    assert (totals["visit"].done, totals["visit"].across) == (2, 0)
    HeldEventFactory(
        district=haitang, kind="visit", participants=[center, neighbour], minutes="议定"
    )
    assert {t.kind: t.across for t in mechanisms.totals(haitang, 2026, [])}["visit"] == 1


@pytest.mark.parametrize("item_count", [1, 3])
def test_matrix_query_count(item_count, haitang, wutong, django_assert_num_queries):
    centers = [CenterFactory(division=wutong) for _ in range(item_count)]
    for one in centers:
        HeldEventFactory(center=one, minutes="议定")
        MechanismMinimumFactory(district=haitang, number=centers.index(one) + 1)
    with django_assert_num_queries(5):
        mechanisms.totals(haitang, 2026, mechanisms.lines(centers, 2026, ON))


# --- lists ----------------------------------------------------------------------------------------


def test_of_center_is_organised_and_joined_in_order(center, neighbour, diane):
    cancelled = EventFactory(
        center=center,
        status="cancelled",
        cancel_reason="台风",
        cancelled_by=diane,
        cancelled_at=AT,
    )
    held = HeldEventFactory(center=center)
    joined = EventFactory(center=neighbour, participants=[center], planned_quarter=3)
    next_one = EventFactory(center=center, planned_quarter=2)
    EventFactory(center=neighbour)
    EventFactory(center=center, planned_year=2027)
    assert mechanisms.of_center(center, 2026) == [next_one, joined, held, cancelled]


def test_years_are_those_with_events_and_those_around(center):
    EventFactory(center=center, planned_year=2019)
    assert mechanisms.years_of(center, ON) == [2027, 2026, 2025, 2019]


def test_townships_are_named_once_in_order(center, neighbour, wutong):
    event = EventFactory(
        center=neighbour, participants=[center, CenterFactory(division=wutong)]
    )
    assert mechanisms.townships(event) == [wutong, neighbour.division]


def test_history_tells_everything_that_was_set(haitang):
    first = MechanismMinimumFactory(district=haitang)
    second = MechanismMinimumFactory(district=haitang, number=2, minimum=None)
    assert mechanisms.history(haitang, 2026) == [second, first]
