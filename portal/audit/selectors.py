"""Reads of the audit trail."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from portal.audit.models import AuditEvent


def last_change(target: models.Model) -> str:
    """Who changed ``target`` last, when, and what, in words; "" where the trail knows of nobody.

    For whoever changes the same object now.
    """
    of = AuditEvent.objects.filter(
        target_type=target._meta.label_lower, target_id=str(target.pk)
    ).exclude(changes={})
    event = of.order_by("-id").first()
    if event is None:
        return ""
    return _("%(name)s, %(time)s (%(what)s)") % {
        "name": event.actor_name,
        "time": f"{localtime(event.at):%Y-%m-%d %H:%M}",
        "what": _("; ").join(_said(target, event.changes)),
    }


def _said(target: models.Model, changes: dict[str, Any]) -> Iterator[str]:
    """Each field with what it was and what it became; of what is sealed only which it is."""
    for name, (before, after) in changes.items():
        label, choices = name, {}
        try:
            field: Any = target._meta.get_field(name)
            label, choices = str(field.verbose_name), dict(field.flatchoices)
        except (FieldDoesNotExist, AttributeError):
            pass
        if before is None and after is None:
            yield label
        else:
            shown = [str(choices.get(each, each)) if each else "—" for each in (before, after)]
            yield _("%(field)s: %(before)s → %(after)s") % {
                "field": label,
                "before": shown[0],
                "after": shown[1],
            }


def came_to(target: models.Model, status: str) -> datetime | None:
    """When ``target`` last came to a status, by the trail; None where it never did."""
    events = AuditEvent.objects.filter(
        target_type=target._meta.label_lower, target_id=str(target.pk), changes__status__1=status
    )
    return events.order_by("-id").values_list("at", flat=True).first()


def takers(actions: Iterable[str], target: models.Model) -> set[int]:
    """Ids of the users who ever took one of the ``actions`` on ``target``, by the trail."""
    events = AuditEvent.objects.filter(
        target_type=target._meta.label_lower, target_id=str(target.pk), action__in=list(actions)
    )
    return {pk for pk in events.values_list("actor_id", flat=True) if pk is not None}
