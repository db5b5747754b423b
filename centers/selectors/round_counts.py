"""How the obligations of rounds stood at the end of a day, and what they add up to.

What happened later is left out: a filing handed in afterwards was not there yet. How long there
was time is as it is known now, extensions given since included.
"""

from datetime import date
from typing import Any

from django.db.models import Case, Count, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import TruncDate
from django.utils.timezone import get_default_timezone

from centers.models import Filing, Obligation, Section
from centers.selectors.obligations import Tally

# What a center has not handed over yet is its own.
SHOWN = (
    Filing.Status.PREPARED,
    Filing.Status.SUBMITTED,
    Filing.Status.RETURNED,
    Filing.Status.ACCEPTED,
)


def stood(obligations: Any, on: date, today: date) -> Any:
    """Annotate how each obligation stood at the end of ``on``, from ``with_state``.

    ``handed_in_on`` (day of the first submission, if by then), ``was_late``, ``was_overdue`` and
    ``stood`` (``Obligation.State``). Who is preparing what is kept of today alone: of a past day
    what was neither handed in nor due is ``open``, and what was returned is ``submitted``.
    """
    dated = obligations.with_state(on).annotate(
        accepted_on=_accepted_on(),
        handed_in_on=Case(When(filed_on__lte=on, then=F("filed_on"))),
    )
    return dated.annotate(
        was_late=Case(When(handed_in_on__gt=F("last_due_on"), then=True), default=False),
        was_overdue=Case(
            When(handed_in_on=None, last_due_on__lt=on, then=True), default=False
        ),
        was_accepted=Case(
            When(filing_status=Filing.Status.ACCEPTED, accepted_on__lte=on, then=True),
            default=False,
        ),
        stood=F("state") if on >= today else _state(on),
    )


def _accepted_on() -> TruncDate:
    """The day the last section of the obligation's filing was accepted."""
    decided = (
        Section.objects.filter(
            filing__obligation=OuterRef("pk"), filing__status=Filing.Status.ACCEPTED
        )
        .order_by()
        .values("filing__obligation")
        .annotate(newest=Max("decided_at"))
    )
    return TruncDate(Subquery(decided.values("newest")), tzinfo=get_default_timezone())


def _state(on: date) -> Case:
    state = Obligation.State
    return Case(
        When(was_accepted=True, then=Value(state.ACCEPTED)),
        When(handed_in_on__isnull=False, then=Value(state.SUBMITTED)),
        When(opens_on__gt=on, then=Value(state.UPCOMING)),
        When(last_locks_on__lt=on, then=Value(state.LOCKED)),
        When(last_due_on__lt=on, then=Value(state.OVERDUE)),
        default=Value(state.OPEN),
    )


def tallies(obligations: Any, on: date) -> dict[int, Tally]:
    """Round id → the counts of its expected obligations as they stood on the day. One query."""
    counted = stood(obligations.expected(on), on, on).order_by().values(key=F("round"))
    rows = counted.annotate(
        expected=Count("pk"),
        received=Count("pk", filter=Q(handed_in_on__isnull=False)),
        late=Count("pk", filter=Q(was_late=True)),
        overdue=Count("pk", filter=Q(was_overdue=True)),
        accepted=Count("pk", filter=Q(was_accepted=True)),
    )
    return {
        row.pop("key"): Tally(**row, on_time=row["received"] - row["late"]) for row in rows
    }
