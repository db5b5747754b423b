"""Entering a year's arrangement."""

from datetime import date
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from portal.audit.models import AuditEvent
from portal.errors import Conflict
from portal.workdays import services
from portal.workdays.models import WorkYear
from tests.factories.portal import WorkYearFactory
from tests.threads import at_once

OFF = [date(2027, 1, 1), date(2027, 5, 1), date(2027, 10, 1), date(2027, 2, 8)]
WORKED = [date(2027, 2, 14)]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def enter(alice, at):
    return partial(
        services.enter_year,
        year=2027,
        document="国办发明电〔2026〕7号",
        off_days=OFF,
        working_days=WORKED,
        by=alice,
        at=at,
    )


@pytest.mark.django_db
def test_enter_keeps_the_days_in_order_and_in_the_trail(enter, alice):
    entered = enter(off_days=[*reversed(OFF), OFF[0]])
    assert entered.off_days == sorted(OFF)
    event = AuditEvent.objects.get(action="workdays.year.enter")
    assert event.actor_id == alice.pk
    assert event.changes["working_days"] == [None, ["2027-02-14"]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"year": 2026}, services.YearKnown, "already knows"),
        ({"off_days": [*OFF, date(2028, 1, 3)]}, services.DaysImplausible, "2028-01-03"),
        ({"off_days": [*OFF, date(2026, 11, 30)]}, services.DaysImplausible, "2026-11-30"),
        ({"off_days": [*OFF, *WORKED]}, services.DaysImplausible, "both"),
        ({"working_days": [date(2027, 2, 15)]}, services.DaysImplausible, "2027-02-15"),
        ({"off_days": OFF[1:]}, services.DaysImplausible, "2027-01-01"),
    ],
)
def test_enter_refuses_what_cannot_be_an_arrangement(enter, values, error, words):
    with pytest.raises(error, match=words):
        enter(**values)
    assert not WorkYear.objects.exists()


@pytest.mark.django_db
def test_a_year_is_entered_once_and_then_corrected(enter, alice, at):
    entered = enter()
    with pytest.raises(services.YearKnown, match="correct it"):
        enter()
    values = {"document": "更正", "off_days": OFF, "working_days": [], "by": alice, "at": at}
    services.correct_year(work_year=entered, version=1, **values)
    event = AuditEvent.objects.get(action="workdays.year.correct")
    assert event.changes["working_days"] == [["2027-02-14"], []]
    with pytest.raises(Conflict):
        services.correct_year(work_year=entered, version=1, **values)


@pytest.mark.django_db(transaction=True)
def test_two_chiefs_enter_at_once_and_one_wins(enter):
    results = at_once([enter, enter])
    assert [type(r) for r in results if isinstance(r, Exception)] == [services.YearKnown]
    assert WorkYear.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"off_days": []},
        {"off_days": [date(2026, 11, 30)]},
        {"off_days": [date(2028, 1, 1)]},
        {"working_days": [date(2028, 1, 1)]},
        {"working_days": [date(2027, 1, 1)]},
        {"document": ""},
        {"year": 1999},
    ],
)
def test_the_database_refuses_impossible_years(alice, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        WorkYearFactory(**{"year": 2027, "entered_by": alice, "off_days": OFF} | values)
