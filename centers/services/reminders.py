"""Reminding centers of what they owe, and officers once a day of what waits.

May run at any hour, twice, or after days of silence: a key says what was told, and of several steps
that passed only the last is told.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_noop

from centers.models import Membership, Obligation
from centers.selectors import workloads
from portal.inbox import services as inbox
from portal.inbox.models import Notice
from portal.inbox.services import News
from portal.jurisdictions.models import Division
from portal.users import roles
from portal.users.models import User
from portal.workdays import selectors as workdays

BEFORE = gettext_noop("%(title_label)s of %(center)s is due in %(days)s working days.")
BEFORE_ONE = gettext_noop("%(title_label)s of %(center)s is due in %(days)s working day.")
TODAY = gettext_noop("%(title_label)s of %(center)s is due: the last working day for it is today.")
AFTER = gettext_noop("%(title_label)s of %(center)s is %(days)s working days overdue.")
AFTER_ONE = gettext_noop("%(title_label)s of %(center)s is %(days)s working day overdue.")
SUMMARY = gettext_noop(
    "%(district)s: %(unfiled)s not filed yet, %(overdue)s of them overdue;"
    " %(waiting)s waiting for review, %(returned)s returned."
)
YEAR_UNKNOWN = gettext_noop(
    "Reminders of deadlines in %(year)s cannot be sent: enter the State Council's arrangement of"
    " working days for %(year)s."
)


def remind(*, on: date, at: datetime) -> int:
    """Tell every center what is due and every officer what waits; how many obligations were
    reminded of. On days off nobody is told.

    A deadline in a year whose working days nobody entered is not counted: the district's chief is
    told once, the other reminders go out.
    """
    calendar = workdays.load()
    open_ones = list(_open(on))
    try:
        if not calendar.is_working_day(on):
            return 0
    except workdays.YearUnknown:
        waiting = {(obligation.center.division.path, on.year) for obligation in open_ones}
        tell_chiefs(unknown=waiting, at=at)
        return 0
    counted = cache(calendar.working_days_between)
    due, unknown = [], set()
    for obligation in open_ones:
        try:
            offset = counted(obligation.last_due_on, on)
        except workdays.YearUnknown as refusal:
            unknown.add((obligation.center.division.path, refusal.year))
            continue
        due += [(obligation, step, offset) for step in _step(obligation, offset)]
    _tell_centers(due, at)
    tell_chiefs(unknown=unknown, at=at)
    _tell_officers(on, at)
    return len(due)


def tell_chiefs(*, unknown: Iterable[tuple[str, int]], at: datetime) -> None:
    """Tell whoever can enter a missing year in the districts that wait for it, once; each of
    ``unknown`` is a division's path and the year."""
    years = {(path.split("/")[1], year) for path, year in unknown}
    for district in _districts({code for code, _year in years}):
        chiefs = User.objects.holding(roles.Capability.CALENDAR_ENTER, district)
        for year in sorted(year for code, year in years if code == district.code):
            inbox.notify(
                users=chiefs,
                key=f"year-unknown:{year}",
                text=YEAR_UNKNOWN,
                params={"year": year},
                url_path=reverse("admin:workdays_workyear_changelist"),
                division_path=district.path,
                at=at,
            )


def _open(on: date) -> Iterable[Any]:
    """What is asked for and can still be filed, and never was."""
    dated = Obligation.objects.expected(on).with_state(on)
    found = dated.filter(filed_on=None, last_locks_on__gte=on).order_by("pk")
    return found.select_related("round", "center__division")


def _step(obligation: Obligation, offset: int) -> list[int]:
    """The last of the round's steps that has come, if any."""
    passed = [step for step in obligation.round.reminder_days if step <= offset]
    return [max(passed)] if passed else []


def _tell_centers(due: list[tuple[Any, int, int]], at: datetime) -> None:
    people = defaultdict(list)
    members = Membership.objects.filter(
        center__in={obligation.center_id for obligation, *_ in due},
        role__in=roles.roles_with(roles.Capability.FILING_DRAFT),
    )
    for member in members.select_related("user"):
        people[member.center_id].append(member.user)
    inbox.deliver(
        letters=[
            (user, news)
            for obligation, step, offset in due
            for news in [_reminder(obligation, step, offset)]
            for user in people[obligation.center_id]
        ],
        at=at,
    )


def _deadline(offset: int) -> str:
    """The sentence for so many working days before or after the deadline."""
    if not offset:
        return TODAY
    one, several = (BEFORE_ONE, BEFORE) if offset < 0 else (AFTER_ONE, AFTER)
    return one if abs(offset) == 1 else several


def _reminder(obligation: Any, step: int, offset: int) -> News:
    return News(
        key=f"obligation:{obligation.pk}:{step}:{obligation.last_due_on.isoformat()}",
        text=_deadline(offset),
        params={
            "title_label": obligation.round.title,
            "center": obligation.center.name,
            "days": abs(offset),
        },
        url_path=reverse("evaluation:center", args=[obligation.center.code]),
        division_path=obligation.center.division.path,
        due_on=obligation.last_due_on,
    )


def _tell_officers(on: date, at: datetime) -> None:
    """One summary for each district and day; none where nothing waits."""
    loads = workloads.by_district(on)
    keys = {code: f"summary:{code}:{on.isoformat()}" for code in loads}
    told = set(Notice.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    for district in _districts({code for code, key in keys.items() if key not in told}):
        inbox.notify(
            users=User.objects.holding(roles.Capability.FILING_REVIEW, district),
            key=keys[district.code],
            text=SUMMARY,
            params={"district": district.name} | loads[district.code],
            url_path=reverse("desk:inbox"),
            division_path=district.path,
            at=at,
        )


def _districts(codes: set[str]) -> Iterable[Division]:
    return Division.objects.filter(code__in=codes).order_by("code") if codes else []
