"""Projects: numbers, places, amounts, days and states; no text about persons."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from organizations.api.organizations import PLACE
from organizations.api.warnings import coded
from portal.api import pages
from portal.api.parameters import DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset
from projects.models import Project
from projects.selectors import clients

FIELD = listed("field", Project.Field.values, _("Field of the project."))
STATUS = listed("status", Project.Status.values, _("Status of the project."))


def place_of(lookup):
    """Columns that say where a row lies whose division is reached by ``lookup``."""

    def reached(columns):
        if isinstance(columns, tuple):
            return tuple(reached(each) for each in columns)
        return columns.replace("division__", lookup, 1)

    return {name: (reached(columns), function) for name, (columns, function) in PLACE.items()}


FIELDS = (
    Field("code", "code", _("Code of the project: P and a number that never changes.")),
    Field("project_no", "code", _("Number that its papers call it by.")),
    Field("name", "text", _("Name of the project.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field(
        "field",
        "choice",
        _("Field of the project."),
        values=Project.Field.choices,
        is_open=True,
    ),
    Field("field_label", "text", _("The field in words.")),
    Field(
        "status",
        "choice",
        _("Status of the project now."),
        values=Project.Status.choices,
        is_open=True,
    ),
    Field("status_label", "text", _("The status in words.")),
    Field("purchaser", "text", _("Unit that pays for it.")),
    Field(
        "supplier_code",
        "code",
        _("Code of the organization that carries it out; null before a contract is signed."),
        nullable=True,
    ),
    Field(
        "budget_yuan",
        "decimal",
        _("Budget of the last budget basis; null where none was supplied."),
        nullable=True,
        unit=_("yuan"),
    ),
    Field(
        "contract_yuan",
        "decimal",
        _("Price of the signed contract; null before."),
        nullable=True,
        unit=_("yuan"),
    ),
    Field("starts_on", "day", _("First day; null where not set."), nullable=True),
    Field("ends_on", "day", _("Last day; null where not set."), nullable=True),
    Field(
        "beneficiaries_actual",
        "whole",
        _("People who were served, as said on acceptance; null before."),
        nullable=True,
        unit=_("people"),
    ),
)
EXAMPLE = {
    "code": "P3",
    "project_no": "310199-XM-2026-00003",
    "name": "社区助餐服务",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "field": "elderly",
    "field_label": "养老服务",
    "status": "running",
    "status_label": "实施中",
    "purchaser": "桂花镇人民政府",
    "supplier_code": "O7",
    "budget_yuan": "300000.00",
    "contract_yuan": "280000.00",
    "starts_on": "2026-04-01",
    "ends_on": "2027-03-31",
    "beneficiaries_actual": None,
}


@register
class ProjectList(TableView):
    """Projects, by code."""

    required_capability = roles.Capability.PROJECT_VIEW
    resource = Resource(
        "projects",
        "projects/",
        Dataset.PROJECTS,
        FIELDS,
        key=("code",),
        title=_("Projects"),
        about=_(
            "Public-welfare projects as they stand now, by code, from the day they are planned, "
            "also before anything of them is published: who may read a district's projects reads "
            "them all."
        ),
        feed="projects",
        rests_on=("projects", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, FIELD, STATUS)
    parts = (pages.WHOLE,)
    prefix = "P"
    columns = {
        "code": ("pk", "P{}".format),
        "project_no": "project_no",
        "name": "name",
        **place_of("division__"),
        "field": "field",
        "field_label": ("field", labels(Project.Field)),
        "status": "status",
        "status_label": ("status", labels(Project.Status)),
        "purchaser": "purchaser",
        "supplier_code": ("supplier_id", coded("O")),
        "budget_yuan": "budget_yuan",
        "contract_yuan": "contract_yuan",
        "starts_on": "starts_on",
        "ends_on": "ends_on",
        "beneficiaries_actual": "beneficiaries_actual",
    }

    def queryset(self):
        return narrowed(self, clients.projects(self.request.user), "division__path")


def narrowed(view, found, place, **named):
    """Rows of a view within the division asked for and with the equal values asked for; ``named``
    are the columns of parameters that have another name."""
    wanted = {each.name: view.query[each.name] for each in view.filters}
    if division := wanted.pop("division"):
        found = found.filter(**{f"{place}__startswith": division.path})
    return found.filter(**{named.get(name, name): value for name, value in wanted.items() if value})


class ProjectDetail(OneView):
    """One project."""

    list_view = ProjectList
