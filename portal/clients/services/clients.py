"""Clients of the REST interface: opened, changed, suspended and resumed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_network
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit import services as audit
from portal.clients import selectors
from portal.clients.models import Client
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit, lock, transition
from portal.users import services as accounts
from portal.users.models import User

# An address or a network, and how many of them a client may name.
MOST_NETWORKS = 50
CHANGEABLE = (
    *("title", "contact", "contact_phone"),
    *("requests_per_minute", "stream_limit", "networks"),
)


class AccountTaken(DomainError):
    """The name is that of a person, or of another client."""


class NoDivision(DomainError):
    """A client is opened, or left, without a division to read."""


class DivisionOutOfReach(DomainError):
    """A division is not among those whose tokens the user manages."""


class NetworkMalformed(DomainError):
    """What should be a network is none."""


class LimitOutOfRange(DomainError):
    """A limit is too small or too large."""


@transaction.atomic
def open_client(
    *,
    username: str,
    title: str,
    divisions: Iterable[Division],
    by: User | None,
    at: datetime,
    contact: str = "",
    contact_phone: str = "",
    requests_per_minute: int = 120,
    stream_limit: int = 2,
    networks: Sequence[str] = (),
) -> Client:
    """Open a client with a service account of its own that reads ``divisions``; no token yet.

    A service account that is no client's yet becomes this one's. Raises ``AccountTaken``,
    ``NoDivision``, ``DivisionOutOfReach``, ``NetworkMalformed`` and ``LimitOutOfRange``.
    """
    places = _within_reach(divisions, by)
    client = Client(
        user=_account(username, title, at=at),
        title=title.strip(),
        contact=contact,
        contact_phone=contact_phone,
        requests_per_minute=requests_per_minute,
        stream_limit=stream_limit,
        networks=read_networks(networks),
        opened_by=by,
        opened_at=at,
    )
    _check(client)
    client.save()
    for place in places:
        accounts.assign(
            user=client.user, role=selectors.CLIENT_ROLE, division=place, by=by, at=at
        )
    _record(client, "open", _stated(client), by=by, at=at)
    return client


@transaction.atomic
def change_client(
    *,
    client: Client,
    version: int,
    divisions: Iterable[Division],
    by: User,
    at: datetime,
    **changes: Any,
) -> Client:
    """Change what a client is called, whom to call, what it may ask and where it reads; its tokens
    follow at their next call. ``changes`` are ``CHANGEABLE``.

    Raises ``Conflict`` and what ``open_client`` raises.
    """
    places = _within_reach(divisions, by)
    if "networks" in changes:
        changes["networks"] = read_networks(changes["networks"])
    before = _stated(client)
    for name, value in changes.items():
        setattr(client, name, value)
    _check(client)
    edit(client, version=version, **changes)
    _settle_divisions(client, places, by=by, at=at)
    after = _stated(client)
    moved = {name: [before[name][1], after[name][1]] for name in after}
    _record(client, "change", {n: v for n, v in moved.items() if v[0] != v[1]}, by=by, at=at)
    return client


@transaction.atomic
def suspend(*, client: Client, reason: str, by: User, at: datetime) -> None:
    """Refuse every call of the client from now on; its tokens stay. Raises ``Conflict``."""
    reason = given(reason, _("Say why the client is suspended; the audit trail keeps it."))
    transition(client, Client.Status.SUSPENDED, suspend_reason=reason)
    _record(client, "suspend", by=by, at=at, reason=reason)


@transaction.atomic
def resume(*, client: Client, by: User, at: datetime) -> None:
    """Answer the client again. Raises ``Conflict``."""
    lock(client, Client.Status.ACTIVE)
    reason = client.suspend_reason
    transition(client, Client.Status.ACTIVE, suspend_reason="")
    _record(client, "resume", {"suspend_reason": [reason, ""]}, by=by, at=at)


def read_networks(texts: Iterable[str]) -> list[str]:
    """Addresses and networks as CIDR, each once. Raises ``NetworkMalformed``."""
    found = dict.fromkeys(_network(text.strip()) for text in texts if text.strip())
    if len(found) > MOST_NETWORKS:
        raise NetworkMalformed(
            _("A client may name at most %(most)s networks; combine some into larger ones.")
            % {"most": MOST_NETWORKS}
        )
    return list(found)


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise NetworkMalformed(
            _(
                "“%(text)s” is not a network. Write an address like 10.20.30.40 or a network like"
                " 10.20.30.0/24, whose address ends in zeros."
            )
            % {"text": text[:60]}
        ) from error


def _within_reach(divisions: Iterable[Division], by: User | None) -> list[Division]:
    places = sorted(divisions, key=lambda division: division.path)
    if not places:
        raise NoDivision(_("Choose at least one division that the client may read."))
    if by is not None:
        reach = set(selectors.reach(by).values_list("pk", flat=True))
        if beyond := [str(place) for place in places if place.pk not in reach]:
            raise DivisionOutOfReach(
                _("You manage no tokens in: %(divisions)s. Ask whoever does to open the client.")
                % {"divisions": ", ".join(beyond)}
            )
    return places


def _account(username: str, title: str, *, at: datetime) -> User:
    user = User.objects.filter(username=username).first()
    if user is None:
        return accounts.register(
            username=username, full_name=title, password=None, at=at, is_service=True
        )
    if not user.is_service or Client.objects.filter(user=user).exists():
        raise AccountTaken(
            _("There is an account “%(name)s” already. Choose another name.") % {"name": username}
        )
    return user


def _check(client: Client) -> None:
    """The limits, as the database has them too."""
    try:
        client.clean_fields(exclude=["user", "opened_by", "contact", "contact_phone", "networks"])
    except ValidationError as error:
        raise LimitOutOfRange("\n".join(error.messages)) from error


def _settle_divisions(client: Client, places: list[Division], *, by: User, at: datetime) -> None:
    had = {division.pk: division for division in selectors.divisions_of(client)}
    wanted = {division.pk: division for division in places}
    for pk in wanted.keys() - had.keys():
        accounts.assign(
            user=client.user, role=selectors.CLIENT_ROLE, division=wanted[pk], by=by, at=at
        )
    for pk in had.keys() - wanted.keys():
        accounts.withdraw(
            user=client.user, role=selectors.CLIENT_ROLE, division=had[pk], by=by, at=at
        )


def _stated(client: Client) -> dict[str, Any]:
    """What the trail tells; who answers for the client is personal and stays out."""
    told = ("title", "requests_per_minute", "stream_limit", "networks")
    places = list(selectors.divisions_of(client).values_list("code", flat=True))
    return {name: [None, getattr(client, name)] for name in told} | {"divisions": [None, places]}


def _record(
    client: Client,
    verb: str,
    changes: Mapping[str, Any] | None = None,
    *,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> None:
    audit.record(
        action=f"clients.client.{verb}",
        by=by,
        at=at,
        target=client,
        division_path=selectors.path_of(client),
        changes=dict(changes or {}),
        reason=reason,
    )
