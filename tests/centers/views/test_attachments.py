"""Files at the desk: added and replaced on a page of their own, read only by who may."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from centers import selectors
from centers.models import Attachment, Filing
from portal.evidence import vault
from tests.factories.centers import hand_in
from tests.factories.evidence import AttachmentFactory, paper, photo
from tests.flows.pages import in_english, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store_of_its_own(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(diane_client):
    return in_english(diane_client)


def add_url(section):
    return reverse("desk:attachment-add", args=[section.filing_id, section.kind])


def section_url(section):
    return reverse("desk:section-edit", args=[section.filing_id, section.kind])


def url(attachment, verb="download"):
    return reverse(f"desk:attachment-{verb}", args=[attachment.pk])


def typed(**what):
    return {"upload": paper(), "kind": "contract", "title": "", "expires_on": "", "line": ""} | what


@pytest.fixture
def attached(client, section):
    """A lease that proves the section's first row."""
    (row, *_) = selectors.rows_of(section)
    client.post(add_url(section), typed(line=row.line, title="租赁合同", expires_on="2099-01-31"))
    return Attachment.objects.get()


# --- added


def test_row_offers_a_file_and_the_page_knows_the_row(client, section):
    (row, *_) = selectors.rows_of(section)
    link = f"{add_url(section)}?line={row.line}"
    assert client.get(section_url(section)).content.decode().count(link) == 2
    page = client.get(link).content.decode()
    assert f'value="{row.line}" selected' in page
    assert row.address in page


def test_file_is_added_and_stands_on_the_sections_page(client, section, attached):
    page = words(client.get(section_url(section)))
    assert "租赁合同" in page
    assert "version 1" in page
    assert "valid until 2099-01-31" in page
    assert attached.file.sha256[:8] in page
    assert attached.file.sha256 in client.get(section_url(section)).content.decode()
    assert "王主任" in page


def test_document_without_a_title_is_called_like_its_file(client, section):
    client.post(add_url(section), typed(upload=photo("场所 门口.jpg"), kind="photo"))
    attachment = Attachment.objects.get()
    assert (attachment.title, attachment.line, attachment.kind) == ("场所 门口", None, "photo")


def test_refused_file_is_explained_and_what_was_typed_stays(client, section):
    upload = SimpleUploadedFile("合同.pdf", b"<html></html>")
    page = client.post(add_url(section), typed(upload=upload, title="租约", expires_on="2026年5月"))
    assert page.status_code == 200
    assert 'value="租约"' in page.content.decode()
    upload = SimpleUploadedFile("合同.pdf", b"<html></html>")
    page = client.post(add_url(section), typed(upload=upload, title="租约"))
    assert "something else inside" in words(page)
    assert "choose the file again" in words(page)
    assert 'value="租约"' in page.content.decode()
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"upload": ""}, "This field is required"),
        ({"kind": "x"}, "Select a valid choice"),
        ({"line": "00000000-0000-0000-0000-000000000000"}, "Select a valid choice"),
        ({"expires_on": "31.02.2026"}, "cannot be read"),
        ({"title": "x" * 101}, "at most 100"),
    ],
)
def test_wrong_entry_is_marked(client, section, wrong, said):
    assert said in words(client.post(add_url(section), typed(**wrong)))
    assert not Attachment.objects.exists()


def test_locked_section_refuses_in_words(client, section, diane, at):
    hand_in(Filing.objects.get(pk=section.filing_id), by=diane, at=at)
    page = client.post(add_url(section), typed())
    assert "cannot be edited" in words(page)
    assert not Attachment.objects.exists()


# --- replaced and removed


def test_replaced_file_is_the_next_version_and_the_old_one_stays_listed(client, section, attached):
    page = client.get(url(attached, "replace"))
    assert 'value="租赁合同"' in page.content.decode()
    assert 'value="2099-01-31"' in page.content.decode()
    client.post(url(attached, "replace"), typed(upload=paper(words=b"2"), title="租赁合同"))
    page = words(client.get(section_url(section)))
    assert "version 2" in page
    assert "1 earlier version" in page


def test_replaced_meanwhile_is_told(client, section, attached):
    client.post(url(attached, "replace"), typed())
    assert "Somebody replaced or removed" in words(client.post(url(attached, "replace"), typed()))


def test_removed_file_is_gone_from_the_page(client, section, attached):
    page = client.post(url(attached, "remove"), follow=True)
    assert "The attachment was removed." in words(page)
    assert "租赁合同" not in words(client.get(section_url(section)))


@pytest.mark.parametrize(
    ("expires_on", "said"), [(date(2001, 1, 1), "expired on 2001-01-01"), (None, "version 1")]
)
def test_page_says_what_expired(client, section, expires_on, said):
    AttachmentFactory(section=section, expires_on=expires_on)
    assert said in words(client.get(section_url(section)))


# --- given


def test_download_is_the_stored_file(client, attached):
    response = client.get(url(attached))
    assert b"".join(response.streaming_content) == vault.path_of(attached.file_id).read_bytes()
    assert response["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cache-Control"] == "private, no-store"


def test_picture_may_be_looked_at(client, section):
    client.post(add_url(section), typed(upload=photo(), kind="photo"))
    attachment = Attachment.objects.get()
    assert f"{url(attachment)}?show" in client.get(section_url(section)).content.decode()
    response = client.get(f"{url(attachment)}?show")
    assert response["Content-Disposition"].startswith("inline")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_draft_belongs_to_the_center_and_what_is_handed_in_to_its_readers(
    section, attached, diane, at, alice_client, bob_client, charlie_client, emil_client
):
    for reader in (alice_client, bob_client, charlie_client):
        assert reader.get(url(attached)).status_code == 404
    assert emil_client.get(url(attached)).status_code == 200
    hand_in(Filing.objects.get(pk=section.filing_id), by=diane, at=at)
    assert alice_client.get(url(attached)).status_code == 200
    for reader in (bob_client, charlie_client):
        assert reader.get(url(attached)).status_code == 404


def test_bureau_reads_and_changes_nothing(section, attached, diane, at, alice_client):
    hand_in(Filing.objects.get(pk=section.filing_id), by=diane, at=at)
    assert alice_client.post(url(attached, "replace"), typed()).status_code == 403
    assert alice_client.post(url(attached, "remove")).status_code == 403
    assert alice_client.post(add_url(section), typed()).status_code == 403


def test_lost_file_is_told_and_nothing_else_is_given(client, attached):
    vault.path_of(attached.file_id).write_bytes(b"%PDF-1.7 another")
    response = client.get(url(attached))
    assert response.status_code == 409
    assert str(attached.file_id) in words(response)


# --- the bureau's page


def test_review_page_lists_the_files_of_each_row(section, attached, diane, at, alice_client):
    hand_in(Filing.objects.get(pk=section.filing_id), by=diane, at=at)
    page = in_english(alice_client).get(f"/admin/centers/filing/{section.filing_id}/change/")
    assert url(attached) in page.content.decode()
    assert "租赁合同" in words(page)
    assert attached.file.sha256 in page.content.decode()


def test_page_costs_the_same_for_one_and_three_files(client, section):
    def costs():
        with CaptureQueriesContext(connection) as captured:
            client.get(section_url(section))
        return len(captured)

    AttachmentFactory(section=section)
    client.get(section_url(section))
    one = costs()
    AttachmentFactory(section=section), AttachmentFactory(section=section)
    assert costs() == one


@pytest.mark.parametrize("count", [1, 3])
def test_review_page_asks_for_the_files_once(client, section, diane, at, alice_client, count):
    for _ in range(count):
        AttachmentFactory(section=section)
    hand_in(Filing.objects.get(pk=section.filing_id), by=diane, at=at)
    with CaptureQueriesContext(connection) as captured:
        alice_client.get(f"/admin/centers/filing/{section.filing_id}/change/")
    asked = [query["sql"] for query in captured if "evidence_evidencefile" in query["sql"]]
    assert len(asked) == 1
