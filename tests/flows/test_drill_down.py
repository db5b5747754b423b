"""From the city down to the row that was not counted, and back up; the pages read by axe, by
keyboard, on a phone and on paper."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from evaluation.models import Run
from evaluation.services import evaluations
from tests.factories.centers import MembershipFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BAD = {"serious", "critical"}
PAGES = (
    "/admin/compliance/heatmap/310000/",
    "/admin/compliance/heatmap/310199/",
    "/admin/compliance/heatmap/310199/?part=all",
    "/admin/compliance/heatmap/310199/?as_of=2999-01-01",
    "/admin/compliance/trend/",
    "/admin/compliance/map/",
    "/admin/compliance/centers/C08/",
    "/admin/compliance/centers/C08/timeline/",
    "/admin/compliance/centers/C05/rules/ST-09/",
)


@pytest.fixture
def evaluated(golden):
    """The golden district after the runs that acceptance entered."""
    at = timezone.now()
    for run in Run.objects.filter(status="running"):
        for pk in run.shards.values_list("pk", flat=True):
            evaluations.compute(shard_id=pk, at=at)
    return golden


def problems(page):
    """What axe calls serious or critical: rule, and the first element it found."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in BAD]


def test_city_leads_to_the_row_that_was_not_counted_and_back(live_server, log_in, evaluated):
    page = log_in("alice", "en")
    page.goto(f"{live_server.url}/admin/compliance/heatmap/310000/?as_of=2025-12-31")
    page.get_by_role("link", name="海棠区").click()
    row = page.get_by_role("row").filter(has_text=evaluated["C05"].division.name)
    row.get_by_role("link", name="not met").first.click()
    expect(page.get_by_text("no signage", exact=True)).to_be_visible()
    expect(page.get_by_text("not counted").first).to_be_visible()
    expect(page.get_by_text("As of 2025-12-31, by what is known today.")).to_be_visible()
    crumbs = page.get_by_role("navigation", name="Way down")
    for name in (evaluated["C05"].name, evaluated["C05"].division.name, "海棠区", "上海市"):
        crumbs.get_by_role("link", name=name, exact=True).click()
    expect(page).to_have_url(f"{live_server.url}/admin/compliance/heatmap/310000/?as_of=2025-12-31")
    assert not page.complaints


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_axe_finds_nothing_serious(live_server, log_in, evaluated, language):
    page = log_in("alice", language)
    found = {}
    for path in PAGES:
        page.goto(live_server.url + path)
        if bad := problems(page):
            found[path] = bad
    assert not found


def test_axe_finds_nothing_serious_in_the_directors_time_line(
    live_server, log_in, evaluated, diane
):
    diane.memberships.all().delete()
    MembershipFactory(user=diane, center=evaluated["C08"], role="center_director")
    page = log_in("diane", "en")
    page.goto(f"{live_server.url}/desk/centers/C08/timeline/")
    assert problems(page) == []
    assert not page.complaints


@pytest.mark.parametrize("path", PAGES)
def test_nothing_sticks_out_on_a_phone(live_server, log_in, evaluated, path):
    page = log_in("alice", "en")
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(live_server.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_cell_is_reached_and_opened_by_keyboard_alone(live_server, log_in, evaluated):
    page = log_in("alice", "en")
    page.goto(f"{live_server.url}/admin/compliance/heatmap/310199/?part=premises")
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('td.heat > a')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Rows it rests on")).to_be_visible()


def test_printed_the_heat_map_is_the_table_alone(live_server, log_in, evaluated):
    page = log_in("alice", "en")
    page.goto(f"{live_server.url}/admin/compliance/heatmap/310199/")
    page.emulate_media(media="print")
    expect(page.locator(".heat-table")).to_be_visible()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    expect(page.locator(".bureau-asked")).to_be_hidden()
