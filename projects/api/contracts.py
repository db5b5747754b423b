"""Contracts, once signed: price, days, how they were accepted and graded."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from portal.api import pages
from portal.api.parameters import DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset
from projects.api.announcements import PROCUREMENT
from projects.api.procurements import PROJECT
from projects.api.projects import narrowed, place_of
from projects.models import Contract, Performance
from projects.selectors import clients

STATUSES = [choice for choice in Contract.Status.choices if choice[0] != "drafted"]
STATUS = listed("status", [value for value, _label in STATUSES], _("Status of the contract."))
FIELDS = (
    Field("code", "code", _("Code of the contract: H and a number that never changes.")),
    Field("contract_no", "code", _("Number that its papers call it by.")),
    Field("procurement_code", "code", _("Code of the procurement.")),
    Field("project_code", "code", _("Code of the project.")),
    Field("supplier_code", "code", _("Code of the organization that carries it out.")),
    Field("title", "text", _("Title of the contract.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field(
        "purpose",
        "choice",
        _("What is paid for."),
        values=Contract.Purpose.choices,
        is_open=True,
    ),
    Field("purpose_label", "text", _("The same in words.")),
    Field("price_yuan", "decimal", _("Price, without supplements."), unit=_("yuan")),
    Field("starts_on", "day", _("First day.")),
    Field("ends_on", "day", _("Last day.")),
    Field("signed_on", "day", _("Day it was signed.")),
    Field("published_on", "day", _("Day it was published; null: it was not."), nullable=True),
    Field("status", "choice", _("Status of the contract now."), values=STATUSES, is_open=True),
    Field("status_label", "text", _("The status in words.")),
    Field(
        "accepted_on", "day", _("Day the acceptance was passed; null: it was not."), nullable=True
    ),
    Field(
        "performance_score",
        "decimal",
        _("Points of 100 in the department's evaluation; null: there is none."),
        nullable=True,
    ),
    Field(
        "performance_grade",
        "choice",
        _("Grade of the department's evaluation; null: there is none."),
        nullable=True,
        values=Performance.Grade.choices,
        is_open=True,
    ),
)
EXAMPLE = {
    "code": "H4",
    "contract_no": "HT-2026-004",
    "procurement_code": "G7",
    "project_code": "P3",
    "supplier_code": "O7",
    "title": "社区助餐服务合同",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "purpose": "project",
    "purpose_label": "项目",
    "price_yuan": "280000.00",
    "starts_on": "2026-04-01",
    "ends_on": "2027-03-31",
    "signed_on": "2026-03-30",
    "published_on": "2026-03-31",
    "status": "signed",
    "status_label": "已签订",
    "accepted_on": None,
    "performance_score": None,
    "performance_grade": None,
}


def stated(value):
    """A text, or None where it was left blank."""
    return value or None


@register
class ContractList(TableView):
    """Contracts, by code."""

    required_capability = roles.Capability.PROJECT_VIEW
    resource = Resource(
        "contracts",
        "contracts/",
        Dataset.PROJECTS,
        FIELDS,
        key=("code",),
        title=_("Contracts"),
        about=_(
            "Contracts of projects as they stand now, by code, from the day they are signed; with "
            "the grade that the department gave."
        ),
        feed="contracts",
        rests_on=("contracts", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, PROJECT, PROCUREMENT, STATUS)
    parts = (pages.WHOLE,)
    prefix = "H"
    columns = {
        "code": ("pk", "H{}".format),
        "contract_no": "contract_no",
        "procurement_code": ("procurement_id", "G{}".format),
        "project_code": ("project_id", "P{}".format),
        "supplier_code": ("supplier_id", "O{}".format),
        "title": "title",
        **place_of("project__division__"),
        "purpose": "purpose",
        "purpose_label": ("purpose", labels(Contract.Purpose)),
        "price_yuan": "price_yuan",
        "starts_on": "starts_on",
        "ends_on": "ends_on",
        "signed_on": "signed_on",
        "published_on": "published_on",
        "status": "status",
        "status_label": ("status", labels(Contract.Status)),
        "accepted_on": "accepted_on",
        "performance_score": "score",
        "performance_grade": ("grade", stated),
    }

    def queryset(self):
        return narrowed(self, clients.contracts(self.request.user), "project__division__path")


class ContractDetail(OneView):
    """One contract."""

    list_view = ContractList
