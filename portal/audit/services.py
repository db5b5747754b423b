"""Writing the audit trail."""

from datetime import datetime
from typing import Any

from django.db import models

from portal.audit.models import AuditEvent
from portal.middleware import current_request_id


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
