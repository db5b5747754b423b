"""Rectifications once issued: what, until when, how far; no names, and no words about a center."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from evaluation.models import Rectification
from evaluation.selectors import rectifications
from portal.api import pages
from portal.api.parameters import CENTER, DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset
from projects.api.projects import narrowed, place_of

STATUSES = [choice for choice in Rectification.Status.choices if choice[0] != "draft"]
STATUS = listed("status", [value for value, _label in STATUSES], _("Status of the rectification."))
SOURCE = listed("source", Rectification.Source.values, _("What it was opened from."))
FIELDS = (
    Field("code", "code", _("Code of the rectification: Z and a number that never changes.")),
    Field("rectification_no", "code", _("Number that its papers call it by.")),
    Field("center_code", "code", _("Code of the center.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field("source", "choice", _("What it was opened from."), values=Rectification.Source.choices),
    Field("source_label", "text", _("The same in words.")),
    Field(
        "rules",
        "list(text)",
        _(
            "Rules that its items follow, by number; items of visits, of feedback, and of "
            "indicators that are scored by hand follow none."
        ),
    ),
    Field("status", "choice", _("Status now."), values=STATUSES, is_open=True),
    Field("status_label", "text", _("The status in words.")),
    Field(
        "issued_at",
        "time",
        _("When the notice was issued."),
    ),
    Field(
        "received_at",
        "time",
        _("When the center noted its receipt; null: it has not."),
        nullable=True,
    ),
    Field("item_count", "whole", _("Items that were not cancelled.")),
    Field(
        "closed_count",
        "whole",
        _("Of these, items that are put right: verified, or met in a later evaluation."),
    ),
    Field("answered_count", "whole", _("Of these, items whose response waits to be verified.")),
    Field("reopened_count", "whole", _("How often items failed again after they were put right.")),
    Field(
        "next_due_on",
        "day",
        _("Earliest day by which an open item is due; null where none is open."),
        nullable=True,
    ),
    Field(
        "level",
        "whole",
        _(
            "Highest level to which an open item is overdue: 0 none, or not noted yet, 1 the "
            "center and the officer, 2 the section chief, 3 the leader was told."
        ),
    ),
    Field(
        "closed_at", "time", _("When the last item was put right; null until then."), nullable=True
    ),
)
EXAMPLE = {
    "code": "Z12",
    "rectification_no": "310199-ZG-2026-00012",
    "center_code": "C05",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "source": "finding",
    "source_label": "评估结果",
    "rules": ["ST-09"],
    "status": "issued",
    "status_label": "整改中",
    "issued_at": "2026-03-02T09:00:00+08:00",
    "received_at": "2026-03-02T10:30:00+08:00",
    "item_count": 1,
    "closed_count": 0,
    "answered_count": 1,
    "reopened_count": 0,
    "next_due_on": "2026-04-01",
    "level": 0,
    "closed_at": None,
}


@register
class RectificationList(TableView):
    """Rectifications, by code."""

    required_capability = roles.Capability.COMPLIANCE_VIEW
    resource = Resource(
        "rectifications",
        "rectifications/",
        Dataset.REVIEWS,
        FIELDS,
        key=("code",),
        title=_("Rectifications"),
        about=_(
            "What centers are asked to put right, from the day the notice is issued, by code; how "
            "many items are put right, and how far it is overdue. Nobody is named."
        ),
        feed="rectifications",
        rests_on=("rectifications", "centers", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, CENTER, STATUS, SOURCE)
    parts = (pages.WHOLE,)
    prefix = "Z"
    columns = {
        "code": ("pk", "Z{}".format),
        "rectification_no": "rectification_no",
        "center_code": "center__code",
        **place_of("center__division__"),
        "source": "source",
        "source_label": ("source", labels(Rectification.Source)),
        "rules": "rules",
        "status": "status",
        "status_label": ("status", labels(Rectification.Status)),
        "issued_at": "issued_at",
        "received_at": "received_at",
        "item_count": "item_count",
        "closed_count": "closed_count",
        "answered_count": "answered_count",
        "reopened_count": "reopened_count",
        "next_due_on": "next_due_on",
        "level": ("level", lambda level: level or 0),
        "closed_at": "closed_at",
    }

    def queryset(self):
        found = rectifications.for_clients(self.request.user)
        return narrowed(self, found, "center__division__path", center="center__code")


class RectificationDetail(OneView):
    """One rectification."""

    list_view = RectificationList
