"""Entering, correcting and moving projects."""

from datetime import date

import pytest

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from projects.models import Project
from projects.services import projects
from tests.factories.procurements import advance, announced, ignoring
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(alice, at):
    def enter(division, **fields):
        fields = {"name": "问安", "field": "elderly", "purchaser": "街道办事处", **fields}
        return projects.enter(division=division, by=alice, at=at, **fields)

    return enter


def test_enter_numbers_by_district_and_year(enter, wutong, haitang, huangpu):
    numbers = [
        enter(wutong, starts_on=date(2025, 1, 1)).project_no,
        enter(haitang, starts_on=date(2025, 7, 1)).project_no,
        enter(wutong, starts_on=date(2026, 1, 1)).project_no,
        enter(huangpu, starts_on=date(2025, 1, 1)).project_no,
    ]
    assert numbers == [
        "310199-2025-0001",
        "310199-2025-0002",
        "310199-2026-0001",
        "310101-2025-0001",
    ]


def test_enter_takes_the_year_of_the_day_without_a_start(enter, wutong):
    assert enter(wutong).project_no == "310199-2026-0001"


def test_enter_goes_on_after_the_highest_number(enter, wutong):
    ProjectFactory(division=wutong, project_no="310199-2026-0041")
    assert enter(wutong).project_no == "310199-2026-0042"


def test_enter_goes_on_after_9999(enter, wutong):
    ProjectFactory(division=wutong, project_no="310199-2026-9999")
    assert [enter(wutong).project_no, enter(wutong).project_no] == [
        "310199-2026-10000",
        "310199-2026-10001",
    ]


def test_enter_tells_the_trail(enter, wutong, alice):
    enter(wutong)
    event = AuditEvent.objects.get(action="projects.project.enter")
    assert (event.actor_id, event.changes) == (alice.pk, {"project_no": [None, "310199-2026-0001"]})


def test_update_writes_what_changed_and_refuses_a_stale_version(enter, wutong, alice, at):
    project = enter(wutong)
    projects.update(project=project, version=1, name="助餐", by=alice, at=at)
    with pytest.raises(Conflict):
        projects.update(project=project, version=1, name="助浴", by=alice, at=at)
    assert Project.objects.get().name == "助餐"
    event = AuditEvent.objects.get(action="projects.project.update")
    assert event.changes == {"name": ["问安", "助餐"]}


@pytest.mark.parametrize(
    ("before", "to", "allowed"),
    [
        ("planned", "procuring", True),
        ("running", "accepted", True),
        ("running", "procuring", True),
        ("accepted", "running", False),
        ("planned", "accepted", False),
        ("terminated", "running", False),
    ],
)
def test_change_status_follows_the_table(wutong, alice, at, before, to, allowed):
    project = ProjectFactory(division=wutong, status=before)
    move = {"project": project, "to": to, "version": 1, "reason": "合同"}
    if allowed:
        projects.change_status(**move, by=alice, at=at)
    else:
        with pytest.raises(Conflict):
            projects.change_status(**move, by=alice, at=at)
    assert Project.objects.get().status == (to if allowed else before)


def test_change_status_needs_a_reason(wutong, alice, at):
    project = ProjectFactory(division=wutong)
    with pytest.raises(ReasonMissing):
        projects.change_status(
            project=project, to="running", version=1, reason="", by=alice, at=at
        )


@pytest.mark.parametrize("status", ["announced", "evaluating", "challenged", "contracted"])
def test_a_project_goes_with_its_procurement(wutong, alice, at, status):
    project = ProjectFactory(division=wutong, status="procuring")
    procurement = announced(project=project)
    with ignoring("Procurement:procurement_transitions"):
        resumes = "evaluating" if status == "challenged" else ""
        advance(procurement, status, resumes=resumes)
    for to in ("terminated", "running"):
        with pytest.raises(projects.MovedByItsProcurement, match=procurement.procurement_no):
            projects.change_status(
                project=project, to=to, version=1, reason="批复", by=alice, at=at
            )
    assert Project.objects.get().status == "procuring"


def test_a_project_whose_procurement_ended_is_moved_by_hand(wutong, alice, at):
    project = ProjectFactory(division=wutong, status="procuring")
    advance(announced(project=project), "terminated", failure_reason="取消采购")
    projects.change_status(
        project=project, to="terminated", version=1, reason="批复", by=alice, at=at
    )
    assert Project.objects.get().status == "terminated"
