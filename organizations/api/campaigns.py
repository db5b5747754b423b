"""Annual-inspection campaigns: what a district asks for a year, and by when."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from organizations.models import Campaign
from organizations.models.inspection import Kind
from organizations.selectors import inspections as reading
from portal.api import Parameter, UnreadableError, pages
from portal.api.parameters import DIVISION, TEXT, YEAR, listed, said
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset


def read_campaign(text):
    """The number behind the code of a campaign."""
    number = places.number("A", text)
    if number is None:
        message = _("“%(value)s” is no campaign such as A3. /api/v1/campaigns/ lists every code.")
        raise UnreadableError(message % said(text))
    return number


CAMPAIGN = Parameter("campaign", read_campaign, _("Code of a campaign, such as A3."), TEXT)
KIND = listed("kind", Kind.values, _("Kind of inspection."))
STATUS = listed("status", Campaign.Status.values, _("Whether the campaign is under way."))
FIELDS = (
    Field("code", "code", _("Code of the campaign: A and a number that never changes.")),
    Field("title", "text", _("Title, as the bureau gave it.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    Field("year", "whole", _("The year inspected; it is filed for in the year after.")),
    Field(
        "kind",
        "choice",
        _("What is filed: an inspection by form, or the report of charities."),
        values=Kind.choices,
        is_open=True,
    ),
    Field("kind_label", "text", _("The kind in words.")),
    Field(
        "status",
        "choice",
        _("Whether it is under way or ended."),
        values=Campaign.Status.choices,
        is_open=True,
    ),
    Field("status_label", "text", _("The status in words.")),
    Field(
        "unit_due_on",
        "day",
        _("Last day to hand in to the supervising unit; null: the authority alone is filed with."),
        nullable=True,
    ),
    Field(
        "authority_due_on",
        "day",
        _("Last day to file with the registration authority: of the notice, else the statute."),
    ),
    Field("opened_at", "time", _("When the bureau opened it.")),
    Field("closed_at", "time", _("When the bureau closed it; null: it did not."), nullable=True),
)
EXAMPLE = {
    "code": "A3",
    "title": "2025 民办非企业单位年度检查",
    "division_code": "310199",
    "division_name": "海棠区",
    "year": 2025,
    "kind": "institution",
    "kind_label": "民办非企业单位年度检查",
    "status": "open",
    "status_label": "进行中",
    "unit_due_on": "2026-03-31",
    "authority_due_on": "2026-05-31",
    "opened_at": "2026-01-05T09:00:00+08:00",
    "closed_at": None,
}


@register
class CampaignList(TableView):
    """Campaigns of the districts the user sees, or lies in."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "campaigns",
        "campaigns/",
        Dataset.REGISTER,
        FIELDS,
        key=("code",),
        title=_("Annual-inspection campaigns"),
        about=_(
            "What each district asks of its social organizations for a year, kind by kind, and by "
            "when. How far each organization is stands in the inspections; a campaign of the "
            "district is everybody's in it."
        ),
        feed="campaigns",
        rests_on=("campaigns", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, YEAR, KIND, STATUS)
    parts = (pages.WHOLE,)
    prefix = "A"
    columns = {
        "code": ("pk", "A{}".format),
        "title": "title",
        "division_code": "district__code",
        "division_name": "district__name",
        "year": "year",
        "kind": "kind",
        "kind_label": ("kind", labels(Kind)),
        "status": "status",
        "status_label": ("status", labels(Campaign.Status)),
        "unit_due_on": "unit_due_on",
        "authority_due_on": "authority_due_on",
        "opened_at": "opened_at",
        "closed_at": "closed_at",
    }

    def queryset(self):
        found = reading.with_days(Campaign.objects.visible_to(self.request.user))
        wanted = {each.name: self.query[each.name] for each in self.filters}
        if division := wanted.pop("division"):
            found = found.within(division)
        return found.filter(**{name: value for name, value in wanted.items() if value})


class CampaignDetail(OneView):
    """One campaign."""

    list_view = CampaignList
