"""Tables of the projects."""

from projects.models.announcement import Announcement, Challenge, Question
from projects.models.bid import (
    Bid,
    Bidder,
    BidFile,
    KeyHolder,
    KeyPresentation,
    OpenedBid,
    Opening,
    Repair,
    Share,
)
from projects.models.contract import (
    Contract,
    ContractLine,
    Milestone,
    Payment,
    Supervision,
    Supplement,
)
from projects.models.contribution import Contribution
from projects.models.document import ProjectDocument
from projects.models.field import Field
from projects.models.funding import FundingSource, LotteryApplication
from projects.models.need import Match, Need, Offer, Service
from projects.models.panel import Award, Draw, Expert, RankedBid, Score, Seat, Tie
from projects.models.performance import (
    Acceptance,
    AcceptanceItem,
    Performance,
    PerformanceItem,
)
from projects.models.plan import BudgetBasis, CostLine, Plan, PriceSource
from projects.models.procurement import Criterion, Invitee, Procurement
from projects.models.project import Project

__all__ = [
    "Acceptance",
    "AcceptanceItem",
    "Announcement",
    "Award",
    "Bid",
    "BidFile",
    "Bidder",
    "BudgetBasis",
    "Challenge",
    "Contract",
    "ContractLine",
    "Contribution",
    "CostLine",
    "Criterion",
    "Draw",
    "Expert",
    "Field",
    "FundingSource",
    "Invitee",
    "KeyHolder",
    "KeyPresentation",
    "LotteryApplication",
    "Match",
    "Milestone",
    "Need",
    "Offer",
    "OpenedBid",
    "Opening",
    "Payment",
    "Performance",
    "PerformanceItem",
    "Plan",
    "PriceSource",
    "Procurement",
    "Project",
    "ProjectDocument",
    "Question",
    "RankedBid",
    "Repair",
    "Score",
    "Seat",
    "Service",
    "Share",
    "Supervision",
    "Supplement",
    "Tie",
]
