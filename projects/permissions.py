"""Who plans projects, procures, holds keys, scores, bids and keeps contracts."""

from centers.models import Center, Membership
from portal.audit.selectors import takers
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability, roles_with
from projects.models import Bidder, Plan, Procurement, Seat

# What is on the trail of whoever wrote at a plan.
WRITING = ("projects.plan.draft", "projects.plan.edit", "projects.plan.submit")


def can_edit_project(user: User, division: Division | None = None) -> bool:
    """Bureau staff who bring in the district's workbooks; without a division, anywhere."""
    return user.has_capability(Capability.WORKBOOK_IMPORT, division)


def can_plan(user: User, division: Division | None = None, *, center: Center | None = None) -> bool:
    """Who writes down needs, plans and budgets: in the division, or for the center."""
    if user.has_capability(Capability.PROJECT_PLAN, center.division if center else division):
        return True
    mine = Membership.objects.filter(user=user, role__in=roles_with(Capability.PROJECT_PLAN))
    if center is not None:
        return mine.filter(center=center).exists()
    if division is not None:
        return mine.filter(center__division=division).exists()
    return mine.exists()


def can_approve(user: User, division: Division | None = None) -> bool:
    """Who decides on plans and recommends applications; without a division, anywhere."""
    return user.has_capability(Capability.PROJECT_APPROVE, division)


def can_approve_plan(user: User, plan: Plan) -> bool:
    """Whoever decides on plans there, but not on one that he wrote or submitted."""
    return can_approve(user, plan.project.division) and not has_written(user, plan)


def has_written(user: User, plan: Plan) -> bool:
    """Whether the user began the plan, changed or submitted it."""
    return user.pk in writers_of(plan)


def writers_of(plan: Plan) -> set[int]:
    """Ids of the users who began the plan, changed or submitted it."""
    submitted = () if plan.submitted_by_id is None else (plan.submitted_by_id,)
    return takers(WRITING, plan).union(submitted)


def can_manage_procurement(user: User, division: Division | None = None) -> bool:
    """The procurement officer of the bureau; without a division, anywhere."""
    return user.has_capability(Capability.PROCUREMENT_MANAGE, division)


def can_award(user: User, procurement: Procurement) -> bool:
    """Who decides on awards there, and does not sit on the panel."""
    is_judge = procurement.seats.filter(user=user).exists()
    division = procurement.project.division
    return not is_judge and user.has_capability(Capability.PROCUREMENT_AWARD, division)


def can_hold_key(user: User, division: Division | None = None) -> bool:
    """Who may be a key holder: officers of the bureau, the leader, the street or town."""
    return user.has_capability(Capability.KEY_HOLD, division)


def can_manage_contract(user: User, division: Division | None = None) -> bool:
    """Who keeps contracts, payments and acceptances; without a division, anywhere."""
    return user.has_capability(Capability.CONTRACT_MANAGE, division)


def can_score(user: User, seat: Seat) -> bool:
    """One's own sheet, while it is open."""
    return seat.user_id == user.pk and seat.status == Seat.Status.DECLARED


def bidder_of(user: User) -> Bidder | None:
    """The open account by which ``user`` bids for an organization, with the organization."""
    if not user.is_authenticated or not user.has_capability(Capability.BID_SUBMIT):
        return None
    accounts = Bidder.objects.select_related("organization")
    return accounts.filter(user=user, closed_at=None).first()


def seat_of(user: User, procurement: Procurement) -> Seat | None:
    """The seat that ``user`` has on the panel, or is asked to take."""
    return Seat.objects.sat_by(user).filter(procurement=procurement).first()
