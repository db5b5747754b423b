"""Guidance of a center to an organization that wants to answer a notice; it counts for FN-45."""

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import Organization
from portal.errors import DomainError, given
from portal.users.models import User
from projects.models import Contribution, Procurement
from projects.services import contributions

FUNCTION = "FN-45"


class NothingToApplyFor(DomainError):
    """Guidance on a notice that is not out, or of a day before it was."""


@transaction.atomic
def guide(
    *,
    center: Center,
    procurement: Procurement,
    organization: Organization,
    happened_on: date,
    note: str,
    by: User,
    at: datetime,
) -> Contribution:
    """Enter guidance that the center gave; its figures follow at once.

    Raises ``ReasonMissing``, ``NothingToApplyFor`` and what ``work_records.enter`` raises.
    """
    note = given(note, _("Say what the guidance was."))
    announced_at = procurement.announced_at
    if announced_at is None:
        raise NothingToApplyFor(
            _("This procurement is not announced yet: nobody can be guided to apply for it.")
        )
    if happened_on < localdate(announced_at):
        raise NothingToApplyFor(
            _("It was announced on %(day)s: guidance to apply for it comes after.")
            % {"day": localdate(announced_at)}
        )
    return contributions.enter(
        center=center,
        function=FUNCTION,
        happened_on=happened_on,
        title=f"指导申报：{procurement.title}",
        procurement=procurement,
        organization=organization,
        note=note,
        by=by,
        at=at,
    )
