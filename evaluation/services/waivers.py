"""Waivers: requested by one person, approved by another."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from centers.models import Center, Section
from centers.signals import facts_changed
from evaluation.models import Waiver
from portal.audit import services as audit
from portal.errors import Conflict, DomainError
from portal.users.models import User


class WaiverBySameHand(DomainError):
    """Who requested a waiver cannot approve it."""


@transaction.atomic
def request(
    *,
    center: Center,
    rule: str,
    reason: str,
    ends_on: date,
    by: User,
    at: datetime,
    starts_on: date | None = None,
) -> Waiver:
    """Ask for an exception from a rule until a date (inclusive)."""
    waiver = Waiver.objects.create(
        center=center,
        rule=rule,
        reason=reason,
        starts_on=starts_on,
        ends_on=ends_on,
        requested_by=by,
        requested_at=at,
    )
    _record(waiver, "request", by=by, at=at)
    return waiver


@transaction.atomic
def approve(*, waiver: Waiver, by: User, at: datetime) -> Waiver:
    """Approve it; the center is evaluated again."""
    if waiver.requested_by_id == by.pk:
        raise WaiverBySameHand(
            _("You requested this waiver; somebody else has to approve it.")
        )
    won = Waiver.objects.filter(pk=waiver.pk, approved_at=None).update(
        approved_by=by, approved_at=at
    )
    waiver.refresh_from_db()
    if not won:
        raise Conflict(
            _("This waiver was already approved by %(name)s.") % {"name": waiver.approved_by}
        )
    _record(waiver, "approve", by=by, at=at)
    facts_changed.send(sender=Section, center_ids=[waiver.center_id], at=at)
    return waiver


def _record(waiver: Waiver, verb: str, *, by: User, at: datetime) -> None:
    audit.record(
        action=f"evaluation.waiver.{verb}",
        by=by,
        at=at,
        target=waiver,
        division_path=waiver.center.division.path,
        reason=waiver.reason,
    )
