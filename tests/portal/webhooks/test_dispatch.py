"""From a change in the feed to a message at the receiver, with workers beside each other."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import DatabaseError, InterfaceError, connection, transaction

from portal.clients.services import clients
from portal.feeds import services as feeds
from portal.inbox.models import Notice
from portal.webhooks import selectors, tasks
from portal.webhooks.models import Delivery, Endpoint
from portal.webhooks.services import deliveries, endpoints
from tests.factories.webhooks import DeliveryFactory, EndpointFactory
from tests.threads import at_once

# Nothing settles within a test's own transaction.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]
HERE, ELSEWHERE = "310000/310199/310199001/", "310000/310101/310101013/"


def changed(*keys, resource="centers", path=HERE):
    feeds.record(resource=resource, places=[(key, path) for key in keys])


def items():
    return [
        [item["key"] for item in delivery.data["items"]]
        for delivery in Delivery.objects.order_by("sequence")
    ]


def test_a_change_becomes_one_item_whoever_looks_again(endpoint, at, settings):
    settings.PORTAL_URL = "https://portal.example.cn"
    changed("C90")
    assert deliveries.dispatch(at=at) == 1
    assert deliveries.dispatch(at=at) == 0
    delivery = Delivery.objects.get()
    assert (delivery.event, delivery.sequence) == ("center.changed", 1)
    assert delivery.data["items"] == [
        {
            "resource": "centers",
            "key": "C90",
            "url": "https://portal.example.cn/api/v1/centers/C90/",
        }
    ]


def test_what_changed_before_it_was_entered_is_not_told(platform, receiver, chief, at):
    changed("C01")
    endpoints.open_endpoint(
        client=platform, url=receiver.url, events=["center.changed"], by=chief, at=at
    )
    changed("C02")
    deliveries.dispatch(at=at)
    assert items() == [["C02"]]


def test_only_what_is_asked_for_and_permitted_is_told(endpoint, at):
    changed("C90")
    changed("C50", path=ELSEWHERE)
    changed("F1", resource="filings")
    changed("C90", resource="compliance")
    changed("C90", resource="waivers")
    deliveries.dispatch(at=at)
    made = Delivery.objects.all()
    told = [(delivery.event, delivery.data["items"][0]["key"]) for delivery in made]
    assert sorted(told) == [("center.changed", "C90"), ("compliance.changed", "C90")]


def test_a_document_that_changes_often_is_told_once_and_many_are_told_together(endpoint, at):
    for _time in range(3):
        changed("C90")
    changed(*(f"C{number:03d}" for number in range(100, 550)))
    deliveries.dispatch(at=at)
    assert [len(keys) for keys in items()] == [200, 200, 51]
    assert len({key for keys in items() for key in keys}) == 451


def test_what_is_rolled_back_is_not_told_and_what_commits_late_is(endpoint, at):
    with transaction.atomic():
        changed("C66")
        transaction.set_rollback(True)
    changed_first, may_commit = Event(), Event()

    def late():
        with transaction.atomic():
            changed("C01")
            changed_first.set()
            assert may_commit.wait(10)

    def meanwhile():
        assert changed_first.wait(10)
        changed("C02")
        deliveries.dispatch(at=at)
        before = items()
        may_commit.set()
        return before

    _late, before = at_once([late, meanwhile])
    assert before == []
    deliveries.dispatch(at=at)
    assert sorted(key for keys in items() for key in keys) == ["C01", "C02"]


def test_many_sweeps_at_once_tell_every_change_once_and_in_order(endpoint, at):
    def write(number):
        return lambda: [changed(f"C{number}{n}") for n in range(20)]

    def sweep():
        for _time in range(10):
            deliveries.dispatch(at=at)

    results = at_once([write(1), write(2), sweep, sweep, sweep])
    assert [each for each in results if isinstance(each, Exception)] == []
    deliveries.dispatch(at=at)
    told = [key for keys in items() for key in keys]
    assert sorted(told) == sorted(f"C{number}{n}" for number in (1, 2) for n in range(20))
    sequences = list(Delivery.objects.order_by("sequence").values_list("sequence", flat=True))
    assert sequences == list(range(1, len(sequences) + 1))


def test_while_it_is_paused_or_suspended_the_place_stands(endpoint, chief, at):
    endpoints.pause(endpoint=endpoint, version=1, by=chief, at=at)
    changed("C01")
    assert deliveries.dispatch(at=at) == 0
    endpoints.resume(endpoint=endpoint, version=2, by=chief, at=at)
    clients.suspend(client=endpoint.client, reason="核查", by=chief, at=at)
    assert deliveries.dispatch(at=at) == 0
    clients.resume(client=endpoint.client, by=chief, at=at)
    deliveries.dispatch(at=at)
    assert items() == [["C01"]]


def test_a_receiver_that_lags_finds_the_rest_in_the_feed(endpoint, at, monkeypatch):
    monkeypatch.setattr(deliveries, "MOST_WAITING", 2)
    for number in range(5):
        changed(f"C{number}")
        deliveries.dispatch(at=at)
    assert items() == [["C0"], ["C1"]]
    Delivery.objects.update(status="delivered", delivered_at=at)
    deliveries.dispatch(at=at)
    assert items()[2:] == [["C2", "C3", "C4"]]


def test_after_a_restore_it_starts_where_the_new_database_is(endpoint, at):
    Endpoint.objects.update(epoch="another", position_xid=2**60)
    changed("C01")
    assert deliveries.dispatch(at=at) == 0
    changed("C02")
    deliveries.dispatch(at=at)
    assert items() == [["C02"]]


def test_after_standing_still_for_longer_than_changes_are_kept_it_says_so(
    endpoint, chief, at, settings
):
    settings.FEED_DAYS = 90
    endpoints.pause(endpoint=endpoint, version=1, by=chief, at=at)
    changed("C01")
    for days, version, told in ((90, 2, [["C01"]]), (181, 4, [["C01"]])):
        later = at + timedelta(days=days)
        endpoints.resume(endpoint=Endpoint.objects.get(), version=version, by=chief, at=later)
        deliveries.dispatch(at=later)
        assert items() == told
        endpoints.pause(endpoint=Endpoint.objects.get(), version=version + 1, by=chief, at=later)
        changed("C02")
    notice = Notice.objects.get()
    assert notice.user == chief
    assert "90" in notice.sentence
    endpoints.resume(endpoint=Endpoint.objects.get(), version=6, by=chief, at=later)
    deliveries.dispatch(at=later)
    assert items() == [["C01"], ["C02"]]


def test_an_endpoint_that_fails_keeps_no_other_from_being_told(endpoint, at, caplog):
    """Its next number is taken, which the database refuses."""
    other = EndpointFactory(client=endpoint.client, events=["center.changed"])
    DeliveryFactory(endpoint=endpoint, sequence=1)
    changed("C90")
    assert deliveries.dispatch(at=at) == 1
    assert [delivery.data["items"] for delivery in endpoint.deliveries.all()] == [[]]
    assert other.deliveries.get().data["items"][0]["key"] == "C90"
    assert f"nothing was made for endpoint {endpoint.pk}" in caplog.text


def test_two_workers_send_a_message_once(endpoint, receiver, at):
    changed("C90")
    deliveries.dispatch(at=at)

    def work():
        return deliveries.deliver_next(endpoint_id=endpoint.pk, at=at)

    results = at_once([work] * 4)
    assert [each for each in results if isinstance(each, Exception)] == []
    assert results.count(True) == 1
    assert len(receiver.got) == 1


def test_a_worker_that_waits_holds_no_row(endpoint, receiver, chief, at):
    """While the receiver thinks, the endpoint can be paused."""
    changed("C90")
    deliveries.dispatch(at=at)

    def pause():
        stored = Endpoint.objects.get()
        endpoints.pause(endpoint=stored, version=stored.version, by=chief, at=at)

    receiver.before = lambda: at_once([pause])
    assert deliveries.deliver_next(endpoint_id=endpoint.pk, at=at)
    assert Endpoint.objects.get().status == "paused"
    assert Delivery.objects.get().status == "delivered"


def test_an_endpoint_that_was_changed_meanwhile_is_switched_off_all_the_same(
    endpoint, receiver, chief, at
):
    changed("C90")
    deliveries.dispatch(at=at)

    def edit():
        endpoints.change_endpoint(
            endpoint=Endpoint.objects.get(),
            version=1,
            url=receiver.url,
            events=["center.changed"],
            by=chief,
            at=at,
        )

    receiver.status, receiver.before = 410, lambda: at_once([edit])
    assert deliveries.deliver_next(endpoint_id=endpoint.pk, at=at)
    stored = Endpoint.objects.get()
    assert (stored.events, stored.status) == (["center.changed"], "disabled")
    assert Delivery.objects.get().status == "failed"


def test_a_worker_that_dies_after_sending_leaves_a_message_that_comes_again_with_its_id(
    endpoint, receiver, at
):
    """It loses the database while the receiver answers, so nobody knows that it was sent."""
    changed("C90")
    deliveries.dispatch(at=at)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()

    def cut_off():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    receiver.before = lambda: at_once([cut_off])
    with pytest.raises((DatabaseError, InterfaceError)):
        deliveries.deliver_next(endpoint_id=endpoint.pk, at=at)
    connection.close()
    receiver.before = None
    soon, later = at + timedelta(seconds=29), at + timedelta(seconds=31)
    assert not deliveries.deliver_next(endpoint_id=endpoint.pk, at=soon)
    assert selectors.due(soon) == []
    assert selectors.due(later) == [endpoint.pk]
    assert deliveries.deliver_next(endpoint_id=endpoint.pk, at=later)
    ids = {headers["webhook-id"] for _path, headers, _body in receiver.got}
    bodies = {body for _path, _headers, body in receiver.got}
    assert (len(receiver.got), len(ids), len(bodies)) == (2, 1, 1)
    assert Delivery.objects.get().status == "delivered"


def test_a_late_worker_does_not_undo_what_the_next_one_wrote(endpoint, receiver, at):
    """Its lease runs out while the receiver thinks; another sends again and is first to tell."""
    changed("C90")
    deliveries.dispatch(at=at)
    later = at + timedelta(seconds=31)

    def overtake():
        receiver.before = None
        at_once([lambda: deliveries.deliver_next(endpoint_id=endpoint.pk, at=later)])
        receiver.status = 500

    receiver.before = overtake
    assert deliveries.deliver_next(endpoint_id=endpoint.pk, at=at)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts) == ("delivered", 1)
    assert sorted(delivery.tries.values_list("status_code", flat=True)) == [204, 500]
    assert Endpoint.objects.get().failing_since is None


def test_the_sweep_makes_and_sends(endpoint, receiver, monkeypatch):
    woken = []
    Endpoint.objects.update(read_at=datetime.now(UTC))
    monkeypatch.setattr(tasks.deliver, "delay", woken.append)
    changed("C90")
    tasks.sweep()
    assert woken == [endpoint.pk]
    tasks.deliver(endpoint.pk)
    assert len(receiver.got) == 1
    assert Delivery.objects.get().status == "delivered"
    tasks.sweep()
    assert woken == [endpoint.pk]


def test_the_sweep_wakes_nobody_for_what_is_not_due(endpoint, receiver, monkeypatch):
    woken = []
    Endpoint.objects.update(read_at=datetime.now(UTC))
    monkeypatch.setattr(tasks.deliver, "delay", woken.append)
    receiver.status = 500
    changed("C90")
    tasks.sweep()
    tasks.deliver(endpoint.pk)
    tasks.sweep()
    assert woken == [endpoint.pk]
    assert Delivery.objects.get().next_at > datetime.now(UTC) + timedelta(seconds=1)
