"""A whole round by three people: opened by the bureau, prepared by the staff, certified by the
director, one section sent back with a word at its row, corrected, certified again, accepted. Once
the line is cut in the middle of a sentence."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from centers.models import Filing, PremisesRow
from tests.factories.centers import MembershipFactory
from tests.factories.portal import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLE = "2026年度报告"
ASKED = ("premises", "accounts")
NOTE = "[name=rows-0-note]"


@pytest.fixture
def people(golden, diane):
    """C05 with diane as director and emil on the staff; alice is the district's officer."""
    center = golden["C05"]
    diane.memberships.all().delete()
    MembershipFactory(user=diane, center=center, role="center_director")
    emil = UserFactory(username="emil", full_name="李员工")
    MembershipFactory(user=emil, center=center, role="center_staff")
    return center


@pytest.fixture
def open_round(live_server):
    """The bureau opens a round for premises and bank accounts, due in three days."""

    def open_round(page):
        today = timezone.localdate()
        page.goto(f"{live_server.url}/admin/centers/round/add/")
        page.locator("[name=kind]").select_option("annual")
        for name, value in {
            "title": TITLE,
            "period_from_on": today - timedelta(days=365),
            "period_to_on": today,
            "opens_on": today,
            "due_on": today + timedelta(days=3),
            "locks_on": today + timedelta(days=30),
        }.items():
            page.locator(f"[name={name}]").fill(str(value))
        kinds = page.locator("[name=section_kinds]")
        for n in range(kinds.count()):
            kinds.nth(n).set_checked(kinds.nth(n).get_attribute("value") in ASKED)
        page.locator("[name=who][value=all]").check()
        page.locator("[name=needs_opinion]").uncheck()
        page.locator("form:has([name=section_kinds]) button[type=submit]").click()
        page.wait_for_url(re.compile(r"/admin/centers/round/\d+/change/"))

    return open_round


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_round_from_opening_to_acceptance(
    live_server, log_in, people, alice, open_round, photograph
):
    officer = log_in("alice")
    open_round(officer)
    emil, diane = log_in("emil"), log_in("diane")

    # The staff begin; the line breaks while they type.
    todo = emil.locator(".todo-item", has_text=TITLE)
    expect(todo).to_contain_text("待报送")
    photograph(emil, "desk-first-screen-zh")
    todo.get_by_role("button", name="开始填报").click()
    expect(emil.get_by_role("heading", level=1)).to_have_text(TITLE)
    filing = Filing.objects.get(obligation__round__title=TITLE)
    photograph(emil, "filing-round-zh")
    emil.get_by_role("link", name="场所", exact=True).click()
    expect(emil.locator(NOTE)).to_be_visible()
    emil.wait_for_load_state()  # its scripts came while the line still stood
    emil.context.set_offline(True)
    emil.locator(NOTE).fill("搬迁中")
    expect(emil.locator("[data-keep=offline]")).to_be_visible()
    emil.context.set_offline(False)
    expect(emil.locator("[data-keep=kept]")).to_be_visible()
    emil.reload()
    expect(emil.locator(NOTE)).to_have_value("搬迁中")
    emil.locator(".sticky").get_by_role("button", name="保存").click()
    premises = emil.locator("tbody tr", has_text="场所")
    expect(premises).to_contain_text("修改 1 行")
    button(emil, "移交确认").click()
    expect(emil.locator(".lead")).to_contain_text("可确认的人：王主任")

    # The director looks at what changed and certifies.
    diane.reload()
    certify = diane.locator(".todo-item", has_text=TITLE)
    expect(certify).to_contain_text("李员工")
    certify.get_by_role("link").click()
    diane.get_by_role("link", name="场所", exact=True).click()
    expect(diane.locator(".compare").last).to_contain_text("搬迁中")
    diane.go_back()
    button(diane, "确认并提交").click()
    expect(diane.locator(".lead")).to_contain_text("已锁定")

    # The officer accepts one section and sends the other back with a word at its row.
    def review(kind):
        officer.goto(f"{live_server.url}/admin/centers/filing/{filing.pk}/change/")
        return officer.locator(f"#section-{kind}")

    review("accounts").get_by_role("button", name="通过").click()
    expect(review("accounts")).to_contain_text("已通过")
    section = review("premises")
    section.locator("[name^=comment-]").first.fill("请写明新址")
    section.locator("[name=comment]").fill("备注不清楚")
    section.get_by_role("button", name=re.compile("退回")).click()
    expect(review("premises")).to_contain_text("退回")

    # The staff see it first thing, correct it and hand it over again.
    emil.goto(f"{live_server.url}/desk/")
    sent_back = emil.locator(".todo-item.urgent", has_text="场所")
    expect(sent_back).to_contain_text("备注不清楚")
    photograph(emil, "desk-returned-zh")
    sent_back.get_by_role("link").click()
    expect(emil.locator(".row .comment")).to_contain_text("请写明新址")
    photograph(emil, "section-returned-zh")
    emil.locator(NOTE).fill("新址：桂花路8号")
    emil.locator(".sticky").get_by_role("button", name="保存").click()
    button(emil, "移交确认").click()

    # The director certifies what is compared with what was sent back; the officer accepts.
    diane.goto(f"{live_server.url}/desk/filings/{filing.pk}/")
    button(diane, "确认并提交").click()
    review("premises").get_by_role("button", name="通过").click()
    expect(review("premises")).to_contain_text("已通过")
    filing.refresh_from_db()
    assert (filing.status, filing.submission_count) == (Filing.Status.ACCEPTED, 2)
    assert PremisesRow.objects.get(section__filing=filing).note == "新址：桂花路8号"
    diane.reload()
    expect(diane.locator(".history")).to_have_count(2)
    photograph(diane, "filing-accepted-zh")
    assert not diane.complaints
