"""Procurements: prepared, announced by the checks of their route, put off, ended."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from portal.audit.models import AuditEvent
from portal.errors import Conflict, ReasonMissing
from portal.inbox.models import Notice
from projects.models import Announcement, Award, Procurement
from projects.selectors.procurements import possible_bidders
from projects.services import procurements, projects
from projects.services.procurements import (
    AnnouncedAlready,
    DeadlineNotLater,
    EndedByItsContract,
    NotAsTheRouteAsks,
    ProcurementUnderWay,
    ProjectNotSeeking,
    SingleSourceUnready,
)
from tests.factories.notices import AT, DEADLINE, bidder, planned, ready
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AwardFactory,
    BidderFactory,
    CriterionFactory,
    InviteeFactory,
    ProcurementFactory,
    advance,
    announced,
    awarded,
    opened,
    pass_deadline,
    signed,
)
from tests.factories.projects import ProjectFactory

pytestmark = pytest.mark.django_db

LATER = datetime(2099, 2, 1, 2, 0, tzinfo=UTC)
GIVEN = {
    "route": "competitive_consultation",
    "category": "社区服务",
    "fiscal_year": 2026,
    "title": "助餐服务采购",
    "budget_yuan": Decimal("300000.00"),
}


def announce(procurement, by, at=AT):
    return procurements.announce(procurement=procurement, version=procurement.version, by=by, at=at)


def refused(procurement, by, at=AT):
    """The codes of what stands against the notice."""
    with pytest.raises(NotAsTheRouteAsks) as refusal:
        announce(procurement, by, at)
    procurement.refresh_from_db()
    assert (procurement.status, procurement.announcements.count()) == ("draft", 0)
    return [found.code for found in refusal.value.refusals]


# --- prepared


def test_a_draft_gets_the_next_number_of_its_district_and_year(wutong, alice):
    numbers = [
        procurements.draft(
            project=ProjectFactory(division=wutong), **GIVEN, by=alice, at=AT
        ).procurement_no
        for _each in range(2)
    ]
    assert numbers == ["310199-CG-2026-00001", "310199-CG-2026-00002"]
    assert AuditEvent.objects.filter(action="projects.procurement.draft").count() == 2


def test_the_purchaser_is_the_projects_unless_named(wutong, alice):
    project = ProjectFactory(division=wutong, purchaser="梧桐路街道办事处")
    drafted = procurements.draft(project=project, **GIVEN, by=alice, at=AT)
    assert drafted.purchaser == "梧桐路街道办事处"


@pytest.mark.parametrize("status", ["running", "accepted", "terminated"])
def test_a_project_with_a_supplier_or_over_is_not_procured(wutong, alice, status):
    with pytest.raises(ProjectNotSeeking):
        procurements.draft(
            project=ProjectFactory(division=wutong, status=status), **GIVEN, by=alice, at=AT
        )


def test_a_project_is_procured_once_at_a_time(wutong, alice):
    project = ProjectFactory(division=wutong)
    first = procurements.draft(project=project, **GIVEN, by=alice, at=AT)
    with pytest.raises(ProcurementUnderWay, match=first.procurement_no):
        procurements.draft(project=project, **GIVEN, by=alice, at=AT)
    procurements.terminate(procurement=first, reason="需求调整", version=1, by=alice, at=AT)
    assert procurements.draft(project=project, **GIVEN, by=alice, at=AT).pk


def test_an_inquiry_of_services_is_refused(wutong, alice):
    with pytest.raises(NotAsTheRouteAsks) as refusal:
        procurements.draft(
            project=ProjectFactory(division=wutong), **GIVEN | {"route": "inquiry"}, by=alice, at=AT
        )
    assert [found.code for found in refusal.value.refusals] == ["inquiry_of_services"]
    assert "询价" in str(refusal.value)
    assert not Procurement.objects.exists()


def test_a_single_source_without_its_ground_is_refused(wutong, alice):
    with pytest.raises(NotAsTheRouteAsks) as refusal:
        procurements.draft(
            project=ProjectFactory(division=wutong),
            **GIVEN | {"route": "single_source"},
            by=alice,
            at=AT,
        )
    assert [found.code for found in refusal.value.refusals] == ["ground_missing"]


def test_an_edit_writes_what_changed_and_refuses_an_old_version(wutong, alice):
    draft = ProcurementFactory(project__division=wutong)
    procurements.edit(procurement=draft, version=1, title="新题目", by=alice, at=AT)
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("新题目", 2)
    with pytest.raises(Conflict):
        procurements.edit(procurement=draft, version=1, title="另一题目", by=alice, at=AT)
    draft.refresh_from_db()
    assert draft.title == "新题目"


def test_an_edit_is_refused_by_the_shape_of_its_route(wutong, alice):
    draft = ProcurementFactory(project__division=wutong)
    with pytest.raises(NotAsTheRouteAsks):
        procurements.edit(procurement=draft, version=1, route="inquiry", by=alice, at=AT)
    draft.refresh_from_db()
    assert draft.route == "competitive_consultation"


def test_where_the_lowest_price_is_chosen_no_criteria_are_left(wutong, alice):
    draft = ProcurementFactory(project__division=wutong, route="below_threshold")
    CriterionFactory(procurement=draft)
    procurements.edit(procurement=draft, version=1, choice="lowest_price", by=alice, at=AT)
    draft.refresh_from_db()
    assert (draft.price_weight, draft.criteria.count()) == (None, 0)


def test_what_is_announced_is_not_edited(wutong, alice):
    procurement = announced(project__division=wutong)
    with pytest.raises(AnnouncedAlready):
        procurements.edit(
            procurement=procurement, version=procurement.version, title="新", by=alice, at=AT
        )


# --- announced


def test_what_is_ready_is_announced_with_everything_that_its_route_asks(wutong, alice):
    procurement = ready(wutong)
    notice = announce(procurement, alice)
    procurement.refresh_from_db()
    procurement.project.refresh_from_db()
    assert (procurement.status, procurement.announced_at) == ("announced", AT)
    assert procurement.project.status == "procuring"
    assert (notice.number, notice.kind, notice.published_by) == (1, "notice", alice)
    said = {name: notice.content[name] for name in ("budget_yuan", "deadline_at", "status")}
    assert said == {
        "budget_yuan": "300000.00",
        "deadline_at": "2099-01-05T10:00:00+08:00",
        "status": "announced",
    }
    assert [row["weight"] for row in notice.content["criteria"]] == ["20.00", "80.00"]


def test_everything_missing_is_said_at_once_and_nothing_is_written(wutong, alice):
    bare = ProcurementFactory(project__division=wutong, requirement="")
    assert refused(bare, alice) == [
        *("requirement_missing", "plan_not_approved", "basis_missing", "deadline_missing"),
        *("keys", "weights", "price_missing", "documents_missing"),
    ]


@pytest.mark.parametrize(
    ("deadline_on", "found"), [(date(2025, 3, 22), ["open_days"]), (date(2025, 3, 23), [])]
)
def test_a_tender_of_2025_03_03_is_open_for_twenty_days(wutong, alice, deadline_on, found):
    """The database's clock is past both, so the later one is refused for that alone."""
    procurement = ready(
        wutong,
        route="open_tender",
        documents_from=date(2025, 3, 3),
        documents_until=date(2025, 3, 10),
        questions_until=None,
        deadline_at=datetime(*deadline_on.timetuple()[:3], 2, tzinfo=UTC),
    )
    at = datetime(2025, 3, 3, 1, 0, tzinfo=UTC)
    assert refused(procurement, alice, at) == (found or ["deadline_passed"])


def test_documents_are_counted_from_the_notice(wutong, alice):
    """From Tuesday 2026-03-03 to the 9th there are four working days after the first."""
    procurement = ready(wutong, documents_until=date(2026, 3, 9))
    assert refused(procurement, alice, AT + timedelta(days=1)) == ["documents_too_short"]
    announce(procurement, alice, AT)
    assert procurement.status == "announced"


def test_negotiations_count_working_days_and_suppliers(wutong, alice):
    """From Monday 2026-03-02 to Wednesday there are two."""
    procurement = ready(
        wutong,
        route="competitive_negotiation",
        choice="lowest_price",
        price_weight=None,
        questions_until=None,
        documents_until=date(2026, 3, 3),
        deadline_at=datetime(2026, 3, 4, 2, 0, tzinfo=UTC),
        invitees=[OrganizationFactory(division=wutong) for _each in range(2)],
    )
    assert refused(procurement, alice) == ["open_workdays", "invited"]


def test_nothing_is_announced_for_a_project_that_ended_meanwhile(wutong, alice):
    procurement = ready(wutong)
    projects.change_status(
        project=procurement.project,
        to="terminated",
        version=procurement.project.version,
        reason="需求取消",
        by=alice,
        at=AT,
    )
    with pytest.raises(ProjectNotSeeking):
        announce(procurement, alice)
    procurement.refresh_from_db()
    assert (procurement.status, procurement.announcements.count()) == ("draft", 0)


def test_what_was_bought_in_the_year_without_a_tender_is_added_up(wutong, huangpu, alice):
    def bought(budget, **values):
        division = values.pop("division", wutong)
        values = {"route": "below_threshold", **values}
        return announced(
            ready(division, budget_yuan=Decimal(budget), project=planned(division), **values)
        )

    bought("3699999.99")
    bought("1000000.00", category="另一品目")
    bought("1000000.00", fiscal_year=2025)
    bought("1000000.00", purchaser="另一街道办事处")
    bought("1000000.00", route="open_tender")
    bought("1000000.00", division=huangpu)
    advance(bought("1000000.00"), "failed", failure_reason="不足三家")
    procurement = ready(wutong)
    announce(procurement, alice)
    assert procurement.status == "announced"
    one_more = ready(wutong, budget_yuan=Decimal("0.01"))
    assert refused(one_more, alice) == ["split"]


@pytest.mark.parametrize(
    "typed",
    [{"category": "社区 服务(助老)"}, {"purchaser": " 梧桐路街道办事处 (本级）"}],
    ids=["budget item", "purchaser"],
)
def test_what_is_typed_otherwise_is_the_same_budget_item_and_purchaser(wutong, alice, typed):
    named = {"category": "社区服务（助老）", "purchaser": "梧桐路街道办事处（本级）"}
    bought = ready(
        wutong, route="below_threshold", budget_yuan=Decimal("3800000.00"), **named
    )
    announced(bought)
    assert refused(ready(wutong, **named | typed), alice) == ["split"]


def test_a_deadline_that_the_database_has_passed_is_refused_in_words(wutong, alice):
    """The service's clock is behind: the database's decides."""
    passed = datetime.now(UTC) - timedelta(minutes=1)
    procurement = ready(
        wutong,
        route="below_threshold",
        documents_from=None,
        documents_until=None,
        questions_until=None,
        deadline_at=passed,
    )
    assert refused(procurement, alice, passed - timedelta(minutes=1)) == ["deadline_passed"]


def test_an_old_version_is_not_announced(wutong, alice):
    procurement = ready(wutong)
    procurements.edit(procurement=procurement, version=1, title="新题目", by=alice, at=AT)
    with pytest.raises(Conflict):
        procurements.announce(procurement=procurement, version=1, by=alice, at=AT)


@pytest.mark.parametrize("route", ["grant", "framework"])
def test_a_route_without_bids_is_not_announced(wutong, alice, route):
    assert refused(ready(wutong, route=route), alice) == ["without_bids"]


def test_whoever_may_answer_is_told_and_nobody_else(wutong, alice):
    account = bidder(wutong)
    closed = bidder(wutong)
    type(closed).objects.filter(pk=closed.pk).update(closed_at=AT)
    announce(ready(wutong), alice)
    assert [notice.user for notice in Notice.objects.all()] == [account.user]


def test_organizations_of_other_districts_are_not_told(wutong, huangpu, alice):
    account, _elsewhere = bidder(wutong), bidder(huangpu)
    announce(ready(wutong), alice)
    assert [notice.user for notice in Notice.objects.all()] == [account.user]


def test_who_bid_from_another_district_is_told_once_the_bids_are_open(wutong, huangpu):
    here, elsewhere = bidder(wutong), bidder(huangpu)
    procurement = announced(ready(wutong))
    assert set(possible_bidders(procurement)) == {here.user}
    opened(procurement, bidders=[elsewhere.organization])
    assert set(possible_bidders(procurement)) == {here.user, elsewhere.user}


def test_only_who_is_invited_is_told_of_an_invitation(wutong, alice):
    invited, _other = bidder(wutong), bidder(wutong)
    procurement = ready(
        wutong,
        route="single_source",
        ground="urgent",
        ground_text="防汛",
        invitees=[invited.organization],
    )
    announce(procurement, alice)
    assert [notice.user for notice in Notice.objects.all()] == [invited.user]


# --- a single source


@pytest.fixture
def only_source(wutong):
    return ready(
        wutong,
        route="single_source",
        ground="only_supplier",
        ground_text="仅有一家持有许可",
        invitees=[OrganizationFactory(division=wutong, name="甲服务中心")],
    )


def test_the_only_supplier_is_open_for_comment_for_five_working_days(only_source, alice):
    assert refused(only_source, alice) == ["publicity_missing"]
    told = procurements.publish_single_source(
        procurement=only_source, version=only_source.version, by=alice, at=AT
    )
    assert (told.kind, told.publicity_until) == ("single_source", date(2026, 3, 9))
    assert told.content["supplier"]["name"] == "甲服务中心"
    assert told.content["ground_text"] == "仅有一家持有许可"
    with pytest.raises(NotAsTheRouteAsks) as refusal:
        announce(only_source, alice, AT + timedelta(days=7))
    assert [found.code for found in refusal.value.refusals] == ["publicity_open"]
    announce(only_source, alice, AT + timedelta(days=8))
    assert only_source.status == "announced"


def test_another_ground_is_announced_for_comment_anew(only_source, alice):
    procurements.publish_single_source(procurement=only_source, version=1, by=alice, at=AT)
    procurements.edit(procurement=only_source, version=2, ground_text="另一理由", by=alice, at=AT)
    with pytest.raises(NotAsTheRouteAsks) as refusal:
        announce(only_source, alice, AT + timedelta(days=8))
    assert [found.code for found in refusal.value.refusals] == ["publicity_differs"]


def test_a_single_source_is_announced_once_from_the_same_page(only_source, alice):
    same = Procurement.objects.get(pk=only_source.pk)
    procurements.publish_single_source(procurement=only_source, version=1, by=alice, at=AT)
    with pytest.raises(Conflict):
        procurements.publish_single_source(procurement=same, version=1, by=alice, at=AT)
    assert Announcement.objects.count() == 1


def test_nothing_else_is_announced_for_comment(wutong, alice):
    with pytest.raises(SingleSourceUnready):
        procurements.publish_single_source(procurement=ready(wutong), version=1, by=alice, at=AT)
    assert not Announcement.objects.exists()


def test_continuity_is_measured_by_the_contract_that_goes_on(wutong, alice):
    contract = signed(project__division=wutong, contract={"price_yuan": Decimal("3000000.00")})
    procurement = ready(
        wutong,
        route="single_source",
        ground="continuity",
        ground_text="原合同续购",
        budget_yuan=Decimal("300000.01"),
        invitees=[contract.supplier],
    )
    assert refused(procurement, alice) == ["continuity"]
    procurements.edit(
        procurement=procurement,
        version=procurement.version,
        budget_yuan=Decimal("300000.00"),
        by=alice,
        at=AT,
    )
    announce(procurement, alice)
    assert procurement.status == "announced"


# --- the deadline


def put_off(procurement, by, deadline_at=LATER, **values):
    values = {"reason": "更正服务地点", "version": procurement.version, **values}
    return procurements.extend_deadline(
        procurement=procurement, deadline_at=deadline_at, by=by, at=AT, **values
    )


def test_a_deadline_is_put_off_published_and_told(wutong, alice):
    account = bidder(wutong)
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    told = put_off(procurement, alice)
    assert procurement.deadline_at == LATER
    assert (told.kind, told.content["reason"]) == ("change", "更正服务地点")
    assert told.content["before"] == {"deadline_at": "2099-01-05T10:00:00+08:00"}
    assert told.content["after"] == {"deadline_at": "2099-02-01T10:00:00+08:00"}
    people = {account.user, alice} | {each.user for each in procurement.key_holders.all()}
    assert {notice.user for notice in Notice.objects.all()} == people
    event = AuditEvent.objects.get(action="projects.procurement.extend_deadline")
    assert event.reason == "更正服务地点"


@pytest.mark.parametrize("deadline_at", [DEADLINE, DEADLINE - timedelta(minutes=1)])
def test_a_deadline_only_moves_later(wutong, alice, deadline_at):
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    with pytest.raises(DeadlineNotLater):
        put_off(procurement, alice, deadline_at)
    procurement.refresh_from_db()
    assert procurement.deadline_at == DEADLINE


def test_a_deadline_that_passed_stays(wutong, alice):
    procurement = pass_deadline(announced(project__division=wutong))
    before = procurement.deadline_at
    with pytest.raises(DeadlineNotLater):
        put_off(procurement, alice)
    procurement.refresh_from_db()
    assert procurement.deadline_at == before
    assert not Announcement.objects.exists()


def test_a_deadline_is_put_off_with_a_reason_and_on_the_version_seen(wutong, alice):
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    with pytest.raises(ReasonMissing):
        put_off(procurement, alice, reason=" ")
    with pytest.raises(Conflict):
        put_off(procurement, alice, version=procurement.version - 1)


# --- ended


def end(verb, procurement, by, reason="重大情况变化"):
    getattr(procurements, verb)(
        procurement=procurement, reason=reason, version=procurement.version, by=by, at=AT
    )


def test_a_draft_is_terminated_quietly(wutong, alice):
    draft = ProcurementFactory(project__division=wutong)
    end("terminate", draft, alice)
    assert (draft.status, draft.failure_reason) == ("terminated", "重大情况变化")
    assert not Announcement.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("verb", "make", "status", "title"),
    [
        ("fail", announced, "failed", "流标公告"),
        ("terminate", announced, "terminated", "终止公告"),
        ("void", opened, "void", "废标公告"),
        ("terminate", opened, "terminated", "终止公告"),
    ],
)
def test_an_end_is_published_with_its_reason(wutong, alice, verb, make, status, title):
    procurement = make(project__division=wutong)
    end(verb, procurement, alice)
    told = Announcement.objects.get()
    assert (procurement.status, told.kind) == (status, "failure")
    assert told.title.endswith(title)
    assert told.content["status"] == status
    assert told.content["reason"] == "重大情况变化"


@pytest.mark.parametrize("verb", ["fail", "void", "terminate"])
def test_an_end_needs_a_reason(wutong, alice, verb):
    procurement = (opened if verb == "void" else announced)(project__division=wutong)
    with pytest.raises(ReasonMissing):
        end(verb, procurement, alice, reason="  ")


def test_void_revokes_the_award_that_stands(wutong, alice):
    award = awarded(project__division=wutong)
    end("void", award.procurement, alice)
    award.refresh_from_db()
    assert (award.revoked_by, award.revoke_reason) == (alice, "重大情况变化")
    # One announcement says that it ended; none besides that the award did.
    assert [each.kind for each in award.procurement.announcements.all()] == ["failure"]


def test_void_after_a_published_result_says_whose_award_fell(wutong, alice):
    award = awarded(project__division=wutong)
    winner = BidderFactory(organization=award.organization).user
    end("void", award.procurement, alice)
    told = Announcement.objects.get(kind="failure")
    assert told.content["revoked"]["name"] == award.organization.name
    assert Notice.objects.filter(user=winner, key__contains=f"award:{award.pk}:revoked").exists()


def test_a_single_source_that_everybody_read_of_ends_for_everybody(wutong, alice):
    draft = ProcurementFactory(
        project__division=wutong, route="single_source", ground="urgent", ground_text="断供"
    )
    draft.announcements.create(
        number=1,
        kind="single_source",
        title="单一来源公示",
        content={},
        published_by=alice,
        published_at=AT,
    )
    end("terminate", draft, alice)
    assert [each.kind for each in draft.announcements.order_by("number")] == [
        "single_source",
        "failure",
    ]


@pytest.mark.parametrize(("verb", "make"), [("void", announced), ("fail", opened)])
def test_what_does_not_end_so_is_refused(wutong, alice, verb, make):
    procurement = make(project__division=wutong)
    with pytest.raises(Conflict):
        end(verb, procurement, alice)
    assert not Announcement.objects.exists()


def test_what_is_contracted_ends_with_its_contract(wutong, alice):
    contract = signed(project__division=wutong)
    procurement = advance(contract.procurement, "contracted")
    with pytest.raises(EndedByItsContract):
        end("terminate", procurement, alice)
    assert Award.objects.get().revoked_at is None


def test_a_revoked_award_is_not_revoked_twice(wutong, alice, leader):
    award = AwardFactory(
        procurement=advance(advance(opened(project__division=wutong), "ranked"), "awarded"),
        organization=OrganizationFactory(division=wutong),
    )
    end("void", award.procurement, alice)
    found = procurements.revoke_award(
        procurement=award.procurement, reason="再次", by=leader, at=AT
    )
    award.refresh_from_db()
    assert (found, award.revoked_by) == (None, alice)


def test_draws_are_no_longer_changed_once_announced(wutong, alice):
    procurement = announced(project__division=wutong)
    with pytest.raises(AnnouncedAlready):
        procurements.refuse_announced(procurement)
    assert not InviteeFactory._meta.model.objects.exists()
