"""Runs that are computed in the test, as a worker would."""

import copy
from datetime import date

import pytest

from evaluation.models import Pack, Run
from evaluation.services import evaluations


@pytest.fixture
def computed(at):
    """Compute every open shard of a run and return the finished run."""

    def compute(run, at=at):
        for pk in run.shards.filter(state="pending").order_by("pk").values_list("pk", flat=True):
            evaluations.compute(shard_id=pk, at=at)
        return Run.objects.get(pk=run.pk)

    return compute


@pytest.fixture
def version(pack, at):
    """(number, change) → a further version of Shanghai's pack, loaded; ``change`` edits its
    content."""

    def load(number=None, change=None, **document):
        number = number or pack.version + 1
        content = copy.deepcopy(pack.content) | {"version": number} | document
        if change:
            change(content)
        return Pack.objects.create(
            code=pack.code,
            version=number,
            division_code=content["division"],
            effective_from=date.fromisoformat(content["effective_from"]),
            sha256=f"{number:064}",
            content=content,
            loaded_at=at,
        )

    return load
