"""Counts of outcomes, each rate with its denominator."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Count, QuerySet

from centers.models import Center
from evaluation.models import Finding, Verdict
from evaluation.rules.base import Rule


@dataclass
class Tally:
    """Outcomes of one rule over a set of centers."""

    rule: Rule
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """The rate's denominator: met and not met. No data and not applicable stay outside."""
        return self.counts.get("met", 0) + self.counts.get("not_met", 0)

    @property
    def rate(self) -> Decimal | None:
        """Met ÷ (met + not met), four decimals; None when nothing was judged."""
        if not self.judged:
            return None
        share = Decimal(self.counts.get("met", 0)) / self.judged
        return share.quantize(Decimal("0.0001"), ROUND_HALF_UP)

    @property
    def total(self) -> int:
        """All centers with a finding."""
        return sum(self.counts.values())


def by_rule(
    centers: "QuerySet[Center]", rules: Iterable[Rule], series_on: date | None = None
) -> list[Tally]:
    """One tally per rule, in the pack's order. One query."""
    tallies = {rule.id: Tally(rule) for rule in rules}
    standing = Finding.objects.standing(series_on).filter(center__in=centers)
    counted = standing.order_by().values_list("rule", "outcome").annotate(n=Count("id"))
    for rule, outcome, n in counted:
        if rule in tallies:
            tallies[rule].counts[outcome] = n
    return list(tallies.values())


def by_rollup(centers: "QuerySet[Center]", series_on: date | None = None) -> dict[str, int]:
    """Roll-up → number of centers, every roll-up present. One query."""
    standing = Verdict.objects.standing(series_on).filter(center__in=centers)
    counted = standing.order_by().values_list("rollup").annotate(n=Count("id"))
    return dict.fromkeys(Verdict.Rollup.values, 0) | dict(counted)
