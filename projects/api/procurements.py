"""Procurements, once announced: what bidders read of them, and how far each is."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from portal.api import Parameter, UnreadableError, pages
from portal.api.parameters import DIVISION, TEXT, YEAR, listed, said
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset
from projects.api.projects import narrowed, place_of
from projects.models import Procurement
from projects.selectors import clients


def coded_as(name, letter, address, meaning):
    """A parameter that is the code of something, read as the number behind it."""

    def read(text):
        number = places.number(letter, text)
        if number is None:
            message = _("“%(value)s” is no code such as %(letter)s3. %(address)s lists every code.")
            given = {"letter": letter, "address": f"/api/v1/{address}/"}
            raise UnreadableError(message % (given | said(text)))
        return number

    return Parameter(name, read, meaning, TEXT)


PROJECT = coded_as("project", "P", "projects", _("Code of a project, such as P3."))
ROUTE = listed("route", Procurement.Route.values, _("Route of the procurement."))
STATUSES = [choice for choice in Procurement.Status.choices if choice[0] != "draft"]
STATUS = listed("status", [value for value, _label in STATUSES], _("Status of the procurement."))
FIELDS = (
    Field("code", "code", _("Code of the procurement: G and a number that never changes.")),
    Field("procurement_no", "code", _("Number that its papers call it by.")),
    Field("project_code", "code", _("Code of the project.")),
    Field("title", "text", _("Title of the procurement.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field(
        "route",
        "choice",
        _("How a supplier is sought."),
        values=Procurement.Route.choices,
        is_open=True,
    ),
    Field("route_label", "text", _("The route in words.")),
    Field(
        "choice",
        "choice",
        _("How the supplier is chosen."),
        values=Procurement.Choice.choices,
        is_open=True,
    ),
    Field("choice_label", "text", _("The same in words.")),
    Field("category", "text", _("Budget item it belongs to.")),
    Field("fiscal_year", "whole", _("Fiscal year it is paid from.")),
    Field("purchaser", "text", _("Unit that purchases.")),
    Field("budget_yuan", "decimal", _("Most that is paid."), unit=_("yuan")),
    Field("documents_from", "day", _("First day of the documents; null: none."), nullable=True),
    Field("documents_until", "day", _("Last day of the documents; null: none."), nullable=True),
    Field("questions_until", "day", _("Last day for questions; null: none."), nullable=True),
    Field("deadline_at", "time", _("Until when bids are received; null: none are."), nullable=True),
    Field("announced_at", "time", _("When it was announced; null: it was not."), nullable=True),
    Field("status", "choice", _("Status of the procurement now."), values=STATUSES, is_open=True),
    Field("status_label", "text", _("The status in words.")),
)
EXAMPLE = {
    "code": "G7",
    "procurement_no": "310199-CG-2026-00007",
    "project_code": "P3",
    "title": "社区助餐服务",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "route": "competitive_consultation",
    "route_label": "竞争性磋商",
    "choice": "comprehensive",
    "choice_label": "综合评分",
    "category": "为老服务",
    "fiscal_year": 2026,
    "purchaser": "桂花镇人民政府",
    "budget_yuan": "300000.00",
    "documents_from": "2026-03-02",
    "documents_until": "2026-03-09",
    "questions_until": "2026-03-10",
    "deadline_at": "2026-03-23T10:00:00+08:00",
    "announced_at": "2026-03-02T09:00:00+08:00",
    "status": "announced",
    "status_label": "公告中",
}


@register
class ProcurementList(TableView):
    """Procurements, by code."""

    required_capability = roles.Capability.PROJECT_VIEW
    resource = Resource(
        "procurements",
        "procurements/",
        Dataset.PROJECTS,
        FIELDS,
        key=("code",),
        title=_("Procurements"),
        about=_(
            "Procurements of projects as they stand now, by code, from the day they are announced. "
            "Who bids is in none of them: names and prices stand in what is published after the "
            "opening."
        ),
        feed="procurements",
        rests_on=("procurements", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, PROJECT, ROUTE, YEAR, STATUS)
    parts = (pages.WHOLE,)
    prefix = "G"
    columns = {
        "code": ("pk", "G{}".format),
        "procurement_no": "procurement_no",
        "project_code": ("project_id", "P{}".format),
        "title": "title",
        **place_of("project__division__"),
        "route": "route",
        "route_label": ("route", labels(Procurement.Route)),
        "choice": "choice",
        "choice_label": ("choice", labels(Procurement.Choice)),
        "category": "category",
        "fiscal_year": "fiscal_year",
        "purchaser": "purchaser",
        "budget_yuan": "budget_yuan",
        "documents_from": "documents_from",
        "documents_until": "documents_until",
        "questions_until": "questions_until",
        "deadline_at": "deadline_at",
        "announced_at": "announced_at",
        "status": "status",
        "status_label": ("status", labels(Procurement.Status)),
    }

    def queryset(self):
        found = clients.procurements(self.request.user)
        return narrowed(self, found, "project__division__path", year="fiscal_year")


class ProcurementDetail(OneView):
    """One procurement."""

    list_view = ProcurementList
