"""Activity teams on their way: one before its committee, one before the township, and one that
became an organization of the demonstration district."""

from datetime import date

from centers.models import Center
from organizations.models import Organization
from organizations.services import teams

COMMON = {"neighborhood": "东弄居委会", "kind": "culture_sport", "schedule": "每周二、四上午"}
# Numbers of no telephone that was ever given out.
PHONES = ("13800000001", "13800000002", "13800000003")


def load(*, district, by, at):
    """Two applications that C01 helped with, and a team that was registered in 2016."""
    center = Center.objects.within(district).filter(code="C01").select_related("division").first()
    if center is None:
        return
    township = center.division
    who = {"by": by, "at": at}
    asked = {**COMMON, "division": township, "center": center, "place": "社区文化活动中心"}
    teams.apply(
        **asked,
        name="晨光健步队",
        content="健步走和健康讲座",
        times_per_week=2,
        member_count=18,
        party_member_count=3,
        leader_name="周建国",
        leader_phone=PHONES[0],
        happened_on=date(2025, 11, 3),
        **who,
    )
    heard = teams.apply(
        **asked,
        name="银发摄影社",
        content="摄影交流和社区展览",
        times_per_week=1,
        member_count=14,
        leader_name="吴秀英",
        leader_phone=PHONES[1],
        happened_on=date(2025, 11, 10),
        **who,
    )
    teams.give_opinion(
        team=heard,
        version=heard.version,
        agrees=True,
        happened_on=date(2025, 11, 20),
        text="同意，活动场所已落实。",
        **who,
    )
    became = Organization.objects.filter(
        division__path__startswith=district.path, name__endswith="书画爱好者协会", team=None
    ).order_by("pk")
    if organization := became.first():
        _converted(organization, who)


def _converted(organization, who):
    """The team of the years before; its story goes on as the organization's."""
    registered_on = organization.registered_on
    team = teams.file(
        name="书画沙龙",
        division=organization.division,
        neighborhood="西园居委会",
        kind="culture_sport",
        founded_on=date(registered_on.year - 3, 5, 1),
        filed_on=date(registered_on.year - 2, 3, 15),
        filing_no=f"{organization.division.code}-{registered_on.year - 2}-0101",
        member_count=22,
        leader_name="郑怀远",
        leader_phone=PHONES[2],
        place="社区文化活动中心",
        **who,
    )
    teams.convert(team=team, organization=organization, version=team.version, **who)
