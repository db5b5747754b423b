"""How much a client may ask: exact under load, after a flush, and without Redis."""

import time
from types import SimpleNamespace

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.test import Client as Browser

from portal.api import Problem, limits
from portal.clients.models import Call, Client
from portal.users.models import ApiToken
from tests.api import Api
from tests.factories.clients import ClientFactory, issue
from tests.factories.portal import RoleAssignmentFactory
from tests.threads import at_once

PATH = "/api/v1/me/"


@pytest.fixture
def client(db, haitang):
    client = ClientFactory()
    RoleAssignmentFactory(user=client.user, role="api_client", division=haitang)
    return client


@pytest.fixture
def api(client):
    return Api(issue(client.user, ["compliance", "centers"]))


@pytest.fixture
def unreachable(monkeypatch):
    """No Redis, and a process that counted nothing yet."""
    monkeypatch.setattr(limits, "shared", limits.Redis("redis://127.0.0.1:1/0"))
    monkeypatch.setattr(limits, "own", limits.Process())


def give_up(response):
    """What a server does when its reader is gone; the test's connection stays open."""
    request_finished.disconnect(close_old_connections)
    response.close()
    request_finished.connect(close_old_connections)


def asked_by(client):
    return SimpleNamespace(auth=ApiToken(), user=SimpleNamespace(client=client))


def test_every_answer_to_a_token_says_how_much_is_left(api, client):
    first, second = api.get("me/"), api.get("me/")
    assert first["RateLimit-Limit"] == "6000"
    assert 0 < int(first["RateLimit-Reset"]) <= 60
    if second["RateLimit-Reset"] <= first["RateLimit-Reset"]:
        assert int(first["RateLimit-Remaining"]) - int(second["RateLimit-Remaining"]) == 1


def test_refusals_count_and_tell_too(client):
    denied = Api(issue(client.user, ["centers"])).get("compliance/centers/")
    assert (denied.status_code, denied["RateLimit-Limit"]) == (403, "6000")


def test_beyond_the_limit_is_429_with_the_seconds_to_wait(api, client):
    Client.objects.filter(pk=client.pk).update(requests_per_minute=1)
    # However the minutes fall, the second or the third is one too many.
    answers = [api.get("me/") for _ in range(4)]
    over = [answer for answer in answers if answer.status_code == 429]
    assert answers[0].status_code == 200
    assert len(over) >= 2
    assert over[0].json()["code"] == "rate_limited"
    assert 0 < int(over[0]["Retry-After"]) <= 60
    assert over[0]["RateLimit-Remaining"] == "0"
    assert Call.objects.filter(status=429).count() == len(over)


def test_a_session_is_not_counted(client_for, alice):
    answer = client_for(alice).get("/api/v1/divisions/")
    assert answer.status_code == 200
    assert "RateLimit-Limit" not in answer


def test_eight_threads_are_counted_one_by_one(client):
    def ask():
        return [limits.count("storm", 7) for _ in range(50)]

    found = [number for numbers in at_once([ask] * 8) for number in numbers]
    assert sorted(found) == list(range(1, 401))


def test_a_flushed_redis_starts_again_and_fails_nobody(client, api):
    assert limits.count("flushed", 7) == 1
    assert limits.count("flushed", 7) == 2
    limits.shared.transaction(lambda pipe: pipe.flushdb())
    assert limits.count("flushed", 7) == 1
    assert api.get("me/").status_code == 200


def test_without_redis_a_process_counts_for_itself(unreachable, api, client, caplog):
    Client.objects.filter(pk=client.pk).update(requests_per_minute=1)
    statuses = [api.get("me/").status_code for _ in range(4)]
    assert statuses[0] == 200
    assert statuses.count(429) >= 2
    assert caplog.text.count("counted per process") == 1


def test_without_redis_threads_are_counted_one_by_one(unreachable, client):
    found = at_once([lambda: [limits.count("storm", 7) for _ in range(50)]] * 8)
    assert sorted(number for numbers in found for number in numbers) == list(range(1, 401))


@pytest.mark.parametrize("redis", ["there", "gone"])
def test_places_are_taken_and_given_back(request, client, redis):
    if redis == "gone":
        request.getfixturevalue("unreachable")
    asked = asked_by(client)
    first, second = (limits.occupy(asked, "stream", 2) for _ in range(2))
    with pytest.raises(Problem) as refusal:
        limits.occupy(asked, "stream", 2)
    assert (refusal.value.status_code, refusal.value.get_codes()) == (429, "too_many_at_once")
    # Another kind, and another client, have places of their own.
    limits.occupy(asked, "simulation", 1)()
    first()
    first()
    third = limits.occupy(asked, "stream", 2)
    with pytest.raises(Problem):
        limits.occupy(asked, "stream", 2)
    second()
    third()


def test_of_eight_who_start_at_once_two_get_a_place(client):
    found = at_once([lambda: limits.occupy(asked_by(client), "rush", 2)] * 8)
    assert sum(callable(result) for result in found) == 2
    assert sum(isinstance(result, Problem) for result in found) == 6


def test_a_place_of_somebody_who_died_is_free_in_the_end(client):
    key = f"{limits.settings.LIMITS_NAME}:places:dead:{client.pk}"
    limits.shared.transaction(lambda pipe: pipe.zadd(key, {"gone": time.time() - 1}))
    limits.occupy(asked_by(client), "dead", 1)()


def test_streams_of_a_client_are_limited_until_they_are_closed(api, client):
    Client.objects.filter(pk=client.pk).update(stream_limit=1)
    first = api.get("centers.ndjson")
    assert api.refused("centers.ndjson", 429)["code"] == "too_many_at_once"
    # Given up before a line was read.
    give_up(first)
    second = api.get("centers.ndjson")
    b"".join(second.streaming_content)
    assert api.get("centers.ndjson").status_code == 200


# --- the record


def calls():
    return list(Call.objects.order_by("pk").values_list("path", "status"))


def test_every_answer_to_a_token_is_recorded(api, client):
    etag = api.get("divisions/")["ETag"]
    api.get("divisions/", headers={"If-None-Match": etag})
    api.get("divisions/", unknown="1")
    api.get("compliance/centers/NOWHERE/")
    api.client.post(PATH, headers=api.headers)
    api.get("divisions/", headers={"Accept": "image/png"})
    assert [status for _path, status in calls()] == [200, 304, 400, 404, 405, 406]
    assert {call.client_id for call in Call.objects.all()} == {client.pk}


def test_a_refused_token_is_recorded_and_an_unknown_one_is_not(api, client, alice, at):
    ApiToken.scoped.update(revoked_at=at, revoked_by=alice, revoke_reason="外泄")
    assert api.get("me/").status_code == 401
    Browser().get(PATH, headers={"Authorization": "Bearer ssp_unknown"})
    assert calls() == [(PATH, 401)]


@pytest.mark.parametrize("path", ["nothing-here/", "nothing-here", "centers/C90/nothing/", "%00"])
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_an_address_that_leads_nowhere_is_recorded(api, client, path, method):
    answer = getattr(api.client, method)(f"/api/v1/{path}", headers=api.headers)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
    assert answer["RateLimit-Limit"] == "6000"
    call = Call.objects.get()
    assert (call.client, call.method, call.status) == (client, method.upper(), 404)
    assert call.path == f"/api/v1/{path}".replace("%00", "")


def test_an_address_that_leads_nowhere_is_counted(api, client):
    Client.objects.filter(pk=client.pk).update(requests_per_minute=1)
    statuses = [api.get("nothing-here/").status_code for _ in range(4)]
    assert statuses[0] == 404
    # However the minutes fall, the second or the third is one too many.
    assert statuses.count(429) >= 2


def test_a_refused_token_is_refused_at_any_address(api, client, alice, at):
    ApiToken.scoped.update(revoked_at=at, revoked_by=alice, revoke_reason="外泄")
    assert api.refused("nothing-here/", 401)["code"] == "token_revoked"
    assert calls() == [("/api/v1/nothing-here/", 401)]


def test_whoever_shows_no_token_learns_only_that_nothing_is_there(client_for, alice):
    for browser in (Browser(), client_for(alice), Browser(enforce_csrf_checks=True)):
        for ask in (browser.get, browser.post):
            answer = ask("/api/v1/nothing-here/")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
            assert "RateLimit-Limit" not in answer
    assert calls() == []


def test_a_call_says_what_was_asked_without_the_cursor(api, client):
    api.get("divisions/", kind="street", cursor="abc")
    call = Call.objects.get()
    assert (call.query, call.status, call.token_key) == (
        "kind=street",
        400,
        ApiToken.scoped.get().token_key,
    )
    assert len(call.request_id) == 32
    assert call.size_bytes > 0


@pytest.mark.django_db(transaction=True)
def test_a_stream_is_recorded_when_it_ends_and_when_it_is_cut(api, client):
    b"".join(api.get("divisions.ndjson").streaming_content)
    cut = api.get("divisions.ndjson")
    next(iter(cut.streaming_content))
    give_up(cut)
    found = list(Call.objects.order_by("pk").values_list("status", "rows"))
    assert found[0][0] == 200
    assert found[0][1] > 100
    assert [status for status, _rows in found] == [200, 499]


def test_a_record_that_fails_keeps_no_answer_back(api, client, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE clients_call ADD CONSTRAINT never CHECK (ms < 0) NOT VALID")
    answer = api.get("me/")
    assert answer.status_code == 200
    assert "was not recorded" in caplog.text
