"""From a change in the feed to a message at the receiver, with workers beside each other."""

from datetime import UTC, datetime, timedelta
from threading import Event

import pytest
from django.db import DatabaseError, InterfaceError, connection, transaction

from evaluation.models import Pack
from evaluation.services import packs
from portal.clients.services import clients
from portal.feeds import cursors
from portal.feeds import selectors as feed
from portal.feeds import services as feeds
from portal.inbox.models import Notice
from portal.webhooks import selectors, tasks
from portal.webhooks.models import Delivery, Endpoint
from portal.webhooks.services import deliveries, endpoints
from tests.api import Api
from tests.factories.centers import ObligationFactory
from tests.factories.clients import issue as issue_token
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


def told(cursor, **query):
    """What the feed says to a token of the platform from a delivery's cursor on."""
    api = Api(issue_token(Endpoint.objects.get().client.user, ("centers", "filings", "compliance")))
    answer = api.json("changes/", cursor=cursor, data="false", limit=1000, **query)
    assert not answer["has_more"]
    return [(result["resource"], result["key"]) for result in answer["results"]]


def test_from_the_cursor_on_the_feed_tells_of_what_the_message_names_and_what_came_after(
    endpoint, wutong, at
):
    changed("C01")
    deliveries.dispatch(at=at)
    changed("C02")
    changed("C03")
    deliveries.dispatch(at=at)
    changed("C04")
    first, second = (each.data["cursor"] for each in Delivery.objects.order_by("sequence"))
    assert told(first) == [("centers", f"C0{number}") for number in (1, 2, 3, 4)]
    assert told(second) == [("centers", f"C0{number}") for number in (2, 3, 4)]
    assert told(second, division="310199001", resource="centers") == told(second)


def test_everything_a_message_names_comes_after_its_cursor_whoever_writes_meanwhile(endpoint, at):
    """Parts of one page, several resources, documents that change again, transactions that end
    after later ones began."""

    def write(number):
        def work():
            for turn in range(6):
                with transaction.atomic():
                    keys = [f"C{number}{turn}{n:02d}" for n in range(60)]
                    changed(*keys, f"C{number}")
                    changed(*keys[:5], resource="compliance")

        return work

    def sweep():
        for _time in range(8):
            deliveries.dispatch(at=at)

    results = at_once([write(1), write(2), write(3), sweep, sweep])
    assert [each for each in results if isinstance(each, Exception)] == []
    deliveries.dispatch(at=at)
    made = list(Delivery.objects.order_by("sequence"))
    assert len({key for keys in items() for key in keys}) == 3 * 6 * 60 + 3
    for delivery in made:
        named = {(item["resource"], item["key"]) for item in delivery.data["items"]}
        place = cursors.decode(delivery.data["cursor"]).place
        scope = {resource: [""] for resource in delivery.scope}
        later = feed.settled(wanted=scope, after=place, limit=10_000)
        assert named <= {(entry.resource, entry.key) for entry in later}
        # And no farther back than it must be.
        assert (later[0].resource, later[0].key) in named


def test_the_cursor_of_a_test_leads_to_what_changes_from_then_on(endpoint, receiver, chief):
    changed("C01")
    delivery = deliveries.send_test(endpoint=endpoint, by=chief, at=datetime.now(UTC))
    changed("C02")
    assert told(delivery.data["cursor"]) == [("centers", "C02")]
    ((_path, _headers, body),) = receiver.got
    assert body == deliveries.message(Delivery.objects.get())


def test_a_cursor_is_refused_once_what_it_leads_to_may_be_forgotten(endpoint, at, settings):
    changed("C01")
    deliveries.dispatch(at=at)
    cursor = cursors.decode(Delivery.objects.get().data["cursor"])
    days = timedelta(days=settings.FEED_DAYS).total_seconds()
    old = cursor._replace(seen=int(datetime.now(UTC).timestamp() - days) - 1)
    elsewhere = cursor._replace(epoch="another")
    api = Api(issue_token(endpoint.client.user, ("centers",)))
    for gone in (old, elsewhere):
        refusal = api.get("changes/", cursor=gone.encode())
        assert (refusal.status_code, refusal.json()["code"]) == (410, "cursor_expired")


def test_an_obligation_is_told_with_the_address_that_the_feed_gives(
    platform, receiver, center, chief, at
):
    events = ["obligation.changed"]
    endpoints.open_endpoint(client=platform, url=receiver.url, events=events, by=chief, at=at)
    owed = ObligationFactory(center=center, round__division=center.division.parent)
    deliveries.dispatch(at=at)
    delivery = Delivery.objects.get()
    key = f"R{owed.round_id}/{owed.center.code}"
    assert (delivery.event, delivery.scope) == ("obligation.changed", {"obligations": [HERE[:14]]})
    assert [item["key"] for item in delivery.data["items"]] == [key]
    api = Api(issue_token(platform.user, ("filings",)))
    answer = api.json("changes/", cursor=delivery.data["cursor"], resource="obligations")
    (result,) = answer["results"]
    told_path = delivery.data["items"][0]["url"].partition("/api/v1/")[2]
    assert told_path == result["url"].partition("/api/v1/")[2]
    assert [row["center_code"] for row in api.json(told_path)["results"]] == [owed.center.code]


def test_a_standard_is_told_with_the_address_that_the_feed_gives(
    platform, receiver, chief, at, wutong
):
    events = ["standard.changed"]
    endpoints.open_endpoint(client=platform, url=receiver.url, events=events, by=chief, at=at)
    packs.load_all(at=at)
    key = str(Pack.objects.get())
    deliveries.dispatch(at=at)
    delivery = Delivery.objects.get()
    assert [item["key"] for item in delivery.data["items"]] == [key]
    api = Api(issue_token(platform.user, ("filings",)))
    answer = api.json("changes/", cursor=delivery.data["cursor"], resource="standards")
    (result,) = answer["results"]
    told_path = delivery.data["items"][0]["url"].partition("/api/v1/")[2]
    assert told_path == result["url"].partition("/api/v1/")[2]
    assert api.json(told_path)["results"] == [result["data"]]


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
