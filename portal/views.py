"""Home, health and error pages."""

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import defaults

from portal import api
from portal.api import pages
from portal.api.nowhere import nowhere
from portal.users.roles import Capability

# Whose work lies elsewhere than at a center's desk.
PLACES = ((Capability.BID_SUBMIT, "bid:home"), (Capability.PANEL_SCORE, "panel:home"))


@login_required
def home(request):
    """Send people to where they work."""
    if request.user.is_staff:
        return redirect("admin:index")
    places = (page for capability, page in PLACES if request.user.has_capability(capability))
    return redirect(next(places, "desk:home"))


def healthz(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


def readyz(request):
    """The database answers too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


def robots(request):
    """Search engines read what is open to everybody, and nothing else."""
    lines = [
        *("User-agent: *", "Allow: /open/", "Allow: /static/", "Disallow: /"),
        f"Sitemap: {pages.root(request)}{reverse('public:sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def nothing_here(request):
    """An address that a package knows and the portal does not offer."""
    raise Http404


def page_not_found(request, exception):
    """People get a page, machines a problem document."""
    if request.path.startswith("/api/"):
        return nowhere(request)
    return render(request, "404.html", status=404)


def server_error(request):
    """As above, for what nobody foresaw."""
    if request.path.startswith("/api/"):
        return api.server_error(request)
    return defaults.server_error(request)
