"""Reporting periods: which one comes next, and what a round over it is usually called."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from centers.models import Round

MONTHS = {Round.Kind.ANNUAL: 12, Round.Kind.QUARTERLY: 3, Round.Kind.MONTHLY_ROSTER: 1}
# Days from opening to due, and from due to locked.
USUAL_DAYS = {
    Round.Kind.ANNUAL: (60, 30),
    Round.Kind.QUARTERLY: (20, 10),
    Round.Kind.MONTHLY_ROSTER: (10, 5),
    Round.Kind.AD_HOC: (15, 15),
}


@dataclass(frozen=True)
class Dates:
    """A round's dates, named as its fields."""

    period_from_on: date
    period_to_on: date
    opens_on: date
    due_on: date
    locks_on: date


def suggested(kind: str, on: date) -> Dates:
    """The period of this kind that ended last before ``on`` (a special report: the month of
    ``on``), opened on that day."""
    months = MONTHS.get(Round.Kind(kind), 1)
    start = date(on.year, on.month - (on.month - 1) % months, 1)
    if kind != Round.Kind.AD_HOC:
        start = moved(start, -months)
    to_due, to_lock = (timedelta(days) for days in USUAL_DAYS[Round.Kind(kind)])
    end = moved(start, months) - timedelta(1)
    return Dates(start, end, on, on + to_due, on + to_due + to_lock)


def following(asked: Round) -> Dates:
    """The dates of the round after ``asked``: all moved by its kind, a special report by the length
    of its period."""
    names = list(Dates.__dataclass_fields__)
    days: list[date] = [getattr(asked, name) for name in names]
    if months := MONTHS.get(Round.Kind(asked.kind)):
        return Dates(*(moved(day, months) for day in days))
    length = asked.period_to_on - asked.period_from_on + timedelta(1)
    return Dates(*(day + length for day in days))


def moved(day: date, months: int) -> date:
    """The same day of another month; the last day of a month stays the last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = monthrange(year, month + 1)[1]
    is_last = day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if is_last else min(day.day, last))


def title(kind: str, start: date, end: date) -> str:
    """What a round of this kind over the period is usually called."""
    named = {
        Round.Kind.ANNUAL: _("Annual report %(year)s"),
        Round.Kind.QUARTERLY: _("Quarterly report %(year)s Q%(quarter)s"),
        Round.Kind.MONTHLY_ROSTER: _("Staff roster %(year)s-%(month)s"),
        Round.Kind.AD_HOC: _("Special report %(start)s to %(end)s"),
    }
    return named[Round.Kind(kind)] % {
        "year": start.year,
        "quarter": (start.month + 2) // 3,
        "month": f"{start.month:02d}",
        "start": start.isoformat(),
        "end": end.isoformat(),
    }
