"""Telling whoever follows up a case that its day has come. Safe at any hour, and twice."""

from collections import defaultdict
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext_noop

from centers.models import Membership
from organizations.models import Case
from organizations.selectors import cases as selectors
from portal.inbox import services as inbox
from portal.inbox.services import News
from portal.users.models import User
from portal.users.roles import Capability, roles_with
from portal.workdays import selectors as workdays

FOLLOW_UP = gettext_noop("Case %(case_no)s “%(title)s” is to be followed up since %(day)s.")


def remind(*, on: date, at: datetime) -> int:
    """Tell of every open case whose follow-up day has come: whoever is responsible, without one
    the people of its center. How many cases were told of; none on days off."""
    if not _is_working_day(on):
        return 0
    waiting = list(selectors.to_remind(on))
    people = _keepers({case.center_id for case in waiting if not case.responsible_id})
    letters = [
        (user, _news(case))
        for case in waiting
        for user in ([case.responsible] if case.responsible else people[case.center_id])
    ]
    inbox.deliver(letters=letters, at=at)
    return len(waiting)


def _is_working_day(on: date) -> bool:
    """Of a year whose calendar nobody entered every day counts: a follow-up is not put off."""
    try:
        return workdays.is_working_day(on)
    except workdays.YearUnknown:
        return True


def _keepers(center_ids: set[int]) -> dict[int, list[User]]:
    found: dict[int, list[User]] = defaultdict(list)
    members = Membership.objects.filter(
        center__in=center_ids, role__in=roles_with(Capability.WORK_RECORD)
    )
    for member in members.select_related("user"):
        found[member.center_id].append(member.user)
    return found


def _news(case: Case) -> News:
    day = case.follow_up_on
    assert day is not None  # noqa: S101  (selected by it)
    return News(
        key=f"case:{case.pk}:follow-up:{day.isoformat()}",
        text=FOLLOW_UP,
        params={"case_no": case.case_no, "title": case.title, "day": day.isoformat()},
        url_path=reverse("work:case", args=[case.pk]),
        division_path=case.center.division.path,
        due_on=day,
    )
