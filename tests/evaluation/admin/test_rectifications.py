"""Rectification at the bureau's desk: one step from what fails to a draft, then to the end."""

import io
import re

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from evaluation.models import Finding, Rectification, RectificationItem
from evaluation.services import rectification_items, rectifications
from evaluation.services.rectifications import Plan
from tests.factories.centers import MembershipFactory
from tests.factories.evidence import photo
from tests.factories.portal import UserFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, issue
from tests.flows.pages import in_english

pytestmark = pytest.mark.django_db


@pytest.fixture
def c03(evaluated):
    return evaluated["C03"]


@pytest.fixture
def director(c03):
    user = UserFactory(full_name="何主任")
    MembershipFactory(user=user, center=c03, role="center_director")
    return user


@pytest.fixture
def failing(c03):
    """Rule → the standing finding of C03."""
    return {one.rule: one for one in Finding.objects.standing().filter(center=c03)}


@pytest.fixture
def draft(c03, failing, alice, at):
    return rectifications.open_from_findings(
        center=c03, findings=[failing["ST-04"]], plan=Plan(alice), by=alice, at=at
    )


@pytest.fixture
def issued(draft, director, alice, at):
    rectifications.issue(rectification=draft, by=alice, at=at)
    return draft


def page(name, *args):
    return reverse(f"admin:evaluation_rectification_{name}", args=args)


def test_the_page_of_a_center_leads_to_a_draft_in_one_step(desk, c03, failing, alice):
    shown = desk.get(reverse("compliance:center", args=["C03"])).content.decode()
    assert page("center", "C03") in shown
    asked = desk.get(page("center", "C03")).content.decode()
    assert "ST-04" in asked
    assert "ST-08" not in asked
    chosen = [failing["ST-04"].pk, failing["FN-24"].pk]
    answer = desk.post(page("center", "C03"), {"chosen": chosen, "owner": alice.pk}, follow=True)
    rectification = Rectification.objects.get()
    assert rectification.rectification_no in answer.content.decode()
    assert rectification.items.count() == 2
    assert "其中专职人员一般不少于2名" in answer.content.decode()
    again = desk.get(page("center", "C03")).content.decode()
    assert "ST-04" not in again


def test_nothing_chosen_is_said_and_what_was_typed_stays(desk, c03, alice):
    answer = desk.post(
        page("center", "C03"), {"owner": alice.pk, "working_days": 7, "title": "年度整改"}
    )
    assert "Choose at least one." in answer.content.decode()
    assert 'value="年度整改"' in answer.content.decode()
    assert not Rectification.objects.exists()


def test_findings_of_one_center_are_opened_from_their_list(desk, c03, failing, evaluated):
    changelist = reverse("admin:evaluation_finding_changelist")
    act = {"action": "rectify", "_selected_action": [failing["ST-04"].pk, failing["FN-43"].pk]}
    answer = desk.post(changelist, act)
    assert answer.status_code == 302
    proposed = desk.get(answer.url).content.decode()
    boxes = re.findall(r'<input[^>]*name="chosen"[^>]*>', proposed)
    checked = {
        int(re.search(r'value="(\d+)"', box)[1])
        for box in boxes
        if re.search(r"\schecked[\s>]", box)
    }
    assert checked == {failing["ST-04"].pk, failing["FN-43"].pk}
    other = Finding.objects.standing().get(center=evaluated["C05"], rule="ST-09")
    mixed = act | {"_selected_action": [failing["ST-04"].pk, other.pk]}
    assert "of one center" in desk.post(changelist, mixed, follow=True).content.decode()
    met = act | {"_selected_action": [failing["ST-08"].pk]}
    assert "None of these" in desk.post(changelist, met, follow=True).content.decode()


def test_a_draft_is_issued_and_then_not_edited(desk, draft, c03):
    item = draft.items.get()
    shown = desk.get(page("change", draft.pk)).content.decode()
    assert page("issue", draft.pk) in shown
    assert page("edit_item", item.pk) in shown
    values = {
        "fact": "事实",
        "requirement": "要求",
        "due_on": "2036-04-30",
        "version": item.version,
    }
    desk.post(page("edit_item", item.pk), values)
    item.refresh_from_db()
    assert (item.fact, item.due_on.isoformat()) == ("事实", "2036-04-30")
    desk.post(page("issue", draft.pk), {"version": draft.version})
    draft.refresh_from_db()
    assert draft.status == "issued"
    shown = desk.get(page("change", draft.pk)).content.decode()
    assert page("edit_item", item.pk) not in shown


def test_whoever_opened_it_is_not_offered_to_verify(desk, issued, director, client_for, chief, at):
    item = RectificationItem.objects.select_related("rectification").get()
    rectification_items.respond(item=item, text="已招聘。", uploads=[photo()], by=director, at=at)
    shown = desk.get(page("change", issued.pk)).content.decode()
    assert page("verify", item.pk) not in shown
    assert desk.get(page("verify", item.pk)).status_code == 403
    other = in_english(client_for(chief))
    assert page("verify", item.pk) in other.get(page("change", issued.pk)).content.decode()
    values = {"result": "partly", "note": "", "version": item.version}
    assert "still missing" in other.post(page("verify", item.pk), values).content.decode()
    other.post(page("verify", item.pk), values | {"result": "done", "note": "已核实"})
    issued.refresh_from_db()
    assert issued.status == "closed"


def test_of_a_draft_the_center_sees_nothing(draft, director, client_for):
    client = client_for(director)
    assert client.get(reverse("evaluation:rectification", args=[draft.pk])).status_code == 404


def test_the_list_is_narrowed_by_what_is_to_be_done(desk, issued, director, at):
    changelist = page("changelist")
    shown = lambda due: issued.title in desk.get(f"{changelist}?due={due}").content.decode()  # noqa: E731
    assert shown("late")
    assert shown("mine")
    assert not shown("verify")
    assert not shown("chief")
    item = RectificationItem.objects.select_related("rectification").get()
    rectification_items.respond(item=item, text="已招聘。", uploads=[photo()], by=director, at=at)
    assert shown("verify")
    assert not shown("late")


def test_items_are_taken_out_as_a_workbook(desk, issued, haitang):
    answer = desk.post(page("export_items"), {"district": haitang.pk})
    assert answer.status_code == 200
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    cells = [cell.value for row in book.active.iter_rows() for cell in row]
    assert issued.rectification_no in cells
    assert "ST-04" in cells
    assert "何主任" not in cells


def test_the_workbook_holds_one_district_and_no_formula(
    desk, issued, bob_client, haitang, huangpu, diane, center, alice
):
    ItemFactory(
        rectification=RectificationFactory(center=center, opened_by=alice),
        fact='=HYPERLINK("https://example.invalid")',
    )
    issue(Rectification.objects.get(center=center))
    answer = desk.post(page("export_items"), {"district": haitang.pk})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
    assert "f" not in kinds
    # A stranger is asked for a district of his own, and reads nothing of this one.
    refused = bob_client.post(page("export_items"), {"district": haitang.pk})
    assert refused["content-type"].startswith("text/html")
    answer = bob_client.post(page("export_items"), {"district": huangpu.pk})
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [row[0].value for row in book.active.iter_rows(min_row=2) if row[0].value] == []
