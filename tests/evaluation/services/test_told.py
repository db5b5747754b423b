"""The feed is told of results that changed, in the transaction that writes them, and of nothing
else."""

import ast
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from evaluation.models import Finding
from evaluation.rules.base import Outcome
from evaluation.selectors import judgments
from evaluation.services import evaluations, results
from portal.feeds.models import Change

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[3]
RESULTS = {"Finding", "Verdict", "DutyFinding"}
WRITING = {"create", "bulk_create", "update", "bulk_update", "delete", "update_or_create"}


def told(resource):
    """(key, division path) told of a resource since anything was last asked."""
    found = sorted(Change.objects.filter(resource=resource).values_list("key", "division_path"))
    Change.objects.all().delete()
    return found


def test_a_first_evaluation_tells_of_every_center_once(evaluated, haitang):
    expected = sorted((center.code, center.division.path) for center in evaluated.values())
    wanted = Change.objects.filter(resource="compliance").values_list("key", "division_path")
    # Each center was entered as well.
    assert sorted(set(wanted)) == expected
    by_key = Change.objects.filter(resource="compliance", key="C01").count()
    assert by_key == 2


def test_a_night_without_change_tells_of_no_center(evaluated, drained, at):
    Change.objects.all().delete()
    evaluations.request_nightly(at=at + timedelta(hours=1))
    drained(at + timedelta(hours=1))
    assert set(Change.objects.values_list("resource", flat=True)) == {"runs"}


def test_an_acceptance_tells_of_its_center(evaluated, refile, drained, at):
    Change.objects.all().delete()
    refile("C02", premises=[])
    drained(at)
    assert [key for key, _path in told("compliance")] == ["C02"]


def test_what_is_judged_of_a_date_is_asked_for_by_the_date(evaluated, haitang, alice, at, computed):
    Change.objects.all().delete()
    computed(evaluations.request(division=haitang, as_of=date(2025, 12, 31), by=alice, at=at))
    assert Finding.objects.filter(series_on="2025-12-31").exists()
    assert told("compliance") == []


def test_one_outcome_that_changed_tells_of_its_center_alone(
    evaluated, golden, haitang, alice, at, django_assert_num_queries
):
    run = evaluations.request(
        division=haitang, as_of=at.date(), by=alice, at=at, center_ids=[], with_duties=False
    )
    judged = judgments.judge([center.pk for center in golden.values()], at.date())
    results.write(run=run, judged=judged, as_of=at.date(), at=at)
    Change.objects.all().delete()
    pk = golden["C03"].pk
    other = dict(judged[pk].outcomes) | {"ST-08": Outcome("no_data", "premises_not_filed")}
    for outcomes in (other, {rule: said for rule, said in other.items() if rule != "ST-08"}):
        changed = judged | {pk: replace(judged[pk], outcomes=outcomes)}
        results.write(run=run, judged=changed, as_of=at.date(), at=at)
        assert told("compliance") == [("C03", golden["C03"].division.path)]


def test_duties_of_a_district_are_told_of_by_the_district(evaluated, haitang, drained, at):
    assert ("310199", haitang.path) in set(
        Change.objects.filter(resource="districts").values_list("key", "division_path")
    )
    Change.objects.all().delete()
    evaluations.request_duties(district=haitang, at=at)
    drained(at)
    assert told("districts") == []


def nodes():
    """(path, node) of everything in the product."""
    for app in ("centers", "organizations", "projects", "evaluation", "portal"):
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    yield path.relative_to(ROOT).as_posix(), node


def writes_results(node):
    """By the ORM or by SQL."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        model = ast.unparse(node.func).partition(".")[0]
        return node.func.attr in WRITING and model in RESULTS
    said = str(getattr(node, "value", "")).lower() if isinstance(node, ast.Constant) else ""
    tables = [f"evaluation_{name.lower()}" for name in RESULTS]
    return any(f"{verb} {table}" in said for verb in ("into", "update") for table in tables)


def test_nothing_else_writes_results():
    """Whoever wrote one beside them would change it untold."""
    writers = {path for path, node in nodes() if writes_results(node)}
    assert writers == {"evaluation/services/duty_results.py"}
