"""The invented projects."""

import pytest

from organizations import demo as organizations_demo
from projects import demo
from projects.models import Project

pytestmark = pytest.mark.django_db


def test_load_enters_ten_projects_where_they_stand(haitang, wutong, alice, at):
    organizations_demo.load(district=haitang, by=alice, at=at)
    assert demo.load(district=haitang, by=alice, at=at) == {}
    statuses = set(Project.objects.values_list("status", flat=True))
    assert Project.objects.count() == 10
    assert statuses == {"planned", "procuring", "running", "accepted", "terminated"}
