"""A row tells of where it is, of where it was, or of both."""

import pytest

from organizations.models import Organization
from portal.feeds.models import Change
from portal.feeds.triggers import Feeds
from tests.factories.organizations import OrganizationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong)


@pytest.fixture
def told(organization):
    """(key, path) of what the feed was told since the organization was entered."""
    before = Change.objects.latest("pk").pk

    def told():
        since = Change.objects.filter(pk__gt=before).order_by("key", "division_path")
        return list(since.values_list("key", "division_path"))

    return told


def test_a_row_that_is_entered_is_told_of_once(organization, wutong):
    found = Change.objects.filter(resource="organizations")
    assert list(found.values_list("key", "division_path")) == [(f"O{organization.pk}", wutong.path)]


def test_a_row_that_moves_is_told_of_where_it_was_and_is(organization, told, wutong, huangpu):
    Organization.objects.update(division=huangpu)
    key = f"O{organization.pk}"
    assert told() == sorted([(key, wutong.path), (key, huangpu.path)])


def test_a_row_that_stays_is_told_of_once(organization, told, wutong):
    Organization.objects.update(name="新名协会")
    assert told() == [(f"O{organization.pk}", wutong.path)]


def test_an_update_that_changes_nothing_tells_nothing(organization, told):
    Organization.objects.update(name=organization.name)
    assert told() == []


def test_a_row_that_is_removed_is_told_of_once(wutong):
    before = Change.objects.latest("pk").pk
    wutong.delete()
    since = Change.objects.filter(pk__gt=before)
    assert list(since.values_list("key", "division_path")) == [("310199001", "")]


def test_only_an_update_reads_both_sides():
    """Else whoever enters a thousand rows pays for looking up the places where none of them was."""
    feeds = Feeds("SELECT 'things', {row}.code, ''", "SELECT 'parts', {row}.name, ''")
    entered, removed = feeds.func.split("ELSIF")[:2]
    assert "OLD" not in entered
    assert "NEW" not in removed
