"""Procurements that are ready to be announced, and what bidders need to answer them."""

from datetime import UTC, date, datetime
from decimal import Decimal

from projects.models import Plan
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import (
    BidderFactory,
    CriterionFactory,
    InviteeFactory,
    KeyHolderFactory,
    PlanFactory,
    ProcurementFactory,
)
from tests.factories.projects import ProjectFactory

# A Monday morning in Shanghai; deadlines are compared with the database's own clock too.
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DEADLINE = datetime(2099, 1, 5, 2, 0, tzinfo=UTC)


def planned(division, budget_yuan=Decimal("300000.00"), *, author=None, **values):
    """A project of the division whose plan is approved and whose budget is supplied; ``author`` is
    the center that wrote the plan."""
    project = ProjectFactory(division=division, budget_yuan=budget_yuan, **values)
    plan = PlanFactory(project=project, author_center=author)
    sender, decider = UserFactory(), UserFactory()
    sent = {"submitted_by": sender, "submitted_at": AT}
    Plan.objects.filter(pk=plan.pk).update(status="submitted", **sent)
    decided = {"decided_by": decider, "decided_at": AT, "decision_reason": "符合需求"}
    Plan.objects.filter(pk=plan.pk).update(status="approved", **decided)
    return project


def ready(division, *, project=None, invitees=(), holders=(), **values):
    """A draft that the service announces at ``AT``: a plan, a budget, keys, days, criteria
    where bids are scored. Bids are received until 2099 unless another deadline is given."""
    budget_yuan = values.get("budget_yuan", Decimal("300000.00"))
    days = {
        "documents_from": date(2026, 3, 2),
        "documents_until": date(2026, 3, 10),
        "questions_until": date(2026, 3, 12),
    }
    procurement = ProcurementFactory(
        project=project or planned(division, budget_yuan),
        **{"deadline_at": DEADLINE, **days, **values},
    )
    if procurement.choice == "comprehensive":
        CriterionFactory(procurement=procurement, position=1, kind="price", name="报价")
        CriterionFactory(procurement=procurement, position=2, name="方案", weight=Decimal("80"))
    users = list(holders) or [UserFactory() for _each in range(procurement.key_total)]
    for position, user in enumerate(users, start=1):
        KeyHolderFactory(procurement=procurement, position=position, user=user)
    for organization in invitees:
        InviteeFactory(procurement=procurement, organization=organization)
    return procurement


def bidder(division, **values):
    """An account by which a new organization of the division bids."""
    return BidderFactory(organization=OrganizationFactory(division=division, **values))
