"""The criteria by which bids are scored: named with the documents, and no others are scored."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from portal.errors import DomainError
from portal.transitions import edit
from portal.users.models import User
from projects.models import Criterion, Procurement
from projects.services.procurement_states import trail
from projects.services.procurements import refuse_announced

WHOLE = Decimal(100)
MOST = 40


class CriteriaWrong(DomainError):
    """Criteria that do not give 100, or without a price, or where nothing is scored."""


class Row(NamedTuple):
    """One criterion: ``kind`` of ``Criterion.Kind``, ``weight`` the points it gives at most."""

    name: str
    kind: str
    weight: Decimal
    guide: str = ""


@transaction.atomic
def set_criteria(
    *, procurement: Procurement, rows: Sequence[Row], version: int, by: User, at: datetime
) -> Procurement:
    """Put these criteria, in this order, in place of those before; the weight of the price follows.

    Raises ``AnnouncedAlready``, ``CriteriaWrong`` and ``Conflict``.
    """
    refuse_announced(procurement)
    _refuse_wrong(procurement, rows)
    price = next(row.weight for row in rows if row.kind == Criterion.Kind.PRICE)
    edit(procurement, version=version, price_weight=price)
    before = [[each.name, str(each.weight)] for each in procurement.criteria.all()]
    procurement.criteria.all().delete()
    Criterion.objects.bulk_create(
        Criterion(procurement=procurement, position=position, **row._asdict())
        for position, row in enumerate(rows, start=1)
    )
    after = [[row.name, str(row.weight)] for row in rows]
    trail(procurement, "set_criteria", by=by, at=at, changes={"criteria": [before, after]})
    return procurement


def _refuse_wrong(procurement: Procurement, rows: Sequence[Row]) -> None:
    if procurement.choice != Procurement.Choice.COMPREHENSIVE:
        raise CriteriaWrong(
            _("The lowest price is chosen here, so nothing is scored. Change how is chosen first.")
        )
    if len(rows) > MOST:
        raise CriteriaWrong(
            _("%(count)s criteria are too many: name %(most)s at most.")
            % {"count": len(rows), "most": MOST}
        )
    prices = sum(row.kind == Criterion.Kind.PRICE for row in rows)
    if prices != 1:
        raise CriteriaWrong(
            _("%(count)s criteria are the price. Exactly one is: its points are computed.")
            % {"count": prices}
        )
    total = sum((row.weight for row in rows), Decimal(0))
    if total != WHOLE:
        raise CriteriaWrong(
            _("The criteria give %(total)s points together. They have to give 100: correct them.")
            % {"total": total}
        )
