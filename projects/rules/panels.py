"""How a panel has to be made up, by the route of the procurement."""

from typing import NamedTuple

from projects.rules.splitting import TENDERS

BY_PANEL = frozenset({"competitive_negotiation", "competitive_consultation", "inquiry"})
# Of a panel that the law asks for, experts are at least two thirds.
EXPERT_PARTS, PANEL_PARTS = 2, 3


class Shortfall(NamedTuple):
    """What a panel is not: ``too_small``, ``even`` or ``few_experts``, and what is needed."""

    code: str
    value: int
    needed: int


def members_needed(route: str) -> int:
    """How many members a panel has at least: 5 for tenders, 3 for negotiation, consultation and
    inquiry, else 1."""
    if route in TENDERS:
        return 5
    return 3 if route in BY_PANEL else 1


def check(route: str, experts: int, purchasers: int) -> list[Shortfall]:
    """What is wrong with a panel of so many experts and representatives of the purchaser."""
    members, needed = experts + purchasers, members_needed(route)
    short = []
    if members < needed:
        short.append(Shortfall("too_small", members, needed))
    if route not in TENDERS | BY_PANEL:
        return short
    if members % 2 == 0:
        short.append(Shortfall("even", members, members + 1))
    least = -(-members * EXPERT_PARTS // PANEL_PARTS)
    if experts < least:
        short.append(Shortfall("few_experts", experts, least))
    return short
