"""Endpoints: entered, changed, paused, resumed, given a new secret, switched off."""

import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from portal.audit import services as audit
from portal.clients.models import Client
from portal.clients.selectors import path_of
from portal.clients.services.reminders import managers
from portal.errors import DomainError
from portal.feeds import selectors as feeds
from portal.inbox import services as inbox
from portal.transitions import edit, transition
from portal.users.models import User
from portal.webhooks import destinations, signing
from portal.webhooks.models import Endpoint, event_choices

LONGEST_OVERLAP = timedelta(days=7)
MOST_PER_CLIENT = 20
SWITCHED_OFF = gettext_noop(
    "Webhooks of “%(client)s” to %(host)s were switched off: %(cause_label)s. What waits is kept."
)

LEFT_OUT = gettext_noop(
    "Webhooks of “%(client)s” to %(host)s stood still for more than %(days)s days. What changed in"
    " that time is not told any more: the receiver must load everything again."
)


class EndpointKnown(DomainError):
    """The client has this address already, or as many as it may have."""


class EventUnknown(DomainError):
    """Something is asked for of which nobody is told, or nothing at all."""


class OverlapTooLong(DomainError):
    """An old secret would hold for longer than a week."""


class ClientSuspended(DomainError):
    """Nothing is told to a client that is suspended."""


def open_endpoint(
    *,
    client: Client,
    url: str,
    events: Iterable[str],
    by: User,
    at: datetime,
    resolve: destinations.Resolve = socket.getaddrinfo,
) -> tuple[Endpoint, str]:
    """Tell ``client`` at ``url`` of what changes from now on; the endpoint and its secret, which is
    never shown again.

    Raises ``DestinationRefused``, ``EventUnknown``, ``EndpointKnown`` and ``ClientSuspended``.
    """
    # The name is looked up before the transaction: a slow name server holds no lock.
    destinations.addresses(destinations.read(url), resolve=resolve)
    return _open(client=client, url=url, events=_known(events), by=by, at=at)


@transaction.atomic
def _open(
    *, client: Client, url: str, events: list[str], by: User, at: datetime
) -> tuple[Endpoint, str]:
    if not Client.objects.filter(pk=client.pk, status=Client.Status.ACTIVE).exists():
        raise ClientSuspended(
            _("“%(client)s” is suspended: resume it first.") % {"client": client}
        )
    if client.endpoints.count() >= MOST_PER_CLIENT:
        raise EndpointKnown(
            _("“%(client)s” has %(count)s endpoints, the most it can have. Change one of them.")
            % {"client": client, "count": MOST_PER_CLIENT}
        )
    secret, place = signing.new_secret(), feeds.now()
    endpoint = Endpoint(
        client=client,
        url=url,
        events=events,
        secret=signing.seal(secret),
        epoch=feeds.epoch(),
        position_xid=place.xid,
        position_id=place.id,
        read_at=at,
        created_by=by,
        created_at=at,
    )
    _saved(endpoint)
    stated: dict[str, list[Any]] = {"address": [None, str(endpoint)], "events": [None, events]}
    _record(endpoint, "open", by=by, at=at, changes=stated)
    return endpoint, secret


def _saved(endpoint: Endpoint) -> None:
    try:
        with transaction.atomic():
            endpoint.save()
    except IntegrityError as error:
        raise _known_already(endpoint.client) from error


def _known_already(client: Client) -> EndpointKnown:
    return EndpointKnown(
        _("“%(client)s” is told at this address already. Change that endpoint instead.")
        % {"client": client}
    )


def change_endpoint(
    *,
    endpoint: Endpoint,
    version: int,
    url: str,
    events: Iterable[str],
    by: User,
    at: datetime,
    resolve: destinations.Resolve = socket.getaddrinfo,
) -> None:
    """Tell it at another address, or of other things; the secret stays.

    Raises ``Conflict``, ``DestinationRefused``, ``EventUnknown`` and ``EndpointKnown``.
    """
    destinations.addresses(destinations.read(url), resolve=resolve)
    _change(endpoint=endpoint, version=version, url=url, events=_known(events), by=by, at=at)


@transaction.atomic
def _change(
    *, endpoint: Endpoint, version: int, url: str, events: list[str], by: User, at: datetime
) -> None:
    before = Endpoint.objects.get(pk=endpoint.pk)
    try:
        with transaction.atomic():
            edit(endpoint, version=version, url=url, events=events)
    except IntegrityError as error:
        raise _known_already(endpoint.client) from error
    changes: dict[str, list[Any]] = {
        "address": [str(before), str(endpoint)],
        "events": [before.events, events],
        "is_other_address": [False, before.url != url],
    }
    _record(endpoint, "change", by=by, at=at, changes=changes)


def _known(events: Iterable[str]) -> list[str]:
    names = dict(event_choices())
    chosen = sorted(set(events))
    if not chosen or set(chosen) - set(names):
        raise EventUnknown(
            _("Choose at least one of these events: %(names)s.") % {"names": ", ".join(names)}
        )
    return chosen


@transaction.atomic
def pause(*, endpoint: Endpoint, version: int, by: User, at: datetime) -> None:
    """Tell it nothing until it is resumed; what changes meanwhile is told then."""
    transition(endpoint, Endpoint.Status.PAUSED, version=version)
    _record(endpoint, "pause", by=by, at=at)


@transaction.atomic
def resume(*, endpoint: Endpoint, version: int, by: User, at: datetime) -> None:
    """Go on where it was stopped: what waits, then what changed meanwhile."""
    transition(
        endpoint, Endpoint.Status.ACTIVE, version=version, disabled_for="", failing_since=None
    )
    # What waited for its next attempt need not wait longer.
    endpoint.deliveries.filter(status="pending", next_at__gt=at).update(next_at=at)
    _record(endpoint, "resume", by=by, at=at)


@transaction.atomic
def rotate(
    *, endpoint: Endpoint, version: int, overlap: timedelta, by: User, at: datetime
) -> str:
    """A new secret, which is never shown again; for as long as ``overlap`` messages are signed with
    the old one too, so that the receiver can be changed in between.

    Raises ``Conflict`` and ``OverlapTooLong``.
    """
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise OverlapTooLong(
            _("The old secret can hold for %(days)s days at most.") % {"days": LONGEST_OVERLAP.days}
        )
    secret = signing.new_secret()
    keeps_old = bool(overlap)
    edit(
        endpoint,
        version=version,
        secret=signing.seal(secret),
        old_secret=Endpoint.objects.get(pk=endpoint.pk).secret if keeps_old else None,
        old_secret_until=at + overlap if keeps_old else None,
    )
    until = [None, endpoint.old_secret_until and endpoint.old_secret_until.isoformat()]
    _record(endpoint, "rotate", by=by, at=at, changes={"old_secret_until": until})
    return secret


@transaction.atomic
def disable(*, endpoint: Endpoint, cause: str, at: datetime) -> None:
    """The portal gives up; whoever manages the client is told. Raises ``Conflict``."""
    transition(endpoint, Endpoint.Status.DISABLED, disabled_for=cause)
    _record(endpoint, "disable", by=None, at=at, changes={"why": [None, cause]})
    key = f"webhook-{endpoint.pk}-{endpoint.version}"
    _tell(endpoint, key, SWITCHED_OFF, {"cause_label": CAUSES[Endpoint.Cause(cause)]}, at=at)


@transaction.atomic
def leave_out(*, endpoint: Endpoint, at: datetime) -> None:
    """Go on from now: what it was not told of is forgotten. Whoever manages the client is told."""
    place = feeds.now()
    Endpoint.objects.filter(pk=endpoint.pk).update(
        position_xid=place.xid, position_id=place.id, read_at=at
    )
    since = endpoint.read_at.isoformat(timespec="seconds")
    stated: dict[str, list[Any]] = {"read_at": [since, at.isoformat(timespec="seconds")]}
    _record(endpoint, "leave_out", by=None, at=at, changes=stated)
    key = f"webhook-{endpoint.pk}-at-{place.xid}"
    _tell(endpoint, key, LEFT_OUT, {"days": settings.FEED_DAYS}, at=at)


def _tell(
    endpoint: Endpoint, key: str, text: str, params: dict[str, Any], *, at: datetime
) -> None:
    """A notice about the endpoint to whoever manages its client."""
    inbox.notify(
        users=managers(endpoint.client),
        key=key,
        text=text,
        params={
            "client": str(endpoint.client),
            "host": destinations.read(endpoint.url).host,
            **params,
        },
        url_path=reverse("admin:webhooks_endpoint_change", args=[endpoint.pk]),
        division_path=path_of(endpoint.client),
        at=at,
    )


# The notice is read in the reader's language, so it holds msgids.
CAUSES = {
    Endpoint.Cause.EXHAUSTED: "a delivery failed for a whole day",
    Endpoint.Cause.GONE: "the receiver answered 410: it wants no more",
}


def _record(
    endpoint: Endpoint,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    changes: dict[str, list[Any]] | None = None,
) -> None:
    audit.record(
        action=f"webhooks.endpoint.{verb}",
        by=by,
        at=at,
        target=endpoint,
        division_path=path_of(endpoint.client),
        changes=changes,
    )
