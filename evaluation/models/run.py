"""Runs and their shards: the ledger from which workers take their work."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.models.pack import Pack
from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division
from portal.leases import LeasedQuerySet, LeasedWork


class RunQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Runs over the divisions whose compliance ``user`` sees."""
        if user.is_superuser:
            return self
        query = Q(pk=None)
        for path in user.paths_with("compliance.view"):
            query |= Q(division__path__startswith=path)
        return self.filter(query)


class Run(models.Model):
    """评估任务: one evaluation of the centers of a division as of a date."""

    class Status(models.TextChoices):
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    class Trigger(models.TextChoices):
        REQUEST = "request", _("on request")
        NIGHT = "night", _("every night")
        ACCEPTANCE = "acceptance", _("acceptance of a filing")
        PARAMETERS = "parameters", _("change of parameters")
        PACK = "pack", _("change of the rule pack")
        WAIVER = "waiver", _("change of a waiver")
        DUTY = "duty", _("a duty of the district")

    # Over the few centers, or the one duty, that changed; any other covers its whole division.
    PARTIAL = (Trigger.ACCEPTANCE, Trigger.WAIVER, Trigger.DUTY)

    TRANSITIONS = {
        Status.RUNNING: frozenset({Status.DONE, Status.CANCELLED}),
        Status.CANCELLED: frozenset({Status.RUNNING}),
        # Its failed parts are tried again.
        Status.DONE: frozenset({Status.RUNNING}),
    }

    division = models.ForeignKey(
        Division, verbose_name=_("division"), on_delete=models.PROTECT, related_name="+"
    )
    as_of = models.DateField(_("as of"))
    # Null: the standing series, which follows the calendar. A date: the series of that date.
    series_on = models.DateField(_("series"), null=True, blank=True)
    trigger = models.CharField(_("trigger"), max_length=12, choices=Trigger)
    pack = models.ForeignKey(
        Pack, verbose_name=_("rule pack"), on_delete=models.PROTECT, related_name="+"
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.RUNNING
    )
    version = models.PositiveIntegerField(_("version"), default=1)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("requested by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    requested_at = models.DateTimeField(_("requested at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # Who stopped it, when and why; empty again when it goes on, and the audit trail keeps both.
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancelled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.TextField(_("reason"), blank=True)
    resumed_at = models.DateTimeField(_("resumed at"), null=True, blank=True)
    center_count = models.PositiveIntegerField(_("centers"), default=0)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation run")
        verbose_name_plural = _("evaluation runs")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="run_done_has_time",
                condition=Q(status__in=("running", "cancelled"), finished_at=None)
                | Q(status="done", finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="run_cancelled_by_whom_when_why",
                condition=~Q(status="cancelled")
                & Q(cancelled_by=None, cancelled_at=None, cancel_reason="")
                | Q(status="cancelled", cancelled_by__isnull=False, cancelled_at__isnull=False)
                & ~Q(cancel_reason=""),
            ),
            # A doubled timetable starts the night once.
            models.UniqueConstraint(
                name="run_one_night_per_day",
                fields=["division", "as_of"],
                condition=Q(trigger="night"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="run_transitions",
                field="status",
                transitions=[
                    ("running", "done"),
                    ("running", "cancelled"),
                    ("cancelled", "running"),
                    ("done", "running"),
                ],
            ),
            # How far it is changes all the time; that is asked for, not told.
            Feeds(
                to_division("runs", "{row}.id::text"),
                changed="OLD.status IS DISTINCT FROM NEW.status",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.division} {self.as_of} #{self.pk}"


class Shard(LeasedWork):
    """A run's share of centers. A worker claims it by lease, computes, and writes it in one
    transaction; it may be computed twice and is written once."""

    class State(models.TextChoices):
        PENDING = "pending", _("pending")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="shards")
    position = models.PositiveIntegerField()
    center_ids = ArrayField(models.BigIntegerField())
    # Districts whose duties it judges, each year that has any.
    division_ids = ArrayField(models.BigIntegerField(), default=list)
    center_count = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    done_at = models.DateTimeField(null=True, blank=True)
    changed_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    objects = LeasedQuerySet.as_manager()

    class Meta:
        verbose_name = _("shard")
        verbose_name_plural = _("shards")
        ordering = ["run", "position"]
        constraints = [
            models.UniqueConstraint(name="shard_position_once", fields=["run", "position"]),
        ]
        indexes = [
            models.Index(fields=["run"], name="shard_open", condition=Q(state="pending")),
            models.Index(fields=["run"], name="shard_failed", condition=Q(state="failed")),
        ]

    def __str__(self) -> str:
        return f"{self.run} / {self.position}"
