"""The register of organizations: entered, corrected, changed in status."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import Organization
from organizations.selectors.names import initials_of
from portal.audit import services as audit
from portal.cells import CellError, Parsed, parse_credit_code
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit, transition
from portal.users.models import User

record = audit.Trail[Organization](
    "organizations.organization", lambda organization: organization.division.path
)


class CreditCodeRefused(DomainError):
    """The credit code is not well formed, does not fit the type, or belongs to somebody else."""

    @classmethod
    def taken(cls, uscc: str | None) -> "CreditCodeRefused":
        return cls(_("The credit code %(code)s is already registered.") % {"code": uscc})


class DayRefused(DomainError):
    """A day of the registration has not come yet, or comes before another that it follows."""


def read_code(
    uscc: str | None, org_type: str | None, division_codes: Collection[str] | None = None
) -> Parsed[str]:
    """The code normalised, with what is odd about it; raises ``CreditCodeRefused``.

    ``division_codes`` as in ``parse_credit_code``.
    """
    try:
        return parse_credit_code(uscc, kind=org_type, division_codes=division_codes)
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
    """Enter an organization; ``details`` are further fields of the model.

    Where its code is that of a service center, it becomes the center's legal entity.
    """
    organization = Organization(
        name=name,
        initials=initials_of(name),
        org_type=org_type,
        division=division,
        uscc=read_code(uscc, org_type).value,
        **details,
    )
    _refuse_taken(organization)
    _check_days(organization, at)
    if organization.center is None and organization.uscc is not None:
        free = Center.objects.filter(uscc=organization.uscc, organization=None)
        organization.center = free.first()
    with _code_once(organization.uscc):
        organization.save(force_insert=True)
    _begin_dated(organization, by, at)
    record(organization, "register", by=by, at=at, changes={"name": [None, name]})
    return organization


@transaction.atomic
def update(
    *, organization: Organization, version: int, by: User, at: datetime, **changes: Any
) -> Organization:
    """Correct fields, but never the status. What is the same already writes nothing.

    A name or domicile corrected was wrong from its first day: the dated row that holds now is
    corrected with it, and another day of registration is the first day of the first of them.
    Raises ``CreditCodeRefused`` and ``DayRefused``; ``Conflict`` when somebody changed the row
    since ``version`` was read.
    """
    if {"uscc", "org_type"} & set(changes):
        org_type = changes.get("org_type", organization.org_type)
        changes["uscc"] = read_code(changes.get("uscc", organization.uscc), org_type).value
    before = {field: getattr(organization, field) for field in changes}
    changed = {field: value for field, value in changes.items() if before[field] != value}
    if not changed:
        return organization
    texts = audit.compared(before, changed)
    for field, value in changed.items():
        setattr(organization, field, value)
    _refuse_taken(organization)
    if {"registered_on", "certificate_ends_on"} & set(changed):
        _check_days(organization, at)
    if "name" in changed:
        changed["initials"] = initials_of(organization.name)
    with _code_once(organization.uscc):
        edit(organization, version=version, **changed)
    _correct_dated(organization, changed)
    record(organization, "update", by=by, at=at, changes=texts)
    return organization


def _begin_dated(organization: Organization, by: User, at: datetime) -> None:
    """The name and the domicile it was registered with, from that day on."""
    since = {"from_on": organization.registered_on, "entered_by": by, "entered_at": at}
    organization.names.create(name=organization.name, **since)
    organization.domiciles.create(
        address=organization.domicile, division=organization.division, **since
    )


def _correct_dated(organization: Organization, changed: Mapping[str, Any]) -> None:
    if "registered_on" in changed:
        _follow_registration(organization)
    if "name" in changed:
        organization.names.filter(to_on=None).update(name=organization.name)
    if {"domicile", "division"} & set(changed):
        organization.domiciles.filter(to_on=None).update(
            address=organization.domicile, division=organization.division
        )


def _follow_registration(organization: Organization) -> None:
    """What was first so called, and first lay there, was so from the day of registration on."""
    day = organization.registered_on
    for rows in (organization.names, organization.domiciles):
        first = rows.order_by(F("from_on").asc(nulls_first=True)).first()
        if first is None:
            continue
        if day and first.to_on and day > first.to_on:
            raise DayRefused(
                _("The name or domicile changed after %(day)s: it was registered before that.")
                % {"day": first.to_on.isoformat()}
            )
        rows.filter(pk=first.pk).update(from_on=day)


@transaction.atomic
def change_status(
    *, organization: Organization, to: str, version: int, reason: str, by: User, at: datetime
) -> Organization:
    """Follow the registration authority: deregistered, withdrawn, revoked."""
    reason = given(reason, _("Say why: name the authority's document."))
    before = organization.status
    transition(organization, to, version=version)
    record(
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
        raise CreditCodeRefused.taken(organization.uscc)


@contextmanager
def _code_once(uscc: str | None) -> Iterator[None]:
    """Tells of a code that somebody else entered at the same moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if "organizations_organization_uscc" in str(error):
            raise CreditCodeRefused.taken(uscc) from error
        raise


def _check_days(organization: Organization, at: datetime) -> None:
    day = organization.registered_on
    if day is None:
        return
    if day > localdate(at):
        raise DayRefused(
            _("The day of registration, %(day)s, has not come yet.") % {"day": day.isoformat()}
        )
    ends = organization.certificate_ends_on
    if ends is not None and ends < day:
        raise DayRefused(_("The certificate ends before the day of registration."))
