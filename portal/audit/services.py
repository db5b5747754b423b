"""Writing the audit trail."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import models

from portal.audit.models import AuditEvent
from portal.middleware import current_request_id

T = TypeVar("T", bound=models.Model)


def record(
    *,
    action: str,
    by: Any,
    at: datetime,
    target: models.Model,
    division_path: str = "",
    changes: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append one event; call it inside the transaction of the change it tells of.

    ``action`` is ``<app>.<noun>.<verb>``; ``by`` a user or None for the portal itself;
    ``changes`` maps a field to ``[before, after]`` and never holds personal data.
    """
    return AuditEvent.objects.create(
        at=at,
        actor_id=getattr(by, "pk", None),
        actor_name=str(by) if by else "portal",
        action=action,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        target_label=str(target)[:200],
        division_path=division_path,
        changes=changes or {},
        reason=reason,
        request_id=current_request_id.get().strip("-"),
    )


class Trail(Generic[T]):
    """The trail of one noun, such as "centers.round": called with what something happened to and
    the verb. ``place`` gives the division path under which its events are found.
    """

    def __init__(self, noun: str, place: Callable[[T], str]) -> None:
        self._noun, self._place = noun, place

    def __call__(
        self,
        target: T,
        verb: str,
        *,
        by: Any,
        at: datetime,
        changes: dict[str, Any] | None = None,
        reason: str = "",
    ) -> AuditEvent:
        """Append what happened to ``target``, as ``record`` does."""
        return record(
            action=f"{self._noun}.{verb}",
            by=by,
            at=at,
            target=target,
            division_path=self._place(target),
            changes=changes,
            reason=reason,
        )
