"""The invented organizations."""

import pytest
from stdnum.cn import uscc

from organizations import demo
from organizations.models import ActivityTeam, Organization

pytestmark = pytest.mark.django_db


def test_load_enters_organizations_with_right_codes_and_teams(haitang, wutong, alice, at):
    assert demo.load(district=haitang, by=alice, at=at) == {}
    codes = list(Organization.objects.values_list("uscc", flat=True))
    assert len(codes) == 24
    assert all(uscc.is_valid(code) for code in codes)
    assert ActivityTeam.objects.count() == 8


def test_code_is_the_same_every_time():
    assert demo.credit_code("52", "310199", 1) == demo.credit_code("52", "310199", 1)
