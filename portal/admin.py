"""Bases of the bureau's desk: scoped by division, opened by capability, changed by services."""

from django.http import HttpResponseRedirect
from unfold.admin import ModelAdmin

from portal.errors import DomainError


class ScopedModelAdmin(ModelAdmin):
    """Lists what ``visible_to(user)`` lets through; nothing is added, changed or deleted by form.

    ``view_capability`` opens the list. Whatever changes a row is an action that calls a service.
    """

    view_capability = "center.view"
    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True
    list_filter_submit = True

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


def refuse_to_message(view):
    """Show a service's refusal at the top of the page it was asked on."""

    def wrapped(self, request, *args, **kwargs):
        try:
            return view(self, request, *args, **kwargs)
        except DomainError as refusal:
            self.message_user(request, str(refusal), level="error")
            return HttpResponseRedirect(request.META.get("HTTP_REFERER", request.path))

    wrapped.__name__ = view.__name__
    wrapped.__doc__ = view.__doc__
    return wrapped
