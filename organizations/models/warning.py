"""Early warnings: what was found or reported, what became of it, and the ledger of the nights."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from centers.models import Center
from centers.models.event import who_and_when
from organizations.models.observation import SubjectQuerySet, one_subject
from organizations.models.organization import Organization
from organizations.models.team import ActivityTeam
from portal.feeds.triggers import Feeds
from portal.jurisdictions.models import Division
from portal.leases import LeasedQuerySet, LeasedWork
from portal.transitions import jumps
from portal.users.roles import Capability

# Status → those it can change to.
WARNING_MOVES = {
    "clue": frozenset({"verified", "unfounded"}),
    "verified": frozenset({"warned", "unfounded"}),
    "warned": frozenset({"handling"}),
    "handling": frozenset({"released", "transferred", "warned"}),
}
FINAL = ("released", "transferred", "unfounded")
HANDLED = ("handling", "released", "transferred")
WATCH_MOVES = {
    "waiting": frozenset({"done", "failed"}),
    # Somebody asks for it again.
    "done": frozenset({"waiting"}),
    "failed": frozenset({"waiting"}),
}
# SQL that tells the feed of a warning where the organization or the team lies.
TO_SUBJECT = (
    "SELECT 'warnings', 'W' || {{row}}.id, place.path FROM jurisdictions_division place"
    " JOIN organizations_{table} subject ON subject.division_id = place.id"
    " WHERE subject.id = {{row}}.{column}"
)


class Code(models.TextChoices):
    """The nineteen signs of risk of the domain reference §3.7."""

    NOT_FILED = "W-01", _("annual inspection or report not filed in time")
    UNQUALIFIED = "W-02", _("annual inspection: not qualified")
    TWICE_BASIC = "W-03", _("annual inspection: basically qualified two years running")
    INACTIVE = "W-04", _("no activity for long")
    FINANCE = "W-05", _("finances out of order")
    NOT_REACHED = "W-06", _("cannot be reached at its domicile")
    COUNCIL_OVER = "W-07", _("term of the council over, none elected")
    UNREGISTERED = "W-08", _("change not registered")
    ABNORMAL = "W-09", _("on the abnormal list")
    SERIOUS = "W-10", _("on the serious dishonesty list")
    ABNORMAL_LONG = "W-11", _("soon two years on the abnormal list")
    BEYOND_SCOPE = "W-12", _("sign of work beyond its scope or against the law")
    PENALTY = "W-13", _("administrative penalty")
    COMPLAINT = "W-14", _("complaint or bad press")
    NO_PARTY_UNIT = "W-15", _("party unit required and not set up")
    PROJECT_MONEY = "W-16", _("irregular use of project money")
    TEAM_SILENT = "W-17", _("team without upkeep, or its leader not reached")
    UNREPORTED = "W-18", _("major event not reported")
    CERTIFICATE = "W-19", _("registration certificate about to end")


class Level(models.TextChoices):
    GENERAL = "general", pgettext_lazy("warning", "general")
    ATTENTION = "attention", pgettext_lazy("warning", "attention")
    URGENT = "urgent", pgettext_lazy("warning", "urgent")


class Handling(models.TextChoices):
    TALK = "talk", _("talk with those responsible")
    REMIND = "remind", _("reminder")
    REFER = "refer", _("referred to another authority")
    RECTIFY = "rectify", pgettext_lazy("warning", "rectification")


class WarningQuerySet(SubjectQuerySet):
    def open(self) -> Self:
        """Not released, not handed to the authority, not unfounded."""
        return self.exclude(status__in=FINAL)

    def unacknowledged(self) -> Self:
        """Clues that nobody has looked into."""
        return self.filter(status="clue", acknowledged_at=None)


class EarlyWarning(models.Model):
    """预警: one sign of risk of an organization or a team, found by the watch or reported by a
    center. Internal: never on a public page, and in the API only with its own scope."""

    class Source(models.TextChoices):
        COMPUTED = "computed", pgettext_lazy("warning", "found by the nightly watch")
        REPORTED = "reported", pgettext_lazy("warning", "reported by a center")

    class Status(models.TextChoices):
        CLUE = "clue", pgettext_lazy("warning", "clue")
        VERIFIED = "verified", pgettext_lazy("warning", "verified")
        WARNED = "warned", pgettext_lazy("warning", "warned")
        HANDLING = "handling", pgettext_lazy("warning", "being handled")
        RELEASED = "released", pgettext_lazy("warning", "released")
        TRANSFERRED = "transferred", pgettext_lazy("warning", "handed to enforcement")
        UNFOUNDED = "unfounded", pgettext_lazy("warning", "unfounded")

    TRANSITIONS = WARNING_MOVES
    FINAL = FINAL

    code = models.CharField(_("kind"), max_length=4, choices=Code)
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="warnings",
    )
    team = models.ForeignKey(
        ActivityTeam,
        verbose_name=_("activity team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="warnings",
    )
    # Which of several of a kind, such as the year of the inspection: told once, while its cause
    # lasts.
    episode = models.CharField(max_length=20, blank=True)
    source = models.CharField(_("source"), max_length=10, choices=Source)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.CLUE)
    level = models.CharField(_("level of the warning"), max_length=10, choices=Level)
    since_on = models.DateField(_("since"), null=True, blank=True)
    figures = models.JSONField(_("figures"), default=dict, blank=True)
    text = models.CharField(_("what was reported"), max_length=500, blank=True)
    center = models.ForeignKey(
        Center,
        verbose_name=_("reported by the center"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="warnings",
    )
    opened_on = models.DateField(_("found on"))
    opened_at = models.DateTimeField(_("entered at"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reported by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    ack_due_on = models.DateField(_("to be looked into by"))
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("looked into by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    acknowledged_at = models.DateTimeField(_("looked into at"), null=True, blank=True)
    escalated_at = models.DateTimeField(_("escalated at"), null=True, blank=True)
    ceased_on = models.DateField(_("cause no longer found since"), null=True, blank=True)
    handling = models.CharField(
        _("handling"), max_length=10, choices=Handling, null=True, blank=True
    )
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = WarningQuerySet.as_manager()

    class Meta:
        verbose_name = _("early warning")
        verbose_name_plural = _("early warnings")
        ordering = ["-opened_on", "-id"]
        constraints = [
            models.CheckConstraint(name="warning_of_one_subject", condition=one_subject()),
            models.CheckConstraint(
                name="warning_code_known", condition=Q(code__in=list(Code.values))
            ),
            models.CheckConstraint(
                name="warning_level_known", condition=Q(level__in=list(Level.values))
            ),
            models.CheckConstraint(
                name="warning_reported_by_whom",
                condition=Q(source="computed", center=None, opened_by=None, text="")
                | Q(source="reported", center__isnull=False, opened_by__isnull=False) & ~Q(text=""),
            ),
            models.CheckConstraint(
                name="warning_acknowledged_who_and_when",
                condition=who_and_when("acknowledged_by", "acknowledged_at"),
            ),
            models.CheckConstraint(
                name="warning_moved_is_acknowledged",
                condition=Q(status="clue") | Q(acknowledged_by__isnull=False),
            ),
            models.CheckConstraint(
                name="warning_handled_how",
                condition=~Q(status__in=HANDLED) | Q(handling__isnull=False),
            ),
            models.CheckConstraint(
                name="warning_closed_when",
                condition=Q(status__in=FINAL, closed_on__isnull=False)
                | ~Q(status__in=FINAL) & Q(closed_on=None),
            ),
            models.UniqueConstraint(
                name="warning_open_once_of_organization",
                fields=["organization", "code", "episode"],
                condition=~Q(status__in=FINAL) & Q(organization__isnull=False),
            ),
            models.UniqueConstraint(
                name="warning_open_once_of_team",
                fields=["team", "code", "episode"],
                condition=~Q(status__in=FINAL) & Q(team__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "code"],
                name="warning_of_organization",
                condition=Q(organization__isnull=False),
            ),
            models.Index(
                fields=["team", "code"],
                name="warning_of_team",
                condition=Q(team__isnull=False),
            ),
            models.Index(
                fields=["ack_due_on"],
                name="warning_unacknowledged",
                condition=Q(status="clue", acknowledged_at=None, escalated_at=None),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="warning_transitions", field="status", transitions=jumps(WARNING_MOVES)
            ),
            pgtrigger.ReadOnly(
                name="opened_once",
                fields=[
                    *("code", "organization", "team", "episode", "source", "text", "center"),
                    *("opened_on", "opened_at", "opened_by"),
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(
                TO_SUBJECT.format(table="organization", column="organization_id"),
                TO_SUBJECT.format(table="activityteam", column="team_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject}"

    @staticmethod
    def episode_of_report(record_id: int) -> str:
        """The episode of what a center reported by the work record."""
        return f"report {record_id}"

    @property
    def subject(self) -> Organization | ActivityTeam:
        """What it warns of."""
        return self.organization or self.team  # type: ignore[return-value]

    @property
    def is_final(self) -> bool:
        """Nothing follows any more."""
        return self.status in FINAL


class WarningStep(models.Model):
    """预警办理过程: one step of a warning, or a note on it where the status stays the same."""

    warning = models.ForeignKey(
        EarlyWarning,
        verbose_name=_("early warning"),
        on_delete=models.PROTECT,
        related_name="steps",
    )
    before = models.CharField(_("before"), max_length=12, choices=EarlyWarning.Status, blank=True)
    after = models.CharField(_("after"), max_length=12, choices=EarlyWarning.Status)
    level = models.CharField(_("level of the warning"), max_length=10, choices=Level)
    handling = models.CharField(
        _("handling"), max_length=10, choices=Handling, null=True, blank=True
    )
    text = models.CharField(_("what was done"), max_length=500, blank=True)
    # None: the portal itself.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("step of a warning")
        verbose_name_plural = _("steps of warnings")
        ordering = ["warning", "id"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.warning} {self.get_after_display()}"


class WatchQuerySet(LeasedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Nights of the districts whose warnings ``user`` sees."""
        if user.is_superuser:
            return self
        query = Q(pk=None)
        for path in user.paths_with(Capability.WARNING_VIEW):
            query |= Q(district__path__startswith=path)
        return self.filter(query)


class Watch(LeasedWork):
    """每晚巡查: a district's organizations and teams, looked through once as of a day.

    The row is the queue of record. A worker claims it by lease and writes part by part; each part
    says how far the watch has come, so whoever takes over begins there.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waiting for its turn")
        DONE = "done", pgettext_lazy("watch", "done")
        FAILED = "failed", pgettext_lazy("watch", "failed")

    TRANSITIONS = WATCH_MOVES

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    on = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.WAITING)
    version = models.PositiveIntegerField(_("version"), default=1)
    requested_at = models.DateTimeField(_("requested at"))
    # Up to which row of the register the watch has come.
    organization_through = models.BigIntegerField(default=0)
    team_through = models.BigIntegerField(default=0)
    looked_count = models.PositiveIntegerField(_("looked at"), default=0)
    opened_count = models.PositiveIntegerField(_("new warnings"), default=0)
    ceased_count = models.PositiveIntegerField(_("causes no longer found"), default=0)
    # Rows whose data a rule cannot take; the log says which.
    failed_count = models.PositiveIntegerField(_("could not be judged"), default=0)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    error = models.TextField(blank=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("nightly watch")
        verbose_name_plural = _("nightly watches")
        ordering = ["-on", "district"]
        constraints = [
            models.UniqueConstraint(name="watch_once_a_day", fields=["district", "on"]),
            models.CheckConstraint(
                name="watch_done_has_time",
                condition=Q(status="done", finished_at__isnull=False)
                | ~Q(status="done") & Q(finished_at=None),
            ),
            models.CheckConstraint(
                name="watch_failed_why", condition=~Q(status="failed") | ~Q(error="")
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="watch_waiting", condition=Q(status="waiting")),
        ]
        triggers = [
            pgtrigger.FSM(name="watch_transitions", field="status", transitions=jumps(WATCH_MOVES)),
        ]

    def __str__(self) -> str:
        return f"{self.district} {self.on}"
