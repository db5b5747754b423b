"""Public-welfare projects."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import DivisionScopedQuerySet, Organization
from portal.jurisdictions.models import Division


class Project(models.Model):
    """公益项目: one public-welfare project of a division. Amounts in yuan."""

    class Field(models.TextChoices):
        """Fields of need named in 二(四)-1, community governance, and others."""

        SOCIAL_ASSISTANCE = "social_assistance", _("social assistance")
        ELDERLY = "elderly", _("ageing and care of the elderly")
        DISABILITY = "disability", _("welfare of the disabled")
        CHILDREN = "children", _("care and welfare of children")
        GOVERNANCE = "governance", _("community governance")
        OTHER = "other", _("other")

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        PROCURING = "procuring", _("being procured")
        RUNNING = "running", _("running")
        ACCEPTED = "accepted", _("accepted on completion")
        TERMINATED = "terminated", _("terminated")

    TRANSITIONS = {
        Status.PLANNED: frozenset({Status.PROCURING, Status.RUNNING, Status.TERMINATED}),
        Status.PROCURING: frozenset({Status.PLANNED, Status.RUNNING, Status.TERMINATED}),
        Status.RUNNING: frozenset({Status.ACCEPTED, Status.TERMINATED}),
    }

    project_no = models.CharField(_("project no."), max_length=25, unique=True)
    name = models.CharField(_("name"), max_length=80)
    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )
    field = models.CharField(_("field"), max_length=20, choices=Field)
    purchaser = models.CharField(_("purchaser"), max_length=60)
    supplier = models.ForeignKey(
        Organization,
        verbose_name=_("supplier"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    budget_yuan = models.DecimalField(
        _("budget (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    contract_yuan = models.DecimalField(
        _("contract amount (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = DivisionScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="project_amounts_not_negative",
                condition=(Q(budget_yuan=None) | Q(budget_yuan__gte=0))
                & (Q(contract_yuan=None) | Q(contract_yuan__gte=0)),
            ),
            models.CheckConstraint(
                name="project_dates_ordered",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name
