"""What is due after an evaluation: the ranking, the decision on the award, and its notice."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_noop

from portal.users.roles import Capability
from portal.workdays.selectors import Calendar, YearUnknown
from projects.models import Procurement
from projects.selectors import evaluation_days as selectors
from projects.services.dues import Due

Status = Procurement.Status
# Working days before its day from which something is told of.
LEAD = 1
RANK = gettext_noop("rank the bids, as the report of the panel")
DECIDE = gettext_noop("decide on the award")
NOTIFY = gettext_noop("send the notice of the award and publish the result")
# What is told, and who does it.
STEPS = {
    selectors.RANK: (RANK, Capability.PROCUREMENT_MANAGE),
    selectors.DECIDE: (DECIDE, Capability.PROCUREMENT_AWARD),
    selectors.NOTIFY: (NOTIFY, Capability.PROCUREMENT_MANAGE),
}


def dues(calendar: Calendar) -> Iterator[Due]:
    """Everything that is due of procurements whose bids were opened; nothing where the days reach
    into a year without a calendar."""
    waiting = Procurement.objects.filter(
        status__in=[Status.EVALUATING, Status.RANKED, Status.AWARDED]
    )
    for each in waiting.select_related("project__division").order_by("pk"):
        try:
            found = selectors.next_of(each, calendar)
            since = found and calendar.add_working_days(found.by, -LEAD)
        except YearUnknown:
            continue
        if found is None or since is None:
            continue
        what, capability = STEPS[found.what]
        page = reverse("admin:projects_procurement_panel", args=[each.pk])
        key = f"procurement:{each.pk}:{found.what}"
        yield Due(
            key, what, found.by, since, each.title, page, each.project.division, capability
        )
