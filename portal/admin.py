"""Bases of the bureau's desk: scoped by division, opened by capability, changed by services."""

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.utils import unquote
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from portal.errors import DomainError
from portal.registers.forms import Versioned


def version_on_page(request):
    """The version of the object as it was on the page that was sent; 0 where none can be read."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class ScopedModelAdmin(ModelAdmin):
    """Lists what ``visible_to(user)`` lets through; nothing is added, changed or deleted by form.

    ``view_capability`` opens the list. Whatever changes a row is an action that calls a service.
    ``when_empty`` says on the empty list what stands here and what to do next.
    """

    view_capability = "center.view"
    when_empty = ""
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    list_filter_submit = True
    show_facets = ShowFacets.NEVER

    def get_queryset(self, request):
        scoped = getattr(self.model, "scoped", self.model.objects)
        return scoped.visible_to(request.user).order_by(*self.get_ordering(request) or ["-pk"])

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        user = request.user
        return user.is_active and user.has_capability(self.view_capability)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_actions_detail(self, request, object_id):
        """What leads somewhere for the object as it stands; whoever is late is told by the page."""
        left_out = self.pointless(request, object_id)
        return [
            action
            for action in super().get_actions_detail(request, object_id)
            if action.path not in left_out
        ]

    def pointless(self, request, object_id):
        """Paths of the actions that the page of the object does not offer."""
        return ()

    def scoped_or_404(self, request, object_id):
        """The object as the list would show it; a stranger learns nothing, not even that it is."""
        found = self.get_object(request, unquote(str(object_id)))
        if found is None or not self.has_view_permission(request, found):
            raise Http404
        return found

    def _get_obj_does_not_exist_redirect(self, request, opts, object_id):
        raise Http404

    def page(self, request, template, *, title, obj=None, **context):
        """A page of the desk's own in the admin's frame; ``obj`` gives the path above the title."""
        frame = self.admin_site.each_context(request)
        frame |= {"opts": self.opts, "title": title, "object": obj, "media": self.media}
        return TemplateResponse(request, template, frame | context)

    def form_page(self, request, form, *, title, submit_label, obj=None, intro=""):
        """A page that asks for one form and sends it back to its own address."""
        return self.page(
            request,
            "admin/form_page.html",
            title=title,
            obj=obj,
            form=form,
            submit_label=submit_label,
            intro=intro,
        )

    def ask(self, request, form, verb, *, said, leads_to=None, title, submit_label="", **context):
        """The page of a form, until ``verb`` takes what was typed into it; then ``said``, and on to
        ``leads_to``: texts, or what makes them of what was done, whose own page is meant where no
        other is. What the verb refuses is said in the form."""
        if form.is_valid():
            try:
                done = verb(**form.cleaned_data, by=request.user, at=timezone.now())
            except DomainError as refusal:
                _refuse(form, refusal, context.get("obj"))
            else:
                text = said(done) if callable(said) else said
                self.message_user(request, text, messages.SUCCESS)
                place = leads_to or own_page
                return HttpResponseRedirect(place(done) if callable(place) else place)
        return self.form_page(
            request, form, title=title, submit_label=submit_label or title, **context
        )


def _refuse(form, refusal, obj):
    if obj is not None and isinstance(form, Versioned):
        form.refuse(refusal, obj)
    else:
        form.add_error(None, getattr(refusal, "lines", None) or str(refusal))


def own_page(obj):
    """Where the desk shows the object."""
    name = f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change"
    return reverse(name, args=[obj.pk])


def mark(shape, tone, text):
    """A word with a shape, so that nobody has to see colour."""
    return format_html(
        '<span class="bureau-mark bureau-{}"><span aria-hidden="true">{}</span>{}</span>',
        tone,
        shape,
        text,
    )


def refuse_to_message(view):
    """Show a service's refusal at the top of the page it was asked on."""

    def wrapped(self, request, *args, **kwargs):
        try:
            return view(self, request, *args, **kwargs)
        except DomainError as refusal:
            self.message_user(request, str(refusal), level="error")
            changelist = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
            return HttpResponseRedirect(request.META.get("HTTP_REFERER") or reverse(changelist))

    wrapped.__name__ = view.__name__
    wrapped.__doc__ = view.__doc__
    return wrapped
