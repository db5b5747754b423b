"""How a contract ended: acceptance, and the evaluation of its performance."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models import Organization
from portal.feeds.triggers import Feeds
from portal.transitions import jumps
from projects.models import feeds
from projects.models.contract import Contract
from projects.models.guards import only_while

PERFORMANCE_MOVES = {"draft": frozenset({"submitted"})}
NOT_ITSELF = """
IF NEW.third_party_id = (SELECT supplier_id FROM projects_contract WHERE id = NEW.contract_id) THEN
    RAISE EXCEPTION 'a supplier does not evaluate itself'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'performance_not_by_supplier';
END IF;
RETURN NEW;
"""
WHILE_DRAFT = only_while("performance", "draft", "the evaluation is submitted")


class Acceptance(models.Model):
    """验收: what was delivered against each standard, and what the users say of it."""

    class Result(models.TextChoices):
        PASSED = "passed", _("passed")
        CONDITIONAL = "conditional", _("to be corrected first")
        FAILED = "failed", _("not passed")

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="acceptances"
    )
    number = models.PositiveSmallIntegerField(_("no."))
    accepted_on = models.DateField(_("day"))
    result = models.CharField(_("result"), max_length=15, choices=Result)
    center = models.ForeignKey(
        Center,
        verbose_name=_("center that helped"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="acceptances",
    )
    asked = models.PositiveIntegerField(_("users asked"))
    satisfied = models.PositiveIntegerField(_("users satisfied"))
    users_opinion = models.TextField(_("what the users say"), max_length=1000)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("accepted by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    accepted_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("acceptance")
        verbose_name_plural = _("acceptances")
        ordering = ["contract", "number"]
        constraints = [
            models.UniqueConstraint(name="acceptance_number_once", fields=["contract", "number"]),
            models.UniqueConstraint(
                name="acceptance_passed_once", fields=["contract"], condition=Q(result="passed")
            ),
            models.CheckConstraint(
                name="acceptance_users_heard",
                condition=Q(asked__gt=0, satisfied__lte=F("asked")) & ~Q(users_opinion=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="published_only", exclude=["published_on"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(feeds.of_contract("contracts", "'H' || contract.id")),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.number}"


class AcceptanceItem(models.Model):
    """验收标准: one standard, and whether it is met."""

    acceptance = models.ForeignKey(
        Acceptance, verbose_name=_("acceptance"), on_delete=models.PROTECT, related_name="items"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    standard = models.CharField(_("standard"), max_length=200)
    is_met = models.BooleanField(_("met"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("standard checked")
        verbose_name_plural = _("standards checked")
        ordering = ["acceptance", "position"]
        constraints = [
            models.UniqueConstraint(
                name="acceptanceitem_position_once", fields=["acceptance", "position"]
            ),
            models.CheckConstraint(name="acceptanceitem_named", condition=~Q(standard="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.standard


class Performance(models.Model):
    """绩效评价: one evaluation of a contract by a template; score and grade once submitted."""

    class Kind(models.TextChoices):
        SELF = "self", _("self-evaluation of the unit")
        DEPARTMENT = "department", _("evaluation by the department")

    class Evaluator(models.TextChoices):
        PURCHASER = "purchaser", _("purchaser")
        CENTER = "center", _("center")
        THIRD_PARTY = "third_party", _("third party")

    class Status(models.TextChoices):
        DRAFT = "draft", _("being drafted")
        SUBMITTED = "submitted", _("submitted")

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", _("excellent")
        GOOD = "good", _("good")
        FAIR = "fair", _("fair")
        POOR = "poor", _("poor")

    TRANSITIONS = PERFORMANCE_MOVES

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="performances"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    template = models.CharField(_("template"), max_length=40)
    evaluator = models.CharField(_("evaluated by"), max_length=15, choices=Evaluator)
    center = models.ForeignKey(
        Center,
        verbose_name=_("center that helped"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="performances",
    )
    third_party = models.ForeignKey(
        Organization,
        verbose_name=_("third party"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    budget_yuan = models.DecimalField(_("budget (yuan)"), max_digits=16, decimal_places=2)
    # Null: not known yet, which is no zero.
    spent_yuan = models.DecimalField(
        _("spent (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True, blank=True)
    grade = models.CharField(_("performance grade"), max_length=10, choices=Grade, blank=True)
    flags = models.JSONField(_("remarks"), default=list, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    evaluated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("performance evaluation")
        verbose_name_plural = _("performance evaluations")
        ordering = ["contract", "kind"]
        constraints = [
            models.UniqueConstraint(name="performance_once", fields=["contract", "kind"]),
            models.CheckConstraint(
                name="performance_amounts",
                condition=Q(budget_yuan__gt=0) & (Q(spent_yuan=None) | Q(spent_yuan__gte=0)),
            ),
            models.CheckConstraint(
                name="performance_scored_with_spending",
                condition=Q(score=None, grade="")
                | Q(score__range=(0, 100), spent_yuan__isnull=False) & ~Q(grade=""),
            ),
            models.CheckConstraint(
                name="performance_submitted_when",
                condition=Q(status="draft", submitted_at=None)
                | Q(status="submitted", submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="performance_third_party_named",
                condition=Q(evaluator="third_party", third_party__isnull=False)
                | ~Q(evaluator="third_party") & Q(third_party=None),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="performance_transitions",
                field="status",
                transitions=jumps(PERFORMANCE_MOVES),
            ),
            pgtrigger.Trigger(
                name="not_by_supplier",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=NOT_ITSELF,
            ),
            pgtrigger.Protect(
                name="submitted_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="submitted"),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(feeds.of_contract("contracts", "'H' || contract.id")),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.get_kind_display()}"


class PerformanceItem(models.Model):
    """绩效指标: an indicator of a part of the template, what was aimed at and what came of it."""

    performance = models.ForeignKey(
        Performance, verbose_name=_("evaluation"), on_delete=models.PROTECT, related_name="items"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    part = models.CharField(_("part of the template"), max_length=20)
    name = models.CharField(_("indicator"), max_length=80)
    weight = models.DecimalField(_("points at most"), max_digits=5, decimal_places=2)
    target = models.CharField(_("target"), max_length=100, blank=True)
    actual = models.CharField(_("reached"), max_length=100, blank=True)
    is_quantitative = models.BooleanField(_("measured in figures"), default=True)
    completion = models.DecimalField(
        _("completion (%)"), max_digits=6, decimal_places=2, null=True, blank=True
    )
    points = models.DecimalField(_("points"), max_digits=5, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["performance", "position"]
        constraints = [
            models.UniqueConstraint(
                name="performanceitem_position_once",
                fields=["performance", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="performanceitem_figures",
                condition=Q(weight__gt=0, weight__lte=100)
                & (Q(completion=None) | Q(completion__gte=0))
                & (Q(points=None) | Q(points__gte=0, points__lte=F("weight"))),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="while_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func=WHILE_DRAFT,
            )
        ]

    def __str__(self) -> str:
        return self.name
