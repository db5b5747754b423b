"""Tables of the evaluation: packs and parameters in, runs and findings out, waivers beside."""

from evaluation.models.basis import Basis
from evaluation.models.duty import DutyCenter, DutyEvidence, DutyFinding, DutyRecord
from evaluation.models.finding import Finding, Verdict
from evaluation.models.pack import Activation, Pack, ParameterOverride
from evaluation.models.run import Run, Shard
from evaluation.models.waiver import Waiver

__all__ = [
    "Activation",
    "Basis",
    "DutyCenter",
    "DutyEvidence",
    "DutyFinding",
    "DutyRecord",
    "Finding",
    "Pack",
    "ParameterOverride",
    "Run",
    "Shard",
    "Verdict",
    "Waiver",
]
