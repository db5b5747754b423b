"""Counts and rates of rounds: one denominator, one query."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from centers.models import Obligation
from centers.selectors import obligations
from tests.factories.centers import (
    CenterFactory,
    ExtensionFactory,
    FilingFactory,
    ObligationFactory,
    RoundFactory,
    SubmittedFilingFactory,
)

pytestmark = pytest.mark.django_db
APRIL = date(2026, 4, 5)


@pytest.fixture
def owe(wutong):
    """(round) → one more center's obligation."""
    return lambda asked: ObligationFactory(round=asked, center=CenterFactory(division=wutong))


@pytest.fixture
def asked(haitang):
    return RoundFactory(division=haitang)


def file(owed, *, day, status="submitted"):
    moment = datetime(2026, *day, 4, tzinfo=UTC)
    return SubmittedFilingFactory(
        center=owed.center, obligation=owed, status=status, first_submitted_at=moment
    )


@pytest.fixture
def mixed(asked, owe):
    """In time, accepted, late, late but extended, drafted and overdue, nothing and extended."""
    file(owe(asked), day=(3, 20))
    file(owe(asked), day=(3, 31), status="accepted")
    file(owe(asked), day=(4, 2), status="returned")
    extended = owe(asked)
    ExtensionFactory(obligation=extended)
    file(extended, day=(4, 2))
    drafted = owe(asked)
    FilingFactory(center=drafted.center, obligation=drafted)
    ExtensionFactory(obligation=owe(asked))
    return asked


def test_every_count_has_the_same_denominator(mixed, django_assert_num_queries):
    with django_assert_num_queries(1):
        tally = obligations.tally(Obligation.objects.all(), APRIL)
    assert tally == obligations.Tally(
        expected=6, received=4, on_time=3, late=1, overdue=1, accepted=1
    )
    assert tally.received == tally.on_time + tally.late
    assert tally.received_rate == Decimal(4) / 6
    assert tally.on_time_rate == Decimal(3) / 6


def test_nothing_expected_has_no_rate(asked, owe):
    owe(asked)
    tally = obligations.tally(Obligation.objects.all(), date(2026, 1, 4))
    assert (tally.expected, tally.received_rate, tally.on_time_rate) == (0, None, None)


def test_a_cancelled_round_expects_nothing(mixed, haitang, owe, alice, at):
    gone = {"cancelled_by": alice, "cancelled_at": at, "cancel_reason": "发错了"}
    cancelled = RoundFactory(division=haitang, **gone)
    owe(cancelled)
    found = obligations.tallies(Obligation.objects.all(), APRIL, by="round")
    assert set(found) == {mixed.pk}


def test_rounds_are_counted_in_one_query(mixed, haitang, owe, django_assert_num_queries):
    other = RoundFactory(division=haitang)
    file(owe(other), day=(3, 20))
    with django_assert_num_queries(1):
        found = obligations.tallies(Obligation.objects.all(), APRIL, by="round")
    assert {key: tally.expected for key, tally in found.items()} == {mixed.pk: 6, other.pk: 1}


def test_counts_follow_the_day(mixed):
    before = obligations.tally(Obligation.objects.all(), date(2026, 3, 31))
    after = obligations.tally(Obligation.objects.all(), date(2026, 6, 1))
    assert (before.overdue, after.overdue) == (0, 2)


def test_a_center_owes_what_it_has_not_handed_in(asked, haitang, center):
    soon = ObligationFactory(
        round=RoundFactory(division=haitang), center=center, due_on=date(2026, 3, 15)
    )
    later = ObligationFactory(round=asked, center=center)
    done = ObligationFactory(round=RoundFactory(division=haitang), center=center)
    returned = ObligationFactory(round=RoundFactory(division=haitang), center=center)
    file(done, day=(3, 20))
    file(returned, day=(3, 20), status="returned")
    assert obligations.owed_by(center, APRIL) == [soon, later, returned]
    assert obligations.owed_by(center, date(2026, 1, 1)) == []
