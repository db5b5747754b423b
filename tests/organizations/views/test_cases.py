"""The pages of cases: opened, moved, corrected and handed over at the desk; what strangers see."""

from datetime import date

import pytest
from django.urls import reverse

from organizations.models import Case
from organizations.selectors import cases as selectors
from portal.audit.models import AuditEvent
from tests.factories.centers import MembershipFactory
from tests.factories.evidence import paper
from tests.factories.organizations import (
    ActivityTeamFactory,
    CaseFactory,
    CaseMaterialFactory,
    OrganizationFactory,
)
from tests.factories.portal import UserFactory
from tests.flows.pages import in_english, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]
OPENED = {"title": "咨询设立养老服务中心", "opened_on": "2026-02-10", "details-channel": "phone"}


@pytest.fixture
def desk(diane_client):
    return in_english(diane_client)


@pytest.fixture(autouse=True)
def store(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def url(name, case):
    return reverse(f"work:{name}", args=[case.pk])


def open_url(center, kind="consultation"):
    return reverse("work:case-open", args=[center.code, kind])


def test_a_case_is_opened_and_stands_in_the_list(desk, center, diane):
    answer = desk.post(open_url(center), OPENED)
    case = Case.objects.get()
    assert answer.url == f"/desk/cases/{case.pk}/"
    assert (case.opened_on, case.opened_by) == (date(2026, 2, 10), diane)
    assert selectors.detail_of(case).channel == "phone"
    page = words(desk.get(f"/desk/centers/{center.code}/cases/"))
    assert "咨询设立养老服务中心 310199-ZX-2026-00001" in page
    assert "FN-11 Registration consultation 1" in page


@pytest.mark.parametrize("kind", Case.Kind.values)
def test_every_kind_has_a_form_that_opens_one(desk, center, kind):
    page = desk.get(open_url(center, kind))
    assert page.status_code == 200
    typed = {"title": "一件事", "opened_on": "2026-02-10"}
    typed |= {
        field.html_name: field.value()
        for field in page.context["more"]
        if field.value() not in (None, "", False, [])
    }
    typed |= {"details-led_by": "街道党工委", "details-support_kind": "talent"}
    desk.post(open_url(center, kind), typed)
    assert Case.objects.get().kind == kind


def test_what_was_typed_stays_when_it_is_refused(desk, center):
    typed = {**OPENED, "opened_on": "2099-01-01", "organization": "没有这个组织"}
    typed |= {"details-enquirer_name": "周某某", "details-non_state_share": "1.5"}
    page = desk.post(open_url(center), typed)
    said = words(page)
    assert "2099-01-01 has not come yet" in said
    assert "“没有这个组织” is not in the district's register." in said
    assert "Note the consent, or leave name and telephone of the enquirer out." in said
    assert "A share lies between 0 and 1, such as 0.6667." in said
    assert 'value="咨询设立养老服务中心"' in page.content.decode()
    assert not Case.objects.exists()


def test_a_subject_is_named_by_name_or_code(desk, center, wutong):
    organization = OrganizationFactory(
        division=wutong, name="海棠区（梧桐）老年服务中心", uscc="52310199MJ0000059R"
    )
    team = ActivityTeamFactory(division=wutong)
    for typed in ("海棠区(梧桐)老年服务中心", organization.uscc):
        desk.post(open_url(center), {**OPENED, "organization": typed})
    desk.post(open_url(center, "nurture"), {**OPENED, "team": team.name})
    assert Case.objects.filter(organization=organization).count() == 2
    assert Case.objects.filter(team=team).count() == 1


def test_an_organization_of_another_district_is_not_found_by_its_name(desk, center, huangpu):
    stranger = OrganizationFactory(division=huangpu, name="黄浦区邻里服务中心")
    page = words(desk.post(open_url(center), {**OPENED, "organization": stranger.name}))
    assert "is not in the district's register" in page
    assert not Case.objects.exists()


def test_what_the_adviser_found_out_stands_in_the_form(desk, center):
    page = desk.get(f"{open_url(center)}?wish=association&title=老年协会&capital_yuan=30000")
    assert page.context["more"]["intended_type"].value() == "association"
    assert page.context["more"]["capital_yuan"].value() == "30000"
    assert page.context["form"]["title"].value() == "老年协会"


def test_who_asked_is_shown_masked(desk, center):
    typed = {
        **OPENED,
        "details-enquirer_name": "周某某",
        "details-enquirer_phone": "13800138000",
        "details-consent_given": "on",
    }
    desk.post(open_url(center), typed)
    case = Case.objects.get()
    for name in ("case", "case-correct"):
        page = desk.get(url(name, case)).content.decode()
        assert "13800138000" not in page
        assert "周某某" not in page
    assert "138****8000" in words(desk.get(url("case", case)))


def test_who_asked_is_shown_once_for_a_reason_to_the_director(desk, center, client_for, bob_client):
    typed = {**OPENED, "details-enquirer_phone": "13800138000", "details-consent_given": "on"}
    desk.post(open_url(center), typed)
    case = Case.objects.get()
    path = reverse("work:reveal", args=["consultation", case.pk, "enquirer_phone"])
    assert path in desk.get(url("case", case)).content.decode()
    assert "13800138000" not in words(desk.post(path, {"reason": ""}))
    assert "13800138000" in words(desk.post(path, {"reason": "回访"}))
    assert "13800138000" not in words(desk.get(url("case", case)))
    colleague = UserFactory()
    MembershipFactory(user=colleague, center=center, role="center_staff")
    assert client_for(colleague).post(path, {"reason": "好奇"}).status_code == 403
    assert bob_client.post(path, {"reason": "好奇"}).status_code == 404
    (event,) = AuditEvent.objects.filter(action="organizations.consultation.reveal")
    assert (event.reason, event.changes) == ("回访", {"field": [None, "enquirer_phone"]})
    assert desk.get(path.replace("enquirer_phone", "title")).status_code == 404


def test_a_case_is_moved_with_what_has_to_be_known(desk, center):
    case = CaseFactory(center=center)
    page = words(desk.get(url("case", case)))
    assert "Next: matter closed" in page
    moving = f"{url('case-move', case)}?to=closed"
    typed = {"version": "1", "to": "closed", "happened_on": "2026-02-12", "text": "已答复"}
    assert "This field is required." in words(desk.post(moving, typed))
    answer = desk.post(moving, {**typed, "details-outcome": "register", "result": "建议登记"})
    assert answer.url == url("case", case)
    case.refresh_from_db()
    assert (case.status, case.closed_on, case.result) == (
        "closed",
        date(2026, 2, 12),
        "建议登记",
    )
    page = words(desk.get(answer.url))
    assert "advising → matter closed 已答复" in page


def test_a_case_moved_meanwhile_is_told_and_the_words_stay(desk, center):
    case = CaseFactory(center=center)
    typed = {"version": "1", "to": "materials", "happened_on": "2026-02-12", "text": "待补材料"}
    Case.objects.filter(pk=case.pk).update(version=2)
    page = desk.post(url("case-move", case), typed)
    assert "Not saved" in words(page)
    assert "待补材料</textarea>" in page.content.decode()
    assert 'name="version" value="2"' in page.content.decode()


def test_a_correction_keeps_what_it_does_not_touch(desk, center, wutong):
    organization = OrganizationFactory(division=wutong)
    case = CaseFactory(center=center, organization=organization)
    page = desk.get(url("case-correct", case))
    form, more = page.context["form"], page.context["more"]
    typed = {field.html_name: field.value() for field in (*form, *more)}
    typed = {name: value for name, value in typed.items() if value not in (None, "", False)}
    assert typed["organization"] == organization.name
    desk.post(url("case-correct", case), {**typed, "title": "新名", "details-advice": "先备案"})
    case.refresh_from_db()
    assert (case.title, case.organization) == ("新名", organization)
    assert selectors.detail_of(case).advice == "先备案"


def test_notes_and_hand_over(desk, center):
    case = CaseFactory(center=center)
    colleague = UserFactory(full_name="陈同事")
    MembershipFactory(user=colleague, center=center, role="center_staff")
    desk.post(url("case-note", case), {"happened_on": "2026-02-12", "text": "电话回访"})
    desk.post(url("case-hand-over", case), {"responsible": colleague.pk})
    page = words(desk.get(url("case", case)))
    assert "2026-02-12 note 电话回访" in page
    assert "Responsible 陈同事" in page


def test_materials_are_ticked_off(desk, center):
    case = CaseFactory(center=center)
    material = CaseMaterialFactory(case=case, code="articles")
    prefix = f"m{material.pk}"
    typed = {f"{prefix}-state": "received", f"{prefix}-note": "第二稿", "added": "场地照片"}
    desk.post(url("case-materials", case), typed)
    page = words(desk.get(url("case", case)))
    assert "1 is missing." in page
    assert "Draft of the articles at hand 第二稿" in page
    assert "场地照片 missing" in page


def test_who_came_is_written_down_by_name(desk, center, wutong):
    case = CaseFactory(center=center, kind="training", status="planned")
    organization = OrganizationFactory(division=wutong)
    team = ActivityTeamFactory(division=wutong)
    typed = {
        "present-TOTAL_FORMS": "3",
        "present-INITIAL_FORMS": "0",
        "present-0-name": organization.name,
        "present-0-people": "3",
        "present-0-is_head": "on",
        "present-1-name": team.name,
        "present-2-name": "",
    }
    unknown = desk.post(url("case-attendance", case), {**typed, "present-1-name": "没有这个队"})
    assert "“没有这个队” is not in the district's register." in words(unknown)
    desk.post(url("case-attendance", case), typed)
    page = words(desk.get(url("case", case)))
    assert f"{organization.name} · 3 people · its head came" in page
    assert f"{team.name} · 1 person" in page


def test_evidence_is_given_to_who_sees_the_case_and_to_nobody_else(
    desk, center, alice_client, bob_client, charlie_client
):
    case = CaseFactory(center=center)
    desk.post(url("case-evidence", case), {"title": "签到表", "upload": paper()})
    kept = case.evidence.get()
    path = reverse("work:case-evidence-download", args=[kept.pk])
    assert b"".join(desk.get(path).streaming_content).startswith(b"%PDF")
    assert alice_client.get(path).status_code == 200
    assert bob_client.get(path).status_code == charlie_client.get(path).status_code == 404


def test_a_file_of_another_kind_is_refused_beside_the_case(desk, center):
    case = CaseFactory(center=center)
    typed = {"title": "签到表", "upload": paper(name="程序.exe")}
    assert "Not saved" in words(desk.post(url("case-evidence", case), typed))
    assert not case.evidence.exists()


def test_bureau_looks_and_cannot_work_on_it(alice_client, center):
    case = CaseFactory(center=center)
    page = words(in_english(alice_client).get(url("case", case)))
    assert case.title in page
    assert "Next:" not in page
    assert "Add a note" not in page


def test_a_dropped_case_offers_nothing(desk, center):
    case = CaseFactory(center=center, status="dropped")
    page = words(desk.get(url("case", case)))
    assert "Add a note" not in page
    assert "Add a file" not in page


def test_the_list_is_narrowed_by_kind_and_part(desk, center):
    CaseFactory(center=center, title="甲事")
    CaseFactory(center=center, title="乙事", status="closed")
    CaseFactory(center=center, title="丙事", kind="training", status="planned")
    path = f"/desk/centers/{center.code}/cases/"
    titles = ("甲事", "乙事", "丙事")
    shown = {
        query: {title for title in titles if title in words(desk.get(path + query))}
        for query in ("", "?part=all", "?kind=training", "?part=all&kind=consultation", "?kind=x")
    }
    assert shown == {
        "": {"甲事", "丙事"},
        "?part=all": {"甲事", "乙事", "丙事"},
        "?kind=training": {"丙事"},
        "?part=all&kind=consultation": {"甲事", "乙事"},
        "?kind=x": {"甲事", "丙事"},
    }


def test_nothing_is_no_rate_on_the_page(desk, center):
    page = words(desk.get(f"/desk/centers/{center.code}/cases/"))
    assert "Adopted, wholly or in part, of those answered none of them yet: no rate" in page
    assert "%" not in page


def test_a_kind_that_is_none_and_a_state_that_is_none_are_not_there(desk, center):
    assert desk.get(open_url(center, "wedding")).status_code == 404
    case = CaseFactory(center=center)
    assert desk.get(f"{url('case-move', case)}?to=done").status_code == 404


def test_until_when_comments_are_taken_is_asked_once_it_is_announced(desk, center):
    assert "comments_until" not in desk.get(open_url(center, "brand")).context["more"].fields
    case = CaseFactory(center=center, kind="brand", status="reviewed")
    assert "comments_until" not in desk.get(url("case-correct", case)).context["more"].fields
    typed = {
        "to": "publicized",
        "version": case.version,
        "happened_on": "2026-02-20",
        "details-comments_until": "2026-02-26",
    }
    desk.post(url("case-move", case), typed)
    detail = selectors.detail_of(case)
    assert (detail.publicized_on, detail.comments_until) == (
        date(2026, 2, 20),
        date(2026, 2, 26),
    )
    page = desk.get(url("case-correct", case)).context["more"]
    assert page["comments_until"].value() == date(2026, 2, 26)
