"""Runs that are computed in the test, as a worker would."""

import pytest

from evaluation.models import Run
from evaluation.services import evaluations


@pytest.fixture
def computed(at):
    """Compute every open shard of a run and return the finished run."""

    def compute(run, at=at):
        for pk in run.shards.filter(state="pending").order_by("pk").values_list("pk", flat=True):
            evaluations.compute(shard_id=pk, at=at)
        return Run.objects.get(pk=run.pk)

    return compute
