"""Contracts at the desk of a center."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.models import WorkRecord
from projects.models import Contract
from tests.factories.procurements import AcceptanceFactory, SupervisionFactory, awarded, signed
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


@pytest.fixture
def contract(wutong):
    return signed(awarded(project__division=wutong))


def test_a_center_notes_supervision_and_it_counts(diane_client, contract, center):
    path = f"/desk/contracts/{contract.pk}/"
    values = {"kind": "visit", "happened_on": "2026-02-01", "findings": "记录完整"}
    answer = diane_client.post(f"{path}supervise/", {**values, "asked": "10", "satisfied": "9"})
    assert answer.url == path
    assert WorkRecord.objects.get(center=center).function == "FN-44"
    page = words(in_english(diane_client).get(path))
    assert "记录完整" in page
    assert "9 of 10 users asked are satisfied." in page


def test_the_staff_of_a_center_that_is_the_supplier_supervise_nothing(
    diane_client, contract, center
):
    contract.supplier.center = center
    contract.supplier.save(update_fields=["center"])
    path = f"/desk/contracts/{contract.pk}/"
    assert f"{path}supervise/" not in diane_client.get(path).content.decode()
    values = {"kind": "visit", "happened_on": "2026-02-01", "findings": "记录完整"}
    assert diane_client.post(f"{path}supervise/", values).status_code == 403
    assert not contract.supervisions.exists()


def test_the_procurement_leads_to_its_contract(diane_client, contract):
    page = diane_client.get(f"/desk/procurements/{contract.procurement_id}/").content.decode()
    assert f'href="/desk/contracts/{contract.pk}/"' in page


def test_what_is_refused_stays_typed(diane_client, contract):
    values = {"kind": "visit", "happened_on": "2026-02-01", "findings": "记录完整", "asked": "9"}
    page = words(in_english(diane_client).post(f"/desk/contracts/{contract.pk}/supervise/", values))
    assert "Give both how many were asked" in page
    assert "记录完整" in page
    assert not contract.supervisions.exists()


def test_a_draft_and_a_contract_of_elsewhere_are_not_there(diane_client, bob_client, contract):
    path = f"/desk/contracts/{contract.pk}/"
    assert bob_client.get(path).status_code == 404
    Contract.objects.filter(pk=contract.pk).update(status="terminated", termination_reason="违约")
    assert diane_client.get(path).status_code == 200
    assert diane_client.get(f"{path}supervise/").status_code == 403


def test_the_page_costs_the_same_for_one_and_three_rows(
    diane_client, contract, django_assert_num_queries
):
    path = f"/desk/contracts/{contract.pk}/"

    def more(number):
        SupervisionFactory(contract=contract)
        AcceptanceFactory(contract=contract, number=number, result="failed")

    more(1)
    diane_client.get(path)
    with CaptureQueriesContext(connection) as captured:
        diane_client.get(path)
    more(2), more(3)
    with django_assert_num_queries(len(captured)):
        diane_client.get(path)
