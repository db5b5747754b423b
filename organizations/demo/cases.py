"""Twelve invented cases of the center C01, in every stage: two trainings of last year, the rest of
the weeks before today."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from centers.models import Center
from organizations.models import ActivityTeam, Case, Organization
from organizations.services import case_files, cases
from portal.jurisdictions.models import Division
from portal.users.models import User

# Trainings of 2025 that are entered as cases; the others are entered by hand.
TRAININGS = 2
# Kind, title, days ago, details, then each step: to, days ago, text, details.
Step = tuple[str, int, str, dict[str, Any]]
STORIES: tuple[tuple[str, str, int, dict[str, Any], tuple[Step, ...]], ...] = (
    (
        "consultation",
        "拟设立养老互助服务中心",
        20,
        {
            "channel": "on_site",
            "intended_type": "social_service_institution",
            "proposed_name": "海棠区梧桐养老互助服务中心",
            "purpose": "为辖区老年人提供互助服务",
            "founder_count": 3,
            "capital_yuan": 100_000,
            "premises_months": 24,
        },
        (("materials", 12, "已告知所需材料，验资证明待补", {}),),
    ),
    (
        "consultation",
        "咨询书法爱好者成立协会",
        45,
        {"channel": "phone", "intended_type": "association", "founder_count": 18},
        (
            (
                "closed",
                40,
                "会员不足50人，先备案为团队",
                {"outcome": "file_team", "advice": "会员不足50人，建议先备案为群众活动团队。"},
            ),
        ),
    ),
    (
        "grading",
        "协助申报社会组织评估",
        50,
        {"scheme": "2026年度评估", "applied_grade": "3A"},
        (
            ("preparing", 44, "符合申报条件，开始自评", {}),
            ("submitted", 25, "材料已报送评估机构", {}),
        ),
    ),
    ("training", "年检填报培训（筹备中）", 10, {"topic": "inspection", "place": "中心三楼"}, ()),
    (
        "incubation",
        "孵化社区食物银行项目",
        48,
        {"field": "公益慈善", "mentor": "区社会组织服务中心", "has_premises": True},
        (("growing", 15, "有固定志愿者十二人", {}),),
    ),
    (
        "dispute",
        "楼道堆物纠纷协助化解",
        30,
        {
            "category": "neighbors",
            "place": "东弄居委会",
            "stage": "broken_out",
            "internal_code": "D-07",
            "party_count": 3,
        },
        (("settled", 22, "三方达成口头一致", {"method": "上门走访"}),),
    ),
    (
        "opinion",
        "老旧小区加装电梯意见",
        52,
        {
            "problem": "老旧小区加装电梯费用分担",
            "level": "neighborhood",
            "led_by": "街道党工委",
            "participants": ["residents", "organizations", "owners"],
        },
        (
            ("chosen", 50, "", {}),
            ("consulting", 46, "", {}),
            ("formed", 42, "", {"opinion": "按楼层系数分担。", "meeting_count": 2}),
            ("submitted", 40, "", {"submitted_to": "街道办事处"}),
            ("answered", 20, "", {"adopted": "yes", "reply": "采纳，列入年度计划。"}),
        ),
    ),
    (
        "opinion",
        "菜场周边停车秩序意见",
        54,
        {"problem": "早市停车占道", "led_by": "街道党工委", "level": "township"},
        (
            ("chosen", 53, "", {}),
            ("consulting", 50, "", {}),
            ("formed", 45, "", {"opinion": "设置限时停车位。", "meeting_count": 1}),
            ("submitted", 38, "", {"submitted_to": "街道办事处"}),
        ),
    ),
    ("party", "社会组织党建联络员走访", 18, {"activity": "visit"}, (("done", 18, "", {}),)),
    (
        "brand",
        "推荐银龄互助品牌项目",
        35,
        {"subject": "project", "level": "district"},
        (("screened", 28, "已报区里初审", {}),),
    ),
)
FOLLOW_UP_IN = 5


def load(*, district: Division, by: User, at: datetime) -> None:
    """Enter the cases of the district's center C01, if it has one; ``by`` is not asked: the
    center's own people open its cases."""
    del by
    for center in Center.objects.within(district).filter(code="C01").select_related("division"):
        keeper = User.objects.filter(memberships__center=center).order_by("pk")[0]
        for month in range(1, TRAININGS + 1):
            _train(center, month, keeper, at)
        near = Organization.objects.within(district).order_by("pk").first()
        team = ActivityTeam.objects.within(district).order_by("pk").first()
        about = {"grading": {"organization": near}, "brand": {"team": team}}
        for kind, title, days, details, steps in STORIES:
            tell(center, kind, title, days, details, steps, keeper, at, about.get(kind, {}))


def _train(center: Center, month: int, keeper: User, at: datetime) -> None:
    case = cases.open_case(
        center=center,
        kind="training",
        title=f"社会组织能力培训第{month}期",
        opened_on=date(2025, month, 12),
        details={"topic": "capacity", "hours": 3, "headcount": 20 + month},
        status="done",
        responsible=keeper,
        by=keeper,
        at=at,
    )
    invited = Organization.objects.within(center.division.parent or center.division)[:3]
    present = [case_files.Present(organization=each, is_head=month == 1) for each in invited]
    case_files.attend(case=case, rows=present, by=keeper, at=at)


def tell(
    center: Center,
    kind: str,
    title: str,
    days: int,
    details: dict[str, Any],
    steps: tuple[Step, ...],
    keeper: User,
    at: datetime,
    about: dict[str, Any],
    *,
    follow_up_in: int = FOLLOW_UP_IN,
) -> Case:
    """Open a case ``days`` ago and take it step by step as far as the story goes."""
    today = localdate(at)
    case = cases.open_case(
        center=center,
        kind=kind,
        title=title,
        opened_on=today - timedelta(days=days),
        responsible=keeper,
        follow_up_on=today + timedelta(days=follow_up_in),
        details=details,
        by=keeper,
        at=at,
        **about,
    )
    for to, ago, text, known in steps:
        cases.move(
            case=case,
            to=to,
            version=case.version,
            happened_on=today - timedelta(days=ago),
            text=text,
            details=known,
            by=keeper,
            at=at,
        )
    return case
