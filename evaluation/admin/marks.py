"""Outcomes and roll-ups as a word with a shape, so that nobody has to see colour."""

from django.utils.timezone import localdate

from evaluation.models import Pack
from evaluation.selectors import comparison_words, parameters, wording
from evaluation.selectors.drawings import SHAPES
from portal.admin import mark

OUTCOMES = {
    "met": (SHAPES["met"], "good"),
    "not_met": (SHAPES["not_met"], "bad"),
    "no_data": (SHAPES["no_data"], "fair"),
    "not_applicable": (SHAPES["not_applicable"], "none"),
    "error": (SHAPES["error"], "alarm"),
}
ROLLUPS = {
    "compliant": (SHAPES["compliant"], "good"),
    "basically_compliant": (SHAPES["basically_compliant"], "fair"),
    "not_compliant": (SHAPES["not_compliant"], "bad"),
    "incomplete": (SHAPES["incomplete"], "fair"),
    "not_included": (SHAPES["not_included"], "none"),
}
NOT_ADOPTED = (SHAPES["not_adopted"], "none")


def outcome_mark(rule_class, outcome):
    """What is only encouraged is never shown as a failure."""
    shape, tone = _shape_and_tone(rule_class, outcome)
    return mark(shape, tone, wording.outcome_label(rule_class, outcome))


def outcome_shape(rule_class, outcome):
    """The shape alone, for tables of many."""
    return _shape_and_tone(rule_class, outcome)[0]


def _shape_and_tone(rule_class, outcome):
    is_not_adopted = rule_class == "E" and outcome == "not_met"
    return NOT_ADOPTED if is_not_adopted else OUTCOMES[outcome]


def standing_mark(rule_class, standing):
    """Where a rule stands in a comparison; what a waiver or a grace excuses is no failure."""
    text = comparison_words.standing_text(standing, rule_class)
    if not standing.outcome:
        return mark("∅", "none", text)
    if standing.is_waived or standing.in_grace:
        return mark("◐", "fair", text)
    return mark(*_shape_and_tone(rule_class, standing.outcome), text)


def rollup_mark(rollup, *, is_computed=True):
    """A roll-up or a dimension's verdict; where a rule failed it is an alarm, not missing data."""
    shape, tone = ROLLUPS[rollup] if is_computed else OUTCOMES["error"]
    return mark(shape, tone, wording.rollup_label(rollup, is_computed=is_computed))


def verdict_mark(verdict, name="rollup"):
    """The roll-up of a stored verdict, or one of its dimensions."""
    return rollup_mark(getattr(verdict, name), is_computed=name not in verdict.not_computed)


def judged_on(result):
    """The day to explain a result as of: its own, or today for what stands and follows the
    calendar."""
    follows_calendar = result.series_on is None and result.superseded_at is None
    return localdate() if follows_calendar else result.as_of


def rule_of(finding):
    """The rule as the finding's own pack has it; a page's findings share their pack."""
    pack = finding.run.pack
    if not hasattr(pack, "rules_by_id"):
        pack.rules_by_id = {rule.id: rule for rule in parameters.parsed(pack).rules}
    return pack.rules_by_id.get(finding.rule)


def rules_in_force(request):
    """Today's rules of centers in the pack's order, read once per request; none without a pack."""
    if not hasattr(request, "rules_in_force"):
        try:
            pack = parameters.pack_in_force(localdate())
        except Pack.DoesNotExist:
            request.rules_in_force = ()
        else:
            request.rules_in_force = parameters.parsed(pack).center_rules
    return request.rules_in_force
