"""Annual inspections: the days of a year, the district's campaign, each organization's inspection,
and what centers did to help with it."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center, Membership
from centers.models.event import who_and_when
from organizations.models.organization import Organization, RegisterQuerySet
from organizations.models.work_record import WorkRecord
from portal.feeds.triggers import Feeds
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.roles import Capability, roles_with
from portal.voids import VOIDED, Voidable, VoidableQuerySet, voided_once, who_when_why

EARLIEST_YEAR, LATEST_YEAR = 2000, 2100
IS_A_YEAR = Q(year__gte=EARLIEST_YEAR, year__lte=LATEST_YEAR)
# Status → those it can change to.
INSPECTION_MOVES = {
    "not_started": frozenset({"filling", "with_unit", "with_authority", "exempt", "missed"}),
    "filling": frozenset({"with_unit", "with_authority", "missed"}),
    "with_unit": frozenset({"with_authority", "returned", "missed"}),
    "with_authority": frozenset({"returned", "concluded"}),
    "returned": frozenset({"filling", "with_unit", "with_authority", "missed"}),
    "missed": frozenset({"with_authority"}),
    "exempt": frozenset({"not_started"}),
}
CAMPAIGN_MOVES = {"open": frozenset({"closed"})}
OF_ORGANIZATION = (
    "SELECT 'inspections', 'I' || {key}, place.path FROM organizations_organization organization"
    " JOIN jurisdictions_division place ON place.id = organization.division_id{joins}"
    " WHERE {where}"
)


# A campaign is told of wherever its district asks it, so that each township can follow it.
OF_CAMPAIGN = (
    "SELECT 'campaigns', 'A' || {row}.id, place.path FROM jurisdictions_division district"
    " JOIN jurisdictions_division place ON starts_with(place.path, district.path)"
    " WHERE district.id = {row}.district_id"
)
# Its days are those of the calendar.
OF_CALENDAR = (
    "SELECT 'campaigns', 'A' || campaign.id, place.path FROM jurisdictions_division within"
    " JOIN jurisdictions_division district ON starts_with(district.path, within.path)"
    " JOIN organizations_campaign campaign ON campaign.district_id = district.id"
    " AND campaign.year = {row}.year AND campaign.kind = {row}.kind"
    " JOIN jurisdictions_division place ON starts_with(place.path, district.path)"
    " WHERE within.id = {row}.division_id"
)


class Kind(models.TextChoices):
    """What is filed for a year: three inspections, and the report of charities."""

    ASSOCIATION = "association", _("annual inspection of associations")
    INSTITUTION = "institution", _("annual inspection of social-service institutions")
    FOUNDATION = "foundation", _("annual inspection of foundations")
    CHARITY_REPORT = "charity_report", _("annual report of charitable organizations")


class InspectionCalendarQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Published with its document: whoever is logged in may see it."""
        return self if user.is_authenticated else self.none()

    def of(self, *, year: Any, kind: Any, path: Any) -> Self:
        """Rows that hold where ``path`` is, the nearest first; each a value or an ``OuterRef``."""
        where = ExpressionWrapper(path, output_field=CharField())
        found = self.filter(year=year, kind=kind).alias(where=where)
        return found.filter(where__startswith=F("division__path")).order_by("-division__path")


class InspectionCalendar(models.Model):
    """年检日程: the days that a municipality's or a district's notice set for one year and kind."""

    year = models.PositiveSmallIntegerField(_("year inspected"))
    kind = models.CharField(_("kind of inspection"), max_length=15, choices=Kind)
    division = models.ForeignKey(
        Division, verbose_name=_("holds in"), on_delete=models.PROTECT, related_name="+"
    )
    opens_on = models.DateField(_("opens on"))
    unit_due_on = models.DateField(_("to the supervising unit by"), null=True, blank=True)
    authority_due_on = models.DateField(_("to the registration authority by"))
    doc_no = models.CharField(_("document no."), max_length=60)
    version = models.PositiveIntegerField(_("version"), default=1)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    objects = InspectionCalendarQuerySet.as_manager()

    class Meta:
        verbose_name = _("days of an annual inspection")
        verbose_name_plural = _("days of annual inspections")
        ordering = ["-year", "kind", "id"]
        constraints = [
            models.UniqueConstraint(
                name="inspection_calendar_once", fields=["year", "kind", "division"]
            ),
            models.CheckConstraint(name="inspection_calendar_year", condition=IS_A_YEAR),
            models.CheckConstraint(
                name="inspection_calendar_ordered",
                condition=Q(opens_on__lte=F("authority_due_on"))
                & (
                    Q(unit_due_on=None)
                    | Q(unit_due_on__gte=F("opens_on"), unit_due_on__lte=F("authority_due_on"))
                ),
            ),
            models.CheckConstraint(name="inspection_calendar_doc_no", condition=~Q(doc_no="")),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(OF_CALENDAR),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.get_kind_display()}"


class CampaignQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Campaigns of the districts in which ``user`` sees organizations: a township, and a center
        in it, see what their district asks."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        mine = Membership.objects.filter(
            user=user,
            role__in=roles_with(Capability.CENTER_VIEW),
            center__division__path__startswith=OuterRef("district__path"),
        )
        query = Q(Exists(mine))
        for path in user.paths_with(Capability.CENTER_VIEW):
            codes = path.rstrip("/").split("/")
            above = ["/".join(codes[:n]) + "/" for n in range(2, len(codes))]
            query |= Q(district__path__startswith=path) | Q(district__path__in=above)
        return self.filter(query)

    def within(self, division: Division) -> Self:
        """Campaigns of ``division`` and of everything below it."""
        return self.filter(district__path__startswith=division.path)


class Campaign(models.Model):
    """年检组织工作: what a district asks of every organization due, for one year and kind."""

    class Status(models.TextChoices):
        OPEN = "open", _("under way")
        CLOSED = "closed", _("campaign ended")

    TRANSITIONS = CAMPAIGN_MOVES

    district = models.ForeignKey(
        Division, verbose_name=_("district"), on_delete=models.PROTECT, related_name="+"
    )
    year = models.PositiveSmallIntegerField(_("year inspected"))
    kind = models.CharField(_("kind of inspection"), max_length=15, choices=Kind)
    title = models.CharField(_("title"), max_length=60)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.OPEN)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("opened by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    opened_at = models.DateTimeField(_("opened at"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("closed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual-inspection campaign")
        verbose_name_plural = _("annual-inspection campaigns")
        ordering = ["-year", "kind", "id"]
        constraints = [
            models.UniqueConstraint(name="campaign_once", fields=["district", "year", "kind"]),
            models.CheckConstraint(name="campaign_year", condition=IS_A_YEAR),
            models.CheckConstraint(name="campaign_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="campaign_closed_who_when",
                condition=who_and_when("closed_by", "closed_at")
                & (
                    Q(status="closed", closed_at__isnull=False)
                    | (~Q(status="closed") & Q(closed_at=None))
                ),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="campaign_transitions", field="status", transitions=jumps(CAMPAIGN_MOVES)
            ),
            pgtrigger.ReadOnly(
                name="campaign_of_its_year", fields=["district", "year", "kind", "opened_by"]
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(OF_CAMPAIGN),
        ]

    def __str__(self) -> str:
        return self.title


class InspectionQuerySet(RegisterQuerySet):
    place = "organization__division"


class Inspection(models.Model):
    """年检: one organization's inspection, or report as a charity, for one year.

    The authority concludes; what stands here is what it notified. Late is no state: the dates say
    it (``selectors.inspections.with_state``).
    """

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("not begun yet")
        FILLING = "filling", _("being filled in")
        WITH_UNIT = "with_unit", _("with the supervising unit")
        WITH_AUTHORITY = "with_authority", _("with the registration authority")
        RETURNED = "returned", _("sent back for correction")
        CONCLUDED = "concluded", _("conclusion notified")
        EXEMPT = "exempt", _("exempt")
        MISSED = "missed", _("did not take part")

    class ExemptReason(models.TextChoices):
        SIX_MONTHS = "six_months", _("registered for not more than six months")
        OTHER = "other", _("for another reason")

    class Conclusion(models.TextChoices):
        QUALIFIED = "qualified", _("qualified")
        BASICALLY_QUALIFIED = "basically_qualified", _("basically qualified")
        UNQUALIFIED = "unqualified", _("unqualified")

    TRANSITIONS = INSPECTION_MOVES

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="inspections",
    )
    year = models.PositiveSmallIntegerField(_("year inspected"))
    kind = models.CharField(_("kind of inspection"), max_length=15, choices=Kind)
    campaign = models.ForeignKey(
        Campaign,
        verbose_name=_("campaign"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="inspections",
    )
    status = models.CharField(
        _("status"), max_length=15, choices=Status, default=Status.NOT_STARTED
    )
    exempt_reason = models.CharField(
        _("why exempt"), max_length=10, choices=ExemptReason, null=True, blank=True
    )
    to_unit_on = models.DateField(_("to the supervising unit on"), null=True, blank=True)
    filed_on = models.DateField(_("filed with the authority on"), null=True, blank=True)
    returned_on = models.DateField(_("last sent back on"), null=True, blank=True)
    return_count = models.PositiveSmallIntegerField(_("times sent back"), default=0)
    conclusion = models.CharField(
        _("conclusion of the authority"), max_length=20, choices=Conclusion, null=True, blank=True
    )
    concluded_on = models.DateField(_("notified on"), null=True, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    center = models.ForeignKey(
        Center,
        verbose_name=_("center that helps"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="inspections",
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("annual inspection")
        verbose_name_plural = _("annual inspections")
        ordering = ["-year", "id"]
        constraints = [
            models.UniqueConstraint(name="inspection_once_a_year", fields=["organization", "year"]),
            models.CheckConstraint(name="inspection_year", condition=IS_A_YEAR),
            models.CheckConstraint(
                name="inspection_concluded_with_conclusion",
                condition=Q(status="concluded", conclusion__isnull=False)
                | (~Q(status="concluded") & Q(conclusion=None, concluded_on=None, doc_no="")),
            ),
            models.CheckConstraint(
                name="inspection_exempt_with_reason",
                condition=Q(status="exempt", exempt_reason__isnull=False)
                | (~Q(status="exempt") & Q(exempt_reason=None)),
            ),
            models.CheckConstraint(
                name="inspection_filed_when",
                condition=~Q(status="with_authority") | Q(filed_on__isnull=False),
            ),
            models.CheckConstraint(
                name="inspection_with_unit_when",
                condition=~Q(status="with_unit") | Q(to_unit_on__isnull=False),
            ),
            models.CheckConstraint(
                name="inspection_returned_when",
                condition=Q(return_count=0, returned_on=None)
                | Q(return_count__gte=1, returned_on__isnull=False),
            ),
            models.CheckConstraint(
                name="inspection_returned_once_at_least",
                condition=~Q(status="returned") | Q(return_count__gte=1),
            ),
            models.CheckConstraint(
                name="inspection_concluded_after_filing",
                condition=Q(concluded_on=None)
                | Q(filed_on=None)
                | Q(concluded_on__gte=F("filed_on")),
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "status"], name="inspection_of_campaign"),
            models.Index(fields=["year", "organization"], name="inspection_of_year"),
        ]
        triggers = [
            pgtrigger.FSM(
                name="inspection_transitions", field="status", transitions=jumps(INSPECTION_MOVES)
            ),
            pgtrigger.ReadOnly(name="inspection_of_its_year", fields=["organization", "year"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(
                OF_ORGANIZATION.format(
                    key="{row}.id", joins="", where="organization.id = {row}.organization_id"
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.year}"

    @property
    def division_path(self) -> str:
        return self.organization.division.path


class InspectionHelpQuerySet(VoidableQuerySet):
    entered = "at"


class InspectionHelp(Voidable):
    """年检辅导: what a center did on a day so that an organization is inspected.

    The first of a center for an inspection enters a work record: of FN-12 organizations are
    counted, not telephone calls. What was entered by mistake is voided with a reason.
    """

    class Kind(models.TextChoices):
        CONTACT = "contact", _("contacted")
        REMIND = "remind", _("reminded")
        EXPLAIN = "explain", _("form explained")
        PRECHECK = "precheck", _("checked beforehand whether it is complete")
        RECTIFY = "rectify", _("helped to write what is put right")

    inspection = models.ForeignKey(
        Inspection,
        verbose_name=_("annual inspection"),
        on_delete=models.PROTECT,
        related_name="helps",
    )
    kind = models.CharField(_("kind of help"), max_length=10, choices=Kind)
    happened_on = models.DateField(_("day"))
    text = models.CharField(_("what was done"), max_length=500, blank=True)
    is_complete = models.BooleanField(_("papers complete"), null=True, blank=True)
    center = models.ForeignKey(
        Center, verbose_name=_("center"), on_delete=models.PROTECT, related_name="+"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("entered at"))
    record = models.OneToOneField(
        WorkRecord,
        verbose_name=_("work record"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="inspection_help",
    )

    objects = InspectionHelpQuerySet.as_manager()

    class Meta:
        verbose_name = _("help with an annual inspection")
        verbose_name_plural = _("help with annual inspections")
        ordering = ["inspection", "happened_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="inspection_help_counts_once",
                fields=["inspection", "center"],
                condition=Q(record__isnull=False, voided_at=None),
            ),
            models.CheckConstraint(
                name="inspection_help_voided_who_when_why",
                condition=who_when_why(),
            ),
            models.CheckConstraint(
                name="inspection_help_complete_of_precheck",
                condition=Q(kind="precheck", is_complete__isnull=False)
                | (~Q(kind="precheck") & Q(is_complete=None)),
            ),
        ]
        indexes = [models.Index(fields=["center", "happened_on"], name="inspection_help_of_center")]
        triggers = [
            # Where the first help is taken back, the next one counts in its place.
            pgtrigger.ReadOnly(name="voided_only", exclude=["record", *VOIDED]),
            pgtrigger.Protect(
                name="counted_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__record__isnull=False)
                & pgtrigger.Q(old__record__df=pgtrigger.F("new__record")),
            ),
            voided_once(),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            # Whether an inspection is helped is told with it.
            Feeds(
                OF_ORGANIZATION.format(
                    key="{row}.inspection_id",
                    joins=" JOIN organizations_inspection inspection"
                    " ON inspection.organization_id = organization.id",
                    where="inspection.id = {row}.inspection_id",
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.inspection} {self.happened_on} {self.get_kind_display()}"


class InspectionMaterial(models.Model):
    """年检材料: whether one paper of an inspection is there."""

    class Code(models.TextChoices):
        REPORT_FORM = "report_form", _("report form")
        CERTIFICATE = "certificate", _("copy of the registration certificate")
        STATEMENTS = "statements", _("financial statements")
        LICENSE = "license", _("copy of the license, where there is one")
        OTHER = "other", _("another paper")

    class State(models.TextChoices):
        MISSING = "missing", _("paper missing")
        RECEIVED = "received", _("paper received")
        NOT_NEEDED = "not_needed", _("not needed")

    inspection = models.ForeignKey(
        Inspection,
        verbose_name=_("annual inspection"),
        on_delete=models.PROTECT,
        related_name="materials",
    )
    code = models.CharField(_("paper"), max_length=15, choices=Code)
    state = models.CharField(_("state"), max_length=10, choices=State)
    note = models.CharField(_("note"), max_length=200, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("changed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    changed_at = models.DateTimeField(_("changed at"))

    class Meta:
        verbose_name = _("paper of an annual inspection")
        verbose_name_plural = _("papers of annual inspections")
        ordering = ["inspection", "id"]
        constraints = [
            models.UniqueConstraint(name="inspection_material_once", fields=["inspection", "code"])
        ]
        triggers = [pgtrigger.Protect(name="kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.inspection} {self.get_code_display()}"
