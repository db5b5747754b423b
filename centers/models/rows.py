"""The dated rows a section holds. ``starts_on`` and ``ends_on`` are inclusive; null is open."""

from typing import Any, ClassVar
from uuid import uuid4

import pgtrigger
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models.center import Person
from centers.models.filing import Section

# A section that is submitted or accepted stands as it was declared. The one exception is the
# reviewer's column on premises, written in the transaction that accepts the section.
FROZEN = """
IF EXISTS (
    SELECT 1 FROM centers_section WHERE id IN (OLD.section_id, NEW.section_id)
    AND (status = 'accepted' OR (status = 'submitted' AND NOT ({may_change})))
) THEN
    RAISE EXCEPTION 'the section is submitted or accepted and can no longer change'
        USING ERRCODE = 'integrity_constraint_violation';
END IF;
IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
RETURN NEW;
"""
ONLY_ADEQUACY = "TG_OP = 'UPDATE' AND to_jsonb(OLD) - 'adequacy' = to_jsonb(NEW) - 'adequacy'"


def frozen_with_section(may_change: str = "FALSE") -> pgtrigger.Trigger:
    """Refuse changes to rows of submitted and accepted sections.

    ``may_change`` is the condition under which a row of a submitted section still may.
    """
    return pgtrigger.Trigger(
        name="frozen_with_section",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=FROZEN.format(may_change=may_change),
    )


class Row(models.Model):
    """One dated line of a section; ``position`` is its order, from 1."""

    section = models.ForeignKey(
        Section, verbose_name=_("section"), on_delete=models.CASCADE, related_name="+"
    )
    position = models.PositiveSmallIntegerField(_("no."))
    # Who the row is, through corrections and from filing to filing.
    line = models.UUIDField(_("row"), default=uuid4, db_default=RandomUUID(), editable=False)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        abstract = True
        ordering = ["section", "position"]
        constraints = [
            models.UniqueConstraint(name="%(class)s_position", fields=["section", "position"]),
            models.UniqueConstraint(name="%(class)s_line", fields=["section", "line"]),
            models.CheckConstraint(
                name="%(class)s_dates_ordered",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]
        triggers = [frozen_with_section()]

    def __str__(self) -> str:
        return f"{self.section_id} / {self.position}"


class ProfileRow(Row):
    """基本情况: name, registration and operating model over one period."""

    class RegistrationStatus(models.TextChoices):
        REGISTERED = "registered", _("registered")
        PREPARING = "preparing", _("in preparation")
        UNREGISTERED = "unregistered", _("not registered")
        DEREGISTERED = "deregistered", _("deregistered")

    class OperatingModel(models.TextChoices):
        SELF_RUN = "self_run", _("self-run")
        ENTRUSTED = "entrusted", _("entrusted to an operator")
        JOINT_OFFICE = "joint_office", _("joint office")
        PREPARING = "preparing", _("in preparation")

    class Grade(models.TextChoices):
        A5 = "5A", "5A"
        A4 = "4A", "4A"
        A3 = "3A", "3A"
        A2 = "2A", "2A"
        A1 = "1A", "1A"
        NONE = "none", _("not graded")

    class InspectionConclusion(models.TextChoices):
        QUALIFIED = "qualified", _("qualified")
        BASICALLY_QUALIFIED = "basically_qualified", _("basically qualified")
        UNQUALIFIED = "unqualified", _("unqualified")
        ABSENT = "absent", _("did not take part")
        EXEMPT = "exempt", _("exempt")

    name = models.CharField(_("registered name"), max_length=60)
    uscc = models.CharField(_("credit code"), max_length=18, null=True, blank=True)
    registration_status = models.CharField(
        _("registration status"), max_length=15, choices=RegistrationStatus, null=True, blank=True
    )
    registered_on = models.DateField(_("registered on"), null=True, blank=True)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    registered_capital_yuan = models.DecimalField(
        _("registered capital (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    supervising_unit = models.CharField(_("supervising unit"), max_length=60, blank=True)
    operating_model = models.CharField(
        _("operating model"), max_length=15, choices=OperatingModel, null=True, blank=True
    )
    operator_name = models.CharField(_("operator"), max_length=60, blank=True)
    legal_representative = models.ForeignKey(
        Person,
        verbose_name=_("legal representative"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    address = models.CharField(_("address"), max_length=120, blank=True)
    grade = models.CharField(_("grade"), max_length=5, choices=Grade, null=True, blank=True)
    grade_until = models.DateField(_("grade valid until"), null=True, blank=True)
    last_inspection = models.CharField(
        _("last annual inspection"),
        max_length=20,
        choices=InspectionConclusion,
        null=True,
        blank=True,
    )
    basic_cost_yuan = models.DecimalField(
        _("basic running cost of a year (yuan)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
    )
    is_legal_representative_chair = models.BooleanField(
        _("legal representative chairs the council"), null=True, blank=True
    )
    organization_count = models.PositiveIntegerField(
        _("social organizations in the township"), null=True, blank=True
    )

    class Meta(Row.Meta):
        verbose_name = _("profile row")
        verbose_name_plural = _("profile rows")
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(
                name="profilerow_operator_when_entrusted",
                condition=Q(operating_model=None)
                | ~Q(operating_model="entrusted")
                | ~Q(operator_name=""),
            ),
            models.CheckConstraint(
                name="profilerow_uscc_pattern",
                condition=Q(uscc=None)
                | Q(uscc__regex=r"^[0-9A-HJ-NP-RTUWXY]{2}\d{6}[0-9A-HJ-NP-RTUWXY]{10}$"),
            ),
            models.CheckConstraint(
                name="profilerow_capital_not_negative",
                condition=Q(registered_capital_yuan=None) | Q(registered_capital_yuan__gte=0),
            ),
            models.CheckConstraint(
                name="profilerow_basic_cost_not_negative",
                condition=Q(basic_cost_yuan=None) | Q(basic_cost_yuan__gte=0),
            ),
        ]


class StaffRow(Row):
    """人员: one person in one post over one period."""

    class Post(models.TextChoices):
        DIRECTOR = "director", _("director")
        ACTING_DIRECTOR = "acting_director", _("acting director")
        STAFF = "staff", _("staff member")
        FINANCE = "finance", _("finance")
        OTHER = "other", _("other")

    class EmploymentType(models.TextChoices):
        LABOUR_CONTRACT = "labour_contract", _("labour contract")
        SECONDED_COMMUNITY_WORKER = "seconded_community_worker", _("seconded community worker")
        OPERATOR_ASSIGNED = "operator_assigned", _("assigned by the operator")
        LABOUR_DISPATCH = "labour_dispatch", _("labour dispatch")
        REHIRED_RETIREE = "rehired_retiree", _("rehired retiree")
        CONCURRENT_OFFICIAL = "concurrent_official", _("serving official, concurrently")
        PART_TIME = "part_time", _("part-time")
        VOLUNTEER = "volunteer", _("volunteer")

    class SocialWorkCertificate(models.TextChoices):
        ASSISTANT = "assistant", _("assistant social worker")
        INTERMEDIATE = "intermediate", _("social worker")
        SENIOR = "senior", _("senior social worker")
        NONE = "none", _("none")

    person = models.ForeignKey(
        Person, verbose_name=_("person"), on_delete=models.PROTECT, related_name="+"
    )
    post = models.CharField(_("post"), max_length=20, choices=Post)
    employment_type = models.CharField(
        _("employment"), max_length=30, choices=EmploymentType, null=True, blank=True
    )
    is_full_time = models.BooleanField(_("full-time"), null=True, blank=True)
    is_council_appointed = models.BooleanField(_("appointed by the council"), null=True, blank=True)
    is_openly_recruited = models.BooleanField(_("openly recruited"), null=True, blank=True)
    education = models.CharField(_("education"), max_length=20, blank=True)
    social_work_certificate = models.CharField(
        _("social-work certificate"),
        max_length=15,
        choices=SocialWorkCertificate,
        null=True,
        blank=True,
    )
    pay_follows_community_worker = models.BooleanField(
        _("pay follows that of community workers"), null=True, blank=True
    )

    class Meta(Row.Meta):
        verbose_name = _("staff row")
        verbose_name_plural = _("staff rows")


class PremisesRow(Row):
    """场所: one place over one period. ``adequacy`` is the bureau's judgment on acceptance."""

    class AreaBasis(models.TextChoices):
        USABLE = "usable", _("usable area")
        BUILT = "built", _("built area")

    class RightKind(models.TextChoices):
        OWNED = "owned", _("owned")
        LEASED = "leased", _("leased")
        FREE_USE = "free_use", _("free use")
        CO_BUILT = "co_built", _("co-built")

    class Adequacy(models.TextChoices):
        SATISFIES = "satisfies", _("satisfies")
        BASICALLY = "basically", _("basically satisfies")
        FAILS = "fails", _("does not satisfy")

    class CoLocation(models.TextChoices):
        PARTY_SERVICE_CENTER = "party_service_center", _("party-masses service center")
        COMMUNITY_COMPLEX = "community_complex", _("community service complex")
        INCUBATION_PARK = "incubation_park", _("incubation park")
        ELDERLY_SERVICE_CENTER = "elderly_service_center", _("elderly-service center")
        MINOR_PROTECTION_STATION = "minor_protection_station", _("minor-protection station")
        CHARITY_SHOP = "charity_shop", _("charity shop")
        OTHER = "other", _("other")

    address = models.CharField(_("address"), max_length=120, blank=True)
    exclusive_area_m2 = models.DecimalField(
        _("exclusive area (m²)"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    shared_area_m2 = models.DecimalField(
        _("shared area (m²)"), max_digits=8, decimal_places=2, null=True, blank=True
    )
    share_ratio = models.DecimalField(
        _("share ratio"), max_digits=5, decimal_places=4, null=True, blank=True
    )
    area_basis = models.CharField(
        _("area basis"), max_length=10, choices=AreaBasis, null=True, blank=True
    )
    right_kind = models.CharField(
        _("title or right of use"), max_length=10, choices=RightKind, null=True, blank=True
    )
    right_from_on = models.DateField(_("right of use from"), null=True, blank=True)
    right_to_on = models.DateField(_("right of use to"), null=True, blank=True)
    co_location = models.JSONField(_("co-located with"), default=list, blank=True)
    is_relatively_independent = models.BooleanField(
        _("relatively independent"), null=True, blank=True
    )
    has_signage = models.BooleanField(_("signage"), null=True, blank=True)
    has_equipment = models.BooleanField(_("equipment"), null=True, blank=True)
    adequacy = models.CharField(
        _("meets the needs of work (judged by the bureau)"),
        max_length=10,
        choices=Adequacy,
        null=True,
        blank=True,
    )

    class Meta(Row.Meta):
        verbose_name = _("premises row")
        verbose_name_plural = _("premises rows")
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(
                name="premisesrow_areas_not_negative",
                condition=(Q(exclusive_area_m2=None) | Q(exclusive_area_m2__gte=0))
                & (Q(shared_area_m2=None) | Q(shared_area_m2__gte=0)),
            ),
            models.CheckConstraint(
                name="premisesrow_ratio_is_a_share",
                condition=Q(share_ratio=None) | Q(share_ratio__gte=0, share_ratio__lte=1),
            ),
        ]
        triggers = [frozen_with_section(ONLY_ADEQUACY)]


class AccountRow(Row):
    """银行账户: whose name an account stands in; never its number."""

    holder = models.CharField(_("account holder"), max_length=60)
    bank = models.CharField(_("bank"), max_length=60, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("account row")
        verbose_name_plural = _("account rows")


class FundingRow(Row):
    """经费: one commitment, or one year's figure of a source. Amounts in yuan."""

    class Form(models.TextChoices):
        GRANT = "grant", _("government grant")
        PURCHASE = "purchase", _("government purchase")
        WELFARE_LOTTERY = "welfare_lottery", _("welfare-lottery fund")
        DONATION = "donation", _("donation")
        COMMUNITY_FOUNDATION = "community_foundation", _("community foundation")
        EARNED_INCOME = "earned_income", _("earned income")
        OTHER = "other", _("other")

    class Purpose(models.TextChoices):
        BASIC_OPERATION = "basic_operation", _("basic operation")
        PROJECT = "project", _("project")
        MIXED = "mixed", _("mixed")

    fiscal_year = models.PositiveSmallIntegerField(_("fiscal year"), null=True, blank=True)
    form = models.CharField(_("form"), max_length=20, choices=Form)
    purpose = models.CharField(
        _("purpose"), max_length=20, choices=Purpose, null=True, blank=True
    )
    payer = models.CharField(_("payer"), max_length=60, blank=True)
    contract_name = models.CharField(_("contract or document"), max_length=120, blank=True)
    contract_no = models.CharField(_("contract or document no."), max_length=60, blank=True)
    route = models.CharField(_("procurement route"), max_length=30, blank=True)
    amount_yuan = models.DecimalField(
        _("amount (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    basic_amount_yuan = models.DecimalField(
        _("of which basic operation (yuan)"),
        max_digits=16,
        decimal_places=2,
        null=True,
        blank=True,
    )
    received_yuan = models.DecimalField(
        _("received (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    is_declared_annual = models.BooleanField(_("annual purchase"), null=True, blank=True)
    is_annual_renewal = models.BooleanField(
        _("multi-year with annual renewal"), null=True, blank=True
    )

    class Meta(Row.Meta):
        verbose_name = _("funding row")
        verbose_name_plural = _("funding rows")
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(
                name="fundingrow_amounts_not_negative",
                condition=(Q(amount_yuan=None) | Q(amount_yuan__gte=0))
                & (Q(basic_amount_yuan=None) | Q(basic_amount_yuan__gte=0))
                & (Q(received_yuan=None) | Q(received_yuan__gte=0)),
            ),
            models.CheckConstraint(
                name="fundingrow_basic_within_amount",
                condition=Q(basic_amount_yuan=None)
                | Q(amount_yuan=None)
                | Q(basic_amount_yuan__lte=F("amount_yuan")),
            ),
        ]


class CouncilRow(Row):
    """理事会: one term of the council."""

    member_count = models.PositiveSmallIntegerField(_("council members"), null=True, blank=True)
    has_supervisor = models.BooleanField(_("has a supervisor"), null=True, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("council row")
        verbose_name_plural = _("council rows")


class FunctionRow(Row):
    """职能任务: the figure of one function for one year. No row, or no count, is no data."""

    fiscal_year = models.PositiveSmallIntegerField(_("year"))
    function = models.CharField(_("function"), max_length=5)
    count = models.PositiveIntegerField(_("count"), null=True, blank=True)

    class Meta(Row.Meta):
        verbose_name = _("function row")
        verbose_name_plural = _("function rows")
        constraints = [
            *Row.Meta.constraints,
            models.UniqueConstraint(
                name="functionrow_once_per_year", fields=["section", "fiscal_year", "function"]
            ),
            models.CheckConstraint(
                name="functionrow_function_code", condition=Q(function__regex=r"^FN-\d\d$")
            ),
        ]


class StatutoryRow(Row):
    """法定事项: one duty the law lays on a registered center, and whether and when it was done."""

    class Matter(models.TextChoices):
        SEAL_FILING = "seal_filing", _("filing of the seal")
        ACCOUNT_FILING = "account_filing", _("filing of the bank account")
        REGISTERED_CHANGE = "registered_change", _("change of a registered matter")
        ARTICLES_CHANGE = "articles_change", _("change of the articles")
        DONATION_USE = "donation_use", _("use of donations and grants")
        AUDIT = "head_change_audit", _("audit on a change at the head")
        BRANCHES = "branches", _("branches")
        PROFIT_MAKING = "profit_making", _("profit-making business")
        CAPITAL = "capital", _("origin of the start-up funds")

    # Something happened on a day, and something is due because of it.
    CHANGES = (Matter.REGISTERED_CHANGE, Matter.ARTICLES_CHANGE, Matter.AUDIT)
    FILINGS = (Matter.SEAL_FILING, Matter.ACCOUNT_FILING)
    # What is so or not, and has no day.
    STATES = (Matter.BRANCHES, Matter.PROFIT_MAKING)
    # What is asked of each matter, beside its period and the note.
    ASKED: ClassVar[dict[str, frozenset[str]]] = {
        **dict.fromkeys(CHANGES, frozenset({"occurred_on", "done_on"})),
        **dict.fromkeys(
            (*FILINGS, Matter.DONATION_USE), frozenset({"occurred_on", "done_on", "is_so"})
        ),
        **dict.fromkeys(STATES, frozenset({"is_so"})),
        Matter.CAPITAL: frozenset({"non_state_share"}),
    }

    matter = models.CharField(_("matter"), max_length=20, choices=Matter)
    occurred_on = models.DateField(_("consent or change on"), null=True, blank=True)
    done_on = models.DateField(_("done on"), null=True, blank=True)
    is_so = models.BooleanField(_("is it so"), null=True, blank=True)
    non_state_share = models.DecimalField(
        _("share of non-state funds"), max_digits=5, decimal_places=4, null=True, blank=True
    )

    class Meta(Row.Meta):
        verbose_name = _("statutory row")
        verbose_name_plural = _("statutory rows")
        constraints = [
            *Row.Meta.constraints,
            models.CheckConstraint(
                name="statutoryrow_matter_known",
                condition=Q(
                    matter__in=[
                        *("seal_filing", "account_filing", "registered_change"),
                        *("articles_change", "donation_use", "head_change_audit"),
                        *("branches", "profit_making", "capital"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="statutoryrow_change_has_its_day",
                condition=Q(occurred_on__isnull=False)
                | ~Q(matter__in=["registered_change", "articles_change", "head_change_audit"]),
            ),
            models.CheckConstraint(
                name="statutoryrow_days_where_asked",
                condition=Q(occurred_on=None, done_on=None)
                | ~Q(matter__in=["branches", "profit_making", "capital"]),
            ),
            # The accounts are often audited before the head leaves.
            models.CheckConstraint(
                name="statutoryrow_done_after_it_occurred",
                condition=Q(occurred_on=None)
                | Q(done_on=None)
                | Q(matter="head_change_audit")
                | Q(done_on__gte=F("occurred_on")),
            ),
            models.CheckConstraint(
                name="statutoryrow_answer_where_asked",
                condition=Q(is_so=None)
                | ~Q(
                    matter__in=[
                        *("registered_change", "articles_change", "head_change_audit"),
                        "capital",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="statutoryrow_not_filed_without_day",
                condition=Q(done_on=None)
                | ~Q(matter__in=["seal_filing", "account_filing"], is_so=False),
            ),
            models.CheckConstraint(
                name="statutoryrow_share_of_the_capital",
                condition=Q(non_state_share=None)
                | Q(matter="capital", non_state_share__gte=0, non_state_share__lte=1),
            ),
        ]


ROW_MODELS: dict[str, type[Row]] = {
    Section.Kind.PROFILE: ProfileRow,
    Section.Kind.STAFF: StaffRow,
    Section.Kind.PREMISES: PremisesRow,
    Section.Kind.ACCOUNTS: AccountRow,
    Section.Kind.FUNDING: FundingRow,
    Section.Kind.GOVERNANCE: CouncilRow,
    Section.Kind.FUNCTIONS: FunctionRow,
    Section.Kind.STATUTORY: StatutoryRow,
}
