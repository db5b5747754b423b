"""What waits at a center, for whoever looks at it: what presses most stands first."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from centers import selectors
from centers.models import Center, Filing, Obligation, RowComment, Section
from centers.selectors import histories, obligations
from portal.users.models import User
from portal.workdays import selectors as workdays

# Working days left at which a due date is near.
NEAR_DAYS = 5
# As they press; what stands first is done first.
RETURNED, OVERDUE, LOCKED, DECLINED, CERTIFY, NEAR, OPEN, WAITS = range(8)


@dataclass(frozen=True)
class Todo:
    """One thing that waits. ``kind`` is how the page says it; ``section`` and ``asked`` only of
    what was sent back, ``obligation`` and ``time_left`` only of what a round asks for."""

    kind: str
    rank: int
    filing: Filing | None = None
    obligation: Any = None
    section: Section | None = None
    asked: list[RowComment] = field(default_factory=list)
    time_left: str = ""

    @property
    def is_urgent(self) -> bool:
        return self.rank <= DECLINED

    @property
    def is_waiting(self) -> bool:
        """It is somebody else's turn."""
        return self.rank == WAITS

    @property
    def place(self) -> tuple[int, date, int]:
        """Where it stands among the others."""
        due_on = self.obligation.last_due_on if self.obligation else date.max
        return (self.rank, due_on, self.filing.pk if self.filing else 0)


def todos(center: Center, user: User, on: date, *, may_certify: bool) -> list[Todo]:
    """What waits at the center on a day. A fixed number of queries."""
    calendar = workdays.load()
    owed = {obligation.pk: obligation for obligation in obligations.owed_by(center, on)}
    filings = selectors.open_filings(center)
    answered = {filing.obligation_id for filing in filings}
    found = _sent_back(filings)
    for filing in filings:
        obligation = owed.get(filing.obligation_id)
        if filing.status != Filing.Status.RETURNED or filing.decline_reason:
            kind, rank = _of_filing(filing, obligation, on, calendar, user, may_certify)
            found.append(_dated(kind, rank, obligation, on, calendar, filing=filing))
    for obligation in owed.values():
        if obligation.pk not in answered:
            rank = _rank(obligation, on, calendar)
            found.append(_dated("owed", rank, obligation, on, calendar))
    return sorted(found, key=lambda todo: todo.place)


def _sent_back(filings: list[Filing]) -> list[Todo]:
    """The sections that can be corrected now, the latest first."""
    editable = {filing.pk: filing for filing in filings if filing.status in Filing.EDITABLE}
    returned = Section.objects.filter(filing__in=editable, status=Section.Status.RETURNED)
    sections = list(returned.select_related("decided_by").order_by("-decided_at"))
    asked = histories.asked_at_rows(sections)
    return [
        Todo("returned", RETURNED, editable[s.filing_id], section=s, asked=asked.get(s.pk, []))
        for s in sections
    ]


def _of_filing(
    filing: Filing,
    obligation: Any,
    on: date,
    calendar: workdays.Calendar,
    user: User,
    may_certify: bool,
) -> tuple[str, int]:
    """(how the page says it, how it presses)."""
    if filing.status == Filing.Status.SUBMITTED:
        return "submitted", WAITS
    pressing = _rank(obligation, on, calendar) if obligation else OPEN
    if filing.status == Filing.Status.PREPARED:
        if may_certify and filing.prepared_by_id != user.pk:
            return "certify", min(CERTIFY, pressing)
        return "prepared", WAITS if pressing == OPEN else pressing
    if filing.decline_reason:
        return "declined", min(DECLINED, pressing)
    return "draft", pressing


def _rank(obligation: Any, on: date, calendar: workdays.Calendar) -> int:
    """How a due date presses."""
    if obligation.state == Obligation.State.LOCKED:
        return LOCKED
    if obligation.is_overdue:
        return OVERDUE
    try:
        days = calendar.working_days_between(on, obligation.last_due_on)
    except workdays.YearUnknown:
        return OPEN
    return NEAR if days <= NEAR_DAYS and obligation.filed_on is None else OPEN


def _dated(
    kind: str,
    rank: int,
    obligation: Any,
    on: date,
    calendar: workdays.Calendar,
    filing: Filing | None = None,
) -> Todo:
    is_open = obligation is not None and obligation.filed_on is None
    left = obligations.time_left(calendar, obligation.last_due_on, on) if is_open else ""
    return Todo(kind, rank, filing, obligation, time_left=left)
