"""The golden waiver, what the bureau did of its duties, and the district evaluated as of today and
as of two dates of 2025."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.timezone import localdate

from centers.models import Center
from evaluation.demo import city_packs, documents, publications, rectifications, reviews
from evaluation.models import DutyRecord, Run, Shard
from evaluation.services import duties, evaluations, waivers
from portal.jurisdictions.models import Division
from portal.users.models import User

DATES = (date(2025, 6, 30), date(2025, 12, 31))


def load(*, district: Division, by: User, at: datetime) -> dict[str, Any]:
    """Approve the waiver and evaluate; computed here, so that the first page is not empty."""
    waiver = waivers.request(
        center=Center.objects.get(code="C04"),
        rule="ST-03",
        reason="理事长担任法定代表人，已报区民政局",
        basis="石桥街道社会组织服务中心第三届理事会决议",
        ends_on=date(2026, 6, 30),
        by=by,
        at=at,
    )
    waivers.approve(waiver=waiver, by=User.objects.get(username="district_leader"), at=at)
    _duties(district=district, by=by, at=at)
    publications.load(district=district, by=by, at=at)
    for as_of in (*DATES, localdate(at)):
        evaluations.request(division=district, as_of=as_of, by=by, at=at)
    waiting = Shard.objects.filter(state=Shard.State.PENDING, run__status=Run.Status.RUNNING)
    for shard_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        evaluations.compute(shard_id=shard_id, at=at)
    rectifications.load(district=district, by=by, at=at)
    reviews.load(district=district, by=by, at=at)
    documents.load(district=district, by=by, at=at)
    # Last: the yearly report counts what was entered above.
    city_packs.load(district=district, by=by, at=at)
    return {}


def _duties(*, district: Division, by: User, at: datetime) -> None:
    """What the bureau did of its duties last year and this one, up to the day of ``at``."""
    today = localdate(at)
    known = Center.objects.within(district).in_bulk(field_name="code")
    for kind, back, month, day, title, details in DUTIES:
        starts_on = date(today.year - back, month, day)
        if starts_on > today:
            continue
        values = dict(details)
        codes = values.pop("centers", ())
        if codes == ALL:
            codes = sorted(known)
        duties.record(
            district=district,
            kind=kind,
            title=title,
            starts_on=starts_on,
            doc_no=values.pop("doc_no", "").format(year=starts_on.year),
            centers=[known[code] for code in codes],
            by=by,
            at=at,
            **values,
        )
    duties.declare_none(
        district=district,
        kind=DutyRecord.Kind.DISCLOSURE,
        year=today.year - 1,
        note="年终核对公开平台，全年未发布",
        by=by,
        at=at,
    )


ALL = ("all",)
KINDS = DutyRecord.Kind
# Kind, years back, month, day, title, further fields.
DUTIES: tuple[tuple[str, int, int, int, str, dict[str, Any]], ...] = (
    (
        KINDS.SUPPORT_POLICY,
        2,
        7,
        1,
        "街镇社会组织服务中心扶持办法",
        {"doc_no": "海民规〔{year}〕2号"},
    ),
    (
        KINDS.GUIDANCE,
        1,
        4,
        16,
        "全区街镇中心年度工作指导会",
        {"doc_no": "海民〔{year}〕18号", "centers": ALL},
    ),
    (
        KINDS.GUIDANCE,
        0,
        3,
        11,
        "街镇中心规范化建设现场指导（第一批）",
        {
            "doc_no": "海民〔{year}〕9号",
            "centers": ("C01", "C02", "C03", "C04", "C05", "C07", "C08"),
        },
    ),
    (
        KINDS.GUIDANCE,
        0,
        9,
        17,
        "街镇中心规范化建设现场指导（第二批）",
        {
            "doc_no": "海民〔{year}〕31号",
            "centers": ("C09", "C10", "C11", "C12", "C13", "C14", "C15", "C16"),
        },
    ),
    (
        KINDS.LINK,
        1,
        3,
        1,
        "区级中心与街镇中心结对服务协议",
        {"doc_no": "海社服〔{year}〕5号", "centers": ("C01", "C02", "C03", "C05", "C09")},
    ),
    (
        KINDS.RESOURCE_AGREEMENT,
        1,
        5,
        20,
        "社区公益资源共享协议",
        {
            "doc_no": "海社服〔{year}〕11号",
            "counterpart": "海棠社区公益基金会",
            "centers": ("C01", "C05"),
        },
    ),
    (
        KINDS.LOTTERY_APPLICATION,
        1,
        6,
        12,
        "“银龄伴行”社区助老项目",
        {
            "doc_no": "海民〔{year}〕22号",
            "centers": ("C05",),
            "amount_yuan": Decimal(180_000),
            "result": "approved",
        },
    ),
    (
        KINDS.LOTTERY_APPLICATION,
        0,
        6,
        9,
        "“向阳成长”儿童关爱项目",
        {
            "doc_no": "海民〔{year}〕20号",
            "centers": ("C01", "C02"),
            "amount_yuan": Decimal(150_000),
        },
    ),
    (
        KINDS.PERFORMANCE_REVIEW,
        1,
        11,
        24,
        "街镇社会组织服务中心年度绩效考评",
        {"doc_no": "海民〔{year}〕40号", "centers": ALL},
    ),
    (
        KINDS.DISCLOSURE,
        0,
        3,
        30,
        "中心服务事项和收费信息公开",
        {"doc_no": "海民公〔{year}〕3号", "centers": ("C01", "C02", "C05")},
    ),
    (KINDS.DISCLOSURE, 0, 5, 6, "中心年度工作报告公开", {"centers": ("C03",)}),
    (
        KINDS.COMPLAINT,
        0,
        8,
        4,
        "居民建议延长活动室开放时间",
        {"doc_no": "海民信〔{year}〕7号", "result": "handled"},
    ),
)
