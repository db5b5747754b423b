"""Needs, offers, procurements, sealed bids, panels, contracts and what follows from them.

The database's own clock decides about deadlines, so a procurement whose deadline has passed is made
by ``pass_deadline``, which goes round the triggers.
"""

from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import factory
import pgtrigger

from projects.models import (
    Acceptance,
    AcceptanceItem,
    Announcement,
    Award,
    Bid,
    Bidder,
    BidFile,
    BudgetBasis,
    Challenge,
    Contract,
    ContractLine,
    CostLine,
    Criterion,
    Draw,
    Expert,
    FundingSource,
    Invitee,
    KeyHolder,
    KeyPresentation,
    LotteryApplication,
    Match,
    Milestone,
    Need,
    Offer,
    OpenedBid,
    Opening,
    Payment,
    Performance,
    PerformanceItem,
    Plan,
    PriceSource,
    Procurement,
    ProjectDocument,
    Question,
    RankedBid,
    Repair,
    Score,
    Seat,
    Share,
    Supervision,
    Supplement,
    Tie,
)
from projects.selectors.announced import facts_of
from projects.selectors.openings import hash_of, written
from tests.factories.evidence import EvidenceFileFactory
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.projects import ProjectFactory

AT = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
NO_HASH = "0" * 64
Factory = factory.django.DjangoModelFactory


class NeedFactory(Factory):
    """A need of residents that was collected; ``division`` is given."""

    class Meta:
        model = Need

    need_no = factory.Sequence(lambda n: f"310199-XQ-2026-{n:05d}")
    source = "resident"
    field = "elderly"
    service = "meals"
    target_group = "独居老人"
    title = factory.Sequence(lambda n: f"助餐需求{n}")
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class OfferFactory(Factory):
    """An offer; ``organization`` and ``district`` are given."""

    class Meta:
        model = Offer

    offer_no = factory.Sequence(lambda n: f"310199-GJ-2026-{n:05d}")
    field = "elderly"
    service = "meals"
    title = factory.Sequence(lambda n: f"助餐服务{n}")
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class MatchFactory(Factory):
    """An introduction; ``need``, ``offer`` and ``center`` are given."""

    class Meta:
        model = Match

    happened_on = date(2026, 3, 1)
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class DocumentFactory(Factory):
    """A file of ``project``."""

    class Meta:
        model = ProjectDocument

    kind = "other"
    title = "材料"
    file = factory.SubFactory(EvidenceFileFactory)
    added_by = factory.SubFactory(UserFactory)
    added_at = AT


class PlanFactory(Factory):
    """A drafted plan of ``project``."""

    class Meta:
        model = Plan

    target_group = "独居老人"


class CostLineFactory(Factory):
    """10 times 100 yuan of ``project``."""

    class Meta:
        model = CostLine

    position = factory.Sequence(lambda n: n % 30_000 + 1)
    kind = "activity"
    item = "助餐服务"
    unit = "人次"
    quantity = Decimal("10.00")
    unit_price_yuan = Decimal("100.00")


class PriceSourceFactory(Factory):
    """A quote for ``line``."""

    class Meta:
        model = PriceSource

    kind = "quote"
    from_whom = "甲服务中心"
    price_yuan = Decimal("100.00")
    on = date(2026, 2, 1)


class BudgetBasisFactory(Factory):
    """The first basis of ``project``."""

    class Meta:
        model = BudgetBasis

    number = 1
    supplied_on = date(2026, 3, 1)
    content = {"lines": []}
    total_yuan = Decimal("1000.00")
    management_yuan = Decimal("0.00")
    sha256 = NO_HASH
    supplied_by = factory.SubFactory(UserFactory)
    supplied_at = AT


class FundingSourceFactory(Factory):
    """100,000 yuan from the street for ``project``."""

    class Meta:
        model = FundingSource

    kind = "fiscal_township"
    amount_yuan = Decimal("100000.00")
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class LotteryApplicationFactory(Factory):
    """A drafted application; ``project`` and ``center`` are given."""

    class Meta:
        model = LotteryApplication

    year = 2026
    purpose = "elderly"
    amount_yuan = Decimal("100000.00")
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class ProcurementFactory(Factory):
    """A drafted competitive consultation of 300,000 yuan for a project of ``project__division``."""

    class Meta:
        model = Procurement

    procurement_no = factory.Sequence(lambda n: f"310199-CG-2026-{n:05d}")
    project = factory.SubFactory(ProjectFactory)
    route = "competitive_consultation"
    category = "社区服务"
    fiscal_year = 2026
    title = factory.Sequence(lambda n: f"测试采购{n}")
    requirement = "为独居老人送餐"
    purchaser = "梧桐路街道办事处"
    budget_yuan = Decimal("300000.00")
    price_weight = Decimal("20.00")
    created_by = factory.SubFactory(UserFactory)
    created_at = AT


class CriterionFactory(Factory):
    """A criterion of 20 points of a drafted ``procurement``."""

    class Meta:
        model = Criterion

    position = factory.Sequence(lambda n: n % 30_000 + 1)
    name = factory.Sequence(lambda n: f"标准{n}")
    kind = "technical"
    weight = Decimal("20.00")


class InviteeFactory(Factory):
    """An invitation in a drafted ``procurement`` to ``organization``."""

    class Meta:
        model = Invitee

    invited_by = factory.SubFactory(UserFactory)
    invited_at = AT


class KeyHolderFactory(Factory):
    """A holder of a key that opens nothing, of a drafted ``procurement``."""

    class Meta:
        model = KeyHolder

    position = 1
    user = factory.SubFactory(UserFactory)
    public_key = factory.Sequence(lambda n: n.to_bytes(32, "big"))
    fingerprint = factory.LazyAttribute(lambda holder: sha256(holder.public_key).hexdigest())
    registered_at = AT


class BidderFactory(Factory):
    """An account by which ``organization`` bids, with the role that goes with it."""

    class Meta:
        model = Bidder

    user = factory.SubFactory(UserFactory)
    opened_by = factory.SubFactory(UserFactory)
    opened_at = AT

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        bidder = super()._create(model_class, *args, **kwargs)
        RoleAssignmentFactory(
            user=bidder.user, role="org_contact", division=bidder.organization.division
        )
        return bidder


class BidFactory(Factory):
    """A bid that nobody can read, of ``organization`` for an announced ``procurement``."""

    class Meta:
        model = Bid

    number = 1
    sealed = b"\x00" * 64
    padded_bytes = 64
    sha256 = sha256(b"\x00" * 64).hexdigest()
    submitted_by = factory.SubFactory(UserFactory)


class ShareFactory(Factory):
    """A share of ``bid``, ``of`` a holder ``to`` a holder."""

    class Meta:
        model = Share

    wrapped = b"\x00" * 81


class OpenedBidFactory(Factory):
    """``bid`` as an ``opening`` found it: 280,000 yuan."""

    class Meta:
        model = OpenedBid

    position = 1
    outcome = "opened"
    content = {"price_yuan": "280000.00"}
    price_yuan = Decimal("280000.00")


class BidFileFactory(Factory):
    """A file of ``opened_bid``."""

    class Meta:
        model = BidFile

    name = "响应文件.pdf"
    sha256 = NO_HASH
    size_bytes = 1
    file = factory.SubFactory(EvidenceFileFactory)


class RepairFactory(Factory):
    """A repair of ``opened_bid`` asked for until the year 2099."""

    class Meta:
        model = Repair

    missing = "缺少法定代表人签字"
    asked_by = factory.SubFactory(UserFactory)
    asked_at = AT
    due_at = datetime(2099, 1, 1, tzinfo=UTC)


class AnnouncementFactory(Factory):
    """The first announcement of ``procurement``."""

    class Meta:
        model = Announcement

    number = 1
    kind = "notice"
    title = "采购公告"
    content = factory.LazyAttribute(lambda it: facts_of(it.procurement))
    published_by = factory.SubFactory(UserFactory)
    published_at = AT


class QuestionFactory(Factory):
    """An open question; ``procurement`` and ``organization`` are given."""

    class Meta:
        model = Question

    text = "服务时间如何计算？"
    asked_by = factory.SubFactory(UserFactory)
    asked_at = AT


class ChallengeFactory(Factory):
    """A challenge that was received; ``procurement`` and ``organization`` are given."""

    class Meta:
        model = Challenge

    about = "result"
    facts = "评分计算有误"
    request = "重新计算"
    filed_by = factory.SubFactory(UserFactory)
    filed_at = AT
    due_on = date(2026, 3, 10)


class ExpertFactory(Factory):
    """An expert of ``district`` for the elderly."""

    class Meta:
        model = Expert

    user = factory.SubFactory(UserFactory)
    fields = ["elderly"]
    employer = "海棠大学"
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class TieFactory(Factory):
    """``expert`` is employed by ``organization``."""

    class Meta:
        model = Tie

    kind = "employment"
    source = "declared"
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class DrawFactory(Factory):
    """The first draw for ``procurement``, of nobody."""

    class Meta:
        model = Draw

    number = 1
    wanted = 2
    seed = "0" * 32
    pool = []
    drawn = []
    drawn_by = factory.SubFactory(UserFactory)
    drawn_at = AT


class SeatFactory(Factory):
    """An expert who was asked to sit on the panel of ``procurement``; ``expert`` is given."""

    class Meta:
        model = Seat

    role = "expert"
    user = factory.LazyAttribute(lambda seat: seat.expert.user)


class ScoreFactory(Factory):
    """10 points; ``seat``, ``opened_bid`` and ``criterion`` are given."""

    class Meta:
        model = Score

    points = Decimal("10.00")


class RankedBidFactory(Factory):
    """``opened_bid`` is first."""

    class Meta:
        model = RankedBid

    attempt = 1
    rank = 1
    total = Decimal("88.0000")
    price_points = Decimal("20.00")
    technical_points = Decimal("68.0000")
    explanation = {}


class AwardFactory(Factory):
    """An award to ``organization`` for 280,000 yuan."""

    class Meta:
        model = Award

    price_yuan = Decimal("280000.00")
    reason = "综合得分第一"
    awarded_by = factory.SubFactory(UserFactory)
    awarded_at = AT


class ContractFactory(Factory):
    """A drafted contract of 100,000 yuan for 2026 by ``award``."""

    class Meta:
        model = Contract

    contract_no = factory.Sequence(lambda n: f"HT-2026-{n}")
    procurement = factory.LazyAttribute(lambda contract: contract.award.procurement)
    project = factory.LazyAttribute(lambda contract: contract.award.procurement.project)
    supplier = factory.LazyAttribute(lambda contract: contract.award.organization)
    title = "助餐服务合同"
    purpose = "project"
    price_yuan = Decimal("100000.00")
    starts_on = date(2026, 1, 1)
    ends_on = date(2026, 12, 31)
    drafted_by = factory.SubFactory(UserFactory)
    drafted_at = AT


class ContractLineFactory(Factory):
    """1,000 times 100 yuan of a drafted ``contract``."""

    class Meta:
        model = ContractLine

    position = factory.Sequence(lambda n: n % 30_000 + 1)
    kind = "activity"
    item = "助餐服务"
    unit = "人次"
    quantity = Decimal("1000.00")
    unit_price_yuan = Decimal("100.00")


class MilestoneFactory(Factory):
    """All of a drafted ``contract``."""

    class Meta:
        model = Milestone

    position = factory.Sequence(lambda n: n % 30_000 + 1)
    name = "完成全部服务"
    due_on = date(2026, 12, 31)
    share = Decimal("100.00")


class PaymentFactory(Factory):
    """All of the price of ``contract``, planned on signing."""

    class Meta:
        model = Payment

    position = factory.Sequence(lambda n: n % 30_000 + 1)
    stage = "signing"
    amount_yuan = Decimal("100000.00")


class SupplementFactory(Factory):
    """1,000 yuan more for a signed ``contract``."""

    class Meta:
        model = Supplement

    number = factory.Sequence(lambda n: n % 30_000 + 1)
    amount_yuan = Decimal("1000.00")
    reason_kind = "quantity"
    reason = "服务人数增加"
    signed_on = date(2026, 6, 1)
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class SupervisionFactory(Factory):
    """A mid-term review of ``contract``."""

    class Meta:
        model = Supervision

    kind = "midterm"
    happened_on = date(2026, 6, 30)
    findings = "进度正常"
    entered_by = factory.SubFactory(UserFactory)
    entered_at = AT


class AcceptanceFactory(Factory):
    """``contract`` passed."""

    class Meta:
        model = Acceptance

    number = 1
    accepted_on = date(2026, 12, 31)
    result = "passed"
    asked = 30
    satisfied = 28
    users_opinion = "服务及时"
    accepted_by = factory.SubFactory(UserFactory)
    accepted_at = AT


class AcceptanceItemFactory(Factory):
    """One standard of ``acceptance`` that is met."""

    class Meta:
        model = AcceptanceItem

    position = factory.Sequence(lambda n: n % 30_000 + 1)
    standard = "服务 1000 人次"
    is_met = True


class PerformanceFactory(Factory):
    """A drafted self-evaluation of ``contract``."""

    class Meta:
        model = Performance

    kind = "self"
    template = "performance-2020"
    evaluator = "purchaser"
    budget_yuan = Decimal("100000.00")
    evaluated_by = factory.SubFactory(UserFactory)


class PerformanceItemFactory(Factory):
    """One indicator of a drafted ``performance``."""

    class Meta:
        model = PerformanceItem

    position = factory.Sequence(lambda n: n % 30_000 + 1)
    part = "output"
    name = "服务人次"
    weight = Decimal("50.00")


def ignoring(*triggers):
    """Go round triggers, named ``Model:trigger``, for as long as the context lasts."""
    stack = ExitStack()
    for trigger in triggers:
        stack.enter_context(pgtrigger.ignore(f"projects.{trigger}"))
    return stack


def announced(procurement=None, *, holders=(), deadline_at=None, **values):
    """A procurement that bids are received for, by default until the year 2099.

    ``holders`` are the users who hold keys, made up where none are given; criteria that give 100
    are added where there are none.
    """
    procurement = procurement or ProcurementFactory(**values)
    if not procurement.key_holders.exists():
        users = list(holders) or [UserFactory() for _each in range(procurement.key_total)]
        for position, user in enumerate(users, start=1):
            KeyHolderFactory(procurement=procurement, position=position, user=user)
    if procurement.choice == "comprehensive" and not procurement.criteria.exists():
        CriterionFactory(procurement=procurement, position=1, kind="price", name="报价")
        CriterionFactory(procurement=procurement, position=2, name="方案", weight=Decimal("80"))
    procurement.deadline_at = deadline_at or datetime(2099, 1, 1, tzinfo=UTC)
    procurement.announced_at = AT
    return advance(procurement, "announced")


def advance(procurement, status, **values):
    """Move it by hand, as a service would."""
    model = type(procurement)
    model.objects.filter(pk=procurement.pk).update(
        status=status,
        deadline_at=procurement.deadline_at,
        announced_at=procurement.announced_at,
        version=procurement.version + 1,
        **values,
    )
    procurement.refresh_from_db()
    return procurement


def pass_deadline(procurement):
    """The deadline was an hour ago, by the database's clock or any other."""
    passed = datetime.now(UTC) - timedelta(hours=1)
    with ignoring("Procurement:deadline_later"):
        Procurement.objects.filter(pk=procurement.pk).update(deadline_at=passed)
    procurement.refresh_from_db()
    return procurement


def opened(procurement=None, *, bidders=None, **values):
    """A procurement being evaluated, whose bids, one for each of ``bidders``, were opened."""
    if procurement is None or procurement.status == "draft":
        procurement = announced(procurement, **values)
    division = procurement.project.division
    for organization in bidders or [OrganizationFactory(division=division)]:
        BidFactory(procurement=procurement, organization=organization)
    pass_deadline(procurement)
    for holder in procurement.key_holders.all()[: procurement.key_needed]:
        KeyPresentation.objects.create(holder=holder, presented_by=holder.user)
    record = written(procurement, [])
    opening = Opening.objects.create(
        procurement=procurement, opened_by=UserFactory(), minutes=record, sha256=hash_of(record)
    )
    for position, bid in enumerate(procurement.bids.standing(), start=1):
        OpenedBidFactory(bid=bid, opening=opening, position=position)
    return advance(procurement, "evaluating")


def opened_bid(procurement=None, **values):
    """The first bid of a procurement that was opened."""
    procurement = opened(procurement, **values)
    return procurement.opening.bids.first()


def seated(procurement, *, district, status="invited"):
    """A seat on the panel of a procurement, taken by an expert of the district."""
    expert = ExpertFactory(district=district)
    RoleAssignmentFactory(user=expert.user, role="evaluator", division=district)
    seat = SeatFactory(procurement=procurement, expert=expert)
    if status in ("declared", "submitted"):
        Seat.objects.filter(pk=seat.pk).update(
            status="declared", declaration="无利害关系", declared_at=AT
        )
    if status == "submitted":
        Seat.objects.filter(pk=seat.pk).update(status="submitted", submitted_at=AT)
    seat.refresh_from_db()
    return seat


def awarded(procurement=None, **values):
    """The award of a procurement to the first of its bidders, decided and notified."""
    bid = opened_bid(procurement, **values)
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
    return award


def signed(award=None, *, payments=None, contract=None, **values):
    """A signed contract with one milestone and, by default, one payment of all of its price.

    ``payments`` are (stage, amount); ``contract`` are fields of it.
    """
    contract = ContractFactory(award=award or awarded(**values), **(contract or {}))
    MilestoneFactory(contract=contract)
    planned = payments or [("signing", contract.price_yuan)]
    for position, (stage, amount) in enumerate(planned, start=1):
        PaymentFactory(contract=contract, position=position, stage=stage, amount_yuan=amount)
    Contract.objects.filter(pk=contract.pk).update(
        status="signed", signed_on=date(2026, 1, 1), version=contract.version + 1
    )
    contract.refresh_from_db()
    return contract
