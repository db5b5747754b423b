"""Who sees the rows of the register: the bureau by division, a center those of its township."""

import pytest
from django.contrib.auth.models import AnonymousUser

from organizations.models import ActivityTeam, Organization
from portal.jurisdictions import services as jurisdictions
from portal.users.models import User
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize(
    ("model", "make"), [(Organization, OrganizationFactory), (ActivityTeam, ActivityTeamFactory)]
)


@BOTH
def test_a_center_sees_its_own_township_and_no_other(model, make, haitang, wutong):
    guihua = jurisdictions.add(code="310199105", name="桂花镇", kind="town", parent=haitang)
    near, far = make(division=wutong), make(division=guihua)
    user = UserFactory()
    MembershipFactory(user=user, center=CenterFactory(division=wutong), role="center_staff")
    assert set(model.objects.visible_to(User.objects.get(pk=user.pk))) == {near}
    other = UserFactory()
    MembershipFactory(user=other, center=CenterFactory(division=guihua), role="center_staff")
    assert set(model.objects.visible_to(User.objects.get(pk=other.pk))) == {far}


@BOTH
def test_nobody_sees_nothing(model, make, wutong, charlie):
    make(division=wutong)
    assert not model.objects.visible_to(AnonymousUser()).exists()
    assert not model.objects.visible_to(charlie).exists()


@BOTH
def test_within_is_the_division_and_what_lies_below(model, make, haitang, wutong, huangpu):
    row = make(division=wutong)
    for division, seen in ((wutong, True), (haitang, True), (huangpu, False)):
        assert model.objects.within(division).filter(pk=row.pk).exists() == seen


@BOTH
def test_hundreds_of_thousands_of_rows_are_not_compared_by_path(model, make, alice):
    sql = str(model.objects.visible_to(alice).query)
    rows, _divisions = sql.split(" IN (SELECT ", 1)
    assert "JOIN" not in rows
    assert "path" not in rows
