"""One inspection: how far it is, what the authority notified, and what help counts."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, InternalError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from organizations.models import Inspection, InspectionHelp, WorkRecord
from organizations.models.inspection import INSPECTION_MOVES
from organizations.services import inspections
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from tests.factories.centers import CenterFactory
from tests.factories.organizations import InspectionFactory, InspectionHelpFactory
from tests.threads import at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
AT = datetime(2025, 7, 15, 1, 0, tzinfo=UTC)
# What a row needs to stand in a status.
CELLS = {
    "with_unit": {"to_unit_on": date(2025, 3, 20)},
    "with_authority": {"filed_on": date(2025, 5, 20)},
    "returned": {"returned_on": date(2025, 6, 1), "return_count": 1},
    "concluded": {"conclusion": "qualified"},
    "exempt": {"exempt_reason": "six_months"},
}


@pytest.fixture
def inspection(wutong):
    return InspectionFactory(organization__division=wutong)


@pytest.fixture
def move(alice):
    def to(inspection, status, on=date(2025, 5, 20), **fields):
        fixed = {"version": inspection.version, "by": alice, "at": AT}
        return inspections.move(inspection=inspection, to=status, on=on, **{**fixed, **fields})

    return to


@pytest.fixture
def conclude(alice):
    def notified(inspection, **fields):
        fixed = {
            "conclusion": "qualified",
            "concluded_on": date(2025, 7, 1),
            "doc_no": "海民社〔2025〕8号",
            "version": inspection.version,
            "by": alice,
            "at": AT,
        }
        return inspections.notify_conclusion(inspection=inspection, **{**fixed, **fields})

    return notified


@pytest.fixture
def help_with(center, diane):
    def helped(inspection, **fields):
        fixed = {
            "kind": "remind",
            "happened_on": date(2025, 3, 3),
            "center": center,
            "by": diane,
            "at": AT,
        }
        return inspections.help(inspection=inspection, **{**fixed, **fields})

    return helped


# --- how far it is


def test_from_the_first_step_to_the_conclusion(inspection, move, conclude):
    move(inspection, "filling", date(2025, 3, 1))
    move(inspection, "with_unit", date(2025, 3, 20))
    move(inspection, "with_authority", date(2025, 5, 20))
    conclude(inspection)
    assert (inspection.to_unit_on, inspection.filed_on) == (date(2025, 3, 20), date(2025, 5, 20))
    assert (inspection.conclusion, inspection.concluded_on) == ("qualified", date(2025, 7, 1))
    told = AuditEvent.objects.filter(action__startswith="organizations.inspection.")
    assert told.count() == 4
    assert told.latest("pk").reason == "海民社〔2025〕8号"


def test_the_first_filing_stays_however_often_it_is_sent_back(inspection, move):
    move(inspection, "with_authority", date(2025, 5, 20))
    move(inspection, "returned", date(2025, 6, 3))
    move(inspection, "with_authority", date(2025, 6, 20))
    move(inspection, "returned", date(2025, 6, 25))
    assert (inspection.filed_on, inspection.returned_on) == (date(2025, 5, 20), date(2025, 6, 25))
    assert inspection.return_count == 2


def test_an_exemption_needs_a_reason_and_can_be_taken_back(inspection, move):
    with pytest.raises(ReasonMissing):
        move(inspection, "exempt")
    move(inspection, "exempt", reason="正在注销清算")
    assert inspection.exempt_reason == "other"
    move(inspection, "not_started")
    assert (inspection.status, inspection.exempt_reason) == ("not_started", None)


@pytest.mark.parametrize("on", [date(2025, 7, 16), date(2024, 12, 31)])
def test_a_day_has_come_and_lies_after_the_year(inspection, move, on):
    with pytest.raises(inspections.DayRefused):
        move(inspection, "filling", on)
    inspection.refresh_from_db()
    assert inspection.status == "not_started"


@pytest.mark.parametrize("before", Inspection.Status.values)
@pytest.mark.parametrize("after", Inspection.Status.values)
def test_service_and_database_allow_the_same_moves(wutong, move, conclude, before, after):
    """One table: what the service refuses the database refuses, and the other way round."""
    found = InspectionFactory(organization__division=wutong, status=before, **CELLS.get(before, {}))
    allowed = after in INSPECTION_MOVES.get(before, frozenset())
    try:
        with transaction.atomic():
            conclude(found) if after == "concluded" else move(found, after, reason="说明")
            by_service = True
            transaction.set_rollback(True)
    except Conflict:
        by_service = False
    assert by_service is allowed
    if before == after:
        return
    cells = {"conclusion": None, "exempt_reason": None} | CELLS.get(after, {})
    try:
        with transaction.atomic():
            Inspection.objects.filter(pk=found.pk).update(status=after, **cells)
    except InternalError:
        assert not allowed
    else:
        assert allowed


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(Inspection.Status.values), max_size=8))
def test_whatever_is_tried_the_row_stays_possible(wutong, alice, steps):
    """A wild sequence of moves leaves a row that its constraints allow and its table explains."""
    with transaction.atomic():
        found = InspectionFactory(organization__division=wutong)
        for to in steps:
            before = found.status
            act = {"inspection": found, "version": found.version, "by": alice, "at": AT}
            try:
                if to == "concluded":
                    inspections.notify_conclusion(
                        **act, conclusion="qualified", concluded_on=date(2025, 7, 1), doc_no="1"
                    )
                else:
                    inspections.move(**act, to=to, on=date(2025, 5, 1), reason="说明")
            except Conflict:
                assert to not in INSPECTION_MOVES.get(before, frozenset())
                assert found.status == before
            else:
                assert to in INSPECTION_MOVES[before]
        standing = Inspection.objects.get(pk=found.pk)
        assert (standing.conclusion is not None) == (standing.status == "concluded")
        assert (standing.return_count > 0) == (standing.returned_on is not None)
        transaction.set_rollback(True)


def test_somebody_elses_move_is_not_overwritten(inspection, move):
    stale = Inspection.objects.get(pk=inspection.pk)
    move(inspection, "filling")
    with pytest.raises(Conflict):
        move(stale, "with_unit")
    assert stale.status == "filling"


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_at_once_one_wins(inspection, move):
    def go():
        return move(Inspection.objects.get(pk=inspection.pk), "filling")

    results = at_once([go, go])
    assert sorted(isinstance(result, Conflict) for result in results) == [False, True]


# --- the authority's conclusion


def test_a_conclusion_comes_only_as_it_was_notified(inspection, move, conclude):
    move(inspection, "with_authority")
    with pytest.raises(inspections.ConclusionRefused):
        move(inspection, "concluded")
    with pytest.raises(inspections.ConclusionRefused):
        conclude(inspection, doc_no=" ")
    with pytest.raises(inspections.DayRefused):
        conclude(inspection, concluded_on=date(2025, 5, 19))
    inspection.refresh_from_db()
    assert inspection.status == "with_authority"


def test_what_was_not_filed_is_not_concluded(inspection, conclude):
    with pytest.raises(Conflict):
        conclude(inspection)


def test_a_charitys_report_has_no_conclusion(wutong, conclude):
    report = InspectionFactory(
        organization__division=wutong,
        kind="charity_report",
        status="with_authority",
        filed_on=date(2025, 3, 31),
    )
    with pytest.raises(inspections.ConclusionRefused):
        conclude(report)


# --- help


def test_the_first_help_counts_and_further_ones_do_not(inspection, help_with, center, diane):
    first = help_with(inspection)
    second = help_with(inspection, kind="explain", happened_on=date(2025, 3, 10))
    record = WorkRecord.objects.get()
    assert (record.function, record.center, record.happened_on) == (
        "FN-12",
        center,
        date(2025, 3, 3),
    )
    assert (record.organization, record.served) == (
        inspection.organization,
        inspection.organization.name,
    )
    assert record.title.startswith("2024")
    assert (first.record, second.record) == (record, None)
    inspection.refresh_from_db()
    assert inspection.center == center


def test_two_inspections_count_twice_and_two_centers_each(wutong, inspection, help_with):
    other = InspectionFactory(organization=inspection.organization, year=2023)
    neighbour = CenterFactory(division=wutong)
    help_with(inspection)
    help_with(other)
    help_with(inspection, center=neighbour)
    assert WorkRecord.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_of_two_who_help_at_once_one_counts(inspection, help_with):
    results = at_once([lambda: help_with(inspection), lambda: help_with(inspection)])
    assert all(isinstance(result, InspectionHelp) for result in results)
    assert InspectionHelp.objects.count() == 2
    assert WorkRecord.objects.count() == 1


def test_a_check_says_whether_the_papers_are_complete(inspection, help_with):
    for fields in ({"kind": "precheck"}, {"kind": "remind", "is_complete": True}):
        with pytest.raises(inspections.CompletenessUnclear):
            help_with(inspection, **fields)
    assert help_with(inspection, kind="precheck", is_complete=False).is_complete is False


def test_help_outside_the_township_and_for_the_exempt_is_refused(
    haitang, wutong, inspection, help_with
):
    elsewhere = CenterFactory(division=haitang)
    with pytest.raises(inspections.HelpMisplaced):
        help_with(inspection, center=elsewhere)
    exempt = InspectionFactory(
        organization__division=wutong, status="exempt", exempt_reason="six_months"
    )
    with pytest.raises(inspections.HelpMisplaced):
        help_with(exempt)
    assert not InspectionHelp.objects.exists()
    assert not WorkRecord.objects.exists()


@pytest.mark.parametrize("on", [date(2025, 7, 16), date(2024, 12, 31)])
def test_help_has_happened_and_after_the_year(inspection, help_with, on):
    with pytest.raises(inspections.DayRefused):
        help_with(inspection, happened_on=on)


def test_help_is_kept_as_it_was_entered(inspection, help_with):
    given = help_with(inspection)
    with pytest.raises(InternalError), transaction.atomic():
        InspectionHelp.objects.filter(pk=given.pk).update(text="改写")
    with pytest.raises(InternalError), transaction.atomic():
        given.delete()


def test_the_database_counts_a_centers_help_once(inspection, help_with, center):
    help_with(inspection)
    other = help_with(InspectionFactory(organization=inspection.organization, year=2022))
    with pytest.raises(IntegrityError), transaction.atomic():
        InspectionHelpFactory(inspection=inspection, center=center, record=other.record)


def test_papers_are_noted_once_and_corrected(inspection, diane):
    def note(state, text=""):
        return inspections.set_material(
            inspection=inspection, code="statements", state=state, note=text, by=diane, at=AT
        )

    note("missing", "缺审计报告")
    note("missing", "缺审计报告")
    note("received")
    assert inspection.materials.get().state == "received"
    told = AuditEvent.objects.filter(action="organizations.inspection.set_material")
    assert [event.changes for event in told.order_by("pk")] == [
        {"statements": [None, "missing"]},
        {"statements": ["missing", "received"]},
    ]


# --- help taken back


def test_help_that_was_a_mistake_is_taken_back_with_its_record(
    inspection, help_with, center, diane
):
    given = help_with(inspection)
    inspections.void_help(help=given, reason="记错了单位", by=diane, at=AT)
    assert (given.voided_by, given.void_reason) == (diane, "记错了单位")
    assert not InspectionHelp.objects.valid().exists()
    (record,) = WorkRecord.objects.all()
    assert (record.voided_by, record.void_reason) == (diane, "记错了单位")
    event = AuditEvent.objects.get(action="organizations.inspection.void_help")
    assert (event.reason, event.changes) == ("记错了单位", {"kind": ["remind", None]})
    again = help_with(inspection)
    assert again.record.happened_on == date(2025, 3, 3)


def test_the_next_help_counts_in_the_place_of_the_first(inspection, help_with, diane):
    first = help_with(inspection)
    second = help_with(inspection, kind="explain", happened_on=date(2025, 3, 10))
    inspections.void_help(help=first, reason="记错了单位", by=diane, at=AT)
    second.refresh_from_db()
    assert list(WorkRecord.objects.valid()) == [second.record]
    assert second.record.happened_on == date(2025, 3, 10)


def test_further_help_is_taken_back_and_the_first_goes_on_counting(inspection, help_with, diane):
    first = help_with(inspection)
    second = help_with(inspection, kind="explain", happened_on=date(2025, 3, 10))
    inspections.void_help(help=second, reason="没有去", by=diane, at=AT)
    assert list(WorkRecord.objects.valid()) == [first.record]


def test_help_is_taken_back_once_and_for_a_reason(inspection, help_with, diane):
    given = help_with(inspection)
    with pytest.raises(ReasonMissing):
        inspections.void_help(help=given, reason=" ", by=diane, at=AT)
    inspections.void_help(help=given, reason="记错", by=diane, at=AT)
    stale = InspectionHelp.objects.get(pk=given.pk)
    with pytest.raises(Conflict):
        inspections.void_help(help=stale, reason="再次", by=diane, at=AT)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_the_same_help_back_one_does(inspection, help_with, diane):
    given = help_with(inspection)
    help_with(inspection, kind="explain", happened_on=date(2025, 3, 10))

    def take_back():
        same = InspectionHelp.objects.get(pk=given.pk)
        return inspections.void_help(help=same, reason="记错", by=diane, at=AT)

    results = at_once([take_back, take_back])
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert WorkRecord.objects.valid().count() == 1


def test_the_database_keeps_what_was_taken_back_and_what_counts(inspection, help_with, diane):
    given = help_with(inspection)
    other = help_with(InspectionFactory(organization=inspection.organization, year=2022))
    same = InspectionHelp.objects.filter(pk=given.pk)
    for change in (
        lambda: same.update(voided_at=AT),
        lambda: same.update(void_reason="没有人"),
        lambda: same.update(record=None),
        lambda: same.update(record=other.record),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()
    inspections.void_help(help=given, reason="记错", by=diane, at=AT)
    with pytest.raises(InternalError), transaction.atomic():
        same.update(voided_by=None, voided_at=None, void_reason="")
