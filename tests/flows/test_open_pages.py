"""The pages for everybody in a browser: axe finds nothing, at both widths and in both languages,
and nothing of it needs a script."""

from datetime import date

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection
from django.urls import reverse
from playwright.sync_api import expect

from evaluation.models import Feedback
from evaluation.services import publications
from tests.factories.organizations import ActivityTeamFactory, OrganizationFactory
from tests.factories.portal import UserFactory
from tests.factories.procurements import AnnouncementFactory, signed
from tests.factories.publications import FeedbackFactory
from tests.factories.reviews import ReviewFactory, ReviewRoundFactory, adopted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (1440, 360)
TEXTS = {
    "contact": {"hours": "周一至周五9:00-17:00", "transport": "地铁2号线"},
    "services": {"services": "登记咨询\n业务培训", "guide": "到中心服务窗口办理"},
    "teams": {},
}


def publish(center, item, by, at):
    subject = "H1" if item == "teams" else ""
    text = publications.prepare(center=center, item=item, subject=subject, year=2026, by=by, at=at)
    publications.edit(
        publication=text, version=text.version, title="", texts=TEXTS[item], by=by, at=at
    )
    return publications.publish(
        publication=text, version=text.version, is_checked=True, by=by, at=at
    )


@pytest.fixture
def published(golden, haitang, alice, at):
    """C01 with texts, one of them withdrawn, a round announced, a contract announced, and an
    answer that is public."""
    one = golden["C01"]
    ActivityTeamFactory(division=one.division, name="晨光队")
    for item in TEXTS:
        publish(one, item, alice, at)
    gone = publish(golden["C02"], "contact", alice, at)
    publications.withdraw(publication=gone, version=gone.version, note="地址有误", by=alice, at=at)
    supplier = OrganizationFactory(division=one.division, uscc=one.uscc)
    contract = signed(project__division=one.division, bidders=[supplier])
    AnnouncementFactory(procurement=contract.procurement)
    FeedbackFactory(
        district=haitang,
        center=one,
        status="answered",
        handler=alice,
        answer="已经更正，谢谢。",
        answered_by=alice,
        answered_at=at,
        is_answer_public=True,
    )
    review_round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang), year=2025)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        ReviewFactory(
            round=review_round,
            center=one,
            status="approved",
            grade="good",
            final_total="88.00",
            approved_by=alice,
            approved_at=at,
            reviewed_by=UserFactory(),
            reviewed_at=at,
            district_total="88.00",
        )
        type(review_round).objects.filter(pk=review_round.pk).update(
            status="publicity", publicity_from=at.date(), publicity_until=date(2999, 1, 1)
        )
        cursor.execute("SET session_replication_role = origin")
    review_round.refresh_from_db()
    publications.of_round(review_round=review_round, by=alice, at=at)
    return review_round


def pages(review_round):
    return [
        *("/open/", "/open/centers/", "/open/centers/?q=没有", "/open/centers/C01/"),
        *("/open/centers/C01/contact/2026/", "/open/centers/C01/teams/2026/?which=H1"),
        "/open/centers/C02/contact/2026/",
        "/open/districts/310199/publicity/2025/?which=2025",
        *("/open/data/", "/open/reviews/", f"/open/reviews/{review_round.pk}/"),
        f"/open/reviews/{review_round.pk}/C01/objection/",
        *("/open/feedback/?center=C01", "/open/feedback/status/", "/open/feedback/sent/"),
        *("/open/announcements/", "/open/receipts/", reverse("public:document-receipts")),
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_axe_finds_nothing_on_pages_for_everybody(live_server, new_page, published, language):
    page = new_page()
    page.context.add_cookies(
        [{"name": "django_language", "value": language, "url": live_server.url}]
    )
    found = {}
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for path in pages(published):
            page.goto(live_server.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)
            if bad := Axe().run(page).response["violations"]:
                found[path, width] = [(v["id"], v["nodes"][0]["html"][:200]) for v in bad]
    assert not found
    # The one that was withdrawn is gone: the browser notes the answer 410.
    assert [line for line in page.complaints if "410" not in line] == []


@pytest.fixture
def plain_page(chromium):
    """A page of a browser that runs no script."""
    context = chromium.new_context(
        java_script_enabled=False, locale="zh-CN", viewport={"width": 360, "height": 740}
    )
    yield context.new_page()
    context.close()


def test_a_resident_without_scripts_finds_the_center_and_writes(
    live_server, plain_page, published, golden, monkeypatch
):
    page, street = plain_page, golden["C01"].division.name
    page.goto(f"{live_server.url}/open/")
    page.locator("main input[type=search]").fill(street)
    page.get_by_role("button", name="搜索").click()
    page.locator("main table a").click()
    expect(page.locator("h1")).to_have_text(golden["C01"].name)
    expect(page.locator("main")).to_contain_text("周一至周五9:00-17:00")
    page.get_by_role("link", name="服务事项清单").click()
    expect(page.locator("article")).to_contain_text("到中心服务窗口办理")

    page.get_by_role("link", name="向民政局反映").click()
    expect(page.locator("[name=place]")).to_have_value(golden["C01"].name)
    # The page was opened by a person: the time that a machine would not wait is over.
    monkeypatch.setattr("evaluation.forms.feedbacks.FASTEST_S", 0)
    page.locator("[name=kind][value=correction]").check()
    page.locator("[name=text]").fill("周六也开门。")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("h1")).to_have_text("已收到")
    feedback = Feedback.objects.exclude(status="answered").get()
    assert (feedback.center, feedback.kind) == (golden["C01"], "correction")
    code = page.locator(".revealed").inner_text()
    page.locator("main a.button").click()
    page.locator("[name=number]").fill(feedback.feedback_no)
    page.locator("[name=code]").fill(code)
    page.locator("main form button").click()
    expect(page.locator("main")).to_contain_text(feedback.feedback_no)
    expect(page.locator("main")).to_contain_text(feedback.get_status_display())
