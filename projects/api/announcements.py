"""What was published of procurements, each with its release of open contracting data."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from centers.api import places
from portal.api import pages
from portal.api.parameters import DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset
from projects.api.procurements import coded_as
from projects.api.projects import narrowed, place_of
from projects.models import Announcement
from projects.selectors import clients, published

PROCUREMENT = coded_as("procurement", "G", "procurements", _("Code of a procurement, such as G7."))
KIND = listed("kind", Announcement.Kind.values, _("Kind of announcement."))
FIELDS = (
    Field("code", "code", _("Code of the announcement: N and a number that never changes.")),
    Field(
        "procurement_code",
        "code",
        _("Code of the procurement; single sources are announced before they are listed."),
    ),
    Field("procurement_no", "code", _("Number that its papers call the procurement by.")),
    Field("number", "whole", _("Its place among the announcements of the procurement.")),
    Field(
        "kind",
        "choice",
        _("Kind of announcement."),
        values=Announcement.Kind.choices,
        is_open=True,
    ),
    Field("kind_label", "text", _("The kind in words.")),
    Field("title", "text", _("Title, in Chinese.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field("published_at", "time", _("When it was published.")),
    Field(
        "publicity_until",
        "day",
        _("Last day to comment on it; null: it is not open for comment."),
        nullable=True,
    ),
    Field("url", "text", _("Address of its public page.")),
    Field(
        "release",
        "value",
        _(
            "The release of the Open Contracting Data Standard 1.1; its amounts are numbers, as "
            "the standard asks. It never changes."
        ),
    ),
)
EXAMPLE = {
    "code": "N12",
    "procurement_code": "G7",
    "procurement_no": "310199-CG-2026-00007",
    "number": 1,
    "kind": "notice",
    "kind_label": "采购公告",
    "title": "社区助餐服务采购公告",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "published_at": "2026-03-02T09:00:00+08:00",
    "publicity_until": None,
    "url": "https://portal.example/open/announcements/12/",
    "release": {
        "ocid": "ocds-portal-310199-CG-2026-00007",
        "id": "310199-CG-2026-00007-1",
        "date": "2026-03-02T09:00:00+08:00",
        "tag": ["tender"],
        "initiationType": "tender",
    },
}


def page_of(pk):
    """The address of the public page."""
    return f"{settings.PORTAL_URL}{reverse('open:announcement', args=[pk])}"


def release_of(pk, number, kind, title, published_at, content):
    """The release of an announcement's columns."""
    found = Announcement(
        pk=pk, number=number, kind=kind, title=title, published_at=published_at, content=content
    )
    path = reverse("open:announcement", args=[pk])
    return published.release_of(found, root=settings.PORTAL_URL, url=path)


@register
class AnnouncementList(TableView):
    """Announcements, by code."""

    required_capability = roles.Capability.PROJECT_VIEW
    resource = Resource(
        "announcements",
        "announcements/",
        Dataset.PROJECTS,
        FIELDS,
        key=("code",),
        title=_("Announcements of procurements"),
        about=_(
            "What was published of procurements, by code, which is the order in which it was. "
            "An announcement never changes; the same stands on the public pages."
        ),
        feed="announcements",
        rests_on=("announcements", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, PROCUREMENT, KIND)
    parts = (pages.WHOLE,)
    prefix = "N"
    columns = {
        "code": ("pk", "N{}".format),
        "procurement_code": ("procurement_id", "G{}".format),
        "procurement_no": "procurement__procurement_no",
        "number": "number",
        "kind": "kind",
        "kind_label": ("kind", labels(Announcement.Kind)),
        "title": "title",
        **place_of("procurement__project__division__"),
        "published_at": "published_at",
        "publicity_until": "publicity_until",
        "url": ("pk", page_of),
        "release": (("pk", "number", "kind", "title", "published_at", "content"), release_of),
    }

    def queryset(self):
        found = clients.announcements(self.request.user)
        return narrowed(self, found, "procurement__project__division__path")


class AnnouncementDetail(OneView):
    """One announcement."""

    list_view = AnnouncementList
