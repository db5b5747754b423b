"""Deliveries: made from the feed, sent in order, tried again, replayed, forgotten.

The row is the queue: a worker that dies between sending and noting leaves a lease that runs out,
and the same message goes out again under the same id.
"""

import hashlib
import json
import logging
import socket
import ssl
import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from portal.audit import services as audit
from portal.clients.models import Client
from portal.clients.selectors import path_of
from portal.errors import Conflict, DomainError
from portal.feeds import cursors
from portal.feeds import selectors as feeds
from portal.transitions import edit, transition
from portal.users.models import User
from portal.webhooks import selectors, sending, signing
from portal.webhooks.models import Attempt, Delivery, Endpoint, Event
from portal.webhooks.selectors import Scope
from portal.webhooks.services import endpoints

logger = logging.getLogger(__name__)

# Longer than the longest sending.
LEASE = timedelta(seconds=30)
# After the first attempt, the second, …: 24 hours in all.
DELAYS_S = (10, 60, 300, 1800, 7200, 21_600, 54_000)
LONGEST_WISH_S = 3600
BUSY = frozenset({429, 503})
GONE = 410
ITEMS_PER_DELIVERY = 200
ENTRIES_READ = 2000
# A receiver that lags finds the rest in the feed, where it waits without a row of its own.
MOST_WAITING = 100
KEPT = timedelta(days=90)
PURGED_AT_ONCE = 10_000
API = "/api/v1/"


class EndpointStopped(DomainError):
    """Nothing is replayed to an endpoint that somebody paused, or whose client is suspended."""


class NothingToReplay(DomainError):
    """No delivery of the endpoint failed."""


# --- making them -----------------------------------------------------------------------------


def dispatch(*, at: datetime) -> int:
    """Make deliveries of what changed since; how many. Several workers share the endpoints, and
    one that fails keeps no other from being told."""
    made = 0
    for pk in selectors.speaking().order_by("pk").values_list("pk", flat=True):
        try:
            made += _dispatch(pk, at)
        except Exception:
            logger.exception("nothing was made for endpoint %s", pk)
    return made


@transaction.atomic
def _dispatch(endpoint_id: int, at: datetime) -> int:
    """One change becomes one item: the items and the place up to which they reach are written
    together, or not at all."""
    locked = selectors.speaking().select_for_update(skip_locked=True, of=("self",))
    endpoint = locked.select_related("client__user").filter(pk=endpoint_id).first()
    if endpoint is None or _is_full(endpoint):
        return 0
    scope = selectors.scope_of(endpoint, at)
    if not scope:
        return 0
    if endpoint.epoch != feeds.epoch():
        _start_anew(endpoint, at)
        return 0
    if at - endpoint.read_at > timedelta(days=settings.FEED_DAYS):
        logger.warning("endpoint %s starts anew: what it was not told is forgotten", endpoint.pk)
        endpoints.leave_out(endpoint=endpoint, at=at)
        return 0
    # What is settled by then has been read whenever the page is not full.
    until = feeds.now()
    after = feeds.Place(endpoint.position_xid, endpoint.position_id)
    entries = feeds.settled(wanted=scope, after=after, limit=ENTRIES_READ)
    made = _made(endpoint, entries, scope, at)
    if len(entries) < ENTRIES_READ:
        place, read_at = max(until, after, *(entry.place for entry in entries[-1:])), at
    else:
        place, read_at = entries[-1].place, max(endpoint.read_at, entries[-1].at)
    Endpoint.objects.filter(pk=endpoint.pk).update(
        position_xid=place.xid,
        position_id=place.id,
        read_at=read_at,
        last_sequence=endpoint.last_sequence + len(made),
    )
    Delivery.objects.bulk_create(made)
    return len(made)


def _is_full(endpoint: Endpoint) -> bool:
    return selectors.oldest_waiting(endpoint.pk)[:MOST_WAITING].count() >= MOST_WAITING


def _start_anew(endpoint: Endpoint, at: datetime) -> None:
    """The database was restored or replaced: old places mean nothing in it. The receiver's own
    cursor is refused too, so it loads everything again."""
    place = feeds.now()
    logger.warning("endpoint %s starts anew: the database is another one", endpoint.pk)
    Endpoint.objects.filter(pk=endpoint.pk).update(
        epoch=feeds.epoch(), position_xid=place.xid, position_id=place.id, read_at=at
    )


def _made(
    endpoint: Endpoint, entries: list[feeds.Entry], scope: Scope, at: datetime
) -> list[Delivery]:
    """A document that changed several times is one item, and a delivery tells of one event."""
    first: dict[str, dict[str, feeds.Entry]] = {}
    for entry in entries:
        first.setdefault(entry.resource, {}).setdefault(entry.key, entry)
    contents = [
        (resource, _content(part, endpoint.epoch))
        for resource, found in first.items()
        for part in _parts(list(found.values()))
    ]
    return [
        _delivery(
            endpoint,
            sequence=endpoint.last_sequence + number,
            event=selectors.EVENTS[resource],
            data=data,
            scope={resource: scope[resource]},
            at=at,
        )
        for number, (resource, data) in enumerate(contents, start=1)
    ]


def _parts(entries: list[feeds.Entry]) -> list[list[feeds.Entry]]:
    starts = range(0, len(entries), ITEMS_PER_DELIVERY)
    return [entries[start : start + ITEMS_PER_DELIVERY] for start in starts]


def _content(part: list[feeds.Entry], epoch: str) -> dict[str, Any]:
    """What changed, and from where on the feed tells of it: each entry is the first of its document
    among those read, and they are in the order of the feed."""
    items = [_item(entry.resource, entry.key) for entry in part]
    return {"items": items, "cursor": cursors.just_before(part[0], epoch=epoch).encode()}


def _item(resource: str, key: str) -> dict[str, str]:
    address = selectors.FEEDS[selectors.EVENTS[resource]].address_of(key)
    return {"resource": resource, "key": key, "url": f"{settings.PORTAL_URL}{API}{address}"}


def _delivery(
    endpoint: Endpoint, *, sequence: int, event: str, data: Any, scope: Scope, at: datetime
) -> Delivery:
    return Delivery(
        endpoint=endpoint,
        sequence=sequence,
        event_id=f"msg_{uuid.uuid4().hex}",
        event=event,
        data=data,
        scope=scope,
        next_at=at,
        created_at=at,
    )


def message(delivery: Delivery) -> bytes:
    """What is signed and sent, the same bytes at every attempt."""
    content = {
        "id": delivery.event_id,
        "type": delivery.event,
        "timestamp": localtime(delivery.created_at).isoformat(timespec="seconds"),
        "data": delivery.data,
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


# --- sending them ----------------------------------------------------------------------------


def deliver_next(
    *,
    endpoint_id: int,
    at: datetime,
    resolve: sending.Resolve = socket.getaddrinfo,
    tls: ssl.SSLContext | None = None,
) -> bool:
    """Send the oldest waiting delivery of an endpoint, if it is due and nobody else is at it.

    True when something was done, so that the next one may follow: an endpoint is told in order.
    """
    waiting = selectors.oldest_waiting(endpoint_id)
    delivery = waiting.select_related("endpoint__client__user").first()
    if delivery is None or not _may_go(delivery, at):
        return False
    scope = selectors.scope_of(delivery.endpoint, at)
    if delivery.scope and not scope:
        # The client's last token ran out: its successor decides.
        return False
    with suppress(Conflict):
        if not selectors.covers(scope, delivery.scope):
            transition(delivery, Delivery.Status.DROPPED)
            return True
        edit(delivery, version=delivery.version, lease_until=at + LEASE)
        _send(delivery, at=at, resolve=resolve, tls=tls)
        return True
    return False


def _may_go(delivery: Delivery, at: datetime) -> bool:
    endpoint = delivery.endpoint
    is_open = (
        endpoint.status == Endpoint.Status.ACTIVE and endpoint.client.status == Client.Status.ACTIVE
    )
    return is_open and delivery.next_at <= at and not delivery.is_leased(at)


def _send(
    delivery: Delivery, *, at: datetime, resolve: sending.Resolve, tls: ssl.SSLContext | None
) -> None:
    """Outside any transaction: a slow receiver holds nothing but its own lease."""
    body, endpoint = message(delivery), delivery.endpoint
    try:
        secrets = _secrets(endpoint, at)
    except InvalidToken:
        logger.error("the secret of endpoint %s cannot be opened", endpoint.pk)
        _note(delivery, sending.Answer(error=Attempt.Error.SEALED), at=at)
        return
    answer = sending.send(
        url=endpoint.url,
        headers=signing.headers(
            event_id=delivery.event_id, body=body, sent_at=at, secrets_in_force=secrets
        ),
        body=body,
        resolve=resolve,
        tls=tls,
    )
    _note(delivery, answer, at=at)


def _secrets(endpoint: Endpoint, at: datetime) -> list[str]:
    """Those in force. An old one that no key of the portal opens is replaced already."""
    found = [signing.unseal(endpoint.secret)]
    if endpoint.old_secret and endpoint.old_secret_until and endpoint.old_secret_until > at:
        with suppress(InvalidToken):
            found.append(signing.unseal(endpoint.old_secret))
    return found


@transaction.atomic
def _note(delivery: Delivery, answer: sending.Answer, *, at: datetime) -> None:
    Attempt.objects.create(
        delivery=delivery,
        at=at,
        status_code=answer.status,
        error=answer.error,
        ms=answer.ms,
        address=answer.address or None,
        excerpt=answer.excerpt,
    )
    # Whoever took it over when the lease ran out decides what becomes of it.
    with suppress(Conflict):
        ended_at = at + timedelta(milliseconds=answer.ms)
        if answer.is_taken:
            _succeed(delivery, at=ended_at)
        else:
            _fail(delivery, answer, at=ended_at)


def _succeed(delivery: Delivery, *, at: datetime) -> None:
    transition(
        delivery,
        Delivery.Status.DELIVERED,
        attempts=delivery.attempts + 1,
        lease_until=None,
        delivered_at=at,
    )
    if delivery.event != Event.TEST:
        Endpoint.objects.filter(pk=delivery.endpoint_id).update(failing_since=None, told_at=at)


def _fail(delivery: Delivery, answer: sending.Answer, *, at: datetime) -> None:
    """Once more later; a test, a receiver that wants no more and the last attempt end it."""
    tried = delivery.attempts + 1
    is_over = delivery.event == Event.TEST or answer.status == GONE or tried > len(DELAYS_S)
    if not is_over:
        wait = timedelta(seconds=_wait_s(delivery, tried, answer, at))
        edit(
            delivery,
            version=delivery.version,
            attempts=tried,
            lease_until=None,
            next_at=at + wait,
        )
    else:
        transition(delivery, Delivery.Status.FAILED, attempts=tried, lease_until=None)
    if delivery.event == Event.TEST:
        return
    Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since=None).update(failing_since=at)
    if is_over:
        is_gone = answer.status == GONE
        cause = Endpoint.Cause.GONE if is_gone else Endpoint.Cause.EXHAUSTED
        # Somebody may have changed it while the receiver thought.
        standing = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
        endpoints.disable(endpoint=standing, cause=cause, at=at)


def _wait_s(delivery: Delivery, tried: int, answer: sending.Answer, at: datetime) -> float:
    """A tenth more or less, so that many do not come back together; never before the receiver
    wants it, up to an hour."""
    digest = hashlib.sha256(f"{delivery.event_id}.{tried}".encode()).digest()
    wait = DELAYS_S[tried - 1] * (0.9 + 0.2 * digest[0] / 255)
    wish = answer.wait_s(at) if answer.status in BUSY else None
    return max(wait, min(wish or 0, LONGEST_WISH_S))


# --- by hand ---------------------------------------------------------------------------------


def send_test(
    *,
    endpoint: Endpoint,
    by: User,
    at: datetime,
    resolve: sending.Resolve = socket.getaddrinfo,
    tls: ssl.SSLContext | None = None,
) -> Delivery:
    """Send a message without content at once, and only once; the delivery tells what came of it.

    Also to an endpoint that is paused or switched off: that is when one wants to know.
    """
    delivery = _test(endpoint, by=by, at=at)
    _send(delivery, at=at, resolve=resolve, tls=tls)
    return delivery


@transaction.atomic
def _test(endpoint: Endpoint, *, by: User, at: datetime) -> Delivery:
    standing = Endpoint.objects.select_for_update().get(pk=endpoint.pk)
    delivery = _delivery(
        endpoint,
        sequence=standing.last_sequence + 1,
        event=Event.TEST,
        data={"items": [], "cursor": cursors.at_end(at).encode()},
        scope={},
        at=at,
    )
    delivery.lease_until = at + LEASE
    delivery.save()
    Endpoint.objects.filter(pk=endpoint.pk).update(last_sequence=delivery.sequence)
    _record(delivery, "test", by=by, at=at)
    return delivery


@transaction.atomic
def replay(*, delivery: Delivery, by: User, at: datetime) -> None:
    """Send a failed delivery again, under the same id; an endpoint that was switched off is used
    again. Raises ``Conflict`` and ``EndpointStopped``."""
    _reopen(delivery.endpoint, by=by, at=at)
    transition(delivery, Delivery.Status.PENDING, attempts=0, next_at=at)
    _record(delivery, "replay", by=by, at=at)


@transaction.atomic
def replay_failed(*, endpoint: Endpoint, by: User, at: datetime) -> int:
    """Send everything again that failed, oldest first; how many. Tests are not repeated.

    Raises ``NothingToReplay``, ``EndpointStopped`` and ``Conflict``.
    """
    failed = endpoint.deliveries.filter(status=Delivery.Status.FAILED).exclude(event=Event.TEST)
    found = list(failed.select_for_update().order_by("sequence"))
    if not found:
        raise NothingToReplay(_("No delivery of this endpoint failed."))
    _reopen(endpoint, by=by, at=at)
    for delivery in found:
        transition(delivery, Delivery.Status.PENDING, attempts=0, next_at=at)
        _record(delivery, "replay", by=by, at=at)
    return len(found)


def may_replay(endpoint: Endpoint) -> bool:
    """Not while somebody paused it, or its client is suspended."""
    is_suspended = endpoint.client.status == Client.Status.SUSPENDED
    return not is_suspended and endpoint.status != Endpoint.Status.PAUSED


def _reopen(endpoint: Endpoint, *, by: User, at: datetime) -> None:
    if not may_replay(endpoint):
        raise EndpointStopped(
            _("Nothing is sent to %(endpoint)s now. Resume the client or the endpoint first.")
            % {"endpoint": endpoint}
        )
    if endpoint.status == Endpoint.Status.DISABLED:
        endpoints.resume(endpoint=endpoint, version=endpoint.version, by=by, at=at)


def _record(delivery: Delivery, verb: str, *, by: User, at: datetime) -> None:
    audit.record(
        action=f"webhooks.delivery.{verb}",
        by=by,
        at=at,
        target=delivery,
        division_path=path_of(delivery.endpoint.client),
        changes={"endpoint": [None, str(delivery.endpoint)]},
    )


# --- forgetting them -------------------------------------------------------------------------


def purge(*, at: datetime) -> int:
    """Forget deliveries that ended and are older than 90 days; how many."""
    old = Delivery.objects.filter(created_at__lt=at - KEPT).exclude(status=Delivery.Status.PENDING)
    count = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:PURGED_AT_ONCE]):
        with transaction.atomic():
            Attempt.objects.filter(delivery__in=ids).delete()
            Delivery.objects.filter(pk__in=ids).delete()
        count += len(ids)
    return count
