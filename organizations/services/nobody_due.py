"""Townships in which no organization is due for a year's inspection: their centers have nothing to
help with, which is noted so that nobody takes it for work left undone."""

from datetime import datetime
from typing import Any

from centers.models import Center
from organizations.selectors import inspections as reading
from organizations.services import work_records
from portal.jurisdictions.models import Division
from portal.users.models import User


def note(*, division: Division, year: int, by: User, at: datetime) -> None:
    """Note it for every center of a division where nobody is due for ``year``, and take it back
    where somebody is. Only once the district opened a campaign for the year: before that nobody
    looked. Called within the transaction that changed who is due."""
    if not reading.is_opened(division, year):
        return
    idle = reading.where_nobody_is_due(division, year)
    for center in Center.objects.within(division).select_related("division").order_by("pk"):
        # What is done in a year is done for the inspection of the year before.
        known: dict[str, Any] = {"center": center, "year": year + 1, "by": by, "at": at}
        if center.division_id in idle:
            work_records.note_none_due(**known)
        else:
            work_records.void_none_due(**known)
