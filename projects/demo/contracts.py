"""Contracts awarded without bids, some of which run and some of which are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from portal.jurisdictions.models import Division
from projects.demo.cast import Cast
from projects.demo.plans import entered, planned
from projects.models import (
    Acceptance,
    Award,
    Contract,
    CostLine,
    FundingSource,
    LotteryApplication,
    Payment,
    Performance,
    Procurement,
    Project,
    Supervision,
)
from projects.rules.performance import EXECUTION
from projects.selectors.performance_templates import all_templates
from projects.services import (
    acceptances,
    awards,
    contracts,
    funding,
    lotteries,
    milestones,
    payments,
    performances,
    procurements,
    supervisions,
)
from projects.services.acceptances import Checked
from projects.services.contracts import Line, Planned, Stage
from projects.services.performances import Item

Field, Kind, Route = Project.Field, CostLine.Kind, Procurement.Route
ACTIVITY, MANAGEMENT = Kind.ACTIVITY, Kind.MANAGEMENT
YEAR = 364
# Of the price: on signing, after the mid-term review, after acceptance.
SHARES = (Decimal("0.4"), Decimal("0.4"))


@dataclass(frozen=True)
class Story:
    """A contract: cost lines as kind, item, unit, quantity, budgeted and agreed unit price; signed
    so many days ago. ``upto``: signed, reviewed, accepted, settled. ``supplier`` is the end of the
    name of whoever does it."""

    name: str
    field: str
    route: str
    lines: tuple[tuple[str, str, str, int, str, str], ...]
    days: int
    people: int
    upto: str
    supplier: str
    is_here: bool = False
    correct_in: int | None = None


STORIES = (
    Story(
        "独居老人每日问安",
        Field.ELDERLY,
        Route.FRAMEWORK,
        (
            (ACTIVITY, "上门探访", "人次", 3000, "45", "44.50"),
            (Kind.STAFF, "项目社工", "人月", 12, "2500", "2400"),
            (MANAGEMENT, "管理费", "项", 1, "15000", "14500"),
        ),
        *(430, 140, "settled", "银龄互助服务中心", True),
    ),
    Story(
        "临时困难帮扶基金管理",
        Field.SOCIAL_ASSISTANCE,
        Route.GRANT,
        (
            (ACTIVITY, "个案核实", "人次", 400, "120", "120"),
            (Kind.STAFF, "项目社工", "人月", 8, "3000", "3000"),
            (MANAGEMENT, "管理费", "项", 1, "8000", "8000"),
        ),
        *(395, 380, "accepted", "社区公益基金会"),
    ),
    Story(
        "社区助餐送上门",
        Field.ELDERLY,
        Route.FRAMEWORK,
        (
            (ACTIVITY, "送餐", "份", 20000, "9", "8.90"),
            (Kind.STAFF, "项目社工", "人月", 12, "3500", "3400"),
            (MANAGEMENT, "管理费", "项", 1, "18000", "17200"),
        ),
        *(230, 160, "reviewed", "邻里社区食堂服务社", True),
    ),
    Story(
        "困难家庭救助顾问",
        Field.SOCIAL_ASSISTANCE,
        Route.GRANT,
        (
            (ACTIVITY, "入户评估", "户次", 600, "110", "108"),
            (Kind.STAFF, "个案服务", "个", 120, "350", "350"),
            (MANAGEMENT, "管理费", "项", 1, "12000", "11700"),
        ),
        *(120, 300, "signed", "老娘舅调解工作室"),
    ),
    Story(
        "阳光职业体验营",
        Field.DISABILITY,
        Route.GRANT,
        (
            (ACTIVITY, "体验活动", "场", 20, "2100", "2000"),
            (Kind.MATERIAL, "活动材料", "份", 400, "30", "30"),
            (MANAGEMENT, "管理费", "项", 1, "6000", "6000"),
        ),
        *(200, 90, "reviewed", "晨曦助残服务中心"),
    ),
    Story(
        "放学后四点半课堂",
        Field.CHILDREN,
        Route.FRAMEWORK,
        (
            (ACTIVITY, "看护课时", "课时", 2000, "75", "73"),
            (Kind.VENUE, "场地", "月", 10, "3000", "3000"),
            (MANAGEMENT, "管理费", "项", 1, "20000", "19000"),
        ),
        *(220, 110, "reviewed", "小伞儿童关爱中心", False, 3),
    ),
)


def load(cast: Cast) -> None:
    """Six contracts of the last fourteen months, and the lottery money of one of them."""
    townships = list(Division.objects.within(cast.district.path).townships().order_by("path"))
    for number, story in enumerate(STORIES):
        division = cast.town if story.is_here else townships[number * 2]
        project = entered(cast, story.name, story.field, division, days=story.days + 60)
        planned(
            cast,
            project,
            tuple(line[:5] for line in story.lines),
            story.days + 50,
            people=story.people,
            own=story.is_here,
        )
        if story.upto == "settled":
            _lottery(cast, project, story)
        procurement = _procured(cast, project, story)
        award = _granted(cast, procurement, story, number)
        contract = signed(cast, award, story.lines, story.days)
        _went_on(cast, contract, story)


def _lottery(cast: Cast, project: Project, story: Story) -> None:
    asked = Decimal(60_000)
    application = lotteries.apply(
        project=project,
        center=cast.center,
        year=cast.day(story.days).year,
        purpose=LotteryApplication.Purpose.ELDERLY,
        amount_yuan=asked,
        by=cast.director,
        at=cast.ago(story.days + 40),
    )
    steps = LotteryApplication.Status
    for to, who in (
        (steps.RECOMMENDED, cast.reviewer),
        (steps.SCREENED, cast.officer),
        (steps.REVIEWED, cast.chief),
    ):
        lotteries.move(
            application=application,
            to=to,
            version=application.version,
            by=who,
            at=cast.ago(story.days + 38),
        )
    told = {"by": cast.officer, "reason": "沪民福彩〔2025〕8号"}
    lotteries.grant(
        application=application,
        granted_yuan=asked,
        version=application.version,
        at=cast.ago(story.days + 30),
        **told,
    )
    lotteries.pay(
        application=application,
        paid_yuan=asked,
        version=application.version,
        at=cast.ago(story.days + 20),
        **told,
    )
    funding.add(
        project=project,
        kind=FundingSource.Kind.LOTTERY_DISTRICT,
        amount_yuan=asked,
        payer="海棠区民政局",
        by=cast.officer,
        at=cast.ago(story.days + 20),
    )


def _procured(cast: Cast, project: Project, story: Story) -> Procurement:
    at = cast.ago(story.days + 20)
    funding.add(
        project=project,
        kind=FundingSource.Kind.FISCAL_TOWNSHIP,
        amount_yuan=project.budget_yuan - (Decimal(60_000) if story.upto == "settled" else 0),
        payer=project.purchaser,
        by=cast.officer,
        at=at,
    )
    return procurements.draft(
        project=project,
        route=story.route,
        category="社区服务",
        fiscal_year=at.year,
        title=f"{project.name}项目",
        budget_yuan=project.budget_yuan,
        requirement=f"按立项方案完成服务，服务不少于{story.people}人。",
        contact="海棠区民政局社会组织科 021-55550000",
        by=cast.officer,
        at=at,
    )


def _granted(cast: Cast, procurement: Procurement, story: Story, number: int) -> Award:
    at = cast.ago(story.days + 15)
    award = awards.grant(
        procurement=procurement,
        organization=cast.last_named(story.supplier),
        price_yuan=sum((line[3] * Decimal(line[5]) for line in story.lines), Decimal(0)),
        reason="框架协议入围单位，按辖区和服务领域选定"
        if story.route == Route.FRAMEWORK
        else "经评审会议研究，给予项目资助",
        doc_no=f"海民购〔{at.year}〕{number + 3}号",
        version=procurement.version,
        by=cast.leader,
        at=at,
    )
    awards.notify(award=award, by=cast.officer, at=at)
    return award


def signed(
    cast: Cast, award: Award, lines: Sequence[tuple[str, str, str, int, str, str]], days: int
) -> Contract:
    """The contract of an award, signed so many days ago, published and filed; paid on signing."""
    at, project = cast.ago(days), award.procurement.project
    contract = contracts.draft(
        award=award,
        contract_no=f"HT-{at.year}-{award.pk:03d}",
        title=f"{award.procurement.title}合同",
        purpose=Contract.Purpose.PROJECT,
        starts_on=cast.day(days),
        ends_on=cast.day(days - YEAR),
        standards="服务人数和次数不少于约定，服务记录齐全，满意度不低于90%。",
        acceptance_method="查看服务记录，走访服务对象，召开验收会。",
        liability="逾期或者数量不足的，按合同价款的比例扣减。",
        by=cast.officer,
        at=at,
    )
    agreed = [Line(*line[:3], Decimal(line[3]), Decimal(line[5])) for line in lines]
    stages = [
        Stage(f"{agreed[0].item}完成过半", cast.day(days - YEAR // 2), Decimal(50)),
        Stage(f"{agreed[0].item}全部完成", cast.day(days - YEAR), Decimal(50)),
    ]
    for name, rows in (
        ("lines", agreed),
        ("milestones", stages),
        ("payments", _payments(cast, contract.price_yuan, days)),
    ):
        put = getattr(contracts, f"set_{name}")
        put(contract=contract, version=contract.version, by=cast.officer, at=at, **{name: rows})
    contracts.sign(
        contract=contract,
        signed_on=cast.day(days),
        version=contract.version,
        by=cast.officer,
        at=at,
    )
    contracts.publish(contract=contract, version=contract.version, by=cast.officer, at=at)
    contracts.file(
        contract=contract,
        filed_on=cast.day(days),
        version=contract.version,
        by=cast.officer,
        at=at,
    )
    _pay(cast, contract, Payment.Stage.SIGNING, days, project)
    return contract


def _payments(cast: Cast, price: Decimal, days: int) -> list[Planned]:
    first, second = ((price * share).quantize(Decimal("0.01")) for share in SHARES)
    stages = Payment.Stage
    return [
        Planned(stages.SIGNING, first, cast.day(days - 10)),
        Planned(stages.MIDTERM, second, cast.day(days - YEAR // 2 - 20), 1),
        Planned(stages.ACCEPTANCE, price - first - second, cast.day(days - YEAR - 30), 2),
    ]


def _pay(cast: Cast, contract: Contract, stage: str, days: int, project: Project) -> None:
    payment = contract.payments.get(stage=stage)
    payments.pay(
        payment=payment,
        version=payment.version,
        paid_on=cast.day(days),
        voucher_no=f"PZ-{project.pk:03d}-{payment.position:02d}",
        by=cast.officer,
        at=cast.ago(days),
    )


def _went_on(cast: Cast, contract: Contract, story: Story) -> None:
    if story.upto == "signed":
        return
    reviewed(cast, contract, story.days - YEAR // 2, correct_in=story.correct_in)
    if story.upto == "reviewed":
        return
    over = max(story.days - YEAR - 10, 1)
    accepted(cast, contract, over, people=story.people)
    if story.upto == "settled":
        settled(cast, contract, over - 5)


def reviewed(cast: Cast, contract: Contract, days: int, *, correct_in: int | None = None) -> None:
    """The first half is delivered and confirmed, reviewed with the center's help, and paid."""
    delivered(cast, contract, 1, days)
    supervisions.enter(
        contract=contract,
        kind=Supervision.Kind.MIDTERM,
        happened_on=cast.day(days),
        findings="抽查服务记录20份，2份缺服务对象签字。" if correct_in else "进度正常，记录齐全。",
        center=cast.center if contract.project.division == cast.town else None,
        progress_percent=Decimal(52),
        spent_yuan=(contract.price_yuan * SHARES[0]).quantize(Decimal("0.01")),
        records_sampled=20,
        asked=30,
        satisfied=28,
        correct_by=cast.day(days - correct_in) if correct_in else None,
        by=cast.officer,
        at=cast.ago(days),
    )
    _pay(cast, contract, Payment.Stage.MIDTERM, days, contract.project)


def delivered(cast: Cast, contract: Contract, position: int, days: int) -> None:
    """A milestone was delivered and confirmed."""
    milestone = contract.milestones.get(position=position)
    milestones.deliver(
        milestone=milestone,
        version=milestone.version,
        delivered_on=cast.day(days),
        note="服务台账、签到表和照片已提交",
        by=cast.officer,
        at=cast.ago(days),
    )
    at = cast.ago(days) + timedelta(minutes=5)
    milestones.confirm(milestone=milestone, version=milestone.version, by=cast.officer, at=at)


def accepted(cast: Cast, contract: Contract, days: int, *, people: int) -> None:
    """All of it is delivered and accepted, with the opinion of those served."""
    delivered(cast, contract, 2, days)
    contract.refresh_from_db()
    acceptances.accept(
        contract=contract,
        version=contract.version,
        accepted_on=cast.day(days),
        result=Acceptance.Result.PASSED,
        items=[
            Checked("服务人数和次数不少于约定", is_met=True, note="台账与抽查一致"),
            Checked("满意度不低于90%", is_met=True, note="96%"),
        ],
        asked=50,
        satisfied=48,
        users_opinion="服务及时，态度好；希望增加周末时段。",
        center=cast.center if contract.project.division == cast.town else None,
        beneficiaries=people,
        by=cast.officer,
        at=cast.ago(days),
    )


def settled(cast: Cast, contract: Contract, days: int) -> None:
    """Paid out, evaluated by the unit itself and by the department, and closed."""
    contract.refresh_from_db()
    _pay(cast, contract, Payment.Stage.ACCEPTANCE, days, contract.project)
    kinds = Performance.Kind
    for kind, template in (
        (kinds.SELF, "performance-2020"),
        (kinds.DEPARTMENT, "performance-2020-department"),
    ):
        _evaluated(cast, contract, kind, template, days)
    contract.refresh_from_db()
    contracts.settle(
        contract=contract, version=contract.version, by=cast.officer, at=cast.ago(days)
    )


def _evaluated(cast: Cast, contract: Contract, kind: str, template: str, days: int) -> None:
    told = {"by": cast.officer, "at": cast.ago(days)}
    performance = performances.draft(
        contract=contract,
        kind=kind,
        template=template,
        evaluator=Performance.Evaluator.PURCHASER,
        budget_yuan=contract.project.budget_yuan,
        spent_yuan=contract.price_yuan,
        **told,
    )
    performances.update(
        performance=performance,
        version=performance.version,
        budget_yuan=performance.budget_yuan,
        spent_yuan=performance.spent_yuan,
        items=[
            Item(
                part.code,
                each.name,
                each.weight,
                target="按合同约定",
                actual="已完成",
                completion=Decimal(96 if each.is_quantitative else 92),
                is_quantitative=each.is_quantitative,
            )
            for part in all_templates()[template].parts
            if part.code != EXECUTION
            for each in part.indicators
        ],
        **told,
    )
    performances.submit(performance=performance, version=performance.version, **told)
