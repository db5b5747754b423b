"""The bureau's desk: projects, from the need to the last payment."""

from projects.admin import (
    bidder,
    contract,
    funding,
    need,
    opening,
    panel,
    performance,
    procurement,
    project,
)

__all__ = [
    "bidder",
    "contract",
    "funding",
    "need",
    "opening",
    "panel",
    "performance",
    "procurement",
    "project",
]
