"""Nothing typed is lost: not offline, not by closing the tab, not to a colleague, not to a login
that ends."""

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import expect

from centers import selectors
from centers.models import SectionDraft
from centers.services import filings
from tests.factories.centers import MembershipFactory
from tests.factories.portal import UserFactory
from tests.flows.test_worker import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOTE = "[name=rows-0-note]"


@pytest.fixture
def section(golden, diane):
    """The premises of C05 in a change filing; diane directs the center, emil works there."""
    center = golden["C05"]
    diane.memberships.all().delete()
    MembershipFactory(user=diane, center=center, role="center_director")
    emil = UserFactory(username="emil", full_name="李员工")
    MembershipFactory(user=emil, center=center, role="center_staff")
    at = timezone.now()
    filing = filings.open_change(center=center, by=diane, at=at)
    return filings.add_section(filing=filing, kind="premises", by=diane, at=at)


@pytest.fixture
def open_section(live_server, log_in, section):
    """The section's page, open in the browser of somebody."""

    def open_section(username, language="zh-hans"):
        page = log_in(username, language)
        page.goto(f"{live_server.url}/desk/filings/{section.filing_id}/premises/")
        return page

    return open_section


def said(page, state):
    return page.locator(f"[data-keep={state}]:not([hidden])")


def kept_note(username="diane"):
    draft = SectionDraft.objects.filter(user__username=username).first()
    return draft and draft.data["rows-0-note"][0]


def stored_note(section):
    return selectors.rows_of(section)[0].note


def copies(page):
    return page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('desk:')).length")


def test_typed_is_kept_and_comes_back_after_the_tab_is_closed(
    open_section, section, photograph, live_server
):
    page = open_section("diane")
    page.locator(NOTE).fill("打到一半")
    expect(said(page, "kept")).to_contain_text("已暂存")
    assert copies(page) == 0
    again = page.context.new_page()
    page.close()
    again.goto(f"{live_server.url}/desk/filings/{section.filing_id}/premises/")
    expect(again.locator("#kept-title")).to_contain_text("输入、尚未保存的内容")
    expect(again.locator(NOTE)).to_have_value("打到一半")
    photograph(again, "section-restored-zh")
    again.locator(".kept").get_by_role("button", name="保存").click()
    expect(again.locator(".message.success")).to_be_visible()
    assert stored_note(section) == "打到一半"
    assert kept_note() is None


def test_offline_typing_survives_a_reload_and_is_kept_when_the_line_is_back(open_section, section):
    page = open_section("diane")
    page.context.set_offline(True)
    page.locator(NOTE).fill("断网时输入")
    expect(said(page, "offline")).to_contain_text("离线，内容保存在本机")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(said(page, "offline")).to_be_visible()
    assert copies(page) == 1
    page.context.set_offline(False)
    expect(said(page, "kept")).to_be_visible()
    assert kept_note() == "断网时输入"
    page.reload()
    expect(page.locator(NOTE)).to_have_value("断网时输入")
    assert stored_note(section) == ""


def test_typed_offline_into_a_tab_that_was_closed_comes_back_from_the_device(
    open_section, section, live_server
):
    page = open_section("diane")
    other = page.context.new_page()
    page.context.set_offline(True)
    page.locator(NOTE).fill("断网后关闭")
    expect(said(page, "offline")).to_be_visible()
    page.close()
    other.context.set_offline(False)
    other.goto(f"{live_server.url}/desk/filings/{section.filing_id}/premises/")
    expect(other.locator("#kept-title")).to_be_visible()
    expect(other.locator(NOTE)).to_have_value("断网后关闭")
    assert kept_note() == "断网后关闭"
    assert copies(other) == 0


def test_a_login_that_ended_loses_nothing(open_section, live_server):
    page = open_section("diane")
    Session.objects.all().delete()
    page.locator(NOTE).fill("登录过期后")
    expect(said(page, "expired")).to_contain_text("登录已过期")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#self-check")).not_to_contain_text("用户名")
    with page.context.expect_page() as opened:
        said(page, "expired").get_by_role("link").click()
    login = opened.value
    login.locator("[name=login]").fill("diane")
    login.locator("[name=password]").fill("correct horse battery")
    login.locator("form.card button").click()
    login.wait_for_url("**/desk/**")
    login.close()
    page.locator(NOTE).fill("登录过期后！")
    # Said already of what was typed before.
    expect(said(page, "kept")).to_be_visible()
    until(lambda: kept_note() == "登录过期后！")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".message.success")).to_be_visible()


def test_two_people_see_each_others_changes_and_overwrite_nothing(
    open_section, section, photograph
):
    diane, emil = open_section("diane", "en"), open_section("emil", "en")
    emil.locator(NOTE).fill("同事的改动")
    emil.get_by_role("button", name="Save", exact=True).click()
    expect(emil.locator(".message.success")).to_be_visible()
    diane.locator(NOTE).fill("我的改动")
    expect(diane.locator("[data-news]")).to_contain_text("李员工 saved this section at")
    diane.get_by_role("button", name="Save", exact=True).click()
    refused = diane.locator(".refused")
    expect(refused).to_contain_text("Saved last by 李员工")
    refused.locator("> details > summary").click()
    expect(refused.locator(NOTE)).to_have_value("同事的改动")
    expect(diane.locator(f"#section-form {NOTE}")).to_have_value("我的改动")
    photograph(diane, "section-conflict-en")
    assert stored_note(section) == "同事的改动"
    diane.get_by_role("button", name="Save", exact=True).click()
    expect(diane.locator(".message.success")).to_be_visible()
    assert stored_note(section) == "我的改动"
    assert not SectionDraft.objects.exists()


def test_what_is_discarded_does_not_come_back(open_section, section):
    page = open_section("diane", "en")
    page.locator(NOTE).fill("不要了")
    expect(said(page, "kept")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Discard").click()
    expect(page.locator(".message.success")).to_contain_text("Discarded.")
    expect(page.locator(NOTE)).to_have_value("")
    assert kept_note() is None
    assert copies(page) == 0


def test_typed_back_to_what_is_stored_leaves_nothing_unsaved(open_section):
    page = open_section("diane")
    page.locator(NOTE).fill("改")
    expect(said(page, "kept")).to_be_visible()
    page.locator(NOTE).fill("")
    expect(said(page, "kept")).to_be_hidden()
    assert kept_note() is None
