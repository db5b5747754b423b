"""How obligations stood at the end of a day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from centers.models import Obligation, Section
from centers.selectors import obligations, round_counts
from tests.factories.centers import (
    CenterFactory,
    ExtensionFactory,
    FilingFactory,
    ObligationFactory,
    RoundFactory,
    SectionFactory,
    SubmittedFilingFactory,
)

TODAY = date(2026, 6, 1)
FILED = datetime(2026, 4, 2, 1, 0, tzinfo=UTC)
ACCEPTED = datetime(2026, 4, 20, 1, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(haitang):
    return RoundFactory(division=haitang)


@pytest.fixture
def owed(asked, wutong):
    """A center's obligation of the round, due on 2026-03-31."""
    return lambda: ObligationFactory(round=asked, center=CenterFactory(division=wutong))


def handed_in(obligation, status="submitted"):
    return SubmittedFilingFactory(
        center=obligation.center,
        obligation=obligation,
        status=status,
        submitted_at=FILED,
        first_submitted_at=FILED,
    )


def accept(filing, by):
    section = SectionFactory(filing=filing)
    for status in ("submitted", "accepted"):
        Section.objects.filter(pk=section.pk).update(
            status=status, decided_by=by, decided_at=ACCEPTED
        )
    type(filing).objects.filter(pk=filing.pk).update(status="accepted")


def standing(on, today=TODAY):
    return round_counts.stood(Obligation.objects.all(), on, today).get()


def test_what_was_handed_in_later_was_not_there_yet(owed):
    handed_in(owed())
    before, after = standing(date(2026, 4, 1)), standing(date(2026, 4, 2))
    assert (before.handed_in_on, before.stood, before.was_overdue) == (None, "overdue", True)
    assert (after.handed_in_on, after.stood) == (date(2026, 4, 2), "submitted")
    assert (after.was_late, after.was_overdue) == (True, False)


def test_what_was_accepted_later_was_only_handed_in(owed, alice):
    accept(handed_in(owed()), alice)
    assert standing(date(2026, 4, 19)).stood == "submitted"
    assert standing(date(2026, 4, 20)).stood == "accepted"


@pytest.mark.parametrize(
    ("on", "state"),
    [
        (date(2026, 1, 4), "upcoming"),
        (date(2026, 3, 31), "open"),
        (date(2026, 4, 30), "overdue"),
        (date(2026, 5, 1), "locked"),
    ],
)
def test_without_a_filing_the_dates_say_how_it_stood(owed, on, state):
    owed()
    assert standing(on).stood == state


def test_an_extension_counts_for_days_before_it_was_given_too(owed):
    ExtensionFactory(obligation=owed(), due_on=date(2026, 4, 15), locks_on=date(2026, 5, 15))
    assert standing(date(2026, 4, 10)).stood == "open"


def test_who_prepares_is_known_of_today_alone(owed):
    obligation = owed()
    FilingFactory(center=obligation.center, obligation=obligation)
    on = date(2026, 2, 1)
    assert standing(on, today=on).stood == "draft"
    assert standing(on, today=on + timedelta(days=1)).stood == "open"


def test_of_today_every_count_is_that_of_the_round_page(asked, owed, alice):
    owed()
    handed_in(owed())
    accept(handed_in(owed()), alice)
    for on in (date(2026, 4, 10), TODAY):
        mine = Obligation.objects.filter(round=asked)
        counted = round_counts.tallies(mine, on)
        assert counted[asked.pk].received == 2
        assert counted[asked.pk].overdue == 1
    assert round_counts.tallies(mine, TODAY) == obligations.tallies(mine, TODAY, by="round")


def test_what_is_not_open_or_was_cancelled_is_not_expected(asked, owed, alice):
    owed()
    mine = Obligation.objects.all()
    assert round_counts.tallies(mine, date(2026, 1, 4)) == {}
    type(asked).objects.filter(pk=asked.pk).update(
        cancelled_by=alice, cancelled_at=FILED, cancel_reason="重复"
    )
    assert round_counts.tallies(mine, TODAY) == {}
