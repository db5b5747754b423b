"""A token that is narrowed finds, in every list there is, only what lies in its part."""

import pytest
from django.urls import reverse

from portal.api import resources
from portal.api.views import ListView
from portal.jurisdictions import services as jurisdictions
from portal.users.models import Dataset, User
from tests.api import Api
from tests.factories.clients import issue
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = pytest.mark.django_db

# The same for everybody, or told to all below whom it concerns.
WIDER = {"divisions", "standards", "standards-versions", "rounds", "campaigns"}

# What lies in 梧桐路街道, and shows in some list.
IN_WUTONG = (
    *("centers.Center", "centers.Filing", "centers.Obligation"),
    *("organizations.Organization", "organizations.ActivityTeam", "organizations.WorkRecord"),
    *("evaluation.Finding", "evaluation.Verdict"),
    *("projects.Announcement", "projects.Contract"),
)


def lists():
    """Every declared list; importing the addresses declares them."""
    reverse("api:schema")
    return [view for view in resources.LISTED.values() if issubclass(view, ListView)]


def test_every_list_follows_the_divisions_of_the_token(rows_of, haitang, wutong):
    elsewhere = jurisdictions.add(
        code="310199002", name="银杏街道", kind="subdistrict", parent=haitang
    )
    for label in IN_WUTONG:
        rows_of[label]()
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    account = User.objects.get(pk=account.pk)
    wide, there, empty = (
        Api(issue(account, Dataset.values, divisions=divisions))
        for divisions in ((), [wutong], [elsewhere])
    )
    found = 0
    for view in lists():
        path = view.resource.path
        assert len(there.rows(path)) <= len(wide.rows(path)), path
        if view.resource.name not in WIDER:
            assert empty.rows(path) == [], path
            found += bool(there.rows(path))
    assert found >= 5
