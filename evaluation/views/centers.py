"""A center's desk: how it stands, and what to do now."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from centers import permissions
from centers import selectors as center_selectors
from centers.models import Center
from centers.selectors import todos
from evaluation.models import Verdict
from evaluation.selectors import rectifications, standings
from evaluation.selectors.explanations import explain_all
from evaluation.views import dates


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
        "rectified": rectifications.of_rules(center),
        **_standing(center, moment),
    }
    return render(request, "evaluation/center_detail.html", context)


def _standing(center, moment):
    """How the center stands; before its first evaluation, only whether facts were accepted."""
    standing = Verdict.objects.standing().filter(center=center).first()
    if standing is None and moment["is_today"]:
        return {"accepted": center_selectors.accepted_sections(center)}
    explained = explain_all(center, moment["as_of"], known_at=moment["known_at"])
    return {"standing": standing, "stands": standings.of(explained)}
