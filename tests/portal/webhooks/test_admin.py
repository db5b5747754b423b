"""Endpoints and deliveries in the bureau's admin."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.clients.services import tokens
from portal.webhooks import signing
from portal.webhooks.models import Delivery, Endpoint
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db
LIST = "/admin/webhooks/endpoint/"
SENT = "/admin/webhooks/delivery/"


@pytest.fixture
def chief_client(client_for, chief):
    return in_english(client_for(chief))


def entered(client, platform, receiver, **values):
    values = {"client": platform.pk, "url": receiver.url, "events": ["center.changed"]} | values
    return client.post(f"{LIST}open/", values)


def test_the_secret_is_shown_on_one_answer_and_nowhere_else(chief_client, platform, receiver):
    response = entered(chief_client, platform, receiver)
    secret = re.search(r'value="(whsec_[^"]+)"', response.content.decode()).group(1)
    assert signing.unseal(Endpoint.objects.get().secret) == secret
    assert "no-store" in response["Cache-Control"]
    page = reverse("admin:webhooks_endpoint_change", args=[Endpoint.objects.get().pk])
    for path in (LIST, page, f"{LIST}open/", SENT):
        assert "whsec_" not in chief_client.get(path).content.decode()


def test_a_refused_address_keeps_what_was_typed_and_says_why(chief_client, platform, receiver):
    response = entered(chief_client, platform, receiver, url="https://169.254.169.254/x")
    assert "leads into a network that webhooks do not reach" in words(response)
    assert 'value="https://169.254.169.254/x"' in response.content.decode()
    assert not Endpoint.objects.exists()


def test_without_events_nothing_is_entered(chief_client, platform, receiver):
    assert entered(chief_client, platform, receiver, events=[]).status_code == 200
    assert not Endpoint.objects.exists()


def test_only_clients_of_the_own_divisions_can_be_chosen(chief_client, platform, receiver):
    strange = EndpointFactory().client
    response = entered(chief_client, strange, receiver)
    assert response.status_code == 200
    assert Endpoint.objects.count() == 1
    assert strange.title not in chief_client.get(f"{LIST}open/").content.decode()


def test_a_test_shows_what_the_receiver_said_escaped(chief_client, endpoint, receiver):
    receiver.status, receiver.text = 500, b"<script>alert(1)</script>"
    response = chief_client.post(f"{LIST}{endpoint.pk}/test/", follow=True)
    page = response.content.decode()
    assert "The receiver did not take the test." in words(response)
    assert "500" in words(response)
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    receiver.status = 204
    response = chief_client.post(f"{LIST}{endpoint.pk}/test/", follow=True)
    assert "The receiver took the test." in words(response)


def test_pausing_resuming_and_a_stale_page(chief_client, endpoint):
    url = f"{LIST}{endpoint.pk}/"
    chief_client.post(f"{url}pause/", {"version": 1})
    assert Endpoint.objects.get().status == "paused"
    response = chief_client.post(f"{url}resume/", {"version": 1}, follow=True)
    assert "Load the page again" in words(response)
    chief_client.post(f"{url}resume/", {"version": 2})
    assert Endpoint.objects.get().status == "active"


def test_changing_starts_from_what_stands_and_refuses_the_second(chief_client, endpoint, receiver):
    url = f"{LIST}{endpoint.pk}/edit/"
    assert receiver.url in chief_client.get(url).content.decode()
    typed = {"url": f"{receiver.url}/2", "events": ["team.changed"], "version": 1}
    assert chief_client.post(url, typed).status_code == 302
    response = chief_client.post(url, typed | {"url": f"{receiver.url}/3"})
    assert "somebody else changed this meanwhile" in words(response)
    assert Endpoint.objects.get().url == f"{receiver.url}/2"


def test_a_new_secret_is_shown_once_and_a_reload_makes_no_other(chief_client, endpoint):
    url = f"{LIST}{endpoint.pk}/rotate/"
    typed = {"overlap_days": "3", "version": 1}
    response = chief_client.post(url, typed)
    secret = re.search(r'value="(whsec_[^"]+)"', response.content.decode()).group(1)
    assert "no-store" in response["Cache-Control"]
    again = chief_client.post(url, typed)
    assert "whsec_" not in again.content.decode()
    stored = Endpoint.objects.get()
    assert signing.unseal(stored.secret) == secret
    assert stored.old_secret is not None


def test_a_delivery_shows_its_message_and_every_attempt(chief_client, endpoint, at):
    delivery = DeliveryFactory(
        endpoint=endpoint, data={"items": [{"resource": "centers", "key": "C90"}]}
    )
    AttemptFactory(delivery=delivery, status_code=503)
    AttemptFactory(delivery=delivery, status_code=None, error="timeout")
    page = words(chief_client.get(f"{SENT}{delivery.pk}/change/"))
    assert "503" in page
    assert "no whole answer within 15 seconds" in page
    assert '"key": "C90"' in page
    assert delivery.event_id in page


def test_replay_from_the_delivery_and_from_the_endpoint(chief_client, endpoint):
    one, two = (
        DeliveryFactory(endpoint=endpoint, sequence=n, status="failed", attempts=8) for n in (1, 2)
    )
    page = chief_client.post(f"{SENT}{one.pk}/replay/", follow=True)
    assert "It is sent again within seconds" in words(page)
    page = chief_client.post(f"{LIST}{endpoint.pk}/replay/", follow=True)
    assert "1 delivery is sent again within seconds." in words(page)
    page = chief_client.post(f"{LIST}{endpoint.pk}/replay/", follow=True)
    assert "No delivery of this endpoint failed." in words(page)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"pending"}
    two.refresh_from_db()
    assert two.attempts == 0


def test_a_test_that_failed_is_not_offered_for_replay(chief_client, endpoint):
    DeliveryFactory(endpoint=endpoint, event="test", status="failed")
    page = words(chief_client.get(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])))
    assert "Replay all of them" not in page


def test_the_page_says_what_was_given_up_since_when_and_replays_all_of_it(
    chief_client, endpoint, at
):
    page = reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])
    assert "Given up" not in words(chief_client.get(page))
    for number in (1, 2):
        day = at + timedelta(days=number)
        DeliveryFactory(endpoint=endpoint, sequence=number, status="failed", created_at=day)
    Endpoint.objects.update(status="disabled", disabled_for="exhausted")
    answer = chief_client.get(page)
    oldest = timezone.localtime(at + timedelta(days=1)).strftime("%Y-%m-%d %H:%M")
    assert f"2 deliveries were given up, the oldest of them queued at {oldest}" in words(answer)
    assert "The endpoint is switched off; a replay uses it again." in words(answer)
    listed = chief_client.get(f"{SENT}?endpoint={endpoint.pk}&status__exact=failed")
    assert f"{SENT}?endpoint={endpoint.pk}&amp;status__exact=failed" in answer.content.decode()
    assert words(listed).count("given up") >= 2
    chief_client.post(f"{LIST}{endpoint.pk}/replay/")
    assert set(Delivery.objects.values_list("status", flat=True)) == {"pending"}
    assert Endpoint.objects.get().status == "active"
    assert "were given up" not in words(chief_client.get(page))


def test_while_nothing_may_be_replayed_the_page_says_what_to_do_first(chief_client, endpoint):
    DeliveryFactory(endpoint=endpoint, status="failed")
    Endpoint.objects.update(status="paused")
    page = words(chief_client.get(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])))
    assert "1 delivery was given up" in page
    assert "Replay all of them" not in page
    assert "resume the client or the endpoint first" in page


def test_what_was_no_longer_permitted_is_counted_apart(chief_client, endpoint):
    DeliveryFactory(endpoint=endpoint, status="dropped")
    page = words(chief_client.get(reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])))
    assert "1 delivery was not sent" in page
    assert "Given up" not in page


def test_a_delivery_that_was_given_up_says_when_and_after_how_many_attempts(
    chief_client, endpoint, at
):
    delivery = DeliveryFactory(endpoint=endpoint, status="failed", attempts=8)
    for hours in (0, 24):
        AttemptFactory(delivery=delivery, at=at + timedelta(hours=hours))
    last = timezone.localtime(at + timedelta(hours=24)).strftime("%Y-%m-%d %H:%M:%S")
    page = words(chief_client.get(f"{SENT}{delivery.pk}/change/"))
    assert f"Given up at {last} after 8 attempts" in page


def test_an_empty_list_says_what_to_do_next(chief_client, endpoint):
    answer = chief_client.get(SENT)
    assert "Nothing here yet Nothing was sent yet. Enter an endpoint" in words(answer)
    for path in (f"{LIST}?q=nowhere", f"{SENT}?status__exact=failed"):
        answer = words(chief_client.get(path))
        assert "Nothing matches" in answer
        assert "Reset filters" in answer
        assert "No results found" not in answer


def test_an_empty_list_of_endpoints_leads_to_the_first_one(chief_client, platform):
    said = words(chief_client.get(LIST))
    assert "No client is told of changes. Open a client" in said
    assert "Enter an endpoint" in said


def test_an_address_is_named_as_it_is_written(chief_client, endpoint):
    for path in (f"{LIST}{endpoint.pk}/change/", f"{LIST}{endpoint.pk}/edit/"):
        page = chief_client.get(path).content.decode()
        assert str(endpoint) in page
        assert str(endpoint).capitalize() not in page


def test_the_page_says_why_nothing_is_told(chief_client, endpoint, chief):
    page = reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])
    token = endpoint.client.user.auth_token_set.get()
    type(token).scoped.filter(pk=token.pk).update(expiry=token.created - timedelta(days=1))
    assert "the client has no valid token" in words(chief_client.get(page))


def test_the_page_marks_the_events_that_no_token_opens(chief_client, endpoint, at):
    page = reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])
    assert "not told" not in words(chief_client.get(page))
    token, now = endpoint.client.user.auth_token_set.get(), timezone.now()
    type(token).scoped.filter(pk=token.pk).update(expiry=token.created - timedelta(days=1))
    tokens.issue(
        client=endpoint.client,
        name="仅合规",
        datasets=["compliance"],
        expires_at=now + timedelta(days=30),
        by=None,
        at=now,
    )
    said = words(chief_client.get(page))
    assert "Partly mute" in said
    assert said.count("not told: no valid token opens it") == 2
    assert "compliance.changed ✕" not in said
    assert "center.changed ✕" in said


@pytest.mark.parametrize("verb", ["edit", "rotate"])
def test_another_bureau_finds_no_endpoint(client_for, bob, endpoint, verb):
    assert client_for(bob).get(f"{LIST}{endpoint.pk}/{verb}/").status_code in (403, 404)


def test_an_officer_manages_no_endpoints(alice_client, endpoint):
    assert alice_client.get(LIST).status_code == 403
    assert alice_client.post(f"{LIST}{endpoint.pk}/test/").status_code == 403


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_are_whole_in_both_languages(client_for, chief, endpoint, language):
    client = client_for(chief)
    client.cookies["django_language"] = language
    delivery = DeliveryFactory(endpoint=endpoint)
    for path in (
        *(LIST, SENT, f"{LIST}open/", f"{LIST}{endpoint.pk}/edit/"),
        *(f"{LIST}{endpoint.pk}/rotate/", f"{LIST}{endpoint.pk}/change/"),
        f"{SENT}{delivery.pk}/change/",
    ):
        response = client.get(path)
        assert response.status_code == 200
        said = words(response)
        assert ("变动通知" in said) == (language == "zh-hans")


def test_the_endpoint_page_costs_the_same_however_much_was_sent(chief_client, endpoint):
    path = reverse("admin:webhooks_endpoint_change", args=[endpoint.pk])
    DeliveryFactory(endpoint=endpoint, sequence=1)
    chief_client.get(path)
    with CaptureQueriesContext(connection) as one:
        chief_client.get(path)
    for number in range(2, 6):
        DeliveryFactory(endpoint=endpoint, sequence=number)
    with CaptureQueriesContext(connection) as five:
        chief_client.get(path)
    assert len(one) == len(five)
