"""Every page of the desk and the bureau's pages of filings, in both languages: axe finds nothing
serious, and a section is filled in by keyboard alone."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from centers import selectors
from centers.models import Filing, Section
from centers.services import drafts, filings
from tests.factories.centers import MembershipFactory, ObligationFactory, hand_in
from tests.factories.portal import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BAD = {"serious", "critical"}
ADMIN = (
    "/admin/",
    "/admin/centers/center/",
    "/admin/centers/filing/?status=all",
    "/admin/centers/round/",
    "/admin/centers/coordinationevent/",
)


def problems(page):
    """What axe calls serious or critical: rule, and the first element it found."""
    found = Axe().run(page).response["violations"]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found if v["impact"] in BAD]


@pytest.fixture
def c05(golden, diane):
    """C05 with diane as director and emil on the staff."""
    diane.memberships.all().delete()
    MembershipFactory(user=diane, center=golden["C05"], role="center_director")
    emil = UserFactory(username="emil", full_name="李员工")
    MembershipFactory(user=emil, center=golden["C05"], role="center_staff")
    return golden["C05"]


@pytest.fixture
def desk_pages(c05, haitang, diane, alice):
    """Addresses of the desk: a filing in every state, every kind of section, kept entries, a
    conflict, comments at rows."""
    at, today = timezone.now(), timezone.localdate()
    obligation = ObligationFactory(
        center=c05,
        round__division=haitang,
        round__section_kinds=["premises", "accounts"],
        round__opens_on=today - timedelta(days=9),
        round__due_on=today - timedelta(days=1),
        round__locks_on=today + timedelta(days=9),
    )
    returned = filings.open_for(obligation=obligation, by=diane, at=at)
    hand_in(returned, by=diane, at=at)
    accounts, premises = (returned.sections.get(kind=k) for k in ("accounts", "premises"))
    filings.accept_section(section=accounts, version=accounts.version, by=alice, at=at)
    filings.return_section(
        section=premises,
        version=premises.version,
        comment="请更正",
        by=alice,
        at=at,
        row_comments={selectors.rows_of(premises)[0].line: "与合同不符"},
    )
    draft = filings.open_change(center=c05, by=diane, at=at)
    for kind in Section.Kind.values:
        filings.add_section(filing=draft, kind=kind, by=diane, at=at)
    kept = draft.sections.get(kind="governance")
    drafts.keep(section=kept, version=9, data={"rows-TOTAL_FORMS": ["1"]}, by=diane, at=at)
    sections = [f"/desk/filings/{draft.pk}/{kind}/" for kind in Section.Kind.values]
    return [
        *("/desk/", "/desk/filings/", "/desk/inbox/", f"/desk/centers/{c05.code}/events/"),
        *(f"/desk/filings/{draft.pk}/", f"/desk/filings/{returned.pk}/"),
        *(f"/desk/filings/{returned.pk}/{kind}/" for kind in ("premises", "accounts")),
        *sections,
        f"/desk/centers/{c05.code}/findings/ST-09/",
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_axe_finds_nothing_serious_at_the_desk(live_server, log_in, desk_pages, language):
    page = log_in("diane", language)
    found = {}
    for path in desk_pages:
        page.goto(live_server.url + path)
        if bad := problems(page):
            found[path] = bad
    assert not found
    assert not page.complaints


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_axe_finds_nothing_serious_at_the_bureau(
    live_server, log_in, desk_pages, diane, language
):
    filing = Filing.objects.filter(status="returned").get()
    page = log_in("alice", language)
    found = {}
    for path in (*ADMIN, f"/admin/centers/filing/{filing.pk}/change/"):
        page.goto(live_server.url + path)
        if bad := problems(page):
            found[path] = bad
    assert not found


def test_a_section_is_filled_in_by_keyboard_alone(live_server, log_in, c05, diane):
    at = timezone.now()
    filing = filings.open_change(center=c05, by=diane, at=at)
    section = filings.add_section(filing=filing, kind="accounts", by=diane, at=at)
    page = log_in("diane", "en")
    page.goto(f"{live_server.url}/desk/filings/{filing.pk}/accounts/")

    def press_until(key, selector):
        """Press a key until the focus is there; a trap or a missing stop fails."""
        for _ in range(80):
            page.keyboard.press(key)
            if page.evaluate("s => document.activeElement.matches(s)", selector):
                outline = "getComputedStyle(document.activeElement).outlineStyle"
                assert page.evaluate(outline) != "none"
                return
        raise AssertionError(f"{key} never reaches {selector}")

    press_until("Tab", ".skip")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    press_until("Tab", "[name=rows-0-bank]")
    page.keyboard.type("桂花支行")
    press_until("Tab", "[data-add-row]")
    page.keyboard.press("Enter")
    expect(page.locator(".rows .row").last.locator("[name$=-holder]")).to_be_focused()
    expect(page.locator("[data-row-news]")).to_have_text("A row was added.")
    page.keyboard.type("第二户")
    press_until("Tab", ".sticky button")
    page.keyboard.press("Enter")
    expect(page.locator(".message.success")).to_be_visible()
    rows = selectors.rows_of(section)
    assert [(row.bank, row.holder) for row in rows][1] == ("", "第二户")
    assert rows[0].bank == "桂花支行"
