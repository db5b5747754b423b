"""What the database refuses in the register, and who sees which row."""

import pytest
from django.db import IntegrityError, transaction

from organizations.models import ActivityTeam, Organization
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory

pytestmark = pytest.mark.django_db
CODE = "52310199MJF1000166"


@pytest.mark.parametrize(
    "fields",
    [
        {"uscc": "52310199MJF10001O6"},
        {"uscc": "5231019MJF1000166"},
        {"uscc": ""},
        {"uscc": CODE, "org_type": "association"},
        {"uscc": CODE, "org_type": "foundation"},
        {"grade": None, "grade_until": "2027-12-31"},
        {"grade": "none", "grade_until": "2027-12-31"},
    ],
)
def test_organization_refuses(wutong, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganizationFactory(division=wutong, **fields)


def test_organizations_without_a_code_are_many(wutong):
    OrganizationFactory(division=wutong, uscc=None)
    OrganizationFactory(division=wutong, uscc=None)
    assert Organization.objects.count() == 2


def test_code_is_registered_once(wutong):
    OrganizationFactory(division=wutong, uscc=CODE)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganizationFactory(division=wutong, uscc=CODE)


def test_center_is_one_organization(wutong, center):
    OrganizationFactory(division=wutong, center=center)
    with pytest.raises(IntegrityError), transaction.atomic():
        OrganizationFactory(division=wutong, center=center)


def test_team_never_has_a_credit_code(wutong):
    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityTeamFactory(division=wutong, filing_no=CODE)
    assert "uscc" not in {field.name for field in ActivityTeam._meta.get_fields()}


def test_filing_number_is_given_once(wutong):
    ActivityTeamFactory(division=wutong, filing_no="310199001-0001")
    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityTeamFactory(division=wutong, filing_no="310199001-0001")


@pytest.mark.parametrize("factory", [OrganizationFactory, ActivityTeamFactory])
def test_rows_are_seen_in_the_own_division_only(wutong, alice, bob, charlie, diane, factory):
    row = factory(division=wutong)
    seen = {user.username for user in (alice, bob, charlie, diane) if row in _visible(row, user)}
    assert seen == {"alice"}


def _visible(row, user):
    return type(row).objects.visible_to(user)
