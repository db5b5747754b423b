"""What a deployment must not open to webhooks."""

from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register

# Whatever runs on the server itself, what talks only to its neighbours, and everything at once.
CLOSED = tuple(map(ip_network, ("127.0.0.0/8", "::1/128", "169.254.0.0/16", "fe80::/10")))
WIDEST = {4: 8, 6: 16}


@register(Tags.security, deploy=True)
def networks_are_no_back_door(**_kwargs: Any) -> list[Error]:
    """``check --deploy`` refuses loopback, link-local, and networks of the whole world."""
    return [
        Error(
            f"WEBHOOK_NETWORKS opens {network} to webhooks.",
            hint="Name the networks of the receivers, such as 10.32.0.0/16.",
            id="webhooks.E001",
        )
        for network in settings.WEBHOOK_NETWORKS
        if network.prefixlen < WIDEST[network.version]
        or any(closed.version == network.version and closed.overlaps(network) for closed in CLOSED)
    ]
