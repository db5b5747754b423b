"""What is due after an evaluation, in working days: the ranking that the purchaser reads, the
decision on the award, and its notice."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Max, Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext_noop

from portal.audit.selectors import came_to
from portal.users.roles import Capability
from portal.workdays.selectors import Calendar, YearUnknown
from projects.models import Award, Procurement, Seat
from projects.rules.periods import last_workday
from projects.services.dues import Due

# CGTL15 Art. 43: working days for the panel's report, for the decision, and for telling of it.
REPORT_WORKDAYS, AWARD_WORKDAYS, NOTICE_WORKDAYS = 2, 5, 2
# Working days before its day from which something is told of.
LEAD = 1
RANK = gettext_noop("rank the bids, as the report of the panel")
DECIDE = gettext_noop("decide on the award")
NOTIFY = gettext_noop("send the notice of the award and publish the result")
Status = Procurement.Status


def dues(calendar: Calendar) -> Iterator[Due]:
    """Everything that is due of procurements whose bids were opened."""
    yield from _reports(calendar)
    yield from _decisions(calendar)
    yield from _notices(calendar)


def _reports(calendar: Calendar) -> Iterator[Due]:
    """Two working days after the last sheet, or after it went back to be evaluated again."""
    still_open = Q(seats__status__in=[Seat.Status.INVITED, Seat.Status.DECLARED])
    submitted = Max("seats__submitted_at", filter=Q(seats__status=Seat.Status.SUBMITTED))
    scored = Procurement.objects.filter(status=Status.EVALUATING).exclude(still_open)
    for each in scored.annotate(last=submitted).select_related("project__division"):
        if each.last is not None:
            since = max(each.last, came_to(each, Status.EVALUATING) or each.last)
            manage = Capability.PROCUREMENT_MANAGE
            yield from _due(each, "rank", RANK, since, REPORT_WORKDAYS, manage, calendar)


def _decisions(calendar: Calendar) -> Iterator[Due]:
    ranked = Procurement.objects.filter(status=Status.RANKED).select_related("project__division")
    for each in ranked:
        if since := came_to(each, Status.RANKED):
            award = Capability.PROCUREMENT_AWARD
            yield from _due(each, "decide", DECIDE, since, AWARD_WORKDAYS, award, calendar)


def _notices(calendar: Calendar) -> Iterator[Due]:
    waiting = Award.objects.filter(
        notified_at=None, revoked_at=None, procurement__status=Status.AWARDED
    )
    for award in waiting.select_related("procurement__project__division"):
        manage = Capability.PROCUREMENT_MANAGE
        yield from _due(
            award.procurement, "notify", NOTIFY, award.awarded_at, NOTICE_WORKDAYS, manage, calendar
        )


def _due(
    procurement: Procurement,
    key: str,
    what: str,
    since: datetime,
    workdays: int,
    capability: str,
    calendar: Calendar,
) -> Iterator[Due]:
    """Nothing where the days reach into a year without a calendar."""
    try:
        by = last_workday(localdate(since), workdays, calendar)
        told_from = calendar.add_working_days(by, -LEAD)
    except YearUnknown:
        return
    yield Due(
        f"procurement:{procurement.pk}:{key}",
        what,
        by,
        told_from,
        procurement.title,
        reverse("admin:projects_procurement_panel", args=[procurement.pk]),
        procurement.project.division,
        capability,
    )
