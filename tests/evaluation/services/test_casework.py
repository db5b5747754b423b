"""Work recorded, judged: the records win over the filed figure, and the finding says so."""

from datetime import UTC, date, datetime, timedelta

import pytest

from evaluation.models import Finding
from evaluation.selectors import facts, judgments
from organizations.services import work_records
from tests.factories.centers import CenterFactory
from tests.factories.organizations import WorkRecordFactory

pytestmark = pytest.mark.django_db
YEAR_END = date(2025, 12, 31)


@pytest.fixture
def c03(golden):
    return golden["C03"]


def judged(center, rule, as_of=YEAR_END, **kwargs):
    found = judgments.judge([center.pk], as_of, **kwargs)[center.pk].outcomes[rule]
    figures = found.figures
    return found.outcome, figures.get("count"), figures.get("source"), figures.get("fiscal_year")


def work(center, day, function="FN-43", **fields):
    return WorkRecordFactory(center=center, function=function, happened_on=day, **fields)


def test_records_win_over_the_filed_figure(c03):
    assert judged(c03, "FN-43") == ("not_met", 0, "filed", 2025)
    work(c03, date(2025, 3, 1))
    work(c03, date(2025, 4, 1))
    assert judged(c03, "FN-43") == ("met", 2, "casework", 2025)


def test_other_functions_keep_their_filed_figure(c03):
    work(c03, date(2025, 3, 1))
    assert judged(c03, "FN-41") == ("met", 1, "filed", 2025)


def test_work_counts_from_the_day_it_was_done(c03):
    work(c03, date(2025, 3, 2))
    assert judged(c03, "FN-43", date(2025, 3, 1)) == ("not_met", 0, "filed", 2025)
    assert judged(c03, "FN-43", date(2025, 3, 2)) == ("met", 1, "casework", 2025)


def test_first_work_of_a_new_year_moves_its_function_only(c03):
    work(c03, date(2026, 1, 5))
    assert judged(c03, "FN-43", date(2026, 1, 4)) == ("not_met", 0, "filed", 2025)
    assert judged(c03, "FN-43", date(2026, 1, 5)) == ("met", 1, "casework", 2026)
    assert judged(c03, "FN-41", date(2026, 1, 5)) == ("met", 1, "filed", 2025)


def test_to_begin_recording_a_year_harms_nobody(c03, golden):
    """Six kinds filed for last year; one recorded in January does not undo them."""
    center = golden["C01"]
    work(center, date(2026, 1, 5), "FN-24", support_kind="talent")
    assert judged(center, "FN-24", date(2026, 1, 5)) == ("met", 6, "filed", 2025)
    for month, kind in enumerate(("training", "project", "finance", "publicity", "resources"), 2):
        work(center, date(2026, month, 5), "FN-24", support_kind=kind)
    assert judged(center, "FN-24", date(2026, 6, 4)) == ("met", 6, "filed", 2025)
    assert judged(center, "FN-24", date(2026, 6, 5)) == ("met", 6, "casework", 2026)


def test_recorded_year_is_judged_whole_once_it_is_over(golden):
    center = golden["C01"]
    work(center, date(2026, 1, 5), "FN-24", support_kind="talent")
    assert judged(center, "FN-24", date(2027, 1, 1)) == ("not_met", 1, "casework", 2026)


def test_kinds_of_support_service_are_counted_once(c03):
    for kind in ("talent", "training", "project", "finance", "publicity", "talent"):
        work(c03, date(2025, 5, 1), "FN-24", support_kind=kind)
    assert judged(c03, "FN-24") == ("not_met", 5, "casework", 2025)
    work(c03, date(2025, 5, 2), "FN-24", support_kind="resources")
    assert judged(c03, "FN-24") == ("met", 6, "casework", 2025)


def test_zero_report_of_early_warning_is_performance(c03):
    work(c03, date(2026, 1, 31), "FN-18", is_zero_report=True)
    assert judged(c03, "FN-18", date(2026, 2, 1)) == ("met", 1, "casework", 2026)


def test_what_was_known_before_the_record_stays_known(c03, at):
    work(c03, date(2025, 3, 1), recorded_at=at + timedelta(days=1))
    assert judged(c03, "FN-43", known_at=at) == ("not_met", 0, "filed", 2025)
    assert judged(c03, "FN-43", known_at=at + timedelta(days=1))[0] == "met"


def test_entered_work_changes_the_standing_finding(c03, diane, drained, at):
    drained(at)
    before = Finding.objects.standing().get(center=c03, rule="FN-43")
    later = at + timedelta(hours=1)
    work_records.enter(
        center=c03,
        function="FN-43",
        happened_on=date(2025, 3, 1),
        title="编制助老项目预算依据",
        by=diane,
        at=later,
    )
    drained(later)
    now = Finding.objects.standing().get(center=c03, rule="FN-43")
    assert (before.outcome, now.outcome) == ("not_met", "met")
    assert now.figures["source"] == "casework"
    assert now.data_version == later


def test_records_cost_one_query_for_one_and_three(golden, django_assert_max_num_queries):
    ids = [golden[code].pk for code in ("C01", "C02", "C03")]
    for center in list(golden.values())[:3]:
        work(center, date(2025, 3, 1))
    for some in (ids[:1], ids):
        with django_assert_max_num_queries(9):
            assert all(fact.casework for fact in facts.facts_for(some, YEAR_END).values())


def test_where_nobody_is_due_helping_with_inspections_does_not_apply(c03, diane, at):
    assert judged(c03, "FN-12")[0] == "met"
    center = CenterFactory(division=c03.division)
    assert judged(center, "FN-12")[0] == "no_data"
    noted = datetime(2025, 2, 3, 1, 0, tzinfo=UTC)
    work_records.note_none_due(center=center, year=2025, by=diane, at=noted)
    assert judged(center, "FN-12")[0] == "not_applicable"
    # What is noted is known from then on, and adds to no figure of those that have one.
    assert judged(center, "FN-12", known_at=noted - timedelta(hours=1))[0] == "no_data"
    work_records.note_none_due(center=c03, year=2025, by=diane, at=noted)
    assert judged(c03, "FN-12") == ("met", 18, "filed", 2025)
    work_records.void_none_due(center=center, year=2025, by=diane, at=at)
    assert judged(center, "FN-12")[0] == "no_data"
    assert judged(center, "FN-12", known_at=noted)[0] == "not_applicable"
