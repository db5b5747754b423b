"""Where the money of a project comes from, and how far it goes."""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Sum

from projects.models import FundingSource, Project
from projects.rules.funding import split

NOTHING = Decimal("0.00")
LOTTERIES = (FundingSource.Kind.LOTTERY_MUNICIPAL, FundingSource.Kind.LOTTERY_DISTRICT)


class Sources(NamedTuple):
    """``lines`` are the sources that stand, each with its share in percent; ``removed`` those taken
    out. Amounts in yuan; ``gap`` is missing to the budget, negative above it, None without one;
    ``unsourced`` is what was paid out of lottery funds and stands among no source."""

    lines: list[tuple[FundingSource, Decimal]]
    removed: list[FundingSource]
    total: Decimal
    gap: Decimal | None
    unsourced: Decimal


def of_project(project: Project) -> Sources:
    """The sources of a project, oldest first. Two queries."""
    found = list(project.sources.select_related("entered_by", "voided_by").order_by("id"))
    standing = [source for source in found if source.voided_at is None]
    parts = split([source.amount_yuan for source in standing], project.budget_yuan)
    return Sources(
        list(zip(standing, parts.shares, strict=True)),
        [source for source in found if source.voided_at is not None],
        parts.total,
        parts.gap,
        _unsourced(project, standing),
    )


def _unsourced(project: Project, standing: Iterable[FundingSource]) -> Decimal:
    paid = project.lotteries.aggregate(paid=Sum("paid_yuan"))["paid"] or NOTHING
    entered = sum((each.amount_yuan for each in standing if each.kind in LOTTERIES), NOTHING)
    return max(paid - entered, NOTHING)
