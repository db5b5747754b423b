"""Plans: drafted, submitted, decided on by somebody else, and what they count for."""

import pytest
from django.utils import translation

from organizations.models import WorkRecord
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from projects.permissions import can_approve_plan
from projects.services import plans, projects
from tests.factories.centers import CenterFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


def decide(plan, by, at, to="approved", **given):
    return plans.decide(
        plan=plan, to=to, **{"reason": "可行", "version": plan.version} | given, by=by, at=at
    )


def planning(center):
    return list(WorkRecord.objects.valid().filter(center=center, function="FN-41"))


def test_a_plan_is_submitted_and_approved_by_somebody_else(submitted, leader, at):
    decide(submitted, leader, at, doc_no="海民发〔2026〕3号")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.decided_by, submitted.doc_no) == (
        "approved",
        leader,
        "海民发〔2026〕3号",
    )
    event = AuditEvent.objects.get(action="projects.plan.decide")
    assert (event.changes["status"], event.reason) == (["submitted", "approved"], "可行")


def test_who_submitted_a_plan_does_not_decide_on_it(submitted, alice, at):
    with pytest.raises(plans.OwnPlan):
        decide(submitted, alice, at)
    submitted.refresh_from_db()
    assert submitted.status == "submitted"


def test_who_decides_is_told_of_a_plan_and_who_wrote_it_of_the_decision(
    leader, alice, chief, submitted, at
):
    """Of two who may decide, one wrote at it."""
    asked = Notice.objects.filter(url_path__endswith="/plan/decide/")
    assert {notice.user for notice in asked} == {leader, chief}
    decide(submitted, leader, at, to="returned", reason="补充风险")
    plans.edit(plan=submitted, version=submitted.version, risks="用火", by=chief, at=at)
    plans.submit(plan=submitted, version=submitted.version, by=alice, at=at)
    assert [notice.user for notice in asked.order_by("id")[2:]] == [leader]
    decide(submitted, leader, at)
    last = Notice.objects.order_by("-id")[:2]
    assert {notice.user for notice in last} == {alice, chief}
    with translation.override("en"):
        assert "“approved”" in last[0].sentence


def test_a_decision_has_a_reason_and_is_one_of_three(submitted, leader, at):
    with pytest.raises(ReasonMissing):
        decide(submitted, leader, at, reason="  ")
    with pytest.raises(plans.NoDecision):
        decide(submitted, leader, at, to="draft")


def test_a_plan_that_was_sent_back_is_changed_and_submitted_again(submitted, leader, alice, at):
    decide(submitted, leader, at, to="returned", reason="补充风险")
    plans.edit(plan=submitted, version=submitted.version, risks="用火安全", by=alice, at=at)
    plans.submit(plan=submitted, version=submitted.version, by=alice, at=at)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.risks) == ("submitted", "用火安全")


def test_a_submitted_plan_stands_still(submitted, alice, at):
    with pytest.raises(plans.PlanClosed, match="已提交"):
        plans.edit(plan=submitted, version=submitted.version, risks="无", by=alice, at=at)


def test_a_refused_plan_is_final(submitted, leader, alice, at):
    decide(submitted, leader, at, to="refused", reason="超出财力")
    with pytest.raises(Conflict):
        plans.submit(plan=submitted, version=submitted.version, by=alice, at=at)


def test_what_is_missing_is_named(project, alice, says, at):
    said = says | {"risks": "", "beneficiaries_planned": None}
    plan = plans.draft(project=project, by=alice, at=at, **said)
    with pytest.raises(plans.PlanIncomplete) as refused:
        plans.submit(plan=plan, version=plan.version, by=alice, at=at)
    for wanted in ("风险", "人数", "预算明细"):
        assert wanted in str(refused.value)
    plan.refresh_from_db()
    assert plan.status == "draft"


def test_two_who_edit_do_not_overwrite_each_other(drafted, alice, leader, at):
    version = drafted.version
    plans.edit(plan=drafted, version=version, risks="用火安全", by=alice, at=at)
    with pytest.raises(Conflict):
        plans.edit(plan=drafted, version=version, risks="无", by=leader, at=at)
    drafted.refresh_from_db()
    assert drafted.risks == "用火安全"


def test_what_is_the_same_already_writes_nothing(drafted, alice, at):
    version = drafted.version
    plans.edit(plan=drafted, version=version, risks=drafted.risks, by=alice, at=at)
    assert drafted.version == version
    assert not AuditEvent.objects.filter(action="projects.plan.edit").exists()


def test_a_project_has_one_plan(drafted, alice, at):
    with pytest.raises(plans.PlanExists):
        plans.draft(project=drafted.project, by=alice, at=at, target_group="儿童")


def test_nothing_is_planned_for_what_is_over(project, alice, at):
    projects.change_status(
        project=project, to="terminated", version=1, reason="停办", by=alice, at=at
    )
    with pytest.raises(plans.ProjectOver):
        plans.draft(project=project, by=alice, at=at, target_group="儿童")


def test_a_center_of_elsewhere_writes_no_plan(project, huangpu, alice, at):
    elsewhere = CenterFactory(division=huangpu)
    with pytest.raises(plans.AuthorElsewhere):
        plans.draft(project=project, author_center=elsewhere, by=alice, at=at)


def test_a_plan_of_a_center_counts_once(submitted, center, leader, alice, at):
    (record,) = planning(center)
    assert (record.title, record.contribution.project) == ("社区助餐", submitted.project)
    decide(submitted, leader, at, to="returned", reason="补充")
    plans.submit(plan=submitted, version=submitted.version, by=alice, at=at)
    assert planning(center) == [record]


def test_a_plan_of_the_bureau_counts_for_nobody(budgeted, center, alice, says, at):
    plan = plans.draft(project=budgeted, by=alice, at=at, **says)
    plans.submit(plan=plan, version=plan.version, by=alice, at=at)
    assert planning(center) == []


def test_who_wrote_a_plan_that_a_colleague_submitted_does_not_decide_on_it(
    drafted, alice, leader, chief, at
):
    plans.edit(plan=drafted, version=drafted.version, risks="用火安全", by=leader, at=at)
    plans.submit(plan=drafted, version=drafted.version, by=alice, at=at)
    assert not can_approve_plan(leader, drafted)
    with pytest.raises(plans.OwnPlan):
        decide(drafted, leader, at)
    assert can_approve_plan(chief, drafted)
    decide(drafted, chief, at)
    drafted.refresh_from_db()
    assert drafted.decided_by == chief
