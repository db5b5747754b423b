"""Compliance rules: pure functions `(facts, parameters) -> Outcome`, one per kind of test.

A rule knows the dated facts of one center, or of one district in a year (`duties`), and the
parameters in force; it reads no clock, no database and no settings. Clause, wording, class and
thresholds come from a rule pack (`packs`), so that another city's standard is another pack.

To add a kind:

1. write the function in the module of its subject; its docstring is the policy sentence, and
   every threshold comes from `parameters`;
2. list its new reasons, exclusions and remedies in that module's sets, and word them in
   `evaluation/selectors/wording.py`;
3. name it in `KINDS` with the parameters it reads;
4. test met, not_met, not_applicable and no_data, and that unknown cells stay no data.

To add a rule of an existing kind, add it to a pack under `evaluation/packs/`; no code.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from evaluation.rules import (
    base,
    duties,
    functions,
    funding,
    governance,
    personnel,
    premises,
    statute,
)
from evaluation.rules.base import ERROR, NOT_APPLICABLE, Outcome, Parameters, Rule
from evaluation.rules.duties import DistrictFacts
from evaluation.rules.facts import CenterFacts, first_day, profile_in_force
from evaluation.rules.traces import trace_id

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A test a pack can name, and the parameters the pack must then declare.

    ``options`` are read where the pack declares them. ``level`` says whom the kind judges: a
    center or a district. One with ``subjects`` is used once per subject, which a rule names and
    the test gets as its third argument.
    """

    judge: Callable[..., Outcome]
    parameters: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    level: str = "center"
    subjects: tuple[str, ...] = ()


_ANNUAL_FUNDING = ("funding_floor", "funding_basis", "funding_new_year_grace_until")
_COVERAGE = ("funding_cost_coverage_ratio",)

KINDS: dict[str, RuleKind] = {
    "registered_institution": RuleKind(governance.registered_institution),
    "full_time_director": RuleKind(
        personnel.full_time_director,
        ("acting_director_counts", "counted_types", "director_vacancy_grace_days"),
    ),
    "director_is_legal_representative": RuleKind(
        personnel.director_is_legal_representative,
        ("acting_director_counts",),
        options=("legal_rep_chair_auto_waiver",),
    ),
    "full_time_staff": RuleKind(
        personnel.full_time_staff,
        (
            "min_fulltime_staff",
            "counted_types",
            "director_counts_toward_fulltime",
            "acting_director_counts",
        ),
    ),
    "seconded_community_worker": RuleKind(personnel.seconded_community_worker),
    "open_recruitment": RuleKind(personnel.open_recruitment),
    "adequate_premises": RuleKind(premises.adequate_premises),
    "floor_area": RuleKind(
        premises.floor_area, ("min_area", "area_basis", "shared_area_policy", "area_site_policy")
    ),
    "signage": RuleKind(premises.signage),
    "equipment": RuleKind(premises.equipment),
    "independent_account": RuleKind(funding.independent_account, ("account_name_match",)),
    "basic_operation_funding": RuleKind(
        funding.basic_operation_funding, _ANNUAL_FUNDING, options=_COVERAGE
    ),
    "annual_purchase": RuleKind(
        funding.annual_purchase,
        (
            "annual_min_days",
            "annual_max_days",
            "multi_year_with_annual_renewal_counts",
            "multi_year_max_days",
            *_ANNUAL_FUNDING,
        ),
        options=_COVERAGE,
    ),
    "earned_income": RuleKind(funding.earned_income),
    "council_leadership": RuleKind(
        governance.council_leadership, ("council_min_members", "acting_director_counts")
    ),
    "function_count": RuleKind(
        functions.function_count,
        ("fn_min_count", "demand_driven_rules"),
        subjects=functions.COUNTED,
    ),
    "support_service_types": RuleKind(
        functions.support_service_types,
        ("support_service_min_types", "demand_driven_rules"),
        subjects=(functions.SUPPORT_SERVICES,),
    ),
    # Whether they weigh is decided by include_statutory_checks, around the rules.
    "supervisory_organ": RuleKind(statute.supervisory_organ),
    "authority_filings": RuleKind(statute.authority_filings),
    "changes_applied": RuleKind(statute.changes_applied),
    "annual_inspection": RuleKind(statute.annual_inspection),
    "donation_use": RuleKind(statute.donation_use),
    "head_change_audit": RuleKind(statute.head_change_audit),
    "no_branches": RuleKind(statute.no_branches),
    "no_profit_making": RuleKind(statute.no_profit_making),
    "domicile_right": RuleKind(statute.domicile_right),
    "capital_share": RuleKind(statute.capital_share),
}

_MIN_COUNT = ("dd_min_count",)

# Of the district bureau, by the year.
KINDS |= {
    kind: RuleKind(judge, names, level="district")
    for kind, judge, names in (
        ("support_policy", duties.support_policy, _MIN_COUNT),
        ("guidance", duties.guidance, ("dd_guidance_min_count",)),
        ("exchange", duties.exchange, ("dd_exchange_min_count",)),
        ("link", duties.link, _MIN_COUNT),
        ("cooperation", duties.cooperation, _MIN_COUNT),
        ("resource_agreement", duties.resource_agreement, _MIN_COUNT),
        ("lottery_application", duties.lottery_application, _MIN_COUNT),
        ("purchase_growth", duties.purchase_growth, ()),
        ("fund_sources", duties.fund_sources, ("min_fund_sources",)),
        ("performance_review", duties.performance_review, (*_MIN_COUNT, "dd_review_min_share")),
        ("disclosure", duties.disclosure, _MIN_COUNT),
    )
}

# Named by what raised it, so that the alarm and the log speak of the same; findings of the time
# before that say "rule_failed" alone.
FAILED = "rule_failed_{trace_id}"
_SUBJECTS = (base, personnel, premises, funding, governance, functions, statute, duties)
# The closed sets: every code a rule may produce, for the wording to be complete.
REASONS = frozenset(
    {"not_established", "entrusted_model_exempt", "rule_failed", FAILED}.union(
        *(module.REASONS for module in _SUBJECTS)
    )
)
EXCLUSIONS = frozenset().union(*(module.EXCLUSIONS for module in _SUBJECTS))
REMEDIES = frozenset().union(*(module.REMEDIES for module in _SUBJECTS))

_EXEMPT = Outcome(NOT_APPLICABLE, "entrusted_model_exempt")
_NO_CENTERS = Outcome(NOT_APPLICABLE, "no_centers")


def _log_failure(rule_id: str, error: Exception) -> None:
    logger.error("Rule %s failed to compute.", rule_id, exc_info=error)


def evaluate(
    facts: CenterFacts,
    rules: Iterable[Rule],
    parameters: Parameters,
    on_error: Callable[[str, Exception], None] = _log_failure,
) -> dict[str, Outcome]:
    """Judge one center by every rule; the outcomes by rule id, in the order of the rules.

    Before the center is established no rule applies (A-11); an entrusted center is excused from
    the rules the district names (A-5). A rule that raises gives outcome `error` for itself only,
    and `on_error(rule_id, exception)` is told.
    """
    first = first_day(facts.profile or ())
    if first is not None and first > facts.as_of:
        figures = {"established_on": first.isoformat()}
        return {rule.id: Outcome(NOT_APPLICABLE, "not_established", figures) for rule in rules}
    exempt = _exempt_rules(facts, parameters)
    return {
        rule.id: _EXEMPT if rule.id in exempt else _outcome(rule, facts, parameters, on_error)
        for rule in rules
    }


def evaluate_district(
    facts: DistrictFacts,
    rules: Iterable[Rule],
    parameters: Parameters,
    on_error: Callable[[str, Exception], None] = _log_failure,
) -> dict[str, Outcome]:
    """Judge one district and year by every rule, as ``evaluate`` does a center.

    Every duty speaks of the centers: where there is none yet, nothing applies.
    """
    if not facts.centers:
        return {rule.id: _NO_CENTERS for rule in rules}
    return {rule.id: _outcome(rule, facts, parameters, on_error) for rule in rules}


def _exempt_rules(facts: CenterFacts, parameters: Parameters) -> Iterable[str]:
    profile = profile_in_force(facts)
    if profile is None or profile.operating_model != "entrusted":
        return ()
    return parameters.get("entrusted_model_exempt_rules", ())


def _outcome(
    rule: Rule,
    facts: CenterFacts | DistrictFacts,
    parameters: Parameters,
    on_error: Callable[[str, Exception], None],
) -> Outcome:
    try:
        judge = KINDS[rule.kind].judge
        if rule.subject:
            return judge(facts, parameters, rule.subject)
        return judge(facts, parameters)
    # One broken rule must not hide the verdicts of the others; the alarm is on_error's.
    except Exception as error:  # noqa: BLE001
        on_error(rule.id, error)
        return failure(error)


def failure(error: Exception) -> Outcome:
    """The outcome of a rule that raised: no verdict, and the name to look it up by."""
    figures = {"trace_id": trace_id(error), "exception": type(error).__name__}
    return Outcome(ERROR, FAILED, figures)
