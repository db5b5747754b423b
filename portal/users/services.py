"""Accounts and tokens."""

import secrets
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit import services as audit
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import ApiToken, RoleAssignment, User
from portal.users.roles import ROLES, Capability


class RoleUnknown(DomainError):
    """The role does not exist or is given at a center, not in a division."""


class AddressMalformed(DomainError):
    """The e-mail address is none."""


@transaction.atomic
def register(
    *,
    username: str,
    full_name: str,
    password: str | None,
    at: datetime,
    is_service: bool = False,
    email: str = "",
) -> User:
    """Open an account; without a password it cannot log in at a page."""
    user = User.objects.create_user(
        username,
        email=_checked(email),
        password=password,
        full_name=full_name,
        is_service=is_service,
    )
    audit.record(action="users.user.register", by=None, at=at, target=user)
    return user


def admit(
    *, username: str, full_name: str, at: datetime, email: str = ""
) -> tuple[User, str]:
    """The account of this name, and its first password when it had to be opened, else "".

    An e-mail address, when given, replaces the one it had.
    """
    if user := User.objects.filter(username=username).first():
        if email and email != user.email:
            change_email(user=user, email=email, by=None, at=at)
        return user, ""
    password = secrets.token_urlsafe(12)
    user = register(
        username=username,
        full_name=full_name or username,
        password=password,
        at=at,
        email=email,
    )
    return user, password


@transaction.atomic
def change_email(*, user: User, email: str, by: User | None, at: datetime) -> None:
    """Where the portal's mail goes; the trail tells that it changed, not to what."""
    user.email = _checked(email)
    user.save(update_fields=["email"])
    audit.record(action="users.user.change_email", by=by, at=at, target=user)


def _checked(email: str) -> str:
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise AddressMalformed(
            _("“%(email)s” is not an e-mail address; type it like name@example.cn.")
            % {"email": email}
        ) from error
    return email


@transaction.atomic
def assign(
    *, user: User, role: str, division: Division, by: User | None, at: datetime
) -> RoleAssignment:
    """Give ``user`` a role in ``division``; roles of the bureau also open the admin."""
    if role not in ROLES or ROLES[role].is_center_role:
        raise RoleUnknown(_("“%(role)s” is not a role of a division.") % {"role": role})
    assignment, _created = RoleAssignment.objects.get_or_create(
        user=user, role=role, division=division
    )
    if Capability.ADMIN_ENTER in ROLES[role].capabilities and not user.is_staff:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    audit.record(
        action="users.role.assign",
        by=by,
        at=at,
        target=user,
        division_path=division.path,
        changes={"role": [None, role]},
    )
    return assignment


@transaction.atomic
def withdraw(
    *, user: User, role: str, division: Division, by: User | None, at: datetime
) -> None:
    """Take a role in ``division`` back; what was never given is left alone."""
    taken, _rows = RoleAssignment.objects.filter(user=user, role=role, division=division).delete()
    if taken:
        audit.record(
            action="users.role.withdraw",
            by=by,
            at=at,
            target=user,
            division_path=division.path,
            changes={"role": [role, None]},
        )


def touch_token(*, token: ApiToken, at: datetime) -> None:
    """Remember the minute of the last use."""
    minute = at.replace(second=0, microsecond=0)
    if token.last_used_at != minute:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=minute)
