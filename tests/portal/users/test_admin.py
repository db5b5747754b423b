"""The list of users at the bureau's desk."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for, chief):
    return in_english(client_for(chief))


@pytest.mark.parametrize(
    ("role", "is_shown"), [("township_reviewer", True), ("evaluator", True), ("org_contact", False)]
)
def test_of_bidders_nobody_sees_when_they_came(client, haitang, role, is_shown):
    user = UserFactory(last_login=datetime(2021, 3, 4, 1, 0, tzinfo=UTC))
    RoleAssignmentFactory(user=user, role=role, division=haitang)
    place = "admin:users_user_{}".format
    for page in (reverse(place("changelist")), reverse(place("change"), args=[user.pk])):
        told = words(client.get(page))
        assert user.full_name in told
        assert ("2021" in told) == is_shown


def test_nor_is_anybody_found_by_it(client):
    page = reverse("admin:users_user_changelist")
    assert client.get(f"{page}?full_name__contains=x").status_code == 200
    assert client.get(f"{page}?last_login__gte=2021-01-01").status_code == 400
