"""From a resident's need to the last payment, page by page, as each who takes part would do it."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from projects.models import Award, Contract, Need, Procurement, Project, Seat
from tests.factories.bids import hand_in
from tests.factories.evidence import paper
from tests.factories.organizations import OrganizationFactory
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import BidderFactory, ExpertFactory, pass_deadline
from tests.flows.hands import Hand, day

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def collected(director, officer, center):
    """The director collects a need; the officer looks it through, publishes it and adopts it."""
    director.go("projects:need-list", center.code)
    director.choose("Enter a need")
    director.type(source="resident", field="elderly", service="meals", target_group="独居老人")
    director.type(title="周末没有助餐", scale=60, until_on=day(90))
    director.save()
    need = Need.objects.get()
    officer.go("admin:projects_need_change", need.pk)
    officer.do("Looked through: to be published")
    officer.do("Publish the need")
    officer.do("Make it a project", name="周末助餐", purchaser="梧桐路街道办事处")
    return Project.objects.get(need=need)


def planned(director, leader, project, center):
    """The director plans it and supplies the basis of the budget; the leader approves."""
    director.go("projects:project-list", center.code)
    director.page.get_by_role("link", name=project.name).click()
    director.choose("Begin the plan")
    texts = ("target_group", "targets", "method", "staffing", "schedule", "risks")
    director.type(author_center=center.pk, beneficiaries_planned=60, public_opinion="走访20户")
    director.type(**dict.fromkeys(texts, "每周六、周日各送一餐"))
    director.save()
    director.choose("Enter the cost lines")
    meals = {"kind": "activity", "item": "送餐", "unit": "份", "quantity": 6000}
    meals["unit_price_yuan"] = "10"
    director.type(**{f"line-0-{name}": value for name, value in meals.items()})
    director.save()
    director.choose("Supply a budget basis")
    director.type(center=center.pk)
    director.save()
    director.go("projects:project", project.pk)
    director.choose("Submit the plan")
    leader.go("projects:project", project.pk)
    leader.do("Decide on the plan", to="approved", reason="会议同意")


def prepared(officer, project):
    """The officer prepares the procurement from the page of the project."""
    officer.go("projects:project", project.pk)
    officer.choose("Prepare a procurement")
    officer.type(route="competitive_consultation", title="周末助餐服务", category="社区服务")
    officer.type(budget_yuan="60000", contact="社会组织科 021-55550000", requirement="每周送餐两次")
    deadline = timezone.localtime() + timedelta(15)
    officer.type(documents_from=day(), documents_until=day(12), questions_until=day(10))
    officer.type(deadline_at=deadline.strftime("%Y-%m-%dT%H:%M"))
    officer.save()
    rows = (("报价", "price", 20), ("服务方案", "technical", 50), ("人员配备", "technical", 30))
    officer.choose("Set the criteria")
    for number, (name, kind, weight) in enumerate(rows):
        values = {"name": name, "kind": kind, "weight": weight}
        officer.type(**{f"c{number}-{key}": value for key, value in values.items()})
    officer.save()
    return Procurement.objects.get()


def key_made(holder, procurement, path):
    """A key, made in the holder's browser; its file stays with him."""
    holder.go("admin:projects_opening_ceremony", procurement.pk)
    with holder.page.expect_download() as download:
        holder.page.locator("[data-make-key]").click()
    download.value.save_as(path)
    holder.choose("Register")
    expect(holder.page.locator("[data-check-key]")).to_be_visible()
    return path


def bid_handed_in(bidder, procurement):
    """By the bidder's own page, with a file."""
    bidder.go("bid:home")
    bidder.page.get_by_role("link", name=procurement.title).click()
    bidder.choose("Hand in a bid")
    bidder.type(price_yuan="57000", period_text="一年", statement="每餐两荤两素，送到家门口。")
    upload = paper("响应文件.pdf")
    bidder.page.locator("[name=files]").set_input_files(
        {"name": upload.name, "mimeType": "application/pdf", "buffer": upload.read()}
    )
    bidder.page.locator("[name=is_qualified]").check()
    bidder.save()
    bidder.page.wait_for_url("**/receipt/")


def key_brought(holder, procurement, path):
    holder.go("admin:projects_opening_ceremony", procurement.pk)
    holder.page.locator("[name=key_file]").set_input_files(path)
    with holder.page.expect_navigation():
        holder.page.locator("form[action$='/present/'] button").click()


def scored(expert, seat, better):
    """One expert declares, scores every line, and submits."""
    expert.go("panel:home")
    expert.page.get_by_role("link", name=seat.procurement.title).click()
    expert.choose("Declare interests")
    expert.type(declaration="与各投标人无利害关系")
    expert.save()
    expert.choose("Score the bids")
    for bid in seat.procurement.opening.bids.all():
        part = 9 if bid.bid.organization == better else 7
        for criterion in seat.procurement.criteria.exclude(kind="price"):
            points = criterion.weight * part / 10
            expert.type(**{f"{bid.pk}-{criterion.pk}-points": f"{points:.2f}"})
    with expert.page.expect_navigation():
        expert.choose("Save the sheet")
    expert.go("panel:seat", seat.pk)
    expert.choose("Submit the sheet for good")
    expert.reads("已提交")


def contracted(officer):
    """Drafted of the award, filled, signed, published; the first half is paid."""
    officer.go("admin:projects_contract_changelist")
    officer.choose("Draft a contract")
    officer.type(award=Award.objects.get().pk, contract_no="HT-1", purpose="project")
    officer.type(title="周末助餐服务合同")
    officer.type(starts_on=day(), ends_on=day(300), standards="送餐6000份\n满意度90%")
    officer.save()
    officer.do("Lines", lines="活动 | 送餐 | 份 | 6000 | 9.50")
    officer.do("Milestones", milestones=f"全部完成 | {day(300)} | 100")
    officer.do("Planned payments", payments="签约时 | 28500\n验收后 | 28500")
    officer.do("Enter the signing", signed_on=day())
    officer.do("Publish the contract")
    officer.do("Enter the payment", paid_on=day(), voucher_no="PZ-1")


def finished(officer):
    """Delivered, confirmed, accepted; the rest is paid."""
    officer.do("Enter what was delivered", delivered_on=day(), note="送餐6000份，台账齐全")
    officer.do("Confirm what was delivered")
    officer.do(
        "Enter the acceptance",
        accepted_on=day(),
        items="送餐6000份 | 是\n满意度90% | 是",
        result="passed",
        asked=30,
        satisfied=29,
        users_opinion="菜热，准时",
        beneficiaries=60,
    )
    officer.do("Enter the payment", paid_on=day(), voucher_no="PZ-2")


def test_a_need_becomes_a_project_that_is_procured_carried_out_and_paid(
    live_server,
    pack,
    at_desk,
    new_page,
    photograph,
    known_years,
    center,
    diane,
    alice,
    leader,
    chief,
    haitang,
    wutong,
    tmp_path,
):
    director, officer = at_desk("diane"), at_desk(alice.username)
    head, section_chief = at_desk("leader"), at_desk("chief")
    project = collected(director, officer, center)
    planned(director, head, project, center)
    officer.go("projects:project", project.pk)
    officer.reads("已批准", "60000.00")
    photograph(director.page, "chain-plan")

    procurement = prepared(officer, project)
    holders = {"0": officer, "1": head, "2": section_chief}
    files = {
        number: key_made(holder, procurement, tmp_path / f"key-{number}.json")
        for number, holder in holders.items()
    }
    officer.go("admin:projects_procurement_change", procurement.pk)
    officer.do("Announce it")
    photograph(officer.page, "chain-announced")

    suppliers = [
        BidderFactory(organization=OrganizationFactory(division=wutong, name=name))
        for name in ("银龄助餐社", "邻里食堂", "康乐服务社")
    ]
    bidder = at_desk(suppliers[0].user.username)
    bid_handed_in(bidder, procurement)
    for rival, price in zip(suppliers[1:], ("58000.00", "56000.00"), strict=True):
        hand_in(procurement, bidder=rival, price=price)
    pass_deadline(procurement)
    key_brought(head, procurement, files["1"])
    head.reads("还需")
    key_brought(officer, procurement, files["0"])
    officer.reads("银龄助餐社", "57000.00")
    photograph(officer.page, "chain-opened")

    for number in range(3):
        user = UserFactory(username=f"expert{number}", full_name=f"评委{number}")
        ExpertFactory(user=user, district=haitang)
        RoleAssignmentFactory(user=user, role="evaluator", division=haitang)
    officer.go("admin:projects_procurement_panel", procurement.pk)
    officer.do("Draw experts at random", wanted=3)
    for seat in Seat.objects.select_related("user"):
        scored(at_desk(seat.user.username), seat, suppliers[0].organization)
    officer.go("admin:projects_procurement_panel", procurement.pk)
    officer.do("Rank the bids")
    photograph(officer.page, "chain-ranked")
    head.go("admin:projects_procurement_panel", procurement.pk)
    head.do("Decide on the award", reason="综合得分第一")
    officer.go("admin:projects_procurement_panel", procurement.pk)
    officer.choose("To the award")
    officer.choose("Send the notice and publish the result")
    bidder.go("bid:procurement", procurement.pk)
    bidder.reads("贵单位中标")

    contracted(officer)
    finished(officer)
    photograph(officer.page, "chain-contract")
    contract = Contract.objects.get()
    assert contract.status == "accepted"
    assert {payment.status for payment in contract.payments.all()} == {"paid"}
    project.refresh_from_db()
    assert (project.status, project.beneficiaries_actual) == ("accepted", 60)

    visitor = Hand(new_page(), live_server.url)
    visitor.go("open:announcements")
    visitor.reads("验收结果公告")
    photograph(visitor.page, "chain-open-announcements")
    visitor.go("open:home")
    visitor.page.get_by_role("link", name="周末助餐服务中标").first.click()
    visitor.reads("银龄助餐社", "57000.00", "综合得分第一")
    photograph(visitor.page, "chain-open-result")
    visitor.go("open:procurement", procurement.procurement_no)
    visitor.reads("采购公告", "开标", "合同", "验收")
    assert urlsplit(visitor.page.url).path.startswith("/open/")
