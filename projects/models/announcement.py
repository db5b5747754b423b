"""What is announced of a procurement, and what suppliers ask and object to."""

from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organizations.models import Organization
from organizations.models.organization import divisions_with
from portal.feeds.triggers import Feeds
from portal.transitions import jumps
from portal.users.roles import Capability
from projects.models import feeds
from projects.models.procurement import Procurement
from projects.models.scopes import ManagedQuerySet, own_organizations

CHALLENGE_MOVES = {
    "received": frozenset({"answered", "withdrawn"}),
    "answered": frozenset({"complained"}),
}
# Verdicts that let something be undone.
RIGHT = ("upheld", "partly")


class Announcement(models.Model):
    """公告: a frozen copy of what is published of a procurement; open to everybody."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("procurement notice")
        CHANGE = "change", _("change of the notice")
        SINGLE_SOURCE = "single_source", _("announcement of a single source")
        ANSWERS = "answers", _("questions and answers")
        OPENING = "opening", _("opening of the bids")
        FAILURE = "failure", _("end without a supplier")
        RESULT = "result", _("result")
        CONTRACT = "contract", _("contract")
        ACCEPTANCE = "acceptance", _("acceptance")
        PERFORMANCE = "performance", _("performance evaluation")

    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="announcements",
    )
    number = models.PositiveSmallIntegerField(_("no."))
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=150)
    content = models.JSONField(_("content"))
    publicity_until = models.DateField(_("open for comment until"), null=True, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("published by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-published_at", "-id"]
        indexes = [models.Index(name="announcement_newest", fields=["-published_at", "-id"])]
        constraints = [
            models.UniqueConstraint(
                name="announcement_number_once", fields=["procurement", "number"]
            ),
            models.CheckConstraint(name="announcement_titled", condition=~Q(title="")),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            Feeds(
                feeds.to_project(
                    "announcements",
                    "'N' || {row}.id",
                    joins="JOIN projects_procurement it ON it.project_id = project.id",
                    where="it.id = {row}.procurement_id",
                )
            ),
        ]

    def __str__(self) -> str:
        return self.title


class QuestionQuerySet(ManagedQuerySet):
    def shared(self, user: Any) -> Q:
        """One's own questions, and answered ones of procurements that ``user`` sees."""
        answered = Q(answered_at__isnull=False, procurement__in=_seen(user))
        return Q(organization__in=own_organizations(user)) | answered


def _seen(user: Any) -> "models.QuerySet[Procurement]":
    return Procurement.objects.visible_to(user)


class Question(models.Model):
    """答疑: what a supplier asks about a notice; the answer is everybody's, who asked is not."""

    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="questions",
    )
    organization = models.ForeignKey(
        Organization,
        verbose_name=_("question asked by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    text = models.TextField(_("question"), max_length=1000)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    asked_at = models.DateTimeField(_("question asked at"))
    answer = models.TextField(_("answer given"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["procurement", "id"]
        constraints = [
            models.CheckConstraint(name="question_asked", condition=~Q(text="")),
            models.CheckConstraint(
                name="question_answered_by_somebody",
                condition=Q(answer="", answered_by=None, answered_at=None)
                | ~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="asked_once", exclude=["answer", "answered_by", "answered_at"]),
            pgtrigger.Protect(
                name="answered_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__answered_at__isnull=False),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class ChallengeQuerySet(ManagedQuerySet):
    def shared(self, user: Any) -> Q:
        """One's own, and those where ``user`` decides on awards."""
        decided = divisions_with(user, Capability.PROCUREMENT_AWARD)
        return Q(organization__in=own_organizations(user)) | Q(
            procurement__project__division__in=decided
        )


class Challenge(models.Model):
    """质疑: a supplier's objection to a notice, a procedure or a result, with its days."""

    class About(models.TextChoices):
        NOTICE = "notice", _("the notice")
        PROCEDURE = "procedure", _("the procedure")
        RESULT = "result", _("the result")

    class Status(models.TextChoices):
        RECEIVED = "received", _("received")
        ANSWERED = "answered", _("answer sent")
        WITHDRAWN = "withdrawn", _("withdrawn")
        COMPLAINED = "complained", _("complaint filed")

    class Verdict(models.TextChoices):
        UPHELD = "upheld", _("upheld")
        PARTLY = "partly", _("upheld in part")
        REJECTED = "rejected", _("rejected")

    TRANSITIONS = CHALLENGE_MOVES

    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="challenges",
    )
    organization = models.ForeignKey(
        Organization, verbose_name=_("filed for"), on_delete=models.PROTECT, related_name="+"
    )
    about = models.CharField(_("what it is about"), max_length=10, choices=About)
    facts = models.TextField(_("facts and grounds"), max_length=3000)
    request = models.TextField(_("what is asked for"), max_length=1000)
    filed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("filed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    filed_at = models.DateTimeField(_("filed at"))
    due_on = models.DateField(_("answer due on"))
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict, blank=True)
    answer = models.TextField(_("answer given"), max_length=3000, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("answered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    complaint_until = models.DateField(_("complaint possible until"), null=True, blank=True)
    complained_on = models.DateField(_("complaint filed on"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        verbose_name = _("challenge")
        verbose_name_plural = _("challenges")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="challenge_says_what", condition=~Q(facts="") & ~Q(request="")
            ),
            models.CheckConstraint(
                name="challenge_answered_by_somebody",
                condition=Q(status__in=["received", "withdrawn"], verdict="", answered_by=None)
                | Q(
                    status__in=["answered", "complained"],
                    answered_by__isnull=False,
                    answered_at__isnull=False,
                    complaint_until__isnull=False,
                )
                & ~Q(verdict="")
                & ~Q(answer=""),
            ),
            models.CheckConstraint(
                name="challenge_complained_in_time",
                condition=Q(complained_on=None)
                | Q(complained_on__lte=F("complaint_until"), status="complained"),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="challenge_transitions",
                field="status",
                transitions=jumps(CHALLENGE_MOVES),
            ),
            pgtrigger.ReadOnly(
                name="filed_once",
                fields=[
                    *("procurement", "organization", "about", "facts", "request"),
                    *("filed_by", "filed_at", "due_on"),
                ],
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.procurement.procurement_no} · {self.get_about_display()}"
