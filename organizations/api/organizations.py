"""The register of social organizations."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from centers.api.centers import USCC
from organizations.models import Organization
from portal.api import pages
from portal.api.parameters import DIVISION, listed
from portal.api.resources import Field, Resource, labels, register
from portal.api.views import OneView, TableView
from portal.users import roles
from portal.users.models import Dataset

TYPE = listed("org_type", Organization.OrgType.values, _("Type of organization."))
STATUS = listed("status", Organization.Status.values, _("Status of the registration."))
COMMUNITY_KIND = listed(
    "community_kind", Organization.CommunityKind.values, _("Kind of community organization.")
)
GRADE = listed("grade", Organization.Grade.values, _("Grade as a social organization."))
FIELDS = (
    Field("code", "code", _("Code of the organization: O and a number that never changes.")),
    Field("name", "text", _("Registered name.")),
    Field(
        "uscc",
        "code",
        _("Unified social credit code; null where the register does not have it."),
        nullable=True,
    ),
    Field(
        "org_type",
        "choice",
        _("Type, as the registration authority records it."),
        values=Organization.OrgType.choices,
        is_open=True,
    ),
    Field("org_type_label", "text", _("The type in words.")),
    places.DIVISION_CODE,
    places.DIVISION_NAME,
    places.TOWNSHIP_CODE,
    Field(
        "registered_on",
        "day",
        _("Day of registration; null where the register does not have it."),
        nullable=True,
    ),
    Field(
        "status",
        "choice",
        _("Status of the registration now."),
        values=Organization.Status.choices,
        is_open=True,
    ),
    Field("status_label", "text", _("The status in words.")),
    Field(
        "supervising_unit",
        "text",
        _("Unit in charge of its business; null where none is entered."),
        nullable=True,
    ),
    Field(
        "community_kind",
        "choice",
        _("Kind of community organization, none where it is not one; null: not known."),
        nullable=True,
        values=Organization.CommunityKind.choices,
        is_open=True,
    ),
    Field(
        "community_kind_label",
        "text",
        _("The kind in words; null where it is not known."),
        nullable=True,
    ),
    Field(
        "is_charity",
        "flag",
        _("Whether it is recognized as a charitable organization; null: not known."),
        nullable=True,
    ),
    Field(
        "grade",
        "choice",
        _("Grade as a social organization, none where it was never graded; null: not known."),
        nullable=True,
        values=Organization.Grade.choices,
        is_open=True,
    ),
    Field("grade_until", "day", _("Last day of the grade; null where it has none."), nullable=True),
    Field(
        "authority_level",
        "choice",
        _("Level of the authority it is registered with; null: not known."),
        nullable=True,
        values=Organization.AuthorityLevel.choices,
        is_open=True,
    ),
    Field(
        "is_direct_registration",
        "flag",
        _("Whether it is registered without a supervising unit; null: not known."),
        nullable=True,
    ),
    Field(
        "can_raise_publicly",
        "flag",
        _("Whether it is qualified to raise funds from the public; null: not known."),
        nullable=True,
    ),
    Field("domicile", "text", _("Registered domicile; null where not entered."), nullable=True),
    Field(
        "registered_capital_yuan",
        "decimal",
        _("Registered capital; null where not entered."),
        nullable=True,
        unit=_("yuan"),
    ),
    Field(
        "certificate_ends_on",
        "day",
        _("Last day of the certificate; null where not entered."),
        nullable=True,
    ),
    Field("staff_count", "whole", _("Staff; null: not known."), nullable=True, unit=_("people")),
    Field(
        "full_time_count",
        "whole",
        _("Full-time staff among them; null: not known."),
        nullable=True,
        unit=_("people"),
    ),
    Field(
        "party_unit",
        "choice",
        _("Party unit it has, none where it has none; null: not known."),
        nullable=True,
        values=Organization.PartyUnit.choices,
        is_open=True,
    ),
    Field(
        "is_party_unit_required",
        "flag",
        _("Whether it ought to have a party unit; null: not known."),
        nullable=True,
    ),
    Field(
        "council_starts_on",
        "day",
        _("First day of the council in office; null where not entered."),
        nullable=True,
    ),
    Field(
        "council_ends_on",
        "day",
        _("Last day of the council in office; null where not entered."),
        nullable=True,
    ),
    Field(
        "center_code",
        "code",
        _("Code of the service center that it is; null for every other organization."),
        nullable=True,
    ),
)
EXAMPLE = {
    "code": "O7",
    "name": "海棠区桂花镇社会组织服务中心",
    "uscc": "52310199MJ0000059R",
    "org_type": "social_service_institution",
    "org_type_label": "社会服务机构",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "registered_on": "2019-06-01",
    "status": "normal",
    "status_label": "正常",
    "supervising_unit": "海棠区桂花镇人民政府",
    "community_kind": "none",
    "community_kind_label": "非社区社会组织",
    "is_charity": False,
    "grade": "4A",
    "grade_until": "2028-12-31",
    "authority_level": "district",
    "is_direct_registration": False,
    "can_raise_publicly": False,
    "domicile": "桂花镇东弄路12号",
    "registered_capital_yuan": "100000.00",
    "certificate_ends_on": "2029-05-31",
    "staff_count": 6,
    "full_time_count": 4,
    "party_unit": "joint",
    "is_party_unit_required": True,
    "council_starts_on": "2023-06-01",
    "council_ends_on": "2027-05-31",
    "center_code": "C05",
}


def district_name(code, name, parent_name):
    """The name of the district a division is or lies in."""
    return parent_name if places.township_code(code) else name


# Where a row of the register lies.
PLACE = {
    "division_code": ("division__code", places.district_code),
    "division_name": (
        ("division__code", "division__name", "division__parent__name"),
        district_name,
    ),
    "township_code": ("division__code", places.township_code),
}


def stated(text):
    """A text, or None where it was left blank."""
    return text or None


class RegisterView(TableView):
    """Rows of the register in the divisions the user sees, narrowed by equal values."""

    required_capability = roles.Capability.CENTER_VIEW
    keys = ("pk",)
    parts = (pages.WHOLE,)
    model = Organization

    def queryset(self):
        found = self.model.objects.visible_to(self.request.user)
        wanted = {each.name: self.query[each.name] for each in self.filters}
        if division := wanted.pop("division"):
            found = found.within(division)
        return found.filter(**{name: value for name, value in wanted.items() if value})


@register
class OrganizationList(RegisterView):
    """Social organizations, by code."""

    resource = Resource(
        "organizations",
        "organizations/",
        Dataset.REGISTER,
        FIELDS,
        key=("code",),
        title=_("Social organizations"),
        about=_(
            "Registered social organizations as the register has them now, by code. The code is "
            "the key because a credit code can be missing and be filled in later; uscc finds by "
            "it."
        ),
        feed="organizations",
        rests_on=("organizations", "centers", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, USCC, TYPE, STATUS, COMMUNITY_KIND, GRADE)
    prefix = "O"
    columns = {
        "code": ("pk", "O{}".format),
        "name": "name",
        "uscc": "uscc",
        "org_type": "org_type",
        "org_type_label": ("org_type", labels(Organization.OrgType)),
        **PLACE,
        "registered_on": "registered_on",
        "status": "status",
        "status_label": ("status", labels(Organization.Status)),
        "supervising_unit": ("supervising_unit", stated),
        "community_kind": "community_kind",
        "community_kind_label": ("community_kind", labels(Organization.CommunityKind)),
        "is_charity": "is_charity",
        "grade": "grade",
        "grade_until": "grade_until",
        "authority_level": "authority_level",
        "is_direct_registration": "is_direct_registration",
        "can_raise_publicly": "can_raise_publicly",
        "domicile": ("domicile", stated),
        "registered_capital_yuan": "registered_capital_yuan",
        "certificate_ends_on": "certificate_ends_on",
        "staff_count": "staff_count",
        "full_time_count": "full_time_count",
        "party_unit": "party_unit",
        "is_party_unit_required": "is_party_unit_required",
        "council_starts_on": "council_starts_on",
        "council_ends_on": "council_ends_on",
        "center_code": "center__code",
    }


class OrganizationDetail(OneView):
    """One organization."""

    list_view = OrganizationList
