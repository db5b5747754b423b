"""What the centers of the demo district made public: in time, withdrawn, and still a draft."""

from datetime import datetime
from typing import Any

from django.utils.timezone import localdate

from centers.models import Center
from evaluation.models import Publication
from evaluation.services import publications
from portal.jurisdictions.models import Division
from portal.users.models import User

HOURS = "周一至周五9:00—17:00（法定节假日除外）"
TEXTS: dict[str, dict[str, str]] = {
    "contact": {"hours": HOURS, "transport": "公交101路、地铁2号线，步行约5分钟"},
    "registration": {"business_scope": "社会组织咨询、培训、孵化和评估服务"},
    "people": {},
    "services": {
        "services": "登记咨询、年检辅导、群众活动团队备案、能力培训、公益项目对接",
        "guide": "现场或来电预约，携带身份证明，当场答复或五个工作日内答复",
    },
    "channels": {
        "complaint_channel": "中心服务窗口意见箱",
        "district_channel": "海棠区民政局社会组织管理科",
    },
    "grades": {},
}
# Center → items that are out, and the one that was withdrawn or is still a draft.
OUT: dict[str, tuple[str, ...]] = {
    "C01": ("contact", "registration", "people", "services", "channels", "grades"),
    "C02": ("contact", "services", "channels"),
    "C03": ("contact", "registration", "channels"),
    "C05": ("contact", "services"),
}
DRAFTED = (("C04", "contact"),)
WITHDRAWN = ("C05", "services", "办事流程有调整，更新后重新公开。")


def load(*, district: Division, by: User, at: datetime) -> None:
    """Publish for this year what the district's centers have to."""
    centers = {one.code: one for one in Center.objects.within(district).select_related("division")}
    year = localdate(at).year
    for code, items in OUT.items():
        for item in items:
            _publish(centers[code], item, year, by=by, at=at)
    for code, item in DRAFTED:
        publications.prepare(center=centers[code], item=item, year=year, by=by, at=at)
    code, item, note = WITHDRAWN
    text = Publication.objects.published().get(center=centers[code], item=item, year=year)
    publications.withdraw(publication=text, version=text.version, note=note, by=by, at=at)


def _publish(center: Center, item: str, year: int, *, by: User, at: datetime) -> None:
    said: dict[str, Any] = {"by": by, "at": at}
    text = publications.prepare(center=center, item=item, year=year, **said)
    if TEXTS[item]:
        publications.edit(
            publication=text, version=text.version, title="", texts=TEXTS[item], **said
        )
    publications.publish(publication=text, version=text.version, is_checked=True, **said)
