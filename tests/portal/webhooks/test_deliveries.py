"""Deliveries: signed, in order, tried again with patience, replayed, and never told too much."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import InternalError, transaction
from standardwebhooks import Webhook

from portal.audit.models import AuditEvent
from portal.clients.services import clients, tokens
from portal.errors import Conflict
from portal.inbox.models import Notice
from portal.users.models import ApiToken
from portal.webhooks import selectors
from portal.webhooks.models import Attempt, Delivery, Endpoint
from portal.webhooks.services import deliveries, endpoints
from tests.factories.webhooks import AttemptFactory, DeliveryFactory, EndpointFactory

pytestmark = pytest.mark.django_db
ITEM = {"resource": "centers", "key": "C90", "url": "https://portal.example.cn/api/v1/centers/C90/"}


def waiting(endpoint, at, number=1, **values):
    values = {"data": {"items": [ITEM]}, "next_at": at, "created_at": at} | values
    return DeliveryFactory(endpoint=endpoint, sequence=number, **values)


def deliver(endpoint, at):
    return deliveries.deliver_next(endpoint_id=endpoint.pk, at=at)


def deliver_all(endpoint, at):
    while deliver(endpoint, at):
        pass


# --- what is sent ----------------------------------------------------------------------------


def test_the_message_verifies_and_says_what_changed_and_where_to_read_it(endpoint, receiver):
    now = datetime.now(UTC)
    delivery = waiting(endpoint, now)
    assert deliver(endpoint, now)
    ((_path, headers, body),) = receiver.got
    said = Webhook(receiver.secret).verify(body, headers)
    assert said["id"] == headers["webhook-id"] == delivery.event_id
    assert said["type"] == "center.changed"
    assert said["data"] == {"items": [ITEM]}
    assert datetime.fromisoformat(said["timestamp"]) == now.replace(microsecond=0)
    assert said["timestamp"].endswith("+08:00")
    stored = Delivery.objects.get()
    assert (stored.status, stored.attempts, stored.lease_until) == ("delivered", 1, None)
    attempt = stored.tries.get()
    assert (attempt.status_code, attempt.error, attempt.address) == (204, "", "127.0.0.1")
    assert Endpoint.objects.get().told_at == stored.delivered_at


def test_during_rotation_either_secret_verifies(endpoint, receiver, chief):
    now, old = datetime.now(UTC), receiver.secret
    overlap = timedelta(days=1)
    new = endpoints.rotate(endpoint=endpoint, version=1, overlap=overlap, by=chief, at=now)
    waiting(endpoint, now)
    deliver(endpoint, now)
    (_path, headers, body) = receiver.got[0]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)


def test_after_the_overlap_only_the_new_secret_signs(endpoint, receiver, chief, at):
    endpoints.rotate(endpoint=endpoint, version=1, overlap=timedelta(days=1), by=chief, at=at)
    for number, later in ((1, timedelta(hours=23)), (2, timedelta(hours=25))):
        waiting(endpoint, at + later, number)
        deliver(endpoint, at + later)
    signed = [headers["webhook-signature"].split() for _path, headers, _body in receiver.got]
    assert [len(signatures) for signatures in signed] == [2, 1]


def test_an_endpoint_is_told_in_order(endpoint, receiver, at):
    for number in (3, 1, 2):
        waiting(endpoint, at, number, event_id=f"msg_{number}")
    deliver_all(endpoint, at)
    assert [headers["webhook-id"] for _path, headers, _body in receiver.got] == [
        *("msg_1", "msg_2", "msg_3")
    ]


# --- what fails ------------------------------------------------------------------------------


def test_what_fails_waits_longer_each_time_and_holds_up_what_comes_after(endpoint, receiver, at):
    receiver.status, receiver.text = 500, "忙".encode()
    first, second = waiting(endpoint, at, 1), waiting(endpoint, at, 2)
    waits, now = [], at
    for _attempt in deliveries.DELAYS_S:
        deliver_all(endpoint, now)
        first.refresh_from_db()
        waits.append((first.next_at - now).total_seconds())
        assert not deliver(endpoint, first.next_at - timedelta(seconds=1))
        now = first.next_at
    for wait, planned in zip(waits, deliveries.DELAYS_S, strict=True):
        assert planned * 0.9 <= wait <= planned * 1.1 + 15
    assert 22 <= (now - at).total_seconds() / 3600 <= 26
    second.refresh_from_db()
    assert (first.status, second.status) == ("pending", "pending")
    assert second.attempts == 0
    assert {headers["webhook-id"] for _path, headers, _body in receiver.got} == {first.event_id}
    assert first.tries.first().excerpt == "忙"
    assert Endpoint.objects.get().failing_since is not None


def exhaust(endpoint, delivery, at):
    """Let every attempt fail."""
    now = at
    while delivery.status == "pending":
        deliver_all(endpoint, now)
        delivery.refresh_from_db()
        now = delivery.next_at
    endpoint.refresh_from_db()


def test_after_a_day_the_endpoint_is_switched_off_and_its_keeper_told(
    endpoint, receiver, chief, at
):
    receiver.status = 500
    first, second = waiting(endpoint, at, 1), waiting(endpoint, at, 2)
    exhaust(endpoint, first, at)
    assert (first.status, first.attempts) == ("failed", len(deliveries.DELAYS_S) + 1)
    assert (endpoint.status, endpoint.disabled_for) == ("disabled", "exhausted")
    assert Notice.objects.get().user == chief
    assert not deliver(endpoint, at + timedelta(days=9))
    assert selectors.due(at + timedelta(days=9)) == []
    assert Delivery.objects.get(pk=second.pk).status == "pending"


def test_a_receiver_that_is_gone_is_not_asked_again(endpoint, receiver, at):
    receiver.status = 410
    waiting(endpoint, at)
    deliver_all(endpoint, at)
    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.disabled_for) == ("disabled", "gone")
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("status", "wish", "shortest"),
    [(503, "600", 600), (429, "600", 600), (503, "999999", 3600), (500, "600", 9), (503, "1", 9)],
)
def test_a_busy_receiver_is_left_alone_for_as_long_as_it_asks_up_to_an_hour(
    endpoint, receiver, at, status, wish, shortest
):
    receiver.status, receiver.headers = status, {"Retry-After": wish}
    delivery = waiting(endpoint, at)
    deliver(endpoint, at)
    delivery.refresh_from_db()
    wait = (delivery.next_at - at).total_seconds()
    assert shortest <= wait < shortest + 20


def test_a_success_ends_the_trouble(endpoint, receiver, at):
    receiver.status = 500
    delivery = waiting(endpoint, at)
    deliver(endpoint, at)
    receiver.status = 204
    delivery.refresh_from_db()
    deliver(endpoint, delivery.next_at)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempts) == ("delivered", 2)
    assert Endpoint.objects.get().failing_since is None


def test_an_address_that_became_forbidden_is_not_connected_to(endpoint, receiver, at, settings):
    settings.WEBHOOK_NETWORKS = []
    delivery = waiting(endpoint, at)
    deliver(endpoint, at)
    assert receiver.got == []
    assert delivery.tries.get().error == "forbidden"


def test_a_secret_that_no_key_opens_is_a_failed_attempt(endpoint, receiver, at, settings):
    delivery = waiting(endpoint, at)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    assert deliver(endpoint, at)
    delivery.refresh_from_db()
    assert (delivery.attempts, delivery.lease_until, receiver.got) == (1, None, [])
    assert delivery.tries.get().error == "sealed"
    exhaust(endpoint, delivery, delivery.next_at)
    assert (delivery.status, endpoint.status) == ("failed", "disabled")


def test_a_new_secret_signs_although_no_key_opens_the_old_one(
    endpoint, receiver, chief, at, settings
):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    endpoints.rotate(endpoint=endpoint, version=1, overlap=timedelta(days=1), by=chief, at=at)
    waiting(endpoint, at)
    deliver(endpoint, at)
    ((_path, headers, _body),) = receiver.got
    assert len(headers["webhook-signature"].split()) == 1


# --- by hand ---------------------------------------------------------------------------------


def test_a_test_is_sent_at_once_whatever_the_state(endpoint, receiver, chief):
    now = datetime.now(UTC)
    endpoints.pause(endpoint=endpoint, version=1, by=chief, at=now)
    delivery = deliveries.send_test(endpoint=endpoint, by=chief, at=now)
    assert delivery.status == "delivered"
    ((_path, headers, body),) = receiver.got
    assert Webhook(receiver.secret).verify(body, headers)["type"] == "test"


def test_a_test_that_fails_switches_nothing_off_and_is_not_repeated(endpoint, receiver, chief, at):
    receiver.status = 410
    delivery = deliveries.send_test(endpoint=endpoint, by=chief, at=at)
    assert delivery.status == "failed"
    assert delivery.tries.get().status_code == 410
    assert Endpoint.objects.get().status == "active"
    with pytest.raises(deliveries.NothingToReplay):
        deliveries.replay_failed(endpoint=endpoint, by=chief, at=at)


def test_a_test_overtakes_nobody_and_holds_nobody_up(endpoint, receiver, chief, at):
    delivery = waiting(endpoint, at, 1)
    Endpoint.objects.update(last_sequence=1)
    deliveries.send_test(endpoint=endpoint, by=chief, at=at)
    deliver_all(endpoint, at)
    delivery.refresh_from_db()
    assert delivery.status == "delivered"
    assert sorted(Delivery.objects.values_list("sequence", flat=True)) == [1, 2]


def test_a_replay_uses_the_endpoint_again_and_keeps_id_and_attempts(endpoint, receiver, chief, at):
    receiver.status = 500
    first, second = waiting(endpoint, at, 1), waiting(endpoint, at, 2)
    exhaust(endpoint, first, at)
    receiver.status, tried, later = 204, first.tries.count(), at + timedelta(days=2)
    deliveries.replay(delivery=first, by=chief, at=later)
    deliver_all(endpoint, later)
    first.refresh_from_db(), second.refresh_from_db()
    assert (first.status, first.attempts, second.status) == ("delivered", 1, "delivered")
    assert first.tries.count() == tried + 1
    assert receiver.got[-2][1]["webhook-id"] == first.event_id
    assert Endpoint.objects.get().status == "active"
    actions = AuditEvent.objects.filter(action__contains="webhooks").order_by("pk")
    assert list(actions.values_list("action", flat=True))[-3:] == [
        *("webhooks.endpoint.disable", "webhooks.endpoint.resume", "webhooks.delivery.replay")
    ]


def test_everything_that_failed_is_replayed_oldest_first(endpoint, receiver, chief, at):
    for number in (1, 2, 3):
        waiting(endpoint, at, number, event_id=f"msg_{number}", status="failed", attempts=8)
    assert deliveries.replay_failed(endpoint=endpoint, by=chief, at=at) == 3
    deliver_all(endpoint, at)
    assert [headers["webhook-id"] for _path, headers, _body in receiver.got] == [
        *("msg_1", "msg_2", "msg_3")
    ]


def test_what_was_delivered_is_not_replayed(endpoint, chief, at):
    delivery = waiting(endpoint, at, status="delivered", delivered_at=at)
    with pytest.raises(Conflict):
        deliveries.replay(delivery=delivery, by=chief, at=at)


def test_nothing_is_replayed_to_an_endpoint_that_somebody_paused(endpoint, chief, at):
    delivery = waiting(endpoint, at, status="failed")
    endpoints.pause(endpoint=endpoint, version=1, by=chief, at=at)
    with pytest.raises(deliveries.EndpointStopped):
        deliveries.replay(delivery=delivery, by=chief, at=at)
    assert Delivery.objects.get().status == "failed"


# --- what may no longer be told --------------------------------------------------------------


def test_a_paused_endpoint_and_a_suspended_client_wait(endpoint, receiver, chief, at):
    waiting(endpoint, at)
    endpoints.pause(endpoint=endpoint, version=1, by=chief, at=at)
    assert not deliver(endpoint, at)
    endpoints.resume(endpoint=endpoint, version=2, by=chief, at=at)
    clients.suspend(client=endpoint.client, reason="核查", by=chief, at=at)
    assert not deliver(endpoint, at)
    assert receiver.got == []
    clients.resume(client=endpoint.client, by=chief, at=at)
    assert deliver(endpoint, at)


def test_what_was_made_for_a_wider_scope_is_not_sent(endpoint, receiver, chief, at):
    """The client lost the data set between making and sending."""
    scope = {"centers": ["310000/310199/"]}
    delivery = waiting(endpoint, at, scope=scope)
    tokens.revoke(
        token=ApiToken.objects.get(user=endpoint.client.user), reason="换发", by=chief, at=at
    )
    assert not deliver(endpoint, at)
    tokens.issue(
        client=endpoint.client,
        name="仅合规",
        datasets=["compliance"],
        expires_at=at + timedelta(days=30),
        by=None,
        at=at,
    )
    deliver_all(endpoint, at)
    delivery.refresh_from_db()
    assert (delivery.status, receiver.got) == ("dropped", [])


# --- what the database holds -----------------------------------------------------------------


def test_a_message_and_an_attempt_never_change(at):
    attempt = AttemptFactory()
    for change in (
        lambda: Delivery.objects.update(data={"items": [1]}),
        lambda: Delivery.objects.update(event_id="msg_x"),
        lambda: Attempt.objects.update(status_code=200),
        lambda: Delivery.objects.filter(pk=attempt.delivery_id).update(status="pending", event="x"),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_old_deliveries_that_ended_are_forgotten(at):
    endpoint = EndpointFactory()
    old, new = at - timedelta(days=91), at - timedelta(days=89)
    gone = DeliveryFactory(
        endpoint=endpoint, sequence=1, created_at=old, status="delivered", delivered_at=old
    )
    AttemptFactory(delivery=gone)
    kept = [
        DeliveryFactory(endpoint=endpoint, sequence=2, created_at=old),
        DeliveryFactory(endpoint=endpoint, sequence=3, created_at=new, status="failed"),
    ]
    assert deliveries.purge(at=at) == 1
    assert set(Delivery.objects.all()) == set(kept)
    assert not Attempt.objects.exists()


def test_the_message_is_the_same_bytes_after_the_database_has_had_it(at):
    delivery = DeliveryFactory(data={"items": [ITEM]})
    first = deliveries.message(Delivery.objects.get(pk=delivery.pk))
    assert first == deliveries.message(Delivery.objects.get(pk=delivery.pk))
    assert json.loads(first)["data"]["items"] == [ITEM]
