"""Days and shares of reviews, rectification, publication and feedback, as a district sets them.

None of them is an official figure. They are parameters of the rule pack; where the pack in force
does not know one yet, its default holds. ``wd`` counts working days.
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from evaluation.selectors import parameters
from portal.jurisdictions.models import Division

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "self_days": 15,  # wd
        "township_days": 10,  # wd
        "district_days": 20,  # wd
        "appeal_days": 5,  # wd
        "recheck_days": 10,  # wd
        "publicity_days": 5,  # wd
        "objection_answer_days": 5,  # wd
        "review_publish_days": 20,  # wd
        "min_sample": 30,
        "rectify_days": 30,
        "rectify_escalate_days": 5,  # wd between two levels
        "disclosure_days": 20,  # wd
        "disclosure_yearly_due": (6, 30),  # month and day
        "feedback_days": 15,  # wd
        "feedback_contact_months": 24,
    }
)


def for_division(
    division: Division, as_of: date, known_at: datetime | None = None
) -> Mapping[str, Any]:
    """Every threshold of ``DEFAULTS`` by name, as it holds in the division on the day, and as it
    was known then."""
    known = parameters.values_for([division.path], as_of, known_at).get(division.path, {})
    return {name: known.get(name, default) for name, default in DEFAULTS.items()}
