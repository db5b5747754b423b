"""What the bureaus set for procurements in their districts, and where that comes from.

Amounts in yuan, days and working days as named. None of them is an official figure: each is a
parameter that a municipality or a district sets. An app above keeps them and says at the start how
they are read; without it, or where it does not know one yet, the default holds.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from portal.jurisdictions.models import Division

# Division paths and a day → what holds in each division, by name.
Source = Callable[[Iterable[str], date], Mapping[str, Mapping[str, Any]]]

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "tender_threshold_yuan": Decimal("4000000.00"),
        "procurement_threshold_yuan": Decimal("1000000.00"),
        "documents_min_workdays": 5,
        "tender_min_days": 20,
        "consultation_min_days": 10,
        "negotiation_min_workdays": 3,
        "price_weight_min": 10,
        "price_weight_max": 30,
        "min_bidders": 3,
        "public_trial_days": 15,
        "public_trial_answer_days": 5,
        "single_source_publicity_workdays": 5,
        "question_answer_workdays": 3,
        "challenge_workdays": 7,
        "challenge_answer_workdays": 7,
        "complaint_workdays": 15,
        "contract_days": 30,
        "contract_publish_workdays": 2,
        "contract_file_workdays": 7,
        "supplement_max_percent": 10,
        "repair_hours": 24,
        "conflict_years": 3,
        "unit_cost_old_years": 3,
        "overdone_percent": 130,
        "drop_extremes_from": None,
    }
)

_sources: list[Source] = []


def provide(source: Source) -> None:
    """Name what knows the thresholds that were set; the last one named is asked."""
    _sources[:] = [source]


def for_division(division: Division, as_of: date) -> Mapping[str, Any]:
    """Every threshold of ``DEFAULTS`` by name, as it holds in the division on the day."""
    found = _sources[0]([division.path], as_of) if _sources else {}
    known = found.get(division.path, {})
    return {name: known.get(name, default) for name, default in DEFAULTS.items()}
