"""The ledger as a workbook: what the asker sees, to the cent, nothing that is sealed."""

import io
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from portal.audit.models import AuditEvent
from projects.models import Payment
from projects.resources import exports
from tests.conftest import AT
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import (
    BidFactory,
    ContractFactory,
    ProcurementFactory,
    announced,
    awarded,
    signed,
)
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reviewer(wutong):
    """Somebody of the township, who reads and manages nothing."""
    user = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return user


def read(stream):
    """Sheet → rows by header."""
    stream.seek(0)
    book = load_workbook(stream)
    found = {}
    for sheet in book:
        headers, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(headers, row, strict=True)) for row in rows]
    return found


def ledger(user, place):
    stream = io.BytesIO()
    count = exports.export(user, Q(division__path__startswith=place.path), stream)
    return count, read(stream)


def test_it_tells_projects_procurements_and_contracts(alice, haitang, wutong):
    contract = signed(
        awarded(project__division=wutong),
        payments=[("signing", Decimal("60000.00")), ("other", Decimal("40000.00"))],
        contract={"price_yuan": Decimal("100000.00")},
    )
    Payment.objects.filter(contract=contract, stage="signing").update(
        status="paid", paid_on=AT.date(), voucher_no="V-1", paid_by=alice, paid_at=AT
    )
    count, book = ledger(alice, haitang)
    assert count == 1
    (project,), (procurement,), (told,) = book["项目"], book["采购"], book["合同"]
    assert project["项目编号"] == contract.project.project_no
    assert procurement["采购编号"] == contract.procurement.procurement_no
    assert told["合同编号"] == contract.contract_no
    assert Decimal(str(told["合同价款（元）"])) == Decimal("100000.00")
    assert Decimal(str(told["已付款（元）"])) == Decimal("60000.00")
    assert Decimal(str(told["补充合同（元）"])) == 0


def test_nothing_sealed_goes_out(alice, haitang, wutong):
    procurement = announced(project__division=wutong)
    bidder = OrganizationFactory(name="绿叶服务社", division=wutong)
    BidFactory(procurement=procurement, organization=bidder)
    _count, book = ledger(alice, haitang)
    assert "绿叶服务社" not in str(book)


def test_drafts_stay_with_those_who_manage_them(alice, reviewer, wutong):
    draft = ProcurementFactory(project__division=wutong, title="拟定中的采购")
    ContractFactory(award=awarded(project__division=wutong))
    _count, managed = ledger(alice, wutong)
    _count, seen = ledger(reviewer, wutong)
    assert draft.procurement_no in str(managed["采购"])
    assert draft.procurement_no not in str(seen["采购"])
    assert (len(managed["合同"]), len(seen["合同"])) == (1, 0)


def test_what_lies_elsewhere_stays_there(alice, huangpu):
    ProjectFactory(division=huangpu)
    assert ledger(alice, huangpu)[0] == 0


def test_it_costs_the_same_for_one_and_three(alice, haitang, wutong):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            ledger(alice, haitang)
        return len(captured)

    signed(awarded(project__division=wutong))
    cost()
    one = cost()
    for _each in range(2):
        signed(awarded(project__division=wutong))
    assert cost() == one


def test_whoever_takes_it_out_stands_in_the_trail(alice_client, alice, haitang, wutong):
    ProjectFactory(division=wutong, name="社区助餐")
    page = alice_client.get(reverse("admin:projects_project_ledger"))
    path = reverse("admin:projects_project_export", args=[haitang.code])
    assert path in page.content.decode()
    answer = alice_client.get(path)
    book = read(io.BytesIO(b"".join(answer.streaming_content)))
    assert [row["项目名称"] for row in book["项目"]] == ["社区助餐"]
    event = AuditEvent.objects.get(action="projects.project.export")
    assert (event.changes, event.division_path) == ({"projects": [None, 1]}, haitang.path)
