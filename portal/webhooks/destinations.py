"""Where a webhook may go: judged when the address is entered, and again at every sending.

A name is looked up once; every address it has is judged, and the connection goes to an address
that was judged. So a name that answers differently a moment later leads nowhere else.
"""

import re
import socket
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from portal.errors import DomainError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[..., Any]

MAX_LENGTH = 500
LOOKUP_LIMIT_S = 3
DEFAULT_PORTS = {"https": 443, "http": 80}
PUBLIC_PORTS = frozenset({443, 8443})
LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
NAME = re.compile(rf"\A(?=.{{1,253}}\Z){LABEL}(\.{LABEL})*\Z")
# WHATWG: a host whose last part is a number is an IPv4 address in one of its many spellings.
NUMBER = re.compile(r"(\A|\.)(0x[0-9a-f]*|[0-9]+)\Z")
NAT64 = ip_network("64:ff9b::/96")
# Never, whatever WEBHOOK_NETWORKS opens: metadata services of clouds, link-local, "this host".
NEVER = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "169.254.0.0/16", "100.100.100.200/32", "168.63.129.16/32"),
            *("224.0.0.0/4", "240.0.0.0/4", "::/128", "fe80::/10", "ff00::/8"),
            *("fd00:ec2::/32", "fd20:ce::/32"),
        ),
    )
)
# Global by the registry, yet ways around: relays and tunnels that lead to an IPv4 address within.
TUNNELS = tuple(map(ip_network, ("192.88.99.0/24", "2001::/32", "2002::/16")))
GLOBAL_UNICAST = ip_network("2000::/3")


class DestinationRefused(DomainError):
    """The portal sends nothing there; ``code`` says why in one word."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Target:
    """An address taken apart; ``host`` is the name as DNS and certificates write it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


def read(url: str) -> Target:
    """The parts of ``url``. Raises ``DestinationRefused``."""
    if len(url) > MAX_LENGTH or re.search(r"[\x00-\x20\x7f\\]", url):
        raise _malformed(url)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _malformed(url) from error
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.fragment or port == 0:
        raise _malformed(url)
    if "@" in parts.netloc:
        raise DestinationRefused(
            "credentials",
            _("The address must not carry a user name or password; receivers check the signature."),
        )
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return Target(
        parts.scheme, _host(url, parts), port or DEFAULT_PORTS[parts.scheme], path + query
    )


def _host(url: str, parts: SplitResult) -> str:
    """The host in ASCII; an IP address only in its one usual spelling."""
    given = (parts.hostname or "").lower()
    if "[" in parts.netloc:
        return _literal(url, given, IPv6Address)
    try:
        host = given.encode("idna").decode()
    except UnicodeError as error:
        raise _malformed(url) from error
    if NUMBER.search(host):
        return _literal(url, given, IPv4Address)
    if not NAME.match(host):
        raise _malformed(url)
    return host


def _literal(url: str, given: str, kind: type[Address]) -> str:
    try:
        found = kind(given)
    except ValueError as error:
        raise _malformed(url) from error
    if str(found) != given or "%" in given:
        raise _malformed(url)
    return given


def _malformed(url: str) -> DestinationRefused:
    return DestinationRefused(
        "malformed",
        _(
            "“%(url)s” is not an address webhooks are sent to; type it like"
            " https://receiver.example.cn/hooks, without spaces, user name or “#”."
        )
        % {"url": url[:80]},
    )


def addresses(target: Target, *, resolve: Resolve = socket.getaddrinfo) -> list[Address]:
    """Every address of ``target``, all of them judged. Raises ``DestinationRefused``.

    One that is forbidden forbids the name: a name with a public and an inner address is a trick
    or a mistake.
    """
    found = _looked_up(target, resolve)
    own = _own_addresses(resolve)
    for address in found:
        _judge(target, address, own)
    return found


def _looked_up(target: Target, resolve: Resolve) -> list[Address]:
    try:
        answers = _in_time(resolve, target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise DestinationRefused(
            "unresolved",
            _("No server is known under the name “%(host)s”. Check the spelling.")
            % {"host": target.host},
        ) from error
    # A link-local address comes with the name of an interface, which is no part of it.
    texts = dict.fromkeys(str(answer[4][0]).partition("%")[0] for answer in answers)
    return [ip_address(text) for text in texts]


def _in_time(resolve: Resolve, host: str, port: int) -> list[Any]:
    """What the resolver answers; a name server that hangs is given up, not waited for."""
    outcome: list[Any] = []

    def look_up() -> None:
        try:
            outcome.append(resolve(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(LOOKUP_LIMIT_S)
    if not outcome:
        raise TimeoutError(host)
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    if not outcome[0]:
        raise OSError(host)
    return outcome[0]


def _judge(target: Target, address: Address, own: frozenset[Address]) -> None:
    meant = _within(address)
    if meant in own or _is_in(meant, NEVER) or _is_in(address, NEVER):
        raise _forbidden(target)
    if _is_in(meant, settings.WEBHOOK_NETWORKS):
        return
    if not _is_public(meant):
        raise _forbidden(target)
    if target.scheme != "https":
        raise DestinationRefused(
            "insecure",
            _("“%(host)s” is on the public network: webhooks go there by https only.")
            % {"host": target.host},
        )
    if target.port not in PUBLIC_PORTS:
        raise DestinationRefused(
            "port",
            _("On the public network webhooks go to ports 443 and 8443, not to %(port)s.")
            % {"port": target.port},
        )


def _within(address: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, if it stands for one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else address


def _is_public(address: Address) -> bool:
    if not address.is_global or _is_in(address, TUNNELS):
        return False
    return isinstance(address, IPv4Address) or address in GLOBAL_UNICAST


def _is_in(address: Address, networks: Iterable[Network]) -> bool:
    return any(address.version == net.version and address in net for net in networks)


def _own_addresses(resolve: Resolve) -> frozenset[Address]:
    """Addresses of the portal's own database and Redis: inner ones, and never receivers."""
    urls = (settings.CELERY_BROKER_URL, settings.CACHE_URL)
    hosts = {settings.DATABASES["default"].get("HOST") or ""}
    hosts |= {urlsplit(url).hostname or "" for url in urls if url.startswith("redis")}
    found: set[Address] = set()
    for host in sorted(host for host in hosts if host and "/" not in host):
        try:
            found |= {_within(ip_address(host))}
        except ValueError:
            found |= _named(host, resolve)
    return frozenset(found)


def _named(host: str, resolve: Resolve) -> set[Address]:
    try:
        answers = _in_time(resolve, host, 0)
    except (OSError, UnicodeError):
        return set()
    return {_within(ip_address(str(answer[4][0]).partition("%")[0])) for answer in answers}


def _forbidden(target: Target) -> DestinationRefused:
    return DestinationRefused(
        "forbidden",
        _(
            "“%(host)s” leads into a network that webhooks do not reach. A receiver on the"
            " government extranet is opened by whoever runs the portal (WEBHOOK_NETWORKS)."
        )
        % {"host": target.host},
    )
