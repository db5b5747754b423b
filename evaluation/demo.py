"""The golden waiver, and the district evaluated as of today and as of two dates of 2025."""

from datetime import date, datetime
from typing import Any

from django.utils.timezone import localdate

from centers.models import Center
from evaluation.models import Run, Shard
from evaluation.services import evaluations, waivers
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
    for as_of in (*DATES, localdate(at)):
        evaluations.request(division=district, as_of=as_of, by=by, at=at)
    waiting = Shard.objects.filter(state=Shard.State.PENDING, run__status=Run.Status.RUNNING)
    for shard_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        evaluations.compute(shard_id=shard_id, at=at)
    return {}
