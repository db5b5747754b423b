"""Why one rule says what it says."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render

from evaluation.models import Waiver
from evaluation.permissions import can_request_waiver
from evaluation.selectors import rectifications
from evaluation.selectors.explanations import explain
from evaluation.services.waivers import is_waivable
from evaluation.views import dates
from evaluation.views.centers import get_center


@login_required
def finding_detail(request, code, rule):
    center = get_center(request, code)
    moment = dates.moment(request)
    explanations = explain(
        center, moment["as_of"], known_at=moment["known_at"], with_names=True
    )
    finding = next((e for e in explanations if e.rule.id == rule), None)
    if finding is None:
        raise Http404
    context = {
        "center": center,
        **moment,
        "finding": finding,
        "requested": _requested(center, rule),
        "rectified": rectifications.of_rules(center).get(rule),
        "can_request_waiver": is_waivable(finding) and can_request_waiver(request.user, center),
    }
    return render(request, "evaluation/finding_detail.html", context)


def _requested(center, rule):
    """The request for an exception that waits, or None."""
    return Waiver.objects.filter(
        center=center, rule=rule, status=Waiver.Status.REQUESTED
    ).first()
