"""Pages of projects, plans and budgets at the desk: who reads, who writes, what stays typed."""

from datetime import date
from decimal import Decimal

import pytest

from projects.models import BudgetBasis, Contract, Plan
from projects.selectors import unit_costs
from projects.services import budgets, plans
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.evidence import paper
from tests.factories.portal import RoleAssignmentFactory, UserFactory
from tests.factories.procurements import DocumentFactory, FundingSourceFactory, ProcurementFactory
from tests.flows.pages import in_english, words
from tests.projects.conftest import SAYS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


@pytest.fixture
def reader(client_for, wutong):
    """Somebody of the street who decides on plans."""
    user = UserFactory(full_name="周主任")
    RoleAssignmentFactory(user=user, role="township_reviewer", division=wutong)
    return user


def page(project, rest=""):
    return f"/desk/projects/{project.pk}/{rest}"


def sent(version, *lines):
    """Lines as the page sends them; the last is blank."""
    typed = {"version": version, "lines": len(lines) + 1}
    for index, line in enumerate([*lines, {"kind": "staff"}]):
        typed |= {f"line-{index}-{name}": value for name, value in line.items()}
    return typed


MEALS = {
    "kind": "activity",
    "item": "助餐服务",
    "unit": "人次",
    "quantity": "1000",
    "unit_price_yuan": "15",
}


def test_an_officer_prepares_a_procurement_from_the_page_of_the_project(
    desk, alice_client, project
):
    prepare = f"/admin/projects/procurement/prepare/?project={project.pk}"
    assert prepare not in desk.get(page(project)).content.decode()
    shown = in_english(alice_client).get(page(project)).content.decode()
    assert prepare in shown
    assert alice_client.get(prepare).context["form"].initial["project"] == str(project.pk)
    ProcurementFactory(project=project)
    assert prepare not in alice_client.get(page(project)).content.decode()


def test_a_center_begins_a_plan_and_submits_it(desk, budgeted, center):
    desk.post(page(budgeted, "plan/"), SAYS | {"author_center": center.pk})
    plan = Plan.objects.get(project=budgeted)
    assert (plan.author_center, plan.targets) == (center, SAYS["targets"])
    desk.post(page(budgeted, "plan/submit/"), {"version": plan.version})
    plan.refresh_from_db()
    assert plan.status == "submitted"


def test_a_center_does_not_write_for_another(desk, project, wutong):
    other = CenterFactory(division=wutong)
    response = desk.post(page(project, "plan/"), SAYS | {"author_center": other.pk})
    assert "author_center" in response.context["form"].errors
    assert not Plan.objects.exists()


def test_a_change_of_the_plan_is_kept(desk, drafted):
    desk.post(page(drafted.project, "plan/"), SAYS | {"risks": "用火", "version": drafted.version})
    drafted.refresh_from_db()
    assert drafted.risks == "用火"


def test_what_somebody_else_changed_is_told_and_what_was_typed_stays(desk, drafted, alice, at):
    version = drafted.version
    plans.edit(plan=drafted, version=version, risks="台风", by=alice, at=at)
    typed = SAYS | {f"initial-{name}": value for name, value in SAYS.items()}
    response = desk.post(
        page(drafted.project, "plan/"), typed | {"method": "上门", "version": version}
    )
    assert "台风" in words(response)
    assert response.context["form"]["method"].value() == "上门"
    drafted.refresh_from_db()
    assert drafted.method == SAYS["method"]


def test_an_incomplete_plan_is_not_submitted_and_the_page_says_why(
    desk, project, center, alice, at
):
    plan = plans.draft(project=project, author_center=center, by=alice, at=at, target_group="老人")
    response = desk.post(page(project, "plan/submit/"), {"version": plan.version}, follow=True)
    assert "Still missing" in words(response)
    plan.refresh_from_db()
    assert plan.status == "draft"


def test_the_street_decides_and_the_center_does_not(desk, submitted, reader, client_for):
    url = page(submitted.project, "plan/decide/")
    typed = {"to": "approved", "reason": "可行", "version": submitted.version}
    assert desk.post(url, typed).status_code == 403
    client_for(reader).post(url, typed)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.decided_by) == ("approved", reader)


def test_a_reason_is_kept_where_the_plan_changed_meanwhile(submitted, reader, client_for, at):
    url = page(submitted.project, "plan/decide/")
    typed = {"to": "returned", "reason": "请补充风险", "version": submitted.version - 1}
    answer = client_for(reader).post(url, typed)
    assert "请补充风险" in answer.content.decode()
    again = {name: answer.context["form"].data[name] for name in typed}
    assert again["version"] == submitted.version
    client_for(reader).post(url, again)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.decision_reason) == ("returned", "请补充风险")


def test_the_page_says_where_the_money_comes_from(desk, project):
    type(project).objects.filter(pk=project.pk).update(budget_yuan=Decimal("400000.00"))
    FundingSourceFactory(project=project, payer="梧桐路街道办事处")
    FundingSourceFactory(
        project=project, kind="welfare_lottery_district", amount_yuan=Decimal("200000.00")
    )
    text = words(desk.get(page(project)))
    assert "梧桐路街道办事处" in text
    assert "66.67%" in text
    assert "Together 300,000.00 yuan. 100,000.00 yuan of the budget have no source yet." in text


def test_who_submitted_a_plan_is_offered_no_decision(submitted, alice_client, chief, client_for):
    url = page(submitted.project)
    assert alice_client.get(f"{url}plan/decide/").status_code == 403
    assert "plan/decide/" not in alice_client.get(url).content.decode()
    assert "plan/decide/" in client_for(chief).get(url).content.decode()


def test_lines_are_typed_as_a_whole_and_blank_ones_left_out(desk, project):
    desk.post(page(project, "lines/"), sent(project.version, MEALS))
    (line,) = project.cost_lines.all()
    assert (line.item, line.amount_yuan) == ("助餐服务", Decimal("15000.00"))


def test_a_line_that_was_emptied_goes(desk, budgeted):
    meals, management = budgeted.cost_lines.all()
    kept = MEALS | {"pk": meals.pk}
    emptied = {"pk": management.pk, "kind": "management", "item": ""}
    desk.post(page(budgeted, "lines/"), sent(budgeted.version, emptied, kept))
    assert [line.pk for line in budgeted.cost_lines.all()] == [meals.pk]


def test_a_mistaken_line_keeps_everything_that_was_typed(desk, project):
    wrong = MEALS | {"quantity": "many"}
    response = desk.post(page(project, "lines/"), sent(project.version, MEALS, wrong))
    assert "many" in response.content.decode()
    assert not project.cost_lines.exists()


def test_lines_that_somebody_else_changed_are_not_overwritten(desk, budgeted, lines, alice, at):
    version = budgeted.version
    budgets.set_lines(project=budgeted, lines=lines[:1], version=version, by=alice, at=at)
    response = desk.post(page(budgeted, "lines/"), sent(version, MEALS | {"item": "别的"}))
    assert "somebody else" in words(response)
    assert "别的" in response.content.decode()
    assert budgeted.cost_lines.get().item == "助餐服务"


def test_sources_are_entered_with_their_file(desk, budgeted):
    line = budgeted.cost_lines.first()
    document = DocumentFactory(project=budgeted, kind="quote")
    quote = {
        "kind": "quote",
        "from_whom": "甲服务中心",
        "price_yuan": "15.00",
        "on": "2026-02-01",
        "document": document.pk,
    }
    desk.post(page(budgeted, f"lines/{line.pk}/sources/"), sent(budgeted.version, quote))
    (source,) = line.sources.all()
    assert (source.from_whom, source.document) == ("甲服务中心", document)


def test_a_basis_is_supplied_and_printed(desk, budgeted, center):
    desk.post(page(budgeted, "bases/supply/"), {"center": center.pk, "version": budgeted.version})
    basis = BudgetBasis.objects.get(project=budgeted, supplied_by_center=center)
    said = words(desk.get(f"/desk/bases/{basis.pk}/"))
    for wanted in ("15,800.00", "助餐服务", "3 quotes are wanting", "unchanged since"):
        assert wanted in said


def test_a_basis_names_contracts_only_to_those_who_see_them(
    desk, alice_client, budgeted, finished, wutong, guihua, alice, at
):
    own, other = finished(wutong), finished(guihua)
    basis = budgets.supply(project=budgeted, version=budgeted.version, by=alice, at=at)
    url = f"/desk/bases/{basis.pk}/"
    center_reads, bureau_reads = words(desk.get(url)), words(alice_client.get(url))
    assert "of 2 comparable lines" in center_reads
    assert own.contract_no in center_reads
    assert other.contract_no not in center_reads
    assert {own.contract_no, other.contract_no} <= set(bureau_reads.split())


def test_unit_costs_lead_to_contracts_that_the_reader_sees(desk, finished, wutong, guihua):
    own, other = finished(wutong), finished(guihua)
    old = finished(wutong, price="1.00", signed_on=date(2020, 1, 1))
    said = words(desk.get("/desk/unit-costs/"))
    assert own.contract_no in said
    assert other.contract_no not in said
    assert "1 price" in said
    assert "1 more is too old" in said
    assert old.contract_no in said
    assert "unusual" not in said


def test_unit_costs_lead_back_to_the_center_they_were_opened_from(desk, center, guihua):
    back = f'href="/desk/centers/{center.code}/projects/"'
    opened = desk.get("/desk/unit-costs/", {"center": center.code, "text": "助浴"})
    assert back in opened.content.decode()
    assert f'name="center" value="{center.code}"' in opened.content.decode()
    elsewhere = CenterFactory(division=guihua)
    for code in ("", elsewhere.code, "C\0"):
        page = desk.get("/desk/unit-costs/", {"center": code}).content.decode()
        assert 'class="crumbs"' not in page


def test_only_the_prices_agreed_last_are_read(desk, finished, wutong, monkeypatch):
    monkeypatch.setattr(unit_costs, "MOST_LINES", 1)
    old = finished(wutong, item="助浴", signed_on=date(2025, 5, 1))
    new = finished(wutong, signed_on=date(2025, 6, 1))
    said = words(desk.get("/desk/unit-costs/"))
    assert new.contract_no in said
    assert old.contract_no not in said
    assert old.contract_no in words(desk.get("/desk/unit-costs/?text=助浴"))


def test_a_contract_that_is_not_finished_is_no_price(desk, finished, wutong):
    contract = finished(wutong)
    assert Contract.objects.get(pk=contract.pk).status == "accepted"
    Contract.objects.filter(pk=contract.pk).update(status="settled")
    assert contract.contract_no in words(desk.get("/desk/unit-costs/"))
    assert contract.contract_no not in words(desk.get("/desk/unit-costs/?text=别的"))


def test_a_file_is_added_and_read(desk, project, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    typed = {"kind": "quote", "title": "报价单", "upload": paper()}
    desk.post(page(project, "files/add/"), typed)
    document = project.documents.get()
    response = desk.get(page(project, f"files/{document.pk}/"))
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"


def test_a_file_of_a_procurement_does_not_leave_by_the_project(desk, project):
    procurement = ProcurementFactory(project=project)
    document = DocumentFactory(project=project, procurement=procurement)
    assert desk.get(page(project, f"files/{document.pk}/")).status_code == 404
    assert document.title not in words(desk.get(page(project)))


def test_projects_of_another_township_are_not_there(client_for, guihua, budgeted, alice, at):
    basis = budgets.supply(project=budgeted, version=budgeted.version, by=alice, at=at)
    stranger = UserFactory()
    center = CenterFactory(division=guihua)
    MembershipFactory(user=stranger, center=center, role="center_director")
    desk = client_for(stranger)
    for url in (page(budgeted), page(budgeted, "plan/"), f"/desk/bases/{basis.pk}/"):
        assert desk.get(url).status_code == 404
    assert budgeted.name not in words(desk.get(f"/desk/centers/{center.code}/projects/"))


def test_projects_of_the_own_township_are_listed(desk, center, drafted):
    said = words(desk.get(f"/desk/centers/{center.code}/projects/"))
    assert drafted.project.name in said
    assert "being drafted" in said


def test_the_leader_reads_and_does_not_write(client_for, leader, budgeted):
    desk = client_for(leader)
    assert desk.get(page(budgeted)).status_code == 200
    for rest in ("plan/", "lines/", "bases/supply/", "files/add/"):
        assert desk.get(page(budgeted, rest)).status_code == 403
