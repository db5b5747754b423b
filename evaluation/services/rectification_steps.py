"""What every step of a rectification does: hold it, write the step, close it with its last item."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from centers.models import Center
from evaluation.models import ItemStep, Rectification, RectificationItem
from evaluation.rules import rectifying
from evaluation.selectors import thresholds
from portal.audit.services import Trail
from portal.errors import DomainError
from portal.transitions import transition
from portal.users.models import User
from portal.workdays import selectors as workdays

Status = Rectification.Status
Item = RectificationItem.Status
OPEN = (Item.OPEN, Item.ANSWERED)

trail = Trail[Rectification](
    "evaluation.rectification", lambda rectification: rectification.center.division.path
)


class DeadlineUnfit(DomainError):
    """The day until when something is to be put right has passed, or comes before the first."""


class NotOpen(DomainError):
    """The rectification is not one that something is answered or decided of now."""


def hold(rectification: Rectification) -> Rectification:
    """One hand at a time on a rectification and its items, until the transaction ends."""
    found = Rectification.objects.select_for_update(of=("self",))
    return found.select_related("center__division", "owner", "opened_by").get(pk=rectification.pk)


def hold_issued(item: RectificationItem) -> Rectification:
    """As ``hold``, for a step of an item: only while it is to be put right. Raises ``NotOpen``."""
    held = hold(item.rectification)
    if held.status != Status.ISSUED:
        raise NotOpen(
            _("Nothing was changed: the rectification is “%(status)s”.")
            % {"status": held.get_status_display()}
        )
    return held


def write(
    item: RectificationItem,
    kind: str,
    *,
    by: User | None,
    at: datetime,
    note: str = "",
    figures: Mapping[str, Any] | None = None,
) -> ItemStep:
    """Append a step; the caller holds the rectification."""
    return ItemStep.objects.create(
        item=item,
        number=ItemStep.objects.filter(item=item).count() + 1,
        kind=kind,
        note=note[:500],
        figures=dict(figures or {}),
        taken_by=by,
        taken_at=at,
    )


def close_with_last(held: Rectification, *, by: User | None, at: datetime) -> bool:
    """Close the rectification where no item is open any more; whether it was closed."""
    if held.items.filter(status__in=OPEN).exists():
        return False
    transition(held, Status.CLOSED, closed_at=at)
    trail(held, "close", by=by, at=at, changes={"status": ["issued", "closed"]})
    return True


def default_due(center: Center, on: date) -> date:
    """Until when something issued on a day is to be put right, as the district of the center set
    it; in a year whose holidays nobody entered, the calendar day itself."""
    days = thresholds.for_division(center.division, on)["rectify_days"]
    try:
        return rectifying.due(on, days, workdays.load())
    except workdays.YearUnknown:
        return on + days * rectifying.DAY


def check_due(due_on: date, on: date) -> date:
    """The day, if it is still to come. Raises ``DeadlineUnfit``."""
    if due_on <= on:
        raise DeadlineUnfit(
            _("%(day)s leaves no time to put anything right. Choose a later day.")
            % {"day": due_on.isoformat()}
        )
    return due_on
