"""The district's yearly pack of last year: built by the officer, submitted by the leader, and a
corrected version that waits."""

from datetime import date, datetime

from django.utils.timezone import localdate

from evaluation.services import city_packs
from portal.jurisdictions.models import Division
from portal.users.models import User

NOTES = (
    {
        "figure": "standards.ST-13",
        "kind": "exception",
        "text": "部分中心以补贴保障运作经费，不适用年度购买；合同分段签订的，已商请街镇改签。",
    },
    {
        "figure": "mechanism.link_rate",
        "kind": "practice",
        "text": "区级中心与街镇中心结对，每季度派员驻点两天，会计和项目指导随到随办。",
    },
)


def load(*, district: Division, by: User, at: datetime) -> None:
    """Build and submit the pack of last year, and build a second version with one more note."""
    year = localdate(at).year - 1
    asked = {"district": district, "year": year, "as_of": date(year, 12, 31), "by": by, "at": at}
    pack = city_packs.build(notes=NOTES[:1], **asked)
    leader = User.objects.get(username="district_leader")
    city_packs.submit(pack=pack, version=pack.version, signer=leader.full_name, by=leader, at=at)
    city_packs.build(notes=NOTES, reason="补充结对服务的经验做法", **asked)
