"""A center's desk: how it stands, and what to do now."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from centers import permissions
from centers import selectors as center_selectors
from centers.models import Center
from centers.selectors import todos
from evaluation.models import Verdict
from evaluation.selectors.explanations import Explanation, explain_all
from evaluation.views import dates

TO_MEND = ("not_met", "no_data", "error")


@dataclass(frozen=True)
class Dimension:
    """One of the four parts of the standard, with its verdict and findings."""

    label: str
    verdict: str
    verdict_label: str
    findings: list[Explanation]


def get_center(request, code):
    """The center if ``request.user`` sees its compliance."""
    visible = Center.objects.visible_to(request.user, "compliance.view")
    return get_object_or_404(visible.select_related("division"), code=code)


@login_required
def center_detail(request, code):
    center = get_center(request, code)
    moment = dates.moment(request)
    today = timezone.localdate()
    may_certify = permissions.can_certify_at(request.user, center)
    waiting = todos.todos(center, request.user, today, may_certify=may_certify)
    context = {
        "center": center,
        **moment,
        "my_centers": center_selectors.centers_of(request.user),
        "can_open": permissions.can_open_filing(request.user, center),
        "todos": waiting,
        "has_open_change": any(todo.filing and not todo.filing.obligation_id for todo in waiting),
        **_standing(center, moment),
    }
    return render(request, "evaluation/center_detail.html", context)


def _standing(center, moment):
    """How the center stands; before its first evaluation, only whether facts were accepted."""
    standing = Verdict.objects.standing().filter(center=center).first()
    if standing is None and moment["is_today"]:
        return {"accepted": center_selectors.accepted_sections(center)}
    return {"standing": standing, **_judged(center, moment["as_of"], moment["known_at"])}


def _judged(center, as_of, known_at):
    """Roll-up, dimensions, and the rules that keep the center from being compliant."""
    explained = explain_all(center, as_of, known_at=known_at)
    return {
        "rollup": explained.rollup,
        "rollup_mark": explained.shape("rollup"),
        "rollup_label": explained.label("rollup"),
        "dimensions": [_dimension(name, explained) for name in Verdict.DIMENSIONS],
        "beside": beside(explained),
        "to_mend": sorted(
            (e for e in explained.explanations if _is_to_mend(e, explained.weighing)),
            key=lambda e: (e.rule.rule_class not in ("M", "L"), TO_MEND.index(e.outcome)),
        ),
    }


def _dimension(name, explained):
    return Dimension(
        label=Verdict._meta.get_field(name).verbose_name,
        verdict=explained.shape(name),
        verdict_label=explained.label(name),
        findings=explained.of_group(name),
    )


def beside(explained):
    """What stands beside the four parts: functions, statute, information."""
    met, applicable = explained.functions_carried_out
    return {
        "functions": explained.of_group("functions"),
        "met": met,
        "applicable": applicable,
        "statute": explained.of_group("statute"),
        "statute_weighs": "L" in explained.weighing,
        "information": explained.information,
    }


def _is_to_mend(explanation, weighing):
    """Rules of the classes that weigh on the roll-up."""
    return (
        explanation.rule.rule_class in weighing
        and explanation.outcome in TO_MEND
        and explanation.waiver is None
        and not explanation.is_excused
    )
