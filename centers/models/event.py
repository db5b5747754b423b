"""Coordination events of 四(二), their minutes, and how many a year the district asks for."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Value
from django.db.models.functions import Cast, Coalesce, ExtractQuarter, ExtractYear
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centers.models.center import Center
from portal.jurisdictions.models import Division
from portal.users.roles import Capability

EARLIEST_YEAR, LATEST_YEAR = 2015, 2100
RECORDED_ON = Cast(
    Func(Value("Asia/Shanghai"), F("recorded_at"), function="timezone"), models.DateField()
)


class Mechanism(models.TextChoices):
    """The six forms of working together that 四(二) names."""

    CONSULTATION = "consultation", _("consultation meeting")
    BRIEFING = "briefing", _("situation briefing")
    ATTENDANCE = "attendance", _("attendance at a meeting")
    EXCHANGE = "exchange", _("exchange")
    TRAINING = "training", _("joint training")
    VISIT = "visit", _("mutual visit")


def _year_of(field: str) -> Q:
    return Q(**{f"{field}__gte": EARLIEST_YEAR, f"{field}__lte": LATEST_YEAR})


def who_and_when(who: str, when: str) -> Q:
    """Somebody and a time, both or neither."""
    return Q(**{who: None, when: None}) | Q(**{f"{who}__isnull": False, f"{when}__isnull": False})


def quarter_of(day: date) -> tuple[int, int]:
    """(year, quarter) of a day."""
    return day.year, (day.month + 2) // 3


def quarter_end(year: int, quarter: int) -> date:
    """The last day of a quarter."""
    return date(year, 3 * quarter, 31 if quarter in (1, 4) else 30)


class EventQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Events of the centers that ``user`` sees, organised or taken part in, and the events of
        the bureau where ``user`` sees the district."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        seen = Center.objects.visible_to(user)
        joined = CoordinationEvent.participants.through.objects.filter(
            coordinationevent=OuterRef("pk"), center__in=seen
        )
        query = Q(center__in=seen) | Q(Exists(joined))
        for path in user.paths_with(Capability.CENTER_VIEW):
            query |= Q(district__path__startswith=path)
        return self.filter(query)

    def with_minutes(self) -> Self:
        """Annotate ``has_minutes``. What else proves what was said belongs here."""
        return self.annotate(has_minutes=Exists(EventMinutes.objects.filter(event=OuterRef("pk"))))


class CoordinationEvent(models.Model):
    """协同活动: one meeting, briefing, exchange, training or visit, of a center or of the bureau.

    It counts as done when it was held and its minutes are written; until then as planned.
    """

    class Status(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("event", "planned")
        HELD = "held", _("held")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS = {
        Status.PLANNED: frozenset({Status.HELD, Status.CANCELLED}),
        Status.HELD: frozenset({Status.CANCELLED}),
    }
    OPEN = (Status.PLANNED, Status.HELD)
    # 横向: these join townships, and as such need two of them (四(二)-1).
    HORIZONTAL = (Mechanism.EXCHANGE, Mechanism.TRAINING, Mechanism.VISIT)

    center = models.ForeignKey(
        Center,
        verbose_name=_("organising center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="events",
    )
    district = models.ForeignKey(
        Division,
        verbose_name=_("organising bureau"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    participants = models.ManyToManyField(
        Center, verbose_name=_("other centers taking part"), blank=True, related_name="+"
    )
    has_bureau = models.BooleanField(_("the district bureau takes part"), default=False)
    kind = models.CharField(_("mechanism"), max_length=12, choices=Mechanism)
    title = models.CharField(_("title"), max_length=80)
    planned_year = models.PositiveSmallIntegerField(_("planned year"))
    planned_quarter = models.PositiveSmallIntegerField(_("planned quarter"))
    planned_on = models.DateField(_("planned day"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=80, blank=True)
    counterpart = models.CharField(_("counterpart"), max_length=120, blank=True)
    topics = models.TextField(_("topics"), max_length=2000, blank=True)
    held_on = models.DateField(_("held on"), null=True, blank=True)
    attendee_count = models.PositiveIntegerField(_("number of attendees"), null=True, blank=True)
    # The year it counts in: that of the day it was held, until then the planned one.
    year = models.GeneratedField(
        expression=Coalesce(ExtractYear("held_on"), "planned_year"),
        output_field=models.IntegerField(),
        db_persist=True,
        verbose_name=_("year"),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    version = models.PositiveIntegerField(_("version"), default=1)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("planned by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    planned_at = models.DateTimeField(_("planned at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recorded by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    recorded_at = models.DateTimeField(_("recorded at"), null=True, blank=True)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("cancelled by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    cancel_reason = models.TextField(_("reason of the cancellation"), max_length=500, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("coordination event")
        verbose_name_plural = _("coordination events")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="event_one_organiser",
                condition=Q(center=None, district__isnull=False)
                | Q(center__isnull=False, district=None),
            ),
            models.CheckConstraint(name="event_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="event_planned_when",
                condition=_year_of("planned_year")
                & Q(planned_quarter__gte=1, planned_quarter__lte=4),
            ),
            models.CheckConstraint(
                name="event_planned_day_in_quarter",
                condition=Q(planned_on=None)
                | Q(
                    planned_year=ExtractYear("planned_on"),
                    planned_quarter=ExtractQuarter("planned_on"),
                ),
            ),
            models.CheckConstraint(
                name="event_held_is_recorded",
                condition=~Q(status="held")
                | Q(held_on__isnull=False, recorded_by__isnull=False, recorded_at__isnull=False),
            ),
            models.CheckConstraint(
                name="event_planned_is_not_held",
                condition=~Q(status="planned") | Q(held_on=None, recorded_by=None),
            ),
            models.CheckConstraint(
                name="event_recorded_who_and_when",
                condition=who_and_when("recorded_by", "recorded_at"),
            ),
            models.CheckConstraint(
                name="event_held_before_recorded",
                condition=Q(held_on=None)
                | Q(
                    held_on__gte=date(EARLIEST_YEAR, 1, 1),
                    held_on__lte=RECORDED_ON,
                ),
            ),
            models.CheckConstraint(
                name="event_cancelled_has_reason",
                condition=Q(status="cancelled", cancelled_at__isnull=False)
                & ~Q(cancel_reason="")
                | ~Q(status="cancelled") & Q(cancelled_at=None, cancel_reason=""),
            ),
            models.CheckConstraint(
                name="event_cancelled_who_and_when",
                condition=who_and_when("cancelled_by", "cancelled_at"),
            ),
        ]
        indexes = [
            models.Index(fields=["center", "year"], name="event_of_center_and_year"),
            models.Index(fields=["district", "year"], name="event_of_district_and_year"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="event_transitions",
                field="status",
                transitions=[
                    ("planned", "held"),
                    ("planned", "cancelled"),
                    ("held", "cancelled"),
                ],
            ),
            pgtrigger.Protect(
                name="cancelled_event_stands",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="cancelled"),
            ),
            pgtrigger.Protect(name="event_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def place_in_tree(self) -> Division:
        """The division of the organiser."""
        organiser = self.center.division if self.center else self.district
        assert organiser is not None  # noqa: S101  (event_one_organiser)
        return organiser

    @property
    def organiser(self) -> Center | Division:
        return self.center or self.place_in_tree

    @property
    def is_horizontal(self) -> bool:
        return self.kind in self.HORIZONTAL

    def is_late(self, on: date) -> bool:
        """Planned for a day or a quarter that has passed."""
        due = self.planned_on or quarter_end(self.planned_year, self.planned_quarter)
        return self.status == self.Status.PLANNED and due < on


class EventMinutes(models.Model):
    """会议纪要: what was said and decided. Written anew to correct it; the highest number holds."""

    event = models.ForeignKey(
        CoordinationEvent,
        verbose_name=_("coordination event"),
        on_delete=models.PROTECT,
        related_name="minutes",
    )
    number = models.PositiveSmallIntegerField(_("number"))
    text = models.TextField(_("minutes"), max_length=20_000)
    decisions = models.TextField(_("decisions"), max_length=5_000, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("written by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    written_at = models.DateTimeField(_("written at"))

    class Meta:
        verbose_name = _("minutes")
        verbose_name_plural = _("minutes")
        ordering = ["event", "-number"]
        constraints = [
            models.UniqueConstraint(name="event_minutes_once", fields=["event", "number"]),
            models.CheckConstraint(
                name="event_minutes_say_something", condition=Q(text__regex=r"\S")
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.event} · {self.number}"


class FollowUp(models.Model):
    """后续事项: what somebody is to do after an event, until when, and whether it was done."""

    event = models.ForeignKey(
        CoordinationEvent,
        verbose_name=_("coordination event"),
        on_delete=models.PROTECT,
        related_name="follow_ups",
    )
    text = models.CharField(_("what is to be done"), max_length=200)
    responsible = models.CharField(_("who does it"), max_length=60, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("added by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    added_at = models.DateTimeField(_("added at"))
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = [F("done_at").asc(nulls_first=True), F("due_on").asc(nulls_last=True), "id"]
        constraints = [
            models.CheckConstraint(name="follow_up_says_what", condition=~Q(text="")),
            models.CheckConstraint(
                name="follow_up_done_who_and_when", condition=who_and_when("done_by", "done_at")
            ),
            models.CheckConstraint(
                name="follow_up_done_after_added",
                condition=Q(done_at=None) | Q(done_at__gte=F("added_at")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="done_stands",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text


class MechanismMinimum(models.Model):
    """年度最低次数: how often a year the district asks each of its centers for a mechanism.

    The highest number holds; one without a minimum lifts it again. No row means never set, which
    is neither 0 nor a failure.
    """

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(_("mechanism"), max_length=12, choices=Mechanism)
    year = models.PositiveSmallIntegerField(_("year"))
    number = models.PositiveSmallIntegerField(_("number"))
    minimum = models.PositiveSmallIntegerField(_("minimum of the year"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=500)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("set by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("minimum of a mechanism")
        verbose_name_plural = _("minima of mechanisms")
        ordering = ["district", "year", "kind", "-number"]
        constraints = [
            models.UniqueConstraint(
                name="mechanism_minimum_once", fields=["district", "kind", "year", "number"]
            ),
            models.CheckConstraint(name="mechanism_minimum_year", condition=_year_of("year")),
            models.CheckConstraint(name="mechanism_minimum_reasoned", condition=~Q(reason="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.district} · {self.year} · {self.get_kind_display()}"
