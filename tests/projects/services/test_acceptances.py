"""Supervision, acceptance and the evaluation of performance."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from organizations.models import WorkRecord
from portal.errors import Conflict, ReasonMissing
from projects.models import Contract, Milestone
from projects.services import acceptances, contracts, performances, supervisions
from projects.services.acceptances import Checked
from projects.services.performances import Item
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import ContractFactory, awarded, signed

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 12, 31, 4, 0, tzinfo=UTC)
DAY = date(2026, 6, 30)


@pytest.fixture
def contract(wutong):
    return signed(awarded(project__division=wutong, project__status="running"))


def confirmed(contract, by):
    Milestone.objects.filter(contract=contract).update(
        delivered_on=DAY, confirmed_at=LATER, confirmed_by=by
    )
    return contract


def supervise(contract, by, **values):
    given = {"kind": "midterm", "happened_on": DAY, "findings": "进度正常"}
    return supervisions.enter(contract=contract, by=by, at=LATER, **given | values)


def accept(contract, by, **values):
    given = {
        "accepted_on": DAY,
        "result": "passed",
        "items": [Checked("服务 1000 人次", is_met=True)],
        "asked": 30,
        "satisfied": 28,
        "users_opinion": "服务及时",
    }
    return acceptances.accept(
        contract=contract, version=contract.version, by=by, at=LATER, **given | values
    )


def evaluated(contract, by, *, points=None, budget="100000.00", spent="100000.00", **values):
    """A self-evaluation with one indicator a part, that gives the points."""
    given = {"kind": "self", "template": "performance-2020", "evaluator": "purchaser"}
    performance = performances.draft(
        contract=contract,
        budget_yuan=Decimal(budget),
        spent_yuan=None if spent is None else Decimal(spent),
        by=by,
        at=LATER,
        **given | values,
    )
    maxima = {"output": Decimal(50), "benefit": Decimal(30), "satisfaction": Decimal(10)}
    items = [
        Item(part, part, most, completion=round(got * 100 / most, 2))
        for (part, most), got in zip(maxima.items(), points or (45, 27, 8), strict=True)
    ]
    return performances.update(
        performance=performance,
        version=performance.version,
        budget_yuan=performance.budget_yuan,
        spent_yuan=performance.spent_yuan,
        items=items,
        by=by,
        at=LATER,
    )


def submit(performance, by):
    return performances.submit(
        performance=performance, version=performance.version, by=by, at=LATER
    )


def over(contract):
    Contract.objects.filter(pk=contract.pk).update(status="accepted")
    contract.refresh_from_db()
    return contract


@pytest.mark.usefixtures("pack")
def test_supervision_with_a_center_counts_in_its_work(contract, center, alice):
    supervision = supervise(contract, alice, center=center, asked=20, satisfied=19)
    record = WorkRecord.objects.get(center=center)
    assert (record.function, record.happened_on) == ("FN-44", DAY)
    assert record.contribution.project == contract.project
    assert supervision.entered_by == alice


@pytest.mark.usefixtures("pack")
def test_a_center_does_not_look_after_its_own_contract(contract, center, alice):
    contract.supplier.center = center
    contract.supplier.save(update_fields=["center"])
    with pytest.raises(supervisions.SupplierHelps):
        supervise(contract, alice, center=center)
    with pytest.raises(supervisions.SupplierHelps):
        accept(confirmed(contract, alice), alice, center=center)
    assert not contract.supervisions.exists()
    assert not contract.acceptances.exists()
    assert not WorkRecord.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"asked": 20},
        {"asked": 19, "satisfied": 20},
        {"correct_by": date(2026, 6, 29)},
    ],
)
def test_figures_that_cannot_be(contract, alice, values):
    with pytest.raises(supervisions.FiguresImpossible):
        supervise(contract, alice, **values)
    assert not contract.supervisions.exists()


def test_what_was_found_is_corrected_once(contract, alice):
    supervision = supervise(contract, alice, correct_by=date(2026, 7, 31))

    def correct(day=date(2026, 7, 15), text="已补齐记录"):
        return supervisions.correct(
            supervision=supervision,
            version=supervision.version,
            corrected_on=day,
            correction=text,
            by=alice,
            at=LATER,
        )

    with pytest.raises(contracts.DayImpossible):
        correct(date(2026, 6, 29))
    with pytest.raises(ReasonMissing):
        correct(text=" ")
    assert correct().corrected_on == date(2026, 7, 15)
    with pytest.raises(Conflict):
        correct()


def test_what_was_found_is_corrected_before_a_contract_passes(contract, alice):
    confirmed(contract, alice)
    supervision = supervise(contract, alice, correct_by=date(2026, 7, 31))
    with pytest.raises(acceptances.NotAllMet, match="2026-06-30"):
        accept(contract, alice)
    supervisions.correct(
        supervision=supervision,
        version=supervision.version,
        corrected_on=date(2026, 7, 15),
        correction="已补齐记录",
        by=alice,
        at=LATER,
    )
    assert accept(contract, alice, accepted_on=date(2026, 7, 20)).result == "passed"


@pytest.mark.usefixtures("pack")
def test_passing_accepts_contract_and_project_and_is_published(contract, center, alice):
    acceptance = accept(confirmed(contract, alice), alice, center=center, beneficiaries=480)
    contract.refresh_from_db()
    project = contract.project
    project.refresh_from_db()
    assert (contract.status, project.status, project.beneficiaries_actual) == (
        "accepted",
        "accepted",
        480,
    )
    content = contract.procurement.announcements.get(kind="acceptance").content
    assert (content["result"], content["asked"], content["satisfied"]) == ("passed", 30, 28)
    assert acceptance.items.get().is_met
    assert WorkRecord.objects.get(center=center).function == "FN-44"


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"users_opinion": " "}, ReasonMissing),
        ({"asked": 0, "satisfied": 0}, acceptances.UsersNotAsked),
        ({"satisfied": 31}, supervisions.FiguresImpossible),
        ({"items": []}, acceptances.NothingChecked),
        ({"items": [Checked("1000 人次", is_met=False)]}, acceptances.NotAllMet),
        ({"accepted_on": date(2027, 1, 1)}, contracts.DayImpossible),
    ],
)
def test_what_an_acceptance_needs(contract, alice, values, refusal):
    with pytest.raises(refusal):
        accept(confirmed(contract, alice), alice, **values)
    assert not contract.acceptances.exists()


def test_nothing_passes_before_its_milestones_are_confirmed(contract, alice):
    with pytest.raises(acceptances.NotAllMet, match="完成全部服务"):
        accept(contract, alice)


def test_a_second_try_after_one_that_was_not_passed(contract, alice):
    confirmed(contract, alice)
    accept(contract, alice, result="conditional", items=[Checked("1000 人次", is_met=False)])
    contract.refresh_from_db()
    assert contract.status == "signed"
    assert accept(contract, alice).number == 2
    with pytest.raises(Conflict):
        accept(contract, alice)


@pytest.mark.parametrize(
    ("budget", "spent", "points", "score", "grade"),
    [
        ("300000.00", "300000.00", (48, 28, 9), "95.00", "excellent"),
        ("250000.00", "200000.00", (42, 25, 8), "83.00", "good"),
        ("100000.00", "100000.00", (45, 27, 8), "90.00", "excellent"),
        ("200000.00", "199800.00", (40, 22, 8), "79.99", "fair"),
    ],
)
def test_golden_scores(contract, alice, budget, spent, points, score, grade):
    performance = evaluated(over(contract), alice, points=points, budget=budget, spent=spent)
    submit(performance, alice)
    assert (performance.score, performance.grade) == (Decimal(score), grade)
    assert list(performance.items.values_list("points", flat=True)) == list(points)
    content = contract.procurement.announcements.get(kind="performance").content
    assert (content["score"], content["grade"]) == (score, grade)


def test_without_spending_there_is_no_score_and_nothing_is_published(contract, alice):
    performance = evaluated(over(contract), alice, points=(45, 25, 9), spent=None)
    submit(performance, alice)
    assert (performance.status, performance.score, performance.grade) == ("submitted", None, "")
    assert [flag["code"] for flag in performance.flags] == ["no_data"]
    assert not contract.procurement.announcements.exists()


def test_overspending_is_remarked(contract, alice):
    performance = evaluated(over(contract), alice, spent="100000.01")
    submit(performance, alice)
    assert performance.flags == [{"code": "overspent", "where": "", "value": "0.01"}]


def test_what_is_not_filled_in_keeps_it_a_draft(contract, alice):
    over(contract)
    performance = performances.draft(
        contract=contract,
        kind="department",
        template="performance-2020-department",
        evaluator="purchaser",
        budget_yuan=Decimal(1),
        by=alice,
        at=LATER,
    )
    with pytest.raises(performances.IndicatorsRefused) as refused:
        submit(performance, alice)
    assert len(refused.value.lines) == performance.items.count()
    performance.refresh_from_db()
    assert performance.status == "draft"


def test_a_running_contract_is_not_evaluated_to_the_end(contract, alice):
    with pytest.raises(performances.NotOver):
        submit(evaluated(contract, alice), alice)


def test_what_was_signed_and_terminated_is_evaluated_and_a_draft_is_not(contract, alice, wutong):
    why = {"status": "terminated", "termination_reason": "违约"}
    Contract.objects.filter(pk=contract.pk).update(**why)
    contract.refresh_from_db()
    performance = submit(evaluated(contract, alice), alice)
    assert performance.status == "submitted"
    draft = ContractFactory(award=awarded(project__division=wutong))
    Contract.objects.filter(pk=draft.pk).update(**why)
    draft.refresh_from_db()
    with pytest.raises(contracts.NotSigned):
        evaluated(draft, alice)


def test_a_supplier_does_not_evaluate_itself(contract, center, alice):
    with pytest.raises(performances.EvaluatorRefused):
        evaluated(contract, alice, evaluator="third_party", third_party=contract.supplier)
    with pytest.raises(performances.EvaluatorRefused):
        evaluated(contract, alice, evaluator="third_party")
    contract.supplier.center = center
    contract.supplier.save(update_fields=["center"])
    with pytest.raises(performances.EvaluatorRefused):
        evaluated(contract, alice, evaluator="center", center=center)
    other = OrganizationFactory(division=contract.project.division)
    assert evaluated(contract, alice, evaluator="third_party", third_party=other).pk


def test_a_template_belongs_to_its_kind(contract, alice):
    with pytest.raises(performances.TemplateUnknown):
        evaluated(contract, alice, kind="department")


def test_one_evaluation_of_a_kind_and_none_after_submission(contract, alice):
    performance = evaluated(over(contract), alice)
    with pytest.raises(performances.EvaluatedAlready):
        evaluated(contract, alice)
    submit(performance, alice)
    with pytest.raises(Conflict):
        submit(performance, alice)
    with pytest.raises(Conflict):
        performances.update(
            performance=performance,
            version=performance.version,
            budget_yuan=Decimal(1),
            spent_yuan=None,
            items=[],
            by=alice,
            at=LATER,
        )
