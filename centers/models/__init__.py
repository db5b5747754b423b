"""Tables of the centers: the register, the rounds, the filings, and the dated rows they declare.

A new kind of fact is a row model in ``rows.py``, a line in ``Section.Kind`` and in ``ROW_MODELS``,
a form in ``centers.forms``, its fields' meaning in ``definitions``, and a sheet in
``centers.resources``.
"""

from centers.models.attachment import Attachment, AttachmentQuerySet
from centers.models.center import Center, Membership, Person
from centers.models.event import (
    CoordinationEvent,
    EventMinutes,
    FollowUp,
    Mechanism,
    MechanismMinimum,
)
from centers.models.filing import Filing, Section
from centers.models.functions import FUNCTIONS
from centers.models.round import Extension, Obligation, Round
from centers.models.rows import (
    ROW_MODELS,
    AccountRow,
    CouncilRow,
    FunctionRow,
    FundingRow,
    PremisesRow,
    ProfileRow,
    Row,
    StaffRow,
    StatutoryRow,
)
from centers.models.submission import Opinion, RowComment, SectionDraft, SectionSubmission

__all__ = [
    "FUNCTIONS",
    "ROW_MODELS",
    "AccountRow",
    "Attachment",
    "AttachmentQuerySet",
    "Center",
    "CoordinationEvent",
    "CouncilRow",
    "EventMinutes",
    "Extension",
    "Filing",
    "FollowUp",
    "FunctionRow",
    "FundingRow",
    "Mechanism",
    "MechanismMinimum",
    "Membership",
    "Obligation",
    "Opinion",
    "Person",
    "PremisesRow",
    "ProfileRow",
    "Round",
    "Row",
    "RowComment",
    "Section",
    "SectionDraft",
    "SectionSubmission",
    "StaffRow",
    "StatutoryRow",
]
