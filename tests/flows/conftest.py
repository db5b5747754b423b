"""A real browser, at desk and phone width, in both languages."""

import os
import re
import shutil
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from portal.workdays import selectors as workdays
from portal.workdays import services as calendars

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDTHS = {1440: 900, 360: 740}
PASSWORD = "correct horse battery"
SCREENSHOTS = Path(__file__).resolve().parents[2] / "var" / "screenshots"


def _executable():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no Chromium: run `make browser`")
    if found is None:
        pytest.skip("no Chromium: run `make browser`")
    return found


@pytest.fixture
def chromium(monkeypatch):
    """A running browser. Playwright's loop runs in this thread, so Django is told not to mind."""
    executable = _executable()
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (optional for make run)

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(QUIET))
        yield browser
        browser.close()
        # Beside a running loop Django opens connections of its own.
        connections.close_all()


@pytest.fixture
def new_page(chromium):
    """A page of a new visitor; what the browser complains of on it is collected."""
    contexts = []

    def new_page():
        context = chromium.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on(
            "console",
            lambda line: page.complaints.append(line.text) if line.type == "error" else None,
        )
        return page

    yield new_page
    for context in contexts:
        context.close()


@pytest.fixture
def photograph():
    """Screenshots of the page as it stands, at both widths; nothing may stick out sideways."""

    def photograph(page, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        for width, height in WIDTHS.items():
            page.set_viewport_size({"width": width, "height": height})
            page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        page.set_viewport_size({"width": 1440, "height": 900})

    return photograph


@pytest.fixture
def log_in(live_server, new_page):
    """A page of somebody logged in, in a language."""

    def log_in(username, language="zh-hans"):
        page = new_page()
        page.goto(f"{live_server.url}/accounts/login/")
        if language == "en":
            page.get_by_role("button", name="English").click()
        page.locator("[name=login]").fill(username)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("form.card button").click()
        page.wait_for_url(re.compile(r"/(desk/centers|admin|bid|panel)/"))
        return page

    return log_in


@pytest.fixture
def at_desk(live_server, log_in):
    """Whoever has this user name, at a browser."""
    from tests.flows.hands import Hand  # noqa: PLC0415  (playwright is optional for make run)

    return lambda username: Hand(log_in(username), live_server.url)


@pytest.fixture
def known_years(chief):
    """Windows that reach into the year to come have a calendar, whenever the test runs."""
    last = timezone.localdate().year + 1
    for year in range(workdays.load().known_through().year + 1, last + 1):
        calendars.enter_year(
            year=year,
            document="测试安排",
            off_days=[timezone.datetime(year, *day).date() for day in calendars.FIXED_HOLIDAYS],
            working_days=[],
            by=chief,
            at=timezone.now(),
        )
