"""Sealed personal data, shown once to whoever says why."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from organizations import permissions
from organizations.forms.reveals import RevealForm
from organizations.models import ActivityTeam, Case, ConsultationDetail, Organization
from organizations.selectors.personal import LABELS, masked
from organizations.services import reveals
from organizations.views.asking import typed
from portal.errors import DomainError

# What the desk has pages of: name in the address → the scoped model, what holds the values of one
# of its rows (None: the row itself), and the page to go back to.
NOUNS = {
    "consultation": (Case, ConsultationDetail, "work:case"),
    "organization": (Organization, None, "work:organization"),
    "team": (ActivityTeam, None, "work:team"),
}


@never_cache
@login_required
def reveal(request, noun, pk, field):
    """Ask for the reason; the answer to it alone shows the value."""
    if noun not in NOUNS:
        raise Http404
    model, details, place = NOUNS[noun]
    obj = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    holder = get_object_or_404(details, case=obj) if details else obj
    if field not in holder.SEALED:
        raise Http404
    if not permissions.can_reveal(request.user, obj):
        raise PermissionDenied
    form = RevealForm(typed(request))
    context = {
        "obj": obj,
        "label": LABELS[field],
        "masked": masked(holder, field),
        "form": form,
        "back": reverse(place, args=[obj.pk]),
    }
    if request.method == "POST" and form.is_valid():
        try:
            context["value"] = reveals.reveal(
                obj=obj,
                sealed_in=holder,
                field=field,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            context["refusal"] = refusal
    return render(request, "organizations/reveal.html", context)
