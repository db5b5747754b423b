"""Who may do what at a center."""

from centers.models import Center, CoordinationEvent, Filing, Membership
from portal.jurisdictions.models import Division
from portal.users import roles
from portal.users.models import User


def _at_center(user: User, center: Center, capability: str) -> bool:
    return (
        user.is_superuser
        or user.has_capability(capability, center.division)
        or Membership.objects.filter(
            user=user, center=center, role__in=roles.roles_with(capability)
        ).exists()
    )


def can_open_filing(user: User, center: Center) -> bool:
    """Staff and director of the center."""
    return _at_center(user, center, roles.Capability.FILING_DRAFT)


def can_edit_filing(user: User, filing: Filing) -> bool:
    """Staff and director of the filing's center."""
    return can_open_filing(user, filing.center)


def can_certify_at(user: User, center: Center) -> bool:
    """The director of the center."""
    return _at_center(user, center, roles.Capability.FILING_SUBMIT)


def can_submit_filing(user: User, filing: Filing) -> bool:
    """The director: certifies, or declines to."""
    return can_certify_at(user, filing.center)


def can_give_opinion(user: User, filing: Filing) -> bool:
    """The township of the filing's center."""
    return user.has_capability(roles.Capability.FILING_OPINION, filing.center.division)


def can_manage_rounds(user: User, division: Division | None = None) -> bool:
    """Bureau staff of the district; without a division, anywhere."""
    return user.has_capability(roles.Capability.ROUND_MANAGE, division)


def can_review_filing(user: User, filing: Filing) -> bool:
    """Bureau staff of the center's district."""
    return _at_center(user, filing.center, roles.Capability.FILING_REVIEW)


def can_plan_event(user: User, organiser: Center | Division) -> bool:
    """Staff and director of the center; bureau staff for it and for the bureau itself."""
    if isinstance(organiser, Center):
        return _at_center(user, organiser, roles.Capability.EVENT_KEEP)
    return user.has_capability(roles.Capability.EVENT_KEEP, organiser)


def can_keep_event(user: User, event: CoordinationEvent) -> bool:
    """Whoever may plan events of its organiser; who only took part may look."""
    return can_plan_event(user, event.organiser)


def can_set_minimum(user: User, district: Division) -> bool:
    """Bureau staff of the district."""
    return user.has_capability(roles.Capability.EVENT_MINIMUM, district)
