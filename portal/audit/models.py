"""The audit trail."""

from typing import Any, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditEventQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Events of the divisions in which ``user`` may read the trail."""
        if user.is_superuser:
            return self
        query = models.Q(pk=None)
        for path in user.paths_with("audit.view"):
            query |= models.Q(division_path__startswith=path)
        return self.filter(query)


class AuditEvent(models.Model):
    """审计记录: who did what to which object, when, why. No foreign keys, so nothing can take
    a row along; append-only, so nothing can change one."""

    at = models.DateTimeField(_("at"), db_index=True)
    actor_id = models.BigIntegerField(_("actor id"), null=True)
    actor_name = models.CharField(_("actor"), max_length=150)
    action = models.CharField(_("action"), max_length=80, db_index=True)
    target_type = models.CharField(_("object type"), max_length=60)
    target_id = models.CharField(_("object id"), max_length=60)
    target_label = models.CharField(_("object"), max_length=200)
    division_path = models.CharField(_("division path"), max_length=60, db_index=True, blank=True)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    request_id = models.CharField(_("request id"), max_length=32, blank=True)

    objects = AuditEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ["-id"]
        indexes = [models.Index(fields=["target_type", "target_id"])]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target_label}"
