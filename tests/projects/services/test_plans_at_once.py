"""Two who decide on a plan, or supply a basis, at the same moment, on real connections."""

from functools import partial

import pytest

from portal.errors import Conflict
from projects.models import BudgetBasis, Plan
from projects.services import budgets, plans
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pack")]


def test_of_two_who_decide_at_once_one_wins(submitted, leader, chief, at):
    decisions = [
        partial(
            plans.decide,
            plan=Plan.objects.get(pk=submitted.pk),
            to=to,
            reason="意见",
            version=submitted.version,
            by=by,
            at=at,
        )
        for to, by in (("approved", leader), ("refused", chief))
    ]
    results = at_once(decisions)
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]
    submitted.refresh_from_db()
    won = next(result for result in results if isinstance(result, Plan))
    assert (submitted.status, submitted.decided_by_id) == (won.status, won.decided_by_id)


def test_a_basis_supplied_twice_at_once_is_one(budgeted, center, alice, at):
    supplies = [
        partial(
            budgets.supply,
            project=type(budgeted).objects.select_related("division").get(pk=budgeted.pk),
            center=center,
            version=budgeted.version,
            by=alice,
            at=at,
        )
        for _each in range(4)
    ]
    results = at_once(supplies)
    assert sum(isinstance(result, Conflict) for result in results) == 3
    assert BudgetBasis.objects.filter(project=budgeted).count() == 1
    assert center.work_records.filter(function="FN-43").count() == 1
