from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.rules.gradings import GradingFacts, Inspected, eligibility

ON = date(2025, 7, 15)
PARAMETERS = {"listed_org_excluded_from_grading": True}
QUALIFIED = Inspected("concluded", "qualified")
BASICALLY = Inspected("concluded", "basically_qualified")
UNQUALIFIED = Inspected("concluded", "unqualified")
FIT = GradingFacts(
    registered_on=date(2019, 3, 1),
    grade="none",
    inspections={2023: QUALIFIED, 2024: QUALIFIED},
    was_penalized_last_year=False,
    has_open_penalty=False,
    is_listed=False,
    is_party_unit_missing=False,
)


def codes(facts, on=ON, **parameters):
    found = eligibility(facts, PARAMETERS | parameters, on)
    return found.is_eligible, [reason.code for reason in found.reasons], list(found.unknown)


def test_nothing_stands_against_it():
    assert codes(FIT) == (True, [], [])


@pytest.mark.parametrize(
    ("registered_on", "expected"),
    [
        (date(2023, 7, 15), (True, [], [])),
        (date(2023, 7, 16), (False, ["held_too_shortly"], [])),
        (None, (None, [], ["registration_unknown"])),
    ],
)
def test_the_certificate_is_held_for_two_full_years(registered_on, expected):
    assert codes(replace(FIT, registered_on=registered_on)) == expected


def test_two_years_after_29_february_are_28_february():
    facts = replace(FIT, registered_on=date(2024, 2, 29), inspections={2025: QUALIFIED})
    assert codes(facts, date(2026, 2, 27))[1] == ["held_too_shortly"]
    assert codes(facts, date(2026, 2, 28))[1] == []


@pytest.mark.parametrize(
    ("grade", "until", "expected"),
    [
        ("3A", date(2025, 7, 14), (True, [], [])),
        ("3A", date(2025, 7, 15), (False, ["grade_valid"], [])),
        ("3A", None, (None, [], ["grade_end_unknown"])),
        (None, None, (None, [], ["grade_unknown"])),
    ],
)
def test_a_grade_must_have_expired(grade, until, expected):
    assert codes(replace(FIT, grade=grade, grade_until=until)) == expected


@pytest.mark.parametrize(
    ("until", "may_raise"),
    [(date(2028, 7, 15), True), (date(2028, 7, 16), False)],
)
def test_a_grade_of_two_years_may_be_raised_in_many_places(until, may_raise):
    facts = replace(FIT, grade="3A", grade_until=until)
    assert eligibility(facts, PARAMETERS, ON).may_raise is may_raise
    assert not eligibility(replace(facts, is_listed=True), PARAMETERS, ON).may_raise


@pytest.mark.parametrize(
    ("inspections", "expected"),
    [
        ({2023: BASICALLY, 2024: BASICALLY}, (False, ["twice_basically"], [])),
        ({2023: QUALIFIED, 2024: BASICALLY}, (True, [], [])),
        ({2023: BASICALLY, 2024: QUALIFIED}, (True, [], [])),
        ({2022: BASICALLY, 2024: BASICALLY}, (None, [], ["inspection_unknown"])),
        ({2024: BASICALLY}, (None, [], ["inspection_unknown"])),
        ({2024: UNQUALIFIED}, (False, ["unqualified"], [])),
        ({2023: UNQUALIFIED, 2024: QUALIFIED}, (True, [], [])),
        ({2024: Inspected("missed")}, (False, ["absent"], [])),
        ({2024: Inspected("not_started", None, True)}, (False, ["absent"], [])),
        ({2024: Inspected("exempt")}, (True, [], [])),
        # Still under way: the year before counts.
        ({2023: UNQUALIFIED, 2024: Inspected("with_authority")}, (False, ["unqualified"], [])),
        ({2023: QUALIFIED, 2024: Inspected("filling")}, (True, [], [])),
        ({2024: Inspected("with_authority", is_report=True)}, (True, [], [])),
        ({2024: Inspected("with_authority")}, (None, [], ["inspection_unknown"])),
        ({}, (None, [], ["inspection_unknown"])),
    ],
)
def test_the_last_settled_inspection_counts(inspections, expected):
    assert codes(replace(FIT, inspections=inspections)) == expected


@pytest.mark.parametrize(
    ("field", "reason", "doubt"),
    [
        ("was_penalized_last_year", "penalized", "penalties_unknown"),
        ("has_open_penalty", "penalty_open", "penalties_unknown"),
        ("is_listed", "listed", "listings_unknown"),
        ("is_party_unit_missing", "party_unit_missing", "party_unit_unknown"),
    ],
)
def test_what_is_not_known_is_neither_yes_nor_no(field, reason, doubt):
    assert codes(replace(FIT, **{field: True})) == (False, [reason], [])
    assert codes(replace(FIT, **{field: None})) == (None, [], [doubt])


def test_whether_the_credit_list_excludes_is_a_parameter():
    listed = replace(FIT, is_listed=True)
    assert codes(listed, listed_org_excluded_from_grading=False) == (True, [], [])
    assert codes(replace(FIT, is_listed=None), listed_org_excluded_from_grading=False)[0]


def test_every_reason_is_told_and_one_suffices_whatever_is_unknown():
    facts = GradingFacts(
        registered_on=date(2025, 1, 1), inspections={2024: Inspected("missed")}, is_listed=True
    )
    assert codes(facts) == (
        False,
        ["held_too_shortly", "absent", "listed"],
        ["grade_unknown", "penalties_unknown", "party_unit_unknown"],
    )


def test_figures_say_when_and_why():
    facts = replace(
        FIT, registered_on=date(2024, 1, 5), inspections={2023: BASICALLY, 2024: BASICALLY}
    )
    held, twice = eligibility(facts, PARAMETERS, ON).reasons
    assert held.figures == {"ready_on": date(2026, 1, 5)}
    assert (twice.figures, twice.source) == ({"first": 2023, "year": 2024}, "PG39")


@given(
    st.builds(
        GradingFacts,
        registered_on=st.none() | st.dates(date(2010, 1, 1), date(2025, 12, 31)),
        grade=st.sampled_from([None, "none", "3A"]),
        grade_until=st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        inspections=st.dictionaries(
            st.integers(2021, 2024),
            st.sampled_from([QUALIFIED, BASICALLY, UNQUALIFIED, Inspected("missed")]),
        ),
        was_penalized_last_year=st.none() | st.booleans(),
        has_open_penalty=st.none() | st.booleans(),
        is_listed=st.none() | st.booleans(),
        is_party_unit_missing=st.none() | st.booleans(),
    )
)
def test_taking_knowledge_away_never_makes_anybody_eligible(facts):
    before = eligibility(facts, PARAMETERS, ON).is_eligible
    for field in ("registered_on", "grade", "is_listed", "is_party_unit_missing"):
        after = eligibility(replace(facts, **{field: None}), PARAMETERS, ON).is_eligible
        assert after is not True
        assert before is False or after is None
