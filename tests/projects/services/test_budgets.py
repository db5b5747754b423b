"""Cost lines, where their prices come from, and the basis of a budget."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from organizations.models import WorkRecord
from portal.errors import Conflict
from projects.models import CostLine
from projects.selectors import plans as selectors
from projects.services import budgets, plans
from tests.factories.procurements import DocumentFactory, PriceSourceFactory
from tests.factories.projects import ProjectFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


def typed(project):
    """The lines of a project as they would be sent again."""
    return [
        budgets.Line(
            kind=line.kind,
            item=line.item,
            unit=line.unit,
            quantity=line.quantity,
            unit_price_yuan=line.unit_price_yuan,
            basis=line.basis,
            pk=line.pk,
        )
        for line in project.cost_lines.all()
    ]


def quote(**given):
    return budgets.Source(
        **{"kind": "quote", "from_whom": "甲", "price_yuan": Decimal("15"), "on": date(2026, 2, 1)}
        | given
    )


@pytest.fixture
def keep(alice, at):
    def run(project, lines, version=None):
        return budgets.set_lines(
            project=project,
            lines=lines,
            version=project.version if version is None else version,
            by=alice,
            at=at,
        )

    return run


@pytest.fixture
def supply(alice, at):
    def run(project, center=None):
        return budgets.supply(
            project=project, center=center, version=project.version, by=alice, at=at
        )

    return run


def test_lines_are_kept_in_their_order_with_their_amounts(budgeted):
    kept = budgeted.cost_lines.values_list("position", "item", "amount_yuan")
    assert list(kept) == [(1, "助餐服务", Decimal("15000.00")), (2, "管理费", Decimal("800.00"))]


def test_what_is_left_out_goes_and_what_stays_keeps_its_sources(budgeted, keep):
    _meals, management = typed(budgeted)
    PriceSourceFactory(line_id=management.pk)
    keep(budgeted, [replace(management, unit_price_yuan=Decimal("900"))])
    (line,) = budgeted.cost_lines.all()
    assert (line.pk, line.position, line.unit_price_yuan) == (management.pk, 1, Decimal("900"))
    assert line.sources.count() == 1


def test_lines_change_places(budgeted, keep):
    keep(budgeted, typed(budgeted)[::-1])
    assert list(budgeted.cost_lines.values_list("item", flat=True)) == ["管理费", "助餐服务"]


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": Decimal(0)},
        {"quantity": Decimal("0.004")},
        {"unit_price_yuan": Decimal(-1)},
        {"item": " "},
        {"unit": ""},
        {"kind": "dancing"},
        {"quantity": Decimal("9999999999"), "unit_price_yuan": Decimal(2)},
    ],
)
def test_a_mistaken_line_is_named_and_nothing_is_written(budgeted, keep, lines, change):
    with pytest.raises(budgets.LineMistaken, match=r"2.*(管理费|—)"):
        keep(budgeted, [lines[0], replace(lines[1], **change), lines[0]])
    assert budgeted.cost_lines.count() == 2


def test_a_line_of_another_project_cannot_be_taken(budgeted, wutong, keep, lines):
    other = ProjectFactory(division=wutong)
    keep(other, lines)
    with pytest.raises(budgets.LineUnknown):
        keep(budgeted, typed(other))


def test_two_who_change_the_lines_do_not_overwrite_each_other(budgeted, keep, lines):
    version = budgeted.version
    keep(budgeted, lines[:1])
    with pytest.raises(Conflict):
        keep(budgeted, lines, version=version)
    assert budgeted.cost_lines.count() == 1


def test_lines_stand_still_from_submission_on(submitted, keep, lines, leader, at):
    project = submitted.project
    with pytest.raises(budgets.LinesFrozen, match="已提交"):
        keep(project, lines)
    plans.decide(
        plan=submitted, to="approved", reason="可行", version=submitted.version, by=leader, at=at
    )
    with pytest.raises(budgets.LinesFrozen):
        keep(project, lines)
    line = project.cost_lines.first()
    with pytest.raises(budgets.LinesFrozen):
        budgets.set_sources(line=line, sources=[], version=project.version, by=leader, at=at)
    assert CostLine.objects.filter(project=project).count() == 2


def test_lines_of_a_returned_plan_change_again(submitted, keep, lines, leader, at):
    plans.decide(
        plan=submitted, to="returned", reason="重算", version=submitted.version, by=leader, at=at
    )
    keep(submitted.project, lines[:1])
    assert submitted.project.cost_lines.count() == 1


def test_sources_replace_those_before(budgeted, alice, at):
    line = budgeted.cost_lines.first()
    for sources in ([quote(), quote(from_whom="乙")], [quote(from_whom="丙", kind="standard")]):
        budgets.set_sources(
            line=line, sources=sources, version=line.project.version, by=alice, at=at
        )
    assert list(line.sources.values_list("from_whom", "kind")) == [("丙", "standard")]


@pytest.mark.parametrize(
    "change",
    [
        {"from_whom": " "},
        {"price_yuan": Decimal(-1)},
        {"on": date(2026, 3, 3)},
        {"kind": "hearsay"},
    ],
)
def test_a_mistaken_source_is_refused(budgeted, alice, at, change):
    line = budgeted.cost_lines.first()
    with pytest.raises(budgets.SourceMistaken):
        budgets.set_sources(
            line=line,
            sources=[quote(), quote(**change)],
            version=line.project.version,
            by=alice,
            at=at,
        )
    assert not line.sources.exists()


def test_a_file_of_another_project_is_no_source(budgeted, wutong, alice, at):
    line = budgeted.cost_lines.first()
    document = DocumentFactory(project=ProjectFactory(division=wutong))
    with pytest.raises(budgets.SourceMistaken):
        budgets.set_sources(
            line=line,
            sources=[quote(document=document)],
            version=line.project.version,
            by=alice,
            at=at,
        )


def test_a_basis_is_frozen_with_its_sources_and_totals(budgeted, supply, keep, lines, center):
    PriceSourceFactory(line=budgeted.cost_lines.first(), doc_no="报价单1")
    basis = supply(budgeted, center)
    keep(budgeted, lines[:1])
    basis.refresh_from_db()
    assert (basis.total_yuan, basis.management_yuan) == (Decimal("15800.00"), Decimal("800.00"))
    assert basis.content["totals"] == {
        "total_yuan": "15800.00",
        "management_yuan": "800.00",
        "management_percent": "5.06",
    }
    first = basis.content["lines"][0]
    assert (first["sources"][0]["doc_no"], first["quotes_missing"]) == ("报价单1", 2)
    assert selectors.is_intact(basis)


def test_the_same_lines_on_the_same_day_make_the_same_basis(
    budgeted, supply, keep, lines, finished, wutong
):
    finished(wutong)
    first = supply(budgeted)
    keep(budgeted, lines[:1])
    supply(budgeted)
    keep(budgeted, lines)
    third = supply(budgeted)
    assert (first.number, third.number) == (1, 3)
    assert first.sha256 == third.sha256
    again = selectors.basis_content(budgeted, first.supplied_on)
    assert selectors.sha256_of(again) == first.sha256


def test_a_basis_compares_with_finished_contracts_of_the_district(
    budgeted, supply, finished, wutong, haitang, huangpu
):
    for price in ("12.00", "14.00", "16.00", "18.00"):
        finished(wutong, price=price)
    contract = finished(haitang, item="助 餐服务", price="13.00")
    finished(huangpu, price="1.00")
    finished(wutong, unit="份", price="1.00")
    finished(wutong, price="2.00", signed_on=date(2020, 1, 1))
    meals, management = supply(budgeted).content["lines"]
    found = dict(meals["comparison"])
    samples = found.pop("samples")
    assert found == {
        "n": 5,
        "low": "12.00",
        "median": "14.00",
        "high": "18.00",
        "place": "inside",
        "is_outlier": False,
        "old_n": 1,
    }
    assert {"contract": contract.pk, "contract_no": contract.contract_no} == {
        name: sample[name]
        for sample in samples
        for name in ("contract", "contract_no")
        if sample["unit_price_yuan"] == "13.00"
    }
    assert management["comparison"]["n"] == 0


def test_the_budget_of_the_project_is_the_total_of_the_last_basis(budgeted, supply, keep, lines):
    supply(budgeted)
    assert budgeted.budget_yuan == Decimal("15800.00")
    keep(budgeted, lines[:1])
    assert supply(budgeted).number == 2
    budgeted.refresh_from_db()
    assert budgeted.budget_yuan == Decimal("15000.00")


def test_a_basis_without_lines_is_none(project, supply):
    with pytest.raises(budgets.NoLines):
        supply(project)
    project.refresh_from_db()
    assert (project.budget_yuan, project.version) == (None, 1)


def test_a_basis_counts_for_the_center_that_supplied_it(budgeted, supply, keep, lines, center):
    supply(budgeted)
    assert not WorkRecord.objects.filter(function="FN-43").exists()
    keep(budgeted, lines[:1])
    supply(budgeted, center)
    record = WorkRecord.objects.get(function="FN-43", center=center)
    assert record.contribution.project == budgeted


def test_a_basis_that_says_the_same_again_is_refused_and_counts_once(budgeted, supply, center):
    supply(budgeted, center)
    for _click in range(3):
        with pytest.raises(budgets.SuppliedAlready, match="1"):
            supply(budgeted, center)
        budgeted.refresh_from_db()
    assert budgeted.budget_bases.count() == 1
    assert WorkRecord.objects.filter(function="FN-43").count() == 1
    PriceSourceFactory(line=budgeted.cost_lines.first())
    assert supply(budgeted, center).number == 2


def test_a_basis_of_lines_that_changed_meanwhile_is_refused(budgeted, keep, lines, alice, at):
    version = budgeted.version
    keep(budgeted, lines[:1])
    with pytest.raises(Conflict):
        budgets.supply(project=budgeted, version=version, by=alice, at=at)
    assert not budgeted.budget_bases.exists()
