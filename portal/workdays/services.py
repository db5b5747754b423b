"""Entering the State Council's yearly arrangement of holidays."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portal.audit import services as audit
from portal.errors import DomainError
from portal.transitions import edit
from portal.users.models import User
from portal.workdays.models import WorkYear
from portal.workdays.selectors import PACKAGE_YEARS, SATURDAY

# Days off by law in every year, whatever the arrangement: New Year, Labour Day, National Day.
FIXED_HOLIDAYS = ((1, 1), (5, 1), (10, 1))


class YearKnown(DomainError):
    """The calendar of that year comes with the portal, or was entered before."""


class DaysImplausible(DomainError):
    """The lists cannot be a year's arrangement; the text names the days."""


@transaction.atomic
def enter_year(
    *,
    year: int,
    document: str,
    off_days: Collection[date],
    working_days: Collection[date],
    by: User,
    at: datetime,
) -> WorkYear:
    """Enter a year's arrangement: every day off that the document names (weekends among them may
    be listed or left out), and the weekend days worked to make up for them.

    Raises ``YearKnown`` and ``DaysImplausible``.
    """
    if year in PACKAGE_YEARS:
        raise YearKnown(
            _("The portal already knows the working days of %(year)s.") % {"year": year}
        )
    _check(year, off_days, working_days)
    try:
        with transaction.atomic():
            entered = WorkYear.objects.create(
                year=year,
                document=document.strip(),
                off_days=sorted(set(off_days)),
                working_days=sorted(set(working_days)),
                entered_by=by,
                entered_at=at,
            )
    except IntegrityError as error:
        raise YearKnown(
            _("The year %(year)s was entered before. Open it in the list and correct it.")
            % {"year": year}
        ) from error
    _record(entered, "enter", {}, by=by, at=at)
    return entered


@transaction.atomic
def correct_year(
    *,
    work_year: WorkYear,
    version: int,
    document: str,
    off_days: Collection[date],
    working_days: Collection[date],
    by: User,
    at: datetime,
) -> WorkYear:
    """Replace the days of a year that was entered: a slip, or the State Council changed it.

    Raises ``Conflict`` and ``DaysImplausible``.
    """
    _check(work_year.year, off_days, working_days)
    before = _days(WorkYear.objects.get(pk=work_year.pk))
    edit(
        work_year,
        version=version,
        document=document.strip(),
        off_days=sorted(set(off_days)),
        working_days=sorted(set(working_days)),
        entered_by=by,
        entered_at=at,
    )
    _record(work_year, "correct", before, by=by, at=at)
    return work_year


def _check(year: int, off_days: Collection[date], working_days: Collection[date]) -> None:
    first = date(year - 1, 12, 1)
    outside = [day for day in {*off_days, *working_days} if not first <= day <= date(year, 12, 31)]
    _refuse(outside, _("These days are not of the arrangement for %(year)s: %(days)s."), year)
    _refuse(
        set(off_days) & set(working_days),
        _("These days are listed both as off and as worked: %(days)s."),
        year,
    )
    _refuse(
        [day for day in working_days if day.weekday() < SATURDAY],
        _("Make-up days are Saturdays and Sundays; these are not: %(days)s."),
        year,
    )
    _refuse(
        {date(year, month, day) for month, day in FIXED_HOLIDAYS} - set(off_days),
        _("The list of days off is not complete: these are missing: %(days)s."),
        year,
    )


def _refuse(days: Collection[date], text: str, year: int) -> None:
    if days:
        named = ", ".join(day.isoformat() for day in sorted(days))
        raise DaysImplausible(text % {"year": year, "days": named})


def _days(work_year: WorkYear) -> dict[str, Any]:
    return {
        "document": work_year.document,
        "off_days": [day.isoformat() for day in work_year.off_days],
        "working_days": [day.isoformat() for day in work_year.working_days],
    }


def _record(
    work_year: WorkYear, verb: str, before: dict[str, Any], *, by: User, at: datetime
) -> None:
    after = _days(work_year)
    audit.record(
        action=f"workdays.year.{verb}",
        by=by,
        at=at,
        target=work_year,
        changes={key: [before.get(key), value] for key, value in after.items()},
    )
