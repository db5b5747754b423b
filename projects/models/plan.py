"""The plan of a project, its cost lines and what they rest on, and the budget basis they make."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from portal.evidence.models import HASH_PATTERN
from portal.transitions import jumps
from projects.models.document import ProjectDocument
from projects.models.project import Project

PLAN_MOVES = {
    "draft": frozenset({"submitted"}),
    "submitted": frozenset({"returned", "approved", "refused"}),
    "returned": frozenset({"submitted"}),
}
# What is read and decided on stands still, and what was approved is bought: lines and where their
# prices come from change only while the plan is written.
OF_OPEN_PLAN = """
IF EXISTS (SELECT 1 FROM projects_plan plan WHERE plan.status NOT IN ('draft', 'returned')
           AND plan.project_id = COALESCE(NEW.project_id, OLD.project_id)) THEN
    RAISE EXCEPTION 'the plan is submitted or decided on'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'costline_of_open_plan';
END IF;
RETURN COALESCE(NEW, OLD);
"""
SOURCE_OF_OPEN_PLAN = """
IF EXISTS (SELECT 1 FROM projects_plan plan
           JOIN projects_costline line ON line.project_id = plan.project_id
           WHERE plan.status NOT IN ('draft', 'returned')
           AND line.id = COALESCE(NEW.line_id, OLD.line_id)) THEN
    RAISE EXCEPTION 'the plan is submitted or decided on'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'pricesource_of_open_plan';
END IF;
RETURN COALESCE(NEW, OLD);
"""
# What a decision writes.
DECISION = "'status', 'decided_by_id', 'decided_at', 'decision_reason', 'doc_no', 'version'"


def amount() -> models.GeneratedField:
    """Quantity by unit price, to the cent."""
    return models.GeneratedField(
        verbose_name=_("amount (yuan)"),
        expression=Round(F("quantity") * F("unit_price_yuan"), 2),
        output_field=models.DecimalField(max_digits=16, decimal_places=2),
        db_persist=True,
    )


class Plan(models.Model):
    """方案: what a project is to do, for whom and how; decided by another than who wrote it."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("being drafted")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("sent back")
        APPROVED = "approved", _("approved")
        REFUSED = "refused", _("not approved")

    TRANSITIONS = PLAN_MOVES

    project = models.OneToOneField(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="plan"
    )
    # Null: the bureau or the township wrote it.
    author_center = models.ForeignKey(
        Center,
        verbose_name=_("written by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="project_plans",
    )
    target_group = models.CharField(_("target group"), max_length=120)
    beneficiaries_planned = models.PositiveIntegerField(
        _("people to be served"), null=True, blank=True
    )
    targets = models.TextField(_("targets"), max_length=2000, blank=True)
    method = models.TextField(_("method"), max_length=2000, blank=True)
    staffing = models.TextField(_("staffing"), max_length=2000, blank=True)
    schedule = models.TextField(_("schedule"), max_length=2000, blank=True)
    risks = models.TextField(_("risks"), max_length=2000, blank=True)
    public_opinion = models.TextField(
        _("what the public was asked and said"), max_length=2000, blank=True
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("submitted by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decision_reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("project plan")
        verbose_name_plural = _("project plans")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="plan_submitted_by_somebody",
                condition=Q(status="draft")
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="plan_decided_by_somebody_with_reason",
                condition=Q(status__in=["draft", "submitted"])
                | Q(decided_by__isnull=False, decided_at__isnull=False) & ~Q(decision_reason=""),
            ),
            models.CheckConstraint(
                name="plan_decided_by_another",
                condition=~Q(status__in=["approved", "refused"]) | ~Q(decided_by=F("submitted_by")),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="plan_transitions", field="status", transitions=jumps(PLAN_MOVES)),
            pgtrigger.ReadOnly(name="of_one_project", fields=["project", "author_center"]),
            pgtrigger.Protect(
                name="submitted_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    f"OLD.status = 'submitted' AND to_jsonb(OLD) - ARRAY[{DECISION}]"
                    f" IS DISTINCT FROM to_jsonb(NEW) - ARRAY[{DECISION}]"
                ),
            ),
            pgtrigger.Protect(
                name="decided_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["approved", "refused"]),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return str(self.project)


class CostLine(models.Model):
    """预算明细: one thing that a project pays for. Prices in yuan."""

    class Kind(models.TextChoices):
        STAFF = "staff", _("staff")
        ACTIVITY = "activity", _("activities")
        MATERIAL = "material", _("material")
        VENUE = "venue", _("venue")
        TRANSPORT = "transport", _("transport")
        MANAGEMENT = "management", _("management cost")
        TAX = "tax", _("taxes")
        OTHER = "other", _("other costs")

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="cost_lines"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    item = models.CharField(_("item"), max_length=60)
    unit = models.CharField(_("unit"), max_length=12)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    unit_price_yuan = models.DecimalField(_("unit price (yuan)"), max_digits=12, decimal_places=2)
    amount_yuan = amount()
    basis = models.CharField(_("how it was reckoned"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("cost line")
        verbose_name_plural = _("cost lines")
        ordering = ["project", "position"]
        constraints = [
            models.UniqueConstraint(
                name="costline_position_once",
                fields=["project", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(name="costline_named", condition=~Q(item="") & ~Q(unit="")),
            models.CheckConstraint(
                name="costline_amounts", condition=Q(quantity__gt=0, unit_price_yuan__gte=0)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_open_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=OF_OPEN_PLAN,
            ),
            pgtrigger.ReadOnly(name="of_one_project", fields=["project"]),
        ]

    def __str__(self) -> str:
        return self.item


class PriceSource(models.Model):
    """询价依据: where the price of a cost line comes from."""

    class Kind(models.TextChoices):
        QUOTE = "quote", _("price quote")
        STANDARD = "standard", _("official standard")
        COMPARABLE = "comparable", _("comparable project")
        MARKET = "market", _("market price")

    line = models.ForeignKey(
        CostLine, verbose_name=_("cost line"), on_delete=models.CASCADE, related_name="sources"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    from_whom = models.CharField(_("from whom"), max_length=80)
    price_yuan = models.DecimalField(_("price (yuan)"), max_digits=12, decimal_places=2)
    on = models.DateField(_("day"))
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    document = models.ForeignKey(
        ProjectDocument,
        verbose_name=_("file"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("source of a price")
        verbose_name_plural = _("sources of prices")
        ordering = ["line", "id"]
        constraints = [
            models.CheckConstraint(name="pricesource_named", condition=~Q(from_whom="")),
            models.CheckConstraint(name="pricesource_price", condition=Q(price_yuan__gte=0)),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="of_open_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=SOURCE_OF_OPEN_PLAN,
            )
        ]

    def __str__(self) -> str:
        return self.from_whom


class BudgetBasis(models.Model):
    """预算依据: the lines of a project with their sources and comparisons, as they were supplied.

    ``content`` is frozen: lines, sources, comparison, totals.
    """

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="budget_bases"
    )
    number = models.PositiveSmallIntegerField(_("no."))
    supplied_by_center = models.ForeignKey(
        Center,
        verbose_name=_("supplied by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="budget_bases",
    )
    supplied_on = models.DateField(_("day"))
    content = models.JSONField(_("content"))
    total_yuan = models.DecimalField(_("total (yuan)"), max_digits=16, decimal_places=2)
    management_yuan = models.DecimalField(
        _("management cost (yuan)"), max_digits=16, decimal_places=2
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    supplied_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    supplied_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("budget basis")
        verbose_name_plural = _("budget bases")
        ordering = ["project", "-number"]
        constraints = [
            models.UniqueConstraint(name="budgetbasis_number_once", fields=["project", "number"]),
            models.CheckConstraint(
                name="budgetbasis_hash", condition=Q(sha256__regex=HASH_PATTERN)
            ),
            models.CheckConstraint(
                name="budgetbasis_totals",
                condition=Q(total_yuan__gte=0, management_yuan__gte=0)
                & Q(management_yuan__lte=F("total_yuan")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.number}"
