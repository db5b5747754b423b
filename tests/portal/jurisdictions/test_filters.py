"""What the filter by division offers."""

import pytest
from django.contrib import admin

from centers.admin import CenterAdmin
from centers.models import Center
from portal.jurisdictions.filters import DivisionFilter
from portal.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def offered(rf, django_assert_num_queries):
    """(user, chosen code) → codes offered, by one query beside the user's roles."""

    def ask(user, chosen=""):
        request = rf.get("/", {"division": chosen} if chosen else {})
        request.user = User.objects.get(pk=user.pk)
        list(request.user.paths_with("center.view"))
        model_admin = CenterAdmin(Center, admin.site)
        with django_assert_num_queries(1):
            made = DivisionFilter(
                request, {"division": [chosen]} if chosen else {}, Center, model_admin
            )
        return {code for code, _label in made.lookup_choices}

    return ask


def test_of_one_district_every_township_is_offered(offered, alice, wutong, haitang):
    assert offered(alice) == {haitang.code, wutong.code}


def test_of_many_districts_the_townships_of_the_chosen_one(offered, admin_user, wutong, haitang):
    districts = offered(admin_user)
    assert haitang.code in districts
    assert {len(code) for code in districts} == {6}
    for chosen in (haitang.code, wutong.code):
        assert offered(admin_user, chosen) == districts | {wutong.code}
