"""The records of work behind a finding: the same ones that its figure counts."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from evaluation.selectors import explanations
from organizations.services import work_records
from tests.factories.organizations import AT, WorkRecordFactory

pytestmark = pytest.mark.django_db

YEAR_END = date(2025, 12, 31)


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def c03(golden):
    return golden["C03"]


def work(center, day, function="FN-43", **fields):
    return WorkRecordFactory(center=center, function=function, happened_on=day, **fields)


def why(center, rule="FN-43", as_of=YEAR_END, **kwargs):
    found = explanations.explain(center, as_of, **kwargs)
    return next(each for each in found if each.rule.id == rule)


def recorded(notes):
    return [(note.position, note.note) for note in notes if note.section == "work_records"]


def test_counted_records_are_rows_of_the_finding(c03):
    first, second = (
        work(c03, date(2025, month, 1), title=f"社区协商{month}") for month in (3, 4)
    )
    found = why(c03, with_names=True)
    assert found.figures["count"] == 2
    assert recorded(found.counted) == [(first.pk, ""), (second.pk, "")]
    assert found.counted[0].label == "2025-03-01 · 社区协商3"
    # What was written by hand is repeated only to people.
    assert why(c03).counted[0].label == "2025-03-01"
    assert found.counted[0].section_label == "work records"
    # The figure filed stands beside them, and says why it does not count.
    assert [note.section for note in found.uncounted] == ["functions"]


def test_voided_and_later_records_do_not_count_and_say_why(c03, diane):
    kept, wrong = work(c03, date(2025, 3, 1)), work(c03, date(2025, 4, 1))
    ahead = work(c03, date(2025, 8, 1))
    work_records.void(record=wrong, reason="与第3条重复", by=diane, at=AT + timedelta(days=1))
    found = why(c03, as_of=date(2025, 6, 30), with_names=True)
    assert recorded(found.counted) == [(kept.pk, "")]
    assert recorded(found.uncounted) == [
        (wrong.pk, "voided on 2026-03-02: 与第3条重复"),
        (ahead.pk, "done after the day judged"),
    ]


def test_all_voided_leaves_the_filed_figure_and_the_voided_record(c03, diane):
    wrong = work(c03, date(2025, 4, 1))
    work_records.void(record=wrong, reason="录错", by=diane, at=AT)
    found = why(c03)
    assert (found.figures["source"], [note.section for note in found.counted]) == (
        "filed",
        ["functions"],
    )
    assert recorded(found.uncounted) == [(wrong.pk, "voided on 2026-03-01")]


def test_by_what_was_known_a_record_voided_later_still_counts(c03, diane):
    wrong = work(c03, date(2025, 4, 1))
    late = work(c03, date(2025, 5, 1), recorded_at=AT + timedelta(days=2))
    work_records.void(record=wrong, reason="录错", by=diane, at=AT + timedelta(days=1))
    found = why(c03, known_at=AT + timedelta(hours=1))
    assert recorded(found.counted) == [(wrong.pk, "")]
    assert recorded(found.uncounted) == []
    assert recorded(why(c03).counted) == [(late.pk, "")]


def test_each_kind_of_support_service_counts_once(c03):
    first, again, other = (
        work(c03, date(2025, 5, day), "FN-24", support_kind=kind)
        for day, kind in ((1, "talent"), (2, "talent"), (3, "training"))
    )
    found = why(c03, "FN-24")
    assert found.figures["count"] == 2
    assert recorded(found.counted) == [(first.pk, ""), (other.pk, "")]
    assert recorded(found.uncounted) == [(again.pk, "this kind of service is counted already")]
    assert found.counted[0].label.endswith(" · talent services")


def test_work_of_the_year_not_judged_is_of_another_year(c03):
    """One piece of work in January does not yet move a year that six kinds were filed of."""
    begun = work(c03, date(2026, 1, 5), "FN-24", support_kind="talent")
    older = work(c03, date(2025, 2, 1), "FN-24", support_kind="talent")
    found = why(c03, "FN-24", as_of=date(2026, 1, 6))
    assert found.figures["fiscal_year"] == 2025
    assert recorded(found.counted) == [(older.pk, "")]
    assert recorded(found.uncounted) == [(begun.pk, "another fiscal year")]


def test_as_many_records_are_listed_as_the_figure_counts(golden):
    for center in list(golden.values())[:3]:
        for function in ("FN-11", "FN-18", "FN-24"):
            kinds = {"support_kind": "talent"} if function == "FN-24" else {}
            for day in (1, 2, 3):
                work(center, date(2025, day, day), function, **kinds)
        for found in explanations.explain(center, YEAR_END):
            if found.figures.get("source") == "casework":
                assert len(recorded(found.counted)) == found.figures["count"]


def test_zero_report_is_called_one(c03):
    work(c03, date(2025, 1, 31), "FN-18", title="一月零报告", is_zero_report=True)
    assert why(c03, "FN-18").counted[0].label == "2025-01-31 · zero report"


def test_nobody_served_and_no_reason_of_voiding_without_being_asked(c03, diane):
    wrong = work(c03, date(2025, 4, 1), served="张阿姨", note="电话13800000000")
    work(c03, date(2025, 4, 2), served="李阿姨", note="住址")
    work_records.void(record=wrong, reason="张阿姨没有来", by=diane, at=AT)
    said = repr(explanations.explain(c03, YEAR_END))
    assert "阿姨" not in said
    assert "住址" not in said
    assert "13800000000" not in said


def test_records_cost_one_query_however_many(c03):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            explanations.explain(c03, YEAR_END)
        return len(captured)

    none = queries()
    for day in range(1, 20):
        work(c03, date(2025, 3, day))
    assert queries() == none


def test_that_nobody_was_due_is_shown_and_counts_nothing(c03):
    said = work(c03, date(2025, 1, 6), "FN-12", is_none_due=True)
    found = why(c03, "FN-12")
    assert found.figures["source"] == "filed"
    assert recorded(found.uncounted) == [(said.pk, "says that nobody was due, and adds nothing")]
