"""Activity teams that streets and towns have on file."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from organizations.api.organizations import PLACE, RegisterView, stated
from organizations.models import ActivityTeam
from portal.api.parameters import DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView
from portal.users.models import Dataset

KIND = listed("kind", ActivityTeam.Kind.values, _("Kind of team."))
# A team being filed, and one that was not, are the township's own business.
ON_FILE = [each for each in ActivityTeam.Status.choices if each[0] in ActivityTeam.ON_FILE]
STATUS = listed("status", [code for code, _label in ON_FILE], _("Status of the team."))
FIELDS = (
    Field("code", "code", _("Code of the team: T and a number that never changes.")),
    Field("name", "text", _("Name of the team.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field("neighborhood", "text", _("Neighborhood committee it belongs to.")),
    Field("founded_on", "day", _("Day it was founded; null where not known."), nullable=True),
    Field(
        "kind",
        "choice",
        _("What the team does."),
        values=ActivityTeam.Kind.choices,
        is_open=True,
    ),
    Field("kind_label", "text", _("The kind in words.")),
    Field(
        "member_count",
        "whole",
        _("Members, as the township has on file; null where not known."),
        nullable=True,
        unit=_("people"),
    ),
    Field(
        "filing_no",
        "code",
        _("Number under which the township has it on file; null where it has none."),
        nullable=True,
    ),
    Field(
        "status",
        "choice",
        _("Status of the team now."),
        values=ON_FILE,
        is_open=True,
    ),
    Field("status_label", "text", _("The status in words.")),
)
EXAMPLE = {
    "code": "T3",
    "name": "桂花镇广场舞队",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "neighborhood": "东弄居委会",
    "founded_on": "2018-03-01",
    "kind": "culture_sport",
    "kind_label": "文化体育",
    "member_count": 24,
    "filing_no": "桂花备〔2018〕3号",
    "status": "active",
    "status_label": "活动中",
}


@register
class TeamList(RegisterView):
    """Activity teams, by code."""

    model = ActivityTeam
    resource = Resource(
        "teams",
        "teams/",
        Dataset.REGISTER,
        FIELDS,
        key=("code",),
        title=_("Activity teams"),
        about=_(
            "Activity teams that streets and towns have on file now, by code. They are no legal "
            "entities and have no credit code."
        ),
        feed="teams",
        rests_on=("teams", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, KIND, STATUS)
    prefix = "T"
    columns = {
        "code": ("pk", "T{}".format),
        "name": "name",
        **PLACE,
        "neighborhood": "neighborhood",
        "founded_on": "founded_on",
        "kind": "kind",
        "kind_label": ("kind", labels(ActivityTeam.Kind)),
        "member_count": "member_count",
        "filing_no": ("filing_no", stated),
        "status": "status",
        "status_label": ("status", labels(ActivityTeam.Status)),
    }

    def queryset(self):
        return super().queryset().on_file()


class TeamDetail(OneView):
    """One team."""

    list_view = TeamList
