"""A contract from its award to its settlement."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from projects.models import Contract, Payment, Project
from projects.services import contracts, procurement_states, procurements
from projects.services.contracts import Line, Planned, Stage
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AT,
    AcceptanceFactory,
    AnnouncementFactory,
    AwardFactory,
    PerformanceFactory,
    PlanFactory,
    awarded,
    ignoring,
    signed,
)

pytestmark = pytest.mark.django_db
# The award was notified on 2026-03-01, so that 2026-03-31 is the last day.
LATER = datetime(2026, 4, 10, 1, 0, tzinfo=UTC)
LAST, FIRST_LATE = date(2026, 3, 31), date(2026, 4, 1)
TICKS = dict.fromkeys(contracts.CONDITIONS, True)
PRICE = Decimal("280000.00")


@pytest.fixture
def award(wutong):
    return awarded(project__division=wutong)


def drafted(award, by, **values):
    given = {
        "contract_no": "HT-1",
        "title": "助餐服务合同",
        "purpose": "project",
        "starts_on": date(2026, 4, 1),
        "ends_on": date(2027, 3, 31),
    }
    return contracts.draft(award=award, by=by, at=AT, **given | values)


def filled(contract, by, **values):
    """Everything that is asked before signing."""
    lines = values.get("lines", [Line("activity", "助餐", "人次", Decimal(2800), Decimal(100))])
    contracts.set_lines(contract=contract, version=contract.version, lines=lines, by=by, at=AT)
    contracts.set_milestones(
        contract=contract,
        version=contract.version,
        milestones=values.get(
            "milestones",
            [
                Stage("中期", date(2026, 9, 30), Decimal("40")),
                Stage("完成", date(2027, 3, 31), Decimal("60")),
            ],
        ),
        by=by,
        at=AT,
    )
    contracts.set_payments(
        contract=contract,
        version=contract.version,
        payments=values.get(
            "payments",
            [
                Planned("signing", Decimal(112000)),
                Planned("midterm", Decimal(112000), milestone=1),
                Planned("acceptance", Decimal(56000)),
            ],
        ),
        by=by,
        at=AT,
    )
    return contract


def sign(contract, by, signed_on=LAST, **values):
    return contracts.sign(
        contract=contract,
        version=contract.version,
        signed_on=signed_on,
        by=by,
        at=LATER,
        **values,
    )


def test_a_contract_takes_price_and_supplier_from_the_award(award, alice):
    contract = drafted(award, alice)
    assert (contract.price_yuan, contract.supplier) == (PRICE, award.organization)
    assert contract.project == award.procurement.project
    assert AuditEvent.objects.get(action="projects.contract.draft").actor_name == str(alice)


def test_no_contract_without_an_award_that_stands_and_was_notified(award, alice, chief):
    with ignoring("Award:notified_once"):
        type(award).objects.filter(pk=award.pk).update(notified_at=None)
    with pytest.raises(contracts.AwardNotReady):
        drafted(award, alice)
    type(award).objects.filter(pk=award.pk).update(
        revoked_by=chief, revoked_at=AT, revoke_reason="放弃"
    )
    with pytest.raises(contracts.AwardNotReady):
        drafted(award, alice)
    assert not Contract.objects.exists()


def test_an_award_has_one_contract_with_its_own_number(award, alice, wutong):
    drafted(award, alice)
    with pytest.raises(contracts.AwardNotReady):
        drafted(award, alice, contract_no="HT-2")
    other = awarded(project__division=wutong)
    with pytest.raises(contracts.ContractNumberTaken):
        drafted(other, alice)


def test_nothing_is_drafted_while_the_procurement_is_challenged(award, alice):
    procurement = award.procurement
    procurement.refresh_from_db()
    procurement_states.move(
        procurement=procurement,
        to="challenged",
        resumes="awarded",
        version=procurement.version,
        by=alice,
        at=AT,
    )
    with pytest.raises(contracts.AwardNotReady, match="质疑"):
        drafted(award, alice)


def test_24_months_need_the_four_conditions(award, alice):
    two_years = {"ends_on": date(2028, 3, 31)}
    with pytest.raises(contracts.ContractRefused) as refused:
        drafted(award, alice, **two_years, is_continuous=True)
    assert "731" in refused.value.lines[0]
    assert drafted(award, alice, **two_years, **TICKS).pk


def test_correcting_a_draft_keeps_the_conditions(award, alice):
    contract = drafted(award, alice)
    with pytest.raises(contracts.ContractRefused):
        contracts.update(
            contract=contract,
            version=contract.version,
            ends_on=date(2028, 3, 31),
            by=alice,
            at=AT,
        )
    changes = {"ends_on": date(2028, 3, 31), **TICKS}
    contracts.update(contract=contract, version=contract.version, by=alice, at=AT, **changes)
    contract.refresh_from_db()
    assert (contract.ends_on, contract.is_price_steady) == (date(2028, 3, 31), True)
    with pytest.raises(Conflict):
        contracts.update(contract=contract, version=1, title="别的", by=alice, at=AT)


def test_who_wrote_the_plan_is_no_supplier(award, alice, center):
    award.organization.center = center
    award.organization.save(update_fields=["center"])
    PlanFactory(project=award.procurement.project, author_center=center)
    with pytest.raises(contracts.PlannerAsSupplier):
        drafted(award, alice)
    # As well where the register knows the center by its credit code alone.
    award.organization.center = None
    award.organization.uscc = center.uscc = "52310199MJ00000010"
    award.organization.save(update_fields=["center", "uscc"])
    center.save(update_fields=["uscc"])
    with pytest.raises(contracts.PlannerAsSupplier):
        drafted(award, alice)


def test_signing_starts_the_project(award, alice):
    contract = filled(drafted(award, alice), alice)
    sign(contract, alice)
    contract.refresh_from_db()
    award.procurement.refresh_from_db()
    project = Project.objects.get(pk=contract.project_id)
    assert (contract.status, contract.signed_on) == ("signed", LAST)
    assert award.procurement.status == "contracted"
    assert (project.status, project.supplier, project.contract_yuan) == (
        "running",
        award.organization,
        PRICE,
    )
    waits = list(contract.payments.values_list("stage", "amount_yuan", "milestone__name"))
    assert waits == [
        ("signing", Decimal(112000), None),
        ("midterm", Decimal(112000), "中期"),
        ("acceptance", Decimal(56000), None),
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"lines": []}, "unit prices"),
        ({"lines": [Line("activity", "助餐", "人次", Decimal(1), Decimal(100))]}, "100.00"),
        ({"milestones": [Stage("中期", date(2026, 9, 30), Decimal("99.99"))]}, "99.99"),
        ({"payments": [Planned("signing", Decimal("279999.99"))]}, "279999.99"),
    ],
)
def test_what_is_missing_is_said_at_signing(award, alice, values, said):
    values.setdefault("payments", [Planned("signing", PRICE)])
    contract = filled(drafted(award, alice), alice, **values)
    with translation.override("en"), pytest.raises(contracts.ContractRefused) as refused:
        sign(contract, alice)
    assert len(refused.value.lines) == 1
    assert said in refused.value.lines[0]
    contract.refresh_from_db()
    assert contract.status == "drafted"


def test_a_center_is_operated_by_services_not_by_heads(award, alice):
    contract = drafted(award, alice, purpose="basic_operation")
    heads = [
        Line("staff", "社工", "人", Decimal(2), Decimal(70000)),
        Line("activity", "活动", "场", Decimal(14), Decimal(10000)),
    ]
    filled(contract, alice, lines=heads)
    with pytest.raises(contracts.ContractRefused, match="社工"):
        sign(contract, alice)


def test_signing_within_30_days_or_with_a_reason(award, alice):
    contract = filled(drafted(award, alice), alice)
    with pytest.raises(contracts.SignedLate):
        sign(contract, alice, FIRST_LATE)
    sign(contract, alice, FIRST_LATE, late_reason="供应商换章")
    event = AuditEvent.objects.get(action="projects.contract.sign")
    assert event.reason == "供应商换章"


def test_nothing_is_signed_while_the_result_is_open_for_comment(award, alice):
    """A welfare tender's fifteen days."""
    last = date(2026, 3, 16)
    AnnouncementFactory(procurement=award.procurement, kind="result", publicity_until=last)
    contract = filled(drafted(award, alice), alice)
    with translation.override("en"), pytest.raises(contracts.ResultOpen, match=str(last)):
        sign(contract, alice, last)
    contract.refresh_from_db()
    assert (contract.status, contract.procurement.status) == ("drafted", "awarded")
    sign(contract, alice, last + timedelta(days=1))
    assert contract.status == "signed"


@pytest.mark.parametrize("day", [date(2026, 2, 28), date(2026, 4, 11)])
def test_days_on_which_nothing_can_be_signed(award, alice, day):
    contract = filled(drafted(award, alice), alice)
    with pytest.raises(contracts.DayImpossible):
        sign(contract, alice, day)


def test_a_revoked_award_is_not_signed(award, alice, chief):
    contract = filled(drafted(award, alice), alice)
    type(award).objects.filter(pk=award.pk).update(
        revoked_by=chief, revoked_at=AT, revoke_reason="放弃"
    )
    with pytest.raises(contracts.AwardNotReady):
        sign(contract, alice)


def test_nothing_is_changed_after_signing(award, alice):
    contract = filled(drafted(award, alice), alice)
    sign(contract, alice)
    for change in (
        lambda: contracts.set_lines(
            contract=contract, version=contract.version, lines=[], by=alice, at=AT
        ),
        lambda: contracts.update(
            contract=contract, version=contract.version, title="别的", by=alice, at=AT
        ),
        lambda: sign(contract, alice),
    ):
        with pytest.raises(Conflict):
            change()


def test_payments_above_the_price_or_for_no_milestone_are_refused(award, alice):
    contract = drafted(award, alice)
    too_much = [Planned("signing", PRICE, milestone=3), Planned("acceptance", Decimal("0.01"))]
    with pytest.raises(contracts.ContractRefused) as refused:
        filled(contract, alice, payments=too_much)
    assert len(refused.value.lines) == 2
    assert not contract.payments.exists()


def test_milestones_can_be_replaced_after_payments_wait_for_them(award, alice):
    contract = filled(drafted(award, alice), alice)
    contracts.set_milestones(
        contract=contract,
        version=contract.version,
        milestones=[Stage("全部", date(2027, 3, 31), Decimal(100))],
        by=alice,
        at=AT,
    )
    assert contract.payments.get(stage="midterm").milestone.name == "全部"


def test_a_signed_contract_is_published_once_without_persons(award, alice):
    contract = signed(award)
    announcement = contracts.publish(
        contract=contract, version=contract.version, by=alice, at=LATER
    )
    content = announcement.content
    assert announcement.kind == "contract"
    assert announcement.due_on == date(2026, 1, 5)  # the 2nd is off, the 4th is made up for it
    assert content["supplier"] == {
        "name": award.organization.name,
        "uscc": award.organization.uscc or "",
        "code": f"O{award.organization_id}",
    }
    assert (content["price_yuan"], content["signed_on"]) == ("100000.00", "2026-01-01")
    assert alice.full_name not in str(content)
    with pytest.raises(contracts.DoneAlready):
        contracts.publish(contract=contract, version=contract.version, by=alice, at=LATER)


def test_a_draft_is_neither_published_nor_filed(award, alice):
    contract = drafted(award, alice)
    with pytest.raises(contracts.NotSigned):
        contracts.publish(contract=contract, version=contract.version, by=alice, at=AT)
    with pytest.raises(contracts.NotSigned):
        contracts.file(contract=contract, version=contract.version, filed_on=LAST, by=alice, at=AT)


def test_filed_with_the_finance_department_once(award, alice):
    contract = signed(award)
    with pytest.raises(contracts.DayImpossible):
        contracts.file(
            contract=contract,
            version=contract.version,
            filed_on=date(2025, 12, 31),
            by=alice,
            at=LATER,
        )
    contracts.file(contract=contract, version=contract.version, filed_on=LAST, by=alice, at=LATER)
    assert contract.filed_on == LAST
    with pytest.raises(contracts.DoneAlready):
        contracts.file(
            contract=contract, version=contract.version, filed_on=LAST, by=alice, at=LATER
        )


def test_terminating_cancels_what_is_not_paid_and_ends_the_procurement(award, alice):
    contract = filled(drafted(award, alice), alice)
    sign(contract, alice)
    with pytest.raises(ReasonMissing):
        contracts.terminate(
            contract=contract, version=contract.version, reason=" ", by=alice, at=LATER
        )
    contracts.terminate(
        contract=contract, version=contract.version, reason="供应商违约", by=alice, at=LATER
    )
    award.procurement.refresh_from_db()
    assert award.procurement.status == "terminated"
    assert award.procurement.announcements.get().content["reason"] == "供应商违约"
    assert set(contract.payments.values_list("status", flat=True)) == {"cancelled"}


def test_a_project_whose_contract_was_terminated_is_procured_anew(award, alice):
    contract = filled(drafted(award, alice), alice)
    sign(contract, alice)
    project = Project.objects.get(pk=contract.project_id)
    assert (project.status, project.supplier) == ("running", contract.supplier)
    contracts.terminate(
        contract=contract, version=contract.version, reason="供应商违约", by=alice, at=LATER
    )
    project.refresh_from_db()
    assert (project.status, project.supplier, project.contract_yuan) == ("procuring", None, None)
    again = procurements.draft(
        project=project,
        route="competitive_consultation",
        category="助餐",
        fiscal_year=2026,
        title="助餐服务（重新采购）",
        budget_yuan=award.price_yuan,
        choice="comprehensive",
        by=alice,
        at=LATER,
    )
    assert again.project == project


def test_where_the_winner_does_not_sign_the_next_is_contracted(award, alice, chief):
    contract = drafted(award, alice)
    contracts.terminate(
        contract=contract, version=contract.version, reason="供应商放弃", by=alice, at=AT
    )
    award.procurement.refresh_from_db()
    assert award.procurement.status == "awarded"
    with pytest.raises(contracts.AwardNotReady):
        drafted(award, alice, contract_no="HT-2")
    type(award).objects.filter(pk=award.pk).update(
        revoked_by=chief, revoked_at=AT, revoke_reason="放弃"
    )
    second = AwardFactory(
        procurement=award.procurement,
        organization=OrganizationFactory(division=award.organization.division),
        notified_at=AT,
    )
    assert drafted(second, alice, contract_no="HT-2").supplier == second.organization


def test_settled_when_paid_out_and_evaluated(award, alice):
    contract = signed(award)
    procurement = award.procurement
    procurement.refresh_from_db()
    procurement_states.move(
        procurement=procurement, to="contracted", version=procurement.version, by=alice, at=AT
    )
    AcceptanceFactory(contract=contract)
    Contract.objects.filter(pk=contract.pk).update(status="accepted")

    def settle():
        contracts.settle(contract=contract, version=contract.version, by=alice, at=LATER)

    with pytest.raises(contracts.NotPaidOut, match="1"):
        settle()
    Payment.objects.filter(contract=contract).update(
        status="paid", paid_on=LAST, paid_by=alice, voucher_no="P-1"
    )
    with pytest.raises(contracts.NotPaidOut):
        settle()
    performance = PerformanceFactory(contract=contract)
    type(performance).objects.filter(pk=performance.pk).update(status="submitted", submitted_at=AT)
    settle()
    procurement.refresh_from_db()
    assert (contract.status, procurement.status) == ("settled", "completed")


def test_days_follow_the_thresholds(award):
    days = contracts.selectors.days_of(signed(award))
    assert days.sign_by == AT.date() + timedelta(days=30) == LAST
    assert days.file_by == date(2026, 1, 12)


def test_a_supplier_without_a_credit_code_is_published_with_an_empty_one(award, alice):
    type(award.organization).objects.filter(pk=award.organization_id).update(uscc=None)
    contract = Contract.objects.get(pk=signed(award).pk)
    assert contracts.content_of(contract)["supplier"]["uscc"] == ""
