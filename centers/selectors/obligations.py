"""What rounds ask for, and how much of it came in: one denominator for every count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce, TruncDate
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from centers.models import Center, Extension, Obligation
from portal.workdays.selectors import Calendar, YearUnknown


@dataclass(frozen=True)
class Tally:
    """``expected`` is the denominator: obligations in force that are open for filing.

    ``received`` were submitted at least once, ``on_time`` of them by their due date after
    extensions, ``late`` after it; ``overdue`` are past it and not submitted.
    """

    expected: int = 0
    received: int = 0
    on_time: int = 0
    late: int = 0
    overdue: int = 0
    accepted: int = 0

    @property
    def received_rate(self) -> Decimal | None:
        """received / expected; None when nothing is expected."""
        return _share(self.received, self.expected)

    @property
    def on_time_rate(self) -> Decimal | None:
        """on_time / expected; None when nothing is expected."""
        return _share(self.on_time, self.expected)

    @property
    def accepted_rate(self) -> Decimal | None:
        """accepted / expected; None when nothing is expected."""
        return _share(self.accepted, self.expected)


def with_lateness(filings: Any) -> Any:
    """Annotate filings with ``filed_on``, the day of the first submission, and ``is_late``: after
    the due date that held, None where nothing is due."""
    extensions = Extension.objects.filter(obligation=OuterRef("obligation")).order_by("-pk")
    due_on = Coalesce(Subquery(extensions.values("due_on")[:1]), F("obligation__due_on"))
    filed_on = TruncDate("first_submitted_at", tzinfo=get_default_timezone())
    return filings.annotate(last_due_on=due_on, filed_on=filed_on).annotate(
        is_late=Case(
            When(filed_on__gt=F("last_due_on"), then=True),
            When(filed_on__lte=F("last_due_on"), then=False),
        )
    )


def _share(part: int, whole: int) -> Decimal | None:
    return Decimal(part) / whole if whole else None


def tallies(obligations: Any, on: date, *, by: str) -> dict[Any, Tally]:
    """Value of ``by`` (a field of the obligation) → its counts on a day. One query."""
    counted = obligations.expected(on).with_state(on).order_by().values(key=F(by))
    rows = counted.annotate(
        expected=Count("pk"),
        received=Count("pk", filter=Q(filed_on__isnull=False)),
        late=Count("pk", filter=Q(is_late=True)),
        overdue=Count("pk", filter=Q(is_overdue=True)),
        accepted=Count("pk", filter=Q(state=Obligation.State.ACCEPTED)),
    )
    return {
        row.pop("key"): Tally(**row, on_time=row["received"] - row["late"]) for row in rows
    }


def tally(obligations: Any, on: date) -> Tally:
    """The counts of all of them together."""
    return _sum(tallies(obligations, on, by="round").values())


def _sum(parts: Iterable[Tally]) -> Tally:
    parts = list(parts)
    names = Tally.__dataclass_fields__
    return Tally(**{name: sum(getattr(part, name) for part in parts) for name in names})


def owed_by(center: Center, on: date) -> list[Any]:
    """The center's obligations that still ask something of it, the most urgent first.

    Each with the annotations of ``with_state``. One query.
    """
    asked = Obligation.objects.filter(center=center).expected(on).with_state(on)
    done = (Obligation.State.ACCEPTED, Obligation.State.SUBMITTED)
    open_ones = asked.exclude(state__in=done).select_related("round")
    return list(open_ones.order_by("last_due_on", "pk"))


def answered_by(obligation_id: int, on: date) -> Any:
    """The obligation as it stands on a day, with its round. One query."""
    return Obligation.objects.with_state(on).select_related("round").get(pk=obligation_id)


def time_left(calendar: Calendar, due_on: date, on: date) -> str:
    """How long there is until the end of ``due_on``, in words; in working days where those of the
    year are known."""
    if due_on < on:
        late = (on - due_on).days
        return ngettext("%(n)s day overdue", "%(n)s days overdue", late) % {"n": late}
    if due_on == on:
        return _("due today")
    try:
        days = calendar.working_days_between(on, due_on)
    except YearUnknown:
        days = (due_on - on).days
        return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
    if not days:
        return _("no working day left before it")
    return ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
