"""The bureau's desk of procurements, questions, challenges and announcements."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from projects.models import Challenge, Procurement, Question
from tests.factories.evidence import paper
from tests.factories.notices import AT, DEADLINE, bidder, planned, ready
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    AnnouncementFactory,
    ChallengeFactory,
    InviteeFactory,
    ProcurementFactory,
    QuestionFactory,
    advance,
    announced,
    awarded,
    opened,
    pass_deadline,
    signed,
)
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db

ADMIN = "/admin/projects/"
TYPED = {
    "route": "below_threshold",
    "title": "助餐服务采购",
    "category": "社区服务",
    "fiscal_year": "2026",
    "budget_yuan": "300000.00",
    "choice": "comprehensive",
    "requirement": "为独居老人送餐",
    "deadline_at": "2099-01-05T10:00",
    "key_total": "3",
    "key_needed": "2",
}


def at(procurement, verb="change"):
    return f"{ADMIN}procurement/{procurement.pk}/{verb}/"


def typed_criteria(*rows, version=1):
    """What the page of the criteria sends."""
    data = {"version": version, "lines": len(rows)}
    for position, (name, kind, weight) in enumerate(rows):
        prefix = f"c{position}-"
        data |= {f"{prefix}name": name, f"{prefix}kind": kind, f"{prefix}weight": weight}
    return data


def test_an_officer_prepares_scores_and_announces(alice_client, wutong):
    project = planned(wutong)
    answer = alice_client.post(ADMIN + "procurement/prepare/", TYPED | {"project": project.pk})
    procurement = Procurement.objects.get()
    assert answer.url == at(procurement)
    assert procurement.deadline_at == DEADLINE
    page = words(in_english(alice_client).get(at(procurement)))
    assert "The criteria give 0.00 points" in page
    assert "0 of 3 key holders" in page
    rows = [("报价", "price", "20"), ("方案", "technical", "80")]
    alice_client.post(at(procurement, "criteria"), typed_criteria(*rows))
    procurement.refresh_from_db()
    assert procurement.price_weight == Decimal("20.00")


def test_what_is_ready_is_announced_from_its_page(alice_client, wutong):
    procurement = ready(wutong, route="below_threshold", documents_from=None, documents_until=None)
    page = words(in_english(alice_client).get(at(procurement)))
    assert "Everything that this route asks for is there" in page
    assert alice_client.get(at(procurement, "announce")).status_code == 200
    alice_client.post(at(procurement, "announce"), {"version": procurement.version})
    procurement.refresh_from_db()
    assert procurement.status == "announced"


def test_what_is_missing_is_said_on_the_page_of_the_notice(alice_client, wutong):
    procurement = ProcurementFactory(project__division=wutong)
    answer = in_english(alice_client).post(at(procurement, "announce"), {"version": 1})
    assert answer.status_code == 200
    page = words(answer)
    assert "The deadline for bids is not set" in page
    assert "The project's plan is not approved" in page
    procurement.refresh_from_db()
    assert procurement.status == "draft"


def test_criteria_that_are_refused_stay_on_the_page(alice_client, wutong):
    procurement = ProcurementFactory(project__division=wutong)
    rows = [("报价", "price", "20"), ("方案", "technical", "70")]
    answer = in_english(alice_client).post(at(procurement, "criteria"), typed_criteria(*rows))
    assert "give 90" in words(answer)
    assert 'value="方案"' in answer.content.decode()
    assert not procurement.criteria.exists()


def test_a_line_of_criteria_without_a_name_is_left_out(alice_client, wutong):
    procurement = ProcurementFactory(project__division=wutong)
    rows = [("报价", "price", "20"), ("", "technical", ""), ("方案", "technical", "80")]
    alice_client.post(at(procurement, "criteria"), typed_criteria(*rows))
    assert [each.name for each in procurement.criteria.all()] == ["报价", "方案"]


def test_a_line_of_criteria_that_is_not_complete_is_marked(alice_client, wutong):
    procurement = ProcurementFactory(project__division=wutong)
    rows = [("报价", "price", "20"), ("方案", "technical", "")]
    answer = alice_client.post(at(procurement, "criteria"), typed_criteria(*rows))
    assert answer.status_code == 200
    assert not procurement.criteria.exists()


def test_what_was_typed_wrong_stays(alice_client, wutong):
    project = planned(wutong)
    wrong = TYPED | {
        "project": project.pk,
        "route": "inquiry",
        "documents_from": "2026-03-10",
        "documents_until": "2026-03-09",
        "key_needed": "4",
    }
    answer = alice_client.post(ADMIN + "procurement/prepare/", wrong)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "助餐服务采购" in page
    assert {"documents_until", "key_needed"} <= set(answer.context["form"].errors)
    assert not Procurement.objects.exists()


def test_an_inquiry_of_services_is_refused_on_the_form(alice_client, wutong):
    answer = alice_client.post(
        ADMIN + "procurement/prepare/", TYPED | {"project": planned(wutong).pk, "route": "inquiry"}
    )
    assert "询价只适用于货物" in words(answer)


def test_only_projects_that_seek_are_offered(alice_client, wutong):
    seeking = planned(wutong)
    busy = ProcurementFactory(project__division=wutong).project
    running = planned(wutong, status="running")
    page = alice_client.get(ADMIN + "procurement/prepare/").content.decode()
    assert seeking.project_no in page
    assert busy.project_no not in page
    assert running.project_no not in page


def test_documents_are_corrected_on_the_version_seen(alice_client, wutong):
    procurement = ProcurementFactory(project__division=wutong)
    data = TYPED | {"purchaser": "梧桐路街道办事处", "version": 1, "title": "新题目"}
    alice_client.post(at(procurement, "edit"), data)
    procurement.refresh_from_db()
    assert procurement.title == "新题目"
    answer = alice_client.post(at(procurement, "edit"), data | {"title": "另一题目"})
    assert answer.status_code == 200
    procurement.refresh_from_db()
    assert procurement.title == "新题目"
    # What was typed is still there, and stands on what holds now.
    form = answer.context["form"]
    assert form["title"].value() == "另一题目"
    again = {"title": form["title"].value(), "version": form["version"].value()}
    alice_client.post(at(procurement, "edit"), data | again)
    procurement.refresh_from_db()
    assert procurement.title == "另一题目"


def test_suppliers_are_invited_drawn_and_taken_out(alice_client, wutong):
    procurement = ready(
        wutong, route="competitive_negotiation", choice="lowest_price", price_weight=None
    )
    organization = OrganizationFactory(division=wutong, name="甲服务中心")
    alice_client.post(at(procurement, "invite"), {"organization": "甲服务中心"})
    bidder(wutong), bidder(wutong)
    alice_client.post(at(procurement, "draw"), {"wanted": "2"})
    assert procurement.invitees.count() == 3
    invitee = procurement.invitees.get(organization=organization)
    page = alice_client.get(at(procurement))
    assert "甲服务中心" in words(page)
    alice_client.post(f"{ADMIN}procurement/{procurement.pk}/invitees/{invitee.pk}/remove/")
    assert procurement.invitees.count() == 2


def test_an_organization_that_is_not_there_cannot_be_invited(alice_client, wutong, huangpu):
    procurement = ready(wutong, route="invited_tender")
    OrganizationFactory(division=huangpu, name="远方服务中心")
    answer = alice_client.post(at(procurement, "invite"), {"organization": "远方服务中心"})
    assert "“远方服务中心”在此对应0家组织" in words(answer)
    assert not procurement.invitees.exists()


def test_a_single_source_is_announced_for_comment(alice_client, wutong):
    procurement = ready(
        wutong,
        route="single_source",
        ground="only_supplier",
        ground_text="仅有一家持有许可",
        invitees=[OrganizationFactory(division=wutong)],
    )
    alice_client.post(at(procurement, "publicity"), {"version": procurement.version})
    assert procurement.announcements.get().kind == "single_source"


def test_a_deadline_is_put_off_and_a_procurement_ended(alice_client, wutong):
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    data = {"deadline_at": "2099-02-01T10:00", "reason": "更正", "version": procurement.version}
    alice_client.post(at(procurement, "extend"), data)
    procurement.refresh_from_db()
    assert procurement.deadline_at > DEADLINE
    answer = alice_client.post(
        at(procurement, "extend"),
        data | {"deadline_at": "2099-01-05T10:00", "version": procurement.version},
    )
    assert answer.status_code == 200
    alice_client.post(
        at(procurement, "terminate"), {"reason": "需求调整", "version": procurement.version}
    )
    procurement.refresh_from_db()
    assert (procurement.status, procurement.failure_reason) == ("terminated", "需求调整")


def test_bids_that_are_in_wait_for_the_opening(alice_client, wutong):
    procurement = announced(project__division=wutong)
    client = in_english(alice_client)
    assert "bids closed" not in words(client.get(at(procurement)))
    pass_deadline(procurement)
    for page in (at(procurement), ADMIN + "procurement/"):
        assert "bids closed, to be opened" in words(client.get(page))


def test_the_page_leads_to_the_contract(alice_client, wutong):
    contract = signed(project__division=wutong)
    page = alice_client.get(at(contract.procurement)).content.decode()
    assert f"/admin/projects/contract/{contract.pk}/change/" in page
    assert contract.contract_no in page


def test_the_page_offers_what_the_state_allows(alice_client, wutong):
    client = in_english(alice_client)
    page = words(client.get(at(announced(project__division=wutong))))
    assert "Put off the deadline" in page
    assert "Terminate it" in page
    assert "Declare it void" not in page
    assert "Correct the procurement" not in page
    page = words(client.get(at(opened(project__division=wutong))))
    assert "Declare it void" in page
    assert "Put off the deadline" not in page


def test_a_file_is_added_and_read(alice_client, wutong, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    procurement = announced(project__division=wutong)
    answer = alice_client.post(
        at(procurement, "attach"),
        {"kind": "bidding", "title": "磋商文件", "upload": paper(), "is_public": "on"},
    )
    assert answer.status_code == 302
    document = procurement.documents.get()
    assert (document.title, document.is_public) == ("磋商文件", True)
    path = f"{ADMIN}procurement/{procurement.pk}/files/{document.pk}/"
    assert alice_client.get(path).status_code == 200


def test_whoever_only_sees_it_changes_nothing(client_for, leader, wutong):
    client = client_for(leader)
    draft = ProcurementFactory(project__division=wutong)
    assert client.get(at(draft)).status_code == 404
    procurement = announced(project__division=wutong)
    page = words(in_english(client).get(at(procurement)))
    assert procurement.title in page
    assert "Put off the deadline" not in page
    assert client.post(at(procurement, "terminate"), {"reason": "x"}).status_code == 403
    assert client.get(ADMIN + "procurement/prepare/").status_code == 403


def test_another_district_finds_nothing(bob_client, wutong):
    procurement = announced(project__division=wutong)
    for verb in ("change", "edit", "announce", "extend", "terminate", "attach", "draw"):
        assert bob_client.get(at(procurement, verb)).status_code == 404


@pytest.mark.parametrize(
    ("waiting", "shown"),
    [
        ("draft", {"draft"}),
        ("open", {"open"}),
        ("opening", {"passed"}),
        ("decide", {"evaluating"}),
        ("challenged", {"challenged"}),
    ],
)
def test_the_list_is_narrowed_to_what_waits(alice_client, wutong, waiting, shown):
    def made(title, make=announced):
        return make(project__division=wutong, title=title)

    made("draft", ProcurementFactory)
    made("open")
    pass_deadline(made("passed"))
    made("evaluating", opened)
    advance(made("challenged", opened), "challenged", resumes="evaluating")
    answer = alice_client.get(f"{ADMIN}procurement/?waiting={waiting}")
    assert {row.title for row in answer.context["cl"].result_list} == shown


# --- questions, challenges, announcements


@pytest.fixture
def question(wutong):
    procurement = announced(project__division=wutong, deadline_at=DEADLINE)
    return QuestionFactory(procurement=procurement, organization=bidder(wutong).organization)


def test_a_question_is_answered_on_its_page(alice_client, question):
    page = f"{ADMIN}question/{question.pk}/"
    assert question.text in words(alice_client.get(f"{page}answer/"))
    alice_client.post(f"{page}answer/", {"answer": "按实际上门时间"})
    assert Question.objects.get().answer == "按实际上门时间"
    assert "按实际上门时间" in words(alice_client.get(f"{page}change/"))


def test_who_is_invited_without_an_account_is_named_before_the_notice(alice_client, wutong):
    draft = ready(wutong, route="invited_tender")
    InviteeFactory(procurement=draft, organization=bidder(wutong, name="有账户中心").organization)
    InviteeFactory(
        procurement=draft, organization=OrganizationFactory(division=wutong, name="无账户中心")
    )
    said = "have no account to bid by, and can neither read the notice nor answer it"
    page = words(in_english(alice_client).get(at(draft)))
    assert f"无账户中心 {said}" in page
    assert f"有账户中心 {said}" not in page


def test_who_asked_is_named_once_the_bids_are_opened(alice_client, question):
    page = f"{ADMIN}question/{question.pk}/change/"
    assert question.organization.name not in words(alice_client.get(page))
    opened(question.procurement)
    assert question.organization.name in words(alice_client.get(page))


def test_a_challenge_is_answered_and_its_complaint_noted(alice_client, wutong):
    procurement = opened(project__division=wutong)
    advance(procurement, "challenged", resumes="evaluating")
    challenge = ChallengeFactory(
        procurement=procurement,
        organization=bidder(wutong).organization,
        due_on=timezone.localdate() - timedelta(days=1),
    )
    page = f"{ADMIN}challenge/{challenge.pk}/"
    form = alice_client.get(f"{page}answer/").context["form"]
    assert [value for value, _label in form.fields["to"].choices] == ["", "evaluating", "void"]
    alice_client.post(
        f"{page}answer/", {"verdict": "rejected", "answer": "评分无误", "to": "", "version": 1}
    )
    challenge.refresh_from_db()
    procurement.refresh_from_db()
    assert (challenge.status, procurement.status) == ("answered", "evaluating")
    today = timezone.localdate().isoformat()
    alice_client.post(f"{page}complain/", {"on": today, "version": challenge.version})
    assert Challenge.objects.get().status == "complained"


def test_what_is_published_of_a_right_challenge_is_asked_for_apart(alice_client, wutong):
    procurement = opened(project__division=wutong)
    advance(procurement, "challenged", resumes="evaluating")
    challenge = ChallengeFactory(
        procurement=procurement, organization=bidder(wutong).organization
    )
    page = f"{ADMIN}challenge/{challenge.pk}/answer/"
    assert "Everybody reads it" in words(in_english(alice_client).get(page))
    sent = {"verdict": "upheld", "answer": "评分有误", "to": "void", "version": 1}
    refused = alice_client.post(page, sent)
    assert "评分有误" in refused.content.decode()
    challenge.refresh_from_db()
    assert challenge.status == "received"
    alice_client.post(page, {**sent, "public_reason": "评分计算有误"})
    procurement.refresh_from_db()
    assert (procurement.status, procurement.failure_reason) == ("void", "质疑成立：评分计算有误")


def test_where_nothing_can_be_undone_nothing_is_asked_for_everybody(alice_client, wutong):
    award = awarded(project__division=wutong)
    challenge = ChallengeFactory(procurement=award.procurement, organization=award.organization)
    form = alice_client.get(f"{ADMIN}challenge/{challenge.pk}/answer/").context["form"]
    assert {"to", "public_reason"}.isdisjoint(form.fields)


def test_what_a_right_challenge_means_after_the_signing_is_said(alice_client, wutong):
    award = awarded(project__division=wutong)
    challenge = ChallengeFactory(
        procurement=award.procurement, organization=award.organization, facts="评分有误"
    )
    page = f"{ADMIN}challenge/{challenge.pk}/answer/"
    client = in_english(alice_client)
    assert "terminate the contract" not in words(client.get(page))
    signed(award)
    advance(award.procurement, "contracted")
    shown = words(client.get(page))
    assert "terminate the contract" in shown
    assert "评分有误" in shown


def test_what_was_published_is_read_only(alice_client, bob_client, wutong):
    announcement = AnnouncementFactory(procurement=announced(project__division=wutong))
    page = f"{ADMIN}announcement/{announcement.pk}/change/"
    answer = alice_client.get(page)
    assert announcement.title in words(answer)
    told = f'href="/open/announcements/{announcement.pk}/"'
    assert told in answer.content.decode()
    own = alice_client.get(f"{ADMIN}procurement/{announcement.procurement_id}/change/")
    assert told in own.content.decode()
    assert bob_client.get(page).status_code == 404
    assert alice_client.post(page, {"title": "另一标题"}).status_code == 403


def test_empty_lists_say_what_to_do_next(alice_client, haitang):
    client = in_english(alice_client)
    for noun, sentence in (
        ("procurement", "Nothing is procured yet"),
        ("question", "No supplier has asked anything yet"),
        ("challenge", "Nothing was challenged"),
        ("announcement", "Nothing was published yet"),
    ):
        assert sentence in words(client.get(f"{ADMIN}{noun}/"))


def test_an_invitee_is_shown_to_whoever_manages(alice_client, wutong):
    procurement = ready(wutong, route="invited_tender")
    InviteeFactory(
        procurement=procurement,
        organization=OrganizationFactory(division=wutong, name="甲服务中心"),
        is_drawn=True,
        draw={"pool": [1, 2, 3], "seed": "abc"},
        invited_at=AT,
    )
    assert "seed abc" in words(in_english(alice_client).get(at(procurement)))
