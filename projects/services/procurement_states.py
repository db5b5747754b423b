"""The one way in which a procurement goes from state to state."""

from datetime import datetime
from typing import Any

from django.db import transaction

from portal.audit import services as audit
from portal.transitions import transition
from portal.users.models import User
from projects.models import Procurement

trail = audit.Trail[Procurement](
    "projects.procurement", lambda procurement: procurement.project.division.path
)


@transaction.atomic
def move(
    *,
    procurement: Procurement,
    to: str,
    version: int,
    by: User | None,
    at: datetime,
    reason: str = "",
    **changes: Any,
) -> None:
    """Move the procurement to the status ``to`` and write ``changes`` with it.

    ``reason`` goes to the trail; give ``failure_reason`` for what ends without a supplier. Raises
    ``Conflict`` when somebody else moved or changed it first.
    """
    before = procurement.status
    transition(procurement, to, version=version, **changes)
    told = {"status": [before, to]}
    trail(procurement, "move", by=by, at=at, changes=told, reason=reason)
