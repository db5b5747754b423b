"""Rectifications: opened in one step, answered, verified by another, closed and opened again by
evaluations, escalated by working days."""

from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from celery import current_app
from django.utils import translation

from evaluation.models import Finding, ItemStep, Rectification, RectificationItem
from evaluation.selectors import rectifications as reading
from evaluation.services import (
    rectification_follows,
    rectification_items,
    rectifications,
    waivers,
)
from evaluation.services.rectification_steps import DeadlineUnfit, NotOpen
from evaluation.services.rectifications import Plan
from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from tests.factories.centers import MembershipFactory
from tests.factories.evidence import photo
from tests.factories.portal import UserFactory
from tests.factories.publications import FeedbackFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def c05(evaluated):
    return evaluated["C05"]


@pytest.fixture
def director(c05):
    """Who directs C05."""
    user = UserFactory(username="director5", full_name="何主任")
    MembershipFactory(user=user, center=c05, role="center_director")
    return user


@pytest.fixture
def standing(c05):
    """Rule → what holds of C05."""
    return {one.rule: one for one in Finding.objects.standing().filter(center=c05)}


@pytest.fixture
def opened(c05, standing, alice, at):
    """Rules → a draft about C05 that alice opens."""

    def open_(*rules, **plan):
        return rectifications.open_from_findings(
            center=c05,
            findings=[standing[rule] for rule in rules or ("ST-09",)],
            plan=Plan(alice, **plan),
            by=alice,
            at=at,
        )

    return open_


@pytest.fixture
def issued(opened, director, alice, at):
    """The item about the missing sign, issued."""
    rectification = opened("ST-09")
    rectifications.issue(rectification=rectification, by=alice, at=at)
    return item_of(rectification)


def item_of(rectification):
    return rectification.items.select_related("rectification").get()


def fresh(item):
    return RectificationItem.objects.select_related("rectification").get(pk=item.pk)


def respond(item, by, at, text="已在入口处设置标识。"):
    return rectification_items.respond(item=fresh(item), text=text, uploads=[photo()], by=by, at=at)


def verify(item, by, at, result="done", note=""):
    return rectification_items.verify(item=fresh(item), result=result, note=note, by=by, at=at)


def found_since(center, rule, outcome, at):
    """The standing finding of a rule, found to be otherwise at a moment."""
    finding = Finding.objects.standing().get(center=center, rule=rule)
    Finding.objects.filter(pk=finding.pk).update(superseded_at=at)
    finding.pk, finding.outcome, finding.computed_at = None, outcome, at
    finding.save(force_insert=True)


def told(user):
    return [str(notice.key) for notice in Notice.objects.filter(user=user).order_by("pk")]


def open_for(center, *rules, by, at):
    """A draft about a center with the standing findings of some rules."""
    found = Finding.objects.standing().filter(center=center, rule__in=rules).order_by("rule")
    return rectifications.open_from_findings(
        center=center, findings=found, plan=Plan(by), by=by, at=at
    )


def test_one_step_opens_three_items_that_nobody_typed(evaluated, alice, at):
    with translation.override("en"):
        rectification = open_for(evaluated["C03"], "ST-04", "FN-24", "FN-43", by=alice, at=at)
    items = {item.rule: item for item in rectification.items.all()}
    assert rectification.rectification_no == "310199-ZG-2026-00001"
    assert set(items) == {"ST-04", "FN-24", "FN-43"}
    item = items["ST-04"]
    assert "截至2026年3月2日，" in item.fact
    assert "三（一）" in item.fact
    assert f"“{item.basis['quote']}”的要求存在差距" in item.fact
    assert "其中专职人员一般不少于2名" in item.fact
    assert "违反" not in item.fact
    assert (item.basis["clause"], item.basis["figures"]["counted"]) == ("三(一)-2", 1)
    assert item.requirement
    # 30 calendar days after 2 March 2026 are a Wednesday.
    assert {each.due_on for each in items.values()} == {date(2026, 4, 1)}


def test_a_day_in_working_days_is_taken(opened):
    rectification = opened("ST-09", working_days=5)
    assert item_of(rectification).due_on == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("plan", "due_on"),
    [
        ({}, date(2026, 4, 30)),
        ({"working_days": 5}, date(2026, 4, 8)),
        ({"due_on": date(2026, 4, 10)}, date(2026, 4, 10)),
    ],
    ids=["as the district has it", "working days", "a day entered by hand"],
)
def test_days_count_from_the_day_of_issuing(opened, alice, at, plan, due_on):
    rectification = opened("ST-09", **plan)
    # Tuesday 31 March 2026; the 6th of April is a holiday.
    rectifications.issue(rectification=rectification, by=alice, at=at + timedelta(days=29))
    item = item_of(rectification)
    assert (item.due_on, item.first_due_on) == (due_on, due_on)
    assert item.steps.get().figures == {"due_on": due_on.isoformat()}


def test_a_day_that_has_passed_is_refused(opened):
    with pytest.raises(DeadlineUnfit, match="2026-03-02"):
        opened("ST-09", due_on=date(2026, 3, 2))
    assert not Rectification.objects.exists()


def test_what_is_met_or_encouraged_is_refused_with_each_reason(c05, standing, opened):
    with pytest.raises(rectifications.NothingToRectify) as refusal:
        opened("ST-08", "ST-05", "ST-09")
    assert [line[:5] for line in refusal.value.lines] == ["ST-08", "ST-05"]
    assert not Rectification.objects.exists()


def test_a_finding_of_another_center_or_of_the_past_is_refused(evaluated, standing, alice, at):
    with pytest.raises(rectifications.NothingToRectify):
        rectifications.open_from_findings(
            center=evaluated["C01"],
            findings=[standing["ST-09"]],
            plan=Plan(alice),
            by=alice,
            at=at,
        )
    Finding.objects.filter(pk=standing["ST-09"].pk).update(superseded_at=at)
    standing["ST-09"].refresh_from_db()
    with pytest.raises(rectifications.NothingToRectify):
        rectifications.open_from_findings(
            center=standing["ST-09"].center,
            findings=[standing["ST-09"]],
            plan=Plan(alice),
            by=alice,
            at=at,
        )


def test_a_rule_is_to_be_put_right_once(evaluated, alice, at):
    first = open_for(evaluated["C03"], "ST-04", by=alice, at=at)
    with pytest.raises(rectifications.RectifiedAlready, match=first.rectification_no):
        open_for(evaluated["C03"], "ST-04", "FN-24", by=alice, at=at)
    assert RectificationItem.objects.count() == 1


def test_whoever_is_in_charge_manages_rectifications(c05, standing, alice, bob, at):
    with pytest.raises(rectifications.NotInCharge):
        rectifications.open_from_findings(
            center=c05, findings=[standing["ST-09"]], plan=Plan(bob), by=alice, at=at
        )


def test_a_waived_finding_is_refused(c05, drained, opened, alice, leader, at, standing):
    waive(c05, alice, leader, at)
    drained(at + timedelta(minutes=1))
    now = Finding.objects.standing().get(center=c05, rule="ST-09")
    with pytest.raises(rectifications.NothingToRectify):
        rectifications.open_from_findings(
            center=c05, findings=[now], plan=Plan(alice), by=alice, at=at
        )


def waive(center, by, leader, at):
    waiver = waivers.request(
        center=center,
        rule="ST-09",
        reason="改造期间",
        ends_on=date(2026, 6, 30),
        starts_on=date(2026, 3, 2),
        basis="会议纪要",
        by=by,
        at=at,
    )
    return waivers.approve(waiver=waiver, by=leader, at=at)


def test_a_waiver_granted_meanwhile_holds_the_notice_back(c05, opened, drained, alice, leader, at):
    rectification = opened("ST-09")
    waive(c05, alice, leader, at)
    drained(at + timedelta(minutes=1))
    with pytest.raises(rectifications.NothingToRectify):
        rectifications.issue(rectification=rectification, by=alice, at=at)
    item = item_of(rectification)
    with pytest.raises(ReasonMissing):
        rectifications.leave_out(item=item, reason=" ", version=item.version, by=alice, at=at)
    rectifications.leave_out(item=item, reason="已豁免", version=item.version, by=alice, at=at)
    rectification.refresh_from_db()
    with pytest.raises(rectifications.NothingToRectify):
        rectifications.issue(rectification=rectification, by=alice, at=at)
    rectifications.cancel(rectification=rectification, reason="已豁免", by=alice, at=at)
    assert rectification.items.get().status == "cancelled"


def test_a_draft_is_edited_and_an_issued_one_is_not(opened, alice, at):
    item = item_of(opened("ST-09"))
    words = {"fact": item.fact, "requirement": "设置标识。", "responsible": "何主任"}
    edit = partial(rectifications.edit_item, by=alice, at=at, **words)
    with pytest.raises(DeadlineUnfit):
        edit(item=item, due_on=date(2026, 3, 20), version=item.version)
    edit(item=item, due_on=date(2026, 4, 10), version=item.version)
    with pytest.raises(Conflict):
        edit(item=fresh(item), due_on=date(2026, 4, 11), version=1)
    rectifications.issue(rectification=item.rectification, by=alice, at=at)
    with pytest.raises(rectifications.NotADraft):
        edit(item=fresh(item), due_on=date(2026, 4, 12), version=fresh(item).version)
    assert fresh(item).due_on == date(2026, 4, 10)


def test_the_director_is_told_and_answers_with_proof(issued, director, alice, chief, at):
    assert told(director) == [f"rectification:{issued.rectification_id}:issued"]
    with pytest.raises(rectification_items.ResponseUnproved):
        rectification_items.respond(item=issued, text="好了", uploads=[], by=director, at=at)
    with pytest.raises(ReasonMissing):
        respond(issued, director, at, text=" ")
    response = respond(issued, director, at)
    assert (response.number, response.evidence.count()) == (1, 1)
    assert fresh(issued).status == "answered"
    assert any(":answered:1" in key for key in told(alice))
    with pytest.raises(Conflict):
        respond(issued, director, at)


def test_a_draft_cannot_be_answered(opened, director, at):
    with pytest.raises(NotOpen):
        respond(item_of(opened("ST-09")), director, at)


def test_who_opened_or_answered_does_not_verify(issued, alice, director, chief, at):
    respond(issued, director, at)
    for who in (alice, director):
        with pytest.raises(rectification_items.VerifiedBySameHand):
            verify(issued, who, at)
    verify(issued, chief, at)
    item = fresh(issued)
    assert (item.status, item.closed_how, item.closed_by) == ("closed", "verification", chief)
    assert item.rectification.status == "closed"


def test_not_put_right_goes_back_with_what_is_missing(issued, director, chief, at):
    respond(issued, director, at)
    with pytest.raises(ReasonMissing):
        verify(issued, chief, at, "partly")
    verify(issued, chief, at, "partly", "门口仍缺指引。")
    assert fresh(issued).status == "open"
    assert fresh(issued).rectification.status == "issued"
    assert any(":returned:1" in key for key in told(director))
    assert respond(issued, director, at).number == 2
    steps = [step.kind for step in ItemStep.objects.filter(item=issued)]
    assert steps == ["opened", "answered", "returned", "answered"]


def test_an_evaluation_that_meets_the_rule_closes_and_one_that_fails_opens_again(
    issued, refile, drained, director, alice, at
):
    later, last = at + timedelta(days=3), at + timedelta(days=9)
    refile("C05", at=later, signage=True)
    drained(later)
    follow = partial(rectification_follows.follow, center_ids=[issued.center_id])
    assert follow(at=later) == 1
    item = fresh(issued)
    assert (item.status, item.closed_how, item.closed_by) == ("closed", "evaluation", None)
    assert item.rectification.status == "closed"
    assert item.steps.last().figures["outcome"] == "met"
    assert follow(at=later) == 0
    refile("C05", at=last, signage=False)
    drained(last)
    assert follow(at=last) == 1
    item = fresh(issued)
    assert (item.status, item.reopened, item.closed_how) == ("open", 1, "")
    assert item.due_on == date(2026, 4, 10)
    assert item.rectification.status == "issued"
    assert item.steps.last().figures["outcome"] == "not_met"
    assert follow(at=last) == 0
    assert any(key.endswith(":reopened:1") for key in told(director))
    assert any(key.endswith(":reopened:1") for key in told(alice))


def test_results_are_followed_by_themselves(
    issued, refile, drained, at, django_capture_on_commit_callbacks
):
    current_app.conf.task_always_eager = True
    try:
        later = at + timedelta(days=3)
        with django_capture_on_commit_callbacks(execute=True):
            refile("C05", at=later, signage=True)
            drained(later)
    finally:
        current_app.conf.task_always_eager = False
    assert fresh(issued).status == "closed"


def test_what_was_verified_on_site_is_not_undone_by_the_old_finding(issued, director, chief, at):
    respond(issued, director, at)
    verify(issued, chief, at + timedelta(days=1))
    assert rectification_follows.follow(center_ids=None, at=at + timedelta(days=2)) == 0
    assert fresh(issued).status == "closed"


def test_a_waiver_keeps_what_fails_again_closed(issued, refile, drained, c05, alice, leader, at):
    later, last = at + timedelta(days=3), at + timedelta(days=9)
    refile("C05", at=later, signage=True)
    drained(later)
    rectification_follows.follow(center_ids=None, at=later)
    waive(c05, alice, leader, last)
    refile("C05", at=last, signage=False)
    drained(last)
    assert rectification_follows.follow(center_ids=None, at=last) == 0
    assert fresh(issued).status == "closed"


def test_more_time_is_asked_for_and_decided_by_another(issued, director, alice, at):
    ask = partial(rectification_items.ask_extension, item=issued, by=director, at=at)
    with pytest.raises(DeadlineUnfit):
        ask(until=date(2026, 4, 1), reason="材料未到")
    extension = ask(until=date(2026, 4, 20), reason="材料未到")
    with pytest.raises(rectification_items.ExtensionAsked):
        ask(until=date(2026, 4, 21), reason="材料未到")
    decide = partial(rectification_items.decide_extension, extension=extension, at=at)
    with pytest.raises(rectification_items.ExtensionBySameHand):
        decide(is_granted=True, reason="", by=director)
    with pytest.raises(ReasonMissing):
        decide(is_granted=False, reason="", by=alice)
    decide(is_granted=True, reason="", by=alice)
    item = fresh(issued)
    assert (item.due_on, item.first_due_on) == (date(2026, 4, 20), date(2026, 4, 1))
    assert item.steps.last().figures["due_before"] == "2026-04-01"


def test_overdue_is_told_level_by_level_and_once(issued, director, alice, chief, leader):
    escalate = rectification_follows.escalate
    at = datetime(2026, 4, 1, 1, tzinfo=UTC)
    assert escalate(on=date(2026, 4, 1), at=at) == 0
    assert escalate(on=date(2026, 4, 2), at=at) == 1
    assert escalate(on=date(2026, 4, 2), at=at) == 0
    level = lambda user: [key[-1] for key in told(user) if ":overdue:" in key]  # noqa: E731
    assert (level(alice), level(director), level(chief), level(leader)) == (["1"], ["1"], [], [])
    # Five working days after Wednesday 1 April: the 2nd, 3rd, 7th, 8th and 9th.
    assert escalate(on=date(2026, 4, 9), at=at) == 0
    assert escalate(on=date(2026, 4, 10), at=at) == 1
    assert (level(chief), level(leader)) == (["2"], [])
    assert escalate(on=date(2026, 5, 9), at=at) == 1
    assert (level(chief), level(leader)) == (["2"], ["3"])
    assert fresh(issued).escalation == 3
    assert escalate(on=date(2026, 6, 9), at=at) == 0


def test_missed_days_tell_every_level_that_was_passed(issued, alice, chief, leader, at):
    assert rectification_follows.escalate(on=date(2026, 6, 1), at=at) == 1
    for user, last in ((alice, "1"), (chief, "2"), (leader, "3")):
        assert [key[-1] for key in told(user) if ":overdue:" in key] == [last]


def test_what_was_answered_or_excused_is_not_escalated(
    issued, director, c05, drained, alice, leader, at
):
    respond(issued, director, at)
    assert rectification_follows.escalate(on=date(2026, 6, 1), at=at) == 0
    verify(issued, leader, at, "not_done", "没有设置。")
    waive(c05, alice, leader, at)
    drained(at + timedelta(minutes=1))
    assert rectification_follows.escalate(on=date(2026, 6, 1), at=at) == 0


def test_a_cancelled_one_follows_nothing(issued, refile, drained, director, alice, at):
    rectification = issued.rectification
    with pytest.raises(ReasonMissing):
        rectifications.cancel(rectification=rectification, reason="", by=alice, at=at)
    rectifications.cancel(rectification=rectification, reason="另行处理", by=alice, at=at)
    assert any(key.endswith(":cancelled") for key in told(director))
    later = at + timedelta(days=3)
    refile("C05", at=later, signage=True)
    drained(later)
    assert rectification_follows.follow(center_ids=None, at=later) == 0
    with pytest.raises(NotOpen):
        respond(issued, director, later)


def test_receipt_is_noted_once(issued, director, at):
    receive = partial(
        rectifications.receive, rectification=issued.rectification, by=director, at=at
    )
    assert receive()
    assert not receive()
    rectification = Rectification.objects.get()
    assert (rectification.received_by, rectification.received_at) == (director, at)


def test_somebody_else_is_put_in_charge(issued, alice, chief, bob, at):
    assign = partial(rectifications.assign, rectification=issued.rectification, by=alice, at=at)
    with pytest.raises(rectifications.NotInCharge):
        assign(owner=bob)
    assign(owner=chief)
    assert Rectification.objects.get().owner == chief
    assert told(chief) == [f"rectification:{issued.rectification_id}:owner:{chief.pk}"]


def test_every_step_stands_in_the_trail(issued, director, chief, at):
    respond(issued, director, at)
    verify(issued, chief, at, note="现场已核实。")
    verbs = AuditEvent.objects.filter(action__startswith="evaluation.rectification.")
    assert [event.action.rpartition(".")[2] for event in verbs.order_by("pk")] == [
        *("open", "issue", "respond", "verify", "close"),
    ]


def test_one_of_feedback_says_which(c05, evaluated, haitang, alice, at):
    mine, other = (
        FeedbackFactory(district=haitang, center=center) for center in (c05, evaluated["C01"])
    )
    words = {"fact": "现场无人值守。", "requirement": "安排值班。"}
    open_ = partial(
        rectifications.open_by_hand, center=c05, plan=Plan(alice), by=alice, at=at, **words
    )
    assert open_(source="feedback", feedback=mine).feedback == mine
    for source, feedback in (("feedback", other), ("visit", mine)):
        with pytest.raises(rectifications.NothingToRectify, match=feedback.feedback_no):
            open_(source=source, feedback=feedback)


def test_by_hand_needs_a_fact_and_a_requirement(c05, alice, at):
    open_ = partial(
        rectifications.open_by_hand,
        center=c05,
        source="visit",
        plan=Plan(alice),
        by=alice,
        at=at,
    )
    with pytest.raises(ReasonMissing):
        open_(fact="现场无人值守。", requirement="")
    rectification = open_(fact="现场无人值守。", requirement="安排值班。")
    assert (rectification.source, item_of(rectification).rule) == ("visit", "")
    rectifications.issue(rectification=rectification, by=alice, at=at)
    assert rectification.items.get().steps.get().kind == "opened"


def test_a_draft_of_what_was_put_right_before_holds_up_no_other(
    evaluated, issued, refile, drained, director, chief, alice, at
):
    respond(issued, director, at)
    verify(issued, chief, at + timedelta(days=1))
    other = open_for(evaluated["C03"], "ST-04", by=alice, at=at)
    rectifications.issue(rectification=other, by=alice, at=at)
    draft = open_for(issued.center, "ST-09", by=alice, at=at + timedelta(days=2))
    later, last = at + timedelta(days=3), at + timedelta(days=9)
    refile("C05", at=later, signage=True)
    drained(later)
    refile("C05", at=last, signage=False)
    drained(last)
    found_since(other.center, "ST-04", "met", last)
    assert rectification_follows.follow(center_ids=None, at=last) == 1
    assert fresh(issued).status == "closed"
    assert item_of(draft).status == "open"
    assert other.items.get().status == "closed"


def test_what_does_not_apply_any_more_is_cancelled_and_counts_nowhere(issued, director, alice, at):
    later = at + timedelta(days=40)
    found_since(issued.center, "ST-09", "not_applicable", later)
    assert rectification_follows.follow(center_ids=None, at=later) == 1
    item = fresh(issued)
    assert (item.status, item.closed_how) == ("cancelled", "")
    assert item.rectification.status == "cancelled"
    assert item.rectification.cancel_reason == "按最新评估结果，该项对中心不再适用。"
    assert item.steps.last().figures["outcome"] == "not_applicable"
    assert any(":moot:" in key for key in told(director))
    rates = reading.rates(issued.center, at.date(), later.date())
    assert rates == (0, 0, 0)
    assert rectification_follows.follow(center_ids=None, at=later) == 0


def test_what_applies_no_more_beside_what_was_put_right_closes(
    evaluated, director, chief, alice, at
):
    rectification = open_for(evaluated["C03"], "ST-04", "FN-24", by=alice, at=at)
    rectifications.issue(rectification=rectification, by=alice, at=at)
    found_since(rectification.center, "ST-04", "not_applicable", at)
    found_since(rectification.center, "FN-24", "met", at)
    assert rectification_follows.follow(center_ids=None, at=at) == 2
    rectification.refresh_from_db()
    assert rectification.status == "closed"
    assert {item.rule: item.status for item in rectification.items.all()} == {
        "ST-04": "cancelled",
        "FN-24": "closed",
    }


def test_a_response_that_nobody_verifies_is_told_once_to_each(issued, director, alice, chief):
    at = datetime(2026, 4, 1, 1, tzinfo=UTC)
    respond(issued, director, at)
    remind = partial(rectification_follows.remind_of_answers, at=at)
    # Five working days after Wednesday 1 April: the 2nd, 3rd, 7th, 8th and 9th.
    assert remind(on=date(2026, 4, 9)) == 0
    assert remind(on=date(2026, 4, 10)) == 1
    waited = lambda user: [key[-1] for key in told(user) if ":unverified:" in key]  # noqa: E731
    assert (waited(alice), waited(chief)) == (["1"], [])
    assert remind(on=date(2026, 5, 9)) == 1
    assert remind(on=date(2026, 5, 10)) == 1
    assert (waited(alice), waited(chief), waited(director)) == (["1"], ["2"], [])
    verify(issued, chief, at)
    assert remind(on=date(2026, 5, 11)) == 0


def test_a_draft_that_was_cancelled_stays_with_the_bureau(opened, director, alice, at):
    draft = opened("ST-09")
    rectifications.cancel(rectification=draft, reason="内部误开", by=alice, at=at)
    assert not Rectification.objects.visible_to(director).exists()
    assert Rectification.objects.visible_to(alice).get() == draft
