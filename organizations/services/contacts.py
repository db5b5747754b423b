"""Who answers for an organization: names in the open, numbers sealed."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from organizations.models import Organization
from organizations.services.organizations import record
from portal import sealing
from portal.cells import parse_identity_number, parse_phone
from portal.transitions import edit
from portal.users.models import User

PHONE_PURPOSE = Organization.SEALED["contact_phone"]
ID_PURPOSE = Organization.SEALED["legal_rep_id"]
# Stands in the trail for personal data, which is never written there.
KEPT_BACK = "***"


@transaction.atomic
def set_contact(
    *,
    organization: Organization,
    name: str,
    version: int,
    by: User,
    at: datetime,
    phone: str | None = None,
    is_phone_removed: bool = False,
) -> Organization:
    """Who answers for the organization; None keeps the telephone number that is stored.

    The number is sealed, and the trail says only that it changed. Raises ``CellError``.
    """
    changes: dict[str, Any] = {"contact_name": name.strip()}
    number = parse_phone(phone, is_organization=True).value
    if number is not None:
        changes["contact_phone_sealed"] = sealing.seal(number, purpose=PHONE_PURPOSE)
    elif is_phone_removed:
        changes["contact_phone_sealed"] = None
    return _set_personal(organization, "set_contact", changes, version=version, by=by, at=at)


@transaction.atomic
def set_legal_rep(
    *,
    organization: Organization,
    name: str,
    version: int,
    by: User,
    at: datetime,
    id_number: str | None = None,
    is_id_removed: bool = False,
) -> Organization:
    """The legal representative; None keeps the identity number that is stored, unless the name is
    another person's.

    The number is sealed with a digest beside it, and the trail says only that it changed. Raises
    ``CellError``.
    """
    changes: dict[str, Any] = {"legal_representative": name.strip()}
    number = parse_identity_number(id_number, as_of=localdate(at)).value
    if number is not None:
        changes |= {
            "legal_rep_id_sealed": sealing.seal(number, purpose=ID_PURPOSE),
            "legal_rep_id_digest": sealing.digest(number, purpose=ID_PURPOSE),
        }
    elif is_id_removed or name.strip() != organization.legal_representative:
        changes |= {"legal_rep_id_sealed": None, "legal_rep_id_digest": None}
    return _set_personal(organization, "set_legal_rep", changes, version=version, by=by, at=at)


def _set_personal(
    organization: Organization, verb: str, changes: dict[str, Any], *, version: int, **who: Any
) -> Organization:
    before = {field: getattr(organization, field) for field in changes}
    changed = {field: value for field, value in changes.items() if before[field] != value}
    if not changed:
        return organization
    edit(organization, version=version, **changed)
    told = {
        field: [before[field] and KEPT_BACK, value and KEPT_BACK]
        for field, value in changed.items()
        if not field.endswith("_digest")
    }
    record(organization, verb, changes=told, **who)
    return organization
