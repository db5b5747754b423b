"""People and workers on one warning, one month and one night at the same moment."""

from datetime import date, timedelta
from functools import partial

import pytest

from organizations.models import EarlyWarning, Watch, WorkRecord
from organizations.services import warning_news, warnings, watches
from portal.errors import Conflict
from portal.inbox.models import Notice
from tests.factories.organizations import EarlyWarningFactory, OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("pack")]

ON = date(2026, 3, 2)


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong, council_ends_on=date(2026, 3, 1))


def test_of_many_who_look_into_a_clue_one_does(organization, haitang, at):
    warning = EarlyWarningFactory(organization=organization)
    officers = [
        RoleAssignmentFactory(user=UserFactory(), division=haitang).user for _each in range(4)
    ]
    results = at_once(
        [
            partial(
                warnings.acknowledge,
                warning=EarlyWarning.objects.get(pk=warning.pk),
                version=1,
                by=officer,
                at=at,
            )
            for officer in officers
        ]
    )
    assert sum(isinstance(result, Conflict) for result in results) == 3
    warning.refresh_from_db()
    assert warning.acknowledged_by in officers
    assert warning.steps.get().by == warning.acknowledged_by


def test_of_two_decisions_on_one_clue_one_holds(organization, alice, at):
    warning = EarlyWarningFactory(organization=organization)
    results = at_once(
        [
            partial(
                verb,
                warning=EarlyWarning.objects.get(pk=warning.pk),
                text="已核实",
                version=1,
                by=alice,
                at=at,
            )
            for verb in (warnings.verify, warnings.dismiss)
        ]
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert warning.steps.count() == 1


def test_of_a_report_and_zeros_of_one_month_what_stands_is_the_report(
    organization, center, diane, at
):
    zero = partial(warnings.report_zero, center=center, month=date(2026, 2, 1), by=diane, at=at)
    report = partial(
        warnings.report,
        center=center,
        organization=organization,
        code="W-14",
        text="居民投诉",
        happened_on=date(2026, 2, 10),
        by=diane,
        at=at,
    )
    results = at_once([zero, zero, report])
    assert isinstance(results[2], EarlyWarning)
    assert WorkRecord.objects.valid().get().is_zero_report is False


def test_workers_on_one_night_write_it_once(organization, wutong, haitang, at, monkeypatch):
    monkeypatch.setattr(watches, "PART_SIZE", 2)
    for _each in range(4):
        OrganizationFactory(division=wutong, council_ends_on=date(2026, 3, 1))
    night = Watch.objects.create(district=haitang, on=ON, requested_at=at, enqueued_at=at)
    # Leases that ran out while the first worker was at it.
    late = at + watches.LEASE + timedelta(seconds=1)
    for _round in range(4):
        results = at_once(
            [
                partial(watches.look, watch_id=night.pk, at=at),
                partial(watches.look, watch_id=night.pk, at=late),
                partial(watches.look, watch_id=night.pk, at=late),
            ]
        )
        assert not [result for result in results if isinstance(result, Exception)]
    while watches.look(watch_id=night.pk, at=late + watches.LEASE + timedelta(seconds=1)):
        pass
    night.refresh_from_db()
    assert (night.status, night.looked_count, night.opened_count) == ("done", 5, 5)
    assert EarlyWarning.objects.count() == 5


def test_a_clue_is_escalated_once_by_two_timetables(organization, leader, at):
    EarlyWarningFactory(organization=organization)
    call = partial(warning_news.escalate, on=date(2026, 6, 1), at=at)
    assert sorted(at_once([call, call])) == [0, 1]
    assert Notice.objects.count() == 1


def test_tonight_is_entered_once_by_two_timetables(organization, at):
    call = partial(watches.request_nightly, at=at)
    results = at_once([call, call])
    assert not [result for result in results if isinstance(result, Exception)]
    assert Watch.objects.count() == 1
