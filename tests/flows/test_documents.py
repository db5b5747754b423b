"""Official documents in a browser: a cover sheet drafted from its filing, a notice read by the
center on a phone."""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from evaluation.models import OfficialDocument
from evaluation.services import documents
from tests.factories.centers import SubmittedFilingFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, issue

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_the_page_of_a_filing_leads_to_its_cover_sheet(
    live_server, log_in, photograph, center, diane, chief
):
    filing = SubmittedFilingFactory(center=center, opened_by=diane)
    page = log_in("chief")
    page.goto(f"{live_server.url}/admin/centers/filing/{filing.pk}/change/")
    page.get_by_role("link", name="拟写：报送封面").click()
    page.wait_for_url("**/draft/filing_cover/**")
    page.get_by_role("button", name="生成草稿").click()
    page.wait_for_url(re.compile(r"/officialdocument/\d+/change/"))
    expect(page.locator(".bureau-document-title")).to_have_text(f"{center.name}报送材料封面")
    assert Axe().run(page, options=WCAG).response["violations"] == []
    photograph(page, "cover-sheet")
    page.goto(f"{live_server.url}/admin/centers/filing/{filing.pk}/change/")
    expect(page.get_by_role("link", name=f"{center.name}报送材料封面")).to_be_visible()
    expect(page.get_by_role("link", name="拟写：报送封面")).to_have_count(0)


def test_a_notice_reads_as_it_is_printed_on_a_phone(
    live_server, log_in, photograph, pack, center, diane, alice, chief
):
    rectification = RectificationFactory(center=center, opened_by=alice)
    ItemFactory(rectification=rectification, position=1)
    now = timezone.now()
    notice = documents.draft(
        kind="rectification_notice", rectification=issue(rectification), by=alice, at=now
    )
    day = timezone.localdate(now)
    documents.issue(
        document=notice, number=f"海民社〔{day.year}〕7号", dated_on=day, by=chief, at=now
    )
    notice = OfficialDocument.objects.get()
    page = log_in("diane")
    page.goto(f"{live_server.url}/desk/documents/{notice.pk}/")
    photograph(page, "notice")
    page.set_viewport_size({"width": 360, "height": 740})
    article = page.locator("article.official")
    boxes = [piece.bounding_box() for piece in article.locator("> *").all()]
    assert len(boxes) > 5
    for above, below in pairwise(boxes):
        assert below["y"] >= above["y"] + above["height"] - 1
    assert Axe().run(page, options=WCAG).response["violations"] == []
    page.get_by_role("button", name="确认收到").click()
    page.wait_for_load_state()
    assert notice.deliveries.get().received_by == diane
