"""Findings in the bureau's admin."""

from datetime import UTC, date, datetime

import pytest

from centers.services import filings
from evaluation.models import Finding, Run
from evaluation.services import waivers
from tests.factories.centers import CenterFactory, hand_in
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory
from tests.factories.organizations import WorkRecordFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
LIST = "/admin/evaluation/finding/"


def found(client, query=""):
    """(center code, rule) of the list's rows."""
    rows = client.get(f"{LIST}?{query}").context["cl"].result_list
    return {(finding.center.code, finding.rule) for finding in rows}


@pytest.fixture
def finding(evaluated):
    """C05 has no signage."""
    return Finding.objects.standing().get(center=evaluated["C05"], rule="ST-09")


def page_of(finding):
    return f"{LIST}{finding.pk}/change/"


def test_list_says_rule_clause_class_outcome_and_reason(desk, finding):
    page = words(desk.get(f"{LIST}?q=C05&rule=ST-09"))
    assert "ST-09 Signage 三(二)-5 M required ✕ not met There is no signage." in page


def test_list_never_calls_what_is_encouraged_a_failure(desk, evaluated):
    page = words(desk.get(f"{LIST}?class=E&outcome__exact=not_met"))
    assert "○ not adopted" in page
    assert "✕" not in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("rule=ST-09&outcome__exact=not_met", {("C05", "ST-09")}),
        ("q=C05&class=M&outcome__exact=not_met", {("C05", "ST-09")}),
        ("q=C05&outcome__exact=not_met&rollup=compliant", set()),
        ("rule=ST-09&outcome__exact=not_met&rollup=not_compliant", {("C05", "ST-09")}),
        ("rule=ST-09&outcome__exact=not_met&division=310199", {("C05", "ST-09")}),
        ("rule=ST-09&division=310199001", {("C01", "ST-09")}),
        ("rule=ST-09&division=310101", set()),
        ("rule=ST-99", set()),
        ("series=2024-12-31", set()),
    ],
)
def test_list_is_narrowed_by_its_filters(desk, evaluated, query, expected):
    assert found(desk, query) == expected


def test_list_shows_an_evaluated_day_only_when_asked(desk, year_end):
    assert len(found(desk, "rule=ST-09&series=2025-12-31")) == 8
    rows = desk.get(f"{LIST}?rule=ST-09").context["cl"].result_list
    assert {finding.series_on for finding in rows} == {None}


def test_list_leaves_out_what_was_superseded(desk, finding, at):
    Finding.objects.filter(pk=finding.pk).update(superseded_at=at)
    assert found(desk, "q=C05&rule=ST-09") == set()


def test_list_is_empty_for_another_district(bob_client, evaluated):
    assert found(bob_client) == set()


def test_list_is_empty_without_a_pack_too(desk):
    assert desk.get(LIST).status_code == 200


@pytest.mark.parametrize("item_count", [1, 3])
def test_list_query_count(item_count, desk, wutong, pack, django_assert_num_queries):
    run = RunFactory(division=wutong, pack=pack)
    for _ in range(item_count):
        center = CenterFactory(division=wutong)
        FindingFactory(center=center, run=run)
        VerdictFactory(center=center, run=run)
    with django_assert_num_queries(9):
        desk.get(LIST)


# --- the explanation -----------------------------------------------------------------------------


def test_page_explains_with_clause_rows_and_the_way_to_meet_it(desk, finding):
    page = words(desk.get(page_of(finding)))
    assert "并有标识指引" in page
    assert "Put up signage and file it." in page
    assert "not counted Premises 1 own use 18.00 m²" in page


def test_page_of_a_superseded_finding_explains_what_was_known_then(
    desk, finding, diane, alice, at, computed
):
    filing = filings.open_change(center=finding.center, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    filings.save_section(
        section=section, version=1, rows=[{"has_signage": True}], by=diane, at=at
    )
    hand_in(filing, by=diane, at=at)
    section.refresh_from_db()
    later = at.replace(hour=9)
    filings.accept_section(section=section, version=section.version, by=alice, at=later)
    for run in Run.objects.filter(status="running"):
        computed(run, at=later)
    page = words(desk.get(page_of(finding)))
    assert "This finding was superseded" in page
    assert "18.00 m²" in page


def test_page_is_not_there_for_another_district(bob_client, finding):
    assert bob_client.get(page_of(finding)).status_code == 404


def test_page_offers_a_waiver_to_who_may_ask_for_it(desk, client_as, finding):
    link = f"/admin/evaluation/waiver/request/?center={finding.center_id}&amp;rule=ST-09"
    assert link in desk.get(page_of(finding)).content.decode()
    leader = client_as("district_leader")
    assert link not in leader.get(page_of(finding)).content.decode()


def test_page_names_the_waiver_that_covers_it(desk, finding, alice, leader, at):
    waiver = waivers.request(
        basis="理事会决议",
        center=finding.center,
        rule="ST-09",
        reason="正在改造",
        ends_on=finding.as_of.replace(year=finding.as_of.year + 1),
        by=alice,
        at=at,
    )
    waivers.approve(waiver=waiver, by=leader, at=at)
    assert "正在改造" in words(desk.get(page_of(finding)))


@pytest.mark.parametrize("rule", ["ST-01", "ST-09"])
def test_page_query_count(rule, desk, evaluated, django_assert_max_num_queries):
    finding = Finding.objects.standing().get(center=evaluated["C05"], rule=rule)
    with django_assert_max_num_queries(26):
        desk.get(page_of(finding))


def test_page_is_read_only(desk, finding):
    desk.post(page_of(finding), {"outcome": "met"})
    finding.refresh_from_db()
    assert finding.outcome == "not_met"


@pytest.mark.parametrize("register", ["finding", "verdict"])
def test_list_shows_what_was_recorded_at_a_moment(desk, wutong, pack, register):
    center, run = CenterFactory(division=wutong), RunFactory(division=wutong, pack=pack)
    change = datetime(2026, 3, 10, 1, 0, tzinfo=UTC)
    maker = {"finding": FindingFactory, "verdict": VerdictFactory}[register]
    old = maker(center=center, run=run, superseded_at=change)
    new = maker(center=center, run=run, computed_at=change)
    path = f"/admin/evaluation/{register}/"
    assert list(desk.get(path).context["cl"].result_list) == [new]
    then = desk.get(f"{path}?known_at=2026-03-05T09:00")
    assert list(then.context["cl"].result_list) == [old]
    assert "as it stood recorded at 2026-03-05 09:00" in words(then)
    assert list(desk.get(f"{path}?known_at=2026-02-01T09:00").context["cl"].result_list) == []


@pytest.mark.parametrize("typed", ["soon", "2999-01-01T00:00"])
def test_list_refuses_a_moment_it_cannot_read_or_that_has_not_come(desk, evaluated, typed):
    page = desk.get(f"/admin/evaluation/finding/?known_at={typed}")
    assert list(page.context["cl"].result_list) == []
    assert typed in words(page)


def test_page_lists_the_work_records_behind_the_figure(desk, evaluated, assert_same_queries):
    finding = Finding.objects.standing().get(center=evaluated["C05"], rule="FN-13")

    def work():
        return WorkRecordFactory(
            center=finding.center, function="FN-13", happened_on=date(2026, 1, 5), title="能力培训"
        )

    record = work()
    page = words(desk.get(page_of(finding)))
    assert f"✓ counted Work records No. {record.pk} 2026-01-05 · 能力培训" in page
    assert_same_queries(desk, page_of(finding), work)
