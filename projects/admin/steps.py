"""Nouns whose steps are pages of their own, in the bureau's admin."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path, reverse
from django.utils.translation import gettext

from portal.admin import ScopedModelAdmin, own_page
from portal.users.roles import Capability
from projects.forms.dressing import for_bureau


class SteppedAdmin(ScopedModelAdmin):
    """A page that shows one thing, and one page for each of its steps.

    ``STEPS``: address → a step with ``label``, ``form``, ``take``, ``to`` (the state it leads to,
    or None) and ``fits(obj)``; ``may_step(request, obj, step)`` says who takes it.
    """

    view_capability = Capability.PROJECT_VIEW
    STEPS: dict = {}
    template = "admin/projects/record.html"

    def may_step(self, request, obj, step):
        """Whether the user takes this step of the object."""
        raise NotImplementedError

    def facts(self, obj):
        """(name, value) of what the page shows."""
        raise NotImplementedError

    def links(self, request, obj):
        """(address, name) of pages beside the steps."""
        return []

    def more(self, request, obj):
        """Further parts of the page."""
        return {}

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

    def change_view(self, request, object_id, form_url="", extra_context=None):
        obj = self.scoped_or_404(request, object_id)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        verbs = [
            (reverse(f"{name}_{code}", args=[obj.pk]), step.label)
            for code, step in self.STEPS.items()
            if step.fits(obj) and self.may_step(request, obj, step)
        ]
        return self.page(
            request,
            self.template,
            title=str(obj),
            obj=obj,
            facts=self.facts(obj),
            verbs=[*self.links(request, obj), *verbs],
            **self.more(request, obj),
        )

    def step(self, request, pk, code):
        """Ask for what the step needs, and take it."""
        obj = self.scoped_or_404(request, pk)
        step = self.STEPS.get(code)
        if step is None:
            raise Http404
        if not self.may_step(request, obj, step):
            raise PermissionDenied
        form = step.form(request.POST or None, request.FILES or None, **step.given(obj))
        return self.ask(
            request,
            for_bureau(form),
            step.of(obj),
            title=step.label,
            intro=step.about,
            said=gettext("Entered: %(step)s.") % {"step": step.label},
            leads_to=own_page(obj),
            obj=obj,
        )
