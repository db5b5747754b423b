"""A tag changes with whatever its answer rests on, and with nothing else."""

from datetime import date

import pytest

from centers.models import Center, Filing, Round
from organizations.models import ActivityTeam, Organization
from portal.jurisdictions.models import Division
from tests.conftest import AT
from tests.factories.centers import (
    ExtensionFactory,
    ObligationFactory,
    RoundFactory,
    SectionFactory,
    SubmittedFilingFactory,
)
from tests.factories.organizations import (
    ActivityTeamFactory,
    OrganizationFactory,
    WorkRecordFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(center, haitang, wutong, accept, alice):
    """One of everything, and what may happen to it: name → what to do."""
    asked = RoundFactory(division=haitang)
    owed = ObligationFactory(round=asked, center=center)
    filing = SubmittedFilingFactory(center=center, obligation=owed)
    OrganizationFactory(division=wutong), ActivityTeamFactory(division=wutong)
    record = WorkRecordFactory(center=center)

    def update(model, **values):
        return lambda: model.objects.update(**values)

    return {
        "center renamed": update(Center, name="新名称"),
        "district renamed": lambda: Division.objects.filter(pk=haitang.pk).update(name="新海棠区"),
        "premises accepted": lambda: accept(center, "premises", [{"address": "新址"}]),
        "functions accepted": lambda: accept(
            center, "functions", [{"fiscal_year": 2025, "function": "FN-11", "count": 1}]
        ),
        "round opened": lambda: RoundFactory(division=haitang),
        "round cancelled": update(
            Round, cancelled_by=alice, cancelled_at=AT, cancel_reason="重复"
        ),
        "handed in": lambda: Filing.objects.filter(pk=filing.pk).update(
            first_submitted_at=AT, submitted_at=AT
        ),
        "more time": lambda: ExtensionFactory(obligation=owed, due_on=date(2026, 4, 15)),
        "section added": lambda: SectionFactory(filing=filing),
        "organization graded": update(Organization, grade="5A"),
        "team suspended": update(ActivityTeam, status="suspended"),
        "work recorded": lambda: WorkRecordFactory(center=center),
        "work voided": lambda: type(record).objects.update(
            voided_by=alice, voided_at=AT, void_reason="重复"
        ),
    }


RESTS_ON = {
    "centers": ("center renamed", "district renamed", "premises accepted"),
    "rounds": ("district renamed", "round opened", "round cancelled", "handed in", "more time"),
    "obligations": ("center renamed", "round cancelled", "handed in", "more time"),
    "filings": ("center renamed", "handed in", "section added"),
    "organizations": ("district renamed", "organization graded"),
    "teams": ("district renamed", "team suspended"),
    "casework": ("center renamed", "functions accepted", "work recorded", "work voided"),
}


@pytest.mark.parametrize(
    ("name", "event"), [(name, event) for name, events in RESTS_ON.items() for event in events]
)
@pytest.mark.parametrize("form", ["/", ".ndjson"])
def test_what_changes_an_answer_changes_its_tag(world, api, name, event, form):
    path = f"{name}{form}"
    tag = api.get(path)["ETag"]
    assert api.get(path, headers={"If-None-Match": tag}).status_code == 304
    world[event]()
    after = api.get(path, headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after["ETag"] != tag


@pytest.mark.parametrize("name", RESTS_ON)
def test_what_lies_beside_leaves_the_tag(world, api, name, django_assert_max_num_queries):
    """And an unchanged answer is not read again."""
    tag = api.get(f"{name}/")["ETag"]
    beside = "organization graded" if name != "organizations" else "team suspended"
    world[beside]()
    with django_assert_max_num_queries(7):
        assert api.get(f"{name}/", headers={"If-None-Match": tag}).status_code == 304


def test_two_clients_never_share_a_tag(world, api, issue, wutong):
    assert api.get("centers/")["ETag"] != issue(wutong).get("centers/")["ETag"]
    headers = {"Accept-Language": "en"}
    assert api.get("centers/")["ETag"] != api.get("centers/", headers=headers)["ETag"]
