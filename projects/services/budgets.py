"""The budget of a project: cost lines, where their prices come from, and the basis they make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from centers.models import Center
from portal.audit import services as audit
from portal.errors import DomainError
from portal.transitions import edit
from portal.users.models import User
from projects.models import BudgetBasis, CostLine, Plan, PriceSource, Project, ProjectDocument
from projects.rules import costs
from projects.selectors import plans as selectors
from projects.services import contributions
from projects.services.plans import OPEN, refuse_elsewhere, refuse_over

# 提供预算依据
BUDGETING = "FN-43"
MOST_LINES = 100
MOST_SOURCES = 20
# What the columns hold.
MOST_YUAN = Decimal("9999999999.99")
_record = audit.Trail[Project]("projects.project", lambda project: project.division.path)


class LinesFrozen(DomainError):
    """Cost lines change while a plan is submitted or after it was decided on."""


class LineUnknown(DomainError):
    """A line that is to stay is none of the project."""


class LineMistaken(DomainError):
    """A line without name or unit, or with an amount that cannot be."""


class TooMany(DomainError):
    """More lines or sources than a budget has."""


class NoLines(DomainError):
    """A basis of the budget without cost lines."""


class SuppliedAlready(DomainError):
    """A basis that says what the last one said."""


class SourceMistaken(DomainError):
    """A source of a price that cannot be: without a name, below zero, of a day still to come, or
    with a file of another project."""


@dataclass(frozen=True)
class Line:
    """What is typed of one cost line; ``pk`` where it stays with its sources, null for a new one.
    Prices in yuan."""

    kind: str
    item: str
    unit: str
    quantity: Decimal
    unit_price_yuan: Decimal
    basis: str = ""
    pk: int | None = None

    def values(self) -> dict[str, object]:
        """The columns."""
        return {
            "kind": self.kind,
            "item": self.item.strip(),
            "unit": self.unit.strip(),
            "quantity": costs.cents(self.quantity),
            "unit_price_yuan": costs.cents(self.unit_price_yuan),
            "basis": self.basis.strip(),
        }


@dataclass(frozen=True)
class Source:
    """What is typed of one source of a price, in yuan."""

    kind: str
    from_whom: str
    price_yuan: Decimal
    on: date
    doc_no: str = ""
    document: ProjectDocument | None = field(default=None)


@transaction.atomic
def set_lines(
    *, project: Project, lines: Sequence[Line], version: int, by: User, at: datetime
) -> list[CostLine]:
    """Replace the cost lines of a project by ``lines``, the complete list in its order. A line with
    a ``pk`` stays and keeps its sources; what is not among them goes.

    ``version`` is the project's. Raises ``ProjectOver``, ``LinesFrozen``, ``TooMany``,
    ``LineMistaken``, ``LineUnknown``, and ``Conflict``.
    """
    if len(lines) > MOST_LINES:
        raise TooMany(_("A budget has at most %(most)s lines.") % {"most": MOST_LINES})
    for position, line in enumerate(lines, start=1):
        _refuse_mistaken(position, line)
    _hold(project, version)
    known = {line.pk: line for line in project.cost_lines.all()}
    kept = [line.pk for line in lines if line.pk is not None]
    if len(set(kept)) < len(kept) or not set(kept) <= set(known):
        raise LineUnknown(_("A line of the budget was removed meanwhile. Load the page again."))
    before = _total(known.values())
    project.cost_lines.exclude(pk__in=kept).delete()
    written = [
        _write(project, position, line, known.get(line.pk) if line.pk else None)
        for position, line in enumerate(lines, start=1)
    ]
    told = {"lines": [str(len(known)), str(len(lines))], "total": [before, _total(written)]}
    _record(project, "set_lines", by=by, at=at, changes=told)
    return written


def _hold(project: Project, version: int) -> None:
    """Take the next version of the project, if its lines may change."""
    refuse_over(project)
    plan = Plan.objects.select_for_update().filter(project=project).first()
    if plan is not None and plan.status not in OPEN:
        raise LinesFrozen(
            _(
                "The plan is “%(status)s”, and its cost lines with it. They can be changed only "
                "after it was sent back."
            )
            % {"status": plan.get_status_display()}
        )
    edit(project, version=version)


def _refuse_mistaken(position: int, line: Line) -> None:
    place = {"position": position, "item": line.item.strip() or "—"}
    if not line.item.strip() or not line.unit.strip() or line.kind not in CostLine.Kind.values:
        raise LineMistaken(
            _("Line %(position)s (%(item)s): say what kind it is, what is paid for, and its unit.")
            % place
        )
    if costs.cents(line.quantity) <= 0 or line.unit_price_yuan < 0:
        raise LineMistaken(
            _(
                "Line %(position)s (%(item)s): the quantity has to be above zero, and the unit "
                "price cannot be below zero."
            )
            % place
        )
    if max(line.quantity, line.unit_price_yuan, line.quantity * line.unit_price_yuan) > MOST_YUAN:
        raise LineMistaken(
            _("Line %(position)s (%(item)s): the amount is larger than any budget.") % place
        )


def _write(project: Project, position: int, line: Line, known: CostLine | None) -> CostLine:
    row = known or CostLine(project=project)
    row.position = position
    for name, value in line.values().items():
        setattr(row, name, value)
    row.save()
    return row


def _total(lines: Iterable[CostLine]) -> str:
    return str(costs.total(selectors.figures(lines)))


@transaction.atomic
def set_sources(
    *, line: CostLine, sources: Sequence[Source], version: int, by: User, at: datetime
) -> list[PriceSource]:
    """Replace where the price of a line comes from by ``sources``, the complete list.

    ``version`` is the project's. Raises as ``set_lines``, and ``SourceMistaken``.
    """
    project = line.project
    if len(sources) > MOST_SOURCES:
        raise TooMany(_("A price has at most %(most)s sources.") % {"most": MOST_SOURCES})
    for source in sources:
        _refuse_source(project, source, localdate(at))
    _hold(project, version)
    before = line.sources.count()
    line.sources.all().delete()
    written = [
        PriceSource.objects.create(
            line=line,
            kind=source.kind,
            from_whom=source.from_whom.strip(),
            price_yuan=source.price_yuan,
            on=source.on,
            doc_no=source.doc_no.strip(),
            document=source.document,
        )
        for source in sources
    ]
    told = {"line": [None, line.item], "sources": [str(before), str(len(written))]}
    _record(project, "set_sources", by=by, at=at, changes=told)
    return written


def _refuse_source(project: Project, source: Source, today: date) -> None:
    if not source.from_whom.strip() or source.kind not in PriceSource.Kind.values:
        raise SourceMistaken(_("Say of what kind the source of the price is, and from whom."))
    if source.price_yuan < 0:
        raise SourceMistaken(
            _("%(whom)s: a price cannot be below zero.") % {"whom": source.from_whom}
        )
    if source.on > today:
        raise SourceMistaken(
            _("%(whom)s: %(day)s has not come yet.") % {"whom": source.from_whom, "day": source.on}
        )
    if source.document is not None and source.document.project_id != project.pk:
        raise SourceMistaken(
            _("%(whom)s: the file belongs to another project.") % {"whom": source.from_whom}
        )


@transaction.atomic
def supply(
    *, project: Project, version: int, by: User, at: datetime, center: Center | None = None
) -> BudgetBasis:
    """Freeze the lines with their sources and comparisons as the next basis of the budget; the
    project's budget is its total. What a ``center`` supplies counts (FN-43).

    ``version`` is the project's. Raises ``ProjectOver``, ``AuthorElsewhere``, ``NoLines``,
    ``SuppliedAlready`` where no line, source or comparison changed since the last one, and
    ``Conflict``.
    """
    refuse_over(project)
    refuse_elsewhere(project, center)
    edit(project, version=version)
    today = localdate(at)
    content = selectors.basis_content(project, today)
    if not content["lines"]:
        raise NoLines(_("Enter the cost lines first: the basis is made from them."))
    last = project.budget_bases.order_by("-number").first()
    if last is not None and last.content["lines"] == content["lines"]:
        raise SuppliedAlready(
            _(
                "Basis no. %(number)s of %(day)s says the same: no line and no source was changed"
                " since. Change them first, or use that one."
            )
            % {"number": last.number, "day": last.supplied_on}
        )
    totals = content["totals"]
    basis = BudgetBasis.objects.create(
        project=project,
        number=last.number + 1 if last else 1,
        supplied_by_center=center,
        supplied_on=today,
        content=content,
        total_yuan=Decimal(totals["total_yuan"]),
        management_yuan=Decimal(totals["management_yuan"]),
        sha256=selectors.sha256_of(content),
        supplied_by=by,
        supplied_at=at,
    )
    before = project.budget_yuan
    Project.objects.filter(pk=project.pk).update(budget_yuan=basis.total_yuan)
    project.refresh_from_db(fields=["budget_yuan"])
    told = {
        "basis": [None, str(basis.number)],
        "budget_yuan": [None if before is None else str(before), str(basis.total_yuan)],
        "sha256": [None, basis.sha256],
    }
    _record(project, "supply_basis", by=by, at=at, changes=told)
    if center is not None:
        contributions.enter(
            center=center,
            function=BUDGETING,
            happened_on=today,
            title=f"{project.name} {basis.number}",
            project=project,
            by=by,
            at=at,
        )
    return basis
