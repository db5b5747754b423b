from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from organizations.rules import inspections

DAYS = st.dates(date(2000, 1, 1), date(2040, 12, 31))


@pytest.mark.parametrize(
    ("org_type", "is_charity", "kind"),
    [
        ("association", False, "association"),
        ("social_service_institution", None, "institution"),
        ("foundation", False, "foundation"),
        ("association", True, "charity_report"),
        ("social_service_institution", True, "charity_report"),
        ("foundation", True, "charity_report"),
    ],
)
def test_a_charity_of_whatever_form_reports_instead(org_type, is_charity, kind):
    assert inspections.kind_of(org_type, is_charity) == kind


@pytest.mark.parametrize(
    ("registered_on", "exempt"),
    [
        (date(2024, 6, 30), False),
        (date(2024, 7, 1), True),
        (date(2024, 12, 31), True),
        (date(2019, 3, 1), False),
        (None, False),
    ],
)
def test_registered_after_june_is_exempt_and_on_30_june_takes_part(registered_on, exempt):
    assert inspections.is_exempt("institution", registered_on, 2024) is exempt


@pytest.mark.parametrize(
    ("registered_on", "due"),
    [(date(2024, 12, 31), True), (date(2025, 1, 1), False), (None, True)],
)
def test_who_did_not_exist_in_the_year_is_not_asked(registered_on, due):
    assert inspections.is_due(registered_on, 2024) is due


@given(registered_on=DAYS, year=st.integers(2000, 2040))
def test_exempt_ends_for_good_and_the_boundary_is_one_day(registered_on, year):
    last = inspections.last_inspected_on("institution", year)
    assert inspections.is_exempt("institution", registered_on, year) == (registered_on > last)
    assert not inspections.is_exempt("institution", last, year)
    assert inspections.is_exempt("institution", last + timedelta(days=1), year)
    if not inspections.is_exempt("institution", registered_on, year):
        assert not inspections.is_exempt("institution", registered_on, year + 1)


@pytest.mark.parametrize("kind", ["association", "foundation", "charity_report"])
@pytest.mark.parametrize("registered_on", [date(2024, 7, 1), date(2024, 12, 31), None])
def test_six_months_excuse_institutions_alone(kind, registered_on):
    assert not inspections.is_exempt(kind, registered_on, 2024)


@pytest.mark.parametrize(
    ("kind", "unit_due_on", "authority_due_on"),
    [
        ("association", date(2025, 3, 31), date(2025, 5, 31)),
        ("institution", date(2025, 3, 31), date(2025, 5, 31)),
        ("foundation", None, date(2025, 3, 31)),
        ("charity_report", None, date(2025, 3, 31)),
    ],
)
def test_statutory_days_lie_in_the_year_after(kind, unit_due_on, authority_due_on):
    assert inspections.statutory_days(kind, 2024) == (unit_due_on, authority_due_on)
