"""Tables of the register: organizations with a legal personality, and filed activity teams; and of
the work that centers do for them, and the warnings about them."""

from organizations.models.attendance import Attendance
from organizations.models.case import STATES, Case, CaseKeeper, CaseStep
from organizations.models.case_evidence import CaseEvidence
from organizations.models.case_material import CaseMaterial
from organizations.models.credit_listing import CreditListing
from organizations.models.details import (
    DETAIL_MODELS,
    BrandDetail,
    ConsultationDetail,
    Detail,
    DisputeDetail,
    GradingDetail,
    IncubationDetail,
    NurtureDetail,
    OpinionDetail,
    ParticipationDetail,
    PartyDetail,
    PolicyDetail,
    SupportDetail,
    TrainingDetail,
)
from organizations.models.inspection import (
    Campaign,
    Inspection,
    InspectionCalendar,
    InspectionHelp,
    InspectionMaterial,
)
from organizations.models.observation import AnnualFigures, Observation
from organizations.models.organization import (
    DivisionScopedQuerySet,
    Organization,
    OrganizationDomicile,
    OrganizationName,
    RegisterQuerySet,
)
from organizations.models.series import Series
from organizations.models.team import ActivityTeam, TeamStep
from organizations.models.transfer import Transfer, TransferRow
from organizations.models.warning import EarlyWarning, WarningStep, Watch
from organizations.models.work_record import WorkRecord

__all__ = [
    "DETAIL_MODELS",
    "STATES",
    "ActivityTeam",
    "AnnualFigures",
    "Attendance",
    "BrandDetail",
    "Campaign",
    "Case",
    "CaseEvidence",
    "CaseKeeper",
    "CaseMaterial",
    "CaseStep",
    "ConsultationDetail",
    "CreditListing",
    "Detail",
    "DisputeDetail",
    "DivisionScopedQuerySet",
    "EarlyWarning",
    "GradingDetail",
    "IncubationDetail",
    "Inspection",
    "InspectionCalendar",
    "InspectionHelp",
    "InspectionMaterial",
    "NurtureDetail",
    "Observation",
    "OpinionDetail",
    "Organization",
    "OrganizationDomicile",
    "OrganizationName",
    "ParticipationDetail",
    "PartyDetail",
    "PolicyDetail",
    "RegisterQuerySet",
    "Series",
    "SupportDetail",
    "TeamStep",
    "TrainingDetail",
    "Transfer",
    "TransferRow",
    "WarningStep",
    "Watch",
    "WorkRecord",
]
