"""What could not be computed, and what to do about it."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from evaluation.admin.marks import rules_in_force
from evaluation.admin.pages import opened_by, page
from evaluation.permissions import can_request_run
from evaluation.selectors import alarms as selectors
from evaluation.selectors import wording
from portal.users.roles import Capability

PARTS_SHOWN = 50


@opened_by(Capability.COMPLIANCE_VIEW)
def alarms(request):
    """Standing errors by trace, and parts of runs that were given up. A fixed number of queries."""
    titles = {rule.id: wording.rule_title(rule) for rule in rules_in_force(request)}
    parts = selectors.failed_parts(request.user)
    shown = parts.select_related("run__division").defer("center_ids")[:PARTS_SHOWN]
    return page(
        request,
        "admin/evaluation/alarms.html",
        title=_("Alarms"),
        alarms=[_told(alarm, titles) for alarm in selectors.standing(request.user)],
        duties=list(selectors.duty_errors(request.user).select_related("division")[:PARTS_SHOWN]),
        parts=list(shown),
        part_count=parts.count(),
        may_run=can_request_run(request.user),
    )


def _told(alarm, titles):
    """The alarm with its rules by title, each with the way to its centers."""
    return {
        "alarm": alarm,
        "places": [
            (place, titles.get(place.rule, ""), _centers_url(alarm, place))
            for place in alarm.places
        ],
    }


def _centers_url(alarm, place):
    query = {"outcome__exact": "error", "rule": place.rule, "trace": alarm.trace_id}
    if place.series_on:
        query["series"] = place.series_on.isoformat()
    return f"{reverse('admin:evaluation_finding_changelist')}?{urlencode(query)}"
