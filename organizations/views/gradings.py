"""Whether an organization may apply for a grade: what stands against it, and what is not known."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from organizations import permissions
from organizations.models import Organization
from organizations.selectors import grading_words as words
from organizations.selectors import gradings


@login_required
def grading_check(request, pk):
    """By what the register knows today; the assessing authority decides."""
    visible = Organization.objects.visible_to(request.user).select_related("division")
    organization = get_object_or_404(visible, pk=pk)
    # Penalties and credit lists are for those who see warnings.
    if not permissions.can_view_warnings(request.user, organization):
        raise PermissionDenied
    today = timezone.localdate()
    found = gradings.of_organization(organization, today)
    context = {
        "organization": organization,
        "on": today,
        "found": found,
        "verdict": words.VERDICTS[found.is_eligible],
        "reasons": [(words.said(reason), words.source(reason.source)) for reason in found.reasons],
        "unknown": [words.UNKNOWN[code] for code in found.unknown],
        "raise_note": words.MAY_RAISE if found.may_raise else "",
    }
    return render(request, "organizations/grading_check.html", context)
