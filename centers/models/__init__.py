"""Tables of the centers: the register, the filings, and the dated rows that filings declare.

A new kind of fact is a row model in ``rows.py``, a line in ``Section.Kind`` and in ``ROW_MODELS``,
a form in ``centers.forms``, and a sheet in ``centers.resources``.
"""

from centers.models.center import Center, Membership, Person
from centers.models.event import (
    CoordinationEvent,
    EventMinutes,
    FollowUp,
    Mechanism,
    MechanismMinimum,
)
from centers.models.filing import Filing, Section
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
)

__all__ = [
    "ROW_MODELS",
    "AccountRow",
    "Center",
    "CoordinationEvent",
    "CouncilRow",
    "EventMinutes",
    "Filing",
    "FollowUp",
    "FunctionRow",
    "FundingRow",
    "Mechanism",
    "MechanismMinimum",
    "Membership",
    "Person",
    "PremisesRow",
    "ProfileRow",
    "Row",
    "Section",
    "StaffRow",
]
