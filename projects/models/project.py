"""Public-welfare projects."""

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from projects.models import feeds
from projects.models.field import Field
from projects.models.need import Need
from projects.models.scopes import PlacedQuerySet

# A project whose contract was terminated is procured anew.
PROJECT_MOVES = {
    "planned": frozenset({"procuring", "running", "terminated"}),
    "procuring": frozenset({"planned", "running", "terminated"}),
    "running": frozenset({"procuring", "accepted", "terminated"}),
}


class Project(models.Model):
    """公益项目: one public-welfare project of a division. Amounts in yuan."""

    Field = Field

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        PROCURING = "procuring", _("being procured")
        RUNNING = "running", _("running")
        ACCEPTED = "accepted", _("accepted on completion")
        TERMINATED = "terminated", _("terminated")

    TRANSITIONS = PROJECT_MOVES

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
    need = models.ForeignKey(
        Need,
        verbose_name=_("need"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="projects",
    )
    beneficiaries_actual = models.PositiveIntegerField(
        _("people who were served"), null=True, blank=True
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = PlacedQuerySet.as_manager()

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
        triggers = [
            pgtrigger.FSM(
                name="project_transitions", field="status", transitions=jumps(PROJECT_MOVES)
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(to_division("projects", "'P' || {row}.id")),
            Feeds(
                feeds.moved(
                    "procurements",
                    "'G' || moving.id",
                    "projects_procurement",
                    shown=feeds.procurement_shown("moving"),
                ),
                feeds.moved(
                    "contracts",
                    "'H' || moving.id",
                    "projects_contract",
                    shown=feeds.contract_shown("moving"),
                ),
                feeds.moved(
                    "announcements",
                    "'N' || moving.id",
                    "projects_announcement",
                    joins="JOIN projects_procurement it ON it.id = moving.procurement_id",
                    project="it.project_id",
                ),
                name="feeds_of_moves",
                operation=pgtrigger.Update,
                changed="OLD.division_id IS DISTINCT FROM NEW.division_id",
            ),
        ]

    def __str__(self) -> str:
        return self.name
