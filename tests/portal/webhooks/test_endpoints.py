"""Endpoints: who may be told where, and what becomes of their secrets."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from portal.audit.models import AuditEvent
from portal.clients.services import clients
from portal.errors import Conflict
from portal.inbox.models import Notice
from portal.webhooks import selectors, signing
from portal.webhooks.destinations import DestinationRefused
from portal.webhooks.models import Endpoint
from portal.webhooks.services import endpoints
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.webhooks import EndpointFactory
from tests.portal.webhooks.receivers import answering

pytestmark = pytest.mark.django_db
PUBLIC = answering("8.8.8.8")


def opened(platform, chief, at, **values):
    values = {"url": "https://receiver.example.cn/hooks", "events": ["center.changed"]} | values
    return endpoints.open_endpoint(
        client=platform, by=chief, at=at, **{"resolve": PUBLIC} | values
    )


def test_the_secret_is_given_once_and_kept_sealed(platform, chief, at):
    endpoint, secret = opened(platform, chief, at)
    assert signing.unseal(Endpoint.objects.get().secret) == secret
    assert secret.encode() not in bytes(Endpoint.objects.get().secret)
    assert endpoint.events == ["center.changed"]


def test_it_is_told_from_now_on(platform, chief, at):
    endpoint, _secret = opened(platform, chief, at)
    assert endpoint.position_xid > 0
    assert endpoint.epoch


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://r.example.cn/", "ftp://x.cn/", "x"])
def test_a_forbidden_address_is_refused_when_it_is_entered(platform, chief, at, url):
    with pytest.raises(DestinationRefused):
        endpoints.open_endpoint(
            client=platform,
            url=url,
            events=["center.changed"],
            by=chief,
            at=at,
            resolve=answering("8.8.8.8" if "r.example" in url else "127.0.0.1"),
        )
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("events", [[], ["test"], ["center.changed", "person.changed"]])
def test_only_known_events_can_be_asked_for(platform, chief, at, events):
    with pytest.raises(endpoints.EventUnknown):
        opened(platform, chief, at, events=events)


def test_an_address_is_entered_once_per_client(platform, chief, at):
    opened(platform, chief, at)
    with pytest.raises(endpoints.EndpointKnown):
        opened(platform, chief, at)
    other, _secret = opened(platform, chief, at, url="https://receiver.example.cn/other")
    with pytest.raises(endpoints.EndpointKnown):
        endpoints.change_endpoint(
            endpoint=other,
            version=other.version,
            url="https://receiver.example.cn/hooks",
            events=["center.changed"],
            by=chief,
            at=at,
            resolve=PUBLIC,
        )
    assert Endpoint.objects.get(pk=other.pk).url == "https://receiver.example.cn/other"


def test_a_client_has_no_end_of_endpoints(platform, chief, at):
    EndpointFactory.create_batch(endpoints.MOST_PER_CLIENT, client=platform)
    with pytest.raises(endpoints.EndpointKnown):
        opened(platform, chief, at)


def test_a_suspended_client_gets_none(platform, chief, at):
    clients.suspend(client=platform, reason="合同到期", by=chief, at=at)
    with pytest.raises(endpoints.ClientSuspended):
        opened(platform, chief, at)


def test_two_who_change_it_do_not_overwrite_each_other(platform, chief, at):
    endpoint, _secret = opened(platform, chief, at)
    changed = {"url": "https://new.example.cn/", "events": ["team.changed"]}
    given = {"version": 1, "by": chief, "at": at, "resolve": PUBLIC}
    endpoints.change_endpoint(endpoint=endpoint, **changed, **given)
    with pytest.raises(Conflict):
        endpoints.change_endpoint(
            endpoint=Endpoint.objects.get(),
            url="https://third.example.cn/",
            events=["team.changed"],
            **given,
        )
    stored = Endpoint.objects.get()
    assert (stored.url, stored.events) == ("https://new.example.cn/", ["team.changed"])


def test_pausing_and_resuming_are_won_by_one(platform, chief, at):
    endpoint, _secret = opened(platform, chief, at)
    stale = Endpoint.objects.get()
    endpoints.pause(endpoint=endpoint, version=1, by=chief, at=at)
    with pytest.raises(Conflict):
        endpoints.pause(endpoint=stale, version=1, by=chief, at=at)
    endpoints.resume(endpoint=endpoint, version=2, by=chief, at=at)
    assert Endpoint.objects.get().status == "active"


def test_rotation_keeps_the_old_secret_for_as_long_as_was_said(platform, chief, at):
    endpoint, old = opened(platform, chief, at)
    new = endpoints.rotate(
        endpoint=endpoint, version=1, overlap=timedelta(days=3), by=chief, at=at
    )
    stored = Endpoint.objects.get()
    assert new != old
    assert signing.unseal(stored.secret) == new
    assert signing.unseal(stored.old_secret) == old
    assert stored.old_secret_until == at + timedelta(days=3)


def test_rotation_without_overlap_ends_the_old_secret_at_once(platform, chief, at):
    endpoint, _old = opened(platform, chief, at)
    endpoints.rotate(endpoint=endpoint, version=1, overlap=timedelta(days=3), by=chief, at=at)
    endpoints.rotate(endpoint=endpoint, version=2, overlap=timedelta(), by=chief, at=at)
    assert Endpoint.objects.get().old_secret is None


def test_the_same_form_sent_twice_makes_one_secret(platform, chief, at):
    endpoint, _old = opened(platform, chief, at)
    stale = Endpoint.objects.get()
    new = endpoints.rotate(endpoint=endpoint, version=1, overlap=timedelta(), by=chief, at=at)
    with pytest.raises(Conflict):
        endpoints.rotate(endpoint=stale, version=1, overlap=timedelta(), by=chief, at=at)
    assert signing.unseal(Endpoint.objects.get().secret) == new


def test_an_old_secret_holds_for_a_week_at_most(platform, chief, at):
    endpoint, _old = opened(platform, chief, at)
    with pytest.raises(endpoints.OverlapTooLong):
        endpoints.rotate(endpoint=endpoint, version=1, overlap=timedelta(days=8), by=chief, at=at)


def test_the_trail_tells_everything_but_secrets(platform, chief, at):
    url = "https://receiver.example.cn/hooks?key=verborgen"
    endpoint, first = opened(platform, chief, at, url=url)
    second = endpoints.rotate(
        endpoint=endpoint, version=1, overlap=timedelta(days=1), by=chief, at=at
    )
    endpoints.pause(endpoint=endpoint, version=2, by=chief, at=at)
    events = AuditEvent.objects.filter(action__startswith="webhooks.").order_by("pk")
    assert [event.action for event in events] == [
        "webhooks.endpoint.open",
        "webhooks.endpoint.rotate",
        "webhooks.endpoint.pause",
    ]
    told = "".join(f"{event.changes}{event.target_label}" for event in events)
    assert "receiver.example.cn/hooks" in told
    for hidden in (first, second, "verborgen", "whsec_"):
        assert hidden not in told
    assert {event.division_path for event in events} == {"310000/310199/"}


def test_whoever_manages_the_client_is_told_once_that_it_was_switched_off(platform, chief, at):
    endpoint, _secret = opened(platform, chief, at)
    endpoints.disable(endpoint=endpoint, cause="gone", at=at)
    with pytest.raises(Conflict):
        endpoints.disable(endpoint=Endpoint.objects.get(), cause="exhausted", at=at)
    notice = Notice.objects.get()
    assert notice.user == chief
    assert notice.url_path == f"/admin/webhooks/endpoint/{endpoint.pk}/change/"
    assert "市级平台" in notice.sentence
    assert "receiver.example.cn" in notice.sentence


def test_whoever_manages_only_one_of_its_districts_is_not_told(
    platform, chief, at, huangpu, shanghai
):
    """The page would not open to him: the client is not his alone."""
    endpoint, _secret = opened(platform, chief, at)
    RoleAssignmentFactory(user=platform.user, role="api_client", division=huangpu)
    over_both = UserFactory()
    RoleAssignmentFactory(user=over_both, role="district_admin", division=shanghai)
    endpoints.disable(endpoint=endpoint, cause="gone", at=at)
    assert Notice.objects.get().user == over_both


# --- what may be told ------------------------------------------------------------------------


def test_an_endpoint_is_told_what_the_clients_tokens_open_together(platform, at, huangpu):
    endpoint = EndpointFactory(
        client=platform, events=["center.changed", "run.changed", "standard.changed"]
    )
    assert selectors.scope_of(endpoint, at) == {
        "centers": ["310000/310199/"],
        "runs": ["310000/310199/"],
        "standards": [""],
    }
    RoleAssignmentFactory(user=platform.user, role="api_client", division=huangpu)
    del platform.user.grants
    assert selectors.scope_of(endpoint, at)["centers"] == ["310000/310101/", "310000/310199/"]


def test_no_valid_token_opens_nothing(platform, at):
    endpoint = EndpointFactory(client=platform, events=["center.changed", "standard.changed"])
    assert selectors.scope_of(endpoint, at + timedelta(days=301)) == {}


@pytest.mark.parametrize(
    ("granted", "within", "both"),
    [
        (["310000/"], [""], {"310000/"}),
        (["310000/310199/"], ["310000/310199/310199001/"], {"310000/310199/310199001/"}),
        (["310000/310199/310199001/"], ["310000/310199/"], {"310000/310199/310199001/"}),
        (["310000/310199/"], ["310000/310101/"], set()),
        ([], [""], set()),
    ],
)
def test_a_token_narrows_and_never_widens(granted, within, both):
    assert selectors._narrowed(granted, within) == both


def test_what_was_permitted_is_compared_path_by_path():
    wide = {"centers": ["310000/310199/"], "standards": [""]}
    assert selectors.covers(wide, {"centers": ["310000/310199/310199001/"]})
    assert selectors.covers(wide, {})
    assert not selectors.covers(wide, {"centers": ["310000/"]})
    assert not selectors.covers(wide, {"filings": ["310000/310199/"]})


# --- what the database refuses ---------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"url": "ftp://receiver.example.cn/"},
        {"events": []},
        {"status": "disabled"},
        {"disabled_for": "gone"},
        {"old_secret": b"x"},
    ],
)
def test_the_database_refuses_what_cannot_be(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        EndpointFactory(**values)


def test_an_endpoint_is_never_deleted_and_moves_as_its_table_says():
    endpoint = EndpointFactory(status="paused")
    for change in (
        endpoint.delete,
        lambda: Endpoint.objects.update(status="disabled", disabled_for="gone"),
        lambda: Endpoint.objects.update(created_at="2020-01-01T00:00:00Z"),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()
