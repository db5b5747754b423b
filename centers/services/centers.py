"""The register of centers and the people at them."""

from datetime import datetime

from django.db import transaction

from centers.models import Center, Membership, Person, ProfileRow
from portal.audit import services as audit
from portal.jurisdictions.models import Division
from portal.users.models import User


@transaction.atomic
def enter(
    *,
    name: str,
    division: Division,
    by: User,
    at: datetime,
    code: str = "",
    uscc: str | None = None,
) -> Center:
    """Enter a center in the register; without a code it gets the division's next one."""
    Division.objects.select_for_update().get(pk=division.pk)
    center = Center.objects.create(
        code=code or _next_code(division), name=name, division=division, uscc=uscc
    )
    audit.record(
        action="centers.center.enter", by=by, at=at, target=center, division_path=division.path
    )
    return center


def _next_code(division: Division) -> str:
    taken = set(
        Center.objects.filter(code__startswith=f"{division.code}-").values_list("code", flat=True)
    )
    return next(
        code
        for code in (f"{division.code}-{n:02d}" for n in range(1, len(taken) + 2))
        if code not in taken
    )


@transaction.atomic
def join(*, user: User, center: Center, role: str, by: User | None, at: datetime) -> Membership:
    """Give ``user`` a center role at ``center``."""
    membership, _created = Membership.objects.get_or_create(user=user, center=center, role=role)
    audit.record(
        action="centers.center.join",
        by=by,
        at=at,
        target=center,
        division_path=center.division.path,
        changes={"member": [None, user.username], "role": [None, role]},
    )
    return membership


def person(*, center: Center, name: str, code: str = "") -> Person:
    """The person with this code, or a new one; without a code always somebody new."""
    if code:
        found, _created = Person.objects.get_or_create(
            center=center, code=code, defaults={"name": name}
        )
        return found
    new = Person.objects.create(center=center, code="", name=name)
    new.code = f"P{new.pk:06d}"
    new.save(update_fields=["code"])
    return new


def named(*, center: Center, name: str, code: str = "") -> Person:
    """The person a document names: by code when it numbers people, else the one so named.

    Documents that name two people alike without numbering them are refused at the door.
    """
    if code:
        return person(center=center, name=name, code=code)
    found = Person.objects.filter(center=center, name=name).order_by("pk").first()
    return found or person(center=center, name=name)


def repeat_profile(*, center: Center, row: ProfileRow) -> None:
    """Let the register repeat the name and credit code of the profile accepted last."""
    center.name, center.uscc = row.name, row.uscc
    center.save(update_fields=["name", "uscc"])
