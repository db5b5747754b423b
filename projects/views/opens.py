"""Pages for everybody: what was announced, and the same as open data."""

from urllib.parse import urlencode

import orjson
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.api import pages, problem, tags
from portal.public_limits import limited
from projects.models import Announcement
from projects.selectors import published

PER_PAGE = 50
NEWEST = 10
PER_PACKAGE = 100
LAST_ID = 2**63 - 1
LONGEST_SEARCH = 60

# How often an address may open them in a minute: the pages together, the packages together.
read_by_people = limited("open", per_minute=120)
read_by_programs = limited("open-data", per_minute=60)


@require_safe
@read_by_people
def home(request):
    """The newest announcements, and those that can be commented on."""
    context = {
        "newest": published.announcements()[:NEWEST],
        "comments": published.open_for_comment(localdate())[:NEWEST],
    }
    return render(request, "open/home.html", context)


@require_safe
@read_by_people
def announcements(request):
    """Every announcement, narrowed by kind, district and title."""
    kind = _one_of(request.GET.get("kind", ""), Announcement.Kind.values)
    places = list(published.districts())
    district = _one_of(request.GET.get("district", ""), [each.code for each in places])
    text = request.GET.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    found = published.announcements(kind=kind, district=district, text=text)
    context = {
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "kinds": Announcement.Kind.choices,
        "districts": places,
        "kind": kind,
        "district": district,
        "text": text,
        "is_narrowed": bool(kind or district or text),
    }
    return render(request, "open/announcements.html", context)


def _one_of(asked, known):
    return asked if asked in known else ""


@require_safe
@read_by_people
def announcement(request, pk):
    """One announcement, as it was published."""
    found = get_object_or_404(published.announcements(), pk=pk)
    context = {"announcement": found, "content": published.shown(found)}
    return render(request, "open/announcement.html", context)


@require_safe
@read_by_people
def procurement(request, procurement_no):
    """Everything announced of one procurement; one of which nothing was announced is unknown."""
    told = list(published.of_procurement(procurement_no))
    if not told:
        raise Http404
    context = {
        "procurement_no": procurement_no,
        "announcements": told,
        "last": published.shown(told[-1]),
        "objections": published.objections(procurement_no),
    }
    return render(request, "open/procurement.html", context)


@require_safe
@read_by_programs
def releases(request):
    """Announcements as a package of OCDS releases, oldest first; of one procurement on demand.

    ``links.next`` leads on. There is no package of no release: where nothing is published, or
    nothing yet after the last, a 404 in JSON says so. Two announcements of the same moment can
    become visible in the other order than their numbers, so whoever must miss none takes the feed
    of the API.
    """
    found = published.announcements().order_by("pk")
    if number := request.GET.get("procurement", ""):
        found = published.of_procurement(number.replace("\0", "")).order_by("pk")
    rows = list(found.filter(pk__gt=_after(request))[: PER_PACKAGE + 1])
    if not rows:
        text = _("Nothing is published here yet, or nothing more. Ask again later.")
        return problem(request, 404, "not_found", text)
    shown = rows[:PER_PACKAGE]
    following = ""
    if len(rows) > PER_PACKAGE:
        query = {"procurement": number} if number else {}
        following = f"{pages.address(request)}?{urlencode(query | {'after': shown[-1].pk})}"
    return _packaged(request, shown, following)


def _after(request):
    """The announcement after which a package begins. What is no number begins at the first."""
    text = request.GET.get("after", "")
    return min(int(text), LAST_ID) if text.isascii() and text.isdigit() and len(text) < 20 else 0


@require_safe
@read_by_programs
def release(request, pk):
    """One announcement as a package of one OCDS release."""
    return _packaged(request, [get_object_or_404(published.announcements(), pk=pk)])


def _packaged(request, rows, following=""):
    root = pages.root(request)
    package = published.package_of(
        (
            published.release_of(each, root=root, url=reverse("open:announcement", args=[each.pk]))
            for each in rows
        ),
        uri=pages.address(request) + _query(request),
        policy=f"{pages.root(request)}{reverse('public:data')}",
        following=following,
    )
    body = orjson.dumps(package)
    headers = {"ETag": tags.of_body(body), "Access-Control-Allow-Origin": "*"}
    response = HttpResponse(body, content_type="application/json", headers=headers)
    return get_conditional_response(request, etag=headers["ETag"], response=response)


def _query(request):
    return f"?{request.GET.urlencode()}" if request.GET else ""
