"""The register of centers and the people at them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from centers.models import Center, Filing, Membership, Person, ProfileRow
from portal.audit import services as audit
from portal.cells import name_key
from portal.errors import DomainError
from portal.jurisdictions.models import Division
from portal.users.models import User


class CreditCodeTaken(DomainError):
    """The credit code already belongs to another center."""

    @classmethod
    def by(cls, uscc: str | None) -> "CreditCodeTaken":
        text = _("Credit code %(uscc)s already belongs to another center. Compare it.")
        return cls(text % {"uscc": uscc})


class NotAPerson(DomainError):
    """A service account works at no center."""


@dataclass(frozen=True, order=True)
class Name:
    """A person as named at the door: ``code`` when the center numbers its people."""

    text: str
    code: str = ""


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
    """Enter a center in the register; without a code it gets the division's next one.

    Raises ``CreditCodeTaken``.
    """
    Division.objects.select_for_update().get(pk=division.pk)
    if uscc and Center.objects.filter(uscc=uscc).exists():
        raise CreditCodeTaken.by(uscc)
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
    """Give ``user`` a center role at ``center``.

    Raises ``NotAPerson``.
    """
    if user.is_service:
        raise NotAPerson(
            _(
                "“%(name)s” is the account of an interface client, which works at no center. Name "
                "a person's account."
            )
            % {"name": user.username}
        )
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


def people(*, center: Center, names: Sequence[Name]) -> dict[Name, Person]:
    """The persons a document names, new ones entered. Two queries, however many.

    By code where the document numbers people, else by name: documents that name two people alike
    without numbering them are refused at the door.
    """
    known = list(Person.objects.filter(center=center).order_by("-pk"))
    by_code = {person.code: person for person in known}
    by_name = {name_key(person.name): person for person in known}
    codes = (f"P{n:03d}" for n in count(1) if f"P{n:03d}" not in by_code)
    fresh = []
    for name in names:
        if name.code in by_code or (not name.code and name_key(name.text) in by_name):
            continue
        person = Person(center=center, code=name.code or next(codes), name=name.text)
        by_code[person.code] = by_name[name_key(person.name)] = person
        fresh.append(person)
    Person.objects.bulk_create(fresh)
    return {
        name: by_code[name.code] if name.code else by_name[name_key(name.text)] for name in names
    }


def repeat_profile(*, filing: Filing) -> None:
    """Let the register repeat the name and credit code of the profile the filing declares.

    Raises ``CreditCodeTaken``.
    """
    profile = ProfileRow.objects.filter(section__filing=filing, ends_on=None)
    row, center = profile.order_by("-position").first(), filing.center
    if row is None:
        return
    center.name, center.uscc = row.name, row.uscc
    try:
        with transaction.atomic():
            center.save(update_fields=["name", "uscc"])
    except IntegrityError as error:
        raise CreditCodeTaken.by(row.uscc) from error
