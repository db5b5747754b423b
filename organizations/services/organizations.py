"""The register of organizations: entered, corrected, moved to another status."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from organizations.models import Organization
from portal.audit import services as audit
from portal.cells import CellError, parse_credit_code
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit, transition
from portal.users.models import User


class CreditCodeRefused(DomainError):
    """The credit code is not well formed, does not fit the type, or belongs to somebody else."""


def check_code(uscc: str | None, org_type: str) -> str | None:
    """The code normalised, None when there is none; raises ``CreditCodeRefused``."""
    try:
        return parse_credit_code(uscc, kind=org_type).value
    except CellError as error:
        raise CreditCodeRefused(str(error)) from error


@transaction.atomic
def register(
    *,
    name: str,
    org_type: str,
    division: Division,
    by: User,
    at: datetime,
    uscc: str | None = None,
    **details: Any,
) -> Organization:
    """Enter an organization; ``details`` are further fields of the model."""
    organization = Organization(
        name=name,
        org_type=org_type,
        division=division,
        uscc=check_code(uscc, org_type),
        **details,
    )
    _refuse_taken(organization)
    organization.save(force_insert=True)
    _record(organization, "register", by=by, at=at, changes={"name": [None, name]})
    return organization


@transaction.atomic
def update(
    *, organization: Organization, version: int, by: User, at: datetime, **changes: Any
) -> Organization:
    """Correct fields, but never the status. What is the same already writes nothing.

    Raises ``Conflict`` when somebody changed the row since ``version`` was read.
    """
    if {"uscc", "org_type"} & set(changes):
        org_type = changes.get("org_type", organization.org_type)
        changes["uscc"] = check_code(changes.get("uscc", organization.uscc), org_type)
    before = {field: getattr(organization, field) for field in changes}
    changed = {field: value for field, value in changes.items() if before[field] != value}
    if not changed:
        return organization
    for field, value in changed.items():
        setattr(organization, field, value)
    _refuse_taken(organization)
    edit(organization, version=version, **changed)
    texts = {field: [_text(before[field]), _text(value)] for field, value in changed.items()}
    _record(organization, "update", by=by, at=at, changes=texts)
    return organization


@transaction.atomic
def change_status(
    *, organization: Organization, to: str, version: int, reason: str, by: User, at: datetime
) -> Organization:
    """Follow the registration authority: deregistered, withdrawn, revoked."""
    reason = given(reason, _("Say why: name the authority's document."))
    before = organization.status
    transition(organization, to, version=version)
    _record(
        organization,
        "change_status",
        by=by,
        at=at,
        changes={"status": [before, to]},
        reason=reason,
    )
    return organization


def _refuse_taken(organization: Organization) -> None:
    if organization.uscc is None:
        return
    holder = Organization.objects.filter(uscc=organization.uscc).exclude(pk=organization.pk).first()
    if holder:
        raise CreditCodeRefused(
            _("The credit code %(code)s is already registered.") % {"code": organization.uscc}
        )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _record(organization: Organization, verb: str, *, by: User, at: datetime, **what: Any) -> None:
    audit.record(
        action=f"organizations.organization.{verb}",
        by=by,
        at=at,
        target=organization,
        division_path=organization.division.path,
        **what,
    )
