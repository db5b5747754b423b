"""Rectifications over the API: once issued, with counts and days, and no names."""

import json

import pytest

from portal.users.models import Dataset
from tests.api import Api
from tests.factories.clients import issue as issue_token
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, ResponseFactory, issue

pytestmark = pytest.mark.django_db


@pytest.fixture
def client_of():
    """(division, data sets) → a client whose token opens them there."""

    def open_account(division, *datasets):
        user = UserFactory(is_service=True)
        RoleAssignmentFactory(user=user, role="api_client", division=division)
        return Api(issue_token(user, datasets or ("reviews",)))

    return open_account


@pytest.fixture
def api(client_of, haitang):
    return client_of(haitang)


def test_it_is_read_from_its_issue_on(api, center, client_of, huangpu):
    item = ItemFactory(rectification=RectificationFactory(center=center))
    assert api.rows("rectifications/") == []
    issue(item.rectification)
    (row,) = api.rows("rectifications/")
    assert row["code"] == f"Z{item.rectification_id}"
    assert (row["center_code"], row["township_code"]) == ("C90", "310199001")
    assert (row["rules"], row["item_count"], row["closed_count"]) == (["ST-09"], 1, 0)
    assert (row["next_due_on"], row["level"], row["closed_at"]) == ("2026-03-31", 0, None)
    assert api.json(f"rectifications/{row['code']}/") == row
    assert client_of(huangpu).rows("rectifications/") == []


def test_nobody_is_named_and_nothing_is_told_in_words(api, center, alice, diane):
    item = ItemFactory(rectification=RectificationFactory(center=center, opened_by=alice))
    issue(item.rectification)
    ResponseFactory(item=item, answered_by=diane, text="张三已设置标识。")
    text = json.dumps(api.rows("rectifications/"), ensure_ascii=False)
    for word in (alice.full_name, diane.full_name, "张三", item.fact):
        assert word not in text


def test_a_token_without_the_data_set_reads_nothing(client_of, haitang):
    others = client_of(haitang, *(set(Dataset.values) - {"reviews"}))
    for form in ("/", ".ndjson", ".csv"):
        others.refused(f"rectifications{form}", 403)


def test_it_is_narrowed_by_center_status_and_source(api, center):
    notice = issue(RectificationFactory(center=center, source="visit"))
    found = lambda **query: [row["code"] for row in api.rows("rectifications/", **query)]  # noqa: E731
    assert found(center="C90", status="issued", source="visit") == [f"Z{notice.pk}"]
    assert found(status="closed") == []
    assert found(source="review") == []
    api.refused("rectifications/?status=draft", 400)
