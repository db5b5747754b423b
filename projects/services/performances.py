"""Evaluations of performance: drafted by a template, filled, submitted for good."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from centers.models import Center
from organizations.models import Organization
from portal.errors import DomainError, together
from portal.transitions import edit, lock, transition
from portal.users.models import User
from projects.models import Announcement, Contract, Performance, PerformanceItem
from projects.selectors import announced
from projects.selectors import performances as selectors
from projects.selectors.performance_templates import all_templates
from projects.selectors.planners import run_by
from projects.services import announcements, contracts, supervisions

Evaluator = Performance.Evaluator
Status = Performance.Status
# States of a contract of which everything that is to be evaluated has happened.
OVER = (Contract.Status.ACCEPTED, Contract.Status.SETTLED, Contract.Status.TERMINATED)


class TemplateUnknown(DomainError):
    """No template of this kind has the code."""


class EvaluatorRefused(DomainError):
    """A supplier would evaluate itself, or nobody is named."""


class EvaluatedAlready(DomainError):
    """There is an evaluation of this kind."""


class IndicatorsRefused(DomainError):
    """Indicators do not fit the template; ``lines`` say each thing."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = list(lines)
        super().__init__(together(self.lines))


class AmountImpossible(DomainError):
    """A budget of nothing, or less than nothing spent."""


class NotOver(DomainError):
    """The contract still runs."""


class Item(NamedTuple):
    """An indicator of a part; ``completion`` in percent, None where it is not known yet."""

    part: str
    name: str
    weight: Decimal
    target: str = ""
    actual: str = ""
    completion: Decimal | None = None
    is_quantitative: bool = True


@transaction.atomic
def draft(
    *,
    contract: Contract,
    kind: str,
    template: str,
    evaluator: str,
    budget_yuan: Decimal,
    by: User,
    at: datetime,
    spent_yuan: Decimal | None = None,
    center: Center | None = None,
    third_party: Organization | None = None,
) -> Performance:
    """Draft an evaluation with the indicators that the template proposes. ``spent_yuan`` is None
    where the spending is not known, which is no zero.

    Raises ``NotSigned``, ``TemplateUnknown``, ``EvaluatorRefused``, ``AmountImpossible`` and
    ``EvaluatedAlready``.
    """
    # One that was signed and terminated has carried out and spent something.
    if contract.signed_on is None:
        contracts.refuse_unsigned(contract)
    found = all_templates().get(template)
    if found is None or found.kind != kind:
        raise TemplateUnknown(_("Choose a template for this kind of evaluation."))
    _refuse_evaluator(contract, evaluator, center, third_party)
    _refuse_amounts(budget_yuan, spent_yuan)
    if contract.performances.filter(kind=kind).exists():
        raise EvaluatedAlready(_("There is an evaluation of this kind: go on with that one."))
    performance = Performance(
        contract=contract,
        kind=kind,
        template=template,
        evaluator=evaluator,
        center=center,
        third_party=third_party,
        budget_yuan=budget_yuan,
        spent_yuan=spent_yuan,
        evaluated_by=by,
    )
    try:
        with transaction.atomic():
            performance.save(force_insert=True)
    except IntegrityError as error:
        if contract.performances.filter(kind=kind).exists():
            raise EvaluatedAlready(
                _("There is an evaluation of this kind: go on with that one.")
            ) from error
        raise
    _write(
        performance,
        [
            Item(part.code, each.name, each.weight, is_quantitative=each.is_quantitative)
            for part in found.parts
            for each in part.indicators
        ],
    )
    told = {"performance": [None, kind], "template": [None, template]}
    contracts.trail(contract, "draft_performance", by=by, at=at, changes=told)
    return performance


def _refuse_evaluator(
    contract: Contract,
    evaluator: str,
    center: Center | None,
    third_party: Organization | None,
) -> None:
    if (evaluator == Evaluator.THIRD_PARTY) != (third_party is not None):
        raise EvaluatorRefused(
            _("Name the organization where a third party evaluates, and only there.")
        )
    if evaluator == Evaluator.CENTER and center is None:
        raise EvaluatorRefused(_("Name the center that evaluates."))
    supplier = contract.supplier
    is_itself = third_party is not None and third_party.pk == supplier.pk
    if is_itself or (center is not None and run_by(center)(supplier)):
        raise EvaluatorRefused(
            _("“%(name)s” is the supplier and does not evaluate itself. Choose another.")
            % {"name": supplier.name}
        )


def _refuse_amounts(budget: Decimal, spent: Decimal | None) -> None:
    if budget <= 0:
        raise AmountImpossible(_("Enter a budget of more than 0 yuan."))
    if spent is not None and spent < 0:
        raise AmountImpossible(_("Enter what was spent, 0 or more; leave it blank if not known."))


@transaction.atomic
def update(
    *,
    performance: Performance,
    version: int,
    budget_yuan: Decimal,
    spent_yuan: Decimal | None,
    items: Sequence[Item],
    by: User,
    at: datetime,
) -> Performance:
    """Replace the figures and indicators of a draft; what does not fit yet is refused when it is
    submitted.

    Raises ``Conflict`` and ``AmountImpossible``.
    """
    lock(performance, Status.SUBMITTED, version=version)
    _refuse_amounts(budget_yuan, spent_yuan)
    edit(performance, version=version, budget_yuan=budget_yuan, spent_yuan=spent_yuan)
    performance.items.all().delete()
    _write(performance, items)
    told = {
        "performance": [None, performance.kind],
        "budget_yuan": [None, f"{budget_yuan:.2f}"],
        "spent_yuan": [None, None if spent_yuan is None else f"{spent_yuan:.2f}"],
        "indicators": [None, len(items)],
    }
    contracts.trail(performance.contract, "edit_performance", by=by, at=at, changes=told)
    return performance


def _write(performance: Performance, items: Sequence[Item]) -> None:
    PerformanceItem.objects.bulk_create(
        PerformanceItem(performance=performance, position=position, **item._asdict())
        for position, item in enumerate(items, start=1)
    )


@transaction.atomic
def submit(*, performance: Performance, version: int, by: User, at: datetime) -> Performance:
    """Compute points, score and grade, and keep them. Without spending there is no score, and
    nothing is published; with one, score and grade are.

    Raises ``Conflict``, ``NotOver`` and ``IndicatorsRefused``.
    """
    lock(performance, Status.SUBMITTED, version=version)
    performance.refresh_from_db()
    contract = performance.contract
    if contract.status not in OVER:
        raise NotOver(
            _("The contract is “%(status)s”: it is evaluated once it was accepted.")
            % {"status": contract.get_status_display()}
        )
    if refusals := selectors.refusals(performance):
        raise IndicatorsRefused(refusals)
    today = localdate(at)
    outcome = selectors.outcome(performance, selectors.overdone_percent(performance, today))
    for item in performance.items.all():
        performance.items.filter(pk=item.pk).update(points=outcome.points[item.position])
    transition(
        performance,
        Status.SUBMITTED,
        version=version,
        score=outcome.score,
        grade=outcome.grade,
        flags=[flag._asdict() for flag in outcome.flags],
        submitted_at=at,
    )
    score = None if outcome.score is None else f"{outcome.score:.2f}"
    told = {"performance": [None, performance.kind], "score": [None, score]}
    contracts.trail(contract, "submit_performance", by=by, at=at, changes=told)
    if outcome.score is not None:
        with override(announced.LANGUAGE):
            labels = {
                "kind_label": str(performance.get_kind_display()),
                "grade_label": str(performance.get_grade_display()),
            }
        announcements.publish(
            procurement=contract.procurement,
            kind=Announcement.Kind.PERFORMANCE,
            title=f"{contract.procurement.title}绩效评价（{labels['kind_label']}）结果公告",
            content={
                **contracts.named(contract),
                "kind": performance.kind,
                "score": score,
                "grade": outcome.grade,
                **labels,
            },
            by=by,
            at=at,
        )
    supervisions.count_help(
        contract=contract,
        center=performance.center,
        happened_on=today,
        what=performance,
        by=by,
        at=at,
    )
    return performance
