"""The center whose desk is asked for."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from centers.models import Center
from portal.users.roles import Capability


def get_center(request, code, may=None, *, capability=Capability.CENTER_VIEW):
    """The center if the user sees it with the capability (404), and if ``may`` allows it (403)."""
    visible = Center.objects.visible_to(request.user, capability).select_related("division")
    center = get_object_or_404(visible, code=code)
    if may is not None and not may(request.user, center):
        raise PermissionDenied
    return center
