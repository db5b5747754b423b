"""What centers did of each function in each year."""

from datetime import date, timedelta

import pytest

from centers.models import Center, FunctionRow, Section
from evaluation.selectors.judgments import judge
from organizations.selectors.figures import Wanted, centers_with_figures, figures
from tests.conftest import AT
from tests.factories.centers import CenterFactory, FilingFactory, SectionFactory
from tests.factories.organizations import WorkRecordFactory

ON = date(2026, 3, 2)
ANY = Wanted()

pytestmark = pytest.mark.django_db


def found(center, on=ON, known_at=None, wanted=ANY):
    told = figures([center], on, known_at, wanted)
    return {(figure.year, figure.function): figure for figure in told}


@pytest.fixture
def filed(center, alice):
    """Accept figures of functions for the center."""

    def accept(*rows, at=AT):
        section = SectionFactory(
            filing=FilingFactory(center=center, source="import"), kind="functions"
        )
        for position, (year, function, count) in enumerate(rows, start=1):
            FunctionRow.objects.create(
                section=section, position=position, fiscal_year=year, function=function, count=count
            )
        for status in ("submitted", "accepted"):
            Section.objects.filter(pk=section.pk).update(
                status=status, decided_by=alice, decided_at=at
            )

    return accept


def test_recorded_work_wins_over_the_filed_figure_and_both_are_told(center, filed):
    filed((2026, "FN-13", 9), (2026, "FN-11", 4), (2025, "FN-13", None))
    WorkRecordFactory(center=center)
    told = found(center)
    both, only_filed, blank = (
        told[2026, "FN-13"],
        told[2026, "FN-11"],
        told[2025, "FN-13"],
    )
    assert (both.recorded, both.filed, both.count, both.source) == (1, 9, 1, "casework")
    assert (only_filed.recorded, only_filed.count, only_filed.source) == (None, 4, "filed")
    assert (blank.count, blank.source) == (None, None)


def test_a_filed_zero_is_a_figure(center, filed):
    filed((2025, "FN-31", 0))
    assert (found(center)[2025, "FN-31"].count, found(center)[2025, "FN-31"].source) == (0, "filed")


def test_of_support_services_each_kind_counts_once(center):
    for kind in ("talent", "talent", "finance"):
        WorkRecordFactory(center=center, function="FN-24", support_kind=kind)
    assert found(center)[2026, "FN-24"].recorded == 2


def test_zero_reports_are_told_apart(center):
    WorkRecordFactory(center=center, function="FN-18")
    WorkRecordFactory(center=center, function="FN-18", is_zero_report=True)
    WorkRecordFactory(center=center)
    told = found(center)
    warning = told[2026, "FN-18"]
    assert (warning.recorded, warning.zero_report_count) == (2, 1)
    assert told[2026, "FN-13"].zero_report_count == 0


def test_work_counts_from_the_day_it_was_done_and_known(center, filed):
    WorkRecordFactory(center=center, recorded_at=AT)
    filed((2025, "FN-11", 3), (2026, "FN-11", 1))
    assert (2026, "FN-13") not in found(center, date(2026, 2, 9))
    assert found(center, date(2026, 2, 10))[2026, "FN-13"].recorded == 1
    assert found(center, known_at=AT - timedelta(seconds=1)) == {}
    assert set(found(center, date(2025, 12, 31))) == {(2025, "FN-11")}


def test_a_voided_record_is_none_unless_it_was_voided_later(center):
    WorkRecordFactory(
        center=center,
        voided_by=WorkRecordFactory(center=center, function="FN-11").recorded_by,
        voided_at=AT + timedelta(days=1),
        void_reason="重复登记",
    )
    assert (2026, "FN-13") not in found(center)
    assert found(center, known_at=AT)[2026, "FN-13"].recorded == 1


def test_figures_come_by_center_year_and_function(center, filed, wutong):
    other = CenterFactory(division=wutong)
    WorkRecordFactory(center=other)
    filed((2026, "FN-12", 1), (2025, "FN-13", 2), (2026, "FN-11", 1))
    told = [(f.center.code, f.year, f.function) for f in figures([center, other], ON)]
    assert told == [
        ("C90", 2025, "FN-13"),
        ("C90", 2026, "FN-11"),
        ("C90", 2026, "FN-12"),
        (other.code, 2026, "FN-13"),
    ]


def test_only_what_is_wanted_is_found(center, filed, wutong):
    CenterFactory(division=wutong)
    WorkRecordFactory(center=center)
    filed((2025, "FN-11", 3))
    assert set(found(center, wanted=Wanted(year=2026))) == {(2026, "FN-13")}
    assert set(found(center, wanted=Wanted(function="FN-11"))) == {(2025, "FN-11")}
    everybody = Center.objects.all()
    assert set(centers_with_figures(everybody, Wanted())) == {center}
    assert set(centers_with_figures(everybody, Wanted(year=2024))) == set()
    assert set(centers_with_figures(everybody, Wanted(2026, "FN-13"))) == {center}


def test_the_figure_is_the_one_the_finding_judges(golden, pack):
    """For every golden center and function: same figure, same source."""
    WorkRecordFactory(center=golden["C05"], function="FN-11")
    judged = judge([center.pk for center in golden.values()], ON)
    compared = 0
    for center in golden.values():
        told = found(center)
        for rule, outcome in judged[center.pk].outcomes.items():
            if rule.startswith("FN-") and "count" in outcome.figures:
                figure = told[outcome.figures["fiscal_year"], rule]
                assert figure.count == outcome.figures["count"]
                assert figure.source == outcome.figures["source"]
                compared += 1
    assert compared > 20


def test_many_centers_cost_as_many_queries_as_one(golden, django_assert_num_queries):
    centers = list(golden.values())
    for some in (centers[:1], centers):
        with django_assert_num_queries(4):
            list(figures(some, ON))
