"""A mirror of compliance: what an acceptance changed is told of once its results stand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from centers import demo
from centers.services import imports
from evaluation.models import Shard
from evaluation.services import evaluations
from portal.users.models import Dataset
from tests.api import Api
from tests.factories.clients import issue
from tests.factories.portal import RoleAssignmentFactory, UserFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.alone]

ASKED = {"resource": "compliance,districts,runs,standards"}


def compute(at):
    for pk in Shard.objects.filter(state="pending").order_by("pk").values_list("pk", flat=True):
        evaluations.compute(shard_id=pk, at=at)


@pytest.fixture
def api(haitang):
    account = UserFactory(is_service=True)
    RoleAssignmentFactory(user=account, role="api_client", division=haitang)
    return Api(issue(account, list(Dataset)))


def test_a_mirror_of_compliance_stays_what_the_list_says(api, golden, alice):
    now = timezone.now()
    compute(now)
    cursor = api.json("changes/", cursor="now", **ASKED)["cursor"]
    listed = {"page_size": 100, "include": "findings"}
    kept = {row["code"]: row for row in api.json("compliance/centers/", **listed)["results"]}
    scenario = next(center for center in demo.golden() if center["code"] == "C02")
    declaration = demo.declaration(scenario | {"premises": []}, golden["C02"].division)
    later = now + timedelta(seconds=1)
    imports.accept_declarations(declarations=[declaration], by=alice, at=later)
    compute(later)
    answer = api.json("changes/", cursor=cursor, **ASKED)
    for change in answer["results"]:
        status = api.get(change["url"].removeprefix("http://testserver/api/v1/")).status_code
        assert (change["kind"], status) == ("upsert", 200), change["url"]
    told = {
        change["key"]: change["data"]
        for change in answer["results"]
        if change["resource"] == "compliance"
    }
    assert set(told) == {"C02"}
    kept |= told
    rows = api.json("compliance/centers/", **listed)["results"]
    assert kept == {row["code"]: row for row in rows}
