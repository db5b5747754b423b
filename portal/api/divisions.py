"""Administrative divisions: public facts, the same for everybody."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.api import REFERENCE
from portal.api.parameters import DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.jurisdictions.models import Division
from portal.users import roles

KIND = listed("kind", Division.Kind.values, _("Kind of division."))
FIELDS = (
    Field("code", "code", _("Official code: 6 digits for a municipality or district, 9 below it.")),
    Field("name", "text", _("Official name.")),
    Field("kind", "choice", _("Kind of division."), values=Division.Kind.choices, is_open=True),
    Field("kind_label", "text", _("The kind in words.")),
    Field(
        "parent_code",
        "code",
        _("Code of the division it lies in; null for the municipality."),
        nullable=True,
    ),
    Field(
        "valid_from",
        "day",
        _("The first day the division exists; null where no list says."),
        nullable=True,
    ),
    Field(
        "valid_to",
        "day",
        _("The last day the division exists; null until further notice."),
        nullable=True,
    ),
    Field(
        "as_of",
        "day",
        _("The day asked for, on which the division exists; null where none was asked for."),
        nullable=True,
    ),
)


@register
class DivisionList(TableView):
    """Municipality, districts, streets, towns and townships, by code."""

    required_capability = roles.Capability.COMPLIANCE_VIEW
    resource = Resource(
        "divisions",
        "divisions/",
        REFERENCE,
        FIELDS,
        key=("code",),
        title=_("Divisions"),
        about=_(
            "Municipality, districts, streets, towns and townships, by code. Without as_of every "
            "division that the portal knows, with it those that exist on that day."
        ),
        moment="as_of",
        feed="divisions",
        example={
            "code": "310199105",
            "name": "桂花镇",
            "kind": "town",
            "kind_label": "镇",
            "parent_code": "310199",
            "valid_from": None,
            "valid_to": None,
            "as_of": None,
        },
    )
    filters = (DIVISION, KIND)
    keys = ("code",)
    columns = {
        "code": "code",
        "name": "name",
        "kind": "kind",
        "kind_label": ("kind", labels(Division.Kind)),
        "parent_code": "parent__code",
        "valid_from": "valid_from",
        "valid_to": "valid_to",
    }

    def queryset(self):
        divisions = Division.objects.visible_to(self.request.user)
        if self.query["division"]:
            divisions = divisions.within(self.query["division"].path)
        if self.query["kind"]:
            divisions = divisions.filter(kind=self.query["kind"])
        if as_of := self.query["as_of"]:
            divisions = divisions.filter(
                Q(valid_from=None) | Q(valid_from__lte=as_of),
                Q(valid_to=None) | Q(valid_to__gte=as_of),
            )
        return divisions

    def constants(self):
        as_of = self.query["as_of"]
        return {"as_of": as_of and as_of.isoformat()}


class DivisionDetail(OneView):
    """One division."""

    list_view = DivisionList
