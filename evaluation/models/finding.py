"""Results. Narrow, without checked foreign keys: a country is written in seconds, and a test
holds what the keys would."""

from datetime import date, datetime
from typing import Any, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from evaluation.models.run import Run
from evaluation.models.waiver import Waiver


class ResultQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Results of the centers whose compliance ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user, "compliance.view"))

    def standing(
        self, series_on: date | None = None, known_at: datetime | None = None
    ) -> Self:
        """What holds now, or held at a moment: in the standing series, or in that of a date."""
        if known_at is None:
            return self.filter(superseded_at=None, series_on=series_on)
        later = Q(superseded_at=None) | Q(superseded_at__gt=known_at)
        return self.filter(later, series_on=series_on, computed_at__lte=known_at)


class Result(models.Model):
    """What findings and verdicts share. A change of outcome is a new row; the old one is closed by
    ``superseded_at`` and never edited otherwise."""

    center = models.ForeignKey(
        Center,
        verbose_name=_("center"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    series_on = models.DateField(_("series"), null=True, blank=True)
    as_of = models.DateField(_("as of"))
    run = models.ForeignKey(
        Run,
        verbose_name=_("run"),
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    computed_at = models.DateTimeField(_("computed at"))
    superseded_at = models.DateTimeField(_("superseded at"), null=True, blank=True)

    objects = ResultQuerySet.as_manager()

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.ReadOnly(name="closed_only", exclude=["superseded_at"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]


class Finding(Result):
    """评估结果: the outcome of one rule for one center, with the figures it rests on."""

    class Outcome(models.TextChoices):
        MET = "met", _("met")
        NOT_MET = "not_met", _("not met")
        NOT_APPLICABLE = "not_applicable", _("not applicable")
        NO_DATA = "no_data", _("no data")
        ERROR = "error", _("not computed")

    rule = models.CharField(_("rule"), max_length=5)
    outcome = models.CharField(_("outcome"), max_length=15, choices=Outcome)
    # A template over ``figures``; ``reason_code`` fills it.
    reason = models.CharField(_("reason"), max_length=60)
    figures = models.JSONField(_("figures"), default=dict)
    in_grace = models.BooleanField(_("in grace"), default=False)
    waiver = models.ForeignKey(
        Waiver,
        verbose_name=_("waiver"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    params_version = models.PositiveIntegerField(_("parameters version"), default=0)
    data_version = models.DateTimeField(_("data version"), null=True, blank=True)

    class Meta(Result.Meta):
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(
                name="finding_one_standing",
                fields=["center", "rule", "series_on"],
                condition=models.Q(superseded_at=None),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(
                fields=["rule", "outcome", "center"],
                name="finding_by_rule",
                condition=models.Q(superseded_at=None),
            ),
            # Alarms: a handful among millions.
            models.Index(
                fields=["center"],
                name="finding_alarms",
                condition=models.Q(superseded_at=None, outcome="error"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} · {self.center_id} · {self.outcome}"

    @property
    def reason_code(self) -> str:
        """The reason with its figures, as REST clients read it."""
        return self.reason.format(**self.figures)


class Verdict(Result):
    """总体结论: the roll-up of one center and one verdict per dimension."""

    class Rollup(models.TextChoices):
        COMPLIANT = "compliant", _("compliant")
        BASICALLY_COMPLIANT = "basically_compliant", _("basically compliant")
        NOT_COMPLIANT = "not_compliant", _("not compliant")
        INCOMPLETE = "incomplete", _("data incomplete")
        NOT_INCLUDED = "not_included", _("not included")

    DIMENSIONS = ("staffing", "premises", "funding", "governance")

    rollup = models.CharField(_("roll-up"), max_length=20, choices=Rollup)
    staffing = models.CharField(_("staffing"), max_length=20, choices=Rollup)
    premises = models.CharField(_("premises"), max_length=20, choices=Rollup)
    funding = models.CharField(_("funding"), max_length=20, choices=Rollup)
    governance = models.CharField(_("governance"), max_length=20, choices=Rollup)
    # Which of the five are incomplete because a rule failed, not because data are missing.
    not_computed = ArrayField(
        models.CharField(max_length=20), verbose_name=_("not computed"), default=list
    )

    class Meta(Result.Meta):
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [
            models.UniqueConstraint(
                name="verdict_one_standing",
                fields=["center", "series_on"],
                condition=models.Q(superseded_at=None),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.center_id} · {self.rollup}"
