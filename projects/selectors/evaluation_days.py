"""By when an evaluation goes on, in working days: the ranking as the report of the panel, the
decision on the award, and its notice."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Max
from django.utils.timezone import localdate

from portal.audit.selectors import came_to
from portal.workdays.selectors import Calendar
from projects.models import Procurement, Seat
from projects.rules.periods import last_workday

Status = Procurement.Status
RANK, DECIDE, NOTIFY = "rank", "decide", "notify"
# CGTL15 Art. 43.
WORKDAYS = {RANK: 2, DECIDE: 5, NOTIFY: 2}


class Next(NamedTuple):
    """What is done next, ``RANK``, ``DECIDE`` or ``NOTIFY``, and the last day for it."""

    what: str
    by: date


def next_of(procurement: Procurement, calendar: Calendar) -> Next | None:
    """What is due next of a procurement whose bids were opened; None while it waits for sheets,
    and once the award was notified. Two queries at most. Raises ``YearUnknown``."""
    found = _since(procurement)
    if found is None:
        return None
    what, since = found
    return Next(what, last_workday(localdate(since), WORKDAYS[what], calendar))


def _since(procurement: Procurement) -> tuple[str, datetime] | None:
    """What comes next, and the moment from which its days count."""
    if procurement.status == Status.EVALUATING:
        since = _scored_at(procurement)
        return None if since is None else (RANK, since)
    if procurement.status == Status.RANKED:
        since = came_to(procurement, Status.RANKED)
        return None if since is None else (DECIDE, since)
    if procurement.status == Status.AWARDED:
        award = procurement.awards.filter(notified_at=None, revoked_at=None).first()
        return None if award is None else (NOTIFY, award.awarded_at)
    return None


def _scored_at(procurement: Procurement) -> datetime | None:
    """When the last sheet came, or it went back to be evaluated again; None while one is open."""
    sitting = procurement.seats.sitting()
    if sitting.exclude(status=Seat.Status.SUBMITTED).exists():
        return None
    last: datetime | None = sitting.aggregate(last=Max("submitted_at"))["last"]
    back = came_to(procurement, Status.EVALUATING)
    return last if last is None or back is None else max(last, back)
