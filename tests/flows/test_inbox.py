"""A director finds what is due, reads a reminder and chooses the mail, by keyboard on a phone."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories.centers import ObligationFactory, RoundFactory
from tests.factories.portal import NoticeFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def reminded(haitang, center, diane):
    """An overdue round and one due soon, and two notices."""
    today = timezone.localdate()
    for title, opens_on, due_on in (
        ("2025年度报告", today - timedelta(days=90), today - timedelta(days=30)),
        ("季度报表", today - timedelta(days=9), today + timedelta(days=1)),
    ):
        asked = RoundFactory(
            division=haitang,
            title=title,
            opens_on=opens_on,
            due_on=due_on,
            locks_on=today + timedelta(days=60),
            reminder_days=[-99],
        )
        ObligationFactory(round=asked, center=center)
    NoticeFactory.create_batch(2, user=diane, text="Filings")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_inbox_works_by_keyboard_and_axe_finds_nothing(
    live_server, new_page, photograph, reminded, diane, language
):
    page = new_page()
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    page.goto(f"{live_server.url}/accounts/login/?next=/desk/inbox/")
    page.locator("[name=login]").fill("diane")
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/inbox/")
    expect(page.locator(".tasks > li")).to_have_count(2)
    assert Axe().run(page, options=WCAG).response["violations"] == []
    photograph(page, f"inbox-{language}")
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator(".notices button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".notices .unread")).to_have_count(1)
    page.locator("[name=email]").fill("wang@example.cn")
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_be_visible()
    diane.refresh_from_db()
    assert (diane.email, diane.wants_digest) == ("wang@example.cn", True)
    assert page.complaints == []
