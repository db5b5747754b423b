"""Awards: decided with a reason, notified and published, accepted or revoked."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.errors import Conflict, DomainError, given
from portal.transitions import edit_if, lock
from portal.users.models import User
from portal.workdays import selectors as workdays
from projects.models import Announcement, Award, OpenedBid, Procurement, Seat
from projects.models.procurement import WITHOUT_BIDS
from projects.selectors import awarding, panels, planners, procurements
from projects.services import announcements, bids, panel_news, seats
from projects.services.procurement_states import move, trail
from projects.services.procurements import (
    NotAsTheRouteAsks,
    hold_district,
    refuse_not_seeking,
    revoke_award,
)

Status = Procurement.Status
# The title of what is published, in the portal's first language whoever publishes.
RESULT = "中标（成交）结果公告"


class JudgeDecides(DomainError):
    """Whoever sits on the panel does not decide on the award."""


class NotRanked(DomainError):
    """A bid that stands in no ranking that holds."""


class AboveBudget(DomainError):
    """A price above what is budgeted."""


class PlannerWins(DomainError):
    """Whoever wrote the plan does not carry it out."""


class NamelessJudge(DomainError):
    """A member of the panel without a full name, which the result would give for good."""


class BidsAsked(DomainError):
    """A route that asks for bids knows no award without."""


@transaction.atomic
def award(
    *,
    procurement: Procurement,
    opened_bid: OpenedBid,
    reason: str,
    version: int,
    by: User,
    at: datetime,
    deviation_reason: str = "",
    doc_no: str = "",
) -> Award:
    """Decide for a bid of the ranking made last; of two who decide at once one wins.

    ``deviation_reason`` says why it is not the first. Raises ``ReasonMissing``, ``JudgeDecides``,
    ``NotRanked``, ``AboveBudget``, ``PlannerWins``, ``NotRegistered`` and ``Conflict``.
    """
    reason = given(reason, _("Say why this bid is to win: everybody reads it."))
    _refuse_judge(procurement, by)
    ranked = panels.last_ranking(procurement).filter(opened_bid=opened_bid).first()
    if ranked is None or opened_bid.price_yuan is None or not opened_bid.is_valid:
        raise NotRanked(
            _("%(bidder)s stands in no ranking that holds. Rank the bids first.")
            % {"bidder": opened_bid}
        )
    if ranked.rank > 1:
        text = _("%(bidder)s is not the first of the ranking. Say why the first is passed over.")
        deviation_reason = given(deviation_reason, text % {"bidder": opened_bid})
    return _decide(
        procurement,
        organization=opened_bid.bid.organization,
        price_yuan=opened_bid.price_yuan,
        version=version,
        by=by,
        at=at,
        opened_bid=opened_bid,
        reason=reason,
        deviation_reason=deviation_reason.strip() if ranked.rank > 1 else "",
        doc_no=doc_no.strip(),
    )


@transaction.atomic
def grant(
    *,
    procurement: Procurement,
    organization: Organization,
    price_yuan: Decimal,
    reason: str,
    version: int,
    by: User,
    at: datetime,
    doc_no: str = "",
) -> Award:
    """Decide without bids, where the route asks for none: a grant, a framework agreement.

    Raises ``ReasonMissing``, ``BidsAsked``, ``NotAsTheRouteAsks`` with everything that the route
    asks for and that is not so, ``ProjectNotSeeking``, ``AboveBudget``, ``PlannerWins``,
    ``NotRegistered``, ``Conflict`` and ``YearUnknown``.
    """
    reason = given(reason, _("Say why this organization is chosen: everybody reads it."))
    if procurement.route not in WITHOUT_BIDS:
        raise BidsAsked(
            _("“%(route)s” asks for bids: rank them, and decide for one of them.")
            % {"route": procurement.get_route_display()}
        )
    hold_district(procurement)
    lock(procurement, Status.AWARDED, version=version)
    procurement.refresh_from_db()
    refuse_not_seeking(procurement.project)
    if found := procurements.decision_refusals(procurement, at):
        raise NotAsTheRouteAsks(found)
    return _decide(
        procurement,
        organization=organization,
        price_yuan=price_yuan,
        version=version,
        by=by,
        at=at,
        announced_at=at,
        reason=reason,
        doc_no=doc_no.strip(),
    )


def _refuse_judge(procurement: Procurement, by: User) -> None:
    if procurement.seats.filter(user=by).exists():
        raise JudgeDecides(
            _("You sit, or were asked to sit, on the panel: somebody else decides on the award.")
        )


def _decide(
    procurement: Procurement,
    *,
    organization: Organization,
    price_yuan: Decimal,
    version: int,
    by: User,
    at: datetime,
    announced_at: datetime | None = None,
    **values: Any,
) -> Award:
    if price_yuan > procurement.budget_yuan:
        raise AboveBudget(
            _(
                "%(price)s yuan is above the budget of %(budget)s yuan. Decide for another; if"
                " there is none, declare the procurement void."
            )
            % {"price": price_yuan, "budget": procurement.budget_yuan}
        )
    if planners.is_planner(organization, procurement.project):
        raise PlannerWins(
            _("%(name)s planned the project and cannot carry it out.") % {"name": organization}
        )
    bids.refuse_unregistered(organization)
    # What goes without bids has no notice: it is first read of when it is decided.
    first: dict[str, Any] = {} if announced_at is None else {"announced_at": announced_at}
    move(procurement=procurement, to=Status.AWARDED, version=version, by=by, at=at, **first)
    decided = Award.objects.create(
        procurement=procurement,
        organization=organization,
        price_yuan=price_yuan,
        awarded_by=by,
        awarded_at=at,
        **values,
    )
    changes = {"award": [None, organization.pk], "price_yuan": [None, str(price_yuan)]}
    trail(procurement, "award", by=by, at=at, changes=changes, reason=decided.reason)
    return decided


@transaction.atomic
def notify(*, award: Award, by: User, at: datetime) -> Announcement:
    """Send the award notice and publish the result, once; challenges are possible for some working
    days, and the contract is due some days after.

    Raises ``NamelessJudge``, ``Conflict`` and ``YearUnknown``.
    """
    procurement = Procurement.objects.select_for_update().get(pk=award.procurement_id)
    _refuse_nameless(procurement)
    standing = Q(notified_at=None, revoked_at=None)
    if procurement.status != Status.AWARDED or not edit_if(award, standing, notified_at=at):
        raise Conflict(
            _("Nothing was sent: the award was notified or revoked, or the procurement moved on.")
        )
    on = localdate(at)
    publicity_until = procurements.result_publicity_until(procurement, on)
    until = procurements.challenge_end(procurement, on, workdays.load(), publicity_until)
    changes = {"award": [award.organization_id, "notified"]}
    trail(procurement, "notify_award", by=by, at=at, changes=changes)
    panel_news.tell_of_result(award=award, at=at)
    return announcements.publish(
        procurement=procurement,
        kind=Announcement.Kind.RESULT,
        title=f"{procurement.title}{RESULT}",
        content=awarding.result_of(award, until),
        by=by,
        at=at,
        publicity_until=publicity_until,
    )


def _refuse_nameless(procurement: Procurement) -> None:
    nameless = procurement.seats.filter(status=Seat.Status.SUBMITTED, user__full_name="")
    if seat := nameless.select_related("user").first():
        raise NamelessJudge(
            _(
                "The result names the panel, and the account “%(login)s” has no full name. Enter"
                " it with the account, then send the notice."
            )
            % {"login": seat.user.username}
        )


@transaction.atomic
def accept(*, award: Award, by: User, at: datetime) -> Award:
    """The supplier takes the award it was notified of. Raises ``Conflict``."""
    open_notice = Q(notified_at__isnull=False, accepted_at=None, revoked_at=None)
    if not edit_if(award, open_notice, accepted_at=at):
        raise Conflict(
            _("Nothing was changed: the award was not notified yet, or accepted or revoked before.")
        )
    changes = {"award": [award.organization_id, "accepted"]}
    trail(award.procurement, "accept_award", by=by, at=at, changes=changes)
    return award


@transaction.atomic
def revoke(*, award: Award, reason: str, version: int, by: User, at: datetime) -> Award:
    """The award does not hold; the procurement, of this ``version``, is to be decided anew. Where
    the result was published, that is published too. Raises ``ReasonMissing`` and ``Conflict``."""
    reason = given(reason, _("Say why the award does not hold: everybody reads it."))
    procurement = award.procurement
    move(procurement=procurement, to=Status.RANKED, version=version, by=by, at=at, reason=reason)
    revoked = revoke_award(procurement=procurement, reason=reason, by=by, at=at)
    if revoked is None or revoked.pk != award.pk:
        raise Conflict(_("This award was revoked already."))
    seats.look_at_all_again(procurement=procurement, by=by, at=at)
    return revoked
