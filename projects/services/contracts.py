"""Contracts: drafted from an award, filled, signed, published, filed, settled, or terminated."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.audit import services as audit
from portal.errors import Conflict, DomainError, given, together
from portal.transitions import edit, lock, transition
from portal.users.models import User
from projects.models import (
    Announcement,
    Award,
    Contract,
    ContractLine,
    Milestone,
    Payment,
    Performance,
    Procurement,
    Project,
)
from projects.rules import contracts as rules
from projects.rules.contracts import Conditions
from projects.selectors import announced, planners
from projects.selectors import contracts as selectors
from projects.services import announcements, procurement_states

Status = Contract.Status
CONDITIONS = ("is_content_fixed", "is_continuous", "is_funding_stable", "is_price_steady")
# What a draft says besides its lines and plans.
DRAFTED = (
    *("contract_no", "title", "purpose", "starts_on", "ends_on", "is_annual_renewal"),
    *CONDITIONS,
    *("standards", "acceptance_method", "liability"),
)
trail = audit.Trail[Contract]("projects.contract", lambda contract: contract.project.division.path)
_record_project = audit.Trail[Project]("projects.project", lambda project: project.division.path)


class ContractRefused(DomainError):
    """A contract, or its signing, is not as it has to be; ``lines`` say each thing."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        super().__init__(together(self.lines))


class AwardNotReady(DomainError):
    """The award does not stand, was not notified, or has its contract already."""


class PlannerAsSupplier(DomainError):
    """Whoever planned a project would carry it out."""


class ContractNumberTaken(DomainError):
    """Another contract has this number."""


class DayImpossible(DomainError):
    """A day that has not come, or lies before what it follows."""


class ResultOpen(DomainError):
    """The result is still open for comment."""


class SignedLate(DomainError):
    """Signed after the last day, without saying why."""


class NotSigned(DomainError):
    """Something that only a signed contract has."""


class DoneAlready(DomainError):
    """The contract was published, or filed, before."""


class NotPaidOut(DomainError):
    """A contract is settled with payments still to be made, or without its self-evaluation."""


class Line(NamedTuple):
    """What is bought: ``kind`` of ``CostLine.Kind``, price of one ``unit`` in yuan."""

    kind: str
    item: str
    unit: str
    quantity: Decimal
    unit_price_yuan: Decimal


class Stage(NamedTuple):
    """A milestone; its ``share`` in percent."""

    name: str
    due_on: date
    share: Decimal


class Planned(NamedTuple):
    """A planned payment in yuan; ``milestone`` is the position of the one it waits for."""

    stage: str
    amount_yuan: Decimal
    due_on: date | None = None
    milestone: int | None = None


@transaction.atomic
def draft(
    *,
    award: Award,
    contract_no: str,
    title: str,
    purpose: str,
    starts_on: date,
    ends_on: date,
    by: User,
    at: datetime,
    **details: Any,
) -> Contract:
    """Draft the contract of an award that was notified, at the awarded price with the awarded
    organization. ``details`` are further fields of ``DRAFTED``.

    Raises ``AwardNotReady``, ``PlannerAsSupplier``, ``ContractRefused`` and
    ``ContractNumberTaken``.
    """
    procurement = Procurement.objects.select_for_update().get(pk=award.procurement_id)
    award.refresh_from_db()
    _refuse_unready(award, procurement)
    _refuse_planner(award, procurement.project)
    values = {"starts_on": starts_on, "ends_on": ends_on, **details}
    _refuse_period(values)
    contract = Contract(
        contract_no=contract_no.strip(),
        procurement=procurement,
        award=award,
        project=procurement.project,
        supplier=award.organization,
        title=title,
        purpose=purpose,
        price_yuan=award.price_yuan,
        drafted_by=by,
        drafted_at=at,
        **values,
    )
    _refuse_number(contract)
    try:
        with transaction.atomic():
            contract.save(force_insert=True)
    except IntegrityError as error:
        _refuse_number(contract)
        raise error
    told = {"contract_no": [None, contract.contract_no], "award": [None, award.pk]}
    trail(contract, "draft", by=by, at=at, changes=told)
    return contract


def _refuse_unready(award: Award, procurement: Procurement) -> None:
    if award.revoked_at is not None:
        raise AwardNotReady(_("This award was revoked: draft the contract of the one that stands."))
    if award.notified_at is None:
        raise AwardNotReady(_("Send the notice of the award first; the contract follows it."))
    if procurement.status != Procurement.Status.AWARDED:
        raise AwardNotReady(
            _("No contract can be drafted now: the procurement is “%(status)s”.")
            % {"status": procurement.get_status_display()}
        )
    standing = Contract.objects.filter(procurement=procurement).exclude(status=Status.TERMINATED)
    if standing.exists() or Contract.objects.filter(award=award).exists():
        raise AwardNotReady(_("This award has its contract already."))


def _refuse_planner(award: Award, project: Project) -> None:
    if planners.is_planner(award.organization, project):
        raise PlannerAsSupplier(
            _("“%(name)s” planned this project and cannot be its supplier.")
            % {"name": award.organization.name}
        )


def _refuse_period(values: dict[str, Any]) -> None:
    conditions = Conditions(**{name: bool(values.get(name)) for name in CONDITIONS})
    found = selectors.period_refusals(values["starts_on"], values["ends_on"], conditions)
    if found:
        raise ContractRefused(found)


def _refuse_number(contract: Contract) -> None:
    same = Contract.objects.filter(contract_no=contract.contract_no).exclude(pk=contract.pk)
    if same.exists():
        raise ContractNumberTaken(
            _("Another contract has the number %(number)s: type the number of this one.")
            % {"number": contract.contract_no}
        )


@transaction.atomic
def update(*, contract: Contract, version: int, by: User, at: datetime, **changes: Any) -> Contract:
    """Correct fields of ``DRAFTED`` of a draft.

    Raises ``Conflict``, ``ContractRefused`` and ``ContractNumberTaken``.
    """
    lock(contract, Status.SIGNED, version=version)
    before = {name: getattr(contract, name) for name in DRAFTED}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return contract
    _refuse_period(before | changed)
    if "contract_no" in changed:
        _refuse_number(Contract(pk=contract.pk, contract_no=changed["contract_no"]))
    edit(contract, version=version, **changed)
    told = {name: [str(before[name]), str(value)] for name, value in changed.items()}
    trail(contract, "update", by=by, at=at, changes=told)
    return contract


@transaction.atomic
def set_lines(
    *, contract: Contract, version: int, lines: Sequence[Line], by: User, at: datetime
) -> None:
    """Replace what a draft buys; positions follow the order. Raises ``Conflict``."""
    lock(contract, Status.SIGNED, version=version)
    edit(contract, version=version)
    contract.lines.all().delete()
    ContractLine.objects.bulk_create(
        ContractLine(contract=contract, position=position, **line._asdict())
        for position, line in enumerate(lines, start=1)
    )
    trail(contract, "set_lines", by=by, at=at, changes={"lines": [None, len(lines)]})


@transaction.atomic
def set_milestones(
    *, contract: Contract, version: int, milestones: Sequence[Stage], by: User, at: datetime
) -> None:
    """Replace the milestones of a draft; payments stay with the position they waited for.

    Raises ``Conflict`` and ``ContractRefused`` for one due outside the days of the contract.
    """
    lock(contract, Status.SIGNED, version=version)
    outside = [each for each in milestones if each.due_on < contract.starts_on]
    if outside:
        text = _("“%(name)s” is due on %(day)s, before the contract begins.")
        raise ContractRefused([text % {"name": each.name, "day": each.due_on} for each in outside])
    edit(contract, version=version)
    waiting = {
        payment.pk: payment.milestone.position
        for payment in contract.payments.exclude(milestone=None).select_related("milestone")
        if payment.milestone
    }
    contract.payments.update(milestone=None)
    contract.milestones.all().delete()
    made = Milestone.objects.bulk_create(
        Milestone(contract=contract, position=position, **each._asdict())
        for position, each in enumerate(milestones, start=1)
    )
    for payment in contract.payments.filter(pk__in=waiting):
        position = waiting[payment.pk]
        if position <= len(made):
            contract.payments.filter(pk=payment.pk).update(milestone=made[position - 1])
    trail(contract, "set_milestones", by=by, at=at, changes={"milestones": [None, len(made)]})


@transaction.atomic
def set_payments(
    *, contract: Contract, version: int, payments: Sequence[Planned], by: User, at: datetime
) -> None:
    """Replace the planned payments of a draft.

    Raises ``Conflict``, and ``ContractRefused`` where they exceed the price or name a milestone
    that is not there.
    """
    lock(contract, Status.SIGNED, version=version)
    milestones = {each.position: each for each in contract.milestones.all()}
    total = sum((each.amount_yuan for each in payments), Decimal(0))
    refusals = [
        _("Payment %(payment)s waits for milestone %(position)s, which is not there.")
        % {"payment": number, "position": each.milestone}
        for number, each in enumerate(payments, start=1)
        if each.milestone is not None and each.milestone not in milestones
    ]
    if total > contract.price_yuan:
        text = _("The payments give %(total)s yuan, more than the price of %(price)s yuan.")
        refusals.append(text % {"total": f"{total:.2f}", "price": f"{contract.price_yuan:.2f}"})
    if refusals:
        raise ContractRefused(refusals)
    edit(contract, version=version)
    contract.payments.all().delete()
    for position, each in enumerate(payments, start=1):
        Payment.objects.create(
            contract=contract,
            position=position,
            stage=each.stage,
            amount_yuan=each.amount_yuan,
            due_on=each.due_on,
            milestone=milestones.get(each.milestone or 0),
        )
    told = {"payments": [None, len(payments)], "total_yuan": [None, f"{total:.2f}"]}
    trail(contract, "set_payments", by=by, at=at, changes=told)


@transaction.atomic
def sign(
    *,
    contract: Contract,
    version: int,
    signed_on: date,
    by: User,
    at: datetime,
    late_reason: str = "",
) -> Contract:
    """Note that both sides signed: the procurement is contracted, the project runs.

    ``late_reason`` is asked where the last day, 30 days after the notice of the award, has passed.
    Raises ``Conflict``, ``ContractRefused`` for what is missing, ``AwardNotReady``,
    ``DayImpossible``, ``ResultOpen`` and ``SignedLate``.
    """
    lock(contract, Status.SIGNED, version=version)
    procurement = Procurement.objects.select_for_update().get(pk=contract.procurement_id)
    _refuse_unsignable(contract, procurement)
    if refusals := selectors.missing(contract):
        raise ContractRefused(refusals)
    last = _refuse_day(contract, signed_on, at)
    _refuse_open(procurement, signed_on)
    late_reason = late_reason.strip()
    if last is not None and signed_on > last and not late_reason:
        raise SignedLate(
            _(
                "The contract was to be signed by %(last)s, 30 days after the notice of the award"
                " at the most. Say why it was signed on %(day)s."
            )
            % {"last": last, "day": signed_on}
        )
    transition(contract, Status.SIGNED, version=version, signed_on=signed_on)
    procurement_states.move(
        procurement=procurement,
        to=Procurement.Status.CONTRACTED,
        version=procurement.version,
        by=by,
        at=at,
    )
    _start(contract, by=by, at=at)
    told = {"status": [Status.DRAFTED, Status.SIGNED], "signed_on": [None, signed_on.isoformat()]}
    trail(contract, "sign", by=by, at=at, changes=told, reason=late_reason)
    return contract


def _refuse_unsignable(contract: Contract, procurement: Procurement) -> None:
    award = Award.objects.get(pk=contract.award_id)
    if award.revoked_at is not None:
        raise AwardNotReady(_("The award was revoked meanwhile: terminate this draft and say why."))
    if procurement.status != Procurement.Status.AWARDED:
        raise AwardNotReady(
            _("The contract cannot be signed now: the procurement is “%(status)s”.")
            % {"status": procurement.get_status_display()}
        )


def _refuse_day(contract: Contract, signed_on: date, at: datetime) -> date | None:
    """The last day for signing; refuses a day that cannot be."""
    notified_at = contract.award.notified_at
    shown = {"day": signed_on, "notified": localdate(notified_at) if notified_at else ""}
    if signed_on > localdate(at):
        raise DayImpossible(_("%(day)s has not come yet: enter the day of signing.") % shown)
    if notified_at is not None and signed_on < localdate(notified_at):
        raise DayImpossible(
            _("Nothing is signed on %(day)s before the notice of the award on %(notified)s.")
            % shown
        )
    return selectors.days_of(contract).sign_by


def _refuse_open(procurement: Procurement, signed_on: date) -> None:
    until = selectors.result_open(procurement).publicity_until
    if not rules.signable_on(signed_on, until):
        raise ResultOpen(
            _(
                "The result is open for comment until %(last)s: the contract is signed after that"
                " day, not on %(day)s."
            )
            % {"last": until, "day": signed_on}
        )


def _start(contract: Contract, *, by: User, at: datetime) -> None:
    """The project has its supplier and its amount, and runs."""
    project = Project.objects.select_for_update().get(pk=contract.project_id)
    changes = {
        "supplier": contract.supplier,
        "contract_yuan": contract.price_yuan,
        "starts_on": project.starts_on or contract.starts_on,
        "ends_on": project.ends_on or contract.ends_on,
    }
    before = project.status
    if Project.Status.RUNNING in Project.TRANSITIONS.get(before, ()):
        transition(project, Project.Status.RUNNING, version=project.version, **changes)
    elif before == Project.Status.RUNNING:
        edit(project, version=project.version, **changes)
    else:
        raise Conflict(
            _("The project is “%(status)s”: no contract of it can be signed.")
            % {"status": project.get_status_display()}
        )
    told = {
        "status": [before, project.status],
        "supplier": [None, str(contract.supplier)],
        "contract_yuan": [None, f"{contract.price_yuan:.2f}"],
    }
    _record_project(project, "contract", by=by, at=at, changes=told)


@transaction.atomic
def publish(*, contract: Contract, version: int, by: User, at: datetime) -> Announcement:
    """Publish a signed contract, once: its number, supplier, price, days and services.

    Raises ``Conflict``, ``NotSigned`` and ``DoneAlready``.
    """
    refuse_unsigned(contract)
    if contract.published_on is not None:
        raise DoneAlready(
            _("This was published on %(day)s already.") % {"day": contract.published_on}
        )
    today = localdate(at)
    edit(contract, version=version, published_on=today)
    announcement = announcements.publish(
        procurement=contract.procurement,
        kind=Announcement.Kind.CONTRACT,
        title=f"{contract.procurement.title}合同公告",
        content=content_of(contract),
        due_on=selectors.days_of(contract).publish_by,
        by=by,
        at=at,
    )
    trail(contract, "publish", by=by, at=at, changes={"published_on": [None, today.isoformat()]})
    return announcement


def content_of(contract: Contract) -> dict[str, Any]:
    """What is published of a contract: amounts as text, days as ISO, no person."""
    with override(announced.LANGUAGE):
        return {
            **named(contract),
            "price_yuan": announced.amount(contract.price_yuan),
            "starts_on": announced.day(contract.starts_on),
            "ends_on": announced.day(contract.ends_on),
            "signed_on": announced.day(contract.signed_on),
            "services": [
                {"item": line.item, "unit": line.unit, "quantity": announced.amount(line.quantity)}
                for line in contract.lines.all()
            ],
        }


def named(contract: Contract) -> dict[str, Any]:
    """Which contract an announcement is of, and whose."""
    return {
        "contract_no": contract.contract_no,
        "supplier": announced.supplier(contract.supplier),
    }


@transaction.atomic
def file(*, contract: Contract, version: int, filed_on: date, by: User, at: datetime) -> Contract:
    """Note that a copy went to the finance department.

    Raises ``Conflict``, ``NotSigned``, ``DoneAlready`` and ``DayImpossible``.
    """
    refuse_unsigned(contract)
    if contract.filed_on is not None:
        raise DoneAlready(_("This was filed on %(day)s already.") % {"day": contract.filed_on})
    refuse_outside(contract=contract, day=filed_on, at=at)
    edit(contract, version=version, filed_on=filed_on)
    trail(contract, "file", by=by, at=at, changes={"filed_on": [None, filed_on.isoformat()]})
    return contract


@transaction.atomic
def terminate(*, contract: Contract, version: int, reason: str, by: User, at: datetime) -> Contract:
    """End a draft, or a signed contract before it was accepted: what is still to be paid is
    cancelled; of a signed one, the procurement ends, that is published, and the project has no
    supplier any more and may be procured anew.

    Raises ``ReasonMissing`` and ``Conflict``.
    """
    reason = given(reason, _("Say why the contract is terminated."))
    before = contract.status
    transition(contract, Status.TERMINATED, version=version, termination_reason=reason)
    for payment in contract.payments.filter(status=Payment.Status.PLANNED):
        transition(payment, Payment.Status.CANCELLED, cancel_reason=reason[:200])
    if before == Status.SIGNED:
        procurement = Procurement.objects.select_for_update().get(pk=contract.procurement_id)
        procurement_states.move(
            procurement=procurement,
            to=Procurement.Status.TERMINATED,
            version=procurement.version,
            failure_reason=reason,
            reason=reason,
            by=by,
            at=at,
        )
        announcements.publish(
            procurement=procurement,
            kind=Announcement.Kind.FAILURE,
            title=f"{contract.procurement.title}合同终止公告",
            content={"reason": reason, **named(contract)},
            by=by,
            at=at,
        )
        _stop(contract, by=by, at=at)
    told = {"status": [before, Status.TERMINATED]}
    trail(contract, "terminate", by=by, at=at, changes=told, reason=reason)
    return contract


def _stop(contract: Contract, *, by: User, at: datetime) -> None:
    """The project is without supplier and amount, as before the signing."""
    project = Project.objects.select_for_update().get(pk=contract.project_id)
    if project.status != Project.Status.RUNNING:
        return
    transition(
        project,
        Project.Status.PROCURING,
        version=project.version,
        supplier=None,
        contract_yuan=None,
    )
    told = {
        "status": [Project.Status.RUNNING, project.status],
        "supplier": [str(contract.supplier), None],
        "contract_yuan": [f"{contract.price_yuan:.2f}", None],
    }
    _record_project(project, "end_contract", by=by, at=at, changes=told)


@transaction.atomic
def settle(*, contract: Contract, version: int, by: User, at: datetime) -> Contract:
    """Close an accepted contract that is paid out and evaluated by the unit itself; its procurement
    is completed.

    Raises ``Conflict`` and ``NotPaidOut``.
    """
    lock(contract, Status.SETTLED, version=version)
    open_count = contract.payments.filter(status=Payment.Status.PLANNED).count()
    if open_count:
        raise NotPaidOut(
            _("%(count)s payments are still to be made: pay or cancel them first.")
            % {"count": open_count}
        )
    evaluated = contract.performances.filter(
        kind=Performance.Kind.SELF, status=Performance.Status.SUBMITTED
    )
    if not evaluated.exists():
        raise NotPaidOut(_("Submit the self-evaluation of the unit first: every project has one."))
    transition(contract, Status.SETTLED, version=version)
    procurement = Procurement.objects.select_for_update().get(pk=contract.procurement_id)
    procurement_states.move(
        procurement=procurement,
        to=Procurement.Status.COMPLETED,
        version=procurement.version,
        by=by,
        at=at,
    )
    told = {"status": [Status.ACCEPTED, Status.SETTLED]}
    trail(contract, "settle", by=by, at=at, changes=told)
    return contract


def refuse_unsigned(contract: Contract) -> None:
    """Refuse a contract that is a draft or terminated. Raises ``NotSigned``."""
    if contract.status in (Status.DRAFTED, Status.TERMINATED):
        raise NotSigned(
            _("The contract is “%(status)s”: this follows its signing.")
            % {"status": contract.get_status_display()}
        )


def refuse_outside(*, contract: Contract, day: date, at: datetime) -> None:
    """Refuse a day that has not come, or lies before the signing. Raises ``DayImpossible``."""
    shown = {"day": day, "signed": contract.signed_on}
    if day > localdate(at):
        raise DayImpossible(_("%(day)s has not come yet: enter what has happened.") % shown)
    if contract.signed_on is not None and day < contract.signed_on:
        raise DayImpossible(_("%(day)s lies before the contract was signed on %(signed)s.") % shown)


def hold(contract: Contract) -> Contract:
    """The contract as it is now, held until the transaction ends; one that is signed and neither
    terminated nor settled. Raises ``NotSigned``."""
    held = (
        Contract.objects.select_for_update().select_related("project__division").get(pk=contract.pk)
    )
    if held.status not in (Status.SIGNED, Status.ACCEPTED):
        raise NotSigned(
            _("Nothing of this kind can be entered: the contract is “%(status)s”.")
            % {"status": held.get_status_display()}
        )
    return held
