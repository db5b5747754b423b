"""One conditional UPDATE decides who does the work; nobody's work is lost with its worker."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.dispatch import Signal

from organizations.models import Watch
from portal import leases
from portal.leases import MAX_ATTEMPTS, PATIENCE
from tests.factories.organizations import WatchFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db

LEASE = timedelta(minutes=2)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def work(haitang, at):
    return WatchFactory(district=haitang, enqueued_at=at)


def claim(work, at):
    return Watch.objects.filter(pk=work.pk, status="waiting").claim(lease=LEASE, at=at)


def holder(work, at):
    """The row as its worker reads it after the claim."""
    assert claim(work, at)
    return Watch.objects.get(pk=work.pk)


def test_what_one_worker_holds_no_other_can_claim_before_the_lease_is_over(work, at):
    assert claim(work, at)
    assert not claim(work, at)
    assert not claim(work, at + LEASE)
    assert claim(work, at + LEASE + MOMENT)
    work.refresh_from_db()
    assert (work.attempts, work.lease_until) == (2, at + LEASE + MOMENT + LEASE)


def test_what_does_not_wait_cannot_be_claimed(work, at):
    Watch.objects.update(status="done", finished_at=at)
    assert not claim(work, at)


def test_what_is_released_can_be_claimed_at_once(work, at):
    assert Watch.objects.release(holder(work, at), error="broken")
    work.refresh_from_db()
    assert (work.lease_until, work.attempts, work.error) == (None, 1, "broken")
    assert claim(work, at)


def test_a_worker_that_comes_too_late_releases_nothing_of_its_successor(work, at):
    late = holder(work, at)
    successor = holder(work, at + LEASE + MOMENT)
    assert not Watch.objects.release(late, error="broken")
    work.refresh_from_db()
    assert (work.lease_until, work.error) == (successor.lease_until, "")
    assert not Watch.objects.held_by(late).exists()
    assert Watch.objects.held_by(successor).exists()


def test_after_the_last_attempt_nobody_can_claim_it_and_it_counts_as_lost(work, at):
    for _number in range(MAX_ATTEMPTS - 1):
        worker = holder(work, at)
        assert not worker.is_last_attempt
        Watch.objects.release(worker)
    assert holder(work, at).is_last_attempt
    assert not Watch.objects.lost(at + LEASE).exists()
    after = at + LEASE + MOMENT
    assert not claim(work, after)
    assert Watch.objects.lost(after).get() == work
    assert Watch.objects.rouse(after + PATIENCE) == []


def test_what_begins_anew_has_all_its_attempts(work, at):
    Watch.objects.update(attempts=MAX_ATTEMPTS, lease_until=at + LEASE)
    Watch.objects.update(**leases.anew(at))
    assert holder(work, at).attempts == 1


def test_workers_are_woken_for_what_waits_too_long_and_nobody_holds(haitang, at, monkeypatch):
    def night(day, **values):
        return WatchFactory(district=haitang, on=date(2026, 3, day), enqueued_at=at, **values).pk

    first, second, third = night(1), night(2), night(3)
    night(4, lease_until=at + timedelta(hours=1))
    Watch.objects.filter(pk=third).update(enqueued_at=None)
    assert Watch.objects.rouse(at + PATIENCE) == [third]
    monkeypatch.setattr(leases, "SWEEP_LIMIT", 2)
    later = at + 2 * PATIENCE + MOMENT
    assert Watch.objects.rouse(later) == [first, second]
    assert Watch.objects.rouse(later) == [third]
    assert Watch.objects.rouse(later + PATIENCE) == []


def test_a_sweep_costs_two_queries(haitang, at, django_assert_num_queries):
    for day in (1, 2, 3):
        WatchFactory(district=haitang, on=date(2026, 3, day), enqueued_at=at)
    with django_assert_num_queries(2):
        assert len(Watch.objects.rouse(at + PATIENCE + MOMENT)) == 3


@pytest.mark.django_db(transaction=True)
def test_of_many_who_claim_at_once_one_gets_it(work, at):
    assert sorted(at_once([lambda: claim(work, at)] * 4)) == [False, False, False, True]
    work.refresh_from_db()
    assert work.attempts == 1


@pytest.mark.django_db(transaction=True)
def test_of_sweepers_at_once_each_finds_others(haitang, at):
    nights = [WatchFactory(district=haitang, on=date(2026, 3, day)).pk for day in (1, 2, 3)]
    Watch.objects.update(enqueued_at=at)

    def sweep():
        with transaction.atomic():
            return Watch.objects.rouse(at + PATIENCE + MOMENT)

    found = at_once([sweep] * 4)
    assert sorted(pk for ids in found for pk in ids) == nights


def test_workers_hear_of_rows_after_commit_and_never_of_none(
    work, django_capture_on_commit_callbacks
):
    signal, heard = Signal(), []
    listen = lambda sender, ids, is_urgent, **_: heard.append((sender, ids, is_urgent))  # noqa: E731
    signal.connect(listen)
    with django_capture_on_commit_callbacks(execute=True):
        leases.wake(signal, Watch, [work.pk], is_urgent=True)
        leases.wake(signal, Watch, [], is_urgent=True)
        assert heard == []
    assert heard == [(Watch, [work.pk], True)]


def test_an_error_is_kept_in_so_many_words():
    assert leases.told(ValueError("bad")) == "ValueError: bad"
    assert len(leases.told(ValueError("x" * 9_000))) == leases.LONGEST_ERROR
