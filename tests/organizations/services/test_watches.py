"""The nightly watch: what it opens and leaves alone, and how it goes on where it was cut off."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from evaluation.services import parameters
from organizations import tasks
from organizations.models import CreditListing, EarlyWarning, Organization, Watch
from organizations.services import credit_lists, observations, warnings, watches
from portal.audit.models import AuditEvent
from portal.errors import Conflict
from portal.inbox.models import Notice
from portal.jurisdictions import services as jurisdictions
from portal.leases import MAX_ATTEMPTS
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    CreditListingFactory,
    EarlyWarningFactory,
    ObservationFactory,
    OrganizationFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db

ON = date(2026, 3, 2)
DAY = timedelta(days=1)


def standing():
    """(kind, episode, state, no longer found since) of every warning, oldest first."""
    found = EarlyWarning.objects.order_by("pk")
    return list(found.values_list("code", "episode", "status", "ceased_on"))


@pytest.fixture
def organization(wutong):
    """One whose council's term ended on 1 March 2026."""
    return OrganizationFactory(division=wutong, council_ends_on=date(2026, 3, 1))


@pytest.fixture
def look(haitang, at):
    """Look through 海棠区 as of a day."""
    return lambda on=ON, **values: watches.watch(district=haitang, on=on, at=at, **values)


def test_a_watch_opens_what_it_finds_and_says_how_much(organization, look):
    night = look()
    assert (night.status, night.looked_count, night.opened_count) == ("done", 1, 1)
    warning = EarlyWarning.objects.get()
    assert (warning.code, warning.source, warning.level) == ("W-07", "computed", "general")
    assert (warning.subject, warning.since_on, warning.opened_on) == (organization, ON, ON)
    assert warning.figures == {"council_ends_on": "2026-03-01"}
    # Ten working days after Monday, 2 March 2026.
    assert warning.ack_due_on == date(2026, 3, 16)


def test_a_second_watch_of_the_day_and_the_next_one_write_nothing(organization, look):
    look()
    before = EarlyWarning.objects.values().get()
    assert look().opened_count == 1
    assert look(ON + DAY).opened_count == 0
    assert EarlyWarning.objects.values().get() == before


def test_a_cause_that_is_gone_and_comes_back_is_noted_and_closes_nothing(organization, look):
    look()
    Organization.objects.update(council_ends_on=None)
    assert look(ON + DAY).ceased_count == 1
    assert standing() == [("W-07", "2026-03-01", "clue", ON + DAY)]
    assert look(ON + 2 * DAY).ceased_count == 0
    Organization.objects.update(council_ends_on=date(2026, 3, 1))
    look(ON + 3 * DAY)
    assert standing() == [("W-07", "2026-03-01", "clue", None)]


def test_another_term_that_ends_is_another_warning(organization, look):
    look()
    Organization.objects.update(council_ends_on=date(2026, 3, 2))
    look(ON + DAY)
    assert standing() == [
        ("W-07", "2026-03-01", "clue", ON + DAY),
        ("W-07", "2026-03-02", "clue", None),
    ]


def test_what_a_person_closed_is_not_opened_again(organization, look, alice, at):
    look()
    warning = EarlyWarning.objects.get()
    warnings.dismiss(warning=warning, text="已换届，登记在办", version=1, by=alice, at=at)
    look(ON + DAY)
    assert standing() == [("W-07", "2026-03-01", "unfounded", None)]


def test_what_has_no_day_of_its_own_warns_again_once_its_cause_was_gone(wutong, look, alice, at):
    OrganizationFactory(division=wutong, is_party_unit_required=True, party_unit="none")
    look()
    warnings.dismiss(
        warning=EarlyWarning.objects.get(), text="正在筹建", version=1, by=alice, at=at
    )
    look(ON + DAY)
    assert EarlyWarning.objects.count() == 1
    Organization.objects.update(party_unit="single")
    look(ON + 2 * DAY)
    Organization.objects.update(party_unit="none")
    look(ON + 3 * DAY)
    assert [row[2] for row in standing()] == ["unfounded", "clue"]


def test_a_cause_with_another_first_day_is_told_by_its_new_figures(wutong, look, alice, at):
    organization = OrganizationFactory(division=wutong)
    for day in (date(2026, 1, 5), date(2026, 1, 9)):
        ObservationFactory(organization=organization, kind="contact_failed", happened_on=day)
    look()
    first = EarlyWarning.objects.get()
    assert (first.code, first.since_on) == ("W-06", date(2026, 1, 9))
    ObservationFactory(
        organization=organization, kind="letter_returned", happened_on=date(2026, 1, 7)
    )
    look(ON + DAY)
    first.refresh_from_db()
    assert (first.since_on, first.figures) == (date(2026, 1, 7), {"failures": 3})
    assert EarlyWarning.objects.count() == 1


@pytest.mark.parametrize("status", ["deregistered", "withdrawn", "revoked"])
def test_what_is_registered_no_more_is_not_watched(organization, look, status):
    look()
    Organization.objects.update(status=status)
    look(ON + DAY)
    assert standing() == [("W-07", "2026-03-01", "clue", ON + DAY)]


def test_every_kind_of_activity_ends_the_silence(wutong, center, look):
    def silent():
        return OrganizationFactory(division=wutong, registered_on=date(2010, 1, 1))

    watched, worked, seen, graded, unseen = [silent() for _ in range(5)]
    for each in (watched, worked, seen, graded):
        ObservationFactory(organization=each, kind="contact_restored")
    WorkRecordFactory(center=center, organization=worked)
    ObservationFactory(organization=seen, kind="activity")
    CaseFactory(center=center, organization=graded, kind="grading", status="eligibility")
    look()
    assert [warning.subject for warning in EarlyWarning.objects.all()] == [watched]
    assert unseen.warnings.count() == 0


@pytest.mark.parametrize("function", ["FN-11", "FN-12", "FN-18", "FN-31"])
def test_what_a_center_does_about_it_ends_no_silence(wutong, center, look, function):
    """Nor does a report that nothing was seen for long."""
    organization = OrganizationFactory(division=wutong)
    ObservationFactory(organization=organization, kind="activity", happened_on=date(2023, 5, 1))
    look()
    assert standing() == [("W-04", "2023-05-01", "clue", None)]
    WorkRecordFactory(center=center, organization=organization, function=function)
    look(ON + DAY)
    assert standing() == [("W-04", "2023-05-01", "clue", None)]


@pytest.mark.parametrize(
    ("kind", "status"), [("consultation", "advising"), ("dispute", "taken_up")]
)
def test_who_asks_or_quarrels_is_not_active_for_it(wutong, center, look, kind, status):
    organization = OrganizationFactory(division=wutong)
    ObservationFactory(organization=organization, kind="activity", happened_on=date(2023, 5, 1))
    CaseFactory(center=center, organization=organization, kind=kind, status=status)
    look()
    assert standing() == [("W-04", "2023-05-01", "clue", None)]


def test_what_cannot_be_judged_is_passed_over_and_counted(wutong, look, monkeypatch, caplog):
    """The others are looked at, and what stood of it stands."""
    first, second, third = [
        OrganizationFactory(division=wutong, council_ends_on=date(2026, 3, 1)) for _ in range(3)
    ]
    Organization.objects.filter(pk=third.pk).update(council_ends_on=None)
    look()
    Organization.objects.filter(pk=second.pk).update(registered_capital_yuan=13)
    Organization.objects.exclude(pk=second.pk).update(council_ends_on=ON)
    organizations, teams = watches.SUBJECTS

    def judge(facts, parameters, on):
        if facts.registered_capital_yuan == 13:
            raise OverflowError("date value out of range")
        return organizations.rule(facts, parameters, on)

    monkeypatch.setattr(watches, "SUBJECTS", (replace(organizations, rule=judge), teams))
    night = look(ON + DAY)
    assert (night.status, night.looked_count, night.failed_count) == ("done", 2, 1)
    assert str(second.pk) in caplog.text
    assert [(w.subject, w.episode, w.ceased_on) for w in EarlyWarning.objects.order_by("pk")] == [
        (first, "2026-03-01", ON + DAY),
        (second, "2026-03-01", None),
        (first, "2026-03-02", None),
        (third, "2026-03-02", None),
    ]


def test_voided_work_and_voided_observations_say_nothing(wutong, center, look, alice, at):
    organization = OrganizationFactory(division=wutong)
    complaint = ObservationFactory(organization=organization)
    observations.void(observation=complaint, reason="记错单位", by=alice, at=at)
    WorkRecordFactory(
        center=center,
        organization=organization,
        happened_on=date(2020, 1, 1),
        voided_by=alice,
        voided_at=at,
        void_reason="重复",
    )
    look()
    assert standing() == []


def test_a_settled_observation_warns_no_more(wutong, look, alice, at):
    complaint = ObservationFactory(organization=OrganizationFactory(division=wutong))
    look()
    assert standing() == [("W-14", str(complaint.pk), "clue", None)]
    observations.settle(
        observation=complaint, settled_on=ON, reason="已答复来电人", by=alice, at=at
    )
    look(ON + DAY)
    assert standing() == [("W-14", str(complaint.pk), "clue", ON + DAY)]


def test_credit_lists_warn_unless_they_are_set_aside(haitang, wutong, look, alice, at):
    listing = CreditListingFactory(
        district=haitang,
        organization=OrganizationFactory(division=wutong),
        listed_on=date(2024, 4, 1),
    )
    look()
    assert [row[:2] for row in standing()] == [("W-09", "2024-04-01"), ("W-11", "2024-04-01")]
    credit_lists.ignore(listing=listing, reason="同码误列，已向市局核实", by=alice, at=at)
    look(ON + DAY)
    assert {row[3] for row in standing()} == {ON + DAY}


def test_an_entry_is_matched_once_the_register_knows_the_code(haitang, wutong, look):
    CreditListingFactory(district=haitang)
    look()
    assert standing() == []
    organization = OrganizationFactory(division=wutong, uscc="52310199MJF1000166")
    look(ON + DAY)
    assert CreditListing.objects.get().organization == organization
    assert [row[0] for row in standing()] == ["W-09"]


def test_an_entry_never_matches_what_lies_in_another_district(haitang, huangpu, look, at):
    OrganizationFactory(division=huangpu, uscc="52310199MJF1000166")
    OrganizationFactory(division=haitang)
    CreditListingFactory(district=haitang)
    look()
    watches.watch(district=huangpu, on=ON, at=at)
    assert CreditListing.objects.get().organization is None


def test_teams_are_watched_while_they_are_active(wutong, look):
    kept = ActivityTeamFactory(division=wutong, filed_on=date(2020, 1, 1), upkeep_on=ON)
    silent = ActivityTeamFactory(division=wutong, filed_on=date(2025, 2, 1))
    ActivityTeamFactory(division=wutong, filed_on=date(2020, 1, 1), status="cleared")
    ObservationFactory(team=kept, kind="contact_failed", happened_on=ON)
    look()
    assert [(row[0], row[1]) for row in standing()] == [
        ("W-17", "contact 2026-03-02"),
        ("W-17", "upkeep 2025-02-01"),
    ]
    assert EarlyWarning.objects.get(episode="upkeep 2025-02-01").team == silent


def test_a_district_that_sets_other_months_changes_nobody_else(
    pack, haitang, wutong, huangpu, alice, look, at
):
    for division in (wutong, huangpu):
        ObservationFactory(
            organization=OrganizationFactory(division=division),
            kind="activity",
            happened_on=date(2025, 6, 1),
        )
    parameters.override(
        division=haitang,
        key="inactive_months",
        value=6,
        effective_from=date(2026, 1, 1),
        reason="细则",
        doc_no="〔2026〕1号",
        by=alice,
        at=at,
    )
    look()
    watches.watch(district=huangpu, on=ON, at=at)
    assert [w.subject.division for w in EarlyWarning.objects.all()] == [wutong]
    assert EarlyWarning.objects.get().figures["months"] == 6


def test_a_watch_looks_at_its_own_district_alone(organization, huangpu, at):
    OrganizationFactory(division=huangpu, council_ends_on=date(2020, 1, 1))
    watches.watch(district=huangpu, on=ON, at=at)
    assert [w.subject.division for w in EarlyWarning.objects.all()] == [huangpu]


@pytest.mark.parametrize("count", [1, 3])
def test_a_part_costs_the_same_however_much_it_holds(
    wutong, haitang, pack, at, count, django_assert_num_queries
):
    for _number in range(count):
        organization = OrganizationFactory(
            division=wutong, certificate_ends_on=date(2026, 4, 1), council_ends_on=ON
        )
        ObservationFactory(organization=organization)
    night = Watch.objects.create(district=haitang, on=ON, requested_at=at, enqueued_at=at)
    with django_assert_num_queries(23):
        watches.look(watch_id=night.pk, at=at)
    assert EarlyWarning.objects.count() == 2 * count


@pytest.mark.parametrize("count", [1, 3])
def test_noting_what_causes_became_costs_the_same_however_many_differ(
    wutong, look, at, count, haitang, django_assert_num_queries
):
    for _number in range(count):
        organization = OrganizationFactory(division=wutong)
        for day in (date(2026, 1, 5), date(2026, 1, 9)):
            ObservationFactory(organization=organization, kind="contact_failed", happened_on=day)
    look()
    for organization in Organization.objects.all():
        ObservationFactory(
            organization=organization, kind="letter_returned", happened_on=date(2026, 1, 7)
        )
    following = ON + DAY
    night = Watch.objects.create(district=haitang, on=following, requested_at=at, enqueued_at=at)
    with django_assert_num_queries(23):
        watches.look(watch_id=night.pk, at=at)
    noted = EarlyWarning.objects.values_list("since_on", "figures", "version")
    assert list(noted) == [(date(2026, 1, 7), {"failures": 3}, 2)] * count


class _CutError(Exception):
    """The worker dies."""


def test_a_watch_that_was_cut_off_goes_on_where_it_stood(wutong, haitang, at, monkeypatch):
    for _number in range(5):
        OrganizationFactory(division=wutong, council_ends_on=date(2026, 3, 1))
    monkeypatch.setattr(watches, "PART_SIZE", 2)
    night = Watch.objects.create(district=haitang, on=ON, requested_at=at, enqueued_at=at)
    assert watches.look(watch_id=night.pk, at=at) is True

    def die(*args, **kwargs):
        raise _CutError

    with monkeypatch.context() as cut:
        cut.setattr(watches, "_advance", die)
        with pytest.raises(_CutError):
            watches.look(watch_id=night.pk, at=at)
    assert EarlyWarning.objects.count() == 2
    night.refresh_from_db()
    assert (night.status, night.attempts, night.error) == ("waiting", 1, "_CutError: ")
    while watches.look(watch_id=night.pk, at=at):
        pass
    night.refresh_from_db()
    assert (night.status, night.looked_count, night.opened_count) == ("done", 5, 5)
    assert EarlyWarning.objects.count() == 5


def test_a_worker_that_vanished_is_replaced_once_its_lease_is_over(organization, haitang, at):
    night = Watch.objects.create(
        district=haitang, on=ON, requested_at=at, enqueued_at=at, lease_until=at + watches.LEASE
    )
    assert watches.look(watch_id=night.pk, at=at) is False
    later = at + watches.LEASE + timedelta(seconds=1)
    assert watches.sweep(at=at + timedelta(seconds=61)) == 0
    assert watches.sweep(at=later) == 1
    assert watches.look(watch_id=night.pk, at=later) is True


def test_a_watch_that_takes_every_worker_down_is_parked(organization, haitang, at):
    night = Watch.objects.create(
        district=haitang, on=ON, requested_at=at, enqueued_at=at, attempts=MAX_ATTEMPTS
    )
    assert watches.sweep(at=at + timedelta(hours=1)) == 0
    night.refresh_from_db()
    assert (night.status, night.error) == ("failed", "its worker was lost")


def test_a_watch_that_fails_three_times_is_parked(organization, haitang, at, monkeypatch):
    night = Watch.objects.create(district=haitang, on=ON, requested_at=at, enqueued_at=at)

    def die(*args, **kwargs):
        raise _CutError

    monkeypatch.setattr(watches, "_compare", die)
    for _attempt in range(MAX_ATTEMPTS):
        with pytest.raises(_CutError):
            watches.look(watch_id=night.pk, at=at)
    assert watches.look(watch_id=night.pk, at=at) is False
    night.refresh_from_db()
    assert night.status == "failed"


def test_tonight_is_entered_once_for_every_district_with_a_register(
    organization, haitang, huangpu, at
):
    ActivityTeamFactory(division=huangpu)
    assert {n.district for n in watches.request_nightly(at=at)} == {haitang, huangpu}
    assert watches.request_nightly(at=at + timedelta(hours=1)) == []
    assert Watch.objects.count() == 2


def test_the_bureau_may_have_the_register_looked_through_again(
    organization, haitang, look, alice, at
):
    look()
    organization.certificate_ends_on = ON
    organization.save()
    watches.request(district=haitang, by=alice, at=at)
    assert look().looked_count == 1
    assert [row[0] for row in standing()] == ["W-07", "W-19"]
    assert AuditEvent.objects.filter(action="organizations.watch.request").count() == 1


def test_what_is_under_way_is_not_begun_twice(haitang, alice, at):
    watches.request(district=haitang, by=alice, at=at)
    with pytest.raises(Conflict):
        watches.request(district=haitang, by=alice, at=at)


def test_the_tasks_carry_a_night_to_its_end(organization):
    """A part each, and the end: each message leads to the next."""
    tasks.watch()
    night = Watch.objects.get()
    for _part in range(3):
        tasks.look(night.pk)
    night.refresh_from_db()
    assert (night.status, EarlyWarning.objects.count()) == ("done", 1)
    tasks.sweep()
    tasks.look(10**9)


def test_urgent_warnings_are_told_to_the_bureau_and_to_the_center(
    haitang, wutong, center, diane, alice, bob, leader, look
):
    CreditListingFactory(
        district=haitang, organization=OrganizationFactory(division=wutong), kind="serious"
    )
    EarlyWarningFactory(organization=OrganizationFactory(division=wutong))
    look()
    told = Notice.objects.order_by("pk")
    assert {notice.user for notice in told} == {alice, diane}
    assert {notice.params["code"] for notice in told} == {"W-10"}
    assert {n.url_path for n in told.filter(user=diane)} == {
        f"/desk/warnings/{EarlyWarning.objects.get(code='W-10').pk}/"
    }
    look(ON + DAY)
    assert told.count() == 2


def test_many_urgent_warnings_are_told_of_as_one(haitang, wutong, alice, look):
    for _number in range(12):
        ObservationFactory(organization=OrganizationFactory(division=wutong), kind="project_money")
    look()
    assert Notice.objects.get().params == {"place": "海棠区", "count": 12}


def test_a_township_of_the_district_that_joined_later_is_looked_at(haitang, look):
    street = jurisdictions.add(code="310199009", name="新街道", kind="subdistrict", parent=haitang)
    OrganizationFactory(division=street, council_ends_on=date(2020, 1, 1))
    assert look().opened_count == 1
