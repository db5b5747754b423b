"""How pages of projects ask: what was typed stays until a service takes it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from centers.models import Center
from portal.errors import DomainError
from portal.registers.forms import Versioned
from portal.users.roles import Capability
from projects import permissions
from projects.forms.steps import may_take

FORM = "projects/form.html"


def get_center(request, code, *, plans=False):
    """The center at which the user sees projects, and plans them where asked; 404 or 403."""
    visible = Center.objects.visible_to(request.user, Capability.PROJECT_VIEW)
    center = get_object_or_404(visible.select_related("division"), code=code)
    if plans and not permissions.can_plan(request.user, center=center):
        raise PermissionDenied
    return center


def center_of(user, division):
    """The center from which the user looks at what lies in a division, for the way back."""
    visible = Center.objects.visible_to(user, Capability.PROJECT_VIEW)
    return visible.filter(division=division).order_by("pk").first()


def planning_centers(user, district_code):
    """Centers of a district for which the user plans."""
    visible = Center.objects.visible_to(user, Capability.PROJECT_PLAN)
    found = visible.filter(division__path__contains=f"/{district_code}/")
    return found.select_related("division").order_by("code")


def typed(request):
    """What was sent with a form; None where its page is opened."""
    return request.POST if request.method == "POST" else None


def ask(
    request, form, verb, *, title, said, leads_to, back, obj=None, template=FORM, **context
):
    """The page of a form until ``verb`` takes what was typed; then ``said``, and on to what
    ``leads_to`` makes of what was done. What the verb refuses is said above the form."""
    answer, refusal = taken(request, form, verb, said=said, leads_to=leads_to, obj=obj)
    if not (obj is not None and isinstance(form, Versioned)):
        context["refusal"] = refusal
    context |= {"form": form, "title": title, "back": back}
    return answer or render(request, template, context)


def taken(request, form, verb, *, said, leads_to, obj=None):
    """The redirect and no refusal once ``verb`` took what was sent; no redirect and what the verb
    refused, or nothing while nothing valid was sent. Where somebody else changed ``obj``, what was
    typed can be sent again. ``said`` and ``leads_to`` may be made of what was done."""
    if request.method != "POST" or not form.is_valid():
        return None, None
    try:
        done = verb(**form.cleaned_data, by=request.user, at=timezone.now())
    except DomainError as refusal:
        if obj is not None and isinstance(form, Versioned):
            form.refuse(refusal, obj)
        return None, refusal
    messages.success(request, said(done) if callable(said) else said)
    return redirect(leads_to(done) if callable(leads_to) else leads_to), None


def take_step(request, obj, steps, code, *, back, **context):
    """The page of a step of an object; 404 for none, 403 for whoever does not take it."""
    step = steps.get(code)
    if step is None:
        raise Http404
    if not may_take(request.user, obj, step):
        raise PermissionDenied
    form = step.form(typed(request), request.FILES or None, **step.given(obj))
    return ask(
        request,
        form,
        step.of(obj),
        title=step.label,
        about=step.about,
        said=_("Entered: %(step)s.") % {"step": step.label},
        leads_to=lambda _done: back,
        back=back,
        obj=obj,
        **context,
    )


def steps_of(user, obj, steps):
    """(code, label) of the steps that the object can take now and the user may."""
    fitting = [(code, step) for code, step in steps.items() if step.fits(obj)]
    first_of_role = {step.role: step for _code, step in fitting}
    roles = {role for role, step in first_of_role.items() if may_take(user, obj, step)}
    return [(code, step.label) for code, step in fitting if step.role in roles]
