"""One line of what happened."""

from datetime import date

import pytest

from organizations.models import TeamStep
from organizations.selectors import timelines
from organizations.services import organizations, registered_changes
from tests.factories.centers import CenterFactory
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    OrganizationFactory,
    TeamStepFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(
        division=wutong, name="晚霞艺术团", registered_on=date(2024, 9, 1), version=1
    )


@pytest.fixture
def team(wutong, organization, alice, at):
    """Filed in 2021, confirmed in 2022, incubated from 2023, registered in 2024."""
    team = ActivityTeamFactory(
        division=wutong,
        name="晚霞舞蹈队",
        founded_on=date(2020, 1, 1),
        status="converted",
        organization=organization,
    )
    for kind, day in (("file", date(2021, 3, 1)), ("upkeep", date(2022, 3, 1))):
        TeamStepFactory(team=team, kind=kind, happened_on=day)
    TeamStepFactory(team=team, kind="convert", happened_on=date(2024, 9, 1))
    CaseFactory(
        center=CenterFactory(division=wutong),
        kind="incubation",
        status="starting",
        team=team,
        opened_on=date(2023, 5, 1),
    )
    return team


def test_one_line_runs_from_the_filing_over_the_incubation_to_the_registration(
    team, organization, alice, at
):
    registered_changes.rename(
        organization=organization,
        name="重阳艺术团",
        from_on=date(2025, 2, 1),
        version=1,
        by=alice,
        at=at,
    )
    organization.refresh_from_db()
    organizations.change_status(
        organization=organization, to="deregistering", version=2, reason="申请", by=alice, at=at
    )
    line = timelines.of_organization(organization, alice)
    assert [(moment.on, moment.kind) for moment in line] == [
        (date(2020, 1, 1), "filing"),
        (date(2021, 3, 1), "filing"),
        (date(2022, 3, 1), "filing"),
        (date(2023, 5, 1), "casework"),
        (date(2024, 9, 1), "filing"),
        (date(2024, 9, 1), "registration"),
        (date(2025, 2, 1), "change"),
        (date(2026, 3, 2), "status"),
    ]
    team.refresh_from_db()
    assert timelines.of_team(team, alice) == line


def test_cases_of_centers_the_user_does_not_see_are_left_out(team, organization, bob):
    line = timelines.of_organization(organization, bob)
    assert "casework" not in {moment.kind for moment in line}
    assert TeamStep.objects.count() == 3


def test_an_organization_of_which_nothing_is_noted_has_no_line(wutong, alice):
    assert timelines.of_organization(OrganizationFactory(division=wutong), alice) == []


def test_a_line_costs_the_same_however_long(
    team, organization, alice, django_assert_max_num_queries
):
    for day in range(1, 9):
        TeamStepFactory(team=team, kind="upkeep", happened_on=date(2023, 1, day))
    with django_assert_max_num_queries(9):
        timelines.of_organization(organization, alice)
