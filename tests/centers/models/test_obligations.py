"""How an obligation stands on a day: derived from dates and the filing, never stored."""

from datetime import UTC, date, datetime

import pytest

from centers.models import Obligation
from tests.factories.centers import (
    ExtensionFactory,
    FilingFactory,
    ObligationFactory,
    RoundFactory,
)
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db
BEFORE, IN_TIME, PAST_DUE, PAST_LOCK = (
    date(2026, 1, 4),
    date(2026, 3, 31),
    date(2026, 4, 1),
    date(2026, 5, 1),
)


@pytest.fixture
def owed(haitang, center):
    """Opens 2026-01-05, due 2026-03-31, locks 2026-04-30."""
    return ObligationFactory(round=RoundFactory(division=haitang), center=center)


def filed(owed, status, first=None):
    """A filing of the obligation; ``first`` is when it was submitted first."""
    signed = {} if status in ("draft", "prepared", "withdrawn") else {"submitted_at": first}
    if signed:
        signed |= {"submitted_by": UserFactory()}
    if status == "prepared":
        signed |= {"prepared_by": UserFactory(), "prepared_at": datetime(2026, 3, 1, tzinfo=UTC)}
    return FilingFactory(
        center=owed.center, obligation=owed, status=status, first_submitted_at=first, **signed
    )


def on(day):
    (found,) = Obligation.objects.with_state(day)
    return found


def test_without_a_filing_the_dates_decide(owed):
    days = {BEFORE: "upcoming", date(2026, 1, 5): "open", IN_TIME: "open", PAST_DUE: "overdue"}
    days |= {date(2026, 4, 30): "overdue", PAST_LOCK: "locked"}
    assert {day: on(day).state for day in days} == days
    assert [on(day).is_overdue for day in (IN_TIME, PAST_DUE, PAST_LOCK)] == [False, True, True]
    assert on(IN_TIME).filed_on is None


@pytest.mark.parametrize("status", ["draft", "prepared"])
def test_what_is_not_handed_in_is_overdue_like_nothing(owed, status):
    filing = filed(owed, status)
    days = {IN_TIME: status, PAST_DUE: "overdue", PAST_LOCK: "locked"}
    assert {day: on(day).state for day in days} == days
    assert (on(IN_TIME).filing_id, on(IN_TIME).filing_status) == (filing.pk, status)


@pytest.mark.parametrize("status", ["submitted", "returned", "accepted"])
def test_what_was_handed_in_is_never_overdue(owed, status):
    filed(owed, status, datetime(2026, 3, 20, 4, tzinfo=UTC))
    for day in (IN_TIME, PAST_DUE, PAST_LOCK):
        assert (on(day).state, on(day).is_overdue, on(day).is_late) == (status, False, False)
    assert on(IN_TIME).filed_on == date(2026, 3, 20)


def test_what_is_corrected_and_waits_for_the_director_is_still_returned(owed):
    filed(owed, "prepared", datetime(2026, 3, 20, 4, tzinfo=UTC))
    assert (on(PAST_LOCK).state, on(PAST_LOCK).filing_status) == ("returned", "prepared")


def test_a_withdrawn_filing_does_not_count(owed):
    filed(owed, "withdrawn", datetime(2026, 3, 20, 4, tzinfo=UTC))
    assert (on(PAST_DUE).state, on(PAST_DUE).filing_id) == ("overdue", None)


@pytest.mark.parametrize(
    ("first", "filed_on", "is_late"),
    [
        (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), date(2026, 3, 31), False),
        (datetime(2026, 3, 31, 16, 0, 0, tzinfo=UTC), date(2026, 4, 1), True),
    ],
)
def test_the_day_ends_at_midnight_in_shanghai(owed, first, filed_on, is_late):
    filed(owed, "submitted", first)
    assert (on(PAST_LOCK).filed_on, on(PAST_LOCK).is_late) == (filed_on, is_late)


def test_the_newest_extension_moves_every_line(owed):
    ExtensionFactory(obligation=owed, due_on=date(2026, 4, 10), locks_on=date(2026, 5, 10))
    ExtensionFactory(obligation=owed)  # 2026-04-15, 2026-05-15
    days = {PAST_DUE: "open", date(2026, 4, 15): "open", date(2026, 4, 16): "overdue"}
    days |= {date(2026, 5, 15): "overdue", date(2026, 5, 16): "locked"}
    assert {day: on(day).state for day in days} == days
    filed(owed, "submitted", datetime(2026, 4, 15, 4, tzinfo=UTC))
    assert not on(PAST_LOCK).is_late


def test_every_state_has_a_word_and_every_obligation_a_state(owed):
    for day in (BEFORE, IN_TIME, PAST_DUE, PAST_LOCK):
        assert str(on(day).state_label) == Obligation.State(on(day).state).label


def test_expected_is_what_is_open_and_in_force(owed, haitang, center, alice, at):
    expected = Obligation.objects.expected
    assert not expected(BEFORE).exists()
    assert expected(date(2026, 1, 5)).get() == owed
    RoundFactory._meta.model.objects.update(
        cancelled_by=alice, cancelled_at=at, cancel_reason="发错了"
    )
    assert not expected(date(2026, 1, 5)).exists()
