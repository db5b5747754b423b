"""What holds on a day by what was known at a time, against a plain reading of every decision."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluation.models import ParameterOverride
from evaluation.selectors import parameters

pytestmark = pytest.mark.django_db

DAYS = [date(2026, 1, 1) + timedelta(days=each) for each in range(4)]
TIMES = [datetime(2026, 1, 1, each, tzinfo=UTC) for each in range(4)]
DECISION = st.tuples(
    st.sampled_from(("shanghai", "haitang", "huangpu")),
    st.sampled_from(DAYS),
    st.sampled_from(TIMES),
    st.none() | st.integers(1, 90).map(str),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    decisions=st.lists(DECISION, max_size=8),
    day=st.sampled_from(DAYS),
    known_at=st.none() | st.sampled_from(TIMES),
)
def test_the_last_day_known_of_each_level_speaks(
    pack, shanghai, haitang, huangpu, alice, decisions, day, known_at
):
    """None stands for a reset. Of one day, what was decided later holds."""
    divisions = {"shanghai": shanghai, "haitang": haitang, "huangpu": huangpu}
    start = transaction.savepoint()
    for who, effective_from, set_at, value in decisions:
        ParameterOverride.objects.create(
            division=divisions[who],
            key="min_area",
            value=value,
            is_reset=value is None,
            effective_from=effective_from,
            reason="细则",
            doc_no="9号",
            set_by=alice,
            set_at=set_at,
        )
    found = area(pack, haitang, day, known_at)
    # Rows are append-only: each example takes its own back.
    transaction.savepoint_rollback(start)
    assert found == plainly(decisions, day, known_at)


def area(pack, division, day, known_at):
    setting = parameters.settings_for([division.path], pack, day, known_at)[division.path]
    return setting.values["min_area"]


def plainly(decisions, day, known_at):
    """Without a query: the default, then the city's last word, then the district's."""
    value = Decimal("30.00")
    for level in ("shanghai", "haitang"):
        spoken = [
            (effective_from, number, raw)
            for number, (who, effective_from, set_at, raw) in enumerate(decisions)
            if who == level
            and effective_from <= day
            and (known_at is None or set_at <= known_at)
        ]
        if spoken:
            *_rest, raw = max(spoken, key=lambda each: each[:2])
            value = value if raw is None else Decimal(raw)
    return value
