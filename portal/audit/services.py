"""Writing the audit trail."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Generic, TypeVar

from django.db import models

from portal.audit.models import AuditEvent
from portal.middleware import current_request_id

T = TypeVar("T", bound=models.Model)
# Events that one statement writes.
TOGETHER = 1_000


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
    event = _event(action, by, at, target, division_path, changes, reason)
    event.save(force_insert=True)
    return event


def _event(
    action: str,
    by: Any,
    at: datetime,
    target: models.Model,
    division_path: str,
    changes: dict[str, Any] | None,
    reason: str,
) -> AuditEvent:
    return AuditEvent(
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


def text_of(value: Any) -> str | None:
    """A value as the trail tells it; None stays None."""
    return None if value is None else str(value)


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[str | None]]:
    """For ``changes``: what each field of ``after`` was and is."""
    return {field: [text_of(before[field]), text_of(value)] for field, value in after.items()}


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

    def of_each(
        self,
        changes: Iterable[tuple[T, dict[str, Any]]],
        verb: str,
        *,
        by: Any,
        at: datetime,
        reason: str = "",
    ) -> None:
        """Append what happened to each of several, with what changed of it, in their order: as
        many statements as there are thousands."""
        events = (
            _event(f"{self._noun}.{verb}", by, at, target, self._place(target), changed, reason)
            for target, changed in changes
        )
        while some := list(islice(events, TOGETHER)):
            AuditEvent.objects.bulk_create(some)
