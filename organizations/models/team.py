"""Activity teams: filed with a township, without legal personality."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models.organization import (
    TO_ITS_WARNINGS,
    USCC_PATTERN,
    Organization,
    RegisterQuerySet,
    key_of,
)
from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division
from portal.transitions import jumps

# Status → those it can change to.
TEAM_MOVES = {
    "draft": frozenset({"community"}),
    "community": frozenset({"township", "draft", "refused"}),
    "township": frozenset({"active", "draft", "refused"}),
    "active": frozenset({"suspended", "cleared", "converted"}),
    "suspended": frozenset({"active", "cleared", "converted"}),
}


# What is applied for or was refused is the township's own business: the feed tells nothing of it.
ON_FILE = " AND {row}.status IN ('active', 'suspended', 'cleared', 'converted')"


class TeamQuerySet(RegisterQuerySet):
    def on_file(self) -> "TeamQuerySet":
        """Teams that the township has or had on file: neither being filed nor refused."""
        return self.filter(status__in=ActivityTeam.ON_FILE)


class ActivityTeam(models.Model):
    """群众活动团队: filed with the township, never registered, so it has no credit code."""

    class Kind(models.TextChoices):
        CULTURE_SPORT = "culture_sport", _("culture and sport")
        CHARITY = "charity", _("public benefit and charity")
        LIVELIHOOD = "livelihood", _("services for daily life")
        MEDIATION = "mediation", _("professional mediation")
        OTHER = "other", _("other")

    class Status(models.TextChoices):
        DRAFT = "draft", _("being drafted")
        COMMUNITY = "community", _("with the neighborhood committee")
        TOWNSHIP = "township", _("with the township")
        ACTIVE = "active", _("active")
        SUSPENDED = "suspended", _("suspended")
        CLEARED = "cleared", _("cleared from the register")
        CONVERTED = "converted", _("registered as an organization")
        REFUSED = "refused", _("not put on file")

    TRANSITIONS = TEAM_MOVES
    ON_FILE = (Status.ACTIVE, Status.SUSPENDED, Status.CLEARED, Status.CONVERTED)
    # Sealed field → what it is sealed for.
    SEALED = {"leader_phone": "organizations.team.leader_phone"}

    name = models.CharField(_("name"), max_length=40)
    division = models.ForeignKey(
        Division, verbose_name=_("township"), on_delete=models.PROTECT, related_name="+"
    )
    neighborhood = models.CharField(_("neighborhood"), max_length=60)
    founded_on = models.DateField(_("founded on"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=15, choices=Kind)
    place = models.CharField(_("place of activity"), max_length=120, blank=True)
    content = models.CharField(_("what it does"), max_length=200, blank=True)
    schedule = models.CharField(_("time of activity"), max_length=120, blank=True)
    times_per_week = models.PositiveSmallIntegerField(_("times a week"), null=True, blank=True)
    member_count = models.PositiveIntegerField(_("members"), null=True, blank=True)
    party_member_count = models.PositiveIntegerField(
        _("party members among them"), null=True, blank=True
    )
    leader_name = models.CharField(_("leader"), max_length=40, blank=True)
    leader_phone_sealed = models.BinaryField(_("telephone of the leader"), null=True, blank=True)
    leader_phone_digest = models.BinaryField(_("digest of the telephone"), null=True, blank=True)
    has_liaison = models.BooleanField(_("has a party liaison"), null=True, blank=True)
    filing_no = models.CharField(_("filing no."), max_length=40, blank=True)
    filed_on = models.DateField(_("on file since"), null=True, blank=True)
    upkeep_on = models.DateField(_("last confirmed on"), null=True, blank=True)
    center = models.ForeignKey(
        Center,
        verbose_name=_("center that assists"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="teams",
    )
    organization = models.OneToOneField(
        Organization,
        verbose_name=_("organization it became"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="team",
    )
    name_key = models.GeneratedField(
        expression=key_of("name"),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("name for comparing"),
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("activity team")
        verbose_name_plural = _("activity teams")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                name="team_filing_no_once", fields=["filing_no"], condition=~Q(filing_no="")
            ),
            models.CheckConstraint(
                name="team_filing_no_is_no_credit_code",
                condition=~Q(filing_no__regex=USCC_PATTERN),
            ),
            models.CheckConstraint(
                name="team_converted_to_an_organization",
                condition=Q(status="converted", organization__isnull=False)
                | ~Q(status="converted") & Q(organization=None),
            ),
            models.CheckConstraint(
                name="team_party_members_of_members",
                condition=Q(party_member_count=None)
                | Q(member_count=None)
                | Q(party_member_count__lte=F("member_count")),
            ),
            models.CheckConstraint(
                name="team_sealed_with_digest",
                condition=Q(leader_phone_sealed=None, leader_phone_digest=None)
                | Q(leader_phone_sealed__isnull=False, leader_phone_digest__isnull=False),
            ),
        ]
        indexes = [
            models.Index("division", F("id").desc(), name="team_newest"),
            models.Index(fields=["division", "name_key"], name="team_name_key"),
            models.Index(
                fields=["leader_phone_digest"],
                name="team_phone_digest",
                condition=Q(leader_phone_digest__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="team_transitions", field="status", transitions=jumps(TEAM_MOVES)),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(to_division("teams", "'T' || {row}.id") + ON_FILE),
            Feeds(
                TO_ITS_WARNINGS.format(column="team_id"),
                changed="OLD.division_id IS DISTINCT FROM NEW.division_id",
                name="feeds_of_moves",
                operation=pgtrigger.UpdateOf("division_id"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TeamStep(models.Model):
    """团队经历: one step of a team's filing, upkeep and end, as it was taken."""

    class Kind(models.TextChoices):
        APPLY = "apply", _("application")
        OPINION = "opinion", _("opinion of the neighborhood committee")
        REVIEW = "review", _("opinion of the township")
        FILE = "file", _("put on file")
        UPKEEP = "upkeep", _("yearly confirmation")
        CHANGE = "change", _("change of particulars")
        RETURN = "return", _("sent back")
        REFUSE = "refuse", _("not put on file")
        SUSPEND = "suspend", _("suspended")
        RESUME = "resume", _("active again")
        CLEAR = "clear", _("cleared")
        CONVERT = "convert", _("registered as an organization")

    team = models.ForeignKey(
        ActivityTeam,
        verbose_name=_("activity team"),
        on_delete=models.PROTECT,
        related_name="steps",
    )
    kind = models.CharField(_("step"), max_length=10, choices=Kind)
    happened_on = models.DateField(_("day"))
    text = models.CharField(_("what was said"), max_length=500, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("entered at"))
    record = models.OneToOneField(
        "organizations.WorkRecord",
        verbose_name=_("work record"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="team_step",
    )

    class Meta:
        verbose_name = _("step of a team")
        verbose_name_plural = _("steps of teams")
        ordering = ["team", "happened_on", "id"]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.happened_on} {self.get_kind_display()}"
