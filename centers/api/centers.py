"""Centers: who they are, and what their accepted filings say of them on a day."""

from django.utils.translation import gettext_lazy as _

from centers.api import places
from centers.api.places import DIVISION_CODE, DIVISION_NAME, TOWNSHIP_CODE, TOWNSHIP_NAME
from centers.models import ProfileRow, Section
from centers.selectors import register
from portal.api import Parameter, values
from portal.api.parameters import CENTER, DIVISION, TEXT
from portal.api.resources import Field, Resource
from portal.api.resources import register as registered
from portal.api.views import CHUNK, ListView, OneView
from portal.users import roles
from portal.users.models import Dataset

USCC = Parameter("uscc", str, _("Unified social credit code, 18 characters."), TEXT)
KINDS = Section.Kind.choices
REPORTED = Section.Reported.choices
SECTIONS = (
    Field("kind", "choice", _("Which section."), values=KINDS, is_open=True),
    Field("kind_label", "text", _("The section in words.")),
    Field(
        "reported",
        "choice",
        _(
            "reported: accepted with rows; confirmed_zero: accepted, and it says there are none; "
            "missing: never accepted, so nothing is known."
        ),
        values=REPORTED,
    ),
    Field(
        "filing",
        "code",
        _("Code of the filing that was accepted last; null where none was."),
        nullable=True,
    ),
    Field(
        "accepted_at",
        "time",
        _("When the bureau accepted it; null where it never did."),
        nullable=True,
    ),
)
FIELDS = (
    Field("code", "code", _("Code of the center: given once, never changed, never given again.")),
    Field(
        "name",
        "text",
        _(
            "Registered name on as_of by the center's accepted profile; without a profile of that "
            "day the name in the register."
        ),
    ),
    Field(
        "uscc",
        "code",
        _(
            "Unified social credit code by the same profile; null while the center is not a "
            "registered entity, or its code is not known."
        ),
        nullable=True,
    ),
    DIVISION_CODE,
    DIVISION_NAME,
    TOWNSHIP_CODE,
    TOWNSHIP_NAME,
    Field("as_of", "day", _("The day the row speaks of.")),
    Field(
        "registration_status",
        "choice",
        _("Whether the center is a registered entity, as its profile of that day states."),
        nullable=True,
        values=ProfileRow.RegistrationStatus.choices,
        is_open=True,
    ),
    Field(
        "registration_status_label",
        "text",
        _("The registration status in words; null where it is not stated."),
        nullable=True,
    ),
    Field(
        "registered_on",
        "day",
        _("Day of registration, as the profile states; null where it is not stated."),
        nullable=True,
    ),
    Field(
        "established_on",
        "day",
        _("Day the center was set up, as the profile states; null where it is not stated."),
        nullable=True,
    ),
    Field(
        "registered_capital_yuan",
        "decimal",
        _("Registered capital, as the profile states; null where it is not stated."),
        nullable=True,
        unit=_("yuan"),
    ),
    Field(
        "supervising_unit",
        "text",
        _("Unit in charge of its business, as the profile states; null where it is not stated."),
        nullable=True,
    ),
    Field(
        "operating_model",
        "choice",
        _("Who runs the center, as the profile states; null where it is not stated."),
        nullable=True,
        values=ProfileRow.OperatingModel.choices,
        is_open=True,
    ),
    Field(
        "operating_model_label",
        "text",
        _("The operating model in words; null where it is not stated."),
        nullable=True,
    ),
    Field(
        "operator_name",
        "text",
        _("The organization entrusted with running it; null where none is stated."),
        nullable=True,
    ),
    Field(
        "grade",
        "choice",
        _("Grade as a social organization, none where it was never graded; null: not stated."),
        nullable=True,
        values=ProfileRow.Grade.choices,
        is_open=True,
    ),
    Field(
        "grade_until",
        "day",
        _("Last day of the grade; null where it is not stated."),
        nullable=True,
    ),
    Field(
        "last_inspection",
        "choice",
        _("Conclusion of the last annual inspection; null where it is not stated."),
        nullable=True,
        values=ProfileRow.InspectionConclusion.choices,
        is_open=True,
    ),
    Field(
        "organization_count",
        "whole",
        _("Social organizations in the street or town, as the center states; null: not stated."),
        nullable=True,
        unit=_("organizations"),
    ),
    Field(
        "staff_count",
        "whole",
        _(
            "People in any post on as_of, whatever their employment; somebody in two posts counts "
            "once. Null: the section was never accepted; 0: it says there is nobody."
        ),
        nullable=True,
        unit=_("people"),
    ),
    Field(
        "full_time_count",
        "whole",
        _(
            "Of staff_count those stated to work full-time. Null as soon as it is unknown of one "
            "of them. Rules on full-time staff count by conditions of their own: see the findings."
        ),
        nullable=True,
        unit=_("people"),
    ),
    Field(
        "premises_count",
        "whole",
        _("Places used on as_of. Null: the section was never accepted; 0: there are none."),
        nullable=True,
        unit=_("places"),
    ),
    Field(
        "exclusive_area_m2",
        "decimal",
        _(
            "Sum of the exclusive areas stated for those places; null where none is stated. The "
            "area a rule counts can be another: see the findings."
        ),
        nullable=True,
        unit="m²",
    ),
    Field(
        "funding_count",
        "whole",
        _(
            "Commitments and yearly figures of funding in force on as_of. Null: the section was "
            "never accepted; 0: it says there are none."
        ),
        nullable=True,
        unit=_("rows"),
    ),
    Field(
        "sections",
        "list(object)",
        _("What was filed of each section and accepted last: all eight, in a fixed order."),
        fields=SECTIONS,
    ),
    Field(
        "data_version",
        "time",
        _("When the newest of these sections was accepted; null where none was."),
        nullable=True,
    ),
)
# Fields of the profile, as the profile has them; what is blank was not stated.
STATED = (
    *("registration_status", "registered_on", "established_on", "registered_capital_yuan"),
    *("supervising_unit", "operating_model", "operator_name", "grade", "grade_until"),
    *("last_inspection", "organization_count"),
)
EXAMPLE = {
    "code": "C05",
    "name": "海棠区桂花镇社会组织服务中心",
    "uscc": "52310199MJ0000059R",
    "division_code": "310199",
    "division_name": "海棠区",
    "township_code": "310199105",
    "township_name": "桂花镇",
    "as_of": "2025-12-31",
    "registration_status": "registered",
    "registration_status_label": "已登记",
    "registered_on": "2019-06-01",
    "established_on": "2019-05-20",
    "registered_capital_yuan": "30000.00",
    "supervising_unit": "海棠区桂花镇人民政府",
    "operating_model": "self_run",
    "operating_model_label": "自营",
    "operator_name": None,
    "grade": "4A",
    "grade_until": "2028-12-31",
    "last_inspection": "qualified",
    "organization_count": 42,
    "staff_count": 3,
    "full_time_count": 2,
    "premises_count": 1,
    "exclusive_area_m2": "33.00",
    "funding_count": 2,
    "sections": [
        {
            "kind": "staff",
            "kind_label": "人员",
            "reported": "reported",
            "filing": "F61",
            "accepted_at": "2026-01-05T09:12:00+08:00",
        },
        {
            "kind": "accounts",
            "kind_label": "银行账户",
            "reported": "missing",
            "filing": None,
            "accepted_at": None,
        },
    ],
    "data_version": "2026-01-05T09:12:00+08:00",
}


@registered
class CenterList(ListView):
    """Centers, by code."""

    required_capability = roles.Capability.CENTER_VIEW
    resource = Resource(
        "centers",
        "centers/",
        Dataset.CENTERS,
        FIELDS,
        key=("code",),
        title=_("Centers"),
        about=_(
            "Service centers by code, with what their accepted filings say on a day. No person, no "
            "telephone, no account number. With known_at by what was accepted by then."
        ),
        moment="both",
        feed="centers",
        rests_on=("centers", "divisions"),
        example=EXAMPLE,
    )
    filters = (DIVISION, CENTER, USCC)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        places.known_at_asked(self)

    def centers(self):
        """The centers the user sees, narrowed as the query asks."""
        centers = places.centers_asked(self)
        if uscc := self.query["uscc"]:
            centers = centers.filter(uscc=uscc)
        return centers

    def rows(self, after, limit):
        known_at = places.known_at_asked(self)
        self.moment = places.day_asked(self), known_at
        found = self.centers().select_related("division__parent").order_by("code")
        if after is not None:
            found = found.filter(code__gt=after[0])
        return iter(found[:limit]) if limit else found.iterator(CHUNK)

    def prepare(self, rows):
        self.cards = {card.center.pk: card for card in register.cards(rows, *self.moment)}

    def key(self, row):
        return (row.code,)

    def count(self):
        return self.centers().count()

    def documents(self, keys):
        self.moment = places.day_asked(self), places.known_at_asked(self)
        found = self.centers().filter(code__in=[key for key in keys if "\0" not in key])
        rows = list(found.select_related("division__parent"))
        self.prepare(rows)
        return {row.code: self.cut(self.show(row)) for row in rows}

    def show(self, row):
        card, (on, _known_at) = self.cards[row.pk], self.moment
        profile = card.profile
        return {
            "code": row.code,
            "name": profile["name"] if profile else row.name,
            "uscc": profile["uscc"] if profile else row.uscc,
            "division_code": places.district_code(row.division.code),
            "division_name": places.district_name(row.division),
            "township_code": places.township_code(row.division.code),
            "township_name": row.division.name if places.township_code(row.division.code) else None,
            "as_of": on.isoformat(),
            **self.stated(profile or {}),
            "staff_count": card.staff_count,
            "full_time_count": card.full_time_count,
            "premises_count": card.premises_count,
            "exclusive_area_m2": _decimal(card.exclusive_area_m2),
            "funding_count": card.funding_count,
            "sections": [section(card, kind) for kind in Section.Kind],
            "data_version": values.time(card.data_version),
        }

    def stated(self, profile):
        """What the profile states, each choice with its word."""
        said = {name: profile.get(name) for name in STATED}
        blank = {name: None for name, value in said.items() if value == ""}
        found = said | blank
        found["registered_on"] = values.day(said["registered_on"])
        found["established_on"] = values.day(said["established_on"])
        found["grade_until"] = values.day(said["grade_until"])
        found["registered_capital_yuan"] = _decimal(said["registered_capital_yuan"])
        return {
            name: value
            for each in STATED
            for name, value in _with_label(each, found[each]).items()
        }


LABELLED = {
    "registration_status": ProfileRow.RegistrationStatus,
    "operating_model": ProfileRow.OperatingModel,
}


def _with_label(name, value):
    if name not in LABELLED:
        return {name: value}
    label = None if value is None else str(LABELLED[name](value).label)
    return {name: value, f"{name}_label": label}


def _decimal(value):
    return None if value is None else str(value)


def section(card, kind):
    """What is known of one section of a center."""
    accepted = card.sections.get(kind)
    said = Section.Reported
    reported = said.MISSING
    if accepted:
        reported = said.REPORTED if accepted.has_rows else said.CONFIRMED_ZERO
    return {
        "kind": kind.value,
        "kind_label": str(kind.label),
        "reported": reported.value,
        "filing": accepted and f"F{accepted.filing_id}",
        "accepted_at": values.time(accepted and accepted.at),
    }


class CenterDetail(OneView):
    """One center."""

    list_view = CenterList
