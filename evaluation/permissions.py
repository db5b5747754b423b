"""Who may do what in the evaluation."""

from django.conf import settings

from centers.models import Center, Membership
from evaluation.models import Run, Waiver
from portal.jurisdictions.models import Division
from portal.users.models import User
from portal.users.roles import Capability, roles_with


def can_request_run(user: User, division: Division | None = None) -> bool:
    """Bureau staff of the division; without a division, anywhere."""
    return user.has_capability(Capability.EVALUATION_RUN, division)


def can_steer_run(user: User, run: Run) -> bool:
    """Whoever may start one over its division stops it and lets it go on."""
    return can_request_run(user, run.division)


def can_request_waiver(user: User, center: Center | None = None) -> bool:
    """Bureau staff of the center's district, and its director; without a center, bureau staff
    anywhere."""
    if user.has_capability(Capability.WAIVER_REQUEST, center.division if center else None):
        return True
    codes = roles_with(Capability.WAIVER_REQUEST)
    at_center = Membership.objects.filter(user=user, center=center, role__in=codes)
    return center is not None and at_center.exists()


def can_approve_waiver(user: User, waiver: Waiver) -> bool:
    """Chief or leader of the center's district: approve, refuse, revoke. The service refuses who
    requested it."""
    return user.has_capability(Capability.WAIVER_APPROVE, waiver.center.division)


def can_record_duty(user: User, district: Division | None = None) -> bool:
    """Chief or officer of the district; without a district, anywhere."""
    return user.has_capability(Capability.DUTY_RECORD, district)


def can_set_parameter(user: User, division: Division) -> bool:
    """Bureau staff of the municipality or district itself, or of the level above it."""
    is_level = division.kind in (Division.Kind.MUNICIPALITY, Division.Kind.DISTRICT)
    return is_level and user.has_capability(Capability.PARAMETER_SET, division)


def can_activate_pack(user: User) -> bool:
    """Officer of the portal's municipality."""
    municipality = Division.objects.filter(code=settings.MUNICIPALITY).first()
    return municipality is not None and user.has_capability(
        Capability.PACK_ACTIVATE, municipality
    )
