"""Official documents at the desk, and the page where anybody knows them again."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from evaluation.models import OfficialDocument
from evaluation.selectors import document_receipts
from evaluation.services import documents
from portal.evidence import services as evidence
from tests.factories.centers import CenterFactory, MembershipFactory
from tests.factories.documents import OfficialDocumentFactory
from tests.factories.portal import UserFactory

pytestmark = pytest.mark.django_db

CONTENT = [
    {"kind": "head", "issuer": "海棠区民政局", "addressee": "各中心", "copies_to": "区财政局"},
    {"kind": "heading", "level": 1, "text": "总体情况"},
    {"kind": "text", "text": "现将有关情况通报如下<b>。"},
    {"kind": "grid", "headers": ["序号", "名称"], "rows": [["1", "梧桐路"]]},
    {"kind": "pairs", "items": [["编号", "C90"]]},
    {"kind": "signature"},
]


@pytest.fixture(autouse=True)
def _vault(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def issued(haitang, center, leader, at):
    """A briefing, issued and delivered to the center."""
    document = OfficialDocumentFactory(district=haitang, title="情况通报", content=CONTENT)
    documents.issue(document=document, dated_on=date(2026, 3, 2), by=leader, at=at)
    documents.deliver(document=document, centers=[center], by=leader, at=at)
    return document


def page(client, name, *args):
    return client.get(reverse(f"evaluation:{name}", args=args))


def test_a_director_finds_the_document_and_confirms_it_once(issued, diane, diane_client):
    listed = page(diane_client, "document-list").content.decode()
    assert "情况通报" in listed
    assert "尚未确认" in listed
    shown = page(diane_client, "document", issued.pk).content.decode()
    for part in ("海民社〔2026〕1号", "一、总体情况", "如下&lt;b&gt;。", "梧桐路", "2026年3月2日"):
        assert part in shown
    place = reverse("evaluation:document-received", args=[issued.deliveries.get().pk])
    assert place in shown
    diane_client.post(place)
    assert issued.deliveries.get().received_by == diane
    assert place not in page(diane_client, "document", issued.pk).content.decode()


def test_drafts_and_documents_for_others_are_not_there(issued, haitang, center, client_for):
    draft = OfficialDocumentFactory(district=haitang, content=CONTENT)
    neighbour = UserFactory()
    MembershipFactory(user=neighbour, center=CenterFactory(division=center.division))
    client = client_for(neighbour)
    assert "情况通报" not in page(client, "document-list").content.decode()
    for name, *more in (("document",), ("document-file", "pdf"), ("document-receipt",)):
        assert page(client, name, issued.pk, *more).status_code == 404
    place = reverse("evaluation:document-received", args=[issued.deliveries.get().pk])
    assert client.post(place).status_code == 404
    assert page(client, "document", draft.pk).status_code == 404


def test_the_bureau_reads_it_and_confirms_nothing_for_the_center(issued, alice_client):
    shown = page(alice_client, "document", issued.pk).content.decode()
    place = reverse("evaluation:document-received", args=[issued.deliveries.get().pk])
    assert place not in shown
    assert alice_client.post(place).status_code == 403


def test_the_files_are_the_archived_ones(issued, diane_client):
    pdf = page(diane_client, "document-file", issued.pk, "pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert pdf["Content-Disposition"].startswith("attachment")
    read = diane_client.get(pdf.request["PATH_INFO"] + "?read")
    assert read["Content-Disposition"].startswith("inline")
    assert page(diane_client, "document-file", issued.pk, "exe").status_code == 404


def test_a_withdrawn_document_says_so_and_why(issued, leader, diane_client, at):
    documents.withdraw(document=issued, reason="附表有误", version=issued.version, by=leader, at=at)
    assert "附表有误" in page(diane_client, "document", issued.pk).content.decode()


def test_anybody_verifies_a_receipt_and_the_file_it_speaks_of(issued, client):
    place = reverse("public:document-receipts")
    text = document_receipts.text_of(issued)
    with evidence.open_for_reading(file=issued.docx) as stream:
        content = stream.read()

    def ask(text, content=None):
        data = {"receipt": text}
        if content is not None:
            data["file"] = SimpleUploadedFile("通报.docx", content)
        context = client.post(place, data).context
        return bool(context["told"]), context["matches"]

    assert ask(text) == (True, None)
    assert ask(text, content) == (True, True)
    assert ask(text, content[:-1] + b"x") == (True, False)
    assert ask(text.replace("1号", "2号")) == (False, None)
    assert ask("x") == (False, None)
    assert OfficialDocument.objects.count() == 1


def test_a_receipt_of_a_withdrawn_document_says_so(issued, leader, client, at):
    text = document_receipts.text_of(issued)
    place = reverse("public:document-receipts")
    ask = lambda: client.post(place, {"receipt": text})  # noqa: E731
    assert ask().context["withdrawn_on"] is None
    documents.withdraw(document=issued, reason="附表有误", version=issued.version, by=leader, at=at)
    answer = ask()
    assert answer.context["withdrawn_on"] == localdate(at)
    assert "不再有效" in answer.content.decode()
    assert "附表有误" not in answer.content.decode()


def test_an_empty_list_says_what_happens_next(diane_client):
    assert "card empty" in page(diane_client, "document-list").content.decode()
