"""Which function a case counts for and when, and what has to be known before it moves on."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

DROPPED = "dropped"
# Whoever leaves an incubation was not incubated on that day.
LEFT = "left"
# Closed without being final: a consultation may be taken up again.
CLOSED = "closed"


class Counted(NamedTuple):
    """A case of a kind counts once for ``function``, when it reaches ``status``; where that is the
    status it begins in, at opening. ``is_yearly``: once more in each later year of its life."""

    function: str
    status: str
    is_yearly: bool = False


COUNTED: Mapping[str, Counted] = {
    "consultation": Counted("FN-11", "advising"),
    "grading": Counted("FN-14", "preparing"),
    "training": Counted("FN-13", "done"),
    "nurture": Counted("FN-15", "done"),
    "party": Counted("FN-17", "done"),
    "incubation": Counted("FN-21", "starting", is_yearly=True),
    "participation": Counted("FN-22", "done"),
    "support": Counted("FN-24", "done"),
    "brand": Counted("FN-25", "nominated"),
    "dispute": Counted("FN-31", "taken_up"),
    "opinion": Counted("FN-32", "formed"),
    "policy_evaluation": Counted("FN-33", "done"),
    "publicity": Counted("FN-34", "done"),
}
KIND_OF = {counted.function: kind for kind, counted in COUNTED.items()}

# (kind, status) → fields of the detail without which a case does not reach the status.
NEEDED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("consultation", "closed"): ("outcome",),
    ("grading", "notified"): ("notified_grade",),
    ("opinion", "formed"): ("opinion",),
    ("opinion", "submitted"): ("submitted_to",),
    ("opinion", "answered"): ("adopted",),
    ("policy_evaluation", "done"): ("policy",),
    ("publicity", "done"): ("policy",),
}
# Further fields that are asked for on the way to the status.
OFFERED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("consultation", "closed"): ("advice", "resulting_organization"),
    ("grading", "notified"): ("valid_until",),
    ("training", "done"): ("hours", "headcount", "satisfaction"),
    ("nurture", "done"): ("method", "hours", "people"),
    ("participation", "done"): ("area", "hours", "people", "served_count"),
    ("incubation", "graduated"): ("services",),
    ("incubation", "left"): ("services",),
    ("brand", "voted"): ("vote_count",),
    ("brand", "reviewed"): ("panel_score",),
    ("brand", "publicized"): ("comments_until",),
    ("brand", "selected"): ("award", "year"),
    ("support", "done"): ("hours",),
    ("opinion", "formed"): ("meeting_count", "participants"),
    ("opinion", "submitted"): ("reply_due_on",),
    ("opinion", "answered"): ("reply",),
    ("policy_evaluation", "done"): ("method", "audience_count", "findings", "suggestions"),
    ("publicity", "done"): ("method", "audience_count"),
} | {("dispute", to): ("method",) for to in ("settled", "to_mediation", "to_court", "unsettled")}
# The day of the move is the day of the fact.
DAY_OF: Mapping[tuple[str, str], str] = {
    ("grading", "notified"): "notified_on",
    ("incubation", "graduated"): "graduated_on",
    ("brand", "publicized"): "publicized_on",
    ("brand", "selected"): "selected_on",
    ("opinion", "submitted"): "submitted_on",
    ("opinion", "answered"): "replied_on",
    ("opinion", "carried_out"): "resolved_on",
    ("opinion", "announced"): "announced_on",
}


def is_due(kind: str, status: str, on: date, counted_in: frozenset[int]) -> bool:
    """Whether a case that now has ``status`` counts by what happened ``on``, after it counted in
    the years ``counted_in``."""
    counted = COUNTED[kind]
    if counted.is_yearly:
        return status != LEFT and on.year not in counted_in
    return status == counted.status and not counted_in
