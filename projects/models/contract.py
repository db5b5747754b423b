"""Contracts: what was agreed, what was added, what is due, delivered and paid, and how it goes."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models import Organization
from organizations.models.organization import divisions_with
from portal.feeds.triggers import Feeds
from portal.transitions import jumps
from portal.users.roles import Capability
from projects.models import feeds
from projects.models.guards import only_while
from projects.models.panel import Award
from projects.models.plan import CostLine, amount
from projects.models.procurement import Procurement
from projects.models.project import Project
from projects.models.scopes import own_organizations

CONTRACT_MOVES = {
    "drafted": frozenset({"signed", "terminated"}),
    "signed": frozenset({"accepted", "terminated"}),
    "accepted": frozenset({"settled"}),
}
PAYMENT_MOVES = {"planned": frozenset({"paid", "cancelled"})}
# Days of the longest contract of one year, and of several.
YEAR_DAYS, YEARS_DAYS = 366, 1096

SIGNED = """
IF NEW.signed_on IS NULL THEN
    RAISE EXCEPTION 'the day of signing is missing'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_signed_when';
END IF;
IF (SELECT coalesce(sum(share), 0) FROM projects_milestone
    WHERE contract_id = NEW.id) <> 100 THEN
    RAISE EXCEPTION 'the milestones do not sum to 100'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_milestones_100';
END IF;
IF (SELECT coalesce(sum(amount_yuan), 0) FROM projects_payment
    WHERE contract_id = NEW.id AND status <> 'cancelled') <> NEW.price_yuan THEN
    RAISE EXCEPTION 'the payments do not sum to the price'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'contract_payments_price';
END IF;
RETURN NEW;
"""
# Whoever writes money holds the contract first, so that two sums cannot both fit.
SUPPLEMENTED = """
PERFORM 1 FROM projects_contract WHERE id = NEW.contract_id FOR UPDATE;
IF (SELECT coalesce(sum(amount_yuan), 0) FROM projects_supplement
    WHERE contract_id = NEW.contract_id) + NEW.amount_yuan
   > (SELECT price_yuan FROM projects_contract
      WHERE id = NEW.contract_id AND status IN ('signed', 'accepted')) * 10 / 100
THEN
    RAISE EXCEPTION 'supplements exceed a tenth of the price'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'supplements_10_percent';
END IF;
IF NOT EXISTS (SELECT 1 FROM projects_contract
               WHERE id = NEW.contract_id AND status IN ('signed', 'accepted')) THEN
    RAISE EXCEPTION 'the contract is not signed'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'supplement_of_signed';
END IF;
RETURN NEW;
"""
PAID = """
PERFORM 1 FROM projects_contract WHERE id = NEW.contract_id FOR UPDATE;
IF NEW.status <> 'cancelled' AND
   (SELECT coalesce(sum(amount_yuan), 0) FROM projects_payment
    WHERE contract_id = NEW.contract_id AND status <> 'cancelled' AND id <> NEW.id)
   + NEW.amount_yuan
   > (SELECT price_yuan FROM projects_contract WHERE id = NEW.contract_id)
   + (SELECT coalesce(sum(amount_yuan), 0) FROM projects_supplement
      WHERE contract_id = NEW.contract_id)
THEN
    RAISE EXCEPTION 'payments exceed the price'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payments_within_price';
END IF;
IF NEW.status = 'paid' AND NOT EXISTS (
    SELECT 1 FROM projects_contract
    WHERE id = NEW.contract_id AND status IN ('signed', 'accepted')
) THEN
    RAISE EXCEPTION 'the contract is not in force'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_of_signed';
END IF;
IF NEW.status = 'paid' AND NEW.stage = 'acceptance' AND NOT EXISTS (
    SELECT 1 FROM projects_acceptance
    WHERE contract_id = NEW.contract_id AND result = 'passed' AND accepted_on <= NEW.paid_on
) THEN
    RAISE EXCEPTION 'nothing was accepted yet'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_after_acceptance';
END IF;
RETURN NEW;
"""
WHILE_DRAFTED = only_while("contract", "drafted", "the contract is signed")


# Others than the office read it from its signature on, and never a draft that was given up.
SHOWN = ~Q(status="drafted") & Q(signed_on__isnull=False)


class ContractQuerySet(models.QuerySet):
    def shown(self) -> Self:
        """Those that others than the office read."""
        return self.filter(SHOWN)

    def visible_to(self, user: Any) -> Self:
        """Contracts that ``user`` manages; once signed, those where ``user`` sees projects and
        those of ``user``'s organization."""
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        managed = divisions_with(user, Capability.CONTRACT_MANAGE)
        seen = divisions_with(user, Capability.PROJECT_VIEW)
        own = own_organizations(user)
        return self.filter(
            Q(project__division__in=managed)
            | (Q(project__division__in=seen) | Q(supplier__in=own)) & SHOWN
        )


class Contract(models.Model):
    """合同: what purchaser and supplier agreed. The price in yuan, days inclusive."""

    class Purpose(models.TextChoices):
        BASIC_OPERATION = "basic_operation", _("basic operation of a center")
        PROJECT = "project", _("a project")
        MIXED = "mixed", _("both")

    class Status(models.TextChoices):
        DRAFTED = "drafted", _("being drafted")
        SIGNED = "signed", _("signed")
        ACCEPTED = "accepted", _("accepted on completion")
        SETTLED = "settled", _("paid and settled")
        TERMINATED = "terminated", _("terminated")

    TRANSITIONS = CONTRACT_MOVES

    contract_no = models.CharField(_("contract no."), max_length=40, unique=True)
    procurement = models.ForeignKey(
        Procurement,
        verbose_name=_("procurement"),
        on_delete=models.PROTECT,
        related_name="contracts",
    )
    award = models.OneToOneField(
        Award, verbose_name=_("award"), on_delete=models.PROTECT, related_name="contract"
    )
    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.PROTECT, related_name="contracts"
    )
    supplier = models.ForeignKey(
        Organization,
        verbose_name=_("supplier"),
        on_delete=models.PROTECT,
        related_name="project_contracts",
    )
    title = models.CharField(_("title"), max_length=120)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    price_yuan = models.DecimalField(_("price (yuan)"), max_digits=16, decimal_places=2)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    is_annual_renewal = models.BooleanField(_("renewed yearly"), default=False)
    # The four conditions of a contract of more than a year.
    is_content_fixed = models.BooleanField(_("content relatively fixed"), default=False)
    is_continuous = models.BooleanField(_("needed continuously"), default=False)
    is_funding_stable = models.BooleanField(_("funding stable and budgeted"), default=False)
    is_price_steady = models.BooleanField(_("price steady"), default=False)
    standards = models.TextField(_("standards"), max_length=3000, blank=True)
    acceptance_method = models.TextField(_("how it is accepted"), max_length=1000, blank=True)
    liability = models.TextField(_("liability"), max_length=1000, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    published_on = models.DateField(_("published on"), null=True, blank=True)
    filed_on = models.DateField(_("filed with the finance department on"), null=True, blank=True)
    termination_reason = models.CharField(_("why it was terminated"), max_length=300, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFTED)
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("drafted by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    drafted_at = models.DateTimeField(_("drafted at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")
        ordering = ["-id"]
        constraints = [
            # Whoever won may refuse to sign; the next in the ranking is then contracted.
            models.UniqueConstraint(
                name="contract_one_of_a_procurement",
                fields=["procurement"],
                condition=~Q(status="terminated"),
            ),
            models.CheckConstraint(
                name="contract_priced", condition=Q(price_yuan__gt=0) & ~Q(title="")
            ),
            models.CheckConstraint(
                name="contract_days_ordered", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="contract_of_several_years_conditions",
                condition=Q(ends_on__lt=F("starts_on") + YEAR_DAYS)
                | Q(
                    is_content_fixed=True,
                    is_continuous=True,
                    is_funding_stable=True,
                    is_price_steady=True,
                ),
            ),
            models.CheckConstraint(
                name="contract_three_years_at_most",
                condition=Q(ends_on__lt=F("starts_on") + YEARS_DAYS),
            ),
            models.CheckConstraint(
                name="contract_terminated_why",
                condition=~Q(status="terminated") | ~Q(termination_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="contract_transitions", field="status", transitions=jumps(CONTRACT_MOVES)
            ),
            pgtrigger.Trigger(
                name="signed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status="drafted", new__status="signed"),
                func=SIGNED,
            ),
            pgtrigger.ReadOnly(
                name="drafted_once",
                fields=["procurement", "award", "project", "supplier", "drafted_by", "drafted_at"],
            ),
            pgtrigger.Protect(
                name="signed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.status <> 'drafted' AND"
                    " (OLD.contract_no, OLD.price_yuan, OLD.starts_on, OLD.ends_on, OLD.purpose,"
                    " OLD.title, OLD.standards, OLD.acceptance_method, OLD.liability,"
                    " OLD.signed_on) IS DISTINCT FROM"
                    " (NEW.contract_no, NEW.price_yuan, NEW.starts_on, NEW.ends_on, NEW.purpose,"
                    " NEW.title, NEW.standards, NEW.acceptance_method, NEW.liability,"
                    " NEW.signed_on)"
                ),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            Feeds(
                feeds.to_own_project(
                    "contracts", "'H' || {row}.id", shown=feeds.contract_shown("{row}")
                )
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract_no} {self.title}"


def while_drafted(
    operation: Any = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
) -> pgtrigger.Trigger:
    """Written only while the contract is a draft."""
    return pgtrigger.Trigger(
        name="while_drafted", when=pgtrigger.Before, operation=operation, func=WHILE_DRAFTED
    )


class ContractLine(models.Model):
    """合同明细: a service, how much of it and at what price; unit costs are taken from it."""

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="lines"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=CostLine.Kind)
    item = models.CharField(_("item"), max_length=60)
    unit = models.CharField(_("unit"), max_length=12)
    quantity = models.DecimalField(_("quantity"), max_digits=12, decimal_places=2)
    unit_price_yuan = models.DecimalField(_("unit price (yuan)"), max_digits=12, decimal_places=2)
    amount_yuan = amount()

    class Meta:
        verbose_name = _("line of a contract")
        verbose_name_plural = _("lines of contracts")
        ordering = ["contract", "position"]
        constraints = [
            models.UniqueConstraint(
                name="contractline_position_once",
                fields=["contract", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="contractline_amounts",
                condition=Q(quantity__gt=0, unit_price_yuan__gte=0) & ~Q(item="") & ~Q(unit=""),
            ),
        ]
        indexes = [models.Index(fields=["unit"], name="contractline_unit")]
        triggers = [while_drafted()]

    def __str__(self) -> str:
        return self.item


class Supplement(models.Model):
    """补充合同: an addition to a signed contract; all of them at most a tenth of its price."""

    class Reason(models.TextChoices):
        QUANTITY = "quantity", _("more of the same")
        SCOPE = "scope", _("other services")
        PERIOD = "period", _("longer period")
        PRICE = "price", _("changed prices")
        OTHER = "other", _("another reason")

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="supplements"
    )
    number = models.PositiveSmallIntegerField(_("no."))
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=16, decimal_places=2)
    reason_kind = models.CharField(_("kind of reason"), max_length=10, choices=Reason)
    reason = models.CharField(_("reason"), max_length=300)
    signed_on = models.DateField(_("signed on"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("supplement of a contract")
        verbose_name_plural = _("supplements of contracts")
        ordering = ["contract", "number"]
        constraints = [
            models.UniqueConstraint(name="supplement_number_once", fields=["contract", "number"]),
            models.CheckConstraint(
                name="supplement_reasoned", condition=Q(amount_yuan__gte=0) & ~Q(reason="")
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="within_a_tenth",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=SUPPLEMENTED,
            ),
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.number}"


class Milestone(models.Model):
    """里程碑: a part of the work and its share; all shares of a contract give 100."""

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="milestones"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=80)
    due_on = models.DateField(_("due on"))
    share = models.DecimalField(_("share (%)"), max_digits=5, decimal_places=2)
    delivered_on = models.DateField(_("delivered on"), null=True, blank=True)
    delivered_note = models.CharField(_("what was delivered"), max_length=300, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("confirmed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["contract", "position"]
        constraints = [
            models.UniqueConstraint(
                name="milestone_position_once",
                fields=["contract", "position"],
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="milestone_share", condition=Q(share__gt=0, share__lte=100) & ~Q(name="")
            ),
            models.CheckConstraint(
                name="milestone_confirmed_when_delivered",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    delivered_on__isnull=False,
                ),
            ),
        ]
        triggers = [
            while_drafted(pgtrigger.Insert | pgtrigger.Delete),
            pgtrigger.Protect(
                name="agreed_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "((OLD.contract_id, OLD.position, OLD.name, OLD.due_on, OLD.share)"
                    " IS DISTINCT FROM"
                    " (NEW.contract_id, NEW.position, NEW.name, NEW.due_on, NEW.share))"
                ),
            ),
            pgtrigger.Protect(
                name="confirmed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Payment(models.Model):
    """付款: a part of the price, planned, then paid once or cancelled."""

    class Stage(models.TextChoices):
        SIGNING = "signing", _("on signing")
        MIDTERM = "midterm", _("after the mid-term review")
        ACCEPTANCE = "acceptance", _("after acceptance")
        OTHER = "other", _("at another time")

    class Status(models.TextChoices):
        PLANNED = "planned", _("still to be paid")
        PAID = "paid", _("paid")
        CANCELLED = "cancelled", _("cancelled")

    TRANSITIONS = PAYMENT_MOVES

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="payments"
    )
    position = models.PositiveSmallIntegerField(_("position"))
    stage = models.CharField(_("when"), max_length=10, choices=Stage)
    amount_yuan = models.DecimalField(_("amount (yuan)"), max_digits=16, decimal_places=2)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    milestone = models.ForeignKey(
        Milestone,
        verbose_name=_("milestone"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="payments",
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.PLANNED)
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    voucher_no = models.CharField(_("voucher no."), max_length=40, blank=True)
    paid_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    paid_at = models.DateTimeField(_("entered at"), null=True, blank=True)
    cancel_reason = models.CharField(_("reason for cancelling"), max_length=200, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    # Asked by ``portal.transitions``; reached through the contract.
    objects = models.Manager()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["contract", "position"]
        constraints = [
            models.UniqueConstraint(name="payment_position_once", fields=["contract", "position"]),
            models.UniqueConstraint(
                name="payment_voucher_once",
                fields=["contract", "voucher_no"],
                condition=Q(status="paid"),
            ),
            models.CheckConstraint(name="payment_amount", condition=Q(amount_yuan__gt=0)),
            models.CheckConstraint(
                name="payment_paid_who_when_how",
                condition=Q(status="paid", paid_on__isnull=False, paid_by__isnull=False)
                & ~Q(voucher_no="")
                | ~Q(status="paid") & Q(paid_on=None, paid_by=None, voucher_no=""),
            ),
            models.CheckConstraint(
                name="payment_cancelled_why",
                condition=~Q(status="cancelled") | ~Q(cancel_reason=""),
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="payment_transitions", field="status", transitions=jumps(PAYMENT_MOVES)
            ),
            pgtrigger.Trigger(
                name="within_price",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=PAID,
            ),
            pgtrigger.Protect(
                name="paid_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__status__in=["paid", "cancelled"]),
            ),
            while_drafted(pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} {self.amount_yuan}"


class Supervision(models.Model):
    """监管: a look at how a contract goes, with what has to be corrected and by when."""

    class Kind(models.TextChoices):
        MIDTERM = "midterm", _("mid-term review")
        VISIT = "visit", _("visit")
        SPOT_CHECK = "spot_check", _("spot check")

    contract = models.ForeignKey(
        Contract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="supervisions"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    happened_on = models.DateField(_("day"))
    center = models.ForeignKey(
        Center,
        verbose_name=_("center that helped"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="supervisions",
    )
    progress_percent = models.DecimalField(
        _("progress (%)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    spent_yuan = models.DecimalField(
        _("spent (yuan)"), max_digits=16, decimal_places=2, null=True, blank=True
    )
    records_sampled = models.PositiveIntegerField(_("records sampled"), null=True, blank=True)
    asked = models.PositiveIntegerField(_("users asked"), null=True, blank=True)
    satisfied = models.PositiveIntegerField(_("users satisfied"), null=True, blank=True)
    findings = models.TextField(_("what was found"), max_length=2000)
    correct_by = models.DateField(_("to be corrected by"), null=True, blank=True)
    corrected_on = models.DateField(_("corrected on"), null=True, blank=True)
    correction = models.TextField(_("correction"), max_length=1000, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("supervision")
        verbose_name_plural = _("supervisions")
        ordering = ["contract", "happened_on", "id"]
        constraints = [
            models.CheckConstraint(name="supervision_found", condition=~Q(findings="")),
            models.CheckConstraint(
                name="supervision_figures",
                condition=(Q(progress_percent=None) | Q(progress_percent__range=(0, 100)))
                & (Q(spent_yuan=None) | Q(spent_yuan__gte=0))
                & (Q(asked=None, satisfied=None) | Q(satisfied__lte=F("asked"))),
            ),
            models.CheckConstraint(
                name="supervision_corrected_how",
                condition=Q(corrected_on=None, correction="")
                | Q(corrected_on__isnull=False) & ~Q(correction=""),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="corrected_only", exclude=["corrected_on", "correction", "version"]
            ),
            pgtrigger.Protect(
                name="corrected_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__corrected_on__isnull=False),
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.contract} {self.happened_on}"
