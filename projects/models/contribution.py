"""What a center contributed to projects, and the record of work it counts as."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models import WorkRecord
from projects.models.need import Match
from projects.models.procurement import Procurement
from projects.models.project import Project


class Contribution(models.Model):
    """中心参与: a record of work that a project, a procurement or a match entered."""

    record = models.OneToOneField(
        WorkRecord,
        verbose_name=_("work record"),
        on_delete=models.PROTECT,
        related_name="contribution",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contributions",
    )
    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contributions",
    )
    match = models.ForeignKey(
        Match,
        verbose_name=_("match"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contributions",
    )

    class Meta:
        verbose_name = _("contribution of a center")
        verbose_name_plural = _("contributions of centers")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="contribution_to_one_thing",
                condition=Q(project__isnull=False, procurement=None, match=None)
                | Q(project=None, procurement__isnull=False, match=None)
                | Q(project=None, procurement=None, match__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return str(self.record)
