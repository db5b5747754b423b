"""Tables of the evaluation: packs and parameters in, runs and findings out, waivers beside."""

from evaluation.models.finding import Finding, Verdict
from evaluation.models.pack import Pack, ParameterOverride
from evaluation.models.run import Run, Shard
from evaluation.models.waiver import Waiver

__all__ = ["Finding", "Pack", "ParameterOverride", "Run", "Shard", "Verdict", "Waiver"]
