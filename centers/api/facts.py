"""What one center declared, row by row. Only the columns listed here leave the house.

A new column of a row is closed until it is listed in ``OPEN`` or, with its reason, in ``CLOSED``.
"""

from django.http import Http404
from django.utils.translation import gettext_lazy as _

from centers.api import places
from centers.api.centers import CenterList
from centers.models import (
    FUNCTIONS,
    FundingRow,
    PremisesRow,
    ProfileRow,
    Section,
    StaffRow,
    StatutoryRow,
)
from centers.selectors import register
from portal.api import schema, values
from portal.api.parameters import FIELDS
from portal.api.resources import Field, Resource
from portal.api.views import ResourceView, shown_as
from portal.users import roles
from portal.users.models import Dataset

Kind = Section.Kind


def optional(name, kind, meaning, **options):
    """A field that is null where the center did not state it."""
    return Field(name, kind, meaning, nullable=True, **options)


DATES = (
    optional("starts_on", "day", _("The first day the row holds; null: without a beginning.")),
    optional("ends_on", "day", _("The last day the row holds; null: until further notice.")),
)
OPEN = {
    Kind.PROFILE: (
        *DATES,
        Field("name", "text", _("Registered name.")),
        optional("uscc", "code", _("Unified social credit code.")),
        optional(
            "registration_status",
            "choice",
            _("Whether the center is a registered entity."),
            values=ProfileRow.RegistrationStatus.choices,
            is_open=True,
        ),
        optional("registered_on", "day", _("Day of registration.")),
        optional("established_on", "day", _("Day the center was set up.")),
        optional("registered_capital_yuan", "decimal", _("Registered capital."), unit=_("yuan")),
        optional("supervising_unit", "text", _("Unit in charge of its business.")),
        optional(
            "operating_model",
            "choice",
            _("Who runs the center."),
            values=ProfileRow.OperatingModel.choices,
            is_open=True,
        ),
        optional("operator_name", "text", _("The organization entrusted with running it.")),
        optional("address", "text", _("Address of the center.")),
        optional(
            "grade",
            "choice",
            _("Grade as a social organization; none where it was never graded."),
            values=ProfileRow.Grade.choices,
            is_open=True,
        ),
        optional("grade_until", "day", _("Last day of the grade.")),
        optional(
            "last_inspection",
            "choice",
            _("Conclusion of the last annual inspection."),
            values=ProfileRow.InspectionConclusion.choices,
            is_open=True,
        ),
        optional(
            "basic_cost_yuan",
            "decimal",
            _("What a year of basic running costs by the center's own figure."),
            unit=_("yuan"),
        ),
        optional(
            "is_legal_representative_chair",
            "flag",
            _("Whether the legal representative chairs the council."),
        ),
        optional(
            "organization_count",
            "whole",
            _("Social organizations in the street or town."),
            unit=_("organizations"),
        ),
    ),
    Kind.STAFF: (
        *DATES,
        Field("post", "choice", _("Post held."), values=StaffRow.Post.choices, is_open=True),
        optional(
            "employment_type",
            "choice",
            _("How the person is employed."),
            values=StaffRow.EmploymentType.choices,
            is_open=True,
        ),
        optional("is_full_time", "flag", _("Whether the person works full-time here.")),
        optional("is_council_appointed", "flag", _("Whether the council appointed the person.")),
        optional(
            "is_openly_recruited", "flag", _("Whether the person was recruited by open procedure.")
        ),
        optional("education", "text", _("Education, in the center's words.")),
        optional(
            "social_work_certificate",
            "choice",
            _("Social-work certificate; none where the person has none."),
            values=StaffRow.SocialWorkCertificate.choices,
            is_open=True,
        ),
        optional(
            "pay_follows_community_worker",
            "flag",
            _("Whether pay follows that of community workers."),
        ),
    ),
    Kind.PREMISES: (
        *DATES,
        optional("address", "text", _("Address of the place.")),
        optional(
            "exclusive_area_m2", "decimal", _("Area the center has to itself."), unit="m²"
        ),
        optional("shared_area_m2", "decimal", _("Area it shares with others."), unit="m²"),
        optional("share_ratio", "decimal", _("Its share of the shared area, from 0 to 1.")),
        optional(
            "area_basis",
            "choice",
            _("What the areas measure."),
            values=PremisesRow.AreaBasis.choices,
            is_open=True,
        ),
        optional(
            "right_kind",
            "choice",
            _("By what right the place is used."),
            values=PremisesRow.RightKind.choices,
            is_open=True,
        ),
        optional("right_from_on", "day", _("The first day of that right.")),
        optional("right_to_on", "day", _("The last day of that right.")),
        Field(
            "co_location",
            "list(choice)",
            _("What the place is shared with; empty where nothing is stated."),
            values=PremisesRow.CoLocation.choices,
            is_open=True,
        ),
        optional("is_relatively_independent", "flag", _("Whether the place is fairly separate.")),
        optional("has_signage", "flag", _("Whether there are signs that show the way.")),
        optional("has_equipment", "flag", _("Whether the place has the equipment it needs.")),
        optional(
            "adequacy",
            "choice",
            _("The bureau's judgment on acceptance: does the place meet the needs of work."),
            values=PremisesRow.Adequacy.choices,
            is_open=True,
        ),
    ),
    Kind.ACCOUNTS: (*DATES, optional("bank", "text", _("The bank that keeps the account."))),
    Kind.FUNDING: (
        *DATES,
        optional("fiscal_year", "whole", _("The year a yearly figure belongs to.")),
        Field(
            "form",
            "choice",
            _("Form of the money."),
            values=FundingRow.Form.choices,
            is_open=True,
        ),
        optional(
            "purpose",
            "choice",
            _("What it is for."),
            values=FundingRow.Purpose.choices,
            is_open=True,
        ),
        optional("contract_no", "code", _("Number of the contract or document.")),
        optional("route", "text", _("How it was procured, in the center's words.")),
        optional("amount_yuan", "decimal", _("Amount agreed or granted."), unit=_("yuan")),
        optional(
            "basic_amount_yuan",
            "decimal",
            _("Of amount_yuan the part for basic operation."),
            unit=_("yuan"),
        ),
        optional("received_yuan", "decimal", _("Amount received so far."), unit=_("yuan")),
        optional("is_declared_annual", "flag", _("Whether it is a purchase year by year.")),
        optional("is_annual_renewal", "flag", _("Several years, renewed each year.")),
    ),
    Kind.GOVERNANCE: (
        *DATES,
        optional("member_count", "whole", _("Members of the council."), unit=_("people")),
        optional("has_supervisor", "flag", _("Whether there is a supervisor.")),
    ),
    Kind.FUNCTIONS: (
        Field("fiscal_year", "whole", _("The year the figure belongs to.")),
        Field(
            "function",
            "choice",
            _("The function of part 2 of the guidance."),
            values=[(code, title) for code, (title, _clause) in FUNCTIONS.items()],
            is_open=True,
        ),
        optional("count", "whole", _("How often it was performed; FN-24 counts kinds of service.")),
    ),
    Kind.STATUTORY: (
        *DATES,
        Field(
            "matter",
            "choice",
            _("What the law asks for."),
            values=StatutoryRow.Matter.choices,
            is_open=True,
        ),
        optional("occurred_on", "day", _("The day of the consent or change.")),
        optional("done_on", "day", _("The day it was done.")),
        optional("is_so", "flag", _("Whether it is so, for matters that are so or not.")),
        optional(
            "non_state_share",
            "decimal",
            _("Share of the start-up funds that is not the state's, from 0 to 1."),
        ),
    ),
}
# Why a column stays in the house: it names, reaches or may describe a person, or nobody asked.
CLOSED = {
    Kind.PROFILE: {"legal_representative_id": "person", "phone": "person"},
    Kind.STAFF: {"person_id": "person"},
    Kind.PREMISES: {},
    Kind.ACCOUNTS: {"holder": "may be a person"},
    Kind.FUNDING: {"payer": "may be a person", "contract_name": "may name a person"},
    Kind.GOVERNANCE: {},
    Kind.FUNCTIONS: {"starts_on": "a figure belongs to its year", "ends_on": "as before"},
    Kind.STATUTORY: {},
}
COLUMNS = {kind: tuple(field.name for field in fields) for kind, fields in OPEN.items()}
ABOUT_SECTIONS = {
    Kind.PROFILE: _("Who the center is. Null: never accepted."),
    Kind.STAFF: _("Posts held, without the people. Null: never accepted."),
    Kind.PREMISES: _("Places used. Null: never accepted."),
    Kind.ACCOUNTS: _("Bank accounts, without numbers and holders. Null: never accepted."),
    Kind.FUNDING: _("Money agreed or received. Null: never accepted."),
    Kind.GOVERNANCE: _("Terms of the council. Null: never accepted."),
    Kind.FUNCTIONS: _("Figures of functions as filed, of every year. Null: never accepted."),
    Kind.STATUTORY: _("What the law asks of a registered center. Null: never accepted."),
}


def _section(kind):
    rows = Field(
        "rows",
        "list(object)",
        _("Rows in force on as_of, in the order of the filing; empty: accepted, and none holds."),
        fields=OPEN[kind],
    )
    filing = Field("filing", "code", _("Code of the filing that was accepted last."))
    accepted_at = Field("accepted_at", "time", _("When the bureau accepted it."))
    return Field(
        kind.value,
        "object",
        ABOUT_SECTIONS[kind],
        nullable=True,
        fields=(filing, accepted_at, rows),
    )


EXAMPLE = {
    "code": "C05",
    "as_of": "2025-12-31",
    "known_at": None,
    "sections": {
        **dict.fromkeys(Kind.values),
        "governance": {
            "filing": "F61",
            "accepted_at": "2026-01-05T09:12:00+08:00",
            "rows": [
                {
                    "starts_on": "2023-06-01",
                    "ends_on": "2026-05-31",
                    "member_count": 5,
                    "has_supervisor": True,
                }
            ],
        },
    },
}
FACTS = Resource(
    "center-facts",
    "centers/{code}/facts/",
    Dataset.CENTERS,
    (
        Field("code", "code", _("Code of the center.")),
        Field("as_of", "day", _("The day the rows are in force on.")),
        optional("known_at", "time", _("By what was accepted at this time; null: by now.")),
        Field(
            "sections",
            "object",
            _("Every section as it was accepted last. Null: never accepted, so nothing is known."),
            fields=tuple(_section(kind) for kind in Kind),
        ),
    ),
    key=("code",),
    title=_("Facts of one center"),
    about=_(
        "The rows that one center declared and the bureau accepted, in force on a day. Without "
        "people, telephones, account holders, payers and notes."
    ),
    moment="both",
    streams=False,
    example=EXAMPLE,
)


class CenterFacts(ResourceView):
    """The accepted rows of one center."""

    resource = FACTS
    required_capability = roles.Capability.CENTER_VIEW
    operation = "center_facts"

    @property
    def parameters(self):
        return (*self.moment_parameters, FIELDS)

    def get(self, request, code):
        on, known_at = places.day_asked(self), places.known_at_asked(self)
        center = CenterList.reading(request).centers().filter(code=code).first()
        if center is None:
            raise Http404
        sections = register.accepted_last([center.pk], known_at)[center.pk]
        rows = register.declared(sections, COLUMNS, on)
        document = {
            "code": center.code,
            "as_of": on.isoformat(),
            "known_at": values.time(known_at),
            "sections": {
                kind.value: _told(kind, sections.get(kind), rows.get(kind)) for kind in Kind
            },
        }
        return self.answer(self.cut(document), rows=sum(map(len, rows.values())))

    def in_path(self):
        return [schema.path_parameter("code", _("Code of the center."))]

    def answers(self):
        return [(schema.JSON, schema.row(self.resource), dict(self.resource.example))]


def _told(kind, accepted, rows):
    if accepted is None:
        return None
    return {
        "filing": f"F{accepted.filing_id}",
        "accepted_at": values.time(accepted.at),
        "rows": [
            {field.name: _cell(field, row[field.name]) for field in OPEN[kind]} for row in rows
        ],
    }


def _cell(field, value):
    """A blank text was not stated."""
    return None if value == "" and field.nullable else shown_as(field, value)
