"""What is published of an award."""

from datetime import date
from decimal import Decimal
from typing import Any

from projects.models import Award, OpenedBid, RankedBid, Seat
from projects.selectors import panels
from projects.selectors.announced import amount, day, moment, supplier


def result_of(award: Award, challenge_until: date) -> dict[str, Any]:
    """The result for everybody: every bid with its rank, who won and why, who sat on the panel,
    until when it can be challenged."""
    procurement = award.procurement
    ranked = {each.opened_bid_id: each for each in panels.last_ranking(procurement)}
    opened = OpenedBid.objects.filter(opening__procurement=procurement)
    bids = opened.select_related("bid__organization").defer("bid__sealed").order_by("position")
    seats = procurement.seats.filter(status=Seat.Status.SUBMITTED).select_related("user")
    return {
        # By rank, and what was not ranked as it was opened.
        "bids": sorted(
            (_bid(each, ranked.get(each.pk)) for each in bids),
            key=lambda bid: (bid["rank"] is None, bid["rank"] or 0),
        ),
        "award": {
            **supplier(award.organization),
            "price_yuan": amount(award.price_yuan),
            "awarded_at": moment(award.awarded_at),
            "reason": award.reason,
            "deviation_reason": award.deviation_reason,
        },
        "panel": [str(seat.user) for seat in seats.order_by("pk")],
        "challenge_until": day(challenge_until),
    }


def _bid(opened: OpenedBid, ranked: RankedBid | None) -> dict[str, Any]:
    return {
        **supplier(opened.bid.organization),
        "price_yuan": amount(opened.price_yuan),
        "total": _exact(ranked.total) if ranked else None,
        "rank": ranked.rank if ranked else None,
        "is_valid": opened.is_valid,
        "invalid_reason": opened.invalid_reason,
    }


def _exact(total: Decimal | None) -> str | None:
    """A total as it is compared: two that differ are told apart by what is published."""
    return None if total is None else f"{total:.4f}"


def revocation_of(award: Award) -> dict[str, Any]:
    """That an award does not hold, and why."""
    return {
        "before": {**supplier(award.organization), "price_yuan": amount(award.price_yuan)},
        "after": None,
        "reason": award.revoke_reason,
    }
