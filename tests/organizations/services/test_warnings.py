"""A warning from the clue to the end, reports of centers, zero months, and escalation."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organizations.models import EarlyWarning, WorkRecord
from organizations.models.warning import FINAL, WARNING_MOVES
from organizations.permissions import can_note_warning, can_view_warnings
from organizations.selectors import early_warnings
from organizations.services import warning_news, warnings, work_records
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.organizations import (
    ActivityTeamFactory,
    EarlyWarningFactory,
    OrganizationFactory,
    WorkRecordFactory,
)
from tests.factories.portal import RoleAssignmentFactory, UserFactory

# What is reported moves figures, and these are judged.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]

FEBRUARY = date(2026, 2, 1)


@pytest.fixture
def organization(wutong):
    return OrganizationFactory(division=wutong)


@pytest.fixture
def warning(organization):
    """A clue that the watch found."""
    return EarlyWarningFactory(organization=organization)


@pytest.fixture
def step(alice, at):
    """Take one step as alice, in sight of what stands now."""

    def take(verb, warning, **values):
        values = {"text": "已电话核实", "version": warning.version, **values}
        return getattr(warnings, verb)(warning=warning, by=alice, at=at, **values)

    return take


@pytest.fixture
def report(center, organization, diane, at):
    """What diane reports of 10 February 2026, unless it is said otherwise."""
    return lambda **values: warnings.report(
        **{
            "center": center,
            "organization": organization,
            "code": "W-12",
            "text": "门口挂牌招生，与章程不符",
            "happened_on": date(2026, 2, 10),
            "by": diane,
            "at": at,
            **values,
        }
    )


def test_a_warning_goes_from_the_clue_to_its_release(warning, step, alice, at):
    step("verify", warning)
    step("warn", warning, level="urgent")
    step("handle", warning, handling="talk", text="约谈负责人")
    step("release", warning, text="已换届并备案")
    assert (warning.status, warning.level, warning.handling) == ("released", "urgent", "talk")
    assert (warning.acknowledged_by, warning.closed_on) == (alice, date(2026, 3, 2))
    assert list(warning.steps.values_list("before", "after", "handling")) == [
        ("clue", "verified", None),
        ("verified", "warned", None),
        ("warned", "handling", "talk"),
        ("handling", "released", "talk"),
    ]
    actions = AuditEvent.objects.filter(action__startswith="organizations.warning.")
    assert list(actions.order_by("pk").values_list("action", flat=True)) == [
        f"organizations.warning.{verb}" for verb in ("verify", "warn", "handle", "release")
    ]


def test_it_may_be_warned_of_anew_and_handed_to_enforcement(warning, step):
    step("verify", warning)
    step("warn", warning, level="attention")
    step("handle", warning, handling="rectify")
    step("warn", warning, level="urgent")
    step("handle", warning, handling="refer")
    step("transfer", warning)
    assert (warning.status, warning.is_final) == ("transferred", True)


@pytest.mark.parametrize("verb", ["verify", "dismiss", "release", "transfer"])
def test_no_step_without_a_word(warning, step, verb):
    with pytest.raises(ReasonMissing):
        step(verb, warning, text="  ")
    assert not warning.steps.exists()


def test_a_step_on_what_has_changed_meanwhile_is_refused(warning, step):
    step("verify", warning)
    with pytest.raises(Conflict):
        step("dismiss", warning, version=1)
    assert (warning.status, warning.steps.count()) == ("verified", 1)


def test_a_clue_is_looked_into_by_one_and_stays_a_clue(warning, alice, leader, at):
    warnings.acknowledge(warning=warning, version=1, by=alice, at=at)
    assert (warning.status, warning.acknowledged_by, warning.version) == ("clue", alice, 2)
    with pytest.raises(Conflict, match="林经办"):
        warnings.acknowledge(warning=warning, version=2, by=leader, at=at)


def test_who_looked_into_it_first_stays_on_record(warning, step, leader, at):
    warnings.acknowledge(warning=warning, version=1, by=leader, at=at)
    step("verify", warning)
    assert warning.acknowledged_by == leader


def test_a_note_moves_nothing(warning, diane, at):
    warnings.note(warning=warning, text="已上门，大门紧锁", by=diane, at=at)
    with pytest.raises(ReasonMissing):
        warnings.note(warning=warning, text="", by=diane, at=at)
    warning.refresh_from_db()
    assert (warning.status, warning.version) == ("clue", 1)
    assert warning.steps.get().text == "已上门，大门紧锁"


def test_a_report_is_a_clue_and_counts_for_early_warning(report, center, organization, diane):
    warning = report()
    assert (warning.status, warning.source, warning.level) == ("clue", "reported", "urgent")
    assert (warning.center, warning.opened_by, warning.subject) == (center, diane, organization)
    assert warning.since_on == date(2026, 2, 10)
    # Two working days after Monday, 2 March 2026.
    assert warning.ack_due_on == date(2026, 3, 4)
    record = WorkRecord.objects.get()
    assert (record.function, record.happened_on) == ("FN-18", date(2026, 2, 10))
    assert (record.organization, record.is_zero_report) == (organization, False)


def test_the_bureau_is_told_of_an_urgent_report(report, alice, diane):
    warning = report()
    assert set(Notice.objects.values_list("user", "key")) == {
        (user.pk, f"warning:{warning.pk}:urgent") for user in (alice, diane)
    }


def test_two_reports_of_one_thing_are_two_clues(report):
    assert report().episode != report().episode
    assert EarlyWarning.objects.count() == 2


def test_teams_are_reported_too(report, wutong):
    team = ActivityTeamFactory(division=wutong)
    warning = report(organization=None, team=team, code="W-17")
    assert (warning.team, warning.level) == (team, "general")


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"text": " "}, ReasonMissing),
        ({"organization": None}, warnings.OutOfReach),
        ({"happened_on": date(2026, 3, 3)}, warnings.ReportStillToCome),
    ],
)
def test_a_report_that_says_too_little_or_too_much_is_refused(report, values, refusal):
    with pytest.raises(refusal):
        report(**values)
    assert not EarlyWarning.objects.exists()
    assert not WorkRecord.objects.exists()


def test_a_center_reports_on_its_own_township_alone(report, huangpu):
    with pytest.raises(warnings.OutOfReach):
        report(organization=OrganizationFactory(division=huangpu))


def test_a_center_learns_nothing_of_warnings_of_itself(center, wutong, diane, alice, leader, at):
    itself = OrganizationFactory(division=wutong, center=center)
    own = EarlyWarningFactory(organization=itself, code="W-12", level="urgent")
    other = EarlyWarningFactory(
        organization=OrganizationFactory(division=wutong), code="W-12", level="urgent"
    )
    ofteam = EarlyWarningFactory(team=ActivityTeamFactory(division=wutong))
    warning_news.tell_of_urgent(warnings=[own, other], at=at)
    told = Notice.objects.values_list("user", "key")
    assert set(told) == {
        (alice.pk, f"warning:{own.pk}:urgent"),
        (alice.pk, f"warning:{other.pk}:urgent"),
        (diane.pk, f"warning:{other.pk}:urgent"),
    }
    assert set(EarlyWarning.objects.visible_to(diane)) == {other, ofteam}
    assert set(EarlyWarning.objects.visible_to(alice)) == {own, other, ofteam}
    assert [can_note_warning(diane, each) for each in (own, other, ofteam)] == [False, True, True]
    assert can_note_warning(alice, own)
    seen = [can_view_warnings(diane, each) for each in (itself, other.organization)]
    assert seen == [False, True]
    assert can_view_warnings(alice, itself)


def test_a_center_does_not_report_on_itself(report, center, wutong):
    with pytest.raises(warnings.OutOfReach):
        report(organization=OrganizationFactory(division=wutong, center=center))


def test_a_month_without_anything_is_closed_once(center, diane, at):
    record = warnings.report_zero(center=center, month=FEBRUARY, by=diane, at=at)
    assert (record.happened_on, record.is_zero_report) == (date(2026, 2, 28), True)
    with pytest.raises(work_records.MonthReported):
        warnings.report_zero(center=center, month=date(2026, 2, 14), by=diane, at=at)
    warnings.report_zero(center=center, month=date(2026, 1, 1), by=diane, at=at)
    assert WorkRecord.objects.count() == 2


def test_a_month_in_which_something_was_reported_is_no_zero(center, diane, at, report):
    report()
    with pytest.raises(work_records.MonthReported):
        warnings.report_zero(center=center, month=FEBRUARY, by=diane, at=at)


def test_work_entered_by_hand_closes_the_month_as_well(center, diane, at):
    WorkRecordFactory(center=center, function="FN-18", happened_on=date(2026, 2, 3))
    with pytest.raises(work_records.MonthReported):
        warnings.report_zero(center=center, month=FEBRUARY, by=diane, at=at)


def test_a_month_is_not_closed_before_its_last_day(center, diane, at):
    with pytest.raises(work_records.MonthNotOver):
        warnings.report_zero(center=center, month=date(2026, 3, 1), by=diane, at=at)
    last_day = at + timedelta(days=29)
    warnings.report_zero(center=center, month=date(2026, 3, 1), by=diane, at=last_day)


def test_a_report_in_a_closed_month_voids_the_zero(center, diane, at, report):
    zero = warnings.report_zero(center=center, month=FEBRUARY, by=diane, at=at)
    report()
    zero.refresh_from_db()
    assert (zero.voided_by, zero.void_reason) == (diane, work_records.REPORTED_AFTER_ALL)
    assert WorkRecord.objects.valid().get().is_zero_report is False


def test_a_voided_zero_may_be_reported_again(center, diane, at):
    zero = warnings.report_zero(center=center, month=FEBRUARY, by=diane, at=at)
    work_records.void(record=zero, reason="误报", by=diane, at=at)
    assert warnings.report_zero(center=center, month=FEBRUARY, by=diane, at=at)


def test_months_say_what_closed_them(center, diane, at, report):
    report(happened_on=date(2026, 1, 9))
    warnings.report_zero(center=center, month=FEBRUARY, by=diane, at=at)
    february, january, december, *_rest = early_warnings.months_of(center, date(2026, 3, 2))
    assert (february.first_day, february.is_zero, february.is_closed) == (FEBRUARY, True, True)
    assert (january.report_count, january.is_closed) == (1, True)
    assert (december.first_day, december.is_closed) == (date(2025, 12, 1), False)


DUE = date(2026, 3, 13)


def test_a_clue_that_nobody_looked_into_is_told_once_to_those_who_oversee(
    warning, leader, chief, alice, at
):
    assert warning_news.escalate(on=DUE, at=at) == 0
    assert warning_news.escalate(on=DUE + timedelta(days=1), at=at) == 1
    assert warning_news.escalate(on=DUE + timedelta(days=9), at=at) == 0
    told = Notice.objects.filter(key=f"warning:{warning.pk}:late")
    assert {notice.user for notice in told} == {leader, chief}
    warning.refresh_from_db()
    assert (warning.escalated_at, warning.version) == (at, 1)


def test_what_is_looked_into_is_not_escalated(warning, leader, alice, at):
    warnings.acknowledge(warning=warning, version=1, by=alice, at=at)
    assert warning_news.escalate(on=date(2027, 1, 1), at=at) == 0
    assert not Notice.objects.exists()


def test_overseers_of_another_district_are_told_nothing(warning, huangpu, at):
    RoleAssignmentFactory(user=UserFactory(), role="district_leader", division=huangpu)
    warning_news.escalate(on=date(2027, 1, 1), at=at)
    assert not Notice.objects.exists()


def test_many_that_nobody_looked_into_are_told_of_as_one(wutong, leader, at):
    for _number in range(11):
        EarlyWarningFactory(organization=OrganizationFactory(division=wutong))
    assert warning_news.escalate(on=date(2027, 1, 1), at=at) == 11
    assert Notice.objects.get().params["count"] == 11


@pytest.mark.parametrize(
    ("on", "days", "expected"),
    [
        # Friday before a weekend; then over the holiday of 1 to 3 May 2026 and its Sunday.
        (date(2026, 3, 6), 1, date(2026, 3, 9)),
        # In a year whose holidays nobody entered, from Monday to Friday.
        (date(2090, 1, 6), 2, date(2090, 1, 10)),
        (date(2026, 3, 7), 0, date(2026, 3, 7)),
    ],
)
def test_the_time_to_look_into_a_warning_is_counted_in_working_days(on, days, expected):
    thresholds = {"warning_ack_general_days": days}
    assert early_warnings.deadlines(on)(thresholds, "general") == expected


JUMPS = sorted(
    (before, after)
    for before in EarlyWarning.Status.values
    for after in EarlyWarning.Status.values
    if before != after and after not in WARNING_MOVES.get(before, ())
)


@pytest.mark.parametrize(("before", "after"), JUMPS)
def test_the_database_refuses_every_jump(organization, alice, at, before, after):
    values = {"acknowledged_by": alice, "acknowledged_at": at, "handling": "talk"}
    closed = {"closed_on": date(2026, 3, 2)}
    warning = EarlyWarningFactory(
        organization=organization,
        status=before,
        **values,
        **(closed if before in FINAL else {}),
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        EarlyWarning.objects.filter(pk=warning.pk).update(
            status=after, closed_on=closed["closed_on"] if after in FINAL else None
        )


VERBS = [
    ("verify", "verified", {}),
    ("dismiss", "unfounded", {}),
    ("warn", "warned", {"level": "attention"}),
    ("handle", "handling", {"handling": "remind"}),
    ("release", "released", {}),
    ("transfer", "transferred", {}),
]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(VERBS), min_size=1, max_size=8))
def test_whatever_is_tried_in_whatever_order_only_the_table_moves_it(organization, step, tried):
    warning = EarlyWarningFactory(organization=organization)
    taken = []
    for verb, to, values in tried:
        allowed = to in WARNING_MOVES.get(warning.status, ())
        try:
            step(verb, warning, **values)
        except Conflict:
            assert not allowed
        else:
            assert allowed
            taken.append(to)
    kept = EarlyWarning.objects.get(pk=warning.pk)
    assert kept.status == ["clue", *taken][-1]
    assert list(kept.steps.values_list("after", flat=True)) == taken
    assert kept.version == 1 + len(taken)
    assert (kept.closed_on is not None) == kept.is_final
