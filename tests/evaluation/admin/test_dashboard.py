"""The page that starts the day."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import localdate

from centers.services import filings
from evaluation.models import Finding
from tests.factories.centers import (
    CenterFactory,
    ObligationFactory,
    RoundFactory,
    SubmittedFilingFactory,
    hand_in,
)
from tests.factories.evaluation import FindingFactory, RunFactory, VerdictFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db


def test_start_counts_centers_and_rollups(desk, evaluated):
    context = desk.get("/admin/").context
    assert context["center_count"] == 8
    assert sum(number for _code, _mark, number in context["rollups"]) == 8


def test_start_counts_only_the_own_district(bob_client, evaluated):
    context = bob_client.get("/admin/").context
    assert context["center_count"] == 0
    assert sum(number for _code, _mark, number in context["rollups"]) == 0


def test_start_shows_what_waits_with_a_link_to_it(desk, golden, diane, at):
    filing = filings.open_change(center=golden["C05"], by=diane, at=at)
    filings.add_section(filing=filing, kind="premises", by=diane, at=at)
    hand_in(filing, by=diane, at=at)
    response = desk.get("/admin/")
    assert response.context["filings"] == {"waiting": 1, "returned": 0}
    assert "/admin/centers/filing/?status=submitted" in response.content.decode()


def test_chart_says_in_numbers_what_its_bars_show(desk, evaluated):
    asked, encouraged, functions, statute = desk.get("/admin/").context["charts"]
    row = next(row for row in asked["rows"] if row["rule"].id == "ST-09")
    not_met = Finding.objects.standing().filter(rule="ST-09", outcome="not_met").count()
    assert row["counts"][1] == not_met
    assert sum(float(width) for _f, width, _l, _c in row["segments"]) == pytest.approx(100, abs=0.1)
    assert [label for _fill, label in encouraged["legend"]][:2] == ["adopted", "not adopted"]
    assert len(functions["rows"]) == 21
    assert functions["legend"][0][1] == "carried out"
    assert len(statute["rows"]) == 10


def test_finding_that_could_not_be_computed_is_an_alarm(desk, evaluated, center, pack):
    run = RunFactory(division=center.division, pack=pack)
    FindingFactory(center=center, run=run, outcome="error", reason="rule_failed")
    page = desk.get("/admin/")
    assert "1 finding could not be computed." in words(page)
    assert "/admin/compliance/alarms/" in page.content.decode()


def test_last_run_is_told_with_its_state(desk, haitang, pack):
    run = RunFactory(division=haitang, pack=pack, trigger="night", status="done")
    shown = desk.get("/admin/").context["last_run"]
    assert shown["run"] == run
    assert "done" in shown["state"]


def test_an_evaluation_for_a_day_that_has_passed_is_not_the_last_one(desk, year_end):
    assert year_end.series_on
    assert desk.get("/admin/").context["last_run"] is None


def test_municipal_viewer_sees_districts_and_no_center(client_as, evaluated, shanghai):
    response = client_as("municipal_viewer", shanghai).get("/admin/")
    assert [str(district) for district, _numbers in response.context["districts"]] == ["海棠区"]
    page = response.content.decode()
    assert "/admin/centers/" not in page
    # Of what lies below a district the city reads what was submitted, and nothing else.
    assert "/admin/evaluation/" not in page.replace("/admin/evaluation/citypack/", "")


def test_auditor_sees_no_figures(client_as, evaluated):
    response = client_as("district_auditor").get("/admin/")
    assert response.context["may_see_summary"] is False
    assert "compliant" not in words(response)


def test_start_says_when_no_pack_is_loaded(desk):
    assert "No rule pack is loaded" in words(desk.get("/admin/"))


@pytest.mark.parametrize("item_count", [1, 3])
def test_start_query_count(item_count, desk, wutong, pack, django_assert_num_queries):
    run = RunFactory(division=wutong, pack=pack)
    for _ in range(item_count):
        center = CenterFactory(division=wutong)
        FindingFactory(center=center, run=run)
        VerdictFactory(center=center, run=run)
    with django_assert_num_queries(21):
        desk.get("/admin/")


def test_start_shows_how_far_each_running_round_is(desk, golden, haitang, huangpu):
    today = localdate()
    dates = {"opens_on": today - timedelta(9), "locks_on": today + timedelta(9)}
    asked = RoundFactory(division=haitang, due_on=today - timedelta(1), **dates)
    for code in ("C01", "C02"):
        ObligationFactory(round=asked, center=golden[code])
    SubmittedFilingFactory(
        center=golden["C01"],
        obligation=asked.obligations.get(center=golden["C01"]),
        first_submitted_at=timezone.now() - timedelta(3),
    )
    RoundFactory(division=haitang, due_on=today, opens_on=today, locks_on=today)
    elsewhere = RoundFactory(division=huangpu, due_on=today, **dates)
    ObligationFactory(round=elsewhere, center=CenterFactory(division=huangpu))
    page = desk.get("/admin/")
    ((shown, tally),) = page.context["rounds"]
    assert (shown, tally.expected, tally.received, tally.overdue) == (asked, 2, 1, 1)
    assert "1 / 2 received ÷ expected" in words(page)
    assert "1 overdue" in words(page)
    assert f"/admin/centers/round/{asked.pk}/change/" in page.content.decode()
