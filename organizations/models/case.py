"""Cases: what a center does for somebody from the first day to the last."""

from collections.abc import Mapping
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from centers.models.center import ITS_OWN, to_center
from organizations.models.organization import Organization
from organizations.models.team import ActivityTeam
from portal.feeds.triggers import Feeds

PLANNED: dict[str, frozenset[str]] = {
    "planned": frozenset({"done", "dropped"}),
    "done": frozenset(),
    "dropped": frozenset(),
}
# Kind → status → those it can change to. The first status of each kind is the one it opens with.
STATES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "consultation": {
        "advising": frozenset({"materials", "closed", "dropped"}),
        "materials": frozenset({"advising", "closed", "dropped"}),
        "closed": frozenset({"advising"}),
        "dropped": frozenset(),
    },
    "grading": {
        "eligibility": frozenset({"preparing", "dropped"}),
        "preparing": frozenset({"submitted", "dropped"}),
        "submitted": frozenset({"visited", "dropped"}),
        "visited": frozenset({"notified"}),
        "notified": frozenset(),
        "dropped": frozenset(),
    },
    "training": PLANNED,
    "nurture": PLANNED,
    "party": PLANNED,
    "incubation": {
        "starting": frozenset({"growing", "left"}),
        "growing": frozenset({"mature", "left"}),
        "mature": frozenset({"graduated", "left"}),
        "graduated": frozenset(),
        "left": frozenset(),
    },
    "participation": PLANNED,
    "support": PLANNED,
    "brand": {
        "nominated": frozenset({"screened", "not_selected"}),
        "screened": frozenset({"voted", "reviewed", "not_selected"}),
        "voted": frozenset({"reviewed", "not_selected"}),
        "reviewed": frozenset({"publicized", "not_selected"}),
        "publicized": frozenset({"selected", "not_selected"}),
        "selected": frozenset(),
        "not_selected": frozenset(),
    },
    "dispute": {
        "taken_up": frozenset({"settled", "to_mediation", "to_court", "unsettled"}),
        "settled": frozenset(),
        "to_mediation": frozenset(),
        "to_court": frozenset(),
        "unsettled": frozenset(),
    },
    "opinion": {
        "collecting": frozenset({"chosen", "dropped"}),
        "chosen": frozenset({"consulting", "dropped"}),
        "consulting": frozenset({"formed", "dropped"}),
        "formed": frozenset({"submitted"}),
        "submitted": frozenset({"answered"}),
        "answered": frozenset({"carried_out", "announced"}),
        "carried_out": frozenset({"announced"}),
        "announced": frozenset(),
        "dropped": frozenset(),
    },
    "policy_evaluation": PLANNED,
    "publicity": PLANNED,
}


def _union() -> dict[str, frozenset[str]]:
    """Status → all it can change to, of whichever kind."""
    found: dict[str, frozenset[str]] = {}
    for states in STATES.values():
        for status, allowed in states.items():
            found[status] = found.get(status, frozenset()) | allowed
    return found


def _of_kinds() -> Q:
    """Every kind with a status of its own table."""
    known = Q(pk=None)
    for kind, states in STATES.items():
        known |= Q(kind=kind, status__in=list(states))
    return known


def _moves() -> str:
    """Each move as an SQL row of kind, status before, status after."""
    return ", ".join(
        f"('{kind}', '{before}', '{after}')"
        for kind, states in STATES.items()
        for before, allowed in states.items()
        for after in sorted(allowed)
    )


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Cases of the centers that ``user`` sees."""
        return self.filter(center__in=Center.objects.visible_to(user))


class Case(models.Model):
    """业务: one numbered matter that a center takes up, of one kind, with states and steps."""

    class Kind(models.TextChoices):
        CONSULTATION = "consultation", _("registration consultation")
        GRADING = "grading", _("help with a grade assessment")
        TRAINING = "training", _("training session")
        NURTURE = "nurture", _("activity to nurture teams")
        PARTY = "party", _("party-building service")
        INCUBATION = "incubation", _("incubation")
        PARTICIPATION = "participation", _("part in community governance")
        SUPPORT = "support", _("support service")
        BRAND = "brand", _("model organization or brand project")
        DISPUTE = "dispute", _("dispute helped to settle")
        OPINION = "opinion", _("consultation opinion")
        POLICY_EVALUATION = "policy_evaluation", _("evaluation of public policy")
        PUBLICITY = "publicity", _("publicity of public policy")

    class Status(models.TextChoices):
        ADVISING = "advising", _("advising")
        MATERIALS = "materials", _("waiting for materials")
        CLOSED = "closed", _("matter closed")
        DROPPED = "dropped", _("dropped")
        ELIGIBILITY = "eligibility", _("looking whether it can apply")
        PREPARING = "preparing", _("preparing the application")
        SUBMITTED = "submitted", _("handed in")
        VISITED = "visited", _("visited on site")
        NOTIFIED = "notified", _("result notified by the authority")
        PLANNED = "planned", _("still planned")
        DONE = "done", _("done")
        STARTING = "starting", _("starting")
        GROWING = "growing", _("growing")
        MATURE = "mature", _("mature")
        GRADUATED = "graduated", _("graduated")
        LEFT = "left", _("left the incubation")
        NOMINATED = "nominated", _("nominated")
        SCREENED = "screened", _("screened")
        VOTED = "voted", _("voted on")
        REVIEWED = "reviewed", _("reviewed by the panel")
        PUBLICIZED = "publicized", _("announced for comment")
        SELECTED = "selected", _("selected")
        NOT_SELECTED = "not_selected", _("not selected")
        TAKEN_UP = "taken_up", _("taken up")
        SETTLED = "settled", _("settled")
        TO_MEDIATION = "to_mediation", _("passed on to mediation")
        TO_COURT = "to_court", _("passed on to court")
        UNSETTLED = "unsettled", _("not settled")
        COLLECTING = "collecting", _("collecting topics")
        CHOSEN = "chosen", _("topic chosen")
        CONSULTING = "consulting", _("being consulted on")
        FORMED = "formed", _("opinion formed")
        ANSWERED = "answered", _("answered")
        CARRIED_OUT = "carried_out", _("carried out")
        ANNOUNCED = "announced", _("made known")

    TRANSITIONS = _union()

    case_no = models.CharField(_("case no."), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="cases"
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    team = models.ForeignKey(
        ActivityTeam,
        verbose_name=_("activity team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="cases",
    )
    title = models.CharField(_("title"), max_length=120)
    opened_on = models.DateField(_("opened on"))
    status = models.CharField(_("status"), max_length=15, choices=Status)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("responsible"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    follow_up_on = models.DateField(_("follow up on"), null=True, blank=True)
    result = models.CharField(_("result"), max_length=200, blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("opened at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-opened_on", "-id"]
        constraints = [
            models.CheckConstraint(name="case_titled", condition=~Q(title="")),
            models.CheckConstraint(name="case_status_of_its_kind", condition=_of_kinds()),
            models.CheckConstraint(
                name="case_of_organization_or_team",
                condition=Q(organization=None) | Q(team=None),
            ),
            models.CheckConstraint(
                name="case_closed_after_opened",
                condition=Q(closed_on=None) | Q(closed_on__gte=models.F("opened_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["center", "kind", "opened_on"], name="case_of_center"),
            models.Index(
                fields=["follow_up_on"],
                name="case_to_follow_up",
                condition=Q(follow_up_on__isnull=False),
            ),
        ]
        triggers = [
            # One status can stand in the tables of several kinds, so the kind is asked too.
            pgtrigger.Trigger(
                name="case_transitions",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__df=pgtrigger.F("new__status")),
                func=(
                    f"IF (OLD.kind, OLD.status, NEW.status) NOT IN ({_moves()}) THEN"
                    ' RAISE EXCEPTION \'pgtrigger: Invalid transition of field "status" from'
                    ' "%" to "%" on table %\', OLD.status, NEW.status, TG_TABLE_NAME;'
                    " END IF; RETURN NEW;"
                ),
            ),
            pgtrigger.ReadOnly(
                name="opened_once",
                fields=["case_no", "kind", "center", "opened_by", "opened_at"],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(to_center("cases", "'K' || {row}.id")),
        ]

    def __str__(self) -> str:
        return f"{self.case_no} {self.title}"

    @property
    def moves(self) -> frozenset[str]:
        """What the status can change to, for this kind."""
        return STATES[self.kind][self.status]

    @property
    def is_final(self) -> bool:
        """Nothing follows any more."""
        return not self.moves


class CaseKeeper(Center):
    """A center as the keeper of its cases: what they say of it and of where it lies changes with
    it. The table is the centers'; what follows from it for cases is declared here."""

    class Meta:
        proxy = True
        verbose_name = _("center that keeps cases")
        verbose_name_plural = _("centers that keep cases")
        triggers = [
            Feeds(
                to_center(
                    "cases",
                    "'K' || kept.id",
                    joins="JOIN organizations_case kept ON kept.center_id = center.id",
                    **ITS_OWN,
                ),
                name="feeds_cases",
                operation=pgtrigger.Update,
                changed="(OLD.division_id, OLD.code) IS DISTINCT FROM (NEW.division_id, NEW.code)",
            )
        ]


class CaseStep(models.Model):
    """办理过程: one step of a case, or a note on it where the status stays the same."""

    case = models.ForeignKey(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="steps"
    )
    happened_on = models.DateField(_("day"))
    before = models.CharField(_("before"), max_length=15, choices=Case.Status, blank=True)
    after = models.CharField(_("after"), max_length=15, choices=Case.Status)
    text = models.TextField(_("what was done"), max_length=1000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ["case", "happened_on", "id"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.case} {self.happened_on} {self.get_after_display()}"
