"""A center at a moment, and why one rule says what it says there."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate

from centers.models import Center
from evaluation.admin.marks import outcome_mark
from evaluation.admin.moments import ask
from evaluation.admin.pages import page, shown_to
from evaluation.models import Finding
from evaluation.permissions import can_rectify, can_request_waiver
from evaluation.selectors import explanations, places, rectifications, standings
from evaluation.services.waivers import is_waivable
from portal.users.roles import Capability


def center_or_404(request, code):
    """The center, unless the user does not see its compliance: then there is none."""
    seen = Center.objects.visible_to(request.user, Capability.COMPLIANCE_VIEW)
    return get_object_or_404(seen.select_related("division__parent__parent"), code=code)


def trail(request, center, asked):
    """(name, address) from the city down to the center's township, of what the user may open."""
    place = places.find(request.user, center.division.code, counts_centers=True)
    above = [*place.above, place.division] if place else []
    return [
        (each.name, reverse("compliance:heatmap-division", args=[each.code]) + asked.moment_query)
        for each in above
    ]


@shown_to(Capability.COMPLIANCE_VIEW)
def center_detail(request, code):
    """The verdict, what fails and every part with its rules, as at the desk; at any moment."""
    center = center_or_404(request, code)
    asked = ask(request, Center.objects.filter(pk=center.pk))
    context = _head(request, center, asked)
    if asked.is_shown:
        context["stands"] = standings.of(_explained(center, asked))
        context["rectified"] = rectifications.of_rules(center)
        context["rectify_url"] = _rectify_url(request, center)
    return page(request, "admin/evaluation/center_at.html", title=center.name, **context)


@shown_to(Capability.COMPLIANCE_VIEW)
def rule_detail(request, code, rule):
    """Why one rule says what it says of the center: every row counted, and every row not."""
    center = center_or_404(request, code)
    asked = ask(request, Center.objects.filter(pk=center.pk))
    context = _head(request, center, asked) | {"rule": rule}
    if asked.is_shown:
        found = _explained(center, asked, with_names=True).explanations
        explanation = next((each for each in found if each.rule.id == rule), None)
        if explanation is None:
            raise Http404
        context |= {
            "explanation": explanation,
            "mark": outcome_mark(explanation.rule.rule_class, explanation.outcome),
            "recorded": _recorded(center, rule),
            "may_waive": is_waivable(explanation) and can_request_waiver(request.user, center),
            "rectified": rectifications.of_rules(center).get(rule),
        }
        if not context["rectified"]:
            context["rectify_url"] = _rectify_url(request, center, _recorded(center, rule))
    return page(request, "admin/evaluation/rule_at.html", title=center.name, **context)


def _rectify_url(request, center, finding=None):
    """Where a rectification of the center is opened, of what it fails or of one finding; "" for
    whoever opens none."""
    failing = {one.pk for one in rectifications.rectifiable(center, localdate())}
    chosen = failing if finding is None else failing & {finding.pk}
    if not chosen or not can_rectify(request.user, center.division):
        return ""
    place = reverse("admin:evaluation_rectification_center", args=[center.code])
    return place if finding is None else f"{place}?finding={finding.pk}"


def _head(request, center, asked):
    return {
        "center": center,
        "asked": asked,
        "form": asked.form,
        "trail": trail(request, center, asked),
    }


def _explained(center, asked, *, with_names=False):
    moment = asked.moment
    return explanations.explain_all(
        center, asked.form.day, known_at=moment.known_at, with_names=with_names
    )


def _recorded(center, rule):
    """The standing finding, where the rule was evaluated officially."""
    return Finding.objects.standing().filter(center=center, rule=rule).first()
