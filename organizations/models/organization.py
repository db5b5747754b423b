"""The register of social organizations: what each is now, and its names and domiciles by day."""

from datetime import date
from functools import reduce
from operator import and_
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center, Membership
from portal.feeds.triggers import Feeds, to_division
from portal.jurisdictions.models import Division
from portal.transitions import jumps
from portal.users.models import User
from portal.users.roles import Capability, roles_with

USCC_PATTERN = r"^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$"
# What portal.cells drops, and what it takes for one another, when names are compared; in SQL.
DROPPED = (
    r"[\u0001-\u0020\u007f\u0085\u00a0\u00ad\u1680\u2000-\u200f\u2028-\u202f\u205f"
    r"\u2060\u3000\ufeff]"
)
DASHES = r"[-\u2010-\u2015\u2212\u2500\ufe58\ufe63\uff0d]+"
NAME_KEY = (
    "translate(normalize(lower(regexp_replace(regexp_replace(normalize(%(expressions)s, NFKC),"
    f" '{DROPPED}', '', 'g'), '{DASHES}', '-', 'g') COLLATE pg_c_utf8), NFKC),"
    " '([{【〔〖〘)]}】〕〗〙', '（（（（（（（）））））））')"
)

# What hangs on an organization lies where it lies.
TO_ITS_INSPECTIONS = (
    "SELECT 'inspections', 'I' || inspection.id, place.path"
    " FROM organizations_inspection inspection"
    " JOIN jurisdictions_division place ON place.id = {row}.division_id"
    " WHERE inspection.organization_id = {row}.id"
)
TO_ITS_WARNINGS = (
    "SELECT 'warnings', 'W' || warning.id, place.path"
    " FROM organizations_earlywarning warning"
    " JOIN jurisdictions_division place ON place.id = {{row}}.division_id"
    " WHERE warning.{column} = {{row}}.id"
)
FORMER_NAMES = """
UPDATE organizations_organization SET former_names = (
    SELECT string_agg('|' || name_key, '' ORDER BY to_on DESC, id)
    FROM organizations_organizationname
    WHERE organization_id = NEW.organization_id AND to_on IS NOT NULL
) WHERE id = NEW.organization_id;
RETURN NULL;
"""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
# Status → those it can change to.
ORGANIZATION_MOVES = {
    "normal": frozenset({"deregistering", "deregistered", "withdrawn", "revoked"}),
    "deregistering": frozenset({"normal", "deregistered"}),
    "revoked": frozenset({"deregistered"}),
}


def key_of(field: str) -> Func:
    """The form in which names are compared, as ``portal.cells.match_key`` makes it."""
    return Func(F(field), template=NAME_KEY)


def searched(name: str, initials: str, uscc: str, former: str) -> Func:
    """The fields by which organizations are looked for, in one text; ``former`` begins with the
    sign that stands between the others, or is empty."""
    code = Func(F(uscc), template="lower(coalesce(%(expressions)s, ''))")
    now = Func(
        key_of(name), F(initials), code, template="(%(expressions)s)", arg_joiner=" || '|' || "
    )
    return Func(now, F(former), template="(%(expressions)s)", arg_joiner=" || ")


def plausible(*fields: str) -> Q:
    """Each day is blank or of a year that a cell may hold: others are slips of the hand, and no
    months can be added to the year 9999."""
    held = [
        Q(**{field: None}) | Q(**{f"{field}__range": (FIRST_DAY, LAST_DAY)}) for field in fields
    ]
    return reduce(and_, held)


def once_at_a_time(name: str, message: Any) -> ExclusionConstraint:
    """Of the dated rows of an organization no two hold on one day."""
    whose = Func("organization", "organization", template="int8range(%(expressions)s, '[]')")
    when = Func("from_on", "to_on", template="daterange(%(expressions)s, '[]')")
    return ExclusionConstraint(
        name=name,
        expressions=[(whose, RangeOperators.OVERLAPS), (when, RangeOperators.OVERLAPS)],
        violation_error_message=message,
    )


def divisions_with(user: User, capability: str) -> "models.QuerySet[Division]":
    """Divisions in which ``user`` has ``capability``, given there, above, or at a center of it."""
    if user.is_superuser:
        return Division.objects.all()
    mine = Membership.objects.filter(
        user=user, center__division=OuterRef("pk"), role__in=roles_with(capability)
    )
    query = Q(Exists(mine))
    for path in user.paths_with(capability):
        query |= Q(path__startswith=path)
    return Division.objects.filter(query)


class DivisionScopedQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """Rows of the divisions in which ``user`` sees centers."""
        if user.is_superuser:
            return self
        query = Q(pk=None)
        for path in user.paths_with("center.view"):
            query |= Q(division__path__startswith=path)
        return self.filter(query)

    def within(self, division: Division) -> Self:
        """Rows of ``division`` and of everything below it."""
        return self.filter(division__path__startswith=division.path)


class RegisterQuerySet(DivisionScopedQuerySet):
    """Rows that lie in a township, which the centers of the township see as well."""

    # Where the row lies; of what hangs on an organization, "organization__division".
    place = "division"

    def visible_to(self, user: User) -> Self:
        """Rows of the divisions in which ``user`` sees centers, and of the townships of the
        centers at which ``user`` works."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        return self.seen_with(user, Capability.CENTER_VIEW)

    def seen_with(self, user: User, capability: str) -> Self:
        """Rows where ``user`` has ``capability``: in the division, or at a center of it.

        The divisions are found first: hundreds of thousands of rows are not compared by path.
        """
        return self.filter(**{f"{self.place}__in": divisions_with(user, capability)})

    def within(self, division: Division) -> Self:
        """Rows of ``division`` and of everything below it."""
        return self.filter(**{f"{self.place}__in": Division.objects.within(division.path)})


class Organization(models.Model):
    """社会组织: one registered legal entity, as its registration authority records it."""

    class OrgType(models.TextChoices):
        ASSOCIATION = "association", _("association")
        INSTITUTION = "social_service_institution", _("social-service institution")
        FOUNDATION = "foundation", _("foundation")

    class Status(models.TextChoices):
        NORMAL = "normal", _("normal")
        DEREGISTERING = "deregistering", _("being deregistered")
        DEREGISTERED = "deregistered", _("deregistered")
        WITHDRAWN = "withdrawn", _("registration withdrawn")
        REVOKED = "revoked", _("registration revoked")

    class CommunityKind(models.TextChoices):
        LIVELIHOOD = "livelihood", _("services for daily life")
        CHARITY = "charity", _("public benefit and charity")
        CULTURE_SPORT = "culture_sport", _("culture and sport")
        MEDIATION = "mediation", _("professional mediation")
        NONE = "none", _("not a community organization")

    class Grade(models.TextChoices):
        A5 = "5A", "5A"
        A4 = "4A", "4A"
        A3 = "3A", "3A"
        A2 = "2A", "2A"
        A1 = "1A", "1A"
        NONE = "none", _("not graded")

    class AuthorityLevel(models.TextChoices):
        MINISTRY = "ministry", _("Ministry of Civil Affairs")
        MUNICIPAL = "municipal", _("municipal authority")
        DISTRICT = "district", _("district authority")

    class PartyUnit(models.TextChoices):
        SINGLE = "single", _("party unit of its own")
        JOINT = "joint", _("joint party unit")
        NONE = "none", _("no party unit")

    TRANSITIONS = ORGANIZATION_MOVES
    # Sealed field → what it is sealed for.
    SEALED = {
        "legal_rep_id": "organizations.organization.legal_rep_id",
        "contact_phone": "organizations.organization.contact_phone",
    }

    name = models.CharField(_("name"), max_length=60)
    uscc = models.CharField(_("credit code"), max_length=18, null=True, blank=True, unique=True)
    org_type = models.CharField(_("type"), max_length=30, choices=OrgType)
    division = models.ForeignKey(
        Division, verbose_name=_("township"), on_delete=models.PROTECT, related_name="+"
    )
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=15, choices=Status, default=Status.NORMAL)
    supervising_unit = models.CharField(_("supervising unit"), max_length=60, blank=True)
    community_kind = models.CharField(
        _("kind of community organization"),
        max_length=15,
        choices=CommunityKind,
        null=True,
        blank=True,
    )
    is_charity = models.BooleanField(_("charitable organization"), null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=5, choices=Grade, null=True, blank=True)
    grade_until = models.DateField(_("grade valid until"), null=True, blank=True)
    center = models.OneToOneField(
        Center,
        verbose_name=_("service center it is"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="organization",
    )
    authority_level = models.CharField(
        _("registration authority"), max_length=10, choices=AuthorityLevel, null=True, blank=True
    )
    is_direct_registration = models.BooleanField(
        _("registered without a supervising unit"), null=True, blank=True
    )
    can_raise_publicly = models.BooleanField(
        _("qualified to raise funds from the public"), null=True, blank=True
    )
    old_certificate_no = models.CharField(_("old certificate no."), max_length=40, blank=True)
    certificate_ends_on = models.DateField(_("certificate valid until"), null=True, blank=True)
    registered_capital_yuan = models.DecimalField(
        _("registered capital (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    scope = models.TextField(_("scope of business"), max_length=2000, blank=True)
    staff_count = models.PositiveIntegerField(_("staff"), null=True, blank=True)
    full_time_count = models.PositiveIntegerField(_("full-time staff"), null=True, blank=True)
    party_unit = models.CharField(
        _("party unit"), max_length=10, choices=PartyUnit, null=True, blank=True
    )
    party_member_count = models.PositiveIntegerField(_("party members"), null=True, blank=True)
    has_party_liaison = models.BooleanField(_("has a party liaison"), null=True, blank=True)
    is_party_unit_required = models.BooleanField(
        _("ought to have a party unit"), null=True, blank=True
    )
    council_starts_on = models.DateField(_("council in office from"), null=True, blank=True)
    council_ends_on = models.DateField(_("council in office until"), null=True, blank=True)
    legal_representative = models.CharField(_("legal representative"), max_length=40, blank=True)
    legal_rep_id_sealed = models.BinaryField(
        _("identity number of the legal representative"), null=True, blank=True
    )
    legal_rep_id_digest = models.BinaryField(
        _("digest of the identity number"), null=True, blank=True
    )
    contact_name = models.CharField(_("contact"), max_length=40, blank=True)
    contact_phone_sealed = models.BinaryField(_("telephone of the contact"), null=True, blank=True)
    # The domicile, the township and the name repeat the dated rows that hold now.
    domicile = models.CharField(_("domicile"), max_length=200, blank=True)
    actual_address = models.CharField(_("where it actually works"), max_length=200, blank=True)
    # First letters of the name in pinyin, one word for each reading; empty until they are made.
    initials = models.CharField(_("pinyin initials"), max_length=240, blank=True, editable=False)
    # Names it has no more, as they are compared, each behind a "|"; written by the database.
    former_names = models.TextField(
        _("former names"), blank=True, default="", db_default="", editable=False
    )
    name_key = models.GeneratedField(
        expression=key_of("name"),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("name for comparing"),
    )
    search_text = models.GeneratedField(
        expression=searched("name", "initials", "uscc", "former_names"),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("text for searching"),
    )
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = RegisterQuerySet.as_manager()

    class Meta:
        verbose_name = _("social organization")
        verbose_name_plural = _("social organizations")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="organization_uscc_pattern",
                condition=Q(uscc=None) | Q(uscc__regex=USCC_PATTERN),
            ),
            models.CheckConstraint(
                name="organization_uscc_fits_type",
                condition=Q(uscc=None)
                | Q(org_type="association", uscc__regex="^.1")
                | Q(org_type="social_service_institution", uscc__regex="^.2")
                | Q(org_type="foundation", uscc__regex="^.3"),
            ),
            models.CheckConstraint(
                name="organization_grade_until_needs_grade",
                condition=Q(grade_until=None) | (Q(grade__isnull=False) & ~Q(grade="none")),
            ),
            models.CheckConstraint(
                name="organization_full_time_of_staff",
                condition=Q(full_time_count=None)
                | Q(staff_count=None)
                | Q(full_time_count__lte=F("staff_count")),
            ),
            models.CheckConstraint(
                name="organization_council_ordered",
                condition=Q(council_starts_on=None)
                | Q(council_ends_on=None)
                | Q(council_ends_on__gte=F("council_starts_on")),
            ),
            models.CheckConstraint(
                name="organization_sealed_with_digest",
                condition=Q(legal_rep_id_sealed=None, legal_rep_id_digest=None)
                | Q(legal_rep_id_sealed__isnull=False, legal_rep_id_digest__isnull=False),
            ),
            models.CheckConstraint(
                name="organization_public_raising_by_charities",
                condition=Q(can_raise_publicly=None)
                | Q(can_raise_publicly=False)
                | Q(is_charity__isnull=False, is_charity=True),
            ),
            models.CheckConstraint(
                name="organization_days_plausible",
                condition=plausible(
                    *("registered_on", "certificate_ends_on", "grade_until"),
                    *("council_starts_on", "council_ends_on"),
                ),
                violation_error_message=_(
                    "A day lies before 1900 or after 2100. Compare the years."
                ),
            ),
            models.CheckConstraint(
                name="organization_capital_not_negative",
                condition=Q(registered_capital_yuan=None) | Q(registered_capital_yuan__gte=0),
            ),
        ]
        indexes = [
            models.Index("division", F("id").desc(), name="organization_newest"),
            models.Index(fields=["name_key"], name="organization_name_key"),
            models.Index(
                fields=["legal_rep_id_digest"],
                name="organization_id_digest",
                condition=Q(legal_rep_id_digest__isnull=False),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="organization_transitions",
                field="status",
                transitions=jumps(ORGANIZATION_MOVES),
            ),
            # Whoever renames without knowing pinyin leaves the initials to be made anew.
            pgtrigger.Trigger(
                name="initials_follow_the_name",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__name__df=pgtrigger.F("new__name"))
                & pgtrigger.Q(old__initials=pgtrigger.F("new__initials")),
                func="NEW.initials := ''; RETURN NEW;",
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(to_division("organizations", "'O' || {row}.id")),
            Feeds(
                TO_ITS_INSPECTIONS,
                TO_ITS_WARNINGS.format(column="organization_id"),
                changed="OLD.division_id IS DISTINCT FROM NEW.division_id",
                name="feeds_of_moves",
                operation=pgtrigger.UpdateOf("division_id"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationName(models.Model):
    """名称: what an organization was called from a day on; the open row is its name now."""

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="names",
    )
    name = models.CharField(_("name"), max_length=60)
    # Null: since before anybody noted.
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("to"), null=True, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    # Null: what the register said when its days began to be kept.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))
    name_key = models.GeneratedField(
        expression=key_of("name"),
        output_field=models.TextField(),
        db_persist=True,
        verbose_name=_("name for comparing"),
    )

    class Meta:
        verbose_name = _("name of an organization")
        verbose_name_plural = _("names of organizations")
        ordering = ["organization", "id"]
        constraints = [
            models.CheckConstraint(name="organization_name_not_blank", condition=~Q(name="")),
            models.CheckConstraint(
                name="organization_name_dates_ordered",
                condition=Q(from_on=None) | Q(to_on=None) | Q(to_on__gte=F("from_on")),
            ),
            models.UniqueConstraint(
                name="organization_name_open_once",
                fields=["organization"],
                condition=Q(to_on=None),
            ),
            once_at_a_time(
                "organization_name_once_at_a_time",
                _("The organization had another name on some of these days."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["name_key"],
                name="organization_former_name",
                condition=Q(to_on__isnull=False),
            ),
        ]
        triggers = [
            # A row ends once; its wording can be corrected, and its first day with that of the
            # registration. Its document cannot.
            pgtrigger.ReadOnly(name="ended_only", exclude=["from_on", "to_on", "name", "name_key"]),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="former_names_are_searched",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("to_on", "name"),
                condition=pgtrigger.Q(new__to_on__isnull=False),
                func=FORMER_NAMES,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationDomicile(models.Model):
    """住所: where an organization was registered from a day on; the open row is where it is now."""

    organization = models.ForeignKey(
        Organization,
        verbose_name=_("social organization"),
        on_delete=models.PROTECT,
        related_name="domiciles",
    )
    address = models.CharField(_("domicile"), max_length=200, blank=True)
    division = models.ForeignKey(
        Division, verbose_name=_("township"), on_delete=models.PROTECT, related_name="+"
    )
    # Null: since before anybody noted.
    from_on = models.DateField(_("from"), null=True, blank=True)
    to_on = models.DateField(_("to"), null=True, blank=True)
    doc_no = models.CharField(_("document no."), max_length=60, blank=True)
    # Null: what the register said when its days began to be kept.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("domicile of an organization")
        verbose_name_plural = _("domiciles of organizations")
        ordering = ["organization", "id"]
        constraints = [
            models.CheckConstraint(
                name="organization_domicile_dates_ordered",
                condition=Q(from_on=None) | Q(to_on=None) | Q(to_on__gte=F("from_on")),
            ),
            models.UniqueConstraint(
                name="organization_domicile_open_once",
                fields=["organization"],
                condition=Q(to_on=None),
            ),
            once_at_a_time(
                "organization_domicile_once_at_a_time",
                _("The organization had another domicile on some of these days."),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="ended_only", exclude=["from_on", "to_on", "address", "division"]
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.address or str(self.division)
