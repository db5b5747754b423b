"""A project of 梧桐路街道 with everything a plan says, and contracts that were finished before."""

from datetime import date
from decimal import Decimal

import pytest

from portal.jurisdictions import services as jurisdictions
from projects.models import Contract
from projects.services import budgets, plans
from tests.conftest import AT
from tests.factories.procurements import (
    AwardFactory,
    ContractFactory,
    ContractLineFactory,
    MilestoneFactory,
    PaymentFactory,
    advance,
    opened_bid,
)
from tests.factories.projects import ProjectFactory

SAYS = {
    "target_group": "独居老人",
    "beneficiaries_planned": 300,
    "targets": "全年送餐三万份",
    "method": "集中供餐与上门送餐",
    "staffing": "社工两名，志愿者二十名",
    "schedule": "一月至十二月",
    "risks": "食品安全",
    "public_opinion": "居民座谈会两次，多数赞成",
}


@pytest.fixture
def project(wutong):
    return ProjectFactory(division=wutong, name="社区助餐")


@pytest.fixture
def says():
    return dict(SAYS)


@pytest.fixture
def lines():
    """1,000 meals of 15 yuan and 800 yuan of management cost."""
    return [
        budgets.Line("activity", "助餐服务", "人次", Decimal("1000"), Decimal("15.00")),
        budgets.Line("management", "管理费", "项", Decimal("1"), Decimal("800.00"), "按 5%"),
    ]


@pytest.fixture
def budgeted(project, lines, alice):
    """The project with its cost lines."""
    budgets.set_lines(project=project, lines=lines, version=project.version, by=alice, at=AT)
    return project


@pytest.fixture
def drafted(budgeted, center, alice):
    """The plan of the center, with everything in it."""
    return plans.draft(project=budgeted, author_center=center, by=alice, at=AT, **SAYS)


@pytest.fixture
def submitted(drafted, alice):
    return plans.submit(plan=drafted, version=drafted.version, by=alice, at=AT)


@pytest.fixture
def finished():
    """A contract that was accepted on completion, with one line."""

    def make(division, *, item="助餐服务", unit="人次", price="15.00", signed_on=None):
        bid = opened_bid(project=ProjectFactory(division=division, name="往年助餐"))
        procurement = bid.bid.procurement
        award = AwardFactory(
            procurement=procurement,
            opened_bid=bid,
            organization=bid.bid.organization,
            price_yuan=bid.price_yuan,
            notified_at=AT,
        )
        advance(procurement, "ranked")
        advance(procurement, "awarded")
        contract = ContractFactory(award=award)
        ContractLineFactory(contract=contract, item=item, unit=unit, unit_price_yuan=Decimal(price))
        MilestoneFactory(contract=contract)
        PaymentFactory(contract=contract, position=1, amount_yuan=contract.price_yuan)
        for status in ("signed", "accepted"):
            Contract.objects.filter(pk=contract.pk).update(
                status=status, signed_on=signed_on or date(2025, 6, 1)
            )
        contract.refresh_from_db()
        return contract

    return make


@pytest.fixture
def guihua(haitang):
    """桂花镇, another township of 海棠区."""
    return jurisdictions.add(code="310199105", name="桂花镇", kind="town", parent=haitang)
