"""Tables of the evaluation: packs and parameters in, runs and findings out, waivers beside; what
follows from them in reviews, rectification and documents; what is published and sent upward."""

from evaluation.models.basis import Basis
from evaluation.models.city_pack import CityPack
from evaluation.models.document import (
    NUMBERED,
    DocumentDelivery,
    DocumentKind,
    DocumentTemplate,
    OfficialDocument,
)
from evaluation.models.duty import DutyCenter, DutyEvidence, DutyFinding, DutyRecord
from evaluation.models.finding import Finding, Verdict
from evaluation.models.pack import Activation, Pack, ParameterOverride
from evaluation.models.publication import Feedback, FeedbackStep, Publication
from evaluation.models.rectification import (
    ItemEvidence,
    ItemExtension,
    ItemResponse,
    ItemStep,
    Rectification,
    RectificationItem,
)
from evaluation.models.review import (
    Answer,
    Mark,
    Objection,
    Review,
    ReviewEvidence,
    ReviewExtra,
    ReviewStep,
)
from evaluation.models.review_round import ReviewRound, Survey
from evaluation.models.run import Run, Shard
from evaluation.models.scheme import Band, Extra, Indicator, Scheme
from evaluation.models.waiver import Waiver

__all__ = [
    "NUMBERED",
    "Activation",
    "Answer",
    "Band",
    "Basis",
    "CityPack",
    "DocumentDelivery",
    "DocumentKind",
    "DocumentTemplate",
    "DutyCenter",
    "DutyEvidence",
    "DutyFinding",
    "DutyRecord",
    "Extra",
    "Feedback",
    "FeedbackStep",
    "Finding",
    "Indicator",
    "ItemEvidence",
    "ItemExtension",
    "ItemResponse",
    "ItemStep",
    "Mark",
    "Objection",
    "OfficialDocument",
    "Pack",
    "ParameterOverride",
    "Publication",
    "Rectification",
    "RectificationItem",
    "Review",
    "ReviewEvidence",
    "ReviewExtra",
    "ReviewRound",
    "ReviewStep",
    "Run",
    "Scheme",
    "Shard",
    "Survey",
    "Verdict",
    "Waiver",
]
