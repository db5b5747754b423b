"""Needs of residents, offers of organizations, and what came of bringing them together."""

from decimal import Decimal

from projects.demo.cast import Cast
from projects.models import Need, Offer, Project
from projects.models.need import Service
from projects.services import matches, needs, offers

Field, Source = Project.Field, Need.Source
ADOPTED, CLOSED = Need.Status.ADOPTED, Need.Status.CLOSED
PUBLISHED, SCREENED = Need.Status.PUBLISHED, Need.Status.SCREENED
COLLECTED = Need.Status.COLLECTED
# Title, where from, unit, field, service, for whom, how many, days ago, last day in days, how far.
NEEDS = (
    (
        "高龄独居老人安全起居",
        *(Source.RESIDENT, "", Field.ELDERLY, Service.VISITING, "80岁以上独居老人", 120),
        *(96, 60, PUBLISHED),
    ),
    (
        "社区助餐点周末不开",
        *(Source.NEIGHBORHOOD, "河畔居委会", Field.ELDERLY, Service.MEALS, "行动不便的老人", 60),
        *(70, 45, PUBLISHED),
    ),
    (
        "寒暑假儿童无人看护",
        *(Source.GOVERNMENT, "桂花镇妇联", Field.CHILDREN, Service.EDUCATION, "小学生", 90),
        *(58, 30, PUBLISHED),
    ),
    (
        "残疾人出院后康复无人指导",
        *(Source.ORGANIZATION, "", Field.DISABILITY, Service.MEDICAL, "居家康复的残疾人", 40),
        *(52, 90, PUBLISHED),
    ),
    (
        "楼道堆物引起邻里矛盾",
        *(Source.NEIGHBORHOOD, "新苑居委会", Field.GOVERNANCE, Service.LEGAL, "三个小区居民", 300),
        *(24, 60, PUBLISHED),
    ),
    (
        "老人学用智能手机",
        *(Source.RESIDENT, "", Field.ELDERLY, Service.TRAINING, "60岁以上居民", 80),
        *(9, 40, SCREENED),
    ),
    (
        "困难家庭申请救助看不懂政策",
        *(Source.RESIDENT, "", Field.SOCIAL_ASSISTANCE, Service.COUNSELING, "低收入家庭", 25),
        *(3, 60, COLLECTED),
    ),
    (
        "广场舞音量扰民",
        *(Source.RESIDENT, "", Field.GOVERNANCE, Service.GOVERNANCE, "两个小区居民", None),
        *(40, 20, CLOSED),
    ),
)
# Title, field, service, capacity, how it is priced.
OFFERS = (
    ("独居老人上门探访", Field.ELDERLY, Service.VISITING, 200, "每人次 45 元"),
    ("周末送餐到户", Field.ELDERLY, Service.MEALS, 100, "每份 9 元，配送免费"),
    ("假期儿童托管", Field.CHILDREN, Service.EDUCATION, 60, "公益项目，按成本"),
    ("康复训练上门指导", Field.DISABILITY, Service.MEDICAL, 50, "每人次 115 元"),
    ("邻里纠纷调解", Field.GOVERNANCE, Service.LEGAL, None, "免费"),
    ("老年人数字生活课堂", Field.ELDERLY, Service.TRAINING, 40, "每场 1 500 元"),
)
EVENT = "社区需求对接会"


def load(cast: Cast) -> None:
    """Eight needs and six offers; introductions that were signed, are intended, failed, and one of
    yesterday."""
    found = [_need(cast, row) for row in NEEDS]
    made = [_offer(cast, number, row) for number, row in enumerate(OFFERS)]
    visiting, meals, holidays, _rehabilitation, quarrels, *_rest = found
    _introduced(cast, visiting, made[5], 80, failed="只办培训，不做上门探访")
    _introduced(cast, meals, made[1], 60, signed=Decimal("5400.00"))
    needs.complete(need=meals, version=meals.version, by=cast.officer, at=cast.ago(50))
    _introduced(cast, holidays, made[2], 45, intended="暑期试办一期，费用待议")
    _introduced(cast, quarrels, made[4], 1)


def _need(cast: Cast, row: tuple) -> Need:
    title, source, unit, field, service, group, scale, days, last, upto = row
    at = cast.ago(days)
    need = needs.enter(
        title=title,
        division=cast.town,
        center=cast.center,
        source=source,
        source_name=unit,
        field=field,
        service=service,
        target_group=group,
        scale=scale,
        location=f"{cast.town.name}各居委会",
        from_on=cast.day(days),
        until_on=cast.day(-last),
        by=cast.director,
        at=at,
    )
    if upto == COLLECTED:
        return need
    needs.screen(need=need, version=need.version, by=cast.officer, at=cast.ago(days - 2))
    if upto == PUBLISHED:
        needs.publish(need=need, version=need.version, by=cast.officer, at=cast.ago(days - 3))
    if upto == CLOSED:
        needs.close(
            need=need,
            reason="由居委会约定活动时间，已解决",
            version=need.version,
            by=cast.officer,
            at=cast.ago(days - 5),
        )
    return need


def _offer(cast: Cast, number: int, row: tuple) -> Offer:
    title, field, service, capacity, price = row
    return offers.enter(
        organization=cast.organizations[number],
        district=cast.district,
        field=field,
        service=service,
        title=title,
        capacity=capacity,
        price_basis=price,
        valid_until=cast.day(-180),
        by=cast.officer,
        at=cast.ago(100),
    )


def _introduced(
    cast: Cast,
    need: Need,
    offer: Offer,
    days: int,
    *,
    failed: str = "",
    intended: str = "",
    signed: Decimal | None = None,
) -> None:
    match = matches.introduce(
        need=need,
        offer=offer,
        center=cast.center,
        happened_on=cast.day(days),
        event=EVENT,
        by=cast.director,
        at=cast.ago(days),
    )
    need.refresh_from_db()
    told = {"by": cast.director, "at": cast.ago(days - 1)}
    if failed:
        matches.fail(match=match, outcome=failed, version=match.version, **told)
    if intended or signed is not None:
        matches.intend(match=match, outcome=intended, version=match.version, **told)
    if signed is not None:
        matches.sign(match=match, amount_yuan=signed, version=match.version, **told)
    need.refresh_from_db()
