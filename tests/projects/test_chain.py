"""From the notice to the grade: every stage is published, validates as open data, and tells each
reader no more than its part."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from projects.models import Award, Contract, Milestone, Procurement, Seat
from projects.rules.performance import EXECUTION
from projects.selectors import panels
from projects.selectors.performance_templates import all_templates
from projects.services import (
    acceptances,
    announcements,
    awards,
    contracts,
    performances,
    rankings,
)
from projects.services.acceptances import Checked
from projects.services.contracts import Line, Planned, Stage
from projects.services.performances import Item
from tests.api import Api
from tests.factories.bids import bring, hand_in, sealing
from tests.factories.clients import issue
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import ScoreFactory, pass_deadline, seated
from tests.flows.pages import in_english, words
from tests.ocds import PACKAGE, faults

pytestmark = pytest.mark.django_db

SIGNED_AT = datetime(2026, 4, 10, 1, 0, tzinfo=UTC)
OVER_AT = datetime(2027, 4, 10, 1, 0, tzinfo=UTC)
PRICES = {"一号助老中心": "280000.00", "二号助老中心": "290000.00", "三号助老中心": "299000.00"}


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def sealed(wutong, alice, at):
    """The procurement, announced, with a bid of each of three organizations; and its keys."""
    procurement, keys = sealing(wutong, title="社区助餐服务")
    announcements.publish(
        procurement=procurement,
        kind="notice",
        title="社区助餐服务采购公告",
        content={},
        by=alice,
        at=at,
    )
    for name, price in PRICES.items():
        hand_in(procurement, OrganizationFactory(division=wutong, name=name), price=price)
    return procurement, keys


def scored(procurement, haitang):
    """Three experts who find every plan worth as much."""
    for _each in range(3):
        seat = seated(procurement, district=haitang, status="declared")
        for cell in panels.sheet(seat):
            ScoreFactory(
                seat=seat,
                opened_bid=cell.bid,
                criterion=cell.criterion,
                points=Decimal("70.00"),
            )
        Seat.objects.filter(pk=seat.pk).update(status="submitted", submitted_at=seat.declared_at)


def won(procurement, leader, alice, at):
    """The award to the first of the ranking, notified."""
    first, *_rest = rankings.compute(
        procurement=procurement, version=procurement.version, by=alice, at=at
    )
    procurement.refresh_from_db()
    award = awards.award(
        procurement=procurement,
        opened_bid=first.opened_bid,
        reason="综合得分第一",
        version=procurement.version,
        by=leader,
        at=at,
    )
    awards.notify(award=award, by=alice, at=at)
    return Award.objects.get(pk=award.pk)


def contracted(award, by, at):
    """The contract, signed and published."""
    contract = contracts.draft(
        award=award,
        contract_no="HT-2026-1",
        title="社区助餐服务合同",
        purpose="project",
        starts_on=date(2026, 4, 1),
        ends_on=date(2027, 3, 31),
        by=by,
        at=at,
    )
    filled = {
        "lines": [Line("activity", "助餐", "人次", Decimal(2800), Decimal(100))],
        "milestones": [Stage("完成", date(2027, 3, 31), Decimal(100))],
        "payments": [Planned("signing", award.price_yuan)],
    }
    for name, rows in filled.items():
        verb = getattr(contracts, f"set_{name}")
        verb(contract=contract, version=contract.version, by=by, at=at, **{name: rows})
    contracts.sign(
        contract=contract,
        version=contract.version,
        signed_on=date(2026, 3, 31),
        by=by,
        at=SIGNED_AT,
    )
    contracts.publish(contract=contract, version=contract.version, by=by, at=SIGNED_AT)
    return Contract.objects.get(pk=contract.pk)


def ended(contract, by):
    """Accepted, and evaluated by the department."""
    Milestone.objects.filter(contract=contract).update(
        delivered_on=date(2027, 3, 31), confirmed_at=OVER_AT, confirmed_by=by
    )
    acceptances.accept(
        contract=contract,
        version=contract.version,
        accepted_on=date(2027, 4, 2),
        result="passed",
        items=[Checked("服务 2800 人次", is_met=True)],
        asked=30,
        satisfied=28,
        users_opinion="服务及时",
        by=by,
        at=OVER_AT,
    )
    performance = performances.draft(
        contract=contract,
        kind="department",
        template="performance-2020-department",
        evaluator="purchaser",
        budget_yuan=contract.price_yuan,
        spent_yuan=contract.price_yuan,
        by=by,
        at=OVER_AT,
    )
    performances.update(
        performance=performance,
        version=performance.version,
        budget_yuan=performance.budget_yuan,
        spent_yuan=performance.spent_yuan,
        items=[
            Item(part.code, part.name, part.weight, completion=Decimal(100))
            for part in all_templates()[performance.template].parts
            if part.code != EXECUTION
        ],
        by=by,
        at=OVER_AT,
    )
    performances.submit(performance=performance, version=performance.version, by=by, at=OVER_AT)


def tags(visitor):
    """The tags of everything published, in order; each package validates."""
    document = visitor.get(reverse("open:releases")).json()
    assert faults(document, PACKAGE) == []
    return [release["tag"][0] for release in document["releases"]]


def public(visitor):
    """Everything that a visitor without an account reads, as one text."""
    page = visitor.get(reverse("open:announcements"))
    found = [words(page), visitor.get(reverse("open:releases")).content.decode()]
    found += [
        words(visitor.get(reverse("open:announcement", args=[each.pk])))
        for each in page.context["page"]
    ]
    return "\n".join(found)


def test_every_stage_is_published_and_none_before_its_time(
    sealed, wutong, haitang, alice, leader, at
):
    procurement, keys = sealed
    visitor = in_english(Client())
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    api = Api(issue(account, ["projects"]))

    def read():
        """What outsiders read: the public, and a client of the API."""
        lists = ("projects", "procurements", "announcements", "contracts")
        return public(visitor) + str([api.rows(f"{name}/") for name in lists])

    def named():
        text = read()
        return [name for name in PRICES if name in text]

    assert tags(visitor) == ["tender"]
    assert named() == []
    pass_deadline(procurement)
    assert named() == []
    bring(procurement, keys, 1)
    assert named() == []
    bring(procurement, keys, 2)
    assert tags(visitor) == ["tender", "tenderUpdate"]
    assert named() == list(PRICES)

    procurement = Procurement.objects.get(pk=procurement.pk)
    scored(procurement, haitang)
    assert "70.00" not in read()
    award = won(procurement, leader, alice, at)
    assert award.organization.name == "一号助老中心"
    assert tags(visitor)[2:] == ["award"]
    contract = contracted(award, alice, at)
    assert tags(visitor)[3:] == ["contract"]
    ended(contract, alice)
    assert tags(visitor)[4:] == ["implementation", "implementation"]

    document = visitor.get(reverse("open:releases")).json()
    (awarded,) = document["releases"][2]["awards"]
    (signed,) = document["releases"][3]["contracts"]
    assert signed["awardID"] == awarded["id"]
    assert {release["contracts"][0]["id"] for release in document["releases"][3:]} == {"HT-2026-1"}
    (row,) = api.rows("contracts/")
    contract = Contract.objects.get()
    assert (row["code"], row["accepted_on"]) == (f"H{contract.pk}", "2027-04-02")
    assert row["performance_grade"] == "excellent"
