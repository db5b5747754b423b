"""Contracts at the bureau's desk: what is typed, what is refused, and that nothing is lost."""

from decimal import Decimal

import pytest

from projects.models import Contract
from tests.factories.evidence import paper
from tests.factories.procurements import (
    AcceptanceFactory,
    PerformanceFactory,
    SupervisionFactory,
    awarded,
    signed,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db

ADMIN = "/admin/projects/contract/"
TERMS = {
    "contract_no": "HT-1",
    "title": "助餐服务合同",
    "purpose": "project",
    "starts_on": "2026-04-01",
    "ends_on": "2027-03-31",
    "standards": "每月回访\n满意率 90%",
}


@pytest.fixture
def award(wutong):
    return awarded(project__division=wutong)


@pytest.fixture
def contract(award):
    return signed(award)


def step(client, contract, verb, **values):
    contract.refresh_from_db()
    data = {"version": contract.version, **values}
    return client.post(f"{ADMIN}{contract.pk}/step/{verb}/", data)


def test_an_officer_drafts_and_signs(alice_client, award):
    answer = alice_client.post(f"{ADMIN}draft/", {"award": award.pk, **TERMS})
    contract = Contract.objects.get()
    assert answer.url == f"{ADMIN}{contract.pk}/change/"
    lines = "activities\t助餐\t人次\t2800\t100.00"
    assert step(in_english(alice_client), contract, "lines", lines=lines).status_code == 302
    milestones = "中期 | 2026-09-30 | 40\n完成 | 2027-03-31 | 60"
    assert step(alice_client, contract, "milestones", milestones=milestones).status_code == 302
    payments = "signing | 112000\nmidterm | 112000 | | 1\nacceptance | 56000.00"
    assert step(alice_client, contract, "payments", payments=payments).status_code == 302
    answer = step(alice_client, contract, "sign", signed_on="2026-03-02")
    assert answer.status_code == 302
    contract.refresh_from_db()
    assert contract.status == "signed"
    assert contract.lines.get().amount_yuan == Decimal("280000.00")
    assert contract.payments.get(stage="midterm").milestone.name == "中期"


def test_rows_that_cannot_be_read_are_named_and_kept(alice_client, award):
    alice_client.post(f"{ADMIN}draft/", {"award": award.pk, **TERMS})
    contract = Contract.objects.get()
    typed = "activities | 助餐 | 人次 | 两千 | 100\nnothing | 送餐 | 人次 | 1 | 1.234"
    page = words(step(in_english(alice_client), contract, "lines", lines=typed))
    assert "Row 1, quantity “两千”" in page
    assert "Row 2, kind “nothing”" in page
    assert "Row 2, unit price (yuan) “1.234”" in page
    assert "两千" in page
    assert not contract.lines.exists()


def test_24_months_without_the_conditions_are_refused_on_the_page(alice_client, award):
    page = words(
        in_english(alice_client).post(
            f"{ADMIN}draft/", {"award": award.pk, **TERMS, "ends_on": "2028-03-31"}
        )
    )
    assert "731 days are more than a year" in page
    assert not Contract.objects.exists()


def test_what_is_missing_stands_on_the_page_of_a_draft(alice_client, award):
    alice_client.post(f"{ADMIN}draft/", {"award": award.pk, **TERMS})
    page = words(in_english(alice_client).get(f"{ADMIN}{Contract.objects.get().pk}/change/"))
    assert "Still missing before signing" in page
    assert "The milestones give 0.00 %" in page


def test_a_payment_is_entered_once(alice_client, contract):
    payment = contract.payments.get()
    path = f"{ADMIN}{contract.pk}/row/pay/{payment.pk}/"
    values = {"version": payment.version, "paid_on": "2026-02-01", "voucher_no": "P-1"}
    assert alice_client.post(path, values).status_code == 302
    page = words(in_english(alice_client).post(path, {**values, "voucher_no": "P-2"}))
    assert "Nothing was changed" in page
    payment.refresh_from_db()
    assert (payment.status, payment.voucher_no) == ("paid", "P-1")


def test_the_page_shows_supervision_acceptance_and_score(alice_client, contract):
    SupervisionFactory(contract=contract, findings="档案不全", correct_by="2026-07-31")
    AcceptanceFactory(contract=contract)
    PerformanceFactory(contract=contract)
    page = words(in_english(alice_client).get(f"{ADMIN}{contract.pk}/change/"))
    assert "档案不全" in page
    assert "by 2026-07-31 at the latest" in page
    assert "28 of 30 users asked are satisfied." in page
    assert "What was spent is not known, so there is no score." in page


def test_an_evaluation_is_filled_in_and_submitted(alice_client, contract):
    Contract.objects.filter(pk=contract.pk).update(status="accepted")
    answer = step(
        alice_client,
        contract,
        "evaluate",
        template="performance-2020",
        evaluator="purchaser",
        budget_yuan="100000.00",
        spent_yuan="100000.00",
    )
    assert answer.status_code == 302
    performance = contract.performances.get()
    rows = (
        "output | 服务人次 | 50 | 1000 | 900 | 90 | True\n"
        "benefit | 居民获益 | 30 | | | 90 | False\n"
        "satisfaction | 满意度 | 10 | 90% | 80% | 80 | True"
    )
    path = f"{ADMIN}{contract.pk}/row/"
    values = {"version": 1, "budget_yuan": "100000", "spent_yuan": "100000", "items": rows}
    assert alice_client.post(f"{path}figures/{performance.pk}/", values).status_code == 302
    assert alice_client.post(f"{path}submit/{performance.pk}/", {"version": 2}).status_code == 302
    performance.refresh_from_db()
    assert (performance.score, performance.grade) == (Decimal("90.00"), "excellent")


def test_indicators_are_kept_where_somebody_else_saved_meanwhile(alice_client, contract):
    performance = PerformanceFactory(contract=contract, version=3)
    path = f"{ADMIN}{contract.pk}/row/figures/{performance.pk}/"
    rows = "output | 服务人次 | 50 | 1000 | 900 | 90 | True"
    values = {"version": 2, "budget_yuan": "100000", "spent_yuan": "900", "items": rows}
    form = alice_client.post(path, values).context["form"]
    assert form.non_field_errors()
    again = {name: form.data[name] for name in values}
    assert (again["items"], again["version"]) == (rows, 3)
    assert alice_client.post(path, again).status_code == 302
    assert performance.items.get().name == "服务人次"


def test_a_paper_of_the_contract_is_kept_and_read_where_the_contract_is(
    alice_client, diane_client, bob_client, contract, settings, tmp_path
):
    settings.MEDIA_ROOT = str(tmp_path)
    values = {"kind": "payment", "title": "首付款凭证", "upload": paper()}
    assert step(alice_client, contract, "attach", **values).status_code == 302
    document = contract.documents.get()
    assert (document.project, document.kind) == (contract.project, "payment")
    path = f"/desk/contracts/{contract.pk}/files/{document.pk}/"
    assert path in alice_client.get(f"{ADMIN}{contract.pk}/change/").content.decode()
    assert path in diane_client.get(f"/desk/contracts/{contract.pk}/").content.decode()
    assert diane_client.get(path)["Cache-Control"] == "private, no-store"
    assert bob_client.get(path).status_code == 404
    other = signed(awarded(project__division=contract.project.division))
    foreign = f"/desk/contracts/{other.pk}/files/{document.pk}/"
    assert diane_client.get(foreign).status_code == 404


def test_the_leader_reads_and_changes_nothing(client_for, leader, contract):
    client = client_for(leader)
    assert client.get(f"{ADMIN}{contract.pk}/change/").status_code == 200
    assert client.get(f"{ADMIN}{contract.pk}/step/supervise/").status_code == 403
    payment = contract.payments.get()
    assert client.get(f"{ADMIN}{contract.pk}/row/pay/{payment.pk}/").status_code == 403


@pytest.mark.parametrize("path", ["step/nothing/", "row/nothing/1/", "row/pay/0/"])
def test_what_is_not_there(alice_client, contract, path):
    assert alice_client.get(f"{ADMIN}{contract.pk}/{path}").status_code == 404
