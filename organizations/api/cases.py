"""Cases of the centers: numbers, kinds, states and days; no title, no text, nobody's name."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from organizations.api.warnings import coded
from organizations.models import BrandDetail, Case, NurtureDetail, ParticipationDetail, WorkRecord
from portal.api import pages
from portal.api.parameters import CENTER, DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset

KIND = listed("kind", Case.Kind.values, _("Kind of case."))
STATUS = listed("status", Case.Status.values, _("Status of the case."))
# What some kinds alone know; null for every other kind, and where it was not said.
OF_KINDS = (
    Field(
        "support_kind",
        "choice",
        _("Of a support service: which of the services that the guidance names; else null."),
        nullable=True,
        values=WorkRecord.SupportKind.choices,
        is_open=True,
    ),
    Field(
        "nurture_method",
        "choice",
        _("Of an activity to nurture teams: how they were nurtured; else null."),
        nullable=True,
        values=NurtureDetail.Method.choices,
        is_open=True,
    ),
    Field(
        "participation_area",
        "choice",
        _("Of a part taken: in governance or in service; else null."),
        nullable=True,
        values=ParticipationDetail.Area.choices,
        is_open=True,
    ),
    Field(
        "brand_subject",
        "choice",
        _("Of a nomination: what is nominated; else null."),
        nullable=True,
        values=BrandDetail.Subject.choices,
        is_open=True,
    ),
    Field(
        "brand_level",
        "choice",
        _("Of a nomination: who selects; else null."),
        nullable=True,
        values=BrandDetail.Level.choices,
        is_open=True,
    ),
    Field("brand_year", "whole", _("Of a nomination: year of the selection."), nullable=True),
    Field("selected_on", "day", _("Of a nomination: day it was selected."), nullable=True),
    Field("graduated_on", "day", _("Of an incubation: day it ended well."), nullable=True),
)
FIELDS = (
    Field("code", "code", _("Code of the case: K and a number that never changes.")),
    Field("case_no", "code", _("Number that the center and its papers call it by.")),
    Field("kind", "choice", _("Kind of case."), values=Case.Kind.choices, is_open=True),
    Field("kind_label", "text", _("The kind in words.")),
    Field(
        "status",
        "choice",
        _("Status of the case now."),
        values=Case.Status.choices,
        is_open=True,
    ),
    Field("status_label", "text", _("The status in words.")),
    Field("center_code", "code", _("Code of the center.")),
    places.DIVISION_CODE,
    places.TOWNSHIP_CODE,
    Field(
        "organization_code",
        "code",
        _("Code of the organization it is about; null where it is about none."),
        nullable=True,
    ),
    Field(
        "team_code",
        "code",
        _("Code of the activity team it is about; null where it is about none."),
        nullable=True,
    ),
    Field("opened_on", "day", _("Day it was opened.")),
    Field("closed_on", "day", _("Day it was closed; null while it is open."), nullable=True),
    *OF_KINDS,
)
EXAMPLE = {
    "code": "K12",
    "case_no": "310199-ZX-2026-00012",
    "kind": "consultation",
    "kind_label": "登记咨询",
    "status": "advising",
    "status_label": "咨询中",
    "center_code": "C05",
    "division_code": "310199",
    "township_code": "310199105",
    "organization_code": None,
    "team_code": "T3",
    "opened_on": "2026-03-02",
    "closed_on": None,
    "support_kind": None,
    "nurture_method": None,
    "participation_area": None,
    "brand_subject": None,
    "brand_level": None,
    "brand_year": None,
    "selected_on": None,
    "graduated_on": None,
}


@register
class CaseList(TableView):
    """Cases, by code."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "cases",
        "cases/",
        Dataset.CASEWORK,
        FIELDS,
        key=("code",),
        title=_("Cases"),
        about=_(
            "Cases that centers opened, by code, as they stand now. What they count as stands in "
            "the casework figures."
        ),
        feed="cases",
        rests_on=("cases", "centers"),
        example=EXAMPLE,
    )
    filters = (DIVISION, CENTER, KIND, STATUS)
    parts = (pages.WHOLE,)
    prefix = "K"
    columns = {
        "code": ("pk", "K{}".format),
        "case_no": "case_no",
        "kind": "kind",
        "kind_label": ("kind", labels(Case.Kind)),
        "status": "status",
        "status_label": ("status", labels(Case.Status)),
        "center_code": "center__code",
        "division_code": ("center__division__code", places.district_code),
        "township_code": ("center__division__code", places.township_code),
        "organization_code": ("organization_id", coded("O")),
        "team_code": ("team_id", coded("T")),
        "opened_on": "opened_on",
        "closed_on": "closed_on",
        "support_kind": "supportdetail__support_kind",
        "nurture_method": "nurturedetail__method",
        "participation_area": "participationdetail__area",
        "brand_subject": "branddetail__subject",
        "brand_level": "branddetail__level",
        "brand_year": "branddetail__year",
        "selected_on": "branddetail__selected_on",
        "graduated_on": "incubationdetail__graduated_on",
    }

    def queryset(self):
        found = Case.objects.visible_to(self.request.user)
        if division := self.query["division"]:
            found = found.filter(center__division__path__startswith=division.path)
        wanted = {
            "center__code": self.query["center"],
            "kind": self.query["kind"],
            "status": self.query["status"],
        }
        return found.filter(**{name: value for name, value in wanted.items() if value})


class CaseDetail(OneView):
    """One case."""

    list_view = CaseList
