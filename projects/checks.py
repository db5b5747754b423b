"""What a deployment must settle before its open data are read."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as Told

UNREGISTERED = "portal"


@register(Tags.compatibility, deploy=True)
def prefix_is_registered(**_kwargs: Any) -> list[CheckMessage]:
    """``check --deploy`` tells of open data whose identifiers would have to change."""
    if settings.OCDS_PREFIX != UNREGISTERED:
        return []
    return [
        Told(
            "OCDS_PREFIX is the portal's own, which nobody registered: the identifiers of open"
            " data are not unique in the world, and change once it is set.",
            hint="Register with the Open Contracting Partnership and set it, such as abc123.",
            id="projects.W001",
        )
    ]
