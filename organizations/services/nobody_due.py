"""Townships in which no organization is due for a year's inspection: their centers have nothing to
help with, which is noted so that nobody takes it for work left undone."""

import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from centers.models import Center
from organizations.models import Campaign, WorkRecord
from organizations.selectors import inspections as reading
from organizations.services import work_records
from portal.errors import Conflict
from portal.jurisdictions.models import Division
from portal.users.models import User

logger = logging.getLogger(__name__)


def note(*, division: Division, year: int, by: User, at: datetime) -> None:
    """Note it for every center of a division where nobody is due for ``year``, and take it back
    where somebody is. Only once the district opened a campaign for the year: before that nobody
    looked. Called within the transaction that changed who is due."""
    if not reading.is_opened(division, year):
        return
    centers = Center.objects.within(division)
    # What is done in a year is done for the inspection of the year before.
    done_in = year + 1
    idle = reading.where_nobody_is_due(division, year)
    noted = set(
        WorkRecord.objects.valid()
        .filter(is_none_due=True, happened_on__year=done_in, center__in=centers)
        .values_list("center__division", flat=True)
    )
    changed = centers.filter(division__in=idle ^ noted)
    for center in changed.select_related("division").order_by("pk"):
        known: dict[str, Any] = {"center": center, "year": done_in, "by": by, "at": at}
        if center.division_id in idle:
            work_records.note_none_due(**known)
        else:
            work_records.void_none_due(**known)


def note_all(*, at: datetime) -> None:
    """Note it anew for every campaign under way: who joined or left the register since. It stands
    in the name of whoever opened the campaign.

    May run at any hour and twice: where nothing changed, nothing is written. A district in which
    somebody else just wrote the same is left to the next hour.
    """
    running = Campaign.objects.filter(status=Campaign.Status.OPEN)
    first = running.order_by("district_id", "year", "pk").distinct("district_id", "year")
    for campaign in list(first.select_related("district", "opened_by")):
        try:
            with transaction.atomic():
                note(
                    division=campaign.district,
                    year=campaign.year,
                    by=campaign.opened_by,
                    at=at,
                )
        except Conflict:
            logger.info("overtaken in %s, %s", campaign.district.code, campaign.year)
