"""An officer opens a round for one center without a mouse; its pages fit and are accessible."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.timezone import localdate
from playwright.sync_api import expect

from centers.models import Obligation
from tests.factories.centers import CenterFactory, ExtensionFactory, ObligationFactory, RoundFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def test_a_center_is_found_and_asked_by_keyboard(live_server, log_in, alice, wutong, center):
    for n in range(40):
        CenterFactory(code=f"T{n:02d}", division=wutong)
    page = log_in("alice", "en")
    page.goto(f"{live_server.url}/admin/centers/round/add/?kind=monthly_roster")
    search = page.get_by_role("searchbox", name="Search by code, name or township")
    search.focus()
    page.keyboard.type(center.code)
    expect(page.locator(".bureau-checklist label:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    page.get_by_role("checkbox", name=center.code).focus()
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="only those ticked below")).to_be_checked()
    expect(page.locator("output")).to_have_text("1")
    page.get_by_role("button", name="Open the round").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url.endswith("/change/"))
    assert Obligation.objects.get().center == center
    # The admin has no icon of its own.
    assert [line for line in page.complaints if "404" not in line] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_round_pages_fit_and_are_accessible(
    live_server, log_in, photograph, haitang, alice, center, language
):
    today = localdate()
    asked = RoundFactory(
        division=haitang,
        opens_on=today - timedelta(9),
        due_on=today - timedelta(1),
        locks_on=today + timedelta(9),
    )
    owed = ObligationFactory(round=asked, center=center)
    later = {"due_on": today + timedelta(5), "locks_on": today + timedelta(10)}
    ExtensionFactory(obligation=owed, **later)
    pages = {
        "round": f"{asked.pk}/change/",
        "round-add": "add/",
        "round-extend": f"{asked.pk}/centers/{owed.pk}/extend/",
        "round-cancel": f"{asked.pk}/cancel/",
    }
    page = log_in("alice", language)
    for name, path in pages.items():
        page.goto(f"{live_server.url}/admin/centers/round/{path}")
        photograph(page, f"{name}-{language}")
        found = Axe().run(page, context=".bureau-page", options=WCAG).response["violations"]
        grave = [v["id"] for v in found if v["impact"] in ("serious", "critical")]
        assert grave == [], (name, found)
