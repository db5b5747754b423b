"""Reminding centers which organizations of their township have not filed, and officers once a week
how far the district is.

May run at any hour, twice, or after days of silence: a key says what was told, and of several steps
that passed only the last is told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext_noop

from centers.models import Center, Membership
from centers.services import reminders
from organizations.models import Campaign
from organizations.selectors import inspections as reading
from organizations.selectors.inspections import Unfiled
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.users import roles
from portal.users.models import User
from portal.workdays import selectors as workdays
from portal.workdays.selectors import Calendar

# Working days before a last day on which centers are reminded.
STEPS = (-20, -5, 0)
UNIT_BEFORE = gettext_noop(
    "%(title)s: not with the supervising unit yet in your township: %(count)s; the last day is"
    " %(day)s."
)
AUTHORITY_BEFORE = gettext_noop(
    "%(title)s: not filed yet in your township: %(count)s; the last day is %(day)s."
)
PASSED = gettext_noop("%(title)s: not filed in your township: %(count)s; the last day was %(day)s.")
WEEKLY = gettext_noop(
    "%(title)s: not filed yet in the district: %(count)s; the last day is %(day)s."
)


class Deadline(NamedTuple):
    """One last day of a campaign: before the supervising unit, or before the authority."""

    name: str
    due_on: date
    text: str


def remind(*, on: date, at: datetime) -> int:
    """Tell every center what is missing and the officers how far it is; how many campaigns run.

    On days off nobody is told. A last day in a year whose working days nobody entered is not
    counted: the district's chief is told once, the other reminders go out.
    """
    running = list(
        Campaign.objects.filter(status=Campaign.Status.OPEN)
        .select_related("district")
        .order_by("pk")
    )
    calendar = workdays.load()
    try:
        if not calendar.is_working_day(on):
            return 0
    except workdays.YearUnknown:
        waiting = {(found.district.path, on.year) for found in running}
        reminders.tell_chiefs(unknown=waiting, at=at)
        return 0
    unknown = {
        (campaign.district.path, year)
        for campaign in running
        for year in _remind(campaign, calendar, on, at)
    }
    reminders.tell_chiefs(unknown=unknown, at=at)
    return len(running)


def _remind(campaign: Campaign, calendar: Calendar, on: date, at: datetime) -> set[int]:
    """Tell of one campaign; the years that could not be counted."""
    missing = reading.unfiled(campaign)
    if not missing:
        return set()
    days = reading.days_of(year=campaign.year, kind=campaign.kind, division=campaign.district)
    unknown = set()
    letters: list[tuple[User, News]] = []
    people = _people(missing)
    for deadline in _deadlines(days.unit_due_on, days.authority_due_on):
        try:
            offset = calendar.working_days_between(deadline.due_on, on)
        except workdays.YearUnknown as refusal:
            unknown.add(refusal.year)
            continue
        if passed := [step for step in STEPS if step <= offset]:
            letters += _letters(campaign, deadline, max(passed), offset, missing, people)
    letters += _weekly(campaign, days.authority_due_on, missing, on)
    inbox.deliver(letters=letters, at=at)
    return unknown


def _deadlines(unit_due_on: date | None, authority_due_on: date) -> list[Deadline]:
    found = [Deadline("authority", authority_due_on, AUTHORITY_BEFORE)]
    if unit_due_on is not None:
        found.insert(0, Deadline("unit", unit_due_on, UNIT_BEFORE))
    return found


def _people(divisions: Iterable[int]) -> Mapping[Center, list[User]]:
    """Center of one of the divisions → who works there."""
    found = defaultdict(list)
    members = Membership.objects.filter(
        center__division__in=list(divisions),
        role__in=roles.roles_with(roles.Capability.WORK_RECORD),
    )
    for member in members.select_related("user", "center__division").order_by("pk"):
        found[member.center].append(member.user)
    return found


def _letters(
    campaign: Campaign,
    deadline: Deadline,
    step: int,
    offset: int,
    missing: Mapping[int, Unfiled],
    people: Mapping[Center, list[User]],
) -> list[tuple[User, News]]:
    is_unit = deadline.name == "unit"
    # What the unit's day was for is over when it has passed: the authority's day tells of it.
    if is_unit and offset > 0:
        return []
    return [
        (user, _news(campaign, deadline, step, offset, center, count))
        for center, users in people.items()
        for count in [getattr(missing[center.division_id], deadline.name)]
        if count
        for user in users
    ]


def _news(
    campaign: Campaign, deadline: Deadline, step: int, offset: int, center: Center, count: int
) -> News:
    day = deadline.due_on.isoformat()
    return News(
        key=f"inspections:{campaign.pk}:{deadline.name}:{step}:{day}:{center.pk}",
        text=PASSED if offset > 0 else deadline.text,
        params={"title": campaign.title, "count": count, "day": day},
        url_path=reverse("work:inspection-list", args=[center.code]) + f"?year={campaign.year}",
        division_path=center.division.path,
        due_on=deadline.due_on,
    )


def _weekly(
    campaign: Campaign, due_on: date, missing: Mapping[int, Unfiled], on: date
) -> list[tuple[User, News]]:
    year, week, _day = on.isocalendar()
    news = News(
        key=f"inspections:{campaign.pk}:week:{year}-{week}",
        text=WEEKLY,
        params={
            "title": campaign.title,
            "count": sum(found.authority for found in missing.values()),
            "day": due_on.isoformat(),
        },
        url_path=reverse("admin:organizations_campaign_change", args=[campaign.pk]),
        division_path=campaign.district.path,
        due_on=due_on,
    )
    officers = User.objects.holding(roles.Capability.INSPECTION_MANAGE, campaign.district)
    return [(user, news) for user in officers]
