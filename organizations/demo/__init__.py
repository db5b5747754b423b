"""Invented organizations and activity teams of the demonstration district; nobody bears these
names, and no credit code here was ever issued."""

import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from stdnum.cn import uscc

from centers.models import Center
from organizations.demo import cases, director, inspections, warnings
from organizations.demo import teams as filed
from organizations.models import ActivityTeam, Organization, WorkRecord
from organizations.services import organizations, teams, work_records
from portal.jurisdictions.models import Division
from portal.users.models import User

SEED = 20240101
PREFIX = {"association": "51", "social_service_institution": "52", "foundation": "53"}
Kind = Organization.CommunityKind
# Name without the township's, type, kind of community organization, supervising unit.
KINDS = (
    ("银龄互助服务中心", "social_service_institution", Kind.LIVELIHOOD, "海棠区民政局"),
    ("邻里社区食堂服务社", "social_service_institution", Kind.LIVELIHOOD, "海棠区民政局"),
    ("小伞儿童关爱中心", "social_service_institution", Kind.CHARITY, "海棠区民政局"),
    ("晨曦助残服务中心", "social_service_institution", Kind.CHARITY, "海棠区残疾人联合会"),
    ("老娘舅调解工作室", "social_service_institution", Kind.MEDIATION, "海棠区司法局"),
    ("睦邻议事促进会", "association", Kind.MEDIATION, "海棠区民政局"),
    ("书画爱好者协会", "association", Kind.CULTURE_SPORT, "海棠区文化和旅游局"),
    ("太极拳协会", "association", Kind.CULTURE_SPORT, "海棠区体育局"),
    ("社区公益基金会", "foundation", Kind.CHARITY, "海棠区民政局"),
    ("绿梯环保志愿服务中心", "social_service_institution", Kind.CHARITY, "无"),
    ("商户联合会", "association", Kind.NONE, "海棠区商务委员会"),
    ("青苗职业技能培训学校", "social_service_institution", Kind.NONE, "海棠区人力资源和社会保障局"),
)
GRADES = ("5A", "4A", "3A", "3A", "none", "none", None)
ORGANIZATION_COUNT = 24
TRAINING_COUNT = 8
SUPPORT = {
    WorkRecord.SupportKind.TALENT: "社会组织人才招聘对接会",
    WorkRecord.SupportKind.TRAINING: "项目负责人能力训练营",
    WorkRecord.SupportKind.PROJECT: "公益项目设计辅导",
    WorkRecord.SupportKind.FINANCE: "财务规范一对一辅导",
    WorkRecord.SupportKind.PUBLICITY: "品牌项目街镇巡展",
    WorkRecord.SupportKind.RESOURCES: "企业与社会组织资源对接",
}
TEAMS = (
    ("晚霞舞蹈队", ActivityTeam.Kind.CULTURE_SPORT, 26),
    ("老街合唱团", ActivityTeam.Kind.CULTURE_SPORT, 41),
    ("巷口象棋社", ActivityTeam.Kind.CULTURE_SPORT, 12),
    ("红马甲志愿巡逻队", ActivityTeam.Kind.CHARITY, 33),
    ("巧手编织坊", ActivityTeam.Kind.LIVELIHOOD, 15),
    ("便民修理小组", ActivityTeam.Kind.LIVELIHOOD, 9),
    ("楼组纠纷劝解队", ActivityTeam.Kind.MEDIATION, 7),
    ("童书故事会", ActivityTeam.Kind.OTHER, None),
)
NEIGHBORHOODS = ("东弄居委会", "西园居委会", "河畔居委会", "新苑居委会")


def load(*, district: Division, by: User, at: datetime) -> dict[str, Any]:
    """Enter 24 organizations and 11 teams in the district's townships, the same ones every time."""
    townships = list(Division.objects.within(district.path).townships().order_by("path"))
    chance = random.Random(SEED)  # noqa: S311  (invented data, the same every time)
    for fields in _organizations(townships, district, chance):
        organizations.register(**fields, by=by, at=at)
    for position, (name, kind, member_count) in enumerate(TEAMS):
        division = townships[position % len(townships)]
        teams.file(
            name=f"{_short(division)}{name}",
            division=division,
            neighborhood=NEIGHBORHOODS[position % len(NEIGHBORHOODS)],
            kind=kind,
            founded_on=date(2012 + position, 1 + position, 15),
            member_count=member_count,
            filing_no=f"{division.code}-{position + 1:04d}",
            by=by,
            at=at,
        )
    for center in Center.objects.within(district).filter(code="C01"):
        _record_work(center, at)
    inspections.load(district=district, by=by, at=at)
    warnings.load(district=district, by=by, at=at)
    filed.load(district=district, by=by, at=at)
    cases.load(district=district, by=by, at=at)
    director.load(district=district, by=by, at=at)
    return {}


def _record_work(center: Center, at: datetime) -> None:
    """The training and the support services of 2025, as many as the center filed."""
    keeper = User.objects.filter(memberships__center=center).order_by("pk")[0]
    for month in range(cases.TRAININGS + 1, TRAINING_COUNT + 1):
        work_records.enter(
            center=center,
            function="FN-13",
            happened_on=date(2025, month, 12),
            title=f"社会组织能力培训第{month}期",
            served="辖区社会组织负责人",
            participant_count=20 + month,
            by=keeper,
            at=at,
        )
    for month, (kind, title) in enumerate(SUPPORT.items(), start=3):
        work_records.enter(
            center=center,
            function="FN-24",
            happened_on=date(2025, month, 20),
            title=title,
            support_kind=kind,
            by=keeper,
            at=at,
        )


def _organizations(
    townships: Sequence[Division], district: Division, chance: random.Random
) -> Iterator[dict[str, Any]]:
    for position in range(ORGANIZATION_COUNT):
        stem, org_type, kind, unit = KINDS[position % len(KINDS)]
        division = townships[position * 5 % len(townships)]
        grade = chance.choice(GRADES)
        yield {
            "name": f"{district.name}{_short(division)}{stem}",
            "org_type": org_type,
            "division": division,
            "uscc": credit_code(PREFIX[org_type], district.code, position + 1),
            "registered_on": date(2008 + position % 15, 1 + position % 12, 1 + position),
            "supervising_unit": unit,
            "community_kind": kind,
            "is_charity": org_type == "foundation",
            "grade": grade,
            "grade_until": date(2027, 12, 31) if grade not in (None, "none") else None,
        }


def credit_code(prefix: str, district_code: str, number: int) -> str:
    """A well-formed code with a right check character that no authority issued."""
    body = f"{prefix}{district_code}MJQ{number:05d}X"
    return body + uscc.calc_check_digit(body)


def _short(division: Division) -> str:
    return division.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")
