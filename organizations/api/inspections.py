"""Annual inspections, as the registration authority notified them."""

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from centers.api import places
from organizations.api.campaigns import CAMPAIGN, KIND
from organizations.api.organizations import district_name
from organizations.api.warnings import coded
from organizations.models import Inspection, InspectionHelp
from organizations.models.inspection import Kind
from portal.api import pages
from portal.api.parameters import DIVISION, YEAR, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset

STATUS = listed("status", Inspection.Status.values, _("How far the inspection is."))
CONCLUSION = listed(
    "conclusion", Inspection.Conclusion.values, _("Conclusion of the registration authority.")
)
FIELDS = (
    Field("code", "code", _("Code of the inspection: I and a number that never changes.")),
    Field("organization_code", "code", _("Code of the organization in the register.")),
    Field(
        "organization_uscc",
        "code",
        _("Its unified social credit code; null where the register does not have it."),
        nullable=True,
    ),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
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
        _("How far it is, as the bureau knows. Late is no status: the days say it."),
        values=Inspection.Status.choices,
        is_open=True,
    ),
    Field("status_label", "text", _("The status in words.")),
    Field(
        "filed_on",
        "day",
        _("Day it was first filed with the registration authority; null: not filed, or unknown."),
        nullable=True,
    ),
    Field(
        "return_count",
        "whole",
        _("How often it was sent back."),
        unit=_("times"),
    ),
    Field(
        "conclusion",
        "choice",
        _("What the registration authority concluded; null: nothing was notified."),
        nullable=True,
        values=Inspection.Conclusion.choices,
        is_open=True,
    ),
    Field(
        "concluded_on",
        "day",
        _("Day the conclusion was notified; null: none was, or the day is not known."),
        nullable=True,
    ),
    Field("is_helped", "flag", _("Whether a service center helped with it.")),
    Field(
        "campaign_code",
        "code",
        _("Code of the campaign it belongs to; null where it belongs to none."),
        nullable=True,
    ),
)
EXAMPLE = {
    "code": "I12",
    "organization_code": "O7",
    "organization_uscc": "52310199MJ0000059R",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "year": 2025,
    "kind": "institution",
    "kind_label": "民办非企业单位年度检查",
    "status": "with_authority",
    "status_label": "已报登记机关",
    "filed_on": "2026-04-20",
    "return_count": 0,
    "conclusion": None,
    "concluded_on": None,
    "is_helped": True,
    "campaign_code": "A3",
}


@register
class InspectionList(TableView):
    """Inspections in the divisions the user sees."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "inspections",
        "inspections/",
        Dataset.REGISTER,
        FIELDS,
        key=("code",),
        title=_("Annual inspections"),
        about=_(
            "Annual inspections of social organizations, and annual reports of charitable ones, by"
            " organization and year. The registration authority inspects and concludes; what stands"
            " here is what it notified."
        ),
        feed="inspections",
        rests_on=("inspections", "organizations", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, YEAR, KIND, STATUS, CONCLUSION, CAMPAIGN)
    keys = ("pk",)
    parts = (pages.WHOLE,)
    prefix = "I"
    columns = {
        "code": ("pk", "I{}".format),
        "organization_code": ("organization_id", "O{}".format),
        "organization_uscc": "organization__uscc",
        "division_code": ("organization__division__code", places.district_code),
        "division_name": (
            (
                "organization__division__code",
                "organization__division__name",
                "organization__division__parent__name",
            ),
            district_name,
        ),
        "township_code": ("organization__division__code", places.township_code),
        "year": "year",
        "kind": "kind",
        "kind_label": ("kind", labels(Kind)),
        "status": "status",
        "status_label": ("status", labels(Inspection.Status)),
        "filed_on": "filed_on",
        "return_count": "return_count",
        "conclusion": "conclusion",
        "concluded_on": "concluded_on",
        "is_helped": "is_helped",
        "campaign_code": ("campaign_id", coded("A")),
    }

    def queryset(self):
        helps = InspectionHelp.objects.valid().filter(inspection=OuterRef("pk"))
        found = Inspection.objects.visible_to(self.request.user)
        wanted = {each.name: self.query[each.name] for each in self.filters}
        if division := wanted.pop("division"):
            found = found.within(division)
        narrowed = found.filter(**{name: value for name, value in wanted.items() if value})
        return narrowed.annotate(is_helped=Exists(helps))


class InspectionDetail(OneView):
    """One inspection."""

    list_view = InspectionList
