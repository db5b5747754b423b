"""A center without signage mends it: from the finding through the filing to the new finding."""


import pytest
from django.utils import timezone
from playwright.sync_api import expect

from centers import selectors
from centers.models import Filing, PremisesRow, Section
from centers.services import filings
from evaluation.models import Finding, Run
from evaluation.services import evaluations
from tests.factories.centers import MembershipFactory
from tests.factories.portal import UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def evaluate():
    """What a worker does with the shards that wait."""
    for run in Run.objects.filter(status="running").order_by("pk"):
        for pk in run.shards.filter(state="pending").values_list("pk", flat=True):
            evaluations.compute(shard_id=pk, at=timezone.now())


def outcome(center, rule):
    return Finding.objects.standing().get(center=center, rule=rule).outcome


@pytest.fixture
def c05(golden, diane):
    MembershipFactory(user=diane, center=golden["C05"], role="center_director")
    diane.memberships.exclude(center=golden["C05"]).delete()
    evaluate()
    return golden["C05"]


@pytest.fixture
def accept(live_server, log_in, alice):
    """The bureau's officer accepts the premises of a filing at the bureau's page of it."""

    def accept(filing):
        page = log_in("alice", "en")
        page.goto(f"{live_server.url}/admin/centers/filing/{filing.pk}/change/")
        section = page.locator("#section-premises")
        section.get_by_role("button", name="Accept").click()
        expect(page.locator("#section-premises")).to_contain_text("accepted")

    return accept


def test_director_mends_a_finding_by_a_change_filing(live_server, log_in, c05, accept):
    assert outcome(c05, "ST-09") == "not_met"
    page = log_in("diane", "en")
    todo = page.locator(".todo-item", has_text="Signage")
    expect(todo).to_contain_text("Put up signage and file it.")
    todo.get_by_role("link", name="Why").click()
    expect(page.locator(".reason")).to_have_text("There is no signage.")
    page.go_back()

    page.get_by_role("button", name="Open a change filing").click()
    page.get_by_role("button", name="Premises").click()
    check = page.locator("#self-check")
    expect(check).to_contain_text("There is no signage.")
    page.locator("[name=rows-0-has_signage]").select_option("true")
    expect(check.locator(".changed")).to_contain_text("would change from “not met” to “met”")
    assert PremisesRow.objects.filter(has_signage=True, section__filing__source="desk").count() == 0

    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".message")).to_have_text("Saved. Nothing is submitted yet.")
    filing = Filing.objects.get(source="desk")
    filings.prepare(
        filing=filing, version=filing.version, by=UserFactory(), at=timezone.now()
    )
    page.reload()
    page.get_by_role("button", name="Certify and submit").click()
    expect(page.locator(".lead")).to_contain_text("Locked: it is with the district bureau")
    filing.refresh_from_db()
    assert (filing.status, filing.submitted_by.username) == ("submitted", "diane")

    accept(filing)
    evaluate()
    assert outcome(c05, "ST-09") == "met"
    page.goto(f"{live_server.url}/desk/centers/C05/")
    signage = page.get_by_role("row").filter(has_text="ST-09")
    expect(signage.locator(".status")).to_have_text("met")
    expect(page.locator(".todo-item", has_text="Signage")).to_have_count(0)
    assert page.complaints == []


def test_rows_are_added_and_removed_in_the_browser(log_in, c05, diane, live_server):
    filing = filings.open_change(center=c05, by=diane, at=timezone.now())
    filings.add_section(filing=filing, kind="accounts", by=diane, at=timezone.now())
    page = log_in("diane", "en")
    page.goto(f"{live_server.url}/desk/filings/{filing.pk}/accounts/")
    rows = page.locator(".rows > .row")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Add a row").click()
    page.get_by_role("button", name="Add a row").click()
    expect(rows).to_have_count(3)
    rows.nth(2).locator("[name$=-holder]").fill("海棠区桂花镇社会组织服务中心（二）")
    rows.nth(0).get_by_label("Remove this row").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".message")).to_have_text("Saved. Nothing is submitted yet.")
    section = filing.sections.get()
    assert [row.holder for row in rows_of(section)] == ["海棠区桂花镇社会组织服务中心（二）"]
    assert page.complaints == []


def rows_of(section):
    return selectors.rows_of(section)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_fit_desk_and_phone(live_server, log_in, photograph, c05, diane, language):
    filing = filings.open_change(center=c05, by=diane, at=timezone.now())
    kinds = Section.Kind.values
    for kind in kinds:
        filings.add_section(filing=filing, kind=kind, by=diane, at=timezone.now())
    page = log_in("diane", language)
    for name, path in {
        "center": "centers/C05/",
        "finding": "centers/C05/findings/ST-09/",
        "filings": "filings/",
        "filing": f"filings/{filing.pk}/",
        **{kind: f"filings/{filing.pk}/{kind}/" for kind in kinds},
    }.items():
        page.goto(f"{live_server.url}/desk/{path}")
        if name in kinds:
            expect(page.locator("#self-check > *").first).to_be_visible()
        photograph(page, f"{name}-{language}")
    page.goto(f"{live_server.url}/desk/nowhere/")
    photograph(page, f"not-found-{language}")
    page.context.clear_cookies(name="sessionid")
    page.goto(f"{live_server.url}/accounts/login/")
    photograph(page, f"login-{language}")
