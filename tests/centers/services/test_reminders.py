"""Reminders: by working days, once each, whatever restarts."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from django.utils import translation

from centers.models import Obligation
from centers.services import reminders, rounds
from portal.inbox.models import Notice
from tests.factories.centers import (
    CenterFactory,
    ExtensionFactory,
    FilingFactory,
    MembershipFactory,
    ObligationFactory,
    RoundFactory,
    SubmittedFilingFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.threads import at_once

# Due on Tuesday 2026-03-31; five working days before it is Tuesday the 24th.
pytestmark = pytest.mark.django_db


def run(on):
    day = date.fromisoformat(on)
    return reminders.remind(on=day, at=datetime(day.year, day.month, day.day, tzinfo=UTC))


@pytest.fixture
def owed(haitang, center, diane):
    return ObligationFactory(round=RoundFactory(division=haitang), center=center)


def told(user):
    """The reminders' steps, in the order they came."""
    keys = Notice.objects.filter(user=user, key__startswith="obligation:").order_by("pk")
    return [int(key.split(":")[2]) for key in keys.values_list("key", flat=True)]


def sentences(user):
    with translation.override("en"):
        return [notice.sentence for notice in Notice.objects.filter(user=user).order_by("pk")]


def test_each_step_is_told_once_on_its_working_day(owed, diane):
    day = date(2026, 3, 1)
    while day < date(2026, 4, 20):
        for hour in (0, 5, 10):
            reminders.remind(on=day, at=datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
        day += timedelta(days=1)
    found = Notice.objects.filter(user=diane).order_by("pk")
    days = [notice.created_at.date().isoformat() for notice in found]
    # 4 to 6 April are the Qingming holiday.
    assert days == ["2026-03-24", "2026-03-30", "2026-03-31", "2026-04-01", "2026-04-08"]
    assert told(diane) == [-5, -1, 0, 1, 5]


def test_the_sentences_say_how_long(owed, diane):
    for on in ("2026-03-24", "2026-03-31", "2026-04-08"):
        run(on)
    name = f"{owed.round.title} of {owed.center.name}"
    assert sentences(diane) == [
        f"{name} is due in 5 working days.",
        f"{name} is due: the last working day for it is today.",
        f"{name} is 5 working days overdue.",
    ]
    assert set(Notice.objects.filter(user=diane).values_list("due_on")) == {(owed.due_on,)}


def test_after_an_outage_only_the_last_step_is_told(owed, diane):
    run("2026-03-24")
    run("2026-04-02")
    assert told(diane) == [-5, 1]
    run("2026-04-03")
    assert told(diane) == [-5, 1]


def test_days_off_tell_nobody_and_make_up_days_do(owed, diane):
    assert run("2026-03-28") == run("2026-04-06") == 0
    ObligationFactory(
        round=RoundFactory(
            division=owed.round.division, due_on=date(2026, 5, 9), locks_on=date(2026, 5, 30)
        ),
        center=owed.center,
    )
    run("2026-05-09")
    assert 0 in told(diane)


def test_an_extension_starts_the_steps_again(owed, diane):
    run("2026-03-31")
    ExtensionFactory(obligation=owed)
    run("2026-04-01")
    assert told(diane) == [0]
    run("2026-04-14")
    assert told(diane) == [0, -1]


def test_who_has_filed_or_cannot_file_any_more_is_left_alone(owed, center, diane, alice, at):
    FilingFactory(center=center, obligation=owed, opened_by=diane)
    run("2026-03-24")
    assert told(diane) == [-5]
    SubmittedFilingFactory(
        center=CenterFactory(division=center.division), opened_by=diane, first_submitted_at=at
    )
    run("2026-05-06")
    assert told(diane) == [-5]


def test_a_filing_handed_in_ends_the_reminders(owed, center, diane, at):
    SubmittedFilingFactory(
        center=center, obligation=owed, opened_by=diane, first_submitted_at=at
    )
    run("2026-03-31")
    assert told(diane) == []


def test_a_cancelled_round_reminds_nobody(owed, alice, diane, at):
    rounds.cancel(round=owed.round, reason="改期", by=alice, at=at)
    run("2026-03-31")
    assert told(diane) == []


def test_officers_get_one_summary_a_day_and_other_districts_none(owed, alice, bob, wutong, at):
    ObligationFactory(round=owed.round, center=CenterFactory(division=wutong))
    SubmittedFilingFactory(center=CenterFactory(division=wutong), opened_by=alice)
    for on in ("2026-04-01", "2026-04-01", "2026-04-02"):
        run(on)
    assert sentences(alice) == [
        "海棠区: 2 not filed yet, 2 of them overdue; 1 waiting for review, 0 returned."
    ] * 2
    assert sentences(bob) == []


def test_where_nothing_waits_there_is_no_summary(haitang, alice):
    run("2026-04-01")
    assert sentences(alice) == []


def test_an_unknown_year_is_told_to_the_chief_once_and_stops_nothing(owed, haitang, diane, alice):
    chief = UserFactory(is_staff=True)
    RoleAssignmentFactory(user=chief, role="district_admin", division=haitang)
    beyond = RoundFactory(
        division=haitang, due_on=date(2027, 1, 15), locks_on=date(2027, 2, 15), reminder_days=[-99]
    )
    ObligationFactory(round=beyond, center=owed.center)
    run("2026-03-24"), run("2026-03-25")
    assert told(diane) == [-5]
    texts = [text for text in sentences(chief) if "2027" in text]
    assert len(texts) == 1
    assert not [text for text in sentences(alice) if "2027" in text]
    assert run("2027-01-04") == 0


def test_more_centers_cost_no_more_queries(owed, diane, wutong, django_assert_num_queries):
    for _ in range(5):
        ObligationFactory(round=owed.round, center=CenterFactory(division=wutong))
    MembershipFactory(user=diane, center=Obligation.objects.last().center)
    with django_assert_num_queries(9):
        run("2026-03-24")


@pytest.mark.django_db(transaction=True)
def test_two_timetables_and_many_workers_tell_each_person_once(owed, diane, alice):
    calls = [partial(run, "2026-03-31")] * 8
    results = at_once(calls)
    assert results == [1] * 8
    assert told(diane) == [0]
    assert Notice.objects.filter(user=alice).count() == 1
