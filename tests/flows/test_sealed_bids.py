"""Officers make keys in their browsers, a bidder hands in a bid, two officers open it together."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from projects.models import Bid, KeyHolder, Opening
from tests.factories.bids import hand_in, officers
from tests.factories.evidence import paper
from tests.factories.organizations import OrganizationFactory
from tests.factories.procurements import (
    BidderFactory,
    CriterionFactory,
    ProcurementFactory,
    announced,
    pass_deadline,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def grave(page, context):
    found = Axe().run(page, context=context, options=WCAG).response["violations"]
    return [v["id"] for v in found if v["impact"] in ("serious", "critical")]


def complaints(page):
    # The admin has no icon of its own.
    return [line for line in page.complaints if "404" not in line]


def check(page, path):
    """Have the page look at a key file."""
    with page.expect_file_chooser() as chooser:
        page.locator("[data-check-key]").click()
    chooser.value.set_files(path)


def test_keys_made_in_browsers_open_what_was_sealed_to_them(
    live_server, log_in, photograph, wutong, tmp_path
):
    people = officers(wutong, 3)
    procurement = ProcurementFactory(project__division=wutong, title="社区助餐服务")
    ceremony = f"{live_server.url}/admin/projects/opening/keys/{procurement.pk}/"
    pages, files = [], []
    for number, user in enumerate(people):
        page = log_in(user.username, "en" if number else "zh-hans")
        page.goto(f"{live_server.url}/admin/projects/opening/keys/")
        page.get_by_role("link", name=procurement.title).click()
        with page.expect_download() as download:
            page.locator("[data-make-key]").click()
        path = tmp_path / f"key-{number}.json"
        download.value.save_as(path)
        assert download.value.suggested_filename.startswith(f"密钥-{procurement.procurement_no}-")
        if not number:
            photograph(page, "keys-make-zh-hans")
            assert grave(page, ".bureau-page") == []
        page.locator("form[action$='/register/'] button").click()
        expect(page.locator("[data-check-key]")).to_be_visible()
        check(page, path)
        right = page.locator("[data-check-key]").get_attribute("data-right")
        expect(page.locator("[data-check-said]")).to_have_text(right)
        pages.append(page)
        files.append(path)
    assert KeyHolder.objects.filter(procurement=procurement).count() == 3
    check(pages[0], files[1])
    wrong = pages[0].locator("[data-check-key]").get_attribute("data-wrong")
    expect(pages[0].locator("[data-check-said]")).to_have_text(wrong)

    CriterionFactory(
        procurement=procurement, position=1, kind="price", name="报价", weight=20, guide="低价优先"
    )
    CriterionFactory(procurement=procurement, position=2, name="服务方案", weight=80)
    announced(procurement)
    bidder = BidderFactory(organization=OrganizationFactory(division=wutong))
    own = log_in(bidder.user.username)
    photograph(own, "bid-home-zh-hans")
    own.get_by_role("link", name=procurement.title).click()
    photograph(own, "bid-procurement-zh-hans")
    own.goto(f"{live_server.url}/bid/{procurement.pk}/submit/")
    own.locator("[name=price_yuan]").fill("271000.50")
    own.locator("[name=period_text]").fill("2026年4月至12月")
    own.locator("[name=statement]").fill("每日两餐，配送到户。")
    own.locator("form.upload button").click()
    expect(own.locator("[name=statement]")).to_have_value("每日两餐，配送到户。")
    photograph(own, "bid-submit-zh-hans")
    assert grave(own, "main") == []
    upload = paper("响应文件.pdf")
    own.locator("[name=files]").set_input_files(
        {"name": upload.name, "mimeType": "application/pdf", "buffer": upload.read()}
    )
    own.locator("[name=is_qualified]").check()
    own.locator("form.upload button").click()
    own.wait_for_url("**/receipt/")
    bid = Bid.objects.get()
    expect(own.locator(".receipt")).to_contain_text(bid.sha256)
    photograph(own, "bid-receipt-zh-hans")
    assert grave(own, "main") == []

    for _each in range(2):
        hand_in(procurement)
    pass_deadline(procurement)
    for page, path in ((pages[2], files[2]), (pages[0], files[0])):
        page.goto(ceremony)
        page.locator("[name=key_file]").set_input_files(path)
        photograph(page, f"keys-present-{len(Opening.objects.all())}")
        page.locator("form[action$='/present/'] button").click()
        page.wait_for_url(ceremony)
        photograph(page, "keys-brought" if page is pages[2] else "keys-opened")
    assert grave(pages[0], ".bureau-page") == []
    expect(pages[0].locator(".bureau-page")).to_contain_text("271000.50")
    opening = Opening.objects.get()
    pages[1].goto(f"{live_server.url}/admin/projects/opening/{opening.pk}/change/")
    photograph(pages[1], "opening-en")
    assert grave(pages[1], ".bureau-page") == []
    own.goto(f"{live_server.url}/open/receipts/")
    own.locator("[name=receipt]").fill("{}")
    own.locator("form.card button").click()
    photograph(own, "receipts-zh-hans")
    assert [line for each in (*pages, own) for line in complaints(each)] == []
