"""What centers, and bureaus for them, made public; what no longer stands is told as such."""

from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from centers.api import places
from evaluation.models import Publication
from portal.api import pages
from portal.api.parameters import CENTER, DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset
from projects.api.projects import place_of

ITEM = listed("item", Publication.Item.values, _("Item of the list of what has to be public."))
SHOWN = [
    (value, label)
    for value, label in Publication.Status.choices
    if value in ("published", "replaced", "withdrawn")
]
STATUS = listed("status", [value for value, _label in SHOWN], _("How the text stands."))
FIELDS = (
    Field("code", "code", _("Code of the text: X and a number that never changes.")),
    Field(
        "center_code",
        "code",
        _("Code of the center; null for what the bureau publishes for the district."),
        nullable=True,
    ),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field("item", "choice", _("Item of the list."), values=Publication.Item.choices, is_open=True),
    Field("item_label", "text", _("The item in words.")),
    Field("year", "whole", _("Year of the list.")),
    Field("subject", "text", _("Which one, of items that come several times; else empty.")),
    Field("number", "whole", _("Its place among the texts of the same item and year.")),
    Field("title", "text", _("Title, in Chinese.")),
    Field("status", "choice", _("How the text stands."), values=SHOWN, is_open=True),
    Field(
        "arose_on",
        "day",
        _("When what it tells of came about; null: it tells of no day."),
        nullable=True,
    ),
    Field("due_on", "day", _("Until when it had to be out; null: no day."), nullable=True),
    Field("published_on", "day", _("When it was out.")),
    Field(
        "on_time",
        "flag",
        _("Whether it was out by its day; null where there is none."),
        nullable=True,
    ),
    Field("withdrawn_on", "day", _("When it was withdrawn; else null."), nullable=True),
    Field("withdraw_note", "text", _("Why it was withdrawn; else empty.")),
    Field("sha256", "text", _("SHA-256 of all that residents read of it.")),
    Field(
        "content",
        "value",
        _("What residents read: fields and table. Null once it was replaced or withdrawn."),
        nullable=True,
    ),
)
EXAMPLE = {
    "code": "X12",
    **{name: places.EXAMPLE[name] for name in ("center_code", "division_code", "township_code")},
    "division_name": "海棠区",
    "item": "contact",
    "item_label": "名称、地址、电话、服务时间",
    "year": 2026,
    "subject": "",
    "number": 1,
    "title": "海棠区桂花镇社会组织服务中心：名称、地址、电话、服务时间（2026）",
    "status": "published",
    "arose_on": "2026-03-02",
    "due_on": "2026-03-30",
    "published_on": "2026-03-10",
    "on_time": True,
    "withdrawn_on": None,
    "withdraw_note": "",
    "sha256": "0" * 64,
    "content": {
        "fields": [{"key": "hours", "label": "服务时间", "value": "周一至周五9:00-17:00"}],
        "table": None,
    },
}


def in_time(published_on, due_on):
    """Whether it was out by its day."""
    return None if due_on is None else published_on <= due_on


def content_of(status, content):
    """What residents read of it, without where it came from; nothing once they read it no more."""
    if status != Publication.Status.PUBLISHED:
        return None
    return {"fields": content.get("fields", []), "table": content.get("table")}


def day_of(at):
    """The day of a moment, here."""
    return None if at is None else localdate(at)


@register
class PublicationList(TableView):
    """Published texts, by code."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "publications",
        "publications/",
        Dataset.PUBLICATION,
        FIELDS,
        key=("code",),
        title=_("Publications of centers"),
        about=_(
            "What centers, and the bureau for them, made public, by code. A text never changes: a "
            "newer one replaces it, and what was withdrawn keeps its place with the note. Only "
            "what stands keeps its content. The same stands on the public pages."
        ),
        feed="publications",
        rests_on=("publications", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, CENTER, ITEM, STATUS)
    parts = (pages.WHOLE,)
    prefix = "X"
    columns = {
        "code": ("pk", "X{}".format),
        "center_code": "center__code",
        **place_of("division__"),
        "item": "item",
        "item_label": ("item", labels(Publication.Item)),
        "year": "year",
        "subject": "subject",
        "number": "number",
        "title": "title",
        "status": "status",
        "arose_on": "arose_on",
        "due_on": "due_on",
        "published_on": "published_on",
        "on_time": (("published_on", "due_on"), in_time),
        "withdrawn_on": ("withdrawn_at", day_of),
        "withdraw_note": "withdraw_note",
        "sha256": "sha256",
        "content": (("status", "content"), content_of),
    }

    def queryset(self):
        found = Publication.objects.visible_to(self.request.user).ever_published()
        if division := self.query["division"]:
            found = found.filter(division__path__startswith=division.path)
        wanted = {"center__code": "center", "item": "item", "status": "status"}
        given = {column: self.query[name] for column, name in wanted.items()}
        return found.filter(**{column: value for column, value in given.items() if value})


class PublicationDetail(OneView):
    """One published text."""

    list_view = PublicationList
