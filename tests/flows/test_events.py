"""A center plans an event and writes its minutes, on a phone and without a mouse."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from centers.models import CoordinationEvent
from tests.factories.events import EventFactory, FollowUpFactory, HeldEventFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture
def log_in(live_server, new_page):
    """A page of somebody logged in, in a language."""

    def log_in(username, language):
        page = new_page()
        page.context.add_cookies(
            [{"name": "django_language", "value": language, "url": live_server.url}]
        )
        page.goto(f"{live_server.url}/accounts/login/")
        page.locator("[name=login]").fill(username)
        page.locator("[name=password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url: "login" not in url)
        return page

    return log_in


def follow(page, name):
    """Reach a link by its name with the keyboard alone."""
    link = page.get_by_role("link", name=name, exact=True)
    link.focus()
    page.keyboard.press("Enter")


def test_an_event_becomes_done_on_a_phone_by_keyboard(live_server, log_in, center, diane):
    page = log_in("diane", "en")
    page.set_viewport_size({"width": 360, "height": 740})
    follow(page, "Coordination events")
    expect(page.get_by_role("heading", level=2).last).to_contain_text("yet")
    page.goto(f"{live_server.url}/desk/centers/{center.code}/events/plan/")
    page.get_by_label("Title").focus()
    page.keyboard.type("季度会商")
    page.keyboard.press("Enter")
    expect(page.locator(".message")).to_contain_text("Planned.")
    follow(page, "Record the event and its minutes")
    page.get_by_label("Held on").fill(CoordinationEvent.objects.get().planned_at.date().isoformat())
    page.get_by_label("Minutes").focus()
    page.keyboard.type("议定三项")
    page.get_by_role("button", name="Record").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".head .status")).to_have_text("done")
    navigation = page.get_by_role("navigation", name="Main")
    navigation.get_by_role("link", name="Coordination events").press("Enter")
    expect(page.get_by_role("row", name="Consultation meeting").first).to_contain_text("1")
    assert page.complaints == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_event_pages_fit_and_are_accessible(
    live_server, log_in, photograph, center, diane, alice, language
):
    event = HeldEventFactory(center=center, minutes="议定三项")
    FollowUpFactory(event=event)
    planned = EventFactory(center=center)
    pages = {
        "diane": {
            "events": f"desk/centers/{center.code}/events/?year=2026",
            "event": f"desk/events/{event.pk}/",
            "event-plan": f"desk/centers/{center.code}/events/plan/",
            "event-record": f"desk/events/{planned.pk}/record/",
            "event-cancel": f"desk/events/{planned.pk}/cancel/",
        },
        "alice": {
            "events-home": "desk/events/",
            "mechanisms": "admin/centers/coordinationevent/matrix/?year=2026",
        },
    }
    for who, shown in pages.items():
        page = log_in(who, language)
        for name, path in shown.items():
            page.goto(f"{live_server.url}/{path}")
            photograph(page, f"{name}-{language}")
            if path.startswith("desk"):
                found = Axe().run(page, options=WCAG).response["violations"]
                assert [(v["id"], v["nodes"][0]["html"]) for v in found] == [], name
