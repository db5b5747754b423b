"""A token opens what it says, while it holds, from where it may; it is never deleted."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.test import Client as Browser
from django.utils import timezone

from centers.models import Center
from portal.api import limits
from portal.clients.authentication import is_within, narrowed
from portal.clients.models import Call, Client
from portal.clients.services import clients, tokens
from portal.users.models import ApiToken, User
from tests.api import Api
from tests.factories.centers import CenterFactory
from tests.factories.portal import RoleAssignmentFactory

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def api(issue):
    """The platform, with a token of today."""
    return Api(issue(at=timezone.now(), datasets=["compliance", "centers"]))


def test_a_token_tells_what_it_opens(api, token_of, haitang):
    found = api.json("me/")
    assert found["client"] == {"name": "市大数据中心", "account": "city-data"}
    assert found["divisions"] == [{"code": "310199", "name": "海棠区"}]
    assert found["scopes"] == ["310199:centers:read", "310199:compliance:read"]
    assert found["limits"] == {
        "requests_per_minute": 120,
        "streams_at_a_time": 2,
        "networks": [],
    }
    token = ApiToken.scoped.get()
    assert found["token"]["begins_with"] == token.token_key
    assert found["token"]["is_replaced"] is False
    assert token.digest not in str(found)


def test_both_tokens_work_during_the_overlap_and_then_one(api, chief):
    old = ApiToken.scoped.get()
    now = timezone.now()
    text = tokens.rotate(token=old, overlap=DAY, expires_at=now + 90 * DAY, by=chief, at=now)
    assert api.json("me/")["token"]["is_replaced"] is True
    assert Api(text).json("me/")["token"]["is_replaced"] is False
    ApiToken.scoped.filter(pk=old.pk).update(expiry=now - timedelta(seconds=1))
    assert api.refused("me/", 401)["code"] == "token_expired"
    assert Api(text).json("me/")
    # knox would have deleted the one that expired.
    assert ApiToken.scoped.count() == 2


def test_revoked_is_refused_at_the_next_request(api, chief):
    assert api.json("me/")
    tokens.revoke(token=ApiToken.scoped.get(), reason="外泄", by=chief, at=timezone.now())
    assert api.refused("me/", 401)["code"] == "token_revoked"


def test_suspended_client_is_refused_and_resumed(api, platform, chief, at):
    clients.suspend(client=platform, reason="检修", by=chief, at=at)
    answer = api.refused("me/", 403)
    assert answer["code"] == "client_suspended"
    assert "检修" not in str(answer)
    clients.resume(client=platform, by=chief, at=at)
    assert api.json("me/")


def test_disabled_account_is_refused(api, platform):
    User.objects.filter(pk=platform.user_id).update(is_active=False)
    assert api.refused("me/", 401)["code"] == "authentication_failed"


@pytest.mark.parametrize("text", ["ssp_00000000000000000000", "ssp_", "x", "令牌"])
def test_what_is_no_token_is_refused(text, db):
    answer = Browser().get("/api/v1/me/", headers={"Authorization": f"Bearer {text}".encode()})
    assert answer.status_code == 401


def test_the_right_beginning_is_not_enough(issue):
    text = issue(at=timezone.now())
    assert Api(text[:-1] + ("0" if text[-1] != "0" else "1")).refused("me/", 401)


def test_a_token_opens_only_by_its_header(issue, platform):
    text = issue(at=timezone.now())
    browser = Browser()
    assert browser.get("/api/v1/me/", {"token": text}).status_code == 401
    browser.cookies["token"] = text
    assert browser.get("/api/v1/me/").status_code == 401


def test_network_is_compared_with_the_address_behind_the_proxies(api, platform, settings):
    Client.objects.filter(pk=platform.pk).update(networks=["10.20.30.0/24"])
    assert api.refused("me/", 403)["code"] == "network_not_allowed"
    assert api.client.get(
        "/api/v1/me/", headers=api.headers, REMOTE_ADDR="10.20.30.7"
    ).status_code == 200
    # What a client claims counts only where a proxy is known to stand.
    claimed = {**api.headers, "X-Forwarded-For": "10.20.30.7"}
    assert api.client.get("/api/v1/me/", headers=claimed).status_code == 403
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert api.client.get("/api/v1/me/", headers=claimed).status_code == 200
    forged = {**api.headers, "X-Forwarded-For": "10.20.30.7, 203.0.113.9"}
    assert api.client.get("/api/v1/me/", headers=forged).status_code == 403


def revoked(platform, chief):
    tokens.revoke(token=ApiToken.scoped.get(), reason="外泄", by=chief, at=timezone.now())


def expired(platform, chief):
    ApiToken.scoped.update(expiry=timezone.now() - timedelta(seconds=1))


def suspended(platform, chief):
    clients.suspend(client=platform, reason="检修", by=chief, at=timezone.now())


def elsewhere(platform, chief):
    Client.objects.filter(pk=platform.pk).update(networks=["10.20.30.0/24"])


@pytest.mark.parametrize("refuse", [revoked, expired, suspended, elsewhere])
def test_refused_tokens_are_limited_and_recorded_within_reason(
    api, platform, chief, refuse, monkeypatch
):
    one_minute = SimpleNamespace(time=lambda: 1_800_000_000.0, monotonic=lambda: 0.0)
    monkeypatch.setattr(limits, "time", one_minute)
    monkeypatch.setattr(limits, "shared", limits.Redis("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(limits, "own", limits.Process())
    Client.objects.filter(pk=platform.pk).update(requests_per_minute=2)
    platform.refresh_from_db()
    refuse(platform, chief)
    answers = [api.get("me/") for _ in range(6)]
    statuses = [answer.status_code for answer in answers]
    assert set(statuses[:2]) <= {401, 403}
    assert statuses[2:] == [429] * 4
    assert answers[2].json()["code"] == "rate_limited"
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    recorded = Call.objects.order_by("pk").values_list("status", flat=True)
    assert list(recorded) == statuses[:3]


def test_a_revoked_token_does_not_use_up_what_the_others_may_ask(api, platform, issue, chief):
    Client.objects.filter(pk=platform.pk).update(requests_per_minute=3)
    revoked(platform, chief)
    for _time in range(8):
        api.get("me/")
    assert Api(issue(at=timezone.now())).json("me/")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("10.20.30.255", True),
        ("10.20.31.1", False),
        ("::ffff:10.20.30.1", True),
        ("2001:db8::1", False),
        (None, False),
    ],
)
def test_addresses_lie_within_networks_or_not(address, expected):
    assert is_within(address, ["10.20.30.0/24"]) is expected


def test_a_session_has_no_token_to_ask_about(client_for, chief):
    assert Api(session=client_for(chief)).refused("me/", 403)["code"] == "permission_denied"


def test_authentication_is_one_query(api, django_assert_num_queries):
    api.json("me/")
    # The token with its client, grants, divisions, the successor, and the record of the call.
    with django_assert_num_queries(5):
        api.json("me/")


# --- narrowing


@pytest.mark.parametrize(
    ("roles", "codes", "expected"),
    [
        (["310199"], [], ["310000/310199/"]),
        (["310199"], ["310199001"], ["310000/310199/310199001/"]),
        (["310199001"], ["310199"], ["310000/310199/310199001/"]),
        (["310199"], ["310101"], []),
        (["310199001", "310101"], ["310199"], ["310000/310199/310199001/"]),
        (["310199"], ["999999"], []),
    ],
)
def test_a_token_reads_where_account_and_token_overlap(
    platform, wutong, haitang, huangpu, issue, token_of, roles, codes, expected
):
    token = token_of(issue())
    platform.user.assignments.all().delete()
    places = {place.code: place for place in (wutong, haitang, huangpu)}
    for code in roles:
        RoleAssignmentFactory(user=platform.user, role="api_client", division=places[code])
    token.division_codes = codes
    user = narrowed(User.objects.get(pk=platform.user_id), token)
    assert user.paths_with("center.view") == expected


def test_narrowed_token_sees_the_part_and_gets_404_for_the_rest(
    issue, wutong, haitang, golden
):
    other = CenterFactory(division=haitang)
    inside = CenterFactory(division=wutong)
    wide = Api(issue(at=timezone.now()))
    narrow = Api(issue(at=timezone.now(), divisions=[wutong]))
    assert {inside.code, other.code} <= {row["code"] for row in wide.rows("compliance/centers/")}
    found = {row["code"] for row in narrow.rows("compliance/centers/")}
    assert found == set(Center.objects.within(wutong).values_list("code", flat=True))
    assert narrow.refused(f"compliance/centers/{other.code}/", 404)
    assert narrow.json("me/")["scopes"] == ["310199001:compliance:read"]


def test_a_token_never_carries_all_rights(issue, platform, wutong):
    User.objects.filter(pk=platform.user_id).update(is_superuser=True)
    CenterFactory(division=wutong)
    platform.user.assignments.all().delete()
    refusal = Api(issue(at=timezone.now())).refused("compliance/centers/", 403)
    assert refusal["code"] == "permission_denied"
