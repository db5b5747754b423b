"""What the register knows of an organization before it applies for a grade."""

from datetime import date

import pytest

from organizations.selectors import gradings
from tests.factories.organizations import (
    CreditListingFactory,
    InspectionFactory,
    ObservationFactory,
    OrganizationFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
ON = date(2025, 7, 15)


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(
        division=wutong,
        org_type="association",
        registered_on=date(2019, 3, 1),
        grade="none",
        is_party_unit_required=False,
    )


def inspected(organization, **years):
    for year, conclusion in years.items():
        InspectionFactory(
            organization=organization,
            kind="association",
            year=int(year.removeprefix("y")),
            status="concluded",
            conclusion=conclusion,
        )


def codes(organization):
    found = gradings.of_organization(organization, ON)
    return found.is_eligible, [reason.code for reason in found.reasons], list(found.unknown)


@pytest.fixture
def watched(wutong, haitang):
    """The district notes penalties and enters credit lists, of others."""
    other = OrganizationFactory(division=wutong)
    ObservationFactory(organization=other, kind="activity", happened_on=date(2025, 1, 5))
    CreditListingFactory(
        district=haitang, organization=other, listed_on=date(2025, 1, 5), removed_on=None
    )


def test_twice_basically_qualified_is_not_assessed(organization, watched):
    """O6 of the acceptance scenario."""
    inspected(organization, y2023="basically_qualified", y2024="basically_qualified")
    assert codes(organization) == (False, ["twice_basically"], [])


def test_nothing_against_it_where_the_district_keeps_watch(organization, watched):
    inspected(organization, y2023="qualified", y2024="qualified")
    assert codes(organization) == (True, [], [])


def test_what_the_district_never_noted_is_not_known(organization):
    inspected(organization, y2023="qualified", y2024="qualified")
    assert codes(organization) == (None, [], ["penalties_unknown", "listings_unknown"])


@pytest.mark.parametrize(
    ("happened_on", "settled_on", "expected"),
    [
        (date(2024, 12, 31), date(2025, 1, 31), ["penalized"]),
        (date(2023, 12, 31), date(2024, 1, 31), []),
        (date(2023, 12, 31), None, ["penalty_open"]),
        (date(2025, 7, 16), None, []),
    ],
)
def test_penalties_of_last_year_and_unfinished_ones(
    organization, watched, happened_on, settled_on, expected
):
    inspected(organization, y2023="qualified", y2024="qualified")
    ObservationFactory(
        organization=organization,
        kind="penalty",
        happened_on=happened_on,
        settled_on=settled_on,
    )
    assert codes(organization)[1] == expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, ["listed"]),
        ({"removed_on": date(2025, 7, 15)}, []),
        ({"removed_on": date(2025, 7, 16)}, ["listed"]),
        ({"listed_on": date(2025, 7, 16)}, []),
    ],
)
def test_standing_on_a_credit_list(organization, watched, haitang, cells, expected):
    inspected(organization, y2023="qualified", y2024="qualified")
    listed = {"district": haitang, "organization": organization, "listed_on": date(2025, 2, 1)}
    CreditListingFactory(**{**listed, "removed_on": None, **cells})
    assert codes(organization)[1] == expected


def test_a_party_unit_that_is_asked_for_is_there(organization, watched):
    inspected(organization, y2023="qualified", y2024="qualified")
    organization.is_party_unit_required = True
    assert codes(organization) == (None, [], ["party_unit_unknown"])
    organization.party_unit = "none"
    assert codes(organization)[1] == ["party_unit_missing"]
    organization.party_unit = "joint"
    assert codes(organization)[0]
