"""Where the money of a project comes from, and how far it goes."""

from decimal import Decimal
from typing import NamedTuple

from projects.models import FundingSource, Project
from projects.rules.funding import split


class Sources(NamedTuple):
    """``lines`` are the sources that stand, each with its share in percent; ``removed`` those taken
    out. Amounts in yuan; ``gap`` is missing to the budget, negative above it, None without one."""

    lines: list[tuple[FundingSource, Decimal]]
    removed: list[FundingSource]
    total: Decimal
    gap: Decimal | None


def of_project(project: Project) -> Sources:
    """The sources of a project, oldest first. One query."""
    found = list(project.sources.select_related("entered_by", "removed_by").order_by("id"))
    standing = [source for source in found if source.removed_at is None]
    parts = split([source.amount_yuan for source in standing], project.budget_yuan)
    return Sources(
        list(zip(standing, parts.shares, strict=True)),
        [source for source in found if source.removed_at is not None],
        parts.total,
        parts.gap,
    )
