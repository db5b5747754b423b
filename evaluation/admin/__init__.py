"""The bureau's desk: what was found, runs, waivers, and the page that starts the day."""

from evaluation.admin import (
    city_pack,
    document,
    document_template,
    feedback,
    publication,
    rectification,
    review,
    review_round,
    scheme,
)
from evaluation.admin.finding import FindingAdmin
from evaluation.admin.run import RunAdmin
from evaluation.admin.verdict import VerdictAdmin
from evaluation.admin.waiver import WaiverAdmin

__all__ = [
    "FindingAdmin",
    "RunAdmin",
    "VerdictAdmin",
    "WaiverAdmin",
    "city_pack",
    "document",
    "document_template",
    "feedback",
    "publication",
    "rectification",
    "review",
    "review_round",
    "scheme",
]
