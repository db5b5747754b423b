"""Who may change the register, and who keeps the records of work."""

from centers.models import Center, Membership
from organizations.models import Inspection
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability, roles_with


def can_edit_register(user: User, division: Division | None = None) -> bool:
    """Bureau staff who bring in the district's workbooks; without a division, anywhere."""
    return user.has_capability(Capability.WORKBOOK_IMPORT, division)


def can_keep_work(user: User, center: Center) -> bool:
    """Staff and director of the center itself: what it did, only it can say."""
    return (
        user.is_superuser
        or Membership.objects.filter(
            user=user, center=center, role__in=roles_with(Capability.WORK_RECORD)
        ).exists()
    )


def can_manage_inspections(user: User, division: Division | None = None) -> bool:
    """Bureau staff who run the annual inspection; without a division, anywhere."""
    return user.has_capability(Capability.INSPECTION_MANAGE, division)


def can_help_inspection(user: User, inspection: Inspection) -> bool:
    """Who keeps the work of a center of the organization's township."""
    return Membership.objects.filter(
        user=user,
        role__in=roles_with(Capability.WORK_RECORD),
        center__division=inspection.organization.division_id,
    ).exists()
