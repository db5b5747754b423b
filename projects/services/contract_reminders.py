"""What is due of contracts: signing, publishing, filing, payments, milestones and corrections."""

from collections.abc import Iterator
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext_noop

from portal.jurisdictions.models import Division
from portal.users.roles import Capability
from portal.workdays.selectors import YearUnknown
from projects.models import Award, Contract, Milestone, Payment, Procurement, Supervision
from projects.selectors import contracts as selectors
from projects.services.dues import Due

# How long before its day something is told of.
LEAD = timedelta(days=7)
IN_FORCE = (Contract.Status.SIGNED, Contract.Status.ACCEPTED)
ENTERED = (*IN_FORCE, Contract.Status.SETTLED)
SIGN = gettext_noop("sign the contract")
PUBLISH = gettext_noop("publish the contract")
FILE = gettext_noop("file the contract with the finance department")
PAY = gettext_noop("make a payment of the contract")
DELIVER = gettext_noop("have a milestone delivered and confirmed")
CORRECT = gettext_noop("have what was found corrected")


def dues(on: date) -> Iterator[Due]:
    """Everything that is due of contracts on the day or soon after."""
    last = on + LEAD
    yield from _signings()
    yield from _papers()
    yield from _payments(last)
    yield from _milestones(last)
    yield from _findings(last)


def _signings() -> Iterator[Due]:
    awards = Award.objects.filter(
        notified_at__isnull=False,
        revoked_at=None,
        procurement__status=Procurement.Status.AWARDED,
    )
    for award in awards.select_related("procurement__project__division"):
        procurement, division = award.procurement, award.procurement.project.division
        try:
            by = selectors.sign_by(award, division)
        except YearUnknown:
            continue
        if by is not None:
            page = reverse("admin:projects_procurement_change", args=[procurement.pk])
            yield _due(f"award:{award.pk}:sign", SIGN, by, procurement.title, page, division)


def _papers() -> Iterator[Due]:
    signed = Contract.objects.filter(status__in=ENTERED).exclude(
        published_on__isnull=False, filed_on__isnull=False
    )
    for contract in signed.select_related("award", "project__division"):
        try:
            days = selectors.days_of(contract)
        except YearUnknown:
            continue
        if contract.published_on is None and days.publish_by is not None:
            yield _of(contract, "publish", PUBLISH, days.publish_by)
        if contract.filed_on is None and days.file_by is not None:
            yield _of(contract, "file", FILE, days.file_by)


def _payments(last: date) -> Iterator[Due]:
    planned = Payment.objects.filter(
        status=Payment.Status.PLANNED, contract__status__in=IN_FORCE, due_on__lte=last
    )
    for payment in planned.select_related("contract__project__division"):
        if payment.due_on is not None:
            yield _of(payment.contract, f"pay:{payment.pk}", PAY, payment.due_on)


def _milestones(last: date) -> Iterator[Due]:
    waiting = Milestone.objects.filter(
        confirmed_at=None, contract__status__in=IN_FORCE, due_on__lte=last
    )
    for each in waiting.select_related("contract__project__division"):
        yield _of(each.contract, f"milestone:{each.pk}", DELIVER, each.due_on)


def _findings(last: date) -> Iterator[Due]:
    found = Supervision.objects.filter(
        corrected_on=None, contract__status__in=IN_FORCE, correct_by__lte=last
    )
    for each in found.select_related("contract__project__division"):
        if each.correct_by is not None:
            yield _of(each.contract, f"correct:{each.pk}", CORRECT, each.correct_by)


def _of(contract: Contract, key: str, what: str, by: date) -> Due:
    page = reverse("admin:projects_contract_change", args=[contract.pk])
    return _due(f"{contract.pk}:{key}", what, by, contract.title, page, contract.project.division)


def _due(key: str, what: str, by: date, title: str, page: str, division: Division) -> Due:
    key, since = f"contract:{key}", by - LEAD
    return Due(key, what, by, since, title, page, division, Capability.CONTRACT_MANAGE)
