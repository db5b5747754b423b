"""The desk's pages of the workbook: taken away, brought back, given back marked."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from centers.services import filings
from portal.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT / "imports"


@pytest.fixture
def filing(c05, diane, at):
    """A change of the staff of C05."""
    filing = filings.open_change(center=c05, by=diane, at=at)
    filings.add_section(filing=filing, kind="staff", by=diane, at=at)
    return filing


def downloaded(client, filing):
    response = client.get(f"/desk/filings/{filing.pk}/workbook/")
    assert "attachment" in response["Content-Disposition"]
    return b"".join(response.streaming_content)


def changed(content, header, value):
    book = load_workbook(io.BytesIO(content))
    page = book["人员"]
    column = next(cell.column for cell in page[1] if str(cell.value).startswith(header))
    page.cell(2, column).value = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def uploaded(client, filing, content, name="中心.xlsx"):
    file = SimpleUploadedFile(name, content)
    return client.post(
        f"/desk/filings/{filing.pk}/workbook/upload/", {"workbook": file}, follow=True
    )


def test_page_of_the_filing_offers_the_workbook(diane_client, filing):
    page = diane_client.get(f"/desk/filings/{filing.pk}/").content.decode()
    assert f"/desk/filings/{filing.pk}/workbook/" in page
    assert 'enctype="multipart/form-data"' in page


def test_changed_workbook_is_saved_and_leaves_no_file(diane_client, filing, media, diane):
    content = downloaded(diane_client, filing)
    uploaded(diane_client, filing, changed(content, "学历", "本科"))
    section = filing.sections.get(kind="staff")
    assert section.version == 2
    assert list(media.glob("*")) == []
    event = AuditEvent.objects.get(action="centers.filing.upload")
    assert (event.actor_id, event.changes) == (diane.pk, {"sections": [None, "staff"]})


def test_unchanged_workbook_changes_nothing(diane_client, filing):
    uploaded(diane_client, filing, downloaded(diane_client, filing))
    assert filing.sections.get(kind="staff").version == 1


def test_errors_are_shown_and_the_marked_workbook_given(diane_client, filing):
    content = downloaded(diane_client, filing)
    response = uploaded(diane_client, filing, changed(content, "到岗日期", "2024.02.30"))
    assert "2024.02.30" in response.content.decode()
    assert filing.sections.get(kind="staff").version == 1
    token = {"token": response.context["token"]}
    marked = diane_client.post(f"/desk/filings/{filing.pk}/workbook/marked/", token)
    book = load_workbook(io.BytesIO(b"".join(marked.streaming_content)))
    assert book.sheetnames[0] == "检查结果"
    again = changed(_bytes(book), "到岗日期", "2024.02.29")
    uploaded(diane_client, filing, again)
    assert filing.sections.get(kind="staff").version == 2


def _bytes(book):
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content"), [("报送.xls", b"x"), ("报送.xlsx", b"x"), ("报送.xlsx", b"PK\x03\x04")]
)
def test_file_that_is_no_workbook_is_refused_with_a_message(
    diane_client, filing, media, name, content
):
    response = uploaded(diane_client, filing, content, name)
    assert response.status_code == 200
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert list(media.glob("*")) == []


def test_handed_over_filing_gives_no_workbook(diane_client, filing, diane, at):
    content = downloaded(diane_client, filing)
    filing.refresh_from_db()
    filings.prepare(filing=filing, version=filing.version, by=diane, at=at)
    page = diane_client.get(f"/desk/filings/{filing.pk}/").content.decode()
    assert "workbook/upload" not in page
    response = uploaded(diane_client, filing, changed(content, "学历", "本科"))
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert filing.sections.get(kind="staff").version == 1
