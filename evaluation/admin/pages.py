"""Pages of the bureau under no register: in the admin's frame, each with its capability."""

from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe


def opened_by(capability):
    """A door: whoever enters the admin and has ``capability`` somewhere; others get 403."""

    def door(view):
        @wraps(view)
        def entered(request, *args, **kwargs):
            if not request.user.has_capability(capability):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return wraps(view)(admin.site.admin_view(entered))

    return door


def shown_to(capability):
    """The same for a page that is only read."""
    return lambda view: opened_by(capability)(require_safe(view))


def page(request, template, *, title, **context):
    """A page in the admin's frame, under no list, as wide as the screen."""
    frame = admin.site.each_context(request) | {"title": title, "is_fullwidth": "1"}
    return TemplateResponse(request, template, frame | context)
