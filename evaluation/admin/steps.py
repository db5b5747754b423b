"""Nouns whose steps are pages of their own, at the desk of the bureau."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext

from portal.admin import ScopedModelAdmin, own_page
from portal.errors import Conflict
from portal.users.roles import Capability
from projects.forms.dressing import for_bureau


class Step(NamedTuple):
    """One step: what it is called, asks for and does, when it fits, who takes it, what it means.

    ``form`` is made with ``obj``; ``take(obj, **values, by=, at=)`` calls the service.
    """

    label: Any
    form: type[forms.Form]
    take: Callable[..., Any]
    fits: Callable[[Any], bool]
    may: Callable[[Any, Any], bool]
    about: Any = ""


class SteppedAdmin(ScopedModelAdmin):
    """A page that shows one thing, and one page for each step of ``STEPS`` (address → Step)."""

    view_capability = Capability.COMPLIANCE_VIEW
    STEPS: dict[str, Step] = {}

    def get_urls(self):
        wrap = self.admin_site.admin_view
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        return [
            *(
                path(f"<int:pk>/{code}/", wrap(self.step), {"code": code}, name=f"{name}_{code}")
                for code in self.STEPS
            ),
            *super().get_urls(),
        ]

    def verbs(self, request, obj):
        """(address, name) of the steps that the user can take now."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return [
            (reverse(f"{name}_{code}", args=[obj.pk]), step.label)
            for code, step in self.STEPS.items()
            if step.fits(obj) and step.may(request.user, obj)
        ]

    def step(self, request, pk, code):
        """Ask for what the step needs, and take it; what does not fit any more leads back."""
        obj = self.scoped_or_404(request, pk)
        step = self.STEPS[code]
        if not step.may(request.user, obj):
            raise PermissionDenied
        if request.method != "POST" and not step.fits(obj):
            self.message_user(request, _too_late(obj), messages.WARNING)
            return HttpResponseRedirect(own_page(obj))
        form = step.form(request.POST or None, request.FILES or None, obj=obj)
        return self.ask(
            request,
            dressed(form),
            partial(_take, step, obj),
            title=step.label,
            intro=step.about,
            said=step.label,
            leads_to=own_page(obj),
            obj=obj,
        )


def _take(step, obj, **values):
    """What was typed stays in the form where somebody else was quicker."""
    if not step.fits(obj):
        raise Conflict(_too_late(obj))
    return step.take(obj, **values)


def _too_late(obj):
    text = gettext("This step does not fit any more: it is at “%(status)s” now.")
    return text % {"status": obj.get_status_display()}


def dressed(form):
    """The form in the dress of the bureau; where several are ticked, the boxes stay."""
    boxes = {
        name: field.widget
        for name, field in form.fields.items()
        if isinstance(field.widget, forms.CheckboxSelectMultiple)
    }
    for_bureau(form)
    for name, widget in boxes.items():
        form.fields[name].widget = widget
    return form
