"""Experts: entered with their fields, bound to what they have an interest in."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from centers.models import Center
from organizations.models import Organization
from portal import voids
from portal.audit import services as audit
from portal.errors import DomainError, given
from portal.jurisdictions.models import Division
from portal.transitions import edit as edit_row
from portal.users import services as accounts
from portal.users.models import User
from projects.models import Bidder, Expert, Seat, Tie
from projects.models.field import Field
from projects.services import seats

ROLE = "evaluator"
# What may be corrected of an expert.
FIELDS = frozenset({"fields", "employer", "title", "is_active"})
_record = audit.Trail[Expert]("projects.expert", lambda expert: expert.district.path)


class ExpertAlready(DomainError):
    """Whoever is an expert already."""


class BidderCannotJudge(DomainError):
    """Whoever bids for an organization."""


class FieldsMissing(DomainError):
    """An expert of nothing, or of what there is not."""


class TieUnclear(DomainError):
    """A tie to nothing or to two, or that ends before it begins."""


@transaction.atomic
def enter(
    *,
    username: str,
    full_name: str,
    district: Division,
    fields: Iterable[str],
    by: User,
    at: datetime,
    employer: str = "",
    title: str = "",
) -> tuple[Expert, str]:
    """Enter an expert of the district, with an account to score by: the expert, and the account's
    first password where it is new, else "".

    Raises ``ExpertAlready``, ``BidderCannotJudge`` and ``FieldsMissing``.
    """
    chosen = _checked(fields)
    user, password = accounts.admit(username=username, full_name=full_name, at=at)
    if Expert.objects.filter(user=user).exists():
        raise ExpertAlready(_("%(user)s is an expert already.") % {"user": user})
    if user.is_service or Bidder.objects.filter(user=user).exists():
        raise BidderCannotJudge(
            _("%(user)s bids for an organization and judges no bids. Enter somebody else.")
            % {"user": user}
        )
    expert = Expert.objects.create(
        user=user,
        district=district,
        fields=chosen,
        employer=employer.strip(),
        title=title.strip(),
        entered_by=by,
        entered_at=at,
    )
    accounts.assign(user=user, role=ROLE, division=district, by=by, at=at)
    _record(expert, "enter", by=by, at=at, changes={"fields": [None, _told(chosen)]})
    return expert, password


def _checked(fields: Iterable[str]) -> list[str]:
    chosen = sorted(set(fields))
    if not chosen or not set(chosen) <= set(Field.values):
        raise FieldsMissing(
            _("Choose at least one field of the list: experts are drawn by the project's field.")
        )
    return chosen


def _told(value: Any) -> Any:
    """A value as the trail keeps it: what stands in a list, in one line."""
    return "、".join(value) if isinstance(value, list) else value


@transaction.atomic
def edit(*, expert: Expert, version: int, by: User, at: datetime, **changes: Any) -> Expert:
    """Correct what is known of an expert; ``changes`` are of ``FIELDS``. An employer that is
    typed now may bind the expert to a bidder: panels are looked at again.

    Raises ``FieldsMissing`` and ``Conflict``.
    """
    if unknown := changes.keys() - FIELDS:
        raise ValueError(f"not to be corrected: {sorted(unknown)}")
    if "fields" in changes:
        changes["fields"] = _checked(changes["fields"])
    before = {name: getattr(expert, name) for name in changes}
    edit_row(expert, version=version, **changes)
    told = {
        name: [_told(before[name]), _told(value)]
        for name, value in changes.items()
        if before[name] != value
    }
    _record(expert, "edit", by=by, at=at, changes=told)
    _look_again(expert, by=by, at=at)
    return expert


@transaction.atomic
def tie(
    *,
    expert: Expert,
    kind: str,
    by: User,
    at: datetime,
    organization: Organization | None = None,
    center: Center | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    note: str = "",
    source: str = Tie.Source.REGISTER,
) -> Tie:
    """Enter what binds an expert to an organization or a center. Where it binds to a bidder of a
    panel on which the expert sits, the seat is recused at once.

    Raises ``TieUnclear``.
    """
    if (organization is None) == (center is None):
        raise TieUnclear(_("Say to which organization or to which center: one of the two."))
    if from_on is not None and to_on is not None and to_on < from_on:
        raise TieUnclear(
            _("It ends on %(to)s, before it begins on %(from)s. Correct one of the two days.")
            % {"to": to_on, "from": from_on}
        )
    bound = Tie.objects.create(
        expert=expert,
        organization=organization,
        center=center,
        kind=kind,
        from_on=from_on,
        to_on=to_on,
        source=source,
        note=note.strip(),
        entered_by=by,
        entered_at=at,
    )
    _record(expert, "tie", by=by, at=at, changes={"tie": [None, kind]})
    _look_again(expert, by=by, at=at)
    return bound


@transaction.atomic
def untie(*, tie: Tie, reason: str, by: User, at: datetime) -> Tie:
    """A tie that is wrong counts no more; the row stays. Raises ``ReasonMissing`` and
    ``Conflict``."""
    reason = given(reason, _("Say why it does not count."))
    voids.void(tie, reason=reason, by=by, at=at)
    _record(tie.expert, "untie", by=by, at=at, changes={"tie": [tie.kind, None]}, reason=reason)
    return tie


def _look_again(expert: Expert, *, by: User, at: datetime) -> None:
    sitting = Seat.objects.sitting().filter(expert=expert, procurement__status__in=seats.RECUSABLE)
    for seat in sitting.select_related("procurement__project__division", "user").order_by("pk"):
        seats.look_again(seat=seat, by=by, at=at)
