"""Early warnings, for clients that were given them: internal, and never with what was written."""

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from centers.api import places
from organizations.api.organizations import PLACE, RegisterView
from organizations.models import EarlyWarning
from organizations.models.warning import Code, Level
from portal.api.parameters import DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView
from portal.users import roles
from portal.users.models import Dataset

KIND = listed("kind", Code.values, _("Kind of warning, W-01 to W-19."))
LEVEL = listed("level", Level.values, _("Level of the warning."))
STATUS = listed("status", EarlyWarning.Status.values, _("State of the warning."))
SOURCE = listed("source", EarlyWarning.Source.values, _("Where it comes from."))
FIELDS = (
    Field("code", "code", _("Code of the warning: W and a number that never changes.")),
    Field(
        "organization_code",
        "code",
        _("Code of the organization it warns of; null where it warns of a team."),
        nullable=True,
    ),
    Field(
        "team_code",
        "code",
        _("Code of the activity team it warns of; null where it warns of an organization."),
        nullable=True,
    ),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field("kind", "choice", _("Kind of warning."), values=Code.choices, is_open=True),
    Field("kind_label", "text", _("The kind in words.")),
    Field("level", "choice", _("Level now."), values=Level.choices, is_open=True),
    Field("level_label", "text", _("The level in words.")),
    Field(
        "status",
        "choice",
        _("State now; unfounded, released and transferred are closed."),
        values=EarlyWarning.Status.choices,
        is_open=True,
    ),
    Field("status_label", "text", _("The state in words.")),
    Field(
        "source",
        "choice",
        _("Found by the nightly watch, or reported by a center."),
        values=EarlyWarning.Source.choices,
        is_open=True,
    ),
    Field(
        "since_on",
        "day",
        _("Day since which there is cause to warn; null where it is not known."),
        nullable=True,
    ),
    Field("opened_on", "day", _("Day it was found or reported.")),
    Field("ack_due_on", "day", _("Last day for the bureau to look into it.")),
    Field(
        "acknowledged_at",
        "time",
        _("When somebody of the bureau looked into it; null: nobody has."),
        nullable=True,
    ),
    Field(
        "escalated_at",
        "time",
        _("When those who oversee warnings were told that nobody looked into it; null: never."),
        nullable=True,
    ),
    Field(
        "ceased_on",
        "day",
        _("Day since which the watch finds no cause any more; null: it does, or was not asked."),
        nullable=True,
    ),
    Field("closed_on", "day", _("Day it was closed; null while it is open."), nullable=True),
)
EXAMPLE = {
    "code": "W18",
    "organization_code": "O7",
    "team_code": None,
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "kind": "W-01",
    "kind_label": "未按期年检（年报）",
    "level": "attention",
    "level_label": "关注",
    "status": "clue",
    "status_label": "线索",
    "source": "computed",
    "since_on": "2026-06-01",
    "opened_on": "2026-06-01",
    "ack_due_on": "2026-06-08",
    "acknowledged_at": None,
    "escalated_at": None,
    "ceased_on": None,
    "closed_on": None,
}
# Columns that say where a row of the register lies, of what the warning is about.
SUBJECT_PLACE = {
    "division_code": (("place_code",), places.district_code),
    "division_name": (("place_code", "place_name", "place_parent"), PLACE["division_name"][1]),
    "township_code": (("place_code",), places.township_code),
}


def coded(letter):
    """A number as a code with its letter; None stays None."""
    return lambda number: None if number is None else f"{letter}{number}"


@register
class WarningList(RegisterView):
    """Early warnings, by code."""

    model = EarlyWarning
    required_capability = roles.Capability.WARNING_VIEW
    resource = Resource(
        "warnings",
        "warnings/",
        Dataset.WARNINGS,
        FIELDS,
        key=("code",),
        title=_("Early warnings"),
        about=_(
            "Early warnings as they stand now, by code. Internal to the authorities: only for "
            "tokens with this data set, and not to be published. What was written about them is "
            "not part of it."
        ),
        feed="warnings",
        rests_on=("warnings", "organizations", "teams", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, KIND, LEVEL, STATUS, SOURCE)
    prefix = "W"
    columns = {
        "code": ("pk", "W{}".format),
        "organization_code": ("organization_id", coded("O")),
        "team_code": ("team_id", coded("T")),
        **SUBJECT_PLACE,
        "kind": "code",
        "kind_label": ("code", labels(Code)),
        "level": "level",
        "level_label": ("level", labels(Level)),
        "status": "status",
        "status_label": ("status", labels(EarlyWarning.Status)),
        "source": "source",
        "since_on": "since_on",
        "opened_on": "opened_on",
        "ack_due_on": "ack_due_on",
        "acknowledged_at": "acknowledged_at",
        "escalated_at": "escalated_at",
        "ceased_on": "ceased_on",
        "closed_on": "closed_on",
    }

    def queryset(self):
        found = EarlyWarning.objects.visible_to(self.request.user)
        if division := self.query["division"]:
            found = found.within(division)
        wanted = {
            "code": self.query["kind"],
            **{name: self.query[name] for name in ("level", "status", "source")},
        }
        found = found.filter(**{name: value for name, value in wanted.items() if value})
        return found.annotate(
            place_code=_of_subject("division__code"),
            place_name=_of_subject("division__name"),
            place_parent=_of_subject("division__parent__name"),
        )


def _of_subject(name):
    return Coalesce(f"organization__{name}", f"team__{name}")


class WarningDetail(OneView):
    """One warning."""

    list_view = WarningList
