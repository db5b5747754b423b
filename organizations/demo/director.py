"""The casework of the center whose director signs in: what it is at, what waits, what is done."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.timezone import localdate

from centers.models import Center
from organizations.demo import cases
from organizations.models import ActivityTeam, Inspection, Organization
from organizations.services import case_files, inspections, teams, work_records
from portal.jurisdictions.models import Division
from portal.users.models import User

CENTER = "C05"
# Days until somebody has to be asked again; the first is overdue.
FOLLOW_UPS = (-3, 0, 2, 6, 9)
STORIES: tuple[tuple[str, str, int, dict[str, Any], tuple[cases.Step, ...]], ...] = (
    (
        "consultation",
        "咨询登记镇级体育健身协会",
        26,
        {
            "channel": "on_site",
            "intended_type": "association",
            "proposed_name": "海棠区桂花镇体育健身协会",
            "purpose": "组织居民开展健身活动",
            "founder_count": 56,
            "capital_yuan": 30_000,
            "premises_months": 12,
        },
        (("materials", 19, "会员名册和场地使用证明待补", {}),),
    ),
    (
        "consultation",
        "咨询设立乡村儿童阅读服务中心",
        4,
        {
            "channel": "phone",
            "intended_type": "social_service_institution",
            "proposed_name": "海棠区桂花乡村儿童阅读服务中心",
            "capital_yuan": 50_000,
            "premises_months": 36,
        },
        (),
    ),
    (
        "grading",
        "协助申报社会组织评估",
        33,
        {"scheme": "2026年度评估", "applied_grade": "3A"},
        (("preparing", 27, "自评表已填，缺两年审计报告", {}),),
    ),
    (
        "incubation",
        "孵化巧手编织坊",
        58,
        {"field": "社区手工", "mentor": "区社会组织服务中心", "has_premises": True},
        (("growing", 21, "承接了镇妇联两场活动", {}),),
    ),
    (
        "opinion",
        "乡村公交末班车延时意见",
        47,
        {
            "problem": "末班车过早，夜间返村不便",
            "level": "township",
            "led_by": "镇党委",
            "participants": ["residents", "organizations"],
        },
        (
            ("chosen", 45, "", {}),
            ("consulting", 41, "", {}),
            ("formed", 34, "", {"opinion": "周末末班车延至二十一时。", "meeting_count": 2}),
            ("submitted", 31, "", {"submitted_to": "桂花镇人民政府"}),
        ),
    ),
    (
        "dispute",
        "广场舞音量纠纷协助化解",
        38,
        {
            "category": "neighbors",
            "place": "新苑居委会",
            "stage": "sign",
            "internal_code": "G-03",
            "party_count": 2,
        },
        (("settled", 29, "约定了时间和音量", {"method": "上门走访、三方会谈"}),),
    ),
    ("party", "两新组织党建联络员走访", 16, {"activity": "visit"}, (("done", 16, "", {}),)),
    (
        "support",
        "财务规范一对一辅导",
        23,
        {"support_kind": "finance", "hours": 4},
        (("done", 23, "", {}),),
    ),
    (
        "publicity",
        "慈善法进村宣传",
        12,
        {"policy": "《中华人民共和国慈善法》", "method": "村民议事会", "audience_count": 64},
        (("done", 12, "", {}),),
    ),
)
HEADCOUNT = 31


def load(*, district: Division, by: User, at: datetime) -> None:
    """Enter what the center did in the weeks before ``at``, if somebody works there; ``by`` is the
    bureau's officer, whom nothing here is said by."""
    del by
    center = Center.objects.within(district).filter(code=CENTER).select_related("division").first()
    keeper = User.objects.filter(memberships__center=center).order_by("pk").first()
    if center is None or keeper is None:
        return
    today = localdate(at)
    near = Organization.objects.filter(division=center.division_id).order_by("pk").first()
    team = ActivityTeam.objects.filter(division=center.division_id).order_by("pk").first()
    about: dict[str, dict[str, Any]] = {"incubation": {"team": team}}
    about |= {kind: {"organization": near} for kind in ("grading", "support")}
    for position, (kind, title, days, details, steps) in enumerate(STORIES):
        cases.tell(
            *(center, kind, title, days, details, steps, keeper, at, about.get(kind, {})),
            follow_up_in=FOLLOW_UPS[position % len(FOLLOW_UPS)],
        )
    _train(center, near, team, keeper, today, at)
    _help(center, keeper, today, at)
    _apply(center, keeper, today, at)


def _train(
    center: Center,
    near: Organization | None,
    team: ActivityTeam | None,
    keeper: User,
    today: date,
    at: datetime,
) -> None:
    """A training with its sign-in list, and a resource fair that was entered by hand."""
    case = cases.tell(
        center,
        "training",
        "社会组织财务与年检培训",
        40,
        {"topic": "inspection", "hours": 3, "place": "镇文化中心", "headcount": HEADCOUNT},
        (("done", 36, "", {}),),
        keeper,
        at,
        {},
    )
    present = [case_files.Present(organization=near, people=2, is_head=True)] if near else []
    present += [case_files.Present(team=team)] if team else []
    case_files.attend(case=case, rows=present, by=keeper, at=at)
    work_records.enter(
        center=center,
        function="FN-24",
        happened_on=today - timedelta(days=9),
        title="企业与社会组织资源对接会",
        support_kind="resources",
        by=keeper,
        at=at,
    )


def _help(center: Center, keeper: User, today: date, at: datetime) -> None:
    """Reminders for the annual inspection to those who have not filed yet."""
    waiting = Inspection.objects.filter(
        organization__division=center.division_id, status__in=("not_started", "filling")
    )
    for inspection in waiting.order_by("pk"):
        inspections.help(
            inspection=inspection,
            kind="remind",
            happened_on=today - timedelta(days=7),
            text="上门提醒年检时间和材料清单",
            center=center,
            by=keeper,
            at=at,
        )


def _apply(center: Center, keeper: User, today: date, at: datetime) -> None:
    teams.apply(
        name="田园广播操队",
        division=center.division,
        neighborhood="新苑居委会",
        kind="culture_sport",
        place="镇文化广场",
        schedule="每日清晨",
        times_per_week=5,
        member_count=24,
        happened_on=today - timedelta(days=6),
        center=center,
        by=keeper,
        at=at,
    )
