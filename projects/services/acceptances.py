"""Acceptance: each standard checked, the users heard, the result published."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Max
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from portal.audit import services as audit
from portal.errors import DomainError, given, together
from portal.transitions import edit, lock, transition
from portal.users.models import User
from projects.models import Acceptance, AcceptanceItem, Announcement, Contract, Project
from projects.services import announcements, contracts, supervisions

Result = Acceptance.Result
_record_project = audit.Trail[Project]("projects.project", lambda project: project.division.path)


class NothingChecked(DomainError):
    """An acceptance without a standard."""


class NotAllMet(DomainError):
    """A contract passes with a standard that is not met, a milestone that is not confirmed, or
    something found that is not corrected."""


class UsersNotAsked(DomainError):
    """An acceptance without the opinion of those served."""


class Checked(NamedTuple):
    """One standard of the contract and whether it is met."""

    standard: str
    is_met: bool
    note: str = ""


@transaction.atomic
def accept(
    *,
    contract: Contract,
    version: int,
    accepted_on: date,
    result: str,
    items: Sequence[Checked],
    asked: int,
    satisfied: int,
    users_opinion: str,
    by: User,
    at: datetime,
    center: Center | None = None,
    beneficiaries: int | None = None,
    note: str = "",
) -> Acceptance:
    """Enter the acceptance of a signed contract and publish its result. One that is passed accepts
    the contract and its project, on which ``beneficiaries`` is noted: people served.

    Raises ``ReasonMissing``, ``Conflict``, ``DayImpossible``, ``NothingChecked``,
    ``UsersNotAsked``, ``FiguresImpossible``, ``SupplierHelps`` and ``NotAllMet``.
    """
    users_opinion = given(users_opinion, _("Say what the users of the service think of it."))
    lock(contract, Contract.Status.ACCEPTED, version=version)
    contracts.refuse_outside(contract=contract, day=accepted_on, at=at)
    if asked < 1:
        raise UsersNotAsked(_("Ask users of the service: no acceptance without their opinion."))
    supervisions.refuse_opinions(asked, satisfied)
    supervisions.refuse_supplier(contract, center)
    if not items:
        raise NothingChecked(_("Check at least one standard of the contract."))
    if result == Result.PASSED:
        _refuse_unmet(contract, items)
    last = contract.acceptances.aggregate(last=Max("number"))["last"] or 0
    acceptance = Acceptance.objects.create(
        contract=contract,
        number=last + 1,
        accepted_on=accepted_on,
        result=result,
        center=center,
        asked=asked,
        satisfied=satisfied,
        users_opinion=users_opinion,
        note=note,
        published_on=localdate(at),
        accepted_by=by,
        accepted_at=at,
    )
    AcceptanceItem.objects.bulk_create(
        AcceptanceItem(acceptance=acceptance, position=position, **item._asdict())
        for position, item in enumerate(items, start=1)
    )
    told = {"acceptance": [None, acceptance.number], "result": [None, result]}
    contracts.trail(contract, "accept", by=by, at=at, changes=told)
    if result == Result.PASSED:
        transition(contract, Contract.Status.ACCEPTED, version=version)
        _accept_project(contract, beneficiaries, by=by, at=at)
    else:
        edit(contract, version=version)
    announcements.publish(
        procurement=contract.procurement,
        kind=Announcement.Kind.ACCEPTANCE,
        title=f"{contract.procurement.title}验收结果公告",
        content={
            **contracts.named(contract),
            "accepted_on": accepted_on.isoformat(),
            "result": result,
            "asked": asked,
            "satisfied": satisfied,
        },
        by=by,
        at=at,
    )
    supervisions.count_help(
        contract=contract, center=center, happened_on=accepted_on, what=acceptance, by=by, at=at
    )
    return acceptance


def _refuse_unmet(contract: Contract, items: Sequence[Checked]) -> None:
    unmet = [item.standard for item in items if not item.is_met]
    unconfirmed = contract.milestones.filter(confirmed_at=None).values_list("name", flat=True)
    refusals = [
        _("“%(name)s” is not met: choose another result, or have it corrected first.")
        % {"name": name}
        for name in unmet
    ]
    refusals += [
        _("The milestone “%(name)s” is not confirmed yet: confirm it first.") % {"name": name}
        for name in unconfirmed
    ]
    found = contract.supervisions.filter(corrected_on=None, correct_by__isnull=False)
    refusals += [
        _("What was found on %(day)s is not corrected yet: enter the correction first.")
        % {"day": day}
        for day in found.values_list("happened_on", flat=True)
    ]
    if refusals:
        raise NotAllMet(together(refusals))


def _accept_project(
    contract: Contract, beneficiaries: int | None, *, by: User, at: datetime
) -> None:
    project = Project.objects.select_for_update().get(pk=contract.project_id)
    if Project.Status.ACCEPTED not in Project.TRANSITIONS.get(project.status, ()):
        return
    before = project.status
    changes = {} if beneficiaries is None else {"beneficiaries_actual": beneficiaries}
    transition(project, Project.Status.ACCEPTED, version=project.version, **changes)
    told = {"status": [before, project.status]}
    _record_project(project, "accept", by=by, at=at, changes=told)
