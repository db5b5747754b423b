"""Who may change the register, who keeps the records of work, who handles warnings."""

from centers.models import Center, Membership
from organizations.models import (
    ActivityTeam,
    Case,
    EarlyWarning,
    Inspection,
    Organization,
    Transfer,
)
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


def can_set_inspection_days(user: User, division: Division | None = None) -> bool:
    """The days of a district: who runs its annual inspection; those of the whole municipality: who
    keeps its calendar. Without a division, anywhere."""
    for_districts = user.has_capability(Capability.INSPECTION_MANAGE, division)
    for_all = user.has_capability(Capability.INSPECTION_CALENDAR, division)
    if division is None:
        return for_districts or for_all
    return for_all if division.kind == Division.Kind.MUNICIPALITY else for_districts


def can_help_inspection(user: User, inspection: Inspection) -> bool:
    """Who keeps the work of a center of the organization's township."""
    return Membership.objects.filter(
        user=user,
        role__in=roles_with(Capability.WORK_RECORD),
        center__division=inspection.organization.division_id,
    ).exists()


def can_view_warnings(user: User, organization: Organization) -> bool:
    """Whoever is told of signs of risk where the organization lies; a center not of its own."""
    if user.is_superuser or user.has_capability(Capability.WARNING_VIEW, organization.division):
        return True
    seen = Organization.objects.seen_with(user, Capability.WARNING_VIEW)
    is_own = Membership.objects.filter(user=user, center__organization=organization)
    return seen.filter(pk=organization.pk).exists() and not is_own.exists()


def can_report_warning(user: User, center: Center) -> bool:
    """Who keeps the work of the center."""
    return can_keep_work(user, center)


def can_note_warning(user: User, warning: EarlyWarning) -> bool:
    """Who handles it, and who keeps the work of a center of its township, unless it is about a
    center of his own; not once it is closed."""
    if warning.is_final or can_handle_warning(user, warning):
        return not warning.is_final
    mine = Membership.objects.filter(user=user)
    keeps_work = mine.filter(
        center__division=warning.subject.division_id, role__in=roles_with(Capability.WORK_RECORD)
    )
    is_own = mine.filter(center__organization__warnings=warning)
    return keeps_work.exists() and not is_own.exists()


def can_handle_warning(user: User, warning: EarlyWarning) -> bool:
    """Bureau staff of the district in which the organization or the team lies."""
    return user.has_capability(Capability.WARNING_HANDLE, warning.subject.division)


def can_observe(user: User, division: Division | None = None) -> bool:
    """Bureau staff who enter observations, annual figures and credit lists; without a division,
    anywhere."""
    return user.has_capability(Capability.WARNING_HANDLE, division)


def can_transfer(user: User, transfer: Transfer | None = None) -> bool:
    """Bureau staff who bring workbooks in or take them out; one of them, in its district."""
    if transfer is None:
        needed = (Capability.WORKBOOK_IMPORT, Capability.WORKBOOK_EXPORT)
        return any(user.has_capability(capability) for capability in needed)
    if transfer.direction == Transfer.Direction.IMPORT:
        return user.has_capability(Capability.WORKBOOK_IMPORT, transfer.district)
    return can_export(user, transfer.table, transfer.district)


def can_export(user: User, table: str, district: Division | None = None) -> bool:
    """Bureau staff who take workbooks out; credit lists only where they see warnings too."""
    needed = {Capability.WORKBOOK_EXPORT}
    if table == Transfer.Table.CREDIT_LIST:
        needed.add(Capability.WARNING_VIEW)
    return all(user.has_capability(capability, district) for capability in needed)


def can_fetch(user: User, transfer: Transfer) -> bool:
    """What came of a workbook: an export without personal data whoever exports for the district;
    open numbers and an upload given back only who asked for it, while they still may."""
    if not can_transfer(user, transfer):
        return False
    if transfer.with_personal and not can_export_personal(user, transfer.district):
        return False
    is_open = transfer.direction == Transfer.Direction.EXPORT and not transfer.with_personal
    return is_open or transfer.requested_by_id == user.pk


def can_export_personal(user: User, district: Division | None = None) -> bool:
    """Who may see telephone numbers, and may take the register out."""
    return user.has_capability(Capability.WORKBOOK_EXPORT, district) and user.has_capability(
        Capability.PERSONAL_REVEAL, district
    )


def can_file_team(user: User, division: Division | None = None) -> bool:
    """The township keeps the register of teams; without a division, any township."""
    return user.has_capability(Capability.TEAM_FILE, division)


def can_apply_team(user: User, center: Center) -> bool:
    """A center helps the teams of its township to be put on file."""
    return can_keep_work(user, center) or can_file_team(user, center.division)


def can_assist_team(user: User, team: ActivityTeam) -> bool:
    """The township, and whoever works at a center of it."""
    return (
        can_file_team(user, team.division)
        or Membership.objects.filter(
            user=user,
            center__division=team.division_id,
            role__in=roles_with(Capability.WORK_RECORD),
        ).exists()
    )


def can_reveal(user: User, obj: Organization | ActivityTeam | Case) -> bool:
    """The bureau and the township; of a case its center's director too."""
    if not isinstance(obj, Case):
        return user.has_capability(Capability.PERSONAL_REVEAL, obj.division)
    return (
        user.has_capability(Capability.PERSONAL_REVEAL, obj.center.division)
        or Membership.objects.filter(
            user=user, center=obj.center_id, role__in=roles_with(Capability.PERSONAL_REVEAL)
        ).exists()
    )
