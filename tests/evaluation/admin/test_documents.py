"""Official documents at the desk of the bureau: from the draft to the receipt."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from evaluation.models import DocumentTemplate, OfficialDocument
from portal.audit.models import AuditEvent
from tests.factories.centers import SubmittedFilingFactory
from tests.factories.documents import OfficialDocumentFactory, TemplateFactory, filed, reviewed
from tests.factories.evidence import EvidenceFileFactory
from tests.factories.rectifications import ItemFactory, RectificationFactory, issue
from tests.factories.reviews import ReviewFactory, ReviewRoundFactory, adopted

pytestmark = pytest.mark.django_db

LIST = "/admin/evaluation/officialdocument/"
WORDS = "/admin/evaluation/documenttemplate/words/"


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def rectification(center, alice, pack):
    made = RectificationFactory(center=center, opened_by=alice)
    ItemFactory(rectification=made, position=1)
    return issue(made)


@pytest.fixture
def drafted(alice_client, rectification):
    """The notice, drafted by alice with two clicks."""
    place = f"{LIST}draft/rectification_notice/"
    answer = alice_client.post(place, {"subject": rectification.pk})
    assert answer.status_code == 302
    return OfficialDocument.objects.get()


def step(client, document, code, **data):
    document.refresh_from_db()
    values = {"version": document.version, **data}
    return client.post(f"{LIST}{document.pk}/{code}/", values)


def test_a_notice_is_drafted_changed_issued_delivered_and_exported(
    drafted, alice_client, client_for, leader, diane
):
    shown = alice_client.get(f"{LIST}{drafted.pk}/change/").content.decode()
    assert "整改通知书" in shown
    assert f"{LIST}{drafted.pk}/issue/" not in shown
    form = alice_client.get(f"{LIST}{drafted.pk}/edit/").context["form"]
    typed = {name: form.initial[name] for name in ("title", "addressee", "text", "copies_to")}
    typed["text"] = typed["text"].replace("逐项整改", "逐项认真整改")
    step(alice_client, drafted, "edit", **typed)
    preview = alice_client.get(f"{LIST}{drafted.pk}/preview/")
    assert preview.content.startswith(b"%PDF")
    step(client_for(leader), drafted, "issue", number="海民社(2026)7号", dated_on="2026-03-02")
    drafted.refresh_from_db()
    assert (drafted.status, drafted.doc_no) == ("issued", "海民社〔2026〕7号")
    assert "逐项认真整改" in str(drafted.content)
    assert drafted.deliveries.get().center == drafted.center
    book = openpyxl.load_workbook(BytesIO(b"".join(alice_client.get(f"{LIST}export/"))))
    header, row = list(book.worksheets[0].iter_rows(values_only=True))
    assert row[0] == "海民社〔2026〕7号"
    assert dict(zip(header, row, strict=True))["SHA-256 · PDF"] == drafted.pdf.sha256
    assert AuditEvent.objects.filter(action="evaluation.document.export").exists()


def test_the_page_of_a_rectification_leads_to_its_notice_and_to_drafting_it(
    alice_client, client_for, leader, rectification
):
    page = f"/admin/evaluation/rectification/{rectification.pk}/change/"
    draft = f"{LIST}draft/rectification_notice/?subject={rectification.pk}"
    assert draft in alice_client.get(page).content.decode()
    assert draft not in client_for(leader).get(page).content.decode()
    form = alice_client.get(draft).context["form"]
    assert str(form["subject"].value()) == str(rectification.pk)
    alice_client.post(draft, {"subject": rectification.pk})
    shown = alice_client.get(page).content.decode()
    assert draft not in shown
    assert f"{LIST}{OfficialDocument.objects.get().pk}/change/" in shown


def test_pages_of_a_round_and_a_review_lead_to_what_can_be_drafted(alice_client, haitang, center):
    review_round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang))
    review = ReviewFactory(round=review_round, center=center)
    shown = alice_client.get(f"/admin/evaluation/reviewround/{review_round.pk}/change/")
    assert f"{LIST}draft/review_notice/?subject={review_round.pk}" in shown.content.decode()
    place = f"/admin/evaluation/review/{review.pk}/change/"
    assert f"{LIST}draft/" not in alice_client.get(place).content.decode()
    reviewed(review, "reply")
    told = f"{LIST}draft/review_result/?subject={review.pk}"
    assert told in alice_client.get(place).content.decode()


def test_the_page_of_a_submitted_filing_leads_to_its_cover_sheet(
    alice_client, client_for, leader, center, diane
):
    submitted = SubmittedFilingFactory(center=center, opened_by=diane)
    page = alice_client.get(f"/admin/centers/filing/{submitted.pk}/change/").content.decode()
    place = f"{LIST}filings/{submitted.pk}/"
    assert f'hx-get="{place}"' in page
    draft = f"{LIST}draft/filing_cover/?subject={submitted.pk}"
    assert draft in alice_client.get(place).content.decode()
    assert client_for(leader).get(place).content.decode().strip() == ""
    alice_client.post(draft, {"subject": submitted.pk})
    shown = alice_client.get(place).content.decode()
    assert draft not in shown
    assert f"{LIST}{OfficialDocument.objects.get().pk}/change/" in shown


def test_what_is_refused_keeps_what_was_typed(drafted, client_for, leader, alice_client):
    refused = step(
        client_for(leader), drafted, "issue", number="海民社〔2026〕07号", dated_on="2026-03-02"
    )
    assert refused.context["form"].errors
    assert 'value="海民社〔2026〕07号"' in refused.content.decode()
    refused = step(alice_client, drafted, "edit", title="题", text="@table9")
    assert "table9" in str(refused.context["form"].errors)
    drafted.refresh_from_db()
    assert (drafted.status, drafted.version) == ("draft", 1)


def test_whoever_drafted_it_is_told_that_another_issues_it(client_for, chief, rectification):
    client = client_for(chief)
    client.post(f"{LIST}draft/rectification_notice/", {"subject": rectification.pk})
    document = OfficialDocument.objects.get()
    shown = client.get(f"{LIST}{document.pk}/change/").content.decode()
    assert f"{LIST}{document.pk}/issue/" not in shown
    refused = step(client, document, "issue", number="海民社〔2026〕7号", dated_on="2026-03-02")
    assert refused.context["form"].non_field_errors()


def test_officers_do_not_issue_and_leaders_do_not_draft(
    drafted, alice_client, client_for, leader, rectification
):
    assert step(alice_client, drafted, "issue", dated_on="2026-03-02").status_code == 403
    client = client_for(leader)
    assert client.get(f"{LIST}draft/rectification_notice/").status_code == 403
    assert step(client, drafted, "edit", title="题", text="文").status_code == 403
    assert client.get(WORDS).status_code == 403


def test_another_district_finds_nothing(drafted, bob_client, rectification):
    assert bob_client.get(f"{LIST}{drafted.pk}/change/").status_code == 404
    assert bob_client.get(f"{LIST}{drafted.pk}/preview/").status_code == 404
    place = f"{LIST}draft/rectification_notice/"
    assert bob_client.post(place, {"subject": rectification.pk}).status_code == 200
    assert OfficialDocument.objects.count() == 1


def test_a_briefing_asks_for_its_days(alice_client, haitang, pack):
    place = f"{LIST}draft/briefing/"
    asked = {"subject": haitang.pk, "period_from": "2025-04-01", "period_to": "2025-03-31"}
    assert "period_to" in alice_client.post(place, asked).context["form"].errors
    alice_client.post(place, {**asked, "period_from": "2025-01-01"})
    assert "2025年第一季度" in OfficialDocument.objects.get().title


def test_a_cover_is_asked_for_by_the_number_of_the_filing(alice_client):
    answer = alice_client.post(f"{LIST}draft/filing_cover/", {"subject": 99999})
    assert "99999" in str(answer.context["form"].errors)


def test_a_notice_of_a_round_is_delivered_to_its_centers(
    alice_client, haitang, center, diane, settings
):
    review_round = ReviewRoundFactory(district=haitang, scheme=adopted(haitang))
    ReviewFactory(round=review_round, center=center)
    document = OfficialDocumentFactory(
        district=haitang, kind="review_notice", round=review_round, content=[{"kind": "head"}]
    )
    filed(document, EvidenceFileFactory())
    form = alice_client.get(f"{LIST}{document.pk}/deliver/").context["form"]
    assert form.initial["centers"] == [center]
    done = alice_client.post(f"{LIST}{document.pk}/deliver/", {"centers": [center.pk]})
    assert done.status_code == 302, done.context["form"].errors
    assert document.deliveries.get().center == center


def test_the_register_shows_what_is_left_out(alice_client, haitang):
    for sequence in (1, 2, 5, 7):
        OfficialDocumentFactory(district=haitang, number_year=2026, sequence=sequence)
    series = alice_client.get(f"{LIST}register/").context["series"]
    assert [(each.word, each.year, each.given, each.last) for each in series] == [
        ("海民社", 2026, 4, 7)
    ]
    assert series[0].gap_text == "3-4, 6"


def test_words_are_previewed_and_entered_as_versions(alice_client, haitang):
    place = f"{WORDS}310199/briefing/"
    page = alice_client.get(place)
    assert "{{period}}" in page.content.decode()
    typed = {**page.context["form"].initial, "word": "海民社", "title": "{{period}}情况专报"}
    shown = alice_client.post(place, {**typed, "preview": "1"})
    assert "2026年第一季度情况专报" in shown.content.decode()
    assert not DocumentTemplate.objects.exists()
    alice_client.post(place, typed)
    entered = DocumentTemplate.objects.get()
    assert (entered.number, entered.word) == (1, "海民社")
    refused = alice_client.post(place, {**typed, "based_on": 1, "body": "一\n{{__class__}}"})
    assert "__class__" in str(refused.context["form"].errors["body"])
    late = alice_client.post(place, typed)
    assert late.context["form"].non_field_errors()
    assert DocumentTemplate.objects.count() == 1
    own = alice_client.get(f"/admin/evaluation/documenttemplate/{entered.pk}/change/")
    assert "2026年第一季度情况专报" in own.content.decode()


def test_templates_of_another_district_are_not_there(bob_client, haitang):
    template = TemplateFactory(district=haitang)
    place = reverse("admin:evaluation_documenttemplate_change", args=[template.pk])
    assert bob_client.get(place).status_code == 404
    assert bob_client.get(f"{WORDS}310199/briefing/").status_code == 404


def test_receipts_can_be_waited_for(alice_client, haitang, center):
    waiting = filed(OfficialDocumentFactory(district=haitang), EvidenceFileFactory(), center)
    done = filed(
        OfficialDocumentFactory(district=haitang), EvidenceFileFactory(), center, sequence=2
    )
    done.deliveries.update(received_by=waiting.issued_by, received_at=waiting.issued_at)
    for asked, expected in (("waiting", waiting), ("confirmed", done)):
        found = alice_client.get(LIST, {"receipt": asked}).context["cl"].result_list
        assert [document.pk for document in found] == [expected.pk]
    assert date(2026, 3, 1) == waiting.dated_on


def test_the_workbook_holds_the_documents_of_ones_district_and_no_formula(
    alice_client, bob_client, haitang, huangpu
):
    OfficialDocumentFactory(district=haitang, title='=HYPERLINK("https://example.invalid")')
    OfficialDocumentFactory(district=huangpu, title="黄浦区情况专报")
    books = []
    for client in (alice_client, bob_client):
        answer = client.get(f"{LIST}export/")
        books.append(openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))))
    titles = [[cell.value for cell in book.active["B"][1:] if cell.value] for book in books]
    assert [len(each) for each in titles] == [1, 1]
    assert "HYPERLINK" in titles[0][0]
    assert titles[1] == ["黄浦区情况专报"]
    kinds = {cell.data_type for row in books[0].active.iter_rows() for cell in row}
    assert "f" not in kinds
