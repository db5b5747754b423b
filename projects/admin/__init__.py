"""The bureau's desk: projects, from the need to the last payment."""

from projects.admin import (
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
    "contract",
    "funding",
    "need",
    "opening",
    "panel",
    "performance",
    "procurement",
    "project",
]
