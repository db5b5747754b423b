"""An evaluated district, a change of one fact, and a review of one center."""

from datetime import date

import pytest

from centers import demo
from centers.services import imports
from evaluation.models import Finding, Review, Shard, Verdict
from evaluation.services import evaluations, review_rounds, schemes
from evaluation.signals import shards_waiting
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.reviews import Walk, drafted


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


@pytest.fixture
def scheme(haitang, pack, alice, at):
    made = drafted(haitang, alice, at)
    return schemes.adopt(scheme=made, version=made.version, by=alice, at=at)


@pytest.fixture
def marked_by_hand(haitang, pack, alice, at):
    """A scheme under which what has no data is marked by somebody."""
    made = drafted(haitang, alice, at)
    schemes.edit(scheme=made, version=made.version, no_data_policy="manual", by=alice, at=at)
    return schemes.adopt(scheme=made, version=made.version, by=alice, at=at)


@pytest.fixture
def prepared(haitang, scheme, alice, at):
    return review_rounds.draft(
        district=haitang,
        scheme=scheme,
        year=2025,
        title="2025年度绩效考评",
        period_from=date(2025, 1, 1),
        period_to=date(2025, 12, 31),
        as_of=date(2025, 12, 31),
        by=alice,
        at=at,
    )


@pytest.fixture
def township(wutong):
    user = UserFactory(username="township", is_staff=True)
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return user


@pytest.fixture
def review(prepared, center, diane, alice, at):
    review_rounds.open_(
        review_round=prepared, centers=[center], version=prepared.version, by=alice, at=at
    )
    return Review.objects.select_related("center__division", "round__scheme").get()


@pytest.fixture
def walk(review, diane, township, alice, chief, leader, at):
    return Walk(review, diane, township, alice, chief, leader, at)
