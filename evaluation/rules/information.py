"""Informational items: what the document permits or leaves open. Figures, never an outcome.

An item is a pure function `(facts, parameters) -> figures`; None where the section it reads was
never filed. Figures are JSON values without personal data.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evaluation.rules.base import Parameters, decimal_text
from evaluation.rules.facts import CenterFacts, in_force, profile_in_force
from evaluation.rules.premises import counted_area_m2

Figures = dict[str, Any]

_PER = 100
_CENT = Decimal("0.01")


def pay_reference(facts: CenterFacts, _parameters: Parameters) -> Figures | None:
    """专职人员的薪酬待遇可参照社区工作者确定. Figures: people, follows, unknown."""
    if facts.staff is None:
        return None
    rows = [row for row in facts.staff if row.is_full_time and in_force(row, facts.as_of)]
    said = [row.pay_follows_community_worker for row in rows]
    return {"people": len(said), "follows": said.count(True), "unknown": said.count(None)}


def co_location(facts: CenterFacts, _parameters: Parameters) -> Figures | None:
    """可结合在地资源条件，与…民政基层服务阵地融合发展. Figures: partners."""
    if facts.premises is None:
        return None
    rows = [row for row in facts.premises if in_force(row, facts.as_of)]
    return {"partners": sorted({partner for row in rows for partner in row.co_location or ()})}


def relative_independence(facts: CenterFacts, _parameters: Parameters) -> Figures | None:
    """有条件的可相对独立. Figures: sites, independent, unknown."""
    if facts.premises is None:
        return None
    rows = [row for row in facts.premises if in_force(row, facts.as_of)]
    said = [row.is_relatively_independent for row in rows]
    return {"sites": len(said), "independent": said.count(True), "unknown": said.count(None)}


def area_per_organizations(facts: CenterFacts, parameters: Parameters) -> Figures | None:
    """根据区域内社会组织数量、服务职能等情况，可以适当增加办公场所面积.

    Area that counts, per 100 organizations of the township. Figures: area_m2, organizations,
    area_per_100_m2; the last is unknown while the number is, or is 0.
    """
    if facts.premises is None or facts.profile is None:
        return None
    profile = profile_in_force(facts)
    number = None if profile is None else profile.organization_count
    area = counted_area_m2(facts, parameters)
    per = (area * _PER / number).quantize(_CENT, ROUND_HALF_UP) if number else None
    return {
        "area_m2": decimal_text(area),
        "organizations": number,
        "area_per_100_m2": None if per is None else str(per),
    }


def operation(facts: CenterFacts, _parameters: Parameters) -> Figures | None:
    """实行社会化运作、专业化管理. Figures: operating_model, people, certified, unknown."""
    if facts.profile is None or facts.staff is None:
        return None
    profile = profile_in_force(facts)
    rows = [row for row in facts.staff if in_force(row, facts.as_of)]
    people = {row.person for row in rows}
    certified = {row.person for row in rows if row.social_work_certificate not in (None, "none")}
    known = {row.person for row in rows if row.social_work_certificate is not None}
    return {
        "operating_model": None if profile is None else profile.operating_model,
        "people": len(people),
        "certified": len(certified),
        "unknown": len(people - known),
    }


ITEMS: dict[str, Callable[[CenterFacts, Parameters], Figures | None]] = {
    "pay_reference": pay_reference,
    "co_location": co_location,
    "relative_independence": relative_independence,
    "area_per_organizations": area_per_organizations,
    "operation": operation,
}
