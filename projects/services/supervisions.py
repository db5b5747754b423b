"""Supervision: how a contract goes, and what was corrected since. Centers help with it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from centers.models import Center
from portal.errors import Conflict, DomainError, given
from portal.transitions import edit
from portal.users.models import User
from projects.models import Contract, Supervision
from projects.selectors.announced import LANGUAGE
from projects.selectors.planners import run_by
from projects.services import contracts, contributions

# What the work of a center counts as.
ASSISTED = "FN-44"


class FiguresImpossible(DomainError):
    """Figures that cannot be, such as more satisfied users than were asked."""


class SupplierHelps(DomainError):
    """The supplier, or the center that it operates, would look after its own contract."""


@transaction.atomic
def enter(
    *,
    contract: Contract,
    kind: str,
    happened_on: date,
    findings: str,
    by: User,
    at: datetime,
    center: Center | None = None,
    **figures: Any,
) -> Supervision:
    """Enter a look at a signed contract. ``figures`` are progress_percent, spent_yuan,
    records_sampled, asked, satisfied and correct_by, as far as they are known. Where a center
    helped, it counts in its work.

    Raises ``ReasonMissing``, ``NotSigned``, ``DayImpossible``, ``FiguresImpossible`` and
    ``SupplierHelps``.
    """
    findings = given(findings, _("Say what was found."))
    held = contracts.hold(contract)
    contracts.refuse_outside(contract=held, day=happened_on, at=at)
    _refuse_figures(happened_on, figures)
    refuse_supplier(held, center)
    supervision = Supervision.objects.create(
        contract=held,
        kind=kind,
        happened_on=happened_on,
        findings=findings,
        center=center,
        entered_by=by,
        entered_at=at,
        **figures,
    )
    told = {"kind": [None, kind], "happened_on": [None, happened_on.isoformat()]}
    contracts.trail(held, "supervise", by=by, at=at, changes=told)
    count_help(
        contract=held, center=center, happened_on=happened_on, what=supervision, by=by, at=at
    )
    return supervision


def _refuse_figures(happened_on: date, figures: dict[str, Any]) -> None:
    asked, satisfied = figures.get("asked"), figures.get("satisfied")
    if (asked is None) != (satisfied is None):
        raise FiguresImpossible(
            _("Give both how many were asked and how many are satisfied.")
        )
    refuse_opinions(asked, satisfied)
    correct_by = figures.get("correct_by")
    if correct_by is not None and correct_by < happened_on:
        raise FiguresImpossible(
            _("Nothing can be corrected by %(day)s, before it was found.") % {"day": correct_by}
        )


def refuse_supplier(contract: Contract, center: Center | None) -> None:
    """Refuse a center that is the supplier or is operated by it. Raises ``SupplierHelps``."""
    if center is not None and run_by(center)(contract.supplier):
        raise SupplierHelps(
            _("%(center)s carries out this contract and cannot look after it. Choose another.")
            % {"center": center}
        )


def refuse_opinions(asked: int | None, satisfied: int | None) -> None:
    """Refuse more satisfied users than were asked. Raises ``FiguresImpossible``."""
    if asked is not None and satisfied is not None and satisfied > asked:
        raise FiguresImpossible(
            _("%(satisfied)s of %(asked)s users asked cannot be satisfied: check both numbers.")
            % {"satisfied": satisfied, "asked": asked}
        )


def count_help(
    *,
    contract: Contract,
    center: Center | None,
    happened_on: date,
    what: Any,
    by: User,
    at: datetime,
) -> None:
    """Where a center helped with ``what``, count that in its work."""
    if center is None:
        return
    with override(LANGUAGE):
        title = f"{what._meta.verbose_name} {contract.title}"
    contributions.enter(
        center=center,
        function=ASSISTED,
        happened_on=happened_on,
        title=title,
        project=contract.project,
        organization=contract.supplier,
        by=by,
        at=at,
    )


@transaction.atomic
def correct(
    *,
    supervision: Supervision,
    version: int,
    corrected_on: date,
    correction: str,
    by: User,
    at: datetime,
) -> Supervision:
    """Note how what was found was corrected, once.

    Raises ``ReasonMissing``, ``DayImpossible`` and ``Conflict``.
    """
    correction = given(correction, _("Say how it was corrected."))
    contracts.refuse_outside(contract=supervision.contract, day=corrected_on, at=at)
    if corrected_on < supervision.happened_on:
        raise contracts.DayImpossible(
            _("It was found on %(day)s and cannot be corrected before.")
            % {"day": supervision.happened_on}
        )
    supervision.refresh_from_db(fields=["corrected_on"])
    if supervision.corrected_on is not None:
        raise Conflict(
            _("This was corrected on %(day)s already.") % {"day": supervision.corrected_on}
        )
    edit(supervision, version=version, corrected_on=corrected_on, correction=correction)
    told = {"corrected_on": [None, corrected_on.isoformat()]}
    contracts.trail(supervision.contract, "correct", by=by, at=at, changes=told, reason=correction)
    return supervision
