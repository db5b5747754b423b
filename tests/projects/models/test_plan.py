"""What the database refuses of plans, cost lines, budget bases and sources of money."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, InternalError, transaction

from projects.models import CostLine, FundingSource, LotteryApplication, Plan
from tests.factories.centers import CenterFactory
from tests.factories.procurements import (
    AT,
    BudgetBasisFactory,
    CostLineFactory,
    FundingSourceFactory,
    LotteryApplicationFactory,
    PlanFactory,
    PriceSourceFactory,
)
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(wutong):
    return ProjectFactory(division=wutong)


def submit(plan, by):
    Plan.objects.filter(pk=plan.pk).update(status="submitted", submitted_by=by, submitted_at=AT)


def decide(plan, by, status="approved"):
    Plan.objects.filter(pk=plan.pk).update(
        status=status, decided_by=by, decided_at=AT, decision_reason="可行"
    )


@pytest.mark.parametrize(
    ("quantity", "price", "amount"),
    [("3.00", "33.33", "99.99"), ("0.33", "0.50", "0.17"), ("0.10", "0.05", "0.01")],
)
def test_a_line_costs_quantity_by_price_to_the_cent_half_up(project, quantity, price, amount):
    line = CostLineFactory(
        project=project, quantity=Decimal(quantity), unit_price_yuan=Decimal(price)
    )
    assert line.amount_yuan == Decimal(amount)


def test_a_plan_is_not_decided_by_who_submitted_it(project, alice, leader):
    plan = PlanFactory(project=project)
    submit(plan, alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        decide(plan, alice)
    decide(plan, leader)
    with pytest.raises(InternalError), transaction.atomic():
        Plan.objects.filter(pk=plan.pk).update(targets="更多")


def refuses_changes(line):
    """Whether the database refuses every change of a line and of its sources."""
    lines, sources = CostLine.objects.filter(pk=line.pk), line.sources.all()
    for change in (
        lambda: lines.update(quantity=Decimal("12")),
        lines.delete,
        lambda: CostLineFactory(project=line.project),
        lambda: sources.update(price_yuan=Decimal("1")),
        sources.delete,
        lambda: PriceSourceFactory(line=line),
    ):
        with pytest.raises(IntegrityError, match="submitted"), transaction.atomic():
            change()
    return True


def test_lines_and_sources_change_only_while_the_plan_is_written(project, alice, leader):
    plan, line = PlanFactory(project=project), CostLineFactory(project=project)
    PriceSourceFactory(line=line)
    submit(plan, alice)
    assert refuses_changes(line)
    decide(plan, leader, "returned")
    CostLine.objects.filter(pk=line.pk).update(quantity=Decimal("11"))
    submit(plan, alice)
    decide(plan, leader)
    assert refuses_changes(line)


def test_what_a_submitted_plan_says_stands_still(project, alice, leader):
    plan = PlanFactory(project=project)
    submit(plan, alice)
    for change in ({"targets": "更多"}, {"submitted_by": leader}, {"target_group": "儿童"}):
        with pytest.raises(InternalError), transaction.atomic():
            Plan.objects.filter(pk=plan.pk).update(**change)
    decide(plan, leader, "returned")
    Plan.objects.filter(pk=plan.pk).update(targets="更多")


def test_a_budget_basis_is_never_changed(project):
    basis = BudgetBasisFactory(project=project)
    with pytest.raises(InternalError), transaction.atomic():
        type(basis).objects.filter(pk=basis.pk).update(total_yuan=Decimal("1"))
    with pytest.raises(IntegrityError), transaction.atomic():
        BudgetBasisFactory(project=project, number=2, management_yuan=Decimal("1000.01"))


def test_a_source_of_money_is_removed_with_a_reason_and_not_changed(project, alice):
    source = FundingSourceFactory(project=project)
    rows = FundingSource.objects.filter(pk=source.pk)
    with pytest.raises(InternalError), transaction.atomic():
        rows.update(amount_yuan=Decimal("1"))
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(voided_by=alice, voided_at=AT)
    assert rows.update(voided_by=alice, voided_at=AT, void_reason="重复录入") == 1


def test_lottery_money_is_granted_and_paid_within_what_was_asked_for(project, wutong):
    asked = LotteryApplicationFactory(project=project, center=CenterFactory(division=wutong))
    rows = LotteryApplication.objects.filter(pk=asked.pk)
    for status in ("recommended", "screened", "reviewed"):
        rows.update(status=status)
    for granted in (None, Decimal("100000.01")):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(status="granted", granted_yuan=granted)
    rows.update(status="granted", granted_yuan=Decimal("80000"))
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(status="paid", paid_yuan=Decimal("80000.01"))
    assert rows.update(status="paid", paid_yuan=Decimal("80000")) == 1
