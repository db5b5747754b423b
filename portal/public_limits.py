"""How often one address may open a page, or send a form, that needs no account.

Counted like the requests of a client: by Redis for all processes together, by every process for
itself while Redis is silent. Of the address only a keyed digest is kept, for two minutes. Addresses
of IPv6 are counted by the network of a line, its first 64 bits: a line has no end of them.
"""

import functools
import time
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

from django.template.response import TemplateResponse
from django.utils.crypto import salted_hmac

from portal.api.limits import WINDOW, count
from portal.users.adapters import client_ip

SALT = "portal.public_limits"
# Bits of an IPv6 address that all devices behind one line share.
LINE_BITS = 64


def limited(
    name: str, per_minute: int, *, methods: tuple[str, ...] = ()
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Let a view answer ``per_minute`` requests of an address in a minute, all views of the same
    ``name`` together; beyond it a page with status 429 says when to come back.

    With ``methods``, such as ``("POST",)``, only requests of these are counted.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(view)
        def answer(request: Any, *args: Any, **kwargs: Any) -> Any:
            if methods and request.method not in methods:
                return view(request, *args, **kwargs)
            now = int(time.time())
            if count(f"open:{name}:{_who(request)}", now // WINDOW) <= per_minute:
                return view(request, *args, **kwargs)
            return _refused(request, WINDOW - now % WINDOW)

        return answer

    return decorate


def _who(request: Any) -> str:
    return salted_hmac(SALT, line_of(client_ip(request) or "")).hexdigest()[:32]


def line_of(address: str) -> str:
    """Whom an address stands for: itself, or of IPv6 the network of its line; an IPv4 address
    written as IPv6 is an IPv4 one. What is no address stands for itself."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(known, IPv6Address):
        return str(known)
    if known.ipv4_mapped:
        return str(known.ipv4_mapped)
    return str(ip_network((known.packed, LINE_BITS), strict=False))


def _refused(request: Any, seconds: int) -> TemplateResponse:
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    return TemplateResponse(
        request, "429.html", {"seconds": seconds}, status=429, headers=headers
    )
