"""Premises, 三(二). Areas in square metres, compared exactly and never rounded."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from evaluation.rules.base import (
    MET,
    NOT_MET,
    Outcome,
    Parameters,
    Remedy,
    Sifted,
    any_counts,
    decimal_text,
    judge,
    not_filed,
    sift,
    total,
    unknown,
)
from evaluation.rules.facts import PREMISES, CenterFacts, Premises, in_force

REASONS = frozenset(
    {
        "no_premises_in_force",
        "premises_adequate",
        "premises_not_adequate",
        "area_ok",
        "area_{counted_area_m2}_of_{threshold_m2}",
        "signage_in_place",
        "no_signage",
        "equipment_in_place",
        "no_equipment",
    }
)
EXCLUSIONS = frozenset({"not_adequate", "not_main_site", "no_signage", "no_equipment"})
REMEDIES = frozenset(
    {"file_premises", "make_premises_adequate", "add_area", "put_up_signage", "provide_equipment"}
)


def adequate_premises(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """办公场所应满足工作开展需要. A reviewer's judgment; 基本满足 is not enough."""
    return _any_premises(
        facts,
        _adequacy_exclusion,
        met="premises_adequate",
        not_met="premises_not_adequate",
        remedy="make_premises_adequate",
    )


def _adequacy_exclusion(row: Premises) -> str | None:
    if row.adequacy is None:
        return "adequacy_not_reviewed"
    return None if row.adequacy == "satisfies" else "not_adequate"


def signage(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """并有标识指引."""
    return _any_premises(
        facts,
        _signage_exclusion,
        met="signage_in_place",
        not_met="no_signage",
        remedy="put_up_signage",
    )


def _signage_exclusion(row: Premises) -> str | None:
    if row.has_signage is None:
        return "signage_unknown"
    return None if row.has_signage else "no_signage"


def equipment(facts: CenterFacts, _parameters: Parameters) -> Outcome:
    """配备工作所需的设施和设备等."""
    return _any_premises(
        facts,
        _equipment_exclusion,
        met="equipment_in_place",
        not_met="no_equipment",
        remedy="provide_equipment",
    )


def _equipment_exclusion(row: Premises) -> str | None:
    if row.has_equipment is None:
        return "equipment_unknown"
    return None if row.has_equipment else "no_equipment"


def _any_premises(
    facts: CenterFacts,
    exclusion: Callable[[Premises], str | None],
    *,
    met: str,
    not_met: str,
    remedy: str,
) -> Outcome:
    if facts.premises is None:
        return not_filed(PREMISES)
    rows = sift(PREMISES, facts.premises, facts.as_of, exclusion)
    if rows.is_empty:
        return _no_premises(rows)
    return any_counts(rows, met=met, not_met=not_met, remedy=remedy)


def _no_premises(rows: Sifted) -> Outcome:
    return judge(NOT_MET, "no_premises_in_force", rows, remedy=Remedy("file_premises"))


def floor_area(facts: CenterFacts, parameters: Parameters) -> Outcome:
    """场所面积不宜少于 30 平方米.

    The figure comes from the pack, so that another city's clause needs no code. A row measured
    on another basis than the clause's is in doubt; a blank basis means the clause's own (A-6).
    Figures: counted_area_m2, threshold_m2, policy.
    """
    if facts.premises is None:
        return not_filed(PREMISES)
    rows = _sites(facts.premises, facts.as_of, parameters)
    if rows.is_empty:
        return _no_premises(rows)
    policy, threshold = parameters["shared_area_policy"], parameters["min_area"]
    area = total(_area_m2(row, policy) for row in rows.counted)
    figures = {
        "counted_area_m2": decimal_text(area),
        "threshold_m2": decimal_text(threshold),
        "policy": policy,
    }
    if area >= threshold:
        return judge(MET, "area_ok", rows, figures=figures)
    if rows.doubtful:
        return unknown(rows, figures=figures)
    remedy = Remedy("add_area", {"missing_m2": decimal_text(threshold - area)})
    reason = "area_{counted_area_m2}_of_{threshold_m2}"
    return judge(NOT_MET, reason, rows, figures=figures, remedy=remedy)


def counted_area_m2(facts: CenterFacts, parameters: Parameters) -> Decimal:
    """The area that counts on the date, as the district reads the clause."""
    rows = _sites(facts.premises or (), facts.as_of, parameters)
    return total(_area_m2(row, parameters["shared_area_policy"]) for row in rows.counted)


def _sites(premises: tuple[Premises, ...], on: date, parameters: Parameters) -> Sifted:
    """The rows whose area counts: all in force, or only the main site, the first of them."""
    main = None
    if parameters["area_site_policy"] == "main_only":
        main = min((row.row for row in premises if in_force(row, on)), default=None)

    def exclusion(row: Premises) -> str | None:
        if main is not None and row.row != main:
            return "not_main_site"
        if row.exclusive_area_m2 is None:
            return "exclusive_area_unknown"
        is_other_basis = row.area_basis not in (None, parameters["area_basis"])
        return "other_area_basis" if is_other_basis else None

    return sift(PREMISES, premises, on, exclusion)


def _area_m2(row: Premises, policy: str) -> Decimal | None:
    """Own area and as much of the shared as the policy allows; without a ratio none of it (A-6)."""
    own, shared = row.exclusive_area_m2, row.shared_area_m2
    if own is None or shared is None or policy == "exclusive_only":
        return own
    if policy == "full_shared":
        return own + shared
    return own if row.share_ratio is None else own + shared * row.share_ratio
