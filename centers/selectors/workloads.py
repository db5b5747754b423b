"""What waits in each district, counted for its officers."""

from datetime import date

from django.db.models import Count, Q
from django.db.models.functions import Substr

from centers.models import Filing, Obligation

DISTRICT = Substr("center__division__code", 1, 6)


def by_district(on: date) -> dict[str, dict[str, int]]:
    """District code → ``unfiled`` and of them ``overdue`` obligations, filings ``waiting`` for
    review and ``returned``. Districts where nothing waits are left out. Two queries."""
    expected = Obligation.objects.expected(on).with_state(on).order_by()
    owed = expected.filter(filed_on=None).annotate(district=DISTRICT).values("district")
    filed = Filing.objects.order_by().annotate(district=DISTRICT).values("district")
    parts = [
        owed.annotate(unfiled=Count("pk"), overdue=Count("pk", filter=Q(is_overdue=True))),
        filed.filter(status__in=[Filing.Status.SUBMITTED, Filing.Status.RETURNED]).annotate(
            waiting=Count("pk", filter=Q(status=Filing.Status.SUBMITTED)),
            returned=Count("pk", filter=Q(status=Filing.Status.RETURNED)),
        ),
    ]
    loads: dict[str, dict[str, int]] = {}
    empty = {"unfiled": 0, "overdue": 0, "waiting": 0, "returned": 0}
    for part in parts:
        for row in part:
            loads.setdefault(row.pop("district"), dict(empty)).update(row)
    return loads
