"""What the bureaus set for their districts, and where that comes from.

Thresholds are parameters of the rule pack, which an app above keeps; it says at the start how they
are read. Without a pack, or where the pack in force does not know one yet, its default holds.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

# Division paths and a day → what holds in each division, by name.
Source = Callable[[Iterable[str], date], Mapping[str, Mapping[str, Any]]]

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "inspection_grace_days": 0,
        "inactive_months": 12,
        "balance_change_ratio": None,
        "public_unspent_ratio": None,
        "contact_failures": 2,
        "change_days": 30,
        "abnormal_lead_days": 90,
        "team_upkeep_months": 12,
        "team_min_members": None,
        "team_filing_valid_months": None,
        "major_event_days": 0,
        "certificate_lead_days": 90,
        "warning_ack_general_days": 10,
        "warning_ack_attention_days": 5,
        "warning_ack_urgent_days": 2,
        "listed_org_excluded_from_grading": True,
    }
)

_sources: list[Source] = []


def provide(source: Source) -> None:
    """Name what knows the thresholds that were set; the last one named is asked."""
    _sources[:] = [source]


def for_paths(paths: Iterable[str], as_of: date) -> dict[str, Mapping[str, Any]]:
    """Division path → every threshold of ``DEFAULTS`` by name, as it holds there on the day."""
    wanted = set(paths)
    found: Mapping[str, Mapping[str, Any]] = {}
    if wanted and _sources:
        found = _sources[0](wanted, as_of)
    return {path: {**DEFAULTS, **_known(found.get(path, {}))} for path in wanted}


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in DEFAULTS}
