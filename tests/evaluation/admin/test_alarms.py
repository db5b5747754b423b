"""What could not be computed, as the bureau sees it."""

from datetime import timedelta

import pytest

from evaluation.models import Finding, Run, Shard
from evaluation.rules import KINDS, RuleKind
from evaluation.services import evaluations
from tests.factories.evaluation import RunFactory
from tests.flows.pages import words

pytestmark = pytest.mark.django_db
ALARMS = "/admin/compliance/alarms/"


@pytest.fixture
def broken(golden, computed, monkeypatch):
    """The golden centers judged while the rule on signage raises; a function that mends it."""

    def judge(facts, parameters):
        raise ZeroDivisionError("no sign of 王主任")

    sound = KINDS["signage"]
    monkeypatch.setitem(KINDS, "signage", RuleKind(judge))
    for run in Run.objects.filter(status="running"):
        computed(run)
    return lambda: monkeypatch.setitem(KINDS, "signage", sound)


def test_alarm_names_the_rule_the_exception_and_the_centers(desk, broken):
    response = desk.get(ALARMS)
    (told,) = response.context["alarms"]
    alarm = told["alarm"]
    assert (alarm.exception, alarm.center_count) == ("ZeroDivisionError", 8)
    assert [place.rule for place in alarm.places] == ["ST-09"]
    page = words(response)
    assert alarm.trace_id in page
    assert "王主任" not in page
    ((_place, _title, url),) = told["places"]
    found = desk.get(url).context["cl"].result_list
    assert {finding.rule for finding in found} == {"ST-09"}
    assert len(found) == 8


def test_alarm_is_on_the_start_page_and_ends_when_a_run_computes(
    desk, broken, haitang, alice, at, computed
):
    assert "8 findings could not be computed." in words(desk.get("/admin/"))
    broken()
    later = at + timedelta(hours=1)
    computed(
        evaluations.request(division=haitang, as_of=at.date(), by=alice, at=later), at=later
    )
    assert "could not be computed" not in words(desk.get("/admin/"))
    assert "no alarm" in words(desk.get(ALARMS))


def test_alarm_is_on_the_finding_and_the_verdict(desk, broken):
    finding = Finding.objects.standing().filter(rule="ST-09").first()
    page = words(desk.get(f"/admin/evaluation/finding/{finding.pk}/change/"))
    assert f"trace {finding.figures['trace_id']}" in page
    marks = words(desk.get("/admin/evaluation/verdict/?q=C01"))
    assert marks.count("! not computed") == len(["roll-up", "premises"])


def test_alarms_of_another_district_are_not_shown(bob_client, broken):
    assert bob_client.get(ALARMS).context["alarms"] == []


def test_alarms_are_closed_to_who_sees_no_compliance(client_as):
    assert client_as("district_auditor").get(ALARMS).status_code == 403


def test_duty_of_a_district_that_could_not_be_computed_is_an_alarm(
    desk, golden, computed, alice, monkeypatch
):
    def judge(facts, parameters):
        raise ZeroDivisionError("王主任")

    monkeypatch.setitem(KINDS, "guidance", RuleKind(judge, level="district"))
    for run in Run.objects.filter(status="running"):
        computed(run)
    response = desk.get(ALARMS)
    found = response.context["duties"]
    assert {finding.division.code for finding in found} == {"310199"}
    assert "ZeroDivisionError" in words(response)
    assert "could not be computed." in words(desk.get("/admin/"))
    assert alice.notices.filter(key__startswith="alarm:").count() == 1


@pytest.fixture
def given_up(pack, haitang):
    """A part of a run over the district that failed three times."""
    run = RunFactory(division=haitang, pack=pack)
    return Shard.objects.create(
        run=run, position=0, center_ids=[], state="failed", attempts=3, error="ValueError: x"
    )


def test_part_that_was_given_up_is_an_alarm_until_a_later_run_covers_it(
    desk, given_up, haitang, huangpu, shanghai, pack
):
    assert "ValueError: x" in words(desk.get(ALARMS))
    assert "1 part of an evaluation run failed." in words(desk.get("/admin/"))
    RunFactory(division=huangpu, pack=pack)
    RunFactory(division=haitang, pack=pack, trigger="acceptance")
    RunFactory(division=haitang, pack=pack, series_on="2025-12-31")
    RunFactory(division=haitang, pack=pack, status="running", finished_at=None)
    assert desk.get(ALARMS).context["part_count"] == 1
    RunFactory(division=shanghai, pack=pack)
    assert desk.get(ALARMS).context["part_count"] == 0


def test_alarms_cost_the_same_however_many_stand(
    desk, broken, given_up, django_assert_max_num_queries
):
    with django_assert_max_num_queries(12):
        desk.get(ALARMS)
