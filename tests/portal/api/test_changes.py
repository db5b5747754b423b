"""The feed as clients read it: from a cursor on, each document as it is now."""

import base64
import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from portal.api import changes, values
from portal.feeds import selectors as feeds
from portal.feeds.models import Change
from portal.jurisdictions import services as jurisdictions
from portal.jurisdictions.models import Division
from portal.users.models import User
from tests.api import Api
from tests.factories.clients import issue as issue_token
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]


@pytest.fixture
def issue(haitang):
    """(datasets, divisions) → a client of the API with a token of its own."""

    def issue(*datasets, divisions=(), role="api_client"):
        account = UserFactory(is_service=True)
        for division in divisions or (haitang,):
            RoleAssignmentFactory(user=account, role=role, division=division)
        return Api(issue_token(account, datasets or ("compliance",)))

    return issue


@pytest.fixture
def api(issue):
    return issue()


def follow(api, cursor, **query):
    """Every result after a cursor, page by page, and the last cursor."""
    found = []
    while True:
        answer = api.json("changes/", cursor=cursor, **query)
        found += answer["results"]
        cursor = answer["cursor"]
        if not answer["has_more"]:
            return found, cursor


def start(api, **query):
    answer = api.json("changes/", cursor="now", **query)
    assert (answer["results"], answer["has_more"]) == ([], False)
    return answer["cursor"]


def opened(cursor):
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def forged(cursor, **parts):
    """The cursor with other parts."""
    _version, *values = opened(cursor)
    return changes.Cursor(*values)._replace(**parts).encode()


def rename(code, name):
    Division.objects.filter(code=code).update(name=name)


def test_what_changed_since_is_given_as_it_is_now(api, wutong):
    cursor = start(api)
    rename(wutong.code, "新名街道")
    rename(wutong.code, "又改街道")
    found, after = follow(api, cursor)
    (change,) = found
    assert (change["resource"], change["key"]) == ("divisions", wutong.code)
    assert change["kind"] == "upsert"
    assert change["data"] == api.json(f"divisions/{wutong.code}/")
    assert change["data"]["name"] == "又改街道"
    assert change["url"] == f"http://testserver/api/v1/divisions/{wutong.code}/"
    assert follow(api, after)[0] == []


def test_what_is_gone_is_a_delete(api, wutong):
    cursor = start(api)
    Division.objects.filter(pk=wutong.pk).delete()
    ((change,), _after) = follow(api, cursor)
    assert (change["key"], change["kind"], change["data"]) == (wutong.code, "delete", None)


def test_pages_of_any_size_give_everything_once(api, haitang):
    cursor = start(api)
    codes = [f"3101990{n:02d}" for n in range(10, 23)]
    for code in codes:
        jurisdictions.add(code=code, name=code, kind="town", parent=haitang)
    for limit in (1, 4, 13, 200):
        found, _after = follow(api, cursor, limit=limit)
        assert [change["key"] for change in found] == codes


def test_a_key_met_often_on_a_page_is_given_once_at_its_last_place(api, wutong, haitang):
    cursor = start(api)
    for n in range(3):
        rename(wutong.code, f"{n}号街道")
        rename(haitang.code, f"{n}号区")
    found, _after = follow(api, cursor)
    assert [change["key"] for change in found] == [wutong.code, haitang.code]


def test_the_cursor_moves_with_what_others_wrote(api, wutong):
    """Else a client would read past everybody's entries at every poll."""
    cursor = start(api, division=wutong.code)
    Change.objects.create(resource="compliance", key="x", division_path="31/99/")
    found, after = follow(api, cursor, division=wutong.code)
    assert found == []
    assert opened(after)[2] > opened(cursor)[2]


def test_keys_alone(api, wutong):
    cursor = start(api)
    rename(wutong.code, "新名街道")
    ((change,), _after) = follow(api, cursor, data="false", limit=1000)
    assert (change["key"], change["kind"], change["data"]) == (wutong.code, "upsert", None)


def test_while_somebody_writes_the_feed_says_up_to_when_it_tells(api, wutong):
    cursor = start(api)
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as writing:
        writing.execute("SELECT pg_current_xact_id()")
    rename(wutong.code, "新名街道")
    answer = api.json("changes/", cursor=cursor)
    assert answer["results"] == []
    assert answer["settled_until"] == values.time(Change.objects.latest("pk").at)
    other.rollback()
    other.close()
    assert len(follow(api, answer["cursor"])[0]) == 1


def test_without_a_cursor_it_begins_with_what_is_kept(api, wutong):
    rename(wutong.code, "新名街道")
    first = api.json("changes/", resource="divisions", limit=1)
    found, _after = follow(api, first["cursor"], resource="divisions")
    assert (found[-1]["key"], found[-1]["data"]["name"]) == (wutong.code, "新名街道")


def test_without_a_cursor_what_is_older_than_cursors_is_left_out(api, wutong):
    """The newest of each resource is kept for ever, and a cursor from there would be refused."""
    Change.objects.all().delete()
    old = timezone.now() - timedelta(days=400)
    for key in ("310199001", "310199002"):
        Change.objects.create(resource="divisions", key=key, at=old)
    for number in range(3):
        Change.objects.create(resource="divisions", key=f"31019910{number}")
    first = api.json("changes/", resource="divisions", limit=1)
    assert (first["results"][0]["key"], first["has_more"]) == ("310199100", True)
    found, _after = follow(api, first["cursor"], resource="divisions")
    assert [change["key"] for change in found] == ["310199101", "310199102"]


def test_without_a_cursor_and_without_changes_it_begins_now(api, wutong):
    Change.objects.all().delete()
    first = api.json("changes/", resource="divisions")
    assert (first["results"], first["has_more"]) == ([], False)
    rename(wutong.code, "新名街道")
    assert len(follow(api, first["cursor"], resource="divisions")[0]) == 1


class TestRefused:
    def test_a_cursor_of_another_question(self, api, haitang):
        cursor = start(api)
        problem = api.refused("changes/", 400, cursor=cursor, division=haitang.code)
        assert problem["code"] == "unknown_cursor"
        problem = api.refused("changes/", 400, cursor=cursor, resource="divisions")
        assert problem["code"] == "unknown_cursor"

    @pytest.mark.parametrize(
        "text", ["x", "", "W10", "bm93", "WzEsMSwyLDMsNCw1LDZd", "WzEsImEiLDEsLTEsMSwiYSIsImEiXQ"]
    )
    def test_what_is_no_cursor(self, api, text):
        assert api.refused("changes/", 400, cursor=text)["code"] == "unknown_cursor"

    @pytest.mark.parametrize(
        "parts",
        [{"epoch": "1.2"}, {"xid": 2**60}, {"seen": 0}, {"reach": "other"}],
        ids=["another cluster", "ahead of this one", "too old", "another reach"],
    )
    def test_a_cursor_that_leads_nowhere_any_more(self, api, parts):
        problem = api.refused("changes/", 410, cursor=forged(start(api), **parts))
        assert problem["code"] == "cursor_expired"
        assert "cursor=now" in problem["detail"]

    def test_after_a_restore_everything_is_loaded_again(self, api, settings):
        cursor = start(api)
        settings.FEED_EPOCH = "after the restore of May"
        assert api.refused("changes/", 410, cursor=cursor)["code"] == "cursor_expired"
        assert start(api)

    def test_a_client_that_sees_more_than_before_loads_again(self, issue, haitang, huangpu):
        api = issue("compliance", "centers")
        cursor = start(api)
        account = User.objects.get(is_service=True)
        RoleAssignmentFactory(user=account, role="api_client", division=huangpu)
        if len(changes.lists()) > 1:
            assert api.refused("changes/", 410, cursor=cursor)["code"] == "cursor_expired"

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"resource": "people"}, "resource"),
            ({"limit": "1001"}, "limit"),
            ({"limit": "0"}, "limit"),
            ({"data": "no"}, "data"),
            ({"since": "2026"}, "since"),
        ],
    )
    def test_a_question_that_cannot_be_read(self, api, query, field):
        assert api.refused("changes/", 400, **query)["errors"][0]["field"] == field

    def test_who_shows_no_token(self, db):
        Api().refused("changes/", 401)


def test_a_place_in_the_middle_of_a_transaction_is_kept(api, haitang):
    cursor = start(api)
    with transaction.atomic():
        for n in range(5):
            jurisdictions.add(code=f"3101990{n:02d}", name="镇", kind="town", parent=haitang)
    first = api.json("changes/", cursor=cursor, limit=2)
    assert first["has_more"]
    assert opened(first["cursor"])[2] == Change.objects.latest("pk").xid
    found, _after = follow(api, first["cursor"], limit=2)
    assert len(first["results"] + found) == 5
    assert feeds.now().xid >= opened(first["cursor"])[2]
