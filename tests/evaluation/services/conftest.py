"""An evaluated district, and a change of one fact."""

import pytest

from centers import demo
from centers.services import imports
from evaluation.models import Finding, Shard, Verdict
from evaluation.services import evaluations
from evaluation.signals import shards_waiting


@pytest.fixture
def refile(golden, alice, at):
    """(code, changes) → the center's sections accepted anew with what differs."""
    scenario = {center["code"]: center for center in demo.golden()}

    def accept(code, at=at, **changes):
        declaration = demo.declaration(scenario[code] | changes, golden[code].division)
        return imports.accept_declarations(declarations=[declaration], by=alice, at=at)

    return accept


@pytest.fixture
def drained():
    """Compute every open shard of every run, oldest first."""

    def drain(at):
        for pk in Shard.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True):
            evaluations.compute(shard_id=pk, at=at)

    return drain


@pytest.fixture
def evaluated(golden, drained, at):
    """The golden centers with a standing result each."""
    drained(at)
    return golden


@pytest.fixture
def stored():
    """Every result as it stands in the tables."""

    def snapshot():
        return [list(model.objects.order_by("id").values()) for model in (Finding, Verdict)]

    return snapshot


@pytest.fixture
def woken():
    """Ids of the shards for which workers were called."""
    ids = []

    def listen(sender, **told):
        ids.extend(told["ids"])

    shards_waiting.connect(listen)
    yield ids
    shards_waiting.disconnect(listen)
