"""Sealed personal data, shown to one person, for a reason, on record."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.models import ActivityTeam, Case, Organization
from portal import sealing
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.users.models import User


class NothingToReveal(DomainError):
    """The row holds no such value."""


@transaction.atomic
def reveal(
    *,
    obj: Organization | ActivityTeam | Case,
    field: str,
    reason: str,
    by: User,
    at: datetime,
    sealed_in: object = None,
) -> str:
    """What ``field`` of ``obj`` holds; the trail says who saw it and why, but not what it was.

    ``sealed_in`` is the row that holds it where that is not ``obj`` itself: the details of a case.
    Raises ``ReasonMissing``, ``NothingToReveal`` and ``SealBroken``.
    """
    holder = obj if sealed_in is None else sealed_in
    reason = given(reason, _("Say what the value is needed for; the reason is recorded."))
    purposes: dict[str, str] = getattr(holder, "SEALED", {})
    purpose = purposes.get(field, "")
    sealed = getattr(holder, f"{field}_sealed") if purpose else None
    if not sealed:
        raise NothingToReveal(_("Nothing is stored here, so there is nothing to show."))
    value = sealing.unseal(sealed, purpose=purpose)
    division = obj.center.division if isinstance(obj, Case) else obj.division
    audit.record(
        action=f"{purpose.rpartition('.')[0]}.reveal",
        by=by,
        at=at,
        target=obj,
        division_path=division.path,
        changes={"field": [None, field]},
        reason=reason,
    )
    return value
