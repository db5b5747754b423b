"""What is written is what was judged, and only what changed is written."""

from dataclasses import replace
from datetime import date

import pytest

from evaluation.models import Finding, Verdict
from evaluation.rules.base import Outcome
from evaluation.selectors import judgments
from evaluation.services import evaluations, results

pytestmark = pytest.mark.django_db

AS_OF = date(2025, 12, 31)
ODD = {
    "quoted": 'a "word"',
    "backslash": "C:\\new\\table",
    "tab and line": "a\tb\nc",
    "chinese": "社会组织",
    "nothing": None,
    "yes": True,
    "one": 1,
    "list": ["a\\b", 2],
}


@pytest.fixture
def run(golden, haitang, alice, at):
    return evaluations.request(division=haitang, as_of=AS_OF, by=alice, at=at, center_ids=[])


@pytest.fixture
def judged(golden):
    return judgments.judge([golden["C01"].pk, golden["C02"].pk], AS_OF)


def write(run, judged, at):
    return results.write(run=run, judged=judged, as_of=AS_OF, at=at)


def test_figures_of_any_text_come_back_as_they_were(run, judged, golden, at):
    pk = golden["C01"].pk
    outcome = Outcome("not_met", "area_{a}_of_{b}", ODD, in_grace=True)
    write(run, {pk: replace(judged[pk], outcomes={"ST-08": outcome}, waivers={"ST-08": 1})}, at)
    finding = Finding.objects.get(center=pk)
    assert finding.figures == ODD
    assert (finding.reason, finding.in_grace, finding.waiver_id) == ("area_{a}_of_{b}", True, 1)


def test_what_stands_is_not_written_again(run, judged, at):
    count = write(run, judged, at)
    assert count == Finding.objects.count() == sum(len(one.outcomes) for one in judged.values())
    assert write(run, judged, at) == 0
    assert Finding.objects.count() == count
    assert Verdict.objects.count() == len(judged)


def test_only_the_rule_that_changed_is_closed_and_appended(run, judged, golden, at):
    count = write(run, judged, at)
    pk = golden["C02"].pk
    changed = dict(judged[pk].outcomes) | {"ST-08": Outcome("no_data", "premises_not_filed")}
    assert write(run, judged | {pk: replace(judged[pk], outcomes=changed)}, at) == 1
    assert Finding.objects.count() == count + 1
    assert Finding.objects.standing(AS_OF).count() == count
    [closed] = Finding.objects.exclude(superseded_at=None)
    assert (closed.center_id, closed.rule) == (pk, "ST-08")




def test_a_worker_holds_one_share_of_a_run_at_a_time(golden, haitang, alice, at, monkeypatch):
    """Memory is flat in the number of centers: a shard is judged, written and forgotten."""
    monkeypatch.setattr(evaluations, "SHARD_SIZE", 3)
    run = evaluations.request(division=haitang, as_of=AS_OF, by=alice, at=at)
    shares = dict(run.shards.values_list("pk", "center_ids"))
    assert max(map(len, shares.values())) == 3
    assert sorted(pk for share in shares.values() for pk in share) == sorted(
        center.pk for center in golden.values()
    )
    done: set[int] = set()
    for pk, share in shares.items():
        evaluations.compute(shard_id=pk, at=at)
        done.update(share)
        assert set(Verdict.objects.values_list("center_id", flat=True)) == done
    assert Verdict.objects.standing(AS_OF).count() == len(golden)
