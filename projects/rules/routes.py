"""What each route asks of a procurement before it is announced.

``CHECKS`` names the checks of every route; a check gives the refusals it found. To add a check:
write a function ``(facts, parameters)`` that yields ``Refusal`` and name it at its routes; its
words stand in ``selectors/route_words.py``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

WHOLE = Decimal(100)
LOWEST, COMPREHENSIVE = "lowest_price", "comprehensive"
WITHOUT_BIDS = "without_bids"
ONLY_SUPPLIER, CONTINUITY = "only_supplier", "continuity"
# Whoever may be chosen where one organization alone answers.
ONE_BIDDER = frozenset({"welfare_tender", "venture_grant", "single_source"})


class Refusal(NamedTuple):
    """What is asked and not so: its code, what is there and what is needed."""

    code: str
    value: Any = None
    needed: Any = None


@dataclass(frozen=True)
class Shape:
    """What is decided first of a procurement, and has to fit its route."""

    is_goods: bool = False
    choice: str = COMPREHENSIVE
    ground: str = ""
    ground_text: str = ""


@dataclass(frozen=True)
class Publicity:
    """The announcement of a single source: its ground by code and in words, the supplier by name
    and code, and its last day."""

    ground: tuple[str, str]
    supplier: tuple[str, str]
    until: date


@dataclass(frozen=True)
class Facts:
    """What is known of a procurement on the day on which it is to be announced.

    ``open_days`` and ``open_workdays`` go from that day to the deadline, ``documents_workdays``
    from the first day of the documents to their last; None is not set. ``invited`` are names and
    codes. Amounts in yuan.
    """

    on: date
    shape: Shape
    budget_yuan: Decimal
    has_requirement: bool = True
    is_plan_approved: bool = True
    project_budget_yuan: Decimal | None = None
    bought_yuan: Decimal = Decimal(0)
    is_deadline_ahead: bool | None = None
    deadline_on: date | None = None
    documents_until: date | None = None
    questions_until: date | None = None
    open_days: int | None = None
    open_workdays: int | None = None
    documents_workdays: int | None = None
    weights: tuple[tuple[str, Decimal], ...] = ()
    key_total: int = 3
    keys: int = 3
    invited: tuple[tuple[str, str], ...] = ()
    drawn: int = 0
    publicity: Publicity | None = None
    continued_yuan: Decimal | None = None


Parameters = Mapping[str, Any]
Check = Callable[[Facts, Parameters], Iterator[Refusal]]


def check_shape(route: str, shape: Shape) -> list[Refusal]:
    """What does not fit the route, whatever else is known."""
    found = []
    if route == "inquiry" and not shape.is_goods:
        found.append(Refusal("inquiry_of_services"))
    if route != "inquiry" and shape.is_goods:
        found.append(Refusal("goods_elsewhere"))
    if route in ("competitive_negotiation", "inquiry") and shape.choice != LOWEST:
        found.append(Refusal("not_lowest_price"))
    if route == "competitive_consultation" and shape.choice != COMPREHENSIVE:
        found.append(Refusal("not_comprehensive"))
    if route == "single_source" and not (shape.ground and shape.ground_text.strip()):
        found.append(Refusal("ground_missing"))
    if route != "single_source" and (shape.ground or shape.ground_text.strip()):
        found.append(Refusal("ground_misplaced"))
    return found


def check(route: str, facts: Facts, parameters: Parameters) -> list[Refusal]:
    """Everything that stands against announcing a procurement by ``route``, in the order told."""
    found = check_shape(route, facts.shape)
    for each in CHECKS[route]:
        found += each(facts, parameters)
    return found


def check_decision(route: str, facts: Facts, parameters: Parameters) -> list[Refusal]:
    """Everything that stands against deciding without bids, by a route that asks for none."""
    return [each for each in check(route, facts, parameters) if each.code != WITHOUT_BIDS]


def bidders_needed(route: str, parameters: Parameters) -> int:
    """How many valid bids there have to be, or the procurement failed."""
    return 1 if route in ONE_BIDDER else int(parameters["min_bidders"])


def result_publicity_days(route: str, parameters: Parameters) -> int | None:
    """Days for which a result is open for comment; None where the route asks for none."""
    return int(parameters["public_trial_days"]) if route == "welfare_tender" else None


def planned(facts: Facts, _parameters: Parameters) -> Iterator[Refusal]:
    """A requirement, an approved plan, and a budget that covers it."""
    if not facts.has_requirement:
        yield Refusal("requirement_missing")
    if not facts.is_plan_approved:
        yield Refusal("plan_not_approved")
    if facts.project_budget_yuan is None:
        yield Refusal("basis_missing")
    elif facts.budget_yuan > facts.project_budget_yuan:
        yield Refusal("over_budget", facts.budget_yuan, facts.project_budget_yuan)


def without_tender(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """Nothing is cut up to get round the tender (CGF14 Art. 28)."""
    threshold = Decimal(parameters["tender_threshold_yuan"])
    total = facts.bought_yuan + facts.budget_yuan
    if facts.budget_yuan >= threshold:
        yield Refusal("tender_due", facts.budget_yuan, threshold)
    elif total >= threshold:
        yield Refusal("split", total, threshold)


def below_threshold(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """Below the amount from which a procurement law holds."""
    threshold = Decimal(parameters["procurement_threshold_yuan"])
    if facts.budget_yuan >= threshold:
        yield Refusal("above_threshold", facts.budget_yuan, threshold)


def deadline(facts: Facts, _parameters: Parameters) -> Iterator[Refusal]:
    """A deadline that is still to come, after the days that lead up to it."""
    if facts.deadline_on is None:
        yield Refusal("deadline_missing")
        return
    if not facts.is_deadline_ahead:
        yield Refusal("deadline_passed", facts.deadline_on)
    for code, day in (
        ("documents_after_deadline", facts.documents_until),
        ("questions_after_deadline", facts.questions_until),
    ):
        if day is not None and day > facts.deadline_on:
            yield Refusal(code, day, facts.deadline_on)


def documents(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """The documents are to be had for some working days."""
    needed = int(parameters["documents_min_workdays"])
    if facts.documents_workdays is None:
        yield Refusal("documents_missing", None, needed)
    elif facts.documents_workdays < needed:
        yield Refusal("documents_too_short", facts.documents_workdays, needed)


def open_for(name: str) -> Check:
    """Some days from the notice to the deadline, as the parameter says."""

    def check_days(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
        needed = int(parameters[name])
        if facts.open_days is not None and facts.open_days < needed:
            yield Refusal("open_days", facts.open_days, needed)

    return check_days


def open_workdays(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """Some working days from the notice to the deadline."""
    needed = int(parameters["negotiation_min_workdays"])
    if facts.open_workdays is not None and facts.open_workdays < needed:
        yield Refusal("open_workdays", facts.open_workdays, needed)


def weights(facts: Facts, _parameters: Parameters) -> Iterator[Refusal]:
    """Criteria that give 100, one of them the price."""
    if facts.shape.choice != COMPREHENSIVE:
        return
    total = sum((weight for _kind, weight in facts.weights), Decimal(0))
    if total != WHOLE:
        yield Refusal("weights", total, WHOLE)
    if _price_weight(facts) is None:
        yield Refusal("price_missing")


def price_weight(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """The price weighs at least so much (CGF87 Art. 55)."""
    weight, least = _price_weight(facts), parameters["price_weight_min"]
    if weight is not None and weight < least:
        yield Refusal("price_weight_low", weight, least)


def price_weight_at_most(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """And at most so much (CG214)."""
    weight, most = _price_weight(facts), parameters["price_weight_max"]
    if weight is not None and weight > most:
        yield Refusal("price_weight_high", weight, most)


def _price_weight(facts: Facts) -> Decimal | None:
    if facts.shape.choice != COMPREHENSIVE:
        return None
    return next((weight for kind, weight in facts.weights if kind == "price"), None)


def keys(facts: Facts, _parameters: Parameters) -> Iterator[Refusal]:
    """Every holder has registered a key, or no bid could be sealed."""
    if facts.keys != facts.key_total:
        yield Refusal("keys", facts.keys, facts.key_total)


def invited(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """Enough suppliers are asked."""
    needed = int(parameters["min_bidders"])
    if len(facts.invited) < needed:
        yield Refusal("invited", len(facts.invited), needed)


def drawn(facts: Facts, _parameters: Parameters) -> Iterator[Refusal]:
    """Whoever is invited was drawn at random (CGF14 Art. 34)."""
    if facts.drawn < len(facts.invited):
        yield Refusal("not_drawn", len(facts.invited) - facts.drawn)


def one_source(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    """One supplier, and the ground holds (CGF14 Art. 31)."""
    if len(facts.invited) != 1:
        yield Refusal("one_supplier", len(facts.invited), 1)
        return
    if facts.shape.ground == ONLY_SUPPLIER:
        yield from _published(facts, facts.publicity)
    if facts.shape.ground == CONTINUITY:
        yield from _continued(facts, parameters)


def _published(facts: Facts, told: Publicity | None) -> Iterator[Refusal]:
    if told is None:
        yield Refusal("publicity_missing")
    elif (told.ground, told.supplier) != (_ground(facts.shape), facts.invited[0]):
        yield Refusal("publicity_differs")
    elif facts.on <= told.until:
        yield Refusal("publicity_open", facts.on, told.until)


def _ground(shape: Shape) -> tuple[str, str]:
    return shape.ground, shape.ground_text


def _continued(facts: Facts, parameters: Parameters) -> Iterator[Refusal]:
    if facts.continued_yuan is None:
        yield Refusal("continuity_base")
        return
    most = facts.continued_yuan * parameters["supplement_max_percent"] / WHOLE
    if facts.budget_yuan > most:
        yield Refusal("continuity", facts.budget_yuan, most)


def without_bids(_facts: Facts, _parameters: Parameters) -> Iterator[Refusal]:
    """Nobody is asked for bids by this route."""
    yield Refusal(WITHOUT_BIDS)


_READY = (planned, deadline, keys, weights)
CHECKS: Mapping[str, tuple[Check, ...]] = {
    "open_tender": (*_READY, open_for("tender_min_days"), documents, price_weight),
    "invited_tender": (
        *(*_READY, open_for("tender_min_days"), documents, price_weight),
        *(invited, drawn),
    ),
    "competitive_negotiation": (*_READY, open_workdays, invited, without_tender),
    "competitive_consultation": (
        *(*_READY, open_for("consultation_min_days"), documents),
        *(price_weight, price_weight_at_most, without_tender),
    ),
    "single_source": (*_READY, one_source),
    "inquiry": (*_READY, open_workdays, invited, without_tender),
    "framework": (planned, without_tender, without_bids),
    "below_threshold": (*_READY, below_threshold, without_tender),
    "welfare_tender": (*_READY, without_tender),
    "venture_grant": _READY,
    "grant": (planned, without_bids),
}
