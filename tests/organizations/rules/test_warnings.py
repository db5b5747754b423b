"""Each warning on the day before, on and after the day it turns, and what never warns."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.rules.warnings import (
    CODES,
    TEAM_CODE,
    Figures,
    InspectionYear,
    Listing,
    Observed,
    TeamFacts,
    WarningFacts,
    months_after,
    watch_organization,
    watch_team,
)
from organizations.selectors.thresholds import DEFAULTS

DAY = timedelta(days=1)
ON = date(2026, 3, 2)


def codes(facts, on=ON, **parameters):
    return [signal.code for signal in watch_organization(facts, {**DEFAULTS, **parameters}, on)]


def only(facts, on=ON, **parameters):
    (signal,) = watch_organization(facts, {**DEFAULTS, **parameters}, on)
    return signal


def noted(kind, on, number=1, **values):
    return Observed(number, kind, on, **values)


def due(day):
    return WarningFacts(inspections=(InspectionYear(2025, due_on=day),))


# Code → facts that begin to warn on ON, and not the day before.
TURNING = {
    "W-01": due(ON - DAY),
    "W-04": WarningFacts(last_activity_on=date(2025, 3, 1)),
    "W-06": WarningFacts(
        observations=(
            noted("contact_failed", date(2026, 1, 5)),
            noted("letter_returned", ON, 2),
        )
    ),
    "W-07": WarningFacts(council_ends_on=ON - DAY),
    "W-08": WarningFacts(observations=(noted("register_differs", ON - 31 * DAY),)),
    "W-09": WarningFacts(listings=(Listing("abnormal", ON),)),
    "W-10": WarningFacts(listings=(Listing("serious", ON),)),
    "W-12": WarningFacts(observations=(noted("scope_clue", ON),)),
    "W-13": WarningFacts(observations=(noted("penalty", ON),)),
    "W-14": WarningFacts(observations=(noted("complaint", ON),)),
    "W-16": WarningFacts(observations=(noted("project_money", ON),)),
    "W-18": WarningFacts(observations=(noted("major_event", ON - DAY),)),
    "W-19": WarningFacts(certificate_ends_on=ON + 90 * DAY),
}
LISTED_LONG = WarningFacts(listings=(Listing("abnormal", date(2024, 5, 31)),))


@pytest.mark.parametrize("code", TURNING)
def test_a_warning_begins_on_its_day_and_stays(code):
    facts = TURNING[code]
    assert codes(facts, ON - DAY) == []
    assert codes(facts, ON) == [code]
    assert codes(facts, ON + DAY) == [code]
    assert only(facts).since_on == ON


def test_the_abnormal_list_warns_again_before_two_years_are_full():
    """2026-05-31 less 90 days is 2026-03-02."""
    assert codes(LISTED_LONG, ON - DAY) == ["W-09"]
    _listed, full = watch_organization(LISTED_LONG, DEFAULTS, ON)
    assert (full.code, full.level, full.since_on) == ("W-11", "urgent", ON)
    assert full.figures == {"listed_on": "2024-05-31", "full_on": "2026-05-31"}
    assert codes(LISTED_LONG, date(2027, 1, 1)) == ["W-09", "W-11"]


@pytest.mark.parametrize(
    ("conclusions", "expected"),
    [
        ({2025: "unqualified"}, ["W-02"]),
        ({2025: "qualified", 2024: "unqualified"}, []),
        # The last year is not concluded yet: the one before is the latest that is.
        ({2025: None, 2024: "unqualified"}, ["W-02"]),
        ({2025: "basically_qualified"}, []),
        ({2025: "basically_qualified", 2024: "basically_qualified"}, ["W-03"]),
        ({2025: "basically_qualified", 2023: "basically_qualified"}, []),
        ({2025: None, 2024: "basically_qualified", 2023: "basically_qualified"}, ["W-03"]),
        (
            {2025: "qualified", 2024: "basically_qualified", 2023: "basically_qualified"},
            [],
        ),
    ],
)
def test_conclusions_warn_by_the_latest_that_are_known(conclusions, expected):
    years = tuple(
        InspectionYear(year, is_filed=True, conclusion=conclusion)
        for year, conclusion in conclusions.items()
    )
    assert codes(WarningFacts(inspections=years)) == expected


def test_every_year_that_was_not_filed_warns_by_itself():
    years = tuple(InspectionYear(year, due_on=date(year + 1, 1, 31)) for year in (2023, 2024))
    found = watch_organization(WarningFacts(inspections=years), DEFAULTS, ON)
    assert [signal.episode for signal in found] == ["2023", "2024"]


@pytest.mark.parametrize("values", [{"is_exempt": True}, {"is_filed": True}, {"due_on": None}])
def test_nothing_is_overdue_that_was_filed_or_is_not_due(values):
    given_values = {"due_on": date(2025, 5, 31), **values}
    assert codes(WarningFacts(inspections=(InspectionYear(2024, **given_values),))) == []


def test_the_district_may_grant_grace():
    assert codes(due(ON - 6 * DAY), inspection_grace_days=6) == []
    assert codes(due(ON - 7 * DAY), inspection_grace_days=6) == ["W-01"]


@pytest.mark.parametrize(
    ("registered_on", "is_watched", "expected"),
    [
        (date(2019, 1, 1), False, []),
        (date(2019, 1, 1), True, ["W-04"]),
        (date(2025, 3, 2), True, []),
        (date(2025, 3, 1), True, ["W-04"]),
        (None, True, []),
    ],
)
def test_no_activity_on_record_warns_only_where_somebody_looked(
    registered_on, is_watched, expected
):
    assert codes(WarningFacts(registered_on=registered_on, is_watched=is_watched)) == expected


def test_months_of_inactivity_are_the_districts():
    facts = WarningFacts(last_activity_on=date(2025, 12, 1))
    assert codes(facts) == []
    assert codes(facts, inactive_months=2) == ["W-04"]


MONEY = {"net_assets_yuan": Decimal("150000.00"), "net_assets_before_yuan": Decimal("100000.00")}
SHARES = {"public_received_yuan": Decimal(200000), "public_unspent_yuan": Decimal(50000)}


@pytest.mark.parametrize(
    ("capital", "values", "parameters", "told"),
    [
        (None, {"net_assets_yuan": Decimal("-0.01")}, {}, {"net_assets_yuan": "-0.01"}),
        (None, {"net_assets_yuan": Decimal(0)}, {}, None),
        (
            Decimal(100000),
            {"net_assets_yuan": Decimal("99999.99")},
            {},
            {"net_assets_yuan": "99999.99", "registered_capital_yuan": "100000"},
        ),
        (Decimal(100000), {"net_assets_yuan": Decimal(100000)}, {}, None),
        (None, {**MONEY, "is_change_explained": False}, {}, None),
        (
            None,
            {**MONEY, "is_change_explained": False},
            {"balance_change_ratio": Decimal("0.5")},
            {"change_ratio": "0.5000"},
        ),
        (
            None,
            {**MONEY, "is_change_explained": False},
            {"balance_change_ratio": Decimal("0.51")},
            None,
        ),
        (
            None,
            {**MONEY, "is_change_explained": True},
            {"balance_change_ratio": Decimal("0.1")},
            None,
        ),
        (
            None,
            {**MONEY, "is_change_explained": None},
            {"balance_change_ratio": Decimal("0.1")},
            None,
        ),
        (
            None,
            {"net_assets_yuan": Decimal(5), "net_assets_before_yuan": Decimal(0)},
            {"balance_change_ratio": Decimal("0.1")},
            None,
        ),
        (None, SHARES, {}, None),
        (None, SHARES, {"public_unspent_ratio": Decimal("0.25")}, None),
        (
            None,
            SHARES,
            {"public_unspent_ratio": Decimal("0.24")},
            {"unspent_ratio": "0.2500"},
        ),
        (
            None,
            {"public_received_yuan": Decimal(0), "public_unspent_yuan": Decimal(0)},
            {"public_unspent_ratio": Decimal(0)},
            None,
        ),
    ],
)
def test_money_warns_by_what_is_known(capital, values, parameters, told):
    facts = WarningFacts(registered_capital_yuan=capital, figures=Figures(2025, **values))
    if told is None:
        assert codes(facts, **parameters) == []
        return
    signal = only(facts, **parameters)
    assert (signal.code, signal.episode, signal.since_on) == ("W-05", "2025", date(2025, 12, 31))
    assert signal.figures == {"year": 2025, **told}


def test_contact_that_was_restored_is_counted_anew():
    seen = [
        noted("contact_failed", date(2025, 9, 1)),
        noted("letter_returned", date(2025, 10, 1), 2),
        noted("contact_restored", date(2025, 11, 1), 3),
        noted("contact_failed", date(2025, 12, 1), 4),
    ]
    assert only(WarningFacts(observations=tuple(seen[:2]))).episode == "2025-09-01"
    assert codes(WarningFacts(observations=tuple(seen))) == []
    again = WarningFacts(observations=(*seen, noted("letter_returned", date(2026, 1, 1), 5)))
    signal = only(again)
    assert (signal.episode, signal.since_on) == ("2025-12-01", date(2026, 1, 1))
    assert signal.figures == {"failures": 2}


@pytest.mark.parametrize("kind", ["scope_clue", "penalty", "complaint", "project_money"])
def test_what_was_settled_warns_no_more(kind):
    settled = noted(kind, date(2026, 1, 1), settled_on=ON)
    facts = WarningFacts(observations=(settled,))
    assert codes(facts, ON) == []
    assert len(codes(facts, ON - DAY)) == 1


def test_a_major_event_that_was_reported_warns_no_more():
    told = noted("major_event", date(2026, 1, 1), reported_on=date(2026, 1, 9))
    assert codes(WarningFacts(observations=(told,))) == []


def test_two_notes_of_one_kind_are_two_warnings():
    seen = tuple(noted("complaint", ON, number) for number in (7, 8))
    found = watch_organization(WarningFacts(observations=seen), DEFAULTS, ON)
    assert [signal.episode for signal in found] == ["7", "8"]


@pytest.mark.parametrize(
    ("is_required", "has_unit", "expected"),
    [
        (True, False, ["W-15"]),
        (True, True, []),
        (True, None, []),
        (None, False, []),
        (False, False, []),
    ],
)
def test_a_party_unit_is_missed_only_where_one_is_known_to_be_due(is_required, has_unit, expected):
    facts = WarningFacts(is_party_unit_required=is_required, has_party_unit=has_unit)
    assert codes(facts) == expected


def test_a_listing_that_was_removed_warns_no_more():
    listing = Listing("serious", date(2025, 1, 1), removed_on=ON)
    assert codes(WarningFacts(listings=(listing,)), ON - DAY) == ["W-10"]
    assert codes(WarningFacts(listings=(listing,)), ON) == []


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TeamFacts(kept_on=date(2025, 3, 2)), []),
        (TeamFacts(kept_on=date(2025, 3, 1)), ["upkeep 2025-03-01"]),
        (TeamFacts(), []),
        (TeamFacts(observations=(noted("contact_failed", ON),)), ["contact 2026-03-02"]),
        (
            TeamFacts(
                observations=(
                    noted("contact_failed", ON - DAY),
                    noted("contact_restored", ON, 2),
                )
            ),
            [],
        ),
        (TeamFacts(observations=(noted("complaint", ON),)), []),
    ],
)
def test_teams_warn_when_nobody_keeps_or_reaches_them(facts, expected):
    found = watch_team(facts, DEFAULTS, ON)
    assert [signal.episode for signal in found] == expected
    assert {signal.code for signal in found} <= {TEAM_CODE}


def test_what_is_not_known_never_warns():
    assert codes(WarningFacts()) == []
    assert codes(WarningFacts(figures=Figures(2025), inspections=(InspectionYear(2025),))) == []
    assert watch_team(TeamFacts(), DEFAULTS, ON) == ()


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2025, 12, 15), 1, date(2026, 1, 15)),
        (date(2025, 11, 30), 3, date(2026, 2, 28)),
    ],
)
def test_months_end_with_the_month(day, months, expected):
    assert months_after(day, months) == expected


def test_days_at_the_ends_of_the_calendar_are_days_like_others():
    far = WarningFacts(
        registered_on=date.max,
        is_watched=True,
        inspections=(InspectionYear(year=2025, due_on=date.max),),
        council_ends_on=date.max,
        certificate_ends_on=date.max,
    )
    assert codes(far) == []
    long_ago = WarningFacts(
        registered_on=date.min,
        is_watched=True,
        inspections=(InspectionYear(year=2025, due_on=date.min),),
        council_ends_on=date.min,
        certificate_ends_on=date.min,
    )
    assert codes(long_ago) == ["W-01", "W-04", "W-07", "W-19"]
    assert watch_team(TeamFacts(kept_on=date.max), DEFAULTS, ON) == ()


DAYS = st.dates(date(2020, 1, 1), date(2026, 12, 31))
KINDS = ("register_differs", "scope_clue", "penalty", "complaint", "major_event", "project_money")
FACTS = st.builds(
    WarningFacts,
    registered_on=st.none() | DAYS,
    inspections=st.lists(
        st.builds(
            InspectionYear,
            year=st.integers(2019, 2025),
            due_on=st.none() | DAYS,
            is_filed=st.booleans(),
            is_exempt=st.booleans(),
            conclusion=st.sampled_from([None, "qualified", "basically_qualified", "unqualified"]),
        ),
        max_size=4,
        unique_by=lambda each: each.year,
    ).map(tuple),
    last_activity_on=st.none() | DAYS,
    is_watched=st.booleans(),
    observations=st.lists(
        st.builds(
            Observed,
            id=st.integers(1, 10**9),
            kind=st.sampled_from([*KINDS, "contact_failed", "letter_returned"]),
            happened_on=DAYS,
        ),
        max_size=5,
        unique_by=lambda each: each.id,
    ).map(lambda found: tuple(sorted(found, key=lambda each: (each.happened_on, each.id)))),
    council_ends_on=st.none() | DAYS,
    listings=st.lists(
        st.builds(Listing, kind=st.sampled_from(["abnormal", "serious"]), listed_on=DAYS),
        max_size=2,
        unique_by=lambda each: (each.kind, each.listed_on),
    ).map(tuple),
    is_party_unit_required=st.none() | st.booleans(),
    has_party_unit=st.none() | st.booleans(),
    certificate_ends_on=st.none() | DAYS,
)


def standing(facts, on):
    found = watch_organization(facts, DEFAULTS, on)
    return {(signal.code, signal.episode): signal for signal in found}


@given(FACTS, DAYS, st.integers(1, 800))
def test_a_cause_that_nobody_ends_goes_on_warning_under_one_episode(facts, on, days):
    before, later = standing(facts, on), standing(facts, on + days * DAY)
    assert before.keys() <= later.keys()
    assert all(later[key].since_on == signal.since_on for key, signal in before.items())


@given(FACTS, DAYS)
def test_signals_are_one_per_code_and_episode_and_can_be_kept(facts, on):
    found = watch_organization(facts, DEFAULTS, on)
    assert len({(signal.code, signal.episode) for signal in found}) == len(found)
    for signal in found:
        assert signal.code in CODES
        assert len(signal.episode) <= 20
        assert signal.since_on is None or signal.since_on <= on
        assert json.loads(json.dumps(dict(signal.figures))) == dict(signal.figures)
