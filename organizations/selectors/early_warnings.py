"""Early warnings as pages and reminders need them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from centers.models import Center
from organizations.models import EarlyWarning, WorkRecord
from organizations.models.work_record import ZERO_REPORTED
from portal.workdays import selectors as workdays

SATURDAY = 5
DAY = timedelta(days=1)
# Figure of a warning → what it says.
FIGURES = {
    "year": _("year"),
    "year_before": _("year before"),
    "due_on": _("due on"),
    "days_late": _("days late when found"),
    "last_activity_on": _("last activity"),
    "registered_on": _("registered on"),
    "months": _("months allowed"),
    "net_assets_yuan": _("net assets (yuan)"),
    "registered_capital_yuan": _("registered capital (yuan)"),
    "change_ratio": _("change of net assets"),
    "unspent_ratio": _("share of public money not spent"),
    "failures": _("failed contacts and returned letters"),
    "council_ends_on": _("term of the council ended on"),
    "happened_on": _("noted for"),
    "listed_on": _("listed on"),
    "full_on": _("two years full on"),
    "certificate_ends_on": _("certificate ends on"),
    "kept_on": _("last confirmed on"),
}


def deadlines(on: date) -> Callable[[Mapping[str, Any], str], date]:
    """A function of thresholds and a level: the last working day to look into a warning found on
    the day. In a year whose holidays nobody entered, every day from Monday to Friday is one."""
    calendar = workdays.load()

    @cache
    def after(days: int) -> date:
        try:
            return calendar.add_working_days(on, days)
        except workdays.YearUnknown:
            return _weekdays_after(on, days)

    return lambda thresholds, level: after(thresholds[f"warning_ack_{level}_days"])


def _weekdays_after(day: date, count: int) -> date:
    while count:
        day += DAY
        count -= day.weekday() < SATURDAY
    return day


def figures_of(warning: EarlyWarning) -> list[tuple[Any, Any]]:
    """(what it says, value) of the figures a warning was found by."""
    return [(FIGURES[name], value) for name, value in warning.figures.items() if name in FIGURES]


def of_center(center: Center) -> "QuerySet[EarlyWarning]":
    """Warnings of what lies in the township of a center."""
    place = center.division_id
    return EarlyWarning.objects.filter(
        Q(organization__division=place) | Q(team__division=place)
    ).select_related("organization", "team", "center")


@dataclass(frozen=True)
class Month:
    """A month of a center: whether anything was reported, and whether that was nothing."""

    first_day: date
    report_count: int
    is_zero: bool

    @property
    def is_closed(self) -> bool:
        """Reported on, be it that there was nothing."""
        return bool(self.report_count) or self.is_zero


def months_of(center: Center, on: date, count: int = 12) -> list[Month]:
    """The last months that are over, the newest first. One query."""
    firsts = [_first_of(on)]
    while len(firsts) <= count:
        firsts.append(_first_of(firsts[-1] - DAY))
    records = WorkRecord.objects.valid().filter(
        center=center, function=ZERO_REPORTED, happened_on__gte=firsts[-1]
    )
    reported: dict[date, int] = {}
    zero = set()
    for happened_on, is_zero in records.order_by().values_list("happened_on", "is_zero_report"):
        first = _first_of(happened_on)
        if is_zero:
            zero.add(first)
        else:
            reported[first] = reported.get(first, 0) + 1
    return [Month(first, reported.get(first, 0), first in zero) for first in firsts[1:]]


def _first_of(day: date) -> date:
    return day.replace(day=1)


def overdue(warnings: Iterable[EarlyWarning], on: date) -> set[int]:
    """Ids of the clues that nobody looked into in time."""
    return {
        each.pk
        for each in warnings
        if each.status == EarlyWarning.Status.CLUE
        and each.acknowledged_at is None
        and each.ack_due_on < on
    }
