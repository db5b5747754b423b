"""Where people land at the desk."""

import pytest

from tests.factories.centers import CenterFactory, MembershipFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
URL = "/desk/"


def test_home_asks_for_a_login(client):
    assert client.get(URL).url == "/accounts/login/?next=/desk/"


def test_home_sends_a_director_to_the_center(diane_client, center):
    assert diane_client.get(URL).url == f"/desk/centers/{center.code}/"


def test_home_lets_the_bureau_choose_among_its_centers(alice_client, center, huangpu):
    CenterFactory(code="X01", name="黄浦区某街道社会组织服务中心", division=huangpu)
    page = words(alice_client.get(URL))
    assert center.name in page
    assert "黄浦区某街道" not in page


def test_home_says_what_happens_next_to_somebody_without_a_role(charlie_client, center):
    page = words(in_english(charlie_client).get(URL))
    assert "No center is open to your account" in page
    assert "the district bureau gives your account a role" in page
    assert center.name not in page


@pytest.mark.parametrize("item_count", [1, 3])
def test_home_query_count(item_count, alice_client, wutong, django_assert_num_queries):
    CenterFactory.create_batch(item_count, division=wutong)
    with django_assert_num_queries(7):
        alice_client.get(URL)


def test_home_sends_somebody_of_several_centers_to_the_first(diane_client, diane, wutong):
    first = CenterFactory(code="A01", division=wutong)
    MembershipFactory(user=diane, center=first, role="center_staff")
    assert diane_client.get(URL).url == "/desk/centers/A01/"
