"""What the database refuses of a team, and how a team moves."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from organizations.models import ActivityTeam, TeamStep
from tests.factories.organizations import (
    ActivityTeamFactory,
    OrganizationFactory,
    TeamStepFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("status", ActivityTeam.Status.values)
def test_the_database_moves_a_team_as_the_table_says(wutong, status):
    organization = OrganizationFactory(division=wutong)
    became = {"organization": organization} if status == "converted" else {}
    team = ActivityTeamFactory(division=wutong, status=status, **became)
    for to in ActivityTeam.Status.values:
        if to == status:
            continue
        became = organization if to == "converted" else None
        try:
            with transaction.atomic():
                ActivityTeam.objects.filter(pk=team.pk).update(status=to, organization=became)
                moved = True
                transaction.set_rollback(True)
        except DatabaseError:
            moved = False
        assert moved == (to in ActivityTeam.TRANSITIONS.get(status, ())), to


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("team_converted_to_an_organization", {"status": "converted"}),
        ("team_party_members_of_members", {"member_count": 3, "party_member_count": 4}),
        ("team_sealed_with_digest", {"leader_phone_sealed": b"x"}),
        ("team_sealed_with_digest", {"leader_phone_digest": b"x"}),
        ("team_filing_no_is_no_credit_code", {"filing_no": "52310199MJF1000166"}),
    ],
)
def test_what_cannot_be_is_refused(wutong, constraint, values):
    with pytest.raises(IntegrityError, match=constraint):
        ActivityTeamFactory(division=wutong, **values)


def test_an_active_team_is_no_organization(wutong):
    with pytest.raises(IntegrityError, match="team_converted_to_an_organization"):
        ActivityTeamFactory(division=wutong, organization=OrganizationFactory(division=wutong))


def test_one_organization_was_one_team(wutong):
    organization = OrganizationFactory(division=wutong)
    became = {"division": wutong, "status": "converted", "organization": organization}
    ActivityTeamFactory(**became)
    with pytest.raises(IntegrityError):
        ActivityTeamFactory(**became)


def test_neither_a_team_nor_its_steps_are_removed(wutong):
    step = TeamStepFactory(team=ActivityTeamFactory(division=wutong))
    for rows in (TeamStep.objects.all(), ActivityTeam.objects.filter(pk=step.team_id)):
        with (
            pytest.raises(DatabaseError, match="Cannot"),
            transaction.atomic(),
        ):
            rows.delete()
    with pytest.raises(DatabaseError, match="Cannot update"):
        TeamStep.objects.update(text="别的")
