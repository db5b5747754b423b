"""The ranking of bids: reckoned from the sheets, kept with every step."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from portal.errors import DomainError, given
from portal.users.models import User
from projects.models import Criterion, OpenedBid, Procurement, RankedBid, Repair, Seat
from projects.rules import panels as panel_rules
from projects.rules import scoring
from projects.rules.scoring import Ranked
from projects.selectors import panels, procurements
from projects.services import panel_news
from projects.services.procurement_states import move
from projects.services.seats import hold_evaluated, refuse_bound, refuse_member

Choice = Procurement.Choice
Status = Procurement.Status


class SheetsOpen(DomainError):
    """Somebody on the panel has not submitted yet."""


class PanelIncomplete(DomainError):
    """A panel that is not made up as the route asks."""


class NothingToRank(DomainError):
    """Too few valid bids are left."""


class RepairOpen(DomainError):
    """A bidder can still repair a formal defect."""


class NobodyScored(DomainError):
    """A criterion on which everybody abstained."""


class VoteNeeded(DomainError):
    """Bids that nothing but a vote of the panel tells apart; ``groups`` are opened bids."""

    def __init__(self, message: str, groups: Sequence[Sequence[OpenedBid]]) -> None:
        super().__init__(message)
        self.groups = groups


@transaction.atomic
def compute(
    *,
    procurement: Procurement,
    version: int,
    by: User,
    at: datetime,
    votes: Mapping[int, int] | None = None,
    vote_reason: str = "",
) -> list[RankedBid]:
    """Rank the valid bids by the submitted sheets, or by the price alone where the route says so.

    ``votes`` tells bids apart that are equal in everything: opened bid → place among them, as the
    panel voted, with ``vote_reason``. Raises ``NotEvaluated``, ``MemberManages``, ``SheetsOpen``,
    ``CannotJudge`` for an interest that was not known before, ``PanelIncomplete``,
    ``NothingToRank``, ``RepairOpen``, ``NobodyScored``, ``VoteNeeded``, ``ReasonMissing`` and
    ``Conflict``.
    """
    held = hold_evaluated(procurement)
    refuse_member(held, by=by)
    bids = {bid.pk: bid for bid in panels.valid_bids(held)}
    _refuse_unready(held, list(bids.values()), at)
    ranked = _ranked(held, bids, votes or {})
    _refuse_undecided(ranked, bids, votes or {})
    if votes:
        vote_reason = given(vote_reason, _("Say how the panel voted, and where that is recorded."))
    attempt = panels.attempts(held) + 1
    rows = [_row(each, bids[each.bid], attempt, vote_reason) for each in ranked]
    RankedBid.objects.bulk_create(rows)
    move(procurement=procurement, to=Status.RANKED, version=version, by=by, at=at)
    panel_news.tell_of_ranking(procurement=procurement, at=at)
    return rows


def _refuse_unready(held: Procurement, bids: Sequence[OpenedBid], at: datetime) -> None:
    sitting = list(held.seats.sitting().select_related("user").order_by("pk"))
    if waiting := [seat for seat in sitting if seat.status != Seat.Status.SUBMITTED]:
        raise SheetsOpen(
            _("Nothing is ranked before every sheet is submitted; waiting for: %(users)s.")
            % {"users": _(", ").join(str(seat.user) for seat in waiting)}
        )
    refuse_bound(held, sitting)
    experts = sum(seat.role == Seat.Role.EXPERT for seat in sitting)
    if short := panel_rules.check(held.route, experts, len(sitting) - experts):
        raise PanelIncomplete("\n".join(map(_short, short)))
    needed = procurements.bidders_needed(held)
    if len(bids) < needed:
        raise NothingToRank(
            _("%(count)s valid bids are left, %(needed)s are needed: declare the procurement void.")
            % {"count": len(bids), "needed": needed}
        )
    repairs = Repair.objects.filter(opened_bid__in=bids, repaired_at=None, due_at__gt=at)
    if repair := repairs.select_related("opened_bid__bid__organization").first():
        raise RepairOpen(
            _("%(bidder)s can repair a formal defect until %(due)s. Rank after that.")
            % {"bidder": repair.opened_bid, "due": localdate(repair.due_at)}
        )


def _short(short: panel_rules.Shortfall) -> str:
    said = {
        "too_small": _("The panel has %(value)s members that count; it needs %(needed)s."),
        "even": _("The panel has %(value)s members that count: the number has to be odd."),
        "few_experts": _("%(value)s of the panel are experts; two thirds have to be: %(needed)s."),
    }
    return said[short.code] % short._asdict() + _(" Draw again, or recuse.")


def _ranked(
    held: Procurement, bids: Mapping[int, OpenedBid], votes: Mapping[int, int]
) -> list[Ranked]:
    offers = panels.offers_of(held)
    if held.choice == Choice.LOWEST_PRICE:
        return scoring.by_price(offers, votes)
    criteria, marks = panels.lines_of(held), panels.marks_of(held)
    if blank := scoring.unscored(criteria, offers, marks):
        bid, criterion = blank[0]
        raise NobodyScored(
            _(
                "Everybody abstained on “%(criterion)s” of %(bidder)s: no mean can be reckoned."
                " Recuse and draw again, or declare the procurement void."
            )
            % {"criterion": Criterion.objects.get(pk=criterion), "bidder": bids[bid]}
        )
    drop_from = procurements.announced_thresholds(held)["drop_extremes_from"]
    return scoring.ranking(
        criteria,
        offers,
        marks,
        drop_from=None if drop_from is None else int(drop_from),
        votes=votes,
    )


def _refuse_undecided(
    ranked: Iterable[Ranked], bids: Mapping[int, OpenedBid], votes: Mapping[int, int]
) -> None:
    if groups := scoring.undecided(ranked, votes):
        equals = [[bids[pk] for pk in group] for group in groups]
        listed = _("; ").join(_(", ").join(map(str, group)) for group in equals)
        raise VoteNeeded(
            _(
                "These bids are equal in total, price and quality of the plan: %(bids)s. Let the"
                " panel vote, and type the place of each."
            )
            % {"bids": listed},
            equals,
        )


def _row(ranked: Ranked, bid: OpenedBid, attempt: int, vote_reason: str) -> RankedBid:
    told: dict[str, Any] = dict(ranked.explanation)
    if told["decided_by"] == "vote":
        told["vote_reason"] = vote_reason
    return RankedBid(
        opened_bid=bid,
        attempt=attempt,
        rank=ranked.rank,
        total=ranked.total,
        price_points=ranked.price_points,
        technical_points=ranked.technical_points,
        explanation=told,
    )
