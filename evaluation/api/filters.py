"""Query parameters of the compliance data: how each is read, refused and documented."""

from dataclasses import replace

from evaluation.models import Finding, Pack, Run, Verdict
from evaluation.rules.base import GROUPS, RULE_CLASSES
from evaluation.selectors import parameters as packs
from portal.api import Parameter, parameters
from portal.api.parameters import listed, one_of

LEVELS = ("district", "township")
# The safeguards are the district's, not a center's.
CENTER_GROUPS = tuple(group for group in GROUPS if group != "safeguards")


def read_rule(text):
    """The id of a rule of any loaded pack that judges centers."""
    loaded = map(packs.parsed, Pack.objects.all())
    known = {rule.id for pack in loaded for rule in pack.center_rules}
    return one_of(sorted(known))(text)


def read_duty_rule(text):
    """The id of a rule of any loaded pack that judges districts."""
    loaded = map(packs.parsed, Pack.objects.all())
    return one_of(sorted({rule.id for pack in loaded for rule in pack.district_rules}))(text)


AS_OF = replace(
    parameters.AS_OF,
    description="The day the results speak of. Without it, or with today: the standing results. "
    "Another day: the official results of that day where it was evaluated, otherwise judged while "
    "you wait (for at most 5,000 centers).",
)
RULE = Parameter("rule", read_rule, "Rule id, such as ST-08.", parameters.TEXT)
DUTY_RULE = Parameter("rule", read_duty_rule, "Rule id of a duty, such as DD-20.", parameters.TEXT)
YEAR = Parameter(
    "year",
    parameters.read_year,
    "Year the duties are judged for. Without it every year; with as_of the year of that day.",
    {"type": "integer"},
)
RULE_CLASS = listed(
    "class",
    RULE_CLASSES,
    "M required, G general, E encouraged, P permitted, D duty of the district, L statute.",
)
GROUP = listed(
    "group",
    CENTER_GROUPS,
    "Part of the standard (staffing, premises, funding, governance), functions, or statute.",
)
OUTCOME = listed("outcome", Finding.Outcome.values, "Outcome of the rule.")
ROLLUP = listed("rollup", Verdict.Rollup.values, "Roll-up of the center.")
CHANGED_SINCE = Parameter(
    "changed_since",
    parameters.read_time,
    "Findings computed at or after this time. To follow changes, pass the newest computed_at you "
    "have seen.",
    parameters.TIME,
)
RUN_STATUS = listed("status", Run.Status.values, "Status of the run.")
TRIGGER = listed("trigger", Run.Trigger.values, "What started the run.")
RUN_AS_OF = Parameter(
    "as_of", parameters.read_as_of, "The day the run was asked for.", parameters.DATE
)
LEVEL = listed("level", LEVELS, "Group by district (default) or by township.")
