"""Query parameters of the compliance data: how each is read, refused and documented."""

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

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


RULE = Parameter("rule", read_rule, _("Rule id, such as ST-08."), parameters.TEXT)
DUTY_RULE = Parameter(
    "rule", read_duty_rule, _("Rule id of a duty, such as DD-20."), parameters.TEXT
)
YEAR = Parameter(
    "year",
    parameters.read_year,
    _("Year the duties are judged for. Without it every year; with as_of the year of that day."),
    {"type": "integer"},
)
REVIEW_YEAR = Parameter(
    "year", parameters.read_year, _("The year that was reviewed."), {"type": "integer"}
)
RULE_CLASS = listed(
    "class",
    RULE_CLASSES,
    _("M required, G general, E encouraged, P permitted, D duty of the district, L statute."),
)
GROUP = listed(
    "group",
    CENTER_GROUPS,
    _("Part of the standard (staffing, premises, funding, governance), functions, or statute."),
)
OUTCOME = listed("outcome", Finding.Outcome.values, _("Outcome of the rule."))
ROLLUP = listed("rollup", Verdict.Rollup.values, _("Roll-up of the center."))
CHANGED_SINCE = Parameter(
    "changed_since",
    parameters.read_time,
    _(
        "Findings computed at or after this time. What is written later may say an earlier time: "
        "to follow changes without a gap, read changes/."
    ),
    parameters.TIME,
)
RUN_STATUS = listed("status", Run.Status.values, _("Status of the run."))
TRIGGER = listed("trigger", Run.Trigger.values, _("What started the run."))
RUN_AS_OF = Parameter(
    "as_of", parameters.read_as_of, _("The day the run was asked for."), parameters.DATE
)
RECORDED_BY = replace(
    parameters.KNOWN_AT,
    description=_("The time line as it was recorded by this time, which lies in the past."),
)
INCLUDE = listed(
    "include", ("findings",), _("findings: each center with its findings, at most 100 per page.")
)
LEVEL = listed("level", LEVELS, _("Group by district (default) or by township."))
